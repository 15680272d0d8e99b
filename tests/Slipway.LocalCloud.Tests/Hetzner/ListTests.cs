using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class ListTests
{
    [Fact]
    public async Task A_list_comes_in_pages_of_25_and_never_more_than_50()
    {
        await using var cloud = await TestCloud.StartAsync();
        for (var i = 0; i < 60; i++)
        {
            await cloud.CreateServerAsync($"agent-{i:00}");
        }

        var first = await cloud.GetAsync("/v1/servers?sort=name");
        first["servers"].AsArray().Count.ShouldBe(25);
        first["meta"].ToJsonString().ShouldBe(
            """{"pagination":{"page":1,"per_page":25,"previous_page":null,"next_page":2,"last_page":3,"total_entries":60}}""");
        first.Headers["Link"].ShouldBe(
            $"<{cloud.BaseUrl}v1/servers?page=2&sort=name>; rel=\"next\", <{cloud.BaseUrl}v1/servers?page=3&sort=name>; rel=\"last\"");

        var last = await cloud.GetAsync("/v1/servers?page=2&per_page=500");
        last["servers"].AsArray().Count.ShouldBe(10);
        ((int)last["meta"]["pagination"]!["per_page"]!).ShouldBe(50);
    }

    [Fact]
    public async Task Past_the_end_is_an_empty_page_whose_previous_page_is_computed()
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.GetAsync("/v1/servers?page=99");

        answer.Status.ShouldBe(200);
        answer["servers"].AsArray().ShouldBeEmpty();
        var pagination = answer["meta"]["pagination"]!;
        ((int)pagination["previous_page"]!).ShouldBe(98);
        pagination["next_page"].ShouldBeNull();
    }

    [Theory]
    [InlineData("sort=name:desc", "c b a")]
    [InlineData("sort=name", "a b c")]
    [InlineData("sort=id:asc", "b a c")]
    [InlineData("name=a", "a")]
    [InlineData("name=nobody", "")]
    [InlineData("status=initializing&sort=name", "a b c")]
    [InlineData("status=running&status=off", "")]
    [InlineData("sort=created&sort=name:desc", "c b a")]
    public async Task Lists_are_sorted_and_filtered(string query, string names)
    {
        await using var cloud = await TestCloud.StartAsync();
        foreach (var name in new[] { "b", "a", "c" })
        {
            await cloud.CreateServerAsync(name);
        }

        (await NamesAsync(cloud, query)).ShouldBe(names);
    }

    [Theory]
    [InlineData("sort=color")]
    [InlineData("sort=name:up")]
    [InlineData("page=0")]
    [InlineData("per_page=x")]
    [InlineData("label_selector=a%20b")]
    [InlineData("label_selector=a=1,")]
    [InlineData("label_selector=a%20in%20b")]
    public async Task A_query_that_makes_no_sense_is_refused(string query)
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.GetAsync($"/v1/servers?{query}");

        answer.Status.ShouldBe(422);
        answer.ErrorCode.ShouldBe("invalid_input");
    }

    [Theory]
    [InlineData("env=prod", "a")]
    [InlineData("env==prod", "a")]
    [InlineData("env!=prod", "b c")]
    [InlineData("env", "a b")]
    [InlineData("!env", "c")]
    [InlineData("env in (prod,test)", "a b")]
    [InlineData("env in (prod, dev)", "a")]
    [InlineData("env notin (prod)", "b c")]
    [InlineData("env,slipway/agent=7", "b")]
    [InlineData("env in (prod,test),!slipway/agent", "a")]
    [InlineData("env = prod", "a")]
    public async Task A_label_selector_speaks_the_whole_grammar(string selector, string names)
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.CreateServerAsync("a", ""","labels":{"env":"prod"}""");
        await cloud.CreateServerAsync("b", ""","labels":{"env":"test","slipway/agent":"7"}""");
        await cloud.CreateServerAsync("c");

        (await NamesAsync(cloud, $"sort=name&label_selector={Uri.EscapeDataString(selector)}")).ShouldBe(names);
    }

    [Fact]
    public async Task A_label_selector_follows_changed_labels_and_deletes()
    {
        await using var cloud = await TestCloud.StartAsync();
        var a = await cloud.RunningServerAsync("a", ""","labels":{"env":"prod"}""");
        var b = await cloud.RunningServerAsync("b", ""","labels":{"env":"prod"}""");
        var c = await cloud.RunningServerAsync("c", ""","labels":{"env":"test"}""");
        (await NamesAsync(cloud, "label_selector=env=prod")).ShouldBe("a b");

        await cloud.SendAsync("PUT", $"/v1/servers/{a}", """{"labels":{"env":"test"}}""");
        await cloud.SendAsync("PUT", $"/v1/servers/{c}", """{"labels":{"env":"prod","tier":""}}""");
        (await NamesAsync(cloud, "label_selector=env=prod")).ShouldBe("b c");
        (await NamesAsync(cloud, "label_selector=env=test")).ShouldBe("a");
        (await NamesAsync(cloud, "label_selector=tier=,env=prod")).ShouldBe("c");

        await cloud.DeleteAsync($"/v1/servers/{b}");
        (await NamesAsync(cloud, "label_selector=env=prod")).ShouldBe("c");
        (await NamesAsync(cloud, "label_selector=env=prod,env=test")).ShouldBe("");
    }

    [Fact]
    public async Task H3_many_actions_are_asked_for_in_one_request_by_id()
    {
        await using var cloud = await TestCloud.StartAsync();
        var created = await cloud.PostAsync("/v1/servers", TestCloud.Order("a"));
        var (create, start) = (created["action"]["id"], created["next_actions"][0]!["id"]);

        var both = await cloud.GetAsync($"/v1/actions?id={create}&id={start}&id=17");
        both["actions"].AsArray().Select(a => (string?)a!["command"]).ShouldBe(["create_server", "start_server"]);
        var none = await cloud.GetAsync("/v1/actions");
        none.Status.ShouldBe(422);
        none.Field.ShouldBe("id");
        (await cloud.GetAsync($"/v1/servers/actions/{create}")).Status.ShouldBe(200);
        (await cloud.GetAsync("/v1/servers/actions?status=running"))["actions"].AsArray().Count.ShouldBe(2);
        (await cloud.GetAsync("/v1/actions/17")).Status.ShouldBe(404);
    }

    private static async Task<string> NamesAsync(TestCloud cloud, string query) => string.Join(
        ' ', (await cloud.GetAsync($"/v1/servers?{query}"))["servers"].AsArray().Select(s => (string?)s!["name"]));
}
