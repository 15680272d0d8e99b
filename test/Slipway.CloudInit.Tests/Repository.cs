namespace Slipway.CloudInit.Tests;

internal static class Repository
{
    /// <summary>A file below the folder that holds <c>Slipway.slnx</c>.</summary>
    public static string File(params string[] parts)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(directory.FullName, "Slipway.slnx")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("These tests run from inside the repository.");
        }

        return Path.Combine([directory.FullName, .. parts]);
    }

    /// <summary>Compares with an approved file; <c>SLIPWAY_ACCEPT=1</c> writes what is there now, for a reviewer to read in the diff.</summary>
    public static void ShouldMatchApproved(string actual, string path)
    {
        if (Environment.GetEnvironmentVariable("SLIPWAY_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, actual);
        }

        System.IO.File.Exists(path).ShouldBeTrue($"{path} is missing; run the tests once with SLIPWAY_ACCEPT=1 and review it.");
        System.Text.Encoding.UTF8.GetBytes(actual).SequenceEqual(System.IO.File.ReadAllBytes(path))
            .ShouldBeTrue($"{path} differs; run the tests once with SLIPWAY_ACCEPT=1 and review the diff. Now it is:\n{actual}");
    }
}
