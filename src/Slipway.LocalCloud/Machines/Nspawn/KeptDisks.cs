namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Every directory of this computer where disks are kept: their machines need the image they were made from, however old it is.</summary>
internal static class KeptDisks
{
    /// <summary>Adds a directory to the list. Call it with the cache's lock held.</summary>
    public static void Announce(string cacheDirectory, string directory)
    {
        var file = FileOf(cacheDirectory);
        var all = Read(file).Where(Directory.Exists).Append(directory).Distinct().ToList();
        File.WriteAllLines($"{file}.new", all);
        File.Move($"{file}.new", file, overwrite: true);
    }

    /// <summary>The images those machines boot from.</summary>
    public static IReadOnlyList<string> Images(string cacheDirectory) =>
        [.. Read(FileOf(cacheDirectory)).Where(Directory.Exists).SelectMany(Directory.GetDirectories)
            .Select(machine => new DirectoryInfo(Path.Combine(machine, "image")).LinkTarget).OfType<string>().Distinct()];

    private static string FileOf(string cacheDirectory) => Path.Combine(cacheDirectory, "kept-disks");

    private static string[] Read(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];
}
