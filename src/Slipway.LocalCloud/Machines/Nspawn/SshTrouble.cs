using System.Globalization;
using Slipway.LocalCloud.FaultInjection;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Faults of a running machine's SSH, done in its own network and to its own sshd; what is left of them goes with the machine.</summary>
internal sealed partial class SshTrouble(
    MachineSpec machine, string upper, ControlGroup group, MachineFaults faults, ToolRunner tools, TimeProvider clock, ILogger logger)
{
    private const string NewHostKey =
        "rm -f /etc/ssh/ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, Task> _blocks = new(StringComparer.Ordinal);
    private readonly Dictionary<int, long> _sessions = [];

    /// <summary>Follows the faults for as long as the machine runs.</summary>
    public async Task RunAsync(Task exited)
    {
        using var stop = new CancellationTokenSource();
        using var changed = new SemaphoreSlim(0);
        void Wake() => changed.Release();
        faults.Changed += Wake;
        var ending = StopAsync();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (await StepAsync(stop.Token))
                {
                    await Task.Delay(BetweenLooks, clock, stop.Token);
                }
                else
                {
                    await changed.WaitAsync(stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The machine is off.
        }
        catch (Exception failure)
        {
            Log.Failed(logger, machine.ServerId, failure);
        }
        finally
        {
            faults.Changed -= Wake;
            await ending;
            await Task.WhenAll(_blocks.Values);
        }

        async Task StopAsync()
        {
            await exited;
            await stop.CancelAsync();
        }
    }

    /// <returns>Whether there is something to look for again soon.</returns>
    private async Task<bool> StepAsync(CancellationToken off)
    {
        foreach (var (kind, verdict) in ((string, string)[])[("ssh_refuses", "reject with tcp reset"), ("ssh_hangs", "drop")])
        {
            if ((!_blocks.TryGetValue(kind, out var block) || block.IsCompleted) && faults.Take(kind, machine) is { } fault)
            {
                _blocks[kind] = BlockAsync(kind, verdict, fault, off);
            }
        }

        var changesKey = faults.Find("ssh_changes_host_key", machine) is not null;
        // Not before the first boot is over: until then there is no key anybody could know.
        if (changesKey && IsBooted() && faults.Take("ssh_changes_host_key", machine) is not null)
        {
            await InMachineAsync(["-a"], ["/bin/sh", "-c", NewHostKey], "", off);
        }

        var drops = faults.Find("ssh_drops", machine);
        if (drops is not null)
        {
            Drop(drops.Number("milliseconds"));
        }

        return changesKey || drops is not null;
    }

    private bool IsBooted() => Directory.Exists(Path.Combine(upper, "var/lib/cloud/instances"))
        && Directory.EnumerateFiles(Path.Combine(upper, "var/lib/cloud/instances"), "boot-finished", SearchOption.AllDirectories).Any();

    private async Task BlockAsync(string kind, string verdict, Fault fault, CancellationToken off)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(fault.TakenBack, off);
        try
        {
            await InMachineAsync(["-n"], ["nft", "-f", "-"], $$"""
                table inet {{kind}} {
                  chain input {
                    type filter hook input priority 0;
                    tcp dport 22 tcp flags & (syn | ack) == syn {{verdict}}
                  }
                }

                """, off);
            var patience = fault.Number("seconds") is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;
            await Task.Delay(patience, clock, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!off.IsCancellationRequested)
            {
                await InMachineAsync(["-n"], ["nft", "delete", "table", "inet", kind], "", off);
            }
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException or OperationCanceledException)
        {
            if (!off.IsCancellationRequested)
            {
                Log.Failed(logger, machine.ServerId, failure);
            }
        }
    }

    /// <summary>Ends the sshd process behind every session that is old enough, as a dying connection would look from outside.</summary>
    private void Drop(int milliseconds)
    {
        foreach (var process in group.Processes("payload").Where(IsSession))
        {
            var since = _sessions.TryGetValue(process, out var known) ? known : _sessions[process] = clock.GetTimestamp();
            if (clock.GetElapsedTime(since).TotalMilliseconds >= milliseconds && faults.Take("ssh_drops", machine) is not null)
            {
                ControlGroup.Kill(process);
                _sessions.Remove(process);
            }
        }
    }

    private static bool IsSession(int process) =>
        Read($"/proc/{process}/cmdline") is var line && line.StartsWith("sshd: ", StringComparison.Ordinal) && line.Contains('@', StringComparison.Ordinal);

    private Task<string> InMachineAsync(string[] namespaces, string[] command, string input, CancellationToken off)
    {
        // The machine's own first process: the one that is number 1 in the innermost namespace.
        var first = group.Processes("payload").FirstOrDefault(p =>
            Read($"/proc/{p}/status").Split('\n').Any(l => l.StartsWith("NSpid:", StringComparison.Ordinal) && l.EndsWith("\t1", StringComparison.Ordinal)));
        return first == 0
            ? throw new InvalidOperationException($"machine {machine.ServerId} has no first process")
            : tools.RunAsync("nsenter", ["-t", first.ToString(CultureInfo.InvariantCulture), .. namespaces, "--", .. command], off, input);
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // The process ended while we looked.
            return "";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A fault of machine {ServerId} could not be carried out")]
        public static partial void Failed(ILogger logger, long serverId, Exception exception);
    }
}
