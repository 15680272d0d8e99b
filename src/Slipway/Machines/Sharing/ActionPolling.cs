using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Hetzner;
using Slipway.Operations.Nodes;

namespace Slipway.Machines.Sharing;

/// <summary>Asks Hetzner about the actions all nodes wait for, on the one node that has the duty; when it dies, another takes it.</summary>
internal sealed partial class ActionPolling(
    SharedActionWaits waits, HetznerClient hetzner, Membership membership, TimeProvider time, ILogger<ActionPolling> log) : BackgroundService
{
    /// <summary>New actions are not asked about for some seconds anyway; see <see cref="HetznerOptions.FirstPollAfter"/>.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<long, CancellationTokenSource> _asking = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryLookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            Drop(_asking.Keys);
        }
    }

    private async Task TryLookAsync(CancellationToken stopping)
    {
        try
        {
            await LookAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Log.Failed(log, e.Message, LookEvery);
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        if (!membership.IsCurrent || !await waits.AnyAsync(stopping) || !await waits.TakeDutyAsync(membership.Id))
        {
            Drop(_asking.Keys);
            return;
        }

        var open = await waits.ListOpenAsync();
        Drop(_asking.Keys.Except(open));
        foreach (var id in open)
        {
            var cancellation = new CancellationTokenSource();
            if (_asking.TryAdd(id, cancellation))
            {
                _ = AskAsync(id, cancellation);
            }
            else
            {
                cancellation.Dispose();
            }
        }
    }

    private async Task AskAsync(long id, CancellationTokenSource cancellation)
    {
        try
        {
            var (action, trouble) = await EndAsync(id, cancellation.Token);
            await waits.FinishAsync(id, action, trouble);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Nobody waits any more, or another node has the duty now.
        }
        catch (Exception e)
        {
            Log.Failed(log, e.Message, LookEvery);
        }
        finally
        {
            _asking.TryRemove(KeyValuePair.Create(id, cancellation));
            cancellation.Dispose();
        }
    }

    private async Task<(HetznerAction? Action, string? Trouble)> EndAsync(long id, CancellationToken cancellationToken)
    {
        try
        {
            return (await hetzner.Actions.WaitAsync(id, Patience, cancellationToken: cancellationToken), null);
        }
        catch (HetznerActionException e)
        {
            return (e.Action, null);
        }
        catch (Exception e) when (e is HetznerException or TimeoutException)
        {
            return (null, e.Message);
        }
    }

    private void Drop(IEnumerable<long> ids)
    {
        foreach (var id in ids)
        {
            if (_asking.TryRemove(id, out var cancellation))
            {
                cancellation.Cancel();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The actions all nodes wait for could not be looked after ({Error}); next try in {Period}")]
        public static partial void Failed(ILogger logger, string error, TimeSpan period);
    }
}
