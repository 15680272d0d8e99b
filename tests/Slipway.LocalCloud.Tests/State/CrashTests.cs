using Slipway.Testing;

namespace Slipway.LocalCloud.Tests.State;

public sealed class CrashTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string[] Arguments => ["--urls", "http://127.0.0.1:0", "--rate-limit", "1000000", "--state", _directory.File("state")];

    [Fact]
    public async Task What_was_acknowledged_is_there_after_kill_9()
    {
        long last = 0;
        for (var round = 0; round < 3; round++)
        {
            await using var cloud = await CloudProcess.StartAsync(Arguments);
            (await cloud.GetAsync("v1/placement_groups"))["placement_groups"]!.AsArray().Count.ShouldBe(round * 5);
            for (var i = 0; i < 5; i++)
            {
                var made = (long)(await cloud.PostAsync("v1/placement_groups", $$"""{"name":"g-{{round}}-{{i}}","type":"spread"}"""))["placement_group"]!["id"]!;
                made.ShouldBeGreaterThan(last);
                last = made;
            }

            // At once: nothing between the answer and the end.
            await cloud.KillAsync();
        }
    }

    [Fact]
    public async Task An_action_seen_to_be_done_stays_done_after_kill_9_and_a_running_one_ends()
    {
        long server, begun;
        await using (var cloud = await CloudProcess.StartAsync(Arguments))
        {
            var order = await cloud.PostAsync("v1/servers", """{"name":"agent-1","server_type":"cx23","image":"debian-12","location":"fsn1"}""");
            server = (long)order["server"]!["id"]!;
            await cloud.UntilAsync($"v1/actions/{order["next_actions"]![0]!["id"]}", a => (string?)a["action"]!["status"] == "success");
            begun = (long)(await cloud.PostAsync($"v1/servers/{server}/actions/reset", ""))["action"]!["id"]!;
            await cloud.KillAsync();
        }

        await using var again = await CloudProcess.StartAsync(Arguments);
        var actions = (await again.GetAsync($"v1/servers/{server}/actions"))["actions"]!.AsArray();
        actions.Where(a => (string?)a!["command"] is "create_server" or "start_server").ShouldAllBe(a => (string?)a!["status"] == "success");
        await again.UntilAsync($"v1/actions/{begun}", a => (string?)a["action"]!["status"] == "success");
        await again.UntilAsync($"v1/servers/{server}", s => (string?)s["server"]!["status"] == "running");
    }

    [Fact]
    public async Task An_orderly_end_keeps_everything_and_a_second_one_in_the_same_place_is_told_to_go_elsewhere()
    {
        await using (var cloud = await CloudProcess.StartAsync(Arguments))
        {
            await cloud.PostAsync("v1/placement_groups", """{"name":"g","type":"spread"}""");
            var (code, errors) = await CloudProcess.TryAsync(Arguments);
            code.ShouldBe(2);
            errors.ShouldContain("another LocalCloud that runs uses");
            await cloud.TerminateAsync();
        }

        await using var again = await CloudProcess.StartAsync(Arguments);
        (await again.GetAsync("v1/placement_groups"))["placement_groups"]!.AsArray().Count.ShouldBe(1);
    }

    public void Dispose() => _directory.Dispose();
}
