using System.Globalization;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>What is plugged into a machine besides its disk, whether it runs or not. Guarded by the machine.</summary>
internal sealed class MachineDevices(string? address)
{
    private const int FirstDevice = 10;

    private readonly SortedDictionary<long, string> _volumes = [];
    private readonly SortedDictionary<int, MachineInterface> _interfaces = [];

    public string? Address { get; set; } = address;

    /// <summary>Each volume's directory on this computer.</summary>
    public IReadOnlyDictionary<long, string> Volumes => _volumes;

    public IReadOnlyList<MachineInterface> Networks => [.. _interfaces.Values];

    /// <summary>Each interface by its place, which also names it.</summary>
    public IReadOnlyList<KeyValuePair<int, MachineInterface>> Interfaces => [.. _interfaces];

    public static string MountPoint(long volumeId) => string.Create(CultureInfo.InvariantCulture, $"/mnt/HC_Volume_{volumeId}");

    public static string DeviceName(int place) => string.Create(CultureInfo.InvariantCulture, $"ens{FirstDevice + place}");

    public bool Add(long volumeId, string directory) => _volumes.TryAdd(volumeId, directory);

    public bool Remove(long volumeId) => _volumes.Remove(volumeId);

    /// <returns>The interface's place, and whether it is a new one.</returns>
    public (int Place, bool Added) Plug(MachineInterface nic)
    {
        var place = PlaceOf(nic.NetworkId);
        var added = place is null;
        place ??= Enumerable.Range(0, _interfaces.Count + 1).First(i => !_interfaces.ContainsKey(i));
        _interfaces[place.Value] = nic;
        return (place.Value, added);
    }

    public int? Unplug(long networkId)
    {
        var place = PlaceOf(networkId);
        if (place is { } found)
        {
            _interfaces.Remove(found);
        }

        return place;
    }

    private int? PlaceOf(long networkId) =>
        _interfaces.Where(i => i.Value.NetworkId == networkId).Select(i => (int?)i.Key).FirstOrDefault();
}
