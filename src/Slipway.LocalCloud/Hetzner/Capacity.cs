using System.Collections.Concurrent;
using System.Text.Json;
using Slipway.LocalCloud.FaultInjection;
using Slipway.LocalCloud.State;

namespace Slipway.LocalCloud.Hetzner;

internal enum CapacityState
{
    Available,
    SoldOut,
    Disabled,
}

/// <summary>What can be ordered where right now; tests sell things out.</summary>
internal sealed class Capacity(Catalog catalog, ApiDate date, Faults faults)
{
    private const string Any = "*";

    private readonly ConcurrentDictionary<(string Type, string Location), CapacityState> _states = new();

    /// <summary>All that was set.</summary>
    public IReadOnlyList<CapacityStatement> Statements =>
        [.. _states.Select(s => new CapacityStatement(s.Key.Type, s.Key.Location, s.Value)).OrderBy(s => s.Type, StringComparer.Ordinal).ThenBy(s => s.Location, StringComparer.Ordinal)];

    /// <summary>Sets one type in one location; null means every type, or every location.</summary>
    public void Set(string? type, string? location, CapacityState state) => _states[(type ?? Any, location ?? Any)] = state;

    public void Clear() => _states.Clear();

    /// <summary>The most exact statement counts.</summary>
    public CapacityState Of(string type, string location)
    {
        (string, string)[] exactFirst = [(type, location), (Any, location), (type, Any), (Any, Any)];
        foreach (var key in exactFirst)
        {
            if (_states.TryGetValue(key, out var state))
            {
                return state;
            }
        }

        return CapacityState.Available;
    }

    /// <summary>The type with today's availability in its locations.</summary>
    public ServerType Describe(ServerType type) => type with
    {
        Locations = type.Locations
            .Select(l => l with { Available = !IsGone(l) && Of(type.Name, l.Name) == CapacityState.Available && !IsListedAsGone(type, l.Name) }).ToList(),
    };

    /// <summary>Where the server goes, or the refusal Hetzner gives.</summary>
    public Location Place(ServerType type, IdOrName? wanted)
    {
        if (wanted is null)
        {
            return catalog.Locations.FirstOrDefault(l => Offers(type, l) && Of(type.Name, l.Name) == CapacityState.Available && !Struck(type, l))
                ?? throw HetznerFault.NoPlacement();
        }

        var location = catalog.Locations.FirstOrDefault(l => wanted.Value.Matches(l.Id, l.Name))
            ?? throw HetznerFault.InvalidField("location", "Unknown location.");
        if (!Offers(type, location))
        {
            throw HetznerFault.InvalidInput("unsupported location for server type");
        }

        if (faults.Take("location_disabled", f => f.Means("location", location.Name)) is not null)
        {
            throw HetznerFault.LocationDisabled();
        }

        return Struck(type, location) ? throw HetznerFault.NoPlacement() : Of(type.Name, location.Name) switch
        {
            CapacityState.SoldOut => throw HetznerFault.NoPlacement(),
            CapacityState.Disabled => throw HetznerFault.LocationDisabled(),
            _ => location,
        };
    }

    /// <summary>Whether the type can be had nowhere any more, however long one waits.</summary>
    public bool IsGone(ServerType type) => type.Locations.All(IsGone);

    public IReadOnlyList<Datacenter> Datacenters() => catalog.Locations.Select(Datacenter).ToList();

    /// <summary>What servers said of their place until 2026-07-01; null after that day.</summary>
    public Datacenter? DatacenterOfServerIn(Location location) => date.HasDatacenterFields ? Datacenter(location) : null;

    /// <summary>Where an order's datacenter is; refused from 2026-07-01 on.</summary>
    public IdOrName? PlaceOf(JsonElement? datacenter)
    {
        if (datacenter is not { } given)
        {
            return null;
        }

        if (!date.HasDatacenterFields)
        {
            throw HetznerFault.InvalidField("datacenter", "Unknown field.");
        }

        var wanted = new IdOrName(given.ToString());
        return Datacenters().FirstOrDefault(d => wanted.Matches(d.Id, d.Name)) is { } found
            ? new IdOrName(found.Location.Name)
            : throw HetznerFault.InvalidField("datacenter", "Unknown datacenter.");
    }

    private Datacenter Datacenter(Location location)
    {
        var supported = catalog.ServerTypes.Where(t => Offers(t, location)).ToList();
        var available = supported.Where(t => Of(t.Name, location.Name) == CapacityState.Available).Select(t => t.Id).ToList();
        return Hetzner.Datacenter.In(location, new DatacenterServerTypes(supported.Select(t => t.Id).ToList(), available, available));
    }

    private bool IsGone(TypeLocation location) => location.Deprecation is { } deprecation && date.IsPast(deprecation.UnavailableAfter);

    private bool Offers(ServerType type, Location location) => type.Locations.Any(l => l.Name == location.Name && !IsGone(l));

    private bool Struck(ServerType type, Location location) =>
        faults.Take("sold_out", f => f.Means("server_type", type.Name) && f.Means("location", location.Name)) is not null;

    private bool IsListedAsGone(ServerType type, string location) =>
        faults.Find("sold_out", f => f.Text("listed") == "no" && f.Means("server_type", type.Name) && f.Means("location", location)) is not null
        || faults.Find("location_disabled", f => f.Text("listed") == "no" && f.Means("location", location)) is not null;
}
