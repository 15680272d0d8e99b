using System.Text.RegularExpressions;

namespace Slipway.Operations;

/// <summary>What a step may know of the run it is in.</summary>
public sealed record StepContext(Operation Operation, DateTimeOffset Now)
{
    public string OperationId => Operation.Id;

    public string Subject => Operation.Subject;

    /// <summary>False once the step was begun before: what it makes may already be there, and it looks first.</summary>
    public bool IsFirstAttempt => Operation.Attempt == 1;

    /// <summary>How long the operation has been at this step.</summary>
    public TimeSpan Elapsed => Now - Operation.StepStartedAt;
}

/// <summary>One verb of a plan. It may run again after any crash, so it looks before it makes.</summary>
public abstract partial class Step<TState>
    where TState : class
{
    /// <summary>Timeline name: the type's, in kebab case (<c>CreateServer</c> → <c>create-server</c>).</summary>
    public string Name => Humps().Replace(GetType().Name, "-").ToLowerInvariant();

    /// <summary>How long one run may take before it is cut off and tried again.</summary>
    public virtual TimeSpan TimeLimit => OperationsOptions.StepTimeLimit;

    /// <summary>How long the operation may stay at this step, waits and retries included, before it counts as failed.</summary>
    public virtual TimeSpan Patience => TimeSpan.FromMinutes(10);

    public abstract Task<StepOutcome> RunAsync(TState state, StepContext context, CancellationToken cancellationToken);

    protected static StepOutcome Done(TState state, string? message = null) => new StepOutcome.Done(state, message);

    protected static StepOutcome Wait(DateTimeOffset until, string why) => new StepOutcome.Wait(until, why);

    protected static StepOutcome Retry(string error) => new StepOutcome.Retry(error);

    protected static StepOutcome Fail(string error) => new StepOutcome.Fail(error);

    [GeneratedRegex("(?<!^)(?=[A-Z])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Humps();
}
