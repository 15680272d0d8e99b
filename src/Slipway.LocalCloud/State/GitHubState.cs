using Slipway.LocalCloud.GitHub;

namespace Slipway.LocalCloud.State;

/// <summary>A run names its workflow by id: it may have been replaced since.</summary>
internal sealed record GitHubState(long LastId, IReadOnlyList<Workflow> Workflows, IReadOnlyList<Workflow> Replaced, IReadOnlyList<RunState> Runs, byte[]? RunnerKey);

internal sealed record RunState(
    long Id, long Workflow, string Ref, IReadOnlyDictionary<string, string> Inputs, string Title, int Number, string Status, string? Conclusion,
    DateTimeOffset Created, DateTimeOffset Updated)
{
    public static RunState Of(Run run) => new(
        run.Id, run.Workflow.Id, run.Ref, run.Inputs, run.Title, run.Number, run.Status, run.Conclusion, run.Created, run.Updated);

    public Run Restore(Workflow workflow) => new(Id, workflow, Ref, Inputs, Title, Number, Status, Conclusion, Created, Updated);
}
