using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Servers that never share a host; read and written under <see cref="HetznerProject.Gate"/>.</summary>
internal sealed class PlacementGroup
{
    /// <summary>The hosts of a spread group are a rack's worth.</summary>
    private const int MostServers = 10;

    public required long Id { get; init; }

    public required string Name { get; set; }

    public required string Type { get; init; }

    public required DateTimeOffset Created { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    private List<long> Servers { get; } = [];

    /// <summary>Refuses one server too many, as there is no further host for it.</summary>
    public void RequireRoom()
    {
        if (Servers.Count >= MostServers)
        {
            throw new HetznerFault(422, "placement_error", $"placement group already has {MostServers} servers");
        }
    }

    public void Add(Server server)
    {
        RequireRoom();
        Servers.Add(server.Id);
        server.PlacementGroup = this;
    }

    public void Remove(Server server)
    {
        Servers.Remove(server.Id);
        server.PlacementGroup = null;
    }

    public PlacementGroupView View() => new(Id, Name, Labels, Type, Created, [.. Servers]);
}

internal sealed record PlacementGroupView(
    long Id, string Name, IReadOnlyDictionary<string, string> Labels, string Type, DateTimeOffset Created, IReadOnlyList<long> Servers);

internal sealed record CreatePlacementGroup(string? Name, string? Type, Dictionary<string, string>? Labels);

/// <summary>Hetzner's Python library sends the id as a text, in every version.</summary>
internal sealed record JoinPlacementGroup(
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] long? PlacementGroup);

internal sealed record PlacementGroupAnswer(PlacementGroupView PlacementGroup);

/// <summary>The action is documented, and always null.</summary>
internal sealed record CreatePlacementGroupAnswer(PlacementGroupView PlacementGroup, HetznerAction? Action);

internal sealed record PlacementGroupsAnswer(IReadOnlyList<PlacementGroupView> PlacementGroups, ListMeta Meta);
