namespace Slipway.Hetzner;

/// <summary>A disk of its own that one server at a time can use. Statuses and formats are open sets.</summary>
public sealed record Volume
{
    /// <summary>The volume's id.</summary>
    public long Id { get; init; }

    /// <summary>The name; unique in the project.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary><c>available</c> or <c>creating</c>; an open set.</summary>
    public string Status { get => field ?? ""; init; }

    /// <summary>The size in GB.</summary>
    public decimal Size { get; init; }

    /// <summary>The id of the server it is attached to; <see langword="null"/> when to none.</summary>
    public long? Server { get; init; }

    /// <summary>Where it lies; only servers of the same location can use it.</summary>
    public Location Location { get => field ?? new(); init; }

    /// <summary>The device on the server, such as <c>/dev/disk/by-id/scsi-0HC_Volume_4711</c>.</summary>
    public string LinuxDevice { get => field ?? ""; init; }

    /// <summary><c>ext4</c> or <c>xfs</c> when it was formatted on creation; otherwise <see langword="null"/>.</summary>
    public string? Format { get; init; }

    /// <summary>What it is protected from.</summary>
    public DeleteProtection Protection { get => field ?? new(false); init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ?? EmptyLabels.Value; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }
}

/// <summary>Whether a resource can be deleted.</summary>
/// <param name="Delete">Deleting answers 423 <c>protected</c>.</param>
public sealed record DeleteProtection(bool Delete);

/// <summary>What a new volume shall be.</summary>
public sealed record CreateVolumeRequest
{
    /// <summary>Unique in the project.</summary>
    public required string Name { get; init; }

    /// <summary>The size in GB, at least 10.</summary>
    public required int Size { get; init; }

    /// <summary>Id or name of the location; either this or <see cref="Server"/>.</summary>
    public string? Location { get; init; }

    /// <summary>The id of the server to attach it to; the volume is made in its location.</summary>
    public long? Server { get; init; }

    /// <summary><c>ext4</c> or <c>xfs</c>; not formatted when <see langword="null"/>.</summary>
    public string? Format { get; init; }

    /// <summary>Whether the server mounts it by itself; needs <see cref="Server"/> and a format.</summary>
    public bool? Automount { get; init; }

    /// <summary>Labels; checked against Hetzner's rules before anything is sent.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>A volume on its way.</summary>
/// <param name="Volume">As it is right after the order, usually <c>creating</c>.</param>
/// <param name="Action">The <c>create_volume</c> action.</param>
/// <param name="NextActions">What follows, such as <c>attach_volume</c>. Wait for all of them.</param>
public sealed record CreateVolumeResult(Volume Volume, HetznerAction Action, IReadOnlyList<HetznerAction> NextActions);

internal sealed record CreateVolumeAnswer(Volume? Volume, HetznerAction? Action, IReadOnlyList<HetznerAction>? NextActions);

internal sealed record AttachVolumeBody(long Server, bool? Automount);

internal sealed record ResizeVolumeBody(int Size);

internal sealed record VolumeAnswer(Volume? Volume);

internal sealed record VolumeList(IReadOnlyList<Volume>? Volumes) : Http.Page<Volume>
{
    public override IReadOnlyList<Volume> Items => Volumes ?? [];
}
