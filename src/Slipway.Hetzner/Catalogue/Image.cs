namespace Slipway.Hetzner;

/// <summary>What a server's disk is made from.</summary>
public sealed record Image
{
    /// <summary>The image's id; the only way to name a snapshot.</summary>
    public long Id { get; init; }

    /// <summary><c>system</c>, <c>app</c>, <c>snapshot</c> or <c>backup</c>; an open set.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary><c>available</c>, <c>creating</c> or <c>unavailable</c>; an open set.</summary>
    public string Status { get => field ?? ""; init; }

    /// <summary>Such as <c>debian-12</c>; <see langword="null"/> for snapshots and backups. The same name exists once per architecture.</summary>
    public string? Name { get; init; }

    /// <summary>For people.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>Stored size in GB; only for snapshots and backups.</summary>
    public decimal? ImageSize { get; init; }

    /// <summary>The disk in GB a server needs at least.</summary>
    public decimal DiskSize { get; init; }

    /// <summary><c>x86</c> or <c>arm</c>.</summary>
    public string Architecture { get => field ?? ""; init; }

    /// <summary>Such as <c>debian</c>.</summary>
    public string OsFlavor { get => field ?? ""; init; }

    /// <summary>Such as <c>12</c>.</summary>
    public string? OsVersion { get; init; }

    /// <summary>The server a snapshot or backup was made from; it may be gone.</summary>
    public ImageSource? CreatedFrom { get; init; }

    /// <summary>The id of the server a backup is bound to: it is deleted with it.</summary>
    public long? BoundTo { get; init; }

    /// <summary>Whether servers made from it are ready especially fast.</summary>
    public bool RapidDeploy { get; init; }

    /// <summary>What it is protected from.</summary>
    public DeleteProtection Protection { get => field ?? new(false); init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Since when it should not be used any more; it disappears about three months later.</summary>
    public DateTimeOffset? Deprecated { get; init; }

    /// <summary>When it was deleted; <see langword="null"/> while it is there.</summary>
    public DateTimeOffset? Deleted { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ?? EmptyLabels.Value; init; }
}

/// <summary>The server an image was made from.</summary>
/// <param name="Id">The server's id.</param>
/// <param name="Name">The server's name at that time.</param>
public sealed record ImageSource(long Id, string? Name);

internal sealed record ImageAnswer(Image? Image);

internal sealed record ImageList(IReadOnlyList<Image>? Images) : Http.Page<Image>
{
    public override IReadOnlyList<Image> Items => Images ?? [];
}
