using System.Globalization;
using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>The images on offer and the copies this project made of its servers. Call it with the project's lock held.</summary>
internal sealed partial class ImageStore(
    HetznerProject project, Catalog catalog, ServerLifecycle lifecycle, IMachineDriver driver, ILogger<ImageStore> logger)
{
    private const int BackupSlots = 7;
    private const double BytesPerGb = 1_000_000_000;

    public IEnumerable<Image> All => catalog.Images.Concat(project.Images.Values);

    public Image Find(long id) => project.Images.GetValueOrDefault(id) ?? catalog.Images.FirstOrDefault(i => i.Id == id)
        ?? throw HetznerFault.NotFound("image", id);

    /// <summary>One that can be changed and deleted: Hetzner's own cannot.</summary>
    public Image RequireOurs(long id) => Find(id) is { Type: ImageType.Snapshot or ImageType.Backup } ours
        ? ours
        : throw HetznerFault.Unsupported("only snapshots and backups can be changed or deleted");

    /// <summary>The image an order names, fit for a server of this type with a disk of this size.</summary>
    public Image Choose(IdOrName? wanted, ServerType type, int diskSize)
    {
        if (wanted is not { } name)
        {
            throw HetznerFault.InvalidField("image", "Missing data for required field.");
        }

        // A name exists once for each architecture; the type says which is meant.
        var found = All.Where(i => name.Matches(i.Id, i.Name)).ToList();
        if (found.Count == 0)
        {
            throw HetznerFault.NotFound("image not found");
        }

        var image = found.Find(i => i.Architecture == type.Architecture)
            ?? throw HetznerFault.InvalidInput("image architecture does not match the server type");
        if (image.Status != ImageStatus.Available)
        {
            throw HetznerFault.InvalidInput("image is not available yet");
        }

        return image.DiskSize <= diskSize ? image : throw HetznerFault.InvalidInput("image disk is bigger than server type disk");
    }

    /// <summary>Begins the copy of a server's disk; the server is locked until it is done.</summary>
    public (Image Image, HetznerAction Action) BeginCopy(Server server, CreateImage order)
    {
        var backup = order.Type switch
        {
            null or ImageType.Snapshot => false,
            ImageType.Backup => true,
            _ => throw HetznerFault.InvalidField("type", "Must be one of: snapshot, backup."),
        };
        if (backup && server.BackupWindow is null)
        {
            throw HetznerFault.Unsupported("backups are not enabled for the server");
        }

        server.RequireUnlocked();
        var image = new Image(
            project.NextId(), backup ? ImageType.Backup : ImageType.Snapshot, ImageStatus.Creating, Name: null,
            order.Description ?? string.Create(CultureInfo.InvariantCulture, $"{server.Name} {project.Now:yyyy-MM-dd HH:mm:ss}"),
            ImageSize: null, server.DiskSize, project.Now, new ImageCreatedFrom(server.Id, server.Name), backup ? server.Id : null,
            server.Image.OsFlavor, server.Image.OsVersion, RapidDeploy: false, new ImageProtection(Delete: false), Deprecated: null,
            Deleted: null, order.Labels ?? [], server.Type.Architecture);
        project.Images.Add(image.Id, image);
        var action = lifecycle.Begin(
            server, "create_image", (copied, stop) => CopyAsync(copied, image.Id, stop), new ActionResource(image.Id, "image"));
        return (image, action);
    }

    public void Replace(Image image)
    {
        project.Images[image.Id] = image;
        ShowIn(image);
    }

    /// <summary>Servers made from the image keep running, and keep saying what they were made from.</summary>
    /// <returns>Ends when its disk is gone too.</returns>
    public Task DeleteAsync(Image image)
    {
        if (image.Protection.Delete)
        {
            throw HetznerFault.Protected("snapshot deletion is protected");
        }

        if (image.Status == ImageStatus.Creating)
        {
            throw new HetznerFault(423, "locked", "cannot perform operation because image is locked");
        }

        project.Images.Remove(image.Id);
        ShowIn(image with { Deleted = project.Now });
        return Task.Run(() => RemoveAsync(image.Id));
    }

    public void DeleteBackupsOf(long serverId)
    {
        foreach (var backup in BackupsOf(serverId))
        {
            _ = DeleteAsync(backup);
        }
    }

    /// <summary>Takes every copy away, protected or not; takes the lock itself.</summary>
    public Task ClearAsync()
    {
        lock (project.Gate)
        {
            var ids = project.Images.Keys.ToList();
            project.Images.Clear();
            return Task.WhenAll(ids.Select(RemoveAsync));
        }
    }

    private List<Image> BackupsOf(long serverId) =>
        project.Images.Values.Where(i => i.BoundTo == serverId && i.Status == ImageStatus.Available).OrderBy(i => i.Id).ToList();

    private void ShowIn(Image image)
    {
        foreach (var server in project.Servers.Values.Where(s => s.Image.Id == image.Id))
        {
            server.Image = image;
        }
    }

    public async Task CopyAsync(Server server, long imageId, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await driver.SnapshotAsync(server.Id, imageId, cancellationToken);
            lock (project.Gate)
            {
                Replace(project.Images[imageId] with
                {
                    Status = ImageStatus.Available,
                    ImageSize = Math.Max(0.001, Math.Round(bytes / BytesPerGb, 3)),
                });
                foreach (var oldest in BackupsOf(server.Id).SkipLast(BackupSlots))
                {
                    _ = DeleteAsync(oldest);
                }
            }
        }
        catch
        {
            await RemoveAsync(imageId);
            throw;
        }
    }

    private async Task RemoveAsync(long imageId)
    {
        try
        {
            await driver.DeleteImageAsync(imageId, CancellationToken.None);
        }
        catch (Exception failure)
        {
            Log.RemovalFailed(logger, imageId, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The disk of image {ImageId} could not be removed; it goes with this LocalCloud.")]
        public static partial void RemovalFailed(ILogger logger, long imageId, Exception failure);
    }
}
