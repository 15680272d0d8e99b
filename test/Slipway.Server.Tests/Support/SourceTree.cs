namespace Slipway.Server.Tests.Support;

/// <summary>The repository these tests were built from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Blueprints => Path.Combine(Root, "blueprints");

    private static string Find(string directory) => File.Exists(Path.Combine(directory, "Slipway.slnx"))
        ? directory
        : Find(Path.GetDirectoryName(directory.TrimEnd(Path.DirectorySeparatorChar)) ?? throw new DirectoryNotFoundException("Slipway.slnx"));
}
