using Slipway.LocalCloud.Machines;

namespace Slipway.LocalCloud.Hetzner;

/// <summary>Does to the driver's volumes what the project's go through, one thing after the other. Call it with the project's lock held.</summary>
internal sealed class VolumeStore(HetznerProject project, IMachineDriver driver, ServerLifecycle lifecycle, BackgroundActions background)
{
    public HetznerAction Create(Volume volume)
    {
        project.Volumes.Add(volume.Id, volume);
        var (action, ended) = background.Begin("create_volume", () => CreateAsync(volume), Reference(volume));
        volume.Work = ended;
        return action;
    }

    /// <summary>Makes a volume whose making a restart interrupted.</summary>
    public void Resume(HetznerAction action, Volume volume) => volume.Work = background.Resume(action, () => CreateAsync(volume));

    public HetznerAction Attach(Volume volume, Server server)
    {
        var before = volume.Work;
        var action = lifecycle.Begin(
            server, "attach_volume",
            async (target, cancellationToken) =>
            {
                await before;
                await driver.AttachVolumeAsync(target.Id, volume.Id, cancellationToken);
            },
            Reference(volume));
        volume.Attach(server);
        volume.Work = server.Work;
        return action;
    }

    public HetznerAction Detach(Volume volume)
    {
        var server = volume.Server ?? throw HetznerFault.InvalidInput("volume is not attached to a server");
        var action = lifecycle.Begin(
            server, "detach_volume", (host, cancellationToken) => driver.DetachVolumeAsync(host.Id, volume.Id, cancellationToken), Reference(volume));
        volume.Detach();
        volume.Work = server.Work;
        return action;
    }

    public void Delete(Volume volume)
    {
        if (volume.Server is not null)
        {
            throw new HetznerFault(422, "resource_in_use", $"volume with ID {volume.Id} is still attached to a server");
        }

        var before = volume.Work;
        volume.Work = background.BeginSilently("delete_volume", async () =>
        {
            await before;
            await driver.DeleteVolumeAsync(volume.Id, CancellationToken.None);
        });
    }

    /// <summary>Destroys every volume; returns when the last is gone. Its servers must be gone by then.</summary>
    public async Task ClearAsync()
    {
        List<Volume> all;
        lock (project.Gate)
        {
            all = [.. project.Volumes.Values];
            project.Volumes.Clear();
        }

        foreach (var volume in all)
        {
            await volume.Work;
            await driver.DeleteVolumeAsync(volume.Id, CancellationToken.None);
        }
    }

    private async Task CreateAsync(Volume volume)
    {
        await driver.CreateVolumeAsync(volume.Id, CancellationToken.None);
        lock (project.Gate)
        {
            volume.Status = "available";
        }
    }

    private static ActionResource Reference(Volume volume) => new(volume.Id, "volume");
}
