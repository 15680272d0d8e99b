using System.Globalization;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>A disk of its own, in one server at a time.</summary>
internal sealed class Volume : NamedResource
{
    public const int LeastSize = 10;
    public const int MostSize = 10_240;

    /// <summary>In GB.</summary>
    public required int Size { get; set; }

    public required Location Location { get; init; }

    public required string? Format { get; init; }

    public string Status { get; set; } = "creating";

    public Server? Server { get; set; }

    /// <summary>What was last begun on it; the next work waits for that.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    public void RequireFree(Location location)
    {
        if (Server is not null)
        {
            throw new HetznerFault(422, "volume_already_attached", "volume is already attached to a server");
        }

        if (location.Name != Location.Name)
        {
            throw HetznerFault.InvalidInput("volume and server must be in the same location");
        }
    }

    public void Attach(Server server)
    {
        Server = server;
        server.Volumes.Add(this);
    }

    public void Detach()
    {
        Server?.Volumes.Remove(this);
        Server = null;
    }

    public VolumeView View() => new(
        Id, Created, Name, Server?.Id, Location, Size, string.Create(CultureInfo.InvariantCulture, $"/dev/disk/by-id/scsi-0HC_Volume_{Id}"),
        new DeleteProtection(ProtectedFromDelete), Labels, Status, Format);
}

internal sealed record VolumeView(
    long Id, DateTimeOffset Created, string Name, long? Server, Location Location, int Size, string LinuxDevice, DeleteProtection Protection,
    IReadOnlyDictionary<string, string> Labels, string Status, string? Format);

internal sealed record CreateVolume(
    string? Name, int? Size, IdOrName? Location, long? Server, bool? Automount, string? Format, Dictionary<string, string>? Labels);

internal sealed record AttachVolume(long? Server, bool? Automount);

internal sealed record ResizeVolume(double? Size);

internal sealed record VolumeAnswer(VolumeView Volume);

internal sealed record CreateVolumeAnswer(VolumeView Volume, HetznerAction Action, IReadOnlyList<HetznerAction> NextActions);

internal sealed record VolumesAnswer(IReadOnlyList<VolumeView> Volumes, ListMeta Meta);
