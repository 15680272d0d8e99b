using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.State;
using Slipway.LocalCloud.Tailscale;
using YamlDotNet.Core;

namespace Slipway.LocalCloud.Machines.Simulated;

/// <summary>What happens in a machine from power-on: the first boot does what its user_data says, every boot brings the unit up.</summary>
internal sealed partial class SimulatedBoot(
    LocalCloudOptions options, Tailnet tailnet, SimulatedReports reports, MachineFaults faults, TimeProvider time, StateChanges changes, ILogger<SimulatedBoot> logger)
{
    /// <summary>Ends when there is nothing left to do, or with the machine's power.</summary>
    public async Task RunAsync(SimulatedMachine machine, CancellationToken powerLost)
    {
        try
        {
            machine.Print($"Booting {machine.Spec.Hostname} from {machine.Spec.Image}");
            if (faults.Take("never_boots", machine.Spec) is not null)
            {
                machine.Print("A start job is running for a fault.");
                await Task.Delay(Timeout.InfiniteTimeSpan, time, powerLost);
            }

            var late = TimeSpan.FromSeconds(faults.Take("boots_slowly", machine.Spec)?.Number("seconds") ?? 0);
            await Task.Delay(options.BootTime + late, time, powerLost);
            lock (machine.Gate)
            {
                powerLost.ThrowIfCancellationRequested();
                machine.Reachable = true;
                machine.UnitActive = machine.Disk.UnitEnabled;
            }

            changes.Mark();
            machine.Print($"{machine.Spec.Hostname} login:");
            if (!machine.Disk.FirstBootDone)
            {
                await FirstBootAsync(machine, machine.Disk, powerLost);
                machine.Disk.FirstBootDone = true;
                machine.Print("Cloud-init finished.");
                changes.Mark();
            }
        }
        catch (OperationCanceledException) when (powerLost.IsCancellationRequested)
        {
            machine.Print("Power lost.");
        }
        catch (Exception bug)
        {
            Log.BootFailed(logger, machine.Spec.ServerId, bug);
            machine.Print($"Boot failed: {bug.Message}");
        }
    }

    private async Task FirstBootAsync(SimulatedMachine machine, SimulatedDisk disk, CancellationToken powerLost)
    {
        try
        {
            disk.Config = CloudConfig.Read(faults.Take("cloud_init_fails", machine.Spec) is null ? disk.UserData : "#cloud-config\n: {\n");
        }
        catch (YamlException wrong)
        {
            // cloud-init goes on without what it cannot read; so nobody ever hears of this machine.
            machine.Print($"Failed loading yaml blob: {wrong.Message}");
            return;
        }

        // A boot the power cut short goes on where it was: its auth key is spent.
        disk.Report ??= RunBootScript(machine, disk.Config);
        changes.Mark();
        if (disk.Config.ReportUrl is { Length: > 0 } url)
        {
            await reports.PostAsync(machine, new Uri(url), disk.Report, tries: int.MaxValue, powerLost);
        }

        if (disk.Config.PhoneHomeUrl is { } home)
        {
            var fields = disk.Config.PhoneHomeFields.Select(f => KeyValuePair.Create(f, PhoneHomeValue(f, machine, disk)));
            if (faults.Take("phone_home_lost", machine.Spec) is not null)
            {
                machine.Print($"POST to {home.Host}: lost");
                return;
            }

            await reports.PostAsync(machine, home, fields.ToList(), tries: 10, powerLost);
            if (faults.Take("phone_home_doubled", machine.Spec) is not null)
            {
                await reports.PostAsync(machine, home, fields.ToList(), tries: 10, powerLost);
            }
        }
    }

    private List<KeyValuePair<string, string>> RunBootScript(SimulatedMachine machine, CloudConfig config)
    {
        if (config.BootScript is null || TailscaleUp.Find(config.BootScript, machine.Spec.Hostname) is not { } up)
        {
            return [new("phase", "ready"), new("status", "ok")];
        }

        try
        {
            if (!config.Files.TryGetValue(up.KeyPath, out var key))
            {
                throw new TailscaleFault(400, $"open {up.KeyPath}: no such file or directory");
            }

            var device = tailnet.Enrol(key.Trim(), up.Hostname, up.Tags, machine.Spec.ServerId).Node();
            return
            [
                new("phase", "ready"),
                new("status", "ok"),
                new("tailscale_node_id", device.NodeId),
                new("tailscale_ips", string.Join(',', device.Addresses)),
                new("tailscale_dns_name", device.DnsName.TrimEnd('.')),
            ];
        }
        catch (TailscaleFault refused)
        {
            var text = $"backend error: {refused.Message}";
            machine.Print(text);
            return [new("phase", "join-tailscale"), new("status", "failed"), new("exit_code", "1"), new("line", "1"), new("log_tail", text)];
        }
    }

    private static string PhoneHomeValue(string field, SimulatedMachine machine, SimulatedDisk disk) => field switch
    {
        // The whole .pub file, comment and newline included.
        "pub_key_ed25519" => $"{disk.HostKey.Line} root@{machine.Spec.Hostname}\n",
        "instance_id" => machine.Spec.InstanceId,
        "hostname" => machine.Spec.Hostname.Split('.')[0],
        "fqdn" => machine.Spec.Hostname,
        _ => "N/A",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The simulated machine of server {ServerId} could not boot.")]
        public static partial void BootFailed(ILogger logger, long serverId, Exception bug);
    }
}
