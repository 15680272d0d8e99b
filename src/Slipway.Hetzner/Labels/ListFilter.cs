using Slipway.Hetzner.Http;

namespace Slipway.Hetzner;

/// <summary>What to list, and in which order. What is not said is not filtered. Source: the query parameters of Hetzner's OpenAPI document.</summary>
public record ListFilter
{
    /// <summary>Only resources with this exact name.</summary>
    public string? Name { get; init; }

    /// <summary>Only resources whose labels match, such as <see cref="Hetzner.LabelSelector.FromLabels"/>. Locations, server types and ISOs have no labels.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Fields to sort by, the most important first, each <c>field</c>, <c>field:asc</c> or <c>field:desc</c>, such as <c>created:desc</c>.</summary>
    public IReadOnlyList<string> Sort { get; init; } = [];

    internal virtual Query ToQuery() => new Query().Add("name", Name).Add("label_selector", LabelSelector).AddEach("sort", Sort);
}

/// <summary>Which servers to list.</summary>
public sealed record ServerFilter : ListFilter
{
    /// <summary>Only servers in one of these states; see <see cref="ServerStatus"/>.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    internal override Query ToQuery() => base.ToQuery().AddEach("status", Statuses);
}

/// <summary>Which SSH keys to list.</summary>
public sealed record SshKeyFilter : ListFilter
{
    /// <summary>Only the key with this MD5 fingerprint in colon-separated hex.</summary>
    public string? Fingerprint { get; init; }

    internal override Query ToQuery() => base.ToQuery().Add("fingerprint", Fingerprint);
}

/// <summary>Which images to list.</summary>
public sealed record ImageFilter : ListFilter
{
    /// <summary>Only these types: <c>system</c>, <c>app</c>, <c>snapshot</c>, <c>backup</c>.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Only these states: <c>available</c>, <c>creating</c>, <c>unavailable</c>.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    /// <summary>Only backups bound to one of these servers, by id.</summary>
    public IReadOnlyList<long> BoundTo { get; init; } = [];

    /// <summary><c>x86</c> or <c>arm</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary>Whether deprecated images are listed too; Hetzner leaves them out unless asked.</summary>
    public bool? IncludeDeprecated { get; init; }

    internal override Query ToQuery() => base.ToQuery().AddEach("type", Types).AddEach("status", Statuses).AddEach("bound_to", BoundTo)
        .Add("architecture", Architecture).Add("include_deprecated", IncludeDeprecated);
}

/// <summary>Which ISOs to list.</summary>
public sealed record IsoFilter : ListFilter
{
    /// <summary><c>x86</c> or <c>arm</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary>Whether custom ISOs, whose architecture nobody knows, are listed as well when <see cref="Architecture"/> is given.</summary>
    public bool? IncludeUnknownArchitecture { get; init; }

    internal override Query ToQuery() =>
        base.ToQuery().Add("architecture", Architecture).Add("include_architecture_wildcard", IncludeUnknownArchitecture);
}

/// <summary>Which primary IPs to list.</summary>
public sealed record PrimaryIpFilter : ListFilter
{
    /// <summary>Only the one with this address.</summary>
    public string? Ip { get; init; }

    internal override Query ToQuery() => base.ToQuery().Add("ip", Ip);
}

/// <summary>Which placement groups to list.</summary>
public sealed record PlacementGroupFilter : ListFilter
{
    /// <summary>Only these types; today there is <c>spread</c>.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    internal override Query ToQuery() => base.ToQuery().AddEach("type", Types);
}

/// <summary>Which volumes to list.</summary>
public sealed record VolumeFilter : ListFilter
{
    /// <summary>Only these states: <c>available</c>, <c>creating</c>.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    internal override Query ToQuery() => base.ToQuery().AddEach("status", Statuses);
}

/// <summary>Which actions to list.</summary>
public sealed record ActionFilter
{
    /// <summary>Only these states: <c>running</c>, <c>success</c>, <c>error</c>.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    /// <summary>Only these actions, by id. Where a resource's own actions are listed, Hetzner ignores it.</summary>
    public IReadOnlyList<long> Ids { get; init; } = [];

    /// <summary>Fields to sort by, each <c>field</c>, <c>field:asc</c> or <c>field:desc</c>; <c>id</c>, <c>command</c>, <c>status</c>, <c>started</c>, <c>finished</c>.</summary>
    public IReadOnlyList<string> Sort { get; init; } = [];

    internal Query ToQuery() => new Query().AddEach("id", Ids).AddEach("status", Statuses).AddEach("sort", Sort);
}
