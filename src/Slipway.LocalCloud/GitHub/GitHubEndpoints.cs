using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.GitHub;

internal static class GitHubEndpoints
{
    /// <summary>Since this version a dispatch answers with its run unless told not to.</summary>
    private const string RunDetailsByDefault = "2026-03-10";

    private static readonly string[] Versions = ["2022-11-28", RunDetailsByDefault];

    public static void AddGitHub(this IServiceCollection services) => services.AddSingleton<Actions>().AddSingleton<RunTokens>();

    public static void MapGitHub(this IEndpointRouteBuilder app)
    {
        app.MapGet(RunTokens.Path + "/.well-known/jwks", (RunTokens tokens) => TypedResults.Json(tokens.Keys(), TokenJson.Default.KeySet));
        app.MapGet(RunTokens.Path + "/token/{run:long}", (long run, string? audience, HttpContext context, RunTokens tokens) => TypedResults.Json(
            new IssuedToken(tokens.Issue(
                run,
                AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header) ? header.Parameter : null,
                audience,
                $"{context.Request.Scheme}://{context.Request.Host}{RunTokens.Path}")),
            TokenJson.Default.IssuedToken));
        var actions = app.MapGroup("/github/repos/{owner}/{repo}/actions").AddEndpointFilter(async (context, next) =>
        {
            Authorize(context.HttpContext);
            return await next(context);
        });
        actions.MapPost("/workflows/{workflow}/dispatches", DispatchAsync);
        actions.MapGet("/workflows/{workflow}/runs", (string owner, string repo, string workflow, HttpContext context, Actions store) =>
        {
            var id = store.Workflow($"{owner}/{repo}", workflow).Id;
            return List(context, store, r => r.Workflow.Id == id);
        });
        actions.MapGet("/runs", (string owner, string repo, HttpContext context, Actions store) =>
            List(context, store, r => r.Workflow.Repository == $"{owner}/{repo}"));
        actions.MapGet("/runs/{id:long}", (string owner, string repo, long id, HttpContext context, Actions store) =>
            TypedResults.Json(store.Find(id, $"{owner}/{repo}").View(ApiOf(context)), GitHubJson.Wire.RunView));
        actions.MapPost("/runs/{id:long}/cancel", (string owner, string repo, long id, Actions store) =>
        {
            store.Cancel($"{owner}/{repo}", id);
            return TypedResults.Json(new EmptyAnswer(), GitHubJson.Wire.EmptyAnswer, statusCode: 202);
        });
    }

    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return await JsonBody.ReadAsync(context, type);
        }
        catch (JsonException)
        {
            throw new GitHubFault(400, "Problems parsing JSON");
        }
    }

    private static async Task<IResult> DispatchAsync(string owner, string repo, string workflow, HttpContext context, Actions store)
    {
        var found = store.Workflow($"{owner}/{repo}", workflow);
        var dispatch = await ReadAsync(context, GitHubJson.Wire.Dispatch);
        var run = store.Dispatch(found, dispatch).View(ApiOf(context));
        var details = dispatch.ReturnRunDetails ?? context.Request.Headers["X-GitHub-Api-Version"] == RunDetailsByDefault;
        return details
            ? TypedResults.Json(new DispatchedRun(run.Id, run.Url, run.HtmlUrl), GitHubJson.Wire.DispatchedRun)
            : TypedResults.NoContent();
    }

    /// <summary>The newest first.</summary>
    private static IResult List(HttpContext context, Actions store, Func<Run, bool> wanted)
    {
        var query = context.Request.Query;
        var since = query["created"] is [['>', '=', .. var text]]
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : DateTimeOffset.MinValue;
        var found = store.Runs.Where(wanted).Reverse().Select(r => r.View(ApiOf(context))).Where(r =>
            Wants(query, "event", r.Event) && Wants(query, "branch", r.HeadBranch)
            && (Wants(query, "status", r.Status) || Wants(query, "status", r.Conclusion)) && r.CreatedAt >= since.UtcDateTime).ToList();
        var perPage = Math.Clamp(Number(query["per_page"], 30), 1, 100);
        var page = Math.Max(1, Number(query["page"], 1));
        return TypedResults.Json(new RunsView(found.Count, found.Skip((page - 1) * perPage).Take(perPage).ToList()), GitHubJson.Wire.RunsView);
    }

    private static void Authorize(HttpContext context)
    {
        if (context.Request.Headers.UserAgent.Count == 0)
        {
            throw new GitHubFault(
                403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).");
        }

        var token = context.RequestServices.GetRequiredService<LocalCloudOptions>().GitHubToken;
        if (!AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header)
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header.Parameter ?? ""), Encoding.UTF8.GetBytes(token)))
        {
            throw new GitHubFault(401, header is null ? "Requires authentication" : "Bad credentials");
        }

        if (context.Request.Headers["X-GitHub-Api-Version"] is [{ } version, ..] && !Versions.Contains(version))
        {
            throw new GitHubFault(400, $"The version '{version}' is not supported; use one of {string.Join(", ", Versions)}.");
        }
    }

    private static bool Wants(IQueryCollection query, string name, string? value) => query[name] is not [{ } wanted, ..] || wanted == value;

    private static int Number(string? text, int standard) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : standard;

    private static string ApiOf(HttpContext context) => $"{context.Request.Scheme}://{context.Request.Host}/github";
}
