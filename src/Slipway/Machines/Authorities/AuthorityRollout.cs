using System.Globalization;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Machines.Shell;
using Slipway.Operations;
using Slipway.Ssh;

namespace Slipway.Machines.Authorities;

/// <summary>
/// Brings running machines the authorities they are to trust, and takes away those that were dropped. A machine's row changes only after a login with
/// every authority that is new to it, so a process that dies anywhere leaves a machine that can be reached, and whoever comes next does the same again.
/// </summary>
public sealed partial class AuthorityRollout(
    SshAuthorities authorities, SshAuthorityStore store, IMachineShell shell, TimeProvider time, ILogger<AuthorityRollout> log) : BackgroundService
{
    private const int Batch = 50;
    private const int AtOnce = 4;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(2);

    /// <summary>Longer than all that is done to a machine in one go.</summary>
    private static readonly TimeSpan Claim = 4 * OperationsOptions.SshTimeLimit;

    /// <returns>How many machines trust now what they should.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var all = await store.ListAsync(cancellationToken);
        if (all.Count < 2)
        {
            return 0;
        }

        await authorities.CloseDroppedAsync(all, cancellationToken);
        var wanted = MachineTrust.Join(all.Where(a => a.DroppedAt is null).Select(a => a.Number));
        var done = 0;
        await Parallel.ForEachAsync(
            await store.ListBehindAsync(wanted, Batch, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (machine, stopping) =>
            {
                if (await TryBringAsync(machine, all, stopping))
                {
                    Interlocked.Increment(ref done);
                }
            });
        return done;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryRunAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task TryRunAsync(CancellationToken stopping)
    {
        try
        {
            await RunAsync(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Log.BrokeOff(log, e, Every);
        }
    }

    private async Task<bool> TryBringAsync(Machine machine, IReadOnlyList<SshAuthority> all, CancellationToken cancellationToken)
    {
        if (!await store.ClaimAsync(machine, Claim, cancellationToken))
        {
            return false;
        }

        try
        {
            var present = all.Where(a => a.DroppedAt is null).ToList();
            await BringAsync(machine, present, Generation(all), cancellationToken);
            var trusted = MachineTrust.Join(present.Select(a => a.Number));
            await store.RecordAsync(machine, trusted, cancellationToken);
            Log.Brought(log, machine.Subject, string.Join(", ", present.Select(a => a.Id)));
            return true;
        }
        catch (Exception e) when (e is SshException or AuthorityException or InvalidOperationException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            Log.Failed(log, machine.Subject, e.Message, Pause);
            await store.RecordFailureAsync(machine, e.Message, Pause, cancellationToken);
            return false;
        }
    }

    private async Task BringAsync(Machine machine, IReadOnlyList<SshAuthority> present, long generation, CancellationToken cancellationToken)
    {
        var trusted = await store.TrustedByAsync(machine, cancellationToken);
        var placed = await shell.RunAsync(
            machine,
            RemoteScripts.PlaceAuthorities with { Input = Encoding.ASCII.GetBytes(Lines(present.Select(a => a.PublicKey), generation)) },
            cancellationToken);
        if (placed.ExitCode != 0)
        {
            throw new AuthorityException($"Writing the authorities it trusts failed with exit code {placed.ExitCode}: {placed.Stderr}");
        }

        foreach (var authority in present.Where(a => !trusted.Contains(a.Number)))
        {
            await shell.RunAsync(machine, RemoteScripts.CheckLogin with { SignedBy = authority.Number }, cancellationToken);
        }
    }

    private static string Lines(IEnumerable<string> keys, long generation) =>
        string.Create(CultureInfo.InvariantCulture, $"{generation}\n") + string.Concat(keys.Select(k => k.Trim() + "\n"));

    /// <summary>Grows with every change, so that a machine tells a late writer from the latest.</summary>
    private static long Generation(IReadOnlyList<SshAuthority> all) => all.Count + all.Count(a => a.DroppedAt is not null);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Subject} now trusts the SSH authorities {Authorities}")]
        public static partial void Brought(ILogger logger, string subject, string authorities);

        [LoggerMessage(2, LogLevel.Warning, "{Subject} could not be brought the SSH authorities it is to trust; next try in {Pause}: {Reason}")]
        public static partial void Failed(ILogger logger, string subject, string reason, TimeSpan pause);

        [LoggerMessage(3, LogLevel.Error, "Bringing SSH authorities to machines broke off; next look in {Period}")]
        public static partial void BrokeOff(ILogger logger, Exception exception, TimeSpan period);
    }
}
