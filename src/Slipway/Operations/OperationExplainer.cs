using System.Globalization;

namespace Slipway.Operations;

/// <summary>Why an operation is where it is and what comes next, in plain sentences; the figures among them beside.</summary>
public sealed record Explanation
{
    public required string OperationId { get; init; }

    public required IReadOnlyList<string> Sentences { get; init; }

    /// <summary>The step's own name; on the way back, the undo's.</summary>
    public required string Step { get; init; }

    public DateTimeOffset Since { get; init; }

    public string? WaitingFor { get; init; }

    public DateTimeOffset? NextTryAt { get; init; }

    public string? LastError { get; init; }

    /// <summary>When it turns round if nothing changes; null when it never does.</summary>
    public DateTimeOffset? GivesUpAt { get; init; }

    public TimeSpan? P50 { get; init; }

    public TimeSpan? P95 { get; init; }

    /// <summary>How many earlier runs the percentiles are made of.</summary>
    public int Samples { get; init; }
}

/// <summary>Reads an operation's row, its plan and this control plane's own past, and says what they mean.</summary>
public sealed class OperationExplainer(OperationStore store, PlanCatalog plans, TimeProvider time)
{
    private const int SampleLimit = 500;

    /// <returns>Null when there is no such operation.</returns>
    public async Task<Explanation?> ExplainAsync(string id, CancellationToken cancellationToken = default)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } operation)
        {
            return null;
        }

        var plan = plans.Get(operation.Plan);
        var run = plan.Find(operation.Step, operation.Direction) ?? plan.Find(operation.Step, Direction.Forward)!;
        var kind = operation.Direction == Direction.Forward ? "done" : "undone";
        var durations = (await store.ListDurationsAsync(plan.Name, run.Name, kind, SampleLimit, cancellationToken)).Order().ToList();
        var explanation = new Explanation
        {
            OperationId = id,
            Sentences = [],
            Step = run.Name,
            Since = operation.StepStartedAt,
            WaitingFor = operation.Result is null ? operation.WaitingFor : null,
            NextTryAt = operation.Result is null ? operation.DueAt : null,
            LastError = operation.Error,
            GivesUpAt = operation.Result is null && CanTurn(operation, plan) ? Earlier(operation.DeadlineAt, operation.StepStartedAt + run.Patience) : null,
            P50 = Percentile(durations, 0.50),
            P95 = Percentile(durations, 0.95),
            Samples = durations.Count,
        };
        var sentences = operation.Result is null ? Underway(operation, plan, run, explanation) : Ended(operation);
        return explanation with { Sentences = [.. sentences] };
    }

    /// <summary>The nearest rank: a value that was measured, never one in between.</summary>
    internal static TimeSpan? Percentile(IReadOnlyList<long> sorted, double share) =>
        sorted.Count == 0 ? null : TimeSpan.FromMilliseconds(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)]);

    private static IEnumerable<string> Ended(Operation operation)
    {
        var took = Length(operation.FinishedAt!.Value - operation.CreatedAt);
        yield return operation switch
        {
            { Result: OperationResult.Succeeded } => $"'{operation.Plan}' of {operation.Subject} succeeded at {At(operation.FinishedAt.Value)}, after {took}.",
            { CancelReason: { } reason } when reason == operation.Error =>
                $"'{operation.Plan}' of {operation.Subject} was cancelled and all it had made was taken back by {At(operation.FinishedAt.Value)}, after {took}. The reason: {reason}",
            _ => $"'{operation.Plan}' of {operation.Subject} failed and all it had made was taken back by {At(operation.FinishedAt.Value)}, after {took}. The reason: {operation.Error}",
        };
        yield return "Nothing more happens to it.";
    }

    private IEnumerable<string> Underway(Operation operation, Plan plan, StepRun run, Explanation facts)
    {
        var now = time.GetUtcNow();
        var undoing = operation.Direction == Direction.Undoing;
        yield return undoing
            ? $"'{plan.Name}' of {operation.Subject} turned round and takes back what it made. The reason: {operation.Error}"
            : $"'{plan.Name}' of {operation.Subject} is at step {plan.Steps.ToList().IndexOf(operation.Step) + 1} of {plan.Steps.Count}.";
        yield return $"It has been at '{run.Name}' for {Length(now - operation.StepStartedAt)}, since {At(operation.StepStartedAt)}.";
        if (facts.WaitingFor is { } waiting)
        {
            yield return undoing ? $"What keeps it there: {waiting}" : $"It waits: {waiting}";
        }

        if (!undoing && operation.Error is { } error)
        {
            yield return $"Last error, at try {operation.Attempt}: {error}";
        }

        if (operation.CancelReason is { } wish && !undoing)
        {
            yield return plan.Cancellable ? $"It is to be cancelled and turns round before its next try: {wish}" : $"What comes after it is known already: {wish} This plan finishes first.";
        }

        yield return Next(operation, now);
        yield return GivesUp(operation, plan, run, facts, now);
        yield return facts.Samples == 0
            ? $"No '{plan.Name}' has ever got '{run.Name}' done here, so there is nothing to compare with."
            : $"Here '{run.Name}' took {Length(facts.P50!.Value)} at p50 and {Length(facts.P95!.Value)} at p95, of the last {facts.Samples} that got it done.";
    }

    private static string Next(Operation operation, DateTimeOffset now) => operation switch
    {
        { LeaseUntil: { } lease } when lease > now => $"The step runs at this moment; should its server die, another try is made at {At(lease)}.",
        { DueAt: { } due } when due > now => $"It is tried next in {Length(due - now)}, at {At(due)}, or as soon as something it waits for happens.",
        { DueAt: { } due } => $"It has been due since {At(due)} and is taken up within a moment; if not, the engine does not run.",
        _ => "It is not due.",
    };

    private static string GivesUp(Operation operation, Plan plan, StepRun run, Explanation facts, DateTimeOffset now)
    {
        if (facts.GivesUpAt is not { } limit)
        {
            return "No deadline applies: what has to go is tried for ever.";
        }

        var which = limit < operation.DeadlineAt
            ? $"the limit of the step, {Length(run.Patience)}"
            : $"the deadline of the whole operation, {Length(plan.Deadline)} after its start";
        return limit > now
            ? $"If that does not help by {At(limit)}, in {Length(limit - now)}, it turns round and takes back what it made: {which}."
            : $"Its time was over at {At(limit)}; after its next try it turns round and takes back what it made: {which}.";
    }

    private static bool CanTurn(Operation operation, Plan plan) => operation.Direction == Direction.Forward && !plan.NeverGivesUp;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Length(TimeSpan length) => length switch
    {
        _ when length < TimeSpan.FromMinutes(1) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, length.TotalSeconds):0.0} s"),
        _ when length < TimeSpan.FromHours(1) => string.Create(CultureInfo.InvariantCulture, $"{length.Minutes} m {length.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)length.TotalHours} h {length.Minutes:00} m"),
    };
}
