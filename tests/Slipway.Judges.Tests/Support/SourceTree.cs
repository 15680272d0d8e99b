namespace Slipway.Judges.Tests.Support;

/// <summary>This project's folder in the repository it was built from: transcripts and scripts are read, and accepted, there.</summary>
internal static class SourceTree
{
    public static string Project { get; } = Path.Combine(Find(AppContext.BaseDirectory), "tests", "Slipway.Judges.Tests");

    private static string Find(string directory) => File.Exists(Path.Combine(directory, "Slipway.slnx"))
        ? directory
        : Find(Path.GetDirectoryName(directory.TrimEnd(Path.DirectorySeparatorChar)) ?? throw new DirectoryNotFoundException("Slipway.slnx"));
}
