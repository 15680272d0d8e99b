using System.IO.Compression;
using System.Xml.Linq;
using Slipway.Testing;

namespace Slipway.Packages.Tests;

/// <summary>The packages, built once for all tests, outside the source tree's own output.</summary>
public sealed class BuiltPackages : IAsyncLifetime, IDisposable
{
    public const string Version = "0.1.0-tests";

    public static readonly string[] Names = ["Slipway.Hetzner", "Slipway.Tailscale", "Slipway.CloudInit", "Slipway.Ssh", "Slipway.Client"];

    private readonly TemporaryDirectory _directory = new();

    public string Folder => _directory.File("packages");

    public async Task InitializeAsync()
    {
        var projects = Names.Select(n => $"""  <Project Path="{Repository.File("src", n, $"{n}.csproj")}" />""");
        await File.WriteAllTextAsync(_directory.File("packages.slnx"), $"<Solution>\n{string.Join('\n', projects)}\n</Solution>\n");
        await PackAsync(_directory.File("packages.slnx"), Folder);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _directory.Dispose();

    public Task PackAsync(string project, string folder)
    {
        var build = _directory.File("build");
        if (Directory.Exists(build))
        {
            Directory.Delete(build, recursive: true);
        }

        return Dotnet.RunAsync(
            _directory.Path, "pack", project, "-c", "Release", "-o", folder, "--nologo", $"-p:ArtifactsPath={build}", $"-p:Version={Version}",
            "-p:RunAnalyzersDuringBuild=false", "-p:UseSharedCompilation=false");
    }

    /// <summary>A place of the test's own beside the packages.</summary>
    public string PathOf(string name) => _directory.File(name);

    internal static ZipArchive Open(string folder, string name, string extension = "nupkg") =>
        ZipFile.OpenRead(Path.Combine(folder, $"{name}.{Version}.{extension}"));

    internal static XElement Metadata(ZipArchive package)
    {
        var nuspec = package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal));
        using var stream = nuspec.Open();
        return XDocument.Load(stream).Root!.Elements().Single();
    }

    internal static byte[] Read(ZipArchive package, string entry)
    {
        using var stream = package.GetEntry(entry).ShouldNotBeNull(entry).Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
