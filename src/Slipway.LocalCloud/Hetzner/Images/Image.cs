namespace Slipway.LocalCloud.Hetzner;

internal sealed record ImageProtection(bool Delete);

internal sealed record ImageCreatedFrom(long Id, string Name);

internal sealed record Image(
    long Id, string Type, string Status, string? Name, string Description, double? ImageSize, int DiskSize,
    DateTimeOffset Created, ImageCreatedFrom? CreatedFrom, long? BoundTo, string OsFlavor, string OsVersion, bool RapidDeploy,
    ImageProtection Protection, DateTimeOffset? Deprecated, DateTimeOffset? Deleted,
    IReadOnlyDictionary<string, string> Labels, string Architecture);

internal static class ImageType
{
    public const string System = "system";
    public const string App = "app";
    public const string Snapshot = "snapshot";
    public const string Backup = "backup";
}

internal static class ImageStatus
{
    public const string Creating = "creating";
    public const string Available = "available";
}

internal sealed record CreateImage(string? Type, string? Description, Dictionary<string, string>? Labels);

internal sealed record UpdateImage(string? Type, string? Description, Dictionary<string, string>? Labels);

internal sealed record ImageAnswer(Image Image);

internal sealed record CreateImageAnswer(Image Image, HetznerAction Action);

internal sealed record ImagesAnswer(IReadOnlyList<Image> Images, ListMeta Meta);
