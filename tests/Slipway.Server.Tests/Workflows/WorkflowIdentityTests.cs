using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Workflows;

/// <summary>G3: with <c>GitHub:Claim=oidc</c> a run shows GitHub's own token for it; the shared secret alone opens nothing.</summary>
public sealed class WorkflowIdentityTests
{
    /// <summary>Of every token: its header's first words in base64.</summary>
    private const string Beginning = "eyJhbGciOi";
    private static readonly Dictionary<string, string> Oidc = new() { ["GitHub:Claim"] = "oidc" };

    [Fact]
    public async Task G1_G3_A_run_that_shows_its_token_makes_the_machine()
    {
        var (system, runner) = await WorkflowRunner.StartAsync(settings: Oidc);
        await using var _ = runner;

        var provision = await system.FinishedAsync((await system.OrderAsync(granted: true)).Operation!);

        provision.Status.ShouldBe("succeeded", provision.Error + string.Join('\n', runner.Log));
        await runner.FinishedAsync();
        foreach (var shown in runner.Log)
        {
            shown.ShouldNotContain(Beginning, Case.Sensitive, "no token is in what GitHub shows");
        }

        system.Log.Text.ShouldNotContain(Beginning, Case.Sensitive);
    }

    [Fact]
    public async Task G3_A_thief_of_the_callback_secret_is_told_nothing_and_a_token_of_another_run_or_job_does_not_help()
    {
        var (system, runner) = await WorkflowRunner.StartAsync(plays: false, settings: Oidc);
        await using var _ = runner;
        var (one, other) = (await DispatchedAsync(system, 1), await DispatchedAsync(system, 2));
        var told = new List<(HttpStatusCode, string?, string?)>();
        async Task RefusedAsync(JsonNode run, string? token)
        {
            var answer = await ReportAsync(system, "claim", run, token);
            told.Add((answer.Status, answer.Code, answer.Detail));
        }

        await RefusedAsync(one, null);
        await RefusedAsync(one, "a.b.c");
        await RefusedAsync(one, await TokenAsync(system, other, JobOf(other)));
        await RefusedAsync(one, await TokenAsync(system, other, JobOf(one)));
        await RefusedAsync(one, await TokenAsync(system, one, JobOf(other)));
        var early = await TokenAsync(system, one, JobOf(one));
        system.Clock.Leap(TimeSpan.FromMinutes(7));
        await RefusedAsync(one, early);

        told.Distinct().ShouldHaveSingleItem().ShouldBe((HttpStatusCode.Unauthorized, "not_proven", told[0].Item3));
        (await system.QueryAsync<string>("SELECT status FROM workflow_jobs")).ShouldBe(["registered", "registered"]);
    }

    [Fact]
    public async Task G3_Every_answer_that_tells_something_needs_the_token_not_only_the_first()
    {
        var (system, runner) = await WorkflowRunner.StartAsync(plays: false, settings: Oidc);
        await using var _ = runner;
        var run = await DispatchedAsync(system, 1);
        var token = await TokenAsync(system, run, JobOf(run));

        (await ReportAsync(system, "claim", run, token)).Status.ShouldBe(HttpStatusCode.OK);

        (await ReportAsync(system, "keyed", run, null)).Code.ShouldBe("not_proven");
        (await ReportAsync(system, "keyed", run, token)).Text.ShouldContain("user_data");
    }

    [Fact]
    public async Task Only_a_run_under_way_gets_a_token_and_only_its_own()
    {
        var (system, runner) = await WorkflowRunner.StartAsync(plays: false, settings: Oidc);
        await using var _ = runner;
        var (one, other) = (await DispatchedAsync(system, 1), await DispatchedAsync(system, 2));
        using var http = new HttpClient { BaseAddress = system.Cloud.Address };
        async Task<HttpStatusCode> AskAsync(string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, (string)one["id_token_path"]!);
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            using var answer = await http.SendAsync(request);
            return answer.StatusCode;
        }

        (await AskAsync(null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync((string)other["id_token_request_token"]!)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync((string)one["id_token_request_token"]!)).ShouldBe(HttpStatusCode.OK);
        await system.Cloud.SetRunAsync((long)one["id"]!, "completed", "success");
        (await AskAsync((string)one["id_token_request_token"]!)).ShouldBe(HttpStatusCode.Forbidden);
    }

    private static string JobOf(JsonNode run) => (string)run["inputs"]!["job_id"]!;

    private static async Task<JsonNode> DispatchedAsync(TestSystem system, int count)
    {
        await system.OrderAsync(granted: true);
        var runs = await Eventually.BecomesAsync(() => system.Cloud.RunsAsync(), runs => runs.Count == count, "it was dispatched");
        var run = runs[^1]!;
        await system.Cloud.SetRunAsync((long)run["id"]!, "in_progress");
        return run;
    }

    /// <summary>As the run would ask for it.</summary>
    private static async Task<string> TokenAsync(TestSystem system, JsonNode run, string job)
    {
        using var http = new HttpClient();
        var audience = Uri.EscapeDataString($"{new Uri(system.ToServer.Address, "/callbacks/github")}#{job}");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(system.Cloud.Address, $"{(string)run["id_token_path"]!}?audience={audience}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (string)run["id_token_request_token"]!);
        using var answer = await http.SendAsync(request);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["value"]!;
    }

    private static async Task<Answer> ReportAsync(TestSystem system, string status, JsonNode run, string? token)
    {
        var body = new JsonObject
        {
            ["status"] = status,
            ["job_id"] = JobOf(run),
            ["run_id"] = (long)run["id"]!,
            ["delivery"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            ["sent_at"] = system.Clock.GetUtcNow().ToUnixTimeSeconds(),
            ["id_token"] = token,
        }.ToJsonString();
        var request = new HttpRequestMessage(HttpMethod.Post, "callbacks/github") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation(
            "X-Hub-Signature-256",
            "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(WorkflowRunner.CallbackSecret), Encoding.UTF8.GetBytes(body))));
        return await system.SendAsync(request);
    }
}
