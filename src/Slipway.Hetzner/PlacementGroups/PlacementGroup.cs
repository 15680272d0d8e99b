namespace Slipway.Hetzner;

/// <summary>Servers that shall not share a host.</summary>
public sealed record PlacementGroup
{
    /// <summary>The group's id.</summary>
    public long Id { get; init; }

    /// <summary>The name; unique in the project.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary><c>spread</c>: every server on a host of its own; an open set.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>The ids of its servers.</summary>
    public IReadOnlyList<long> Servers { get => field ?? []; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ?? EmptyLabels.Value; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }
}

internal sealed record CreatePlacementGroupBody(string Name, string Type, IReadOnlyDictionary<string, string>? Labels);

internal sealed record PlacementGroupAnswer(PlacementGroup? PlacementGroup);

internal sealed record PlacementGroupList(IReadOnlyList<PlacementGroup>? PlacementGroups) : Http.Page<PlacementGroup>
{
    public override IReadOnlyList<PlacementGroup> Items => PlacementGroups ?? [];
}
