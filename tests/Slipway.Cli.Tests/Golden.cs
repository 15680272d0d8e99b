namespace Slipway.Cli.Tests;

/// <summary>
/// Compares with an approved text file under Golden/. After a wanted change, run the tests once with SLIPWAY_ACCEPT=1 and review the diff.
/// </summary>
internal static class Golden
{
    public static void ShouldMatch(string actual, string file)
    {
        var path = Path.Combine(SourceTree.Root, "tests", "Slipway.Cli.Tests", "Golden", file);
        if (Environment.GetEnvironmentVariable("SLIPWAY_ACCEPT") == "1")
        {
            File.WriteAllText(path, actual);
        }

        File.Exists(path).ShouldBeTrue($"{file} was never approved; run once with SLIPWAY_ACCEPT=1");
        actual.ShouldBe(File.ReadAllText(path), $"{file} differs; if that is wanted, run once with SLIPWAY_ACCEPT=1");
    }
}

/// <summary>The repository these tests were built from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string directory) => File.Exists(Path.Combine(directory, "Slipway.slnx"))
        ? directory
        : Find(Path.GetDirectoryName(directory.TrimEnd(Path.DirectorySeparatorChar)) ?? throw new DirectoryNotFoundException("Slipway.slnx"));
}
