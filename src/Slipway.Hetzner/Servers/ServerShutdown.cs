using Microsoft.Extensions.Logging;
using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>ACPI first, then patience, then force. The shutdown action's success proves nothing: only the status <c>off</c> does.</summary>
internal sealed partial class ServerShutdown(ServersClient servers, ActionsClient actions, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    public async Task<ShutdownOutcome> RunAsync(long id, TimeSpan patience, CancellationToken cancellationToken)
    {
        var deadline = timeProvider.GetUtcNow() + patience;
        try
        {
            if (await AskAsync(id, cancellationToken))
            {
                return ShutdownOutcome.ShutDown;
            }

            while (timeProvider.GetUtcNow() < deadline)
            {
                var left = deadline - timeProvider.GetUtcNow();
                await Task.Delay(left < Look ? left : Look, timeProvider, cancellationToken);
                if (await IsOffAsync(id, cancellationToken))
                {
                    return ShutdownOutcome.ShutDown;
                }
            }

            Log.Forcing(logger, id, patience.TotalSeconds);
            var powerOff = await servers.PowerOffAsync(id, cancellationToken);
            await actions.WaitAsync(powerOff.Id, cancellationToken: cancellationToken);
            return ShutdownOutcome.PoweredOff;
        }
        catch (HetznerException e) when (e.IsNotFound && e.Endpoint.Contains("/servers", StringComparison.Ordinal))
        {
            return ShutdownOutcome.Gone;
        }
    }

    /// <summary>Presses the button; <see langword="true"/> when the server turns out to be off already.</summary>
    private async Task<bool> AskAsync(long id, CancellationToken cancellationToken)
    {
        try
        {
            await servers.ShutdownAsync(id, cancellationToken);
            return false;
        }
        catch (HetznerException e) when (e.IsOutcomeUnknown)
        {
            // Pressed or not: the wait and the forced power-off cover both.
            return false;
        }
        catch (HetznerException e) when (!e.IsNotFound && e.Status is not null && !RetryPolicy.IsPassing(e))
        {
            if (await IsOffAsync(id, cancellationToken))
            {
                return true;
            }

            throw;
        }
    }

    private async Task<bool> IsOffAsync(long id, CancellationToken cancellationToken)
    {
        try
        {
            return (await servers.GetAsync(id, cancellationToken)).Status == ServerStatus.Off;
        }
        catch (HetznerException e) when (RetryPolicy.IsPassing(e))
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Server {Server} did not shut down within {Seconds} s; its power is cut.")]
        public static partial void Forcing(ILogger logger, long server, double seconds);
    }
}
