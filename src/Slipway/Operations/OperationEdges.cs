using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>What another room keeps of an operation's end, written in the very transaction that ends it.</summary>
public interface IOperationProjection
{
    Task FinishedAsync(Transaction transaction, Operation operation);
}

/// <summary>A step that did not come to its end: it has to be tried again, or waits.</summary>
/// <param name="Operation">As it was when the step ran.</param>
/// <param name="Step">The step's own name; of an undo, the undo's.</param>
/// <param name="Error">What went wrong, or what it waits for; never a secret.</param>
/// <param name="AtStepFor">How long the operation has been at it.</param>
public sealed record Trouble(Operation Operation, string Step, string Error, TimeSpan AtStepFor)
{
    /// <summary>True when it takes something back or away, so that giving up is no way out.</summary>
    public bool IsCleanUp { get; init; }

    /// <summary>True when the step says that trying again is of no use.</summary>
    public bool IsHopeless { get; init; }

    /// <summary>See <see cref="StepOutcome.RefusedCredential"/>.</summary>
    public string? RefusedCredential { get; init; }
}

/// <summary>What another room makes of trouble, written in the very transaction that records it.</summary>
public interface IOperationTroubles
{
    Task TroubledAsync(Transaction transaction, Trouble trouble);
}

/// <summary>Reads an exception as an outcome. The engine knows no outside service, so those who call one add how its errors read.</summary>
public sealed class FailureReader(IEnumerable<Func<Exception, StepOutcome?>> readers)
{
    public StepOutcome Read(Exception exception) =>
        readers.Select(read => read(exception)).FirstOrDefault(outcome => outcome is not null)
        ?? new StepOutcome.Retry($"{exception.GetType().Name}: {exception.Message}");
}
