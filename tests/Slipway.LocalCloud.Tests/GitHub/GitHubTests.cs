using System.Text;
using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.GitHub;

public sealed class GitHubTests
{
    private const string Dispatches = "/github/repos/shop/agents/actions/workflows/provision.yml/dispatches";

    [Theory]
    [InlineData(null, "", 204)]
    [InlineData("2022-11-28", "", 204)]
    [InlineData("2022-11-28", ""","return_run_details":true""", 200)]
    [InlineData("2026-03-10", "", 200)]
    [InlineData("2026-03-10", ""","return_run_details":false""", 204)]
    public async Task A_dispatch_answers_with_its_run_or_with_nothing_as_the_version_and_the_body_say(string? version, string more, int status)
    {
        await using var cloud = await DeclaredAsync();

        var answer = await DispatchAsync(cloud, $$"""{"ref":"main","inputs":{"job":"j-1"}{{more}}}""", version);

        answer.Status.ShouldBe(status, answer.Text);
        var run = (await GetAsync(cloud, "runs"))["workflow_runs"].AsArray().Single()!;
        ((string?)run["display_title"]).ShouldBe("provision j-1");
        ((string?)run["status"]).ShouldBe("queued");
        if (status == 200)
        {
            ((long)answer["workflow_run_id"]!).ShouldBe((long)run["id"]!);
            ((string?)answer["run_url"]).ShouldBe((string?)run["url"]);
        }
        else
        {
            answer.Text.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("""{"ref":"main","inputs":{"colour":"red"}}""", 422, "Unexpected inputs provided: [\"colour\"]")]
    [InlineData("""{"ref":"main"}""", 422, "Required input 'job' not provided")]
    [InlineData("""{"ref":"nowhere","inputs":{"job":"j"}}""", 422, "No ref found for: nowhere")]
    [InlineData("""{"inputs":{"job":"j"}}""", 422, "\"ref\" wasn't supplied")]
    [InlineData("{", 400, "Problems parsing JSON")]
    public async Task A_dispatch_that_cannot_be_is_refused_in_githubs_words(string body, int status, string message)
    {
        await using var cloud = await DeclaredAsync();

        var answer = await DispatchAsync(cloud, body);

        answer.Status.ShouldBe(status);
        ((string?)answer["message"])!.ShouldContain(message);
        ((string?)answer["status"]).ShouldBe(status.ToString());
        ((int)(await GetAsync(cloud, "runs"))["total_count"]!).ShouldBe(0);
    }

    [Fact]
    public async Task An_unknown_workflow_is_404_and_a_wrong_token_401_and_a_version_nobody_knows_400()
    {
        await using var cloud = await DeclaredAsync();

        (await SendAsync(cloud, "POST", Dispatches.Replace("provision", "other"), "{}")).Status.ShouldBe(404);
        (await SendAsync(cloud, "GET", "/github/repos/shop/agents/actions/runs", token: "guess")).Status.ShouldBe(401);
        (await SendAsync(cloud, "GET", "/github/repos/shop/agents/actions/runs", version: "1999-01-01")).Status.ShouldBe(400);
        (await SendAsync(cloud, "GET", "/github/repos/shop/agents/actions/runs", agent: null)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task The_runner_is_played_from_the_side_channel()
    {
        await using var cloud = await DeclaredAsync();
        var id = (long)(await DispatchAsync(cloud, """{"ref":"main","inputs":{"job":"j-1"},"return_run_details":true}"""))["workflow_run_id"]!;
        (await cloud.GetAsync("/_local/github/runs"))["runs"][0]!["inputs"]!.ToJsonString().ShouldBe("""{"job":"j-1"}""");

        (await cloud.PostAsync($"/_local/github/runs/{id}", """{"status":"in_progress"}""")).Status.ShouldBe(204);
        ((string?)(await GetAsync(cloud, $"runs/{id}"))["status"]).ShouldBe("in_progress");
        (await cloud.PostAsync($"/_local/github/runs/{id}", """{"status":"completed"}""")).Status.ShouldBe(400, "how it ended is missing");
        await cloud.PostAsync($"/_local/github/runs/{id}", """{"status":"completed","conclusion":"failure"}""");

        ((string?)(await GetAsync(cloud, $"runs/{id}"))["conclusion"]).ShouldBe("failure");
        (await SendAsync(cloud, "POST", $"/github/repos/shop/agents/actions/runs/{id}/cancel")).Status.ShouldBe(409);
    }

    [Fact]
    public async Task A_cancelled_run_is_completed_as_cancelled_and_lists_are_filtered()
    {
        await using var cloud = await DeclaredAsync();
        await DispatchAsync(cloud, """{"ref":"main","inputs":{"job":"j-1"}}""");
        cloud.Clock.Advance(TimeSpan.FromMinutes(5));
        var id = (long)(await DispatchAsync(cloud, """{"ref":"main","inputs":{"job":"j-2"},"return_run_details":true}"""))["workflow_run_id"]!;

        (await SendAsync(cloud, "POST", $"/github/repos/shop/agents/actions/runs/{id}/cancel")).Status.ShouldBe(202);

        await ShouldListAsync("?status=cancelled", "provision j-2");
        await ShouldListAsync("?status=queued&event=workflow_dispatch", "provision j-1");
        await ShouldListAsync("?created=>=2026-11-21T09:04:00Z", "provision j-2");
        await ShouldListAsync("?per_page=1&page=2", "provision j-1");

        async Task ShouldListAsync(string query, string title) =>
            (await GetAsync(cloud, $"workflows/provision.yml/runs{query}"))["workflow_runs"].AsArray().Select(r => (string?)r!["display_title"]).ShouldBe([title], query);
    }

    [Fact]
    public async Task An_ambiguous_504_may_have_started_the_run()
    {
        await using var cloud = await DeclaredAsync();
        await cloud.FaultAsync("gateway_timeout", ("api", "github"), ("method", "POST"), ("done", "yes"));

        (await DispatchAsync(cloud, """{"ref":"main","inputs":{"job":"j-1"}}""")).Status.ShouldBe(504);

        ((int)(await GetAsync(cloud, "runs"))["total_count"]!).ShouldBe(1);
    }

    private static async Task<TestCloud> DeclaredAsync()
    {
        var cloud = await TestCloud.StartAsync();
        var declared = await cloud.PostAsync(
            "/_local/github/workflows",
            """{"repository":"shop/agents","file":"provision.yml","run_name":"provision ${{ inputs.job }}","required_inputs":["job"],"inputs":["region"]}""");
        declared.Status.ShouldBe(204, declared.Text);
        return cloud;
    }

    private static Task<Answer> DispatchAsync(TestCloud cloud, string body, string? version = null) => SendAsync(cloud, "POST", Dispatches, body, version);

    private static Task<Answer> GetAsync(TestCloud cloud, string path) => SendAsync(cloud, "GET", $"/github/repos/shop/agents/actions/{path}");

    private static Task<Answer> SendAsync(
        TestCloud cloud, string method, string path, string? body = null, string? version = null, string token = "local-github-token", string? agent = "slipway") =>
        cloud.SendAsync(method, path, body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"), request =>
        {
            request.Headers.Authorization = new("Bearer", token);
            if (agent is not null)
            {
                request.Headers.UserAgent.ParseAdd(agent);
            }

            if (version is not null)
            {
                request.Headers.Add("X-GitHub-Api-Version", version);
            }
        });
}
