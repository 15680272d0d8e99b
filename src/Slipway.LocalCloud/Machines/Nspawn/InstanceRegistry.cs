using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Every LocalCloud with real machines on this computer: who has which bridge number, and what the dead left.</summary>
/// <remarks>
/// Kept in /run, like what it describes: both are gone after a reboot. One place whatever the state directory is, so that any
/// LocalCloud can clean up after any other.
/// </remarks>
internal sealed class InstanceRegistry(string stateDirectory, ToolRunner tools, TimeProvider clock)
{
    private const string Directory = "/run/slipway-local";
    private const int Octets = 250;

    private string InstancesDirectory => Path.Combine(stateDirectory, "instances");

    public static string GroupName(int octet) => $"slipway-local-{octet}";

    /// <summary>Cleans up after the dead, then takes a number nobody uses.</summary>
    /// <param name="wanted">The only number that will do; null is any.</param>
    /// <param name="cancellationToken">Ends the wait for others who clean up.</param>
    /// <exception cref="LocalCloudOptionsException">Somebody uses that number.</exception>
    public async Task<InstanceRecord> ClaimAsync(int? wanted, CancellationToken cancellationToken)
    {
        using var held = await LockAsync(cancellationToken);
        await SweepHeldAsync();
        var taken = Records().Select(r => r.Octet).Concat(OctetsInUse()).ToHashSet();
        if (wanted is { } only && taken.Contains(only))
        {
            throw new LocalCloudOptionsException(
                $"--state: its machines have addresses in 10.77.{only}.0/24, which {UserOf(only)} uses now. Stop that first, or start with another directory.");
        }

        var octet = wanted ?? Enumerable.Range(0, Octets).Cast<int?>().FirstOrDefault(o => !taken.Contains(o!.Value))
            ?? throw new InvalidOperationException($"All {Octets} networks 10.77.N.0/24 of this computer are in use; stop a LocalCloud.");
        var record = InstanceRecord.Ours(octet, Path.Combine(InstancesDirectory, octet.ToString(CultureInfo.InvariantCulture)));
        // The record first: whoever looks for leftovers meanwhile must not take the directory for one.
        Write(record);
        RootFile.CreatePrivateDirectory(record.Directory);
        return record;
    }

    public static void Write(InstanceRecord record)
    {
        var file = FileOf(record.Octet);
        File.WriteAllText($"{file}.new", JsonSerializer.Serialize(record, NspawnJson.Default.InstanceRecord));
        File.Move($"{file}.new", file, overwrite: true);
    }

    public static IReadOnlyList<string> ImagesInUse() => [.. Records().Select(r => r.Image).OfType<string>()];

    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        using var held = await LockAsync(cancellationToken);
        return await SweepHeldAsync();
    }

    /// <summary>Takes away all an instance has in the kernel and on disk; what is gone already is no error.</summary>
    public async Task RemoveAsync(InstanceRecord record)
    {
        // A number that was taken from us, thought dead, is somebody else's now.
        var isOurs = Read(FileOf(record.Octet)) == record;
        if (isOurs)
        {
            await new ControlGroup(GroupName(record.Octet)).RemoveAsync(clock);
            await new MachineNetwork(record.Octet, tools).RemoveAsync();
        }

        await tools.RemoveTreeAsync(record.Directory);
        if (isOurs)
        {
            File.Delete(FileOf(record.Octet));
        }
    }

    /// <summary>What the dead, and any LocalCloud of this process, have on this computer now; what belongs to a living one elsewhere is no leftover.</summary>
    public async Task<IReadOnlyList<string>> FindAsync()
    {
        // Looked at before and after: one that starts or ends meanwhile is alive in one of the two.
        var living = LivingElsewhere();
        var mounts = File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')[4])
            .Where(m => m.StartsWith(stateDirectory, StringComparison.Ordinal)).ToList();
        var groups = ControlGroup.Find("slipway-local-*").Select(g => (Path: g, Group: Path.GetFileName(g))).ToList();
        var processes = groups.Select(g => g.Group).Distinct().SelectMany(g => new ControlGroup(g).Processes().Select(pid => (Pid: pid, Group: g))).ToList();
        var network = await MachineNetwork.FindAsync(tools);
        var (records, directories) = (Records(), InstanceDirectories());
        living = [.. living, .. LivingElsewhere()];
        var octets = living.Select(r => r.Octet).ToHashSet();
        var names = octets.Select(GroupName).ToHashSet();
        bool IsTheirs(string path) => living.Exists(r => path == r.Directory || path.StartsWith($"{r.Directory}/", StringComparison.Ordinal));
        return
        [
            .. processes.Where(p => !names.Contains(p.Group)).Select(p => $"process {p.Pid} in {p.Group}"),
            .. groups.Where(g => !names.Contains(g.Group)).Select(g => $"control group {g.Path}"),
            .. mounts.Where(m => !IsTheirs(m)).Select(m => $"mount {m}"),
            .. network.Where(n => !octets.Contains(n.Octet)).Select(n => n.Thing),
            .. records.Where(r => !octets.Contains(r.Octet)).Select(r => $"record {FileOf(r.Octet)}"),
            .. directories.Where(d => !IsTheirs(d)).Select(d => $"directory {d}"),
        ];
    }

    private static List<InstanceRecord> LivingElsewhere() => Records().FindAll(r => r.IsAlive && r.Pid != Environment.ProcessId);

    private async Task<int> SweepHeldAsync()
    {
        var dead = Records().Where(r => !r.IsAlive).ToList();
        foreach (var record in dead)
        {
            await RemoveAsync(record);
        }

        // After a reboot of this computer the records are gone, and with them all but the disks.
        var owned = Records().Select(r => r.Directory).ToHashSet();
        var orphans = InstanceDirectories().Where(d => !owned.Contains(d)).ToList();
        foreach (var directory in orphans)
        {
            await tools.RemoveTreeAsync(directory);
        }

        return dead.Count + orphans.Count;
    }

    private Task<IDisposable> LockAsync(CancellationToken cancellationToken) =>
        FileLock.TakeAsync(Path.Combine(Directory, "lock"), TimeSpan.FromMinutes(2), clock, cancellationToken);

    private string[] InstanceDirectories() =>
        System.IO.Directory.Exists(InstancesDirectory) ? System.IO.Directory.GetDirectories(InstancesDirectory) : [];

    private static string FileOf(int octet) => Path.Combine(Directory, $"{octet}.json");

    private static List<InstanceRecord> Records() =>
        System.IO.Directory.Exists(Directory)
            ? [.. System.IO.Directory.GetFiles(Directory, "*.json").Select(Read).OfType<InstanceRecord>()]
            : [];

    private static InstanceRecord? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), NspawnJson.Default.InstanceRecord);
        }
        catch (IOException)
        {
            // Its owner has just ended.
            return null;
        }
    }

    private static string UserOf(int octet) => Records().Find(r => r.Octet == octet) is { } record
        ? string.Create(CultureInfo.InvariantCulture, $"another LocalCloud (process {record.Pid})")
        : "an interface of this computer";

    // Numbers whose bridge or address somebody else's interface has.
    private static IEnumerable<int> OctetsInUse()
    {
        var interfaces = NetworkInterface.GetAllNetworkInterfaces();
        var addresses = interfaces.SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address)
            .Where(a => a.AddressFamily == AddressFamily.InterNetwork).Select(a => a.GetAddressBytes())
            .Where(b => b is [10 or 100, 77, _, _]).Select(b => (int)b[2]);
        var names = interfaces.Select(i => i.Name).ToHashSet();
        return addresses.Concat(Enumerable.Range(0, Octets).Where(o => names.Contains(MachineNetwork.BridgeName(o))));
    }
}
