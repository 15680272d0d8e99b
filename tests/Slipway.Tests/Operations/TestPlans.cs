using System.Text.Json.Serialization;
using Slipway.Operations;

namespace Slipway.Tests.Operations;

/// <summary>The state of the plans here: which steps have done their work.</summary>
public sealed record Trail(IReadOnlyList<string> Done)
{
    public static readonly Trail Empty = new([]);
}

[JsonSerializable(typeof(Trail))]
internal sealed partial class TrailJson : JsonSerializerContext;

/// <summary>One run of a step, as the step saw it.</summary>
internal sealed record Call(string Step, int Attempt, bool IsFirstAttempt, DateTimeOffset At);

/// <summary>A step that does its work at once, unless a test arranged other outcomes; it keeps every call.</summary>
internal abstract class ScriptedStep(List<Call> calls) : Step<Trail>
{
    private readonly Queue<Func<Trail, StepContext, CancellationToken, Task<StepOutcome>>> _script = new();

    public TimeSpan LimitOfPatience { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>What it comes to whenever nothing is left of the script; doing its work, if nothing is said.</summary>
    public Func<StepContext, StepOutcome>? Always { get; set; }

    public override TimeSpan Patience => LimitOfPatience;

    public void Then(Func<Trail, StepContext, CancellationToken, Task<StepOutcome>> run) => _script.Enqueue(run);

    public void Then(Func<StepContext, StepOutcome> outcome) => Then((_, context, _) => Task.FromResult(outcome(context)));

    public void ThenWaits(TimeSpan time, string why = "something") => Then(context => new StepOutcome.Wait(context.Now + time, why));

    public void ThenRetries(string error) => Then(_ => new StepOutcome.Retry(error));

    public void ThenFails(string error) => Then(_ => new StepOutcome.Fail(error));

    public override Task<StepOutcome> RunAsync(Trail state, StepContext context, CancellationToken cancellationToken)
    {
        calls.Add(new Call(Name, context.Operation.Attempt, context.IsFirstAttempt, context.Now));
        return _script.TryDequeue(out var run) ? run(state, context, cancellationToken)
            : Always is not null ? Task.FromResult(Always(context))
            : Task.FromResult(Works(state));
    }

    public StepOutcome Works(Trail state) => Done(new Trail([.. state.Done, Name]));
}

internal sealed class First(List<Call> calls) : ScriptedStep(calls);

internal sealed class Second(List<Call> calls) : ScriptedStep(calls);

internal sealed class Third(List<Call> calls) : ScriptedStep(calls);

internal sealed class UndoFirst(List<Call> calls) : ScriptedStep(calls);

internal sealed class UndoThird(List<Call> calls) : ScriptedStep(calls);

/// <summary>Three steps, of which the first and the third make something: <c>first</c>, <c>second</c>, <c>third</c>.</summary>
internal sealed class ThreeSteps
{
    public const string Name = "three-steps";

    public ThreeSteps()
    {
        First = new First(Calls);
        Second = new Second(Calls);
        Third = new Third(Calls);
        UndoFirst = new UndoFirst(Calls);
        UndoThird = new UndoThird(Calls);
    }

    public List<Call> Calls { get; } = [];

    public IEnumerable<string> Ran => Calls.Select(c => c.Step);

    public First First { get; }

    public Second Second { get; }

    public Third Third { get; }

    public UndoFirst UndoFirst { get; }

    public UndoThird UndoThird { get; }

    public Plan<Trail> Plan(bool cancellable = false, bool neverGivesUp = false, int version = 1, string name = Name, TimeSpan? deadline = null) => new(
        name,
        version,
        TrailJson.Default.Trail,
        (_, _) => Trail.Empty,
        [new(First, UndoFirst), new(Second), new(Third, UndoThird)])
    {
        Cancellable = cancellable,
        NeverGivesUp = neverGivesUp,
        Deadline = deadline ?? TimeSpan.FromDays(30),
    };
}
