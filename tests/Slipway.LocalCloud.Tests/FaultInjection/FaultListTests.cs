using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.FaultInjection;

public sealed class FaultListTests
{
    [Fact]
    public async Task Faults_are_taken_back()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/_local/faults", """{"route":"GET /v1/servers","kind":"answer","status":500,"times":99}""");

        await cloud.DeleteAsync("/_local/faults");

        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(200);
        (await cloud.PostAsync("/_local/faults", """{"kind":"earthquake"}""")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_fault_has_an_id_counts_what_it_struck_and_is_taken_back_alone()
    {
        await using var cloud = await TestCloud.StartAsync();
        var first = await cloud.FaultAsync("unavailable", ("route", "GET /v1/servers"), ("times", "2"));
        var second = await cloud.FaultAsync("internal_error", ("route", "GET /v1/ssh_keys"), ("times", "0"));

        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(503);

        var list = (await cloud.GetAsync("/_local/faults"))["faults"].AsArray();
        list.Select(f => $"{f!["id"]} {f["kind"]} {f["hits"]} {f["remaining"]?.ToString() ?? "-"}")
            .ShouldBe([$"{first} unavailable 1 1", $"{second} internal_error 0 -"]);
        (await cloud.DeleteAsync($"/_local/faults/{second}")).Status.ShouldBe(204);
        (await cloud.GetAsync("/v1/ssh_keys")).Status.ShouldBe(200);
        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(503, "the other is still there");
        (await cloud.GetAsync("/v1/servers")).Status.ShouldBe(200, "and now it is spent");
        (await cloud.DeleteAsync($"/_local/faults/{second}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_fault_can_wait_for_the_nth_occasion_and_match_a_path_a_prefix_or_a_method()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.FaultAsync("internal_error", ("route", "/v1/servers/7"), ("nth", "2"));
        (await cloud.GetAsync("/v1/servers/8")).Status.ShouldBe(404);
        (await cloud.GetAsync("/v1/servers/7")).Status.ShouldBe(404);
        (await cloud.GetAsync("/v1/servers/7")).Status.ShouldBe(500);

        await cloud.FaultAsync("unavailable", ("route", "/v1/ser*"), ("method", "DELETE"));
        (await cloud.GetAsync("/v1/servers/7")).Status.ShouldBe(404);
        (await cloud.DeleteAsync("/v1/servers/7")).Status.ShouldBe(503);
    }

    [Fact]
    public async Task The_same_seed_throws_the_same_dice()
    {
        var runs = new List<string>();
        foreach (var seed in (string[])["7", "7", "8"])
        {
            await using var cloud = await TestCloud.StartAsync();
            await cloud.FaultAsync("unavailable", ("route", "GET /v1/servers"), ("times", "0"), ("probability", "0.5"), ("seed", seed));
            var statuses = new List<int>();
            for (var i = 0; i < 20; i++)
            {
                statuses.Add((await cloud.GetAsync("/v1/servers")).Status);
            }

            statuses.Distinct().Count().ShouldBe(2, "some are struck, some are not");
            runs.Add(string.Join(' ', statuses));
        }

        runs[1].ShouldBe(runs[0]);
        runs[2].ShouldNotBe(runs[0]);
    }

    [Theory]
    [InlineData("""{"kind":"slow","route":"GET /v1/servers","colour":"red","milliseconds":"many"}""", "slow knows no colour", "milliseconds is 'many'")]
    [InlineData("""{"kind":"lost_answer"}""", "say which requests", "route")]
    [InlineData("""{"kind":"quota","resource":"moon"}""", "resource is 'moon'", "primary_ip")]
    [InlineData("""{"kind":"sold_out","probability":2}""", "probability is '2'", "from 0 to 1")]
    public async Task H8_a_mistaken_fault_is_told_every_mistake(string body, string one, string other)
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync("/_local/faults", body);

        answer.Status.ShouldBe(400);
        ((string)answer["title"]!).ShouldContain(one);
        ((string)answer["title"]!).ShouldContain(other);
        (await cloud.GetAsync("/_local/faults"))["faults"].AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_kind_has_a_test_of_its_own_name_and_a_row_in_the_readme()
    {
        await using var cloud = await TestCloud.StartAsync();
        var kinds = (await cloud.GetAsync("/_local/faults/kinds"))["kinds"].AsArray();
        var tests = typeof(FaultListTests).Assembly.GetTypes().SelectMany(t => t.GetMethods()).Select(m => m.Name).ToHashSet();
        var readme = await File.ReadAllTextAsync(ReadmePath());

        kinds.Count.ShouldBeGreaterThan(30);
        foreach (var kind in kinds)
        {
            tests.Any(t => t.StartsWith($"{kind!["name"]}_is_", StringComparison.Ordinal)).ShouldBeTrue($"{kind!["name"]} has no test");
            readme.ShouldContain($"| `{kind["name"]}` | {kind["does"]} |", Case.Sensitive, $"the README's table says otherwise about {kind["name"]}");
        }
    }

    private static string ReadmePath([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../src/Slipway.LocalCloud/README.md");
}
