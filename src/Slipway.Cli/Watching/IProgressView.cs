using Slipway.Client;

namespace Slipway.Cli.Watching;

/// <summary>Shows an operation's events until it is finished: for somebody who watches, or for a log.</summary>
internal interface IProgressView
{
    Task<OperationResource> ShowAsync(
        OperationResource operation, StepBoard board, IAsyncEnumerable<OperationEvent> events, CancellationToken cancellationToken);
}
