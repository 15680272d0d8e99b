using System.Text.Json.Serialization;

namespace Slipway.Machines.Workflows;

/// <summary>A run of the workflow, as GitHub tells of it.</summary>
public sealed record WorkflowRun
{
    public long Id { get; init; }

    /// <summary>What <c>run-name</c> came to; it carries the job's id.</summary>
    public string? DisplayTitle { get; init; }

    /// <summary><c>queued</c>, <c>in_progress</c>, <c>completed</c> and others.</summary>
    public string? Status { get; init; }

    /// <summary>Once completed: <c>success</c>, <c>failure</c>, <c>cancelled</c>, <c>timed_out</c> and others.</summary>
    public string? Conclusion { get; init; }

    public string? HtmlUrl { get; init; }

    [JsonIgnore]
    public bool IsCompleted => Status == "completed";
}

internal sealed record DispatchRequest(string Ref, IReadOnlyDictionary<string, string> Inputs, bool? ReturnRunDetails);

internal sealed record DispatchAnswer(long WorkflowRunId);

internal sealed record WorkflowRunPage(IReadOnlyList<WorkflowRun>? WorkflowRuns);

internal sealed record GitHubRefusal(string? Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DispatchRequest))]
[JsonSerializable(typeof(DispatchAnswer))]
[JsonSerializable(typeof(WorkflowRun))]
[JsonSerializable(typeof(WorkflowRunPage))]
[JsonSerializable(typeof(GitHubRefusal))]
internal sealed partial class GitHubJson : JsonSerializerContext;
