using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>What running a step came to: exactly one of four, nothing else.</summary>
public abstract record StepOutcome
{
    private StepOutcome()
    {
    }

    /// <summary>What else is written in the transaction that records the outcome, so that both are seen or neither.</summary>
    public Func<Transaction, Task>? Also { get; init; }

    /// <summary>The setting whose credential an outside service refused, if that is the trouble: only an operator can mend it.</summary>
    public string? RefusedCredential { get; init; }

    /// <summary>The step has done its work; the state goes on to the next.</summary>
    public sealed record Done(object State, string? Message = null) : StepOutcome;

    /// <summary>Nothing to do before <paramref name="Until"/>, or until somebody wakes the operation.</summary>
    public sealed record Wait(DateTimeOffset Until, string Why) : StepOutcome;

    /// <summary>It did not work this time; the step runs again after a growing pause.</summary>
    public sealed record Retry(string Error) : StepOutcome;

    /// <summary>It can never work; the operation turns round and takes back what it made.</summary>
    public sealed record Fail(string Error) : StepOutcome;
}
