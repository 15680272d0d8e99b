using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.GitHub;

internal sealed record Dispatch(string? Ref, Dictionary<string, JsonElement>? Inputs, bool? ReturnRunDetails);

internal sealed record DispatchedRun(long WorkflowRunId, string RunUrl, string HtmlUrl);

internal sealed record RunsView(int TotalCount, IReadOnlyList<RunView> WorkflowRuns);

internal sealed record RunView(
    long Id, string Name, string DisplayTitle, string Event, string HeadBranch, string Status, string? Conclusion, long WorkflowId, string Path, int RunNumber,
    int RunAttempt, string Url, string HtmlUrl, DateTime CreatedAt, DateTime UpdatedAt);

internal sealed record GitHubError(string Message, string DocumentationUrl, string Status);

internal sealed record EmptyAnswer;

/// <summary>A workflow file somebody committed: only what it declares can be dispatched.</summary>
internal sealed record DeclareWorkflow(
    string? Repository, string? File, string? Name, string? RunName, IReadOnlyList<string>? Inputs, IReadOnlyList<string>? RequiredInputs, IReadOnlyList<string>? Refs);

internal sealed record PlayRun(string? Status, string? Conclusion);

/// <summary>What the runner sees of its run.</summary>
internal sealed record RunnerView(long Id, string Repository, string Workflow, string Ref, IReadOnlyDictionary<string, string> Inputs, string Status, string? Conclusion, string IdTokenPath, string IdTokenRequestToken);

internal sealed record RunnersView(IReadOnlyList<RunnerView> Runs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dispatch))]
[JsonSerializable(typeof(DispatchedRun))]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(RunsView))]
[JsonSerializable(typeof(GitHubError))]
[JsonSerializable(typeof(EmptyAnswer))]
[JsonSerializable(typeof(DeclareWorkflow))]
[JsonSerializable(typeof(PlayRun))]
[JsonSerializable(typeof(RunnersView))]
internal sealed partial class GitHubJson : JsonSerializerContext
{
    public static GitHubJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
