using System.Text;
using Slipway.LocalCloud;
using Slipway.Testing;

namespace Slipway.Packages.Tests;

/// <summary>What somebody gets who adds one of the packages to a project of their own.</summary>
public sealed class PackageTests(BuiltPackages packages) : IClassFixture<BuiltPackages>
{
    private const string PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMIFCv0PHwzxzL44j8VWzKYlRbLMwOMVucznIN2wtemf somebody@example";

    public static TheoryData<string> Names => [.. BuiltPackages.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_says_what_it_is_and_brings_its_readme_its_documentation_and_its_symbols(string name)
    {
        using var package = BuiltPackages.Open(packages.Folder, name);
        var metadata = BuiltPackages.Metadata(package);
        string? Of(string element) => metadata.Elements().SingleOrDefault(e => e.Name.LocalName == element)?.Value;

        Of("id").ShouldBe(name);
        Of("license").ShouldBe("Apache-2.0");
        Of("readme").ShouldBe("README.md");
        Of("authors").ShouldBe("The Slipway authors");
        Of("description").ShouldNotBeNull().Length.ShouldBeGreaterThan(30);
        Of("description").ShouldNotBe("Package Description");
        Of("tags").ShouldNotBeNullOrWhiteSpace();
        Of("projectUrl").ShouldBeNull();
        metadata.Elements().SingleOrDefault(e => e.Name.LocalName == "repository")?.Attribute("url").ShouldBeNull();
        BuiltPackages.Read(package, "README.md").ShouldBe(File.ReadAllBytes(Repository.File("src", name, "README.md")));
        BuiltPackages.Read(package, $"lib/net10.0/{name}.xml").Length.ShouldBeGreaterThan(1000);
        using var symbols = BuiltPackages.Open(packages.Folder, name, "snupkg");
        BuiltPackages.Read(symbols, $"lib/net10.0/{name}.pdb").Length.ShouldBeGreaterThan(1000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_in_a_package_tells_where_it_was_built(string name)
    {
        var root = Encoding.UTF8.GetBytes(Repository.File("src"));
        using var package = BuiltPackages.Open(packages.Folder, name);
        using var symbols = BuiltPackages.Open(packages.Folder, name, "snupkg");

        foreach (var bytes in (byte[][])[BuiltPackages.Read(package, $"lib/net10.0/{name}.dll"), BuiltPackages.Read(symbols, $"lib/net10.0/{name}.pdb")])
        {
            bytes.AsSpan().IndexOf(root).ShouldBe(-1);
        }
    }

    [Fact]
    public async Task The_same_source_gives_the_same_library_byte_for_byte()
    {
        var again = packages.PathOf("again");
        // The library that is alone in its solution is built by itself the second time.
        await packages.PackAsync(Repository.File("src", "Slipway.CloudInit", "Slipway.CloudInit.csproj"), again);

        using var first = BuiltPackages.Open(packages.Folder, "Slipway.CloudInit");
        using var second = BuiltPackages.Open(again, "Slipway.CloudInit");
        BuiltPackages.Read(second, "lib/net10.0/Slipway.CloudInit.dll").ShouldBe(BuiltPackages.Read(first, "lib/net10.0/Slipway.CloudInit.dll"));
    }

    [Fact]
    public async Task The_examples_of_the_readmes_work_in_an_empty_project_that_knows_only_the_packages()
    {
        var options = new LocalCloudOptions
        {
            Urls = "http://127.0.0.1:0",
            CreateTime = TimeSpan.FromMilliseconds(20),
            StartTime = TimeSpan.FromMilliseconds(20),
            BootTime = TimeSpan.FromMilliseconds(50),
        };
        await using var cloud = await LocalCloudHost.StartAsync(options, TimeProvider.System);
        var app = Directory.CreateDirectory(packages.PathOf("app")).FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Slipway.Hetzner" Version="{BuiltPackages.Version}" />
                <PackageReference Include="Slipway.Tailscale" Version="{BuiltPackages.Version}" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(app, "nuget.config"), NugetConfig());
        await File.WriteAllTextAsync(Path.Combine(app, "Program.cs"), $$"""
            using Slipway.Hetzner;
            using Slipway.Tailscale;

            using var hetzner = new HetznerClient(new HetznerOptions { Token = "local-hetzner-token", BaseUrl = new Uri(args[0] + "v1/") });
            using var tailscale = new TailscaleClient(new TailscaleOptions { ClientId = "local-client", ClientSecret = "local-secret", BaseUrl = new Uri(args[0]) });
            await hetzner.SshKeys.GetOrCreateAsync("laptop", "{{PublicKey}}");
            await tailscale.VerifyCredentialsAsync();
            if (args.Length > 1)
            {
                await JoinAsync(tailscale, CancellationToken.None);
            }

            {{Example("Slipway.Hetzner", "CreateServerRequest")}}

            static async Task JoinAsync(TailscaleClient tailscale, CancellationToken cancellationToken)
            {
                {{Example("Slipway.Tailscale", "CreateAuthKeyRequest")}}
                Console.WriteLine(address);
            }
            """);

        await Dotnet.RunAsync(app, "build", "-o", packages.PathOf("out"), "--nologo", "-p:UseSharedCompilation=false");
        var output = await Dotnet.RunAsync(app, Path.Combine(packages.PathOf("out"), "app.dll"), cloud.BaseUrl.ToString());

        output.ShouldMatch("^web-1 is running in (fsn1|nbg1|hel1) at [0-9.]+ and [0-9a-f:]+\\s*$");
        using var http = new HttpClient();
        (await http.GetStringAsync(new Uri(cloud.BaseUrl, "_local/inventory"))).ShouldContain("\"servers\":{\"count\":0");
    }

    /// <summary>The machine's own sources stay; packages come from there, from its cache, or are the ones just built.</summary>
    private string NugetConfig()
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var fallback = Directory.Exists(cache) ? $"""<fallbackPackageFolders><add key="machine" value="{cache}" /></fallbackPackageFolders>""" : "";
        return $"""
            <configuration>
              <packageSources><add key="built" value="{packages.Folder}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{packages.PathOf("cache")}" /></config>
              {fallback}
            </configuration>
            """;
    }

    /// <summary>The C# block of a package's README that holds a word.</summary>
    private static string Example(string name, string word) => File.ReadAllText(Repository.File("src", name, "README.md"))
        .Split("```csharp\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).Single(block => block.Contains(word, StringComparison.Ordinal));
}
