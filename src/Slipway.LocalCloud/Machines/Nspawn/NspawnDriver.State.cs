using System.Globalization;
using System.Text.Json;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Disks that outlive the process. The machines themselves do not: they boot again, as after a restart of their host.</summary>
public sealed partial class NspawnDriver
{
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(20);

    private string Disks => options.KeepIn ?? Instance.Directory;

    public JsonElement Keep() => JsonSerializer.SerializeToElement(
        new NspawnState(SubnetOctet, [.. _machines.Values.Select(m => m.Spec with { UserData = null }).OrderBy(s => s.ServerId)]), StateJson.Wire.NspawnState);

    public async Task RestoreAsync(KeptMachines kept, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kept);
        foreach (var address in kept.Addresses)
        {
            _hosts.Reserve(int.Parse(address.AsSpan(address.LastIndexOf('.') + 1), CultureInfo.InvariantCulture));
        }

        foreach (var spec in NspawnState.Read(kept.Driver).Machines.Where(m => kept.Machines.ContainsKey(m.ServerId)))
        {
            var machine = NewMachine(spec with { UserData = kept.Machines[spec.ServerId] }, _numbers.Take());
            _machines[spec.ServerId] = machine;
            if (machine.Disk.Exists)
            {
                machine.Disk.WriteControlUrl(ControlUrlForMachines());
            }
            else if (!kept.Unfinished.Contains(spec.ServerId))
            {
                throw new LocalCloudOptionsException(
                    $"--state: the disk of server {spec.Hostname} is not in {machine.Disk.Directory}. Put back a copy of the whole directory, or give another one.");
            }
        }

        // The state is what there is; a disk it does not name was on its way out, or was not made to its end.
        var known = _machines.Keys.Select(id => $"{id}").Concat(kept.Images.Select(i => $"image-{i}")).Append("volumes").ToHashSet();
        var volumes = kept.Volumes.Select(v => $"{v}").ToHashSet();
        foreach (var orphan in Entries(Disks).Where(d => !known.Contains(Path.GetFileName(d))).Concat(Entries(VolumesDirectory).Where(v => !volumes.Contains(Path.GetFileName(v)))))
        {
            await _tools.RemoveTreeAsync(orphan);
        }

        static string[] Entries(string directory) => Directory.Exists(directory) ? Directory.GetDirectories(directory) : [];
    }
}

/// <summary>What the driver of real machines must find again.</summary>
internal sealed record NspawnState(int SubnetOctet, IReadOnlyList<MachineSpec> Machines)
{
    public static NspawnState Read(JsonElement kept) => kept.Deserialize(StateJson.Wire.NspawnState)!;
}
