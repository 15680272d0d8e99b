namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>The cached image: built once per recipe, by whoever comes first, while others wait for it.</summary>
internal sealed partial class MachineImage(string cacheDirectory, string? mirror, ToolRunner tools, TimeProvider clock, ILogger logger)
{
    private const string Prefix = $"{ImageRecipe.Suite}-";

    /// <summary>Makes sure the image is there and calls <paramref name="use"/> with its path before anyone could take it away.</summary>
    public async Task<string> EnsureAsync(Action<string> use, Func<IReadOnlyList<string>> inUse, CancellationToken cancellationToken)
    {
        using var held = await FileLock.TakeAsync(Path.Combine(cacheDirectory, "lock"), TimeSpan.FromMinutes(20), clock, cancellationToken);
        var image = Path.Combine(cacheDirectory, Prefix + ImageRecipe.Fingerprint);
        if (!Directory.Exists(image))
        {
            await BuildAsync(image, cancellationToken);
        }

        use(image);
        foreach (var old in Directory.EnumerateDirectories(cacheDirectory, $"{Prefix}*").Except([image, .. inUse()]))
        {
            await tools.RemoveTreeAsync(old);
        }

        return image;
    }

    private async Task BuildAsync(string image, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        Log.Building(logger, image);
        var partial = $"{image}.partial";
        await tools.RemoveTreeAsync(partial);
        string[] arguments =
        [
            "--variant=minbase", "--format=directory", $"--include={string.Join(',', ImageRecipe.Packages)}",
            .. ImageRecipe.LeftOut.Select(path => $"--dpkgopt=path-exclude={path}"), ImageRecipe.Suite, partial,
        ];
        await tools.RunAsync(
            "mmdebstrap", mirror is null ? arguments : [.. arguments, mirror], cancellationToken, timeout: TimeSpan.FromMinutes(15));
        Customize(partial);
        Directory.Move(partial, image);
        Log.Built(logger, image, clock.GetElapsedTime(started).TotalSeconds);
    }

    private static void Customize(string root)
    {
        foreach (var key in Directory.EnumerateFiles(Path.Combine(root, "etc/ssh"), "ssh_host_*"))
        {
            File.Delete(key);
        }

        foreach (var (path, content) in ImageRecipe.Files)
        {
            RootFile.Write(root, path, content);
        }

        var masks = ImageRecipe.Masked.Select(unit => KeyValuePair.Create($"etc/systemd/system/{unit}", "/dev/null"));
        foreach (var (path, target) in ImageRecipe.Links.Concat(masks))
        {
            RootFile.Link(root, path, target);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Building the machines' image {Image}; this happens once and takes about a minute")]
        public static partial void Building(ILogger logger, string image);

        [LoggerMessage(2, LogLevel.Information, "Built {Image} in {Seconds:0} s")]
        public static partial void Built(ILogger logger, string image, double seconds);
    }
}
