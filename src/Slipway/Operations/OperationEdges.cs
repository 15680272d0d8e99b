using Slipway.Storage;

namespace Slipway.Operations;

/// <summary>What another room keeps of an operation's end, written in the very transaction that ends it.</summary>
public interface IOperationProjection
{
    Task FinishedAsync(Transaction transaction, Operation operation);
}

/// <summary>Reads an exception as an outcome. The engine knows no outside service, so those who call one add how its errors read.</summary>
public sealed class FailureReader(IEnumerable<Func<Exception, StepOutcome?>> readers)
{
    public StepOutcome Read(Exception exception) =>
        readers.Select(read => read(exception)).FirstOrDefault(outcome => outcome is not null)
        ?? new StepOutcome.Retry($"{exception.GetType().Name}: {exception.Message}");
}
