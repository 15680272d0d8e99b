using System.Security.Cryptography;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Tailscale;

/// <summary>The one modelled tailnet: who enrolled, where they are, and whether they are connected.</summary>
internal sealed class Tailnet(LocalCloudOptions options, AuthKeys keys, AccessTokens tokens, TimeProvider time, StateChanges changes)
{
    public const string Domain = "tail5a1b.ts.net";

    private static readonly TimeSpan EphemeralPatience = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Device> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<long, List<Device>> _machines = [];
    private readonly HashSet<Device> _ephemerals = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<int> _addresses = [];
    private long _lastNumber = 8_800_000_000;

    /// <summary>No address below it is free.</summary>
    private int _free;

    /// <summary>What <c>tailscale up</c> does: spends the key and gives the node its name and addresses.</summary>
    public Device Enrol(string authKey, string hostname, IReadOnlyList<string> tags, long? serverId)
    {
        if (hostname.Length is 0 or > 63)
        {
            throw new TailscaleFault(400, "invalid hostname: 1 to 63 characters are expected");
        }

        var key = keys.Use(authKey);
        var permitted = key.Capabilities.Tags ?? [];
        var refused = tags.Except(permitted, StringComparer.Ordinal).ToList();
        if (refused.Count > 0)
        {
            throw new TailscaleFault(400, $"requested tags [{string.Join(' ', refused)}] are invalid or not permitted");
        }

        lock (_gate)
        {
            ForgetLostEphemerals();
            var index = FreeAddress();
            var device = new Device
            {
                Number = ++_lastNumber,
                NodeId = $"n{RandomNumberGenerator.GetHexString(10)}CNTRL",
                Name = $"{FreeName(hostname)}.{Domain}",
                Hostname = hostname,
                Addresses = [Ipv4(index), $"fd7a:115c:a1e0::{index + 1:x}"],
                Tags = permitted.ToList(),
                Ephemeral = key.Capabilities.Ephemeral,
                Authorized = key.Capabilities.Preauthorized,
                Created = time.GetUtcNow(),
                Key = RandomNumberGenerator.GetHexString(64, lowercase: true),
                ServerId = serverId,
            };
            Add(device);
            changes.Mark();
            return device;
        }
    }

    public TailscaleState Keep()
    {
        lock (_gate)
        {
            return new TailscaleState(
                keys.All, tokens.Keep(), _lastNumber, [.. _devices.Values.Select(DeviceState.Of)], [.. _names.Order(StringComparer.Ordinal)], [.. _addresses.Order()]);
        }
    }

    public void Restore(TailscaleState state)
    {
        keys.Restore(state.Keys);
        tokens.Restore(state.Tokens);
        lock (_gate)
        {
            _lastNumber = state.LastNumber;
            _names.UnionWith(state.Names);
            _addresses.UnionWith(state.Addresses);
            foreach (var device in state.Devices)
            {
                Add(device.Restore());
            }
        }
    }

    /// <summary>A device of another tailnet that was shared into this one.</summary>
    public Device Share(string hostname)
    {
        lock (_gate)
        {
            var index = FreeAddress();
            var device = new Device
            {
                Number = ++_lastNumber,
                NodeId = $"n{RandomNumberGenerator.GetHexString(10)}CNTRL",
                Name = $"{hostname}.tail-elsewhere.ts.net",
                Hostname = hostname,
                Addresses = [Ipv4(index), $"fd7a:115c:a1e0::{index + 1:x}"],
                Tags = [],
                Ephemeral = false,
                Authorized = true,
                External = true,
                Created = time.GetUtcNow(),
                Key = RandomNumberGenerator.GetHexString(64, lowercase: true),
                ServerId = null,
            };
            Add(device);
            return device;
        }
    }

    public IReadOnlyList<DeviceView> List(Func<DeviceView, bool> wanted, bool allFields = false)
    {
        lock (_gate)
        {
            ForgetLostEphemerals();
            return _devices.Values.Select(d => d.View(allFields)).Where(wanted).ToList();
        }
    }

    /// <summary>A device by its node id, or by its older numeric id.</summary>
    public T? Find<T>(string id, Func<Device, T> select)
        where T : class
    {
        lock (_gate)
        {
            ForgetLostEphemerals();
            return Lookup(id) is { } device ? select(device) : null;
        }
    }

    public bool Delete(string id)
    {
        lock (_gate)
        {
            if (Lookup(id) is not { } device)
            {
                return false;
            }

            if (device.External)
            {
                throw new TailscaleFault(501, "cannot delete devices outside of your tailnet");
            }

            Remove(device);
            return true;
        }
    }

    public bool Change(string id, Action<Device> change)
    {
        lock (_gate)
        {
            ForgetLostEphemerals();
            if (Lookup(id) is not { } device)
            {
                return false;
            }

            if (device.External)
            {
                throw new TailscaleFault(403, "cannot change devices outside of your tailnet");
            }

            change(device);
            return true;
        }
    }

    /// <summary>Gives a device the name it wants, or the nearest that is free.</summary>
    public bool Rename(string id, string wanted) => Change(id, device =>
    {
        _names.Remove(device.Name[..device.Name.IndexOf('.', StringComparison.Ordinal)]);
        device.Name = $"{FreeName(wanted)}.{Domain}";
    });

    /// <summary>A machine's devices are connected exactly while it is on.</summary>
    public void SetMachinePower(long serverId, bool on)
    {
        lock (_gate)
        {
            foreach (var device in _machines.GetValueOrDefault(serverId, []))
            {
                device.LastSeen = on ? null : device.LastSeen ?? time.GetUtcNow();
            }
        }
    }

    /// <summary>The machine's disk is gone and with it the node's identity: its devices never come back.</summary>
    public void ForgetMachine(long serverId)
    {
        lock (_gate)
        {
            _machines.Remove(serverId, out var devices);
            foreach (var device in devices ?? [])
            {
                device.LastSeen ??= time.GetUtcNow();
                device.ServerId = null;
            }
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _devices.Clear();
            _machines.Clear();
            _ephemerals.Clear();
            _names.Clear();
            _addresses.Clear();
            _free = 0;
        }
    }

    private Device? Lookup(string id) =>
        _devices.GetValueOrDefault(id)
        ?? _devices.Values.FirstOrDefault(d => d.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) == id);

    private void Add(Device device)
    {
        _devices.Add(device.NodeId, device);
        if (device.ServerId is { } server)
        {
            (_machines.TryGetValue(server, out var devices) ? devices : _machines[server] = []).Add(device);
        }

        if (device.Ephemeral)
        {
            _ephemerals.Add(device);
        }
    }

    private void Remove(Device device)
    {
        _devices.Remove(device.NodeId);
        _ephemerals.Remove(device);
        if (device.ServerId is { } server)
        {
            _machines[server].Remove(device);
        }

        _names.Remove(device.Name[..device.Name.IndexOf('.', StringComparison.Ordinal)]);
        var address = Index(device.Addresses[0]);
        _addresses.Remove(address);
        _free = Math.Min(_free, address);
    }

    private void ForgetLostEphemerals()
    {
        var limit = time.GetUtcNow() - EphemeralPatience;
        foreach (var device in _ephemerals.Where(d => d.LastSeen <= limit).ToList())
        {
            Remove(device);
        }
    }

    /// <summary>A taken name gets -1, -2 …; only the name is unique, the hostname is what the machine said.</summary>
    private string FreeName(string hostname)
    {
        var wanted = hostname.ToLowerInvariant().Replace('.', '-');
        var name = wanted;
        for (var n = 1; !_names.Add(name); n++)
        {
            name = $"{wanted}-{n}";
        }

        return name;
    }

    private int FreeAddress()
    {
        for (; _free < (256 - options.TailscaleOctet) * 254; _free++)
        {
            if (_addresses.Add(_free))
            {
                return _free;
            }
        }

        throw new TailscaleFault(500, "no address is left; choose a lower --tailscale-octet");
    }

    private string Ipv4(int index) => $"100.77.{options.TailscaleOctet + index / 254}.{1 + index % 254}";

    private int Index(string ipv4)
    {
        var parts = ipv4.Split('.');
        return (int.Parse(parts[2], null) - options.TailscaleOctet) * 254 + int.Parse(parts[3], null) - 1;
    }
}
