using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Slipway.Storage;

namespace Slipway.Operations.Nodes;

/// <summary>
/// A node's one connection to the others, beside the pool so that work never silences it: it beats, hears what others say, and watches whether
/// they live. When it breaks, it is made again; what was missed meanwhile is in the rows. On SQLite there is nobody to talk to.
/// </summary>
internal sealed partial class NodeLink(
    Database database,
    NodeStore nodes,
    Membership membership,
    OperationSignals signals,
    OperationSweep sweep,
    TimeProvider time,
    ILogger<NodeLink> log) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AMoment = TimeSpan.FromMilliseconds(2);
    private readonly NodeObserver _observer = new(time);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!database.IsSingleNode)
        {
            await JoinAsync();
            await base.StartAsync(cancellationToken);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (membership is { IsShared: true, IsCurrent: true })
        {
            try
            {
                await nodes.LeaveAsync(membership.Id);
            }
            catch (Exception e)
            {
                Log.LeftInSilence(log, e.Message, membership.Id);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TalkAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Lost(log, e.Message, membership.Id);
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                // The host stops.
            }
        }
    }

    private async Task TalkAsync(CancellationToken stopping)
    {
        await using var connection = (NpgsqlConnection)database.Dialect.CreateLink();
        await connection.OpenAsync(stopping);
        connection.Notification += (_, notice) => Hear(notice.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN " + Transaction.Channel, connection))
        {
            await listen.ExecuteNonQueryAsync(stopping);
        }

        _observer.Forget();
        await BeatAsync(connection);
        // What was said while nobody listened.
        signals.WakeAll();
        await sweep.SweepAsync(all: true, stopping);
        while (true)
        {
            var next = time.GetTimestamp();
            while (Membership.BeatEvery - time.GetElapsedTime(next) is { Ticks: > 0 } pause)
            {
                // Less than a millisecond would be rounded to nothing, which means for ever.
                await connection.WaitAsync(pause < AMoment ? AMoment : pause, stopping);
            }

            await BeatAsync(connection);
        }
    }

    private async Task BeatAsync(DbConnection connection)
    {
        var life = membership.Current;
        var (timestamp, at) = (time.GetTimestamp(), time.GetUtcNow());
        if (!life.IsCurrent || await NodeStore.BeatAsync(connection, life.Id) is not { } all)
        {
            Log.WasCutOff(log, life.Id);
            await JoinAsync();
            return;
        }

        life.Confirm(timestamp, at);
        foreach (var dead in _observer.Look(all))
        {
            if (dead.Id != life.Id && await nodes.BuryAsync(dead) is { } freed)
            {
                Log.Buried(log, dead.Id, freed);
                await sweep.SweepAsync(all: true, CancellationToken.None);
            }
        }
    }

    private async Task JoinAsync()
    {
        var last = membership.Current;
        last.End();
        var life = membership.NewLife();
        await nodes.JoinAsync(life, membership.Process, last.Id);
        membership.Enter(life);
        Log.Joined(log, life.Id);
    }

    private void Hear(string message)
    {
        if (message == NodeMessage.Due || (NodeMessage.WokenAt(membership.Id, message) is { } woken && !signals.Wake(woken)))
        {
            signals.SayDue();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "This process is node {Node}")]
        public static partial void Joined(ILogger logger, string node);

        [LoggerMessage(2, LogLevel.Warning, "Node {Node} cannot say that it lives ({Error}); it stops acting until it can")]
        public static partial void Lost(ILogger logger, string error, string node);

        [LoggerMessage(3, LogLevel.Warning, "Node {Node} was silent for too long; what it carried may be in other hands, so it begins anew")]
        public static partial void WasCutOff(ILogger logger, string node);

        [LoggerMessage(4, LogLevel.Warning, "Node {Node} is dead; {Count} operation(s) it carried go on elsewhere")]
        public static partial void Buried(ILogger logger, string node, int count);

        [LoggerMessage(6, LogLevel.Warning, "Node {Node} could not say that it leaves ({Error}); the others will notice")]
        public static partial void LeftInSilence(ILogger logger, string error, string node);
    }
}
