namespace Slipway.Testing;

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

    /// <summary>The first C# block of a package's README.</summary>
    public static string ReadmeExample(string project)
    {
        var readme = System.IO.File.ReadAllText(File("src", project, "README.md"));
        var start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        return readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)].Trim();
    }

    /// <summary>The lines of a source file between <c>// example</c> and <c>// end</c>, moved to the left.</summary>
    public static string ExampleIn(params string[] parts) => string.Join('\n', System.IO.File.ReadAllLines(File(parts))
        .SkipWhile(l => l.Trim() != "// example").Skip(1).TakeWhile(l => l.Trim() != "// end").Select(l => l.Length > 8 ? l[8..] : "")).Trim();
}
