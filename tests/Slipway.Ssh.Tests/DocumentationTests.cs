using Slipway.Testing;

namespace Slipway.Ssh.Tests;

[Collection(SshServerCollection.Name)]
public sealed class DocumentationTests(SshServer server)
{
    [Fact]
    public async Task The_example_in_the_readme_is_the_one_compiled_here()
    {
        var readme = await ReadAsync("README.md");
        var start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        var example = readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)];

        Unindented(await ReadAsync("ReadmeExample.cs")).ShouldContain(Unindented(example));
    }

    [Fact]
    public async Task The_example_in_the_readme_works()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("a 'token'");

        var result = await ReadmeExample.RunAsync(
            server.AuthorityKey.PrivateKey, server.Target.Host, server.Target.Port, server.Target.User, $"{server.HostKey} root@agt-abc", path, "t0k3n"u8.ToArray());

        result.ShouldBe(new SshResult(0, "", ""));
        (await File.ReadAllTextAsync(path)).ShouldBe("t0k3n");
        (await Commands.RunAsync("stat", "-c", "%a", path)).ShouldBe("600\n");
    }

    [Fact]
    public async Task The_public_surface_is_the_approved_one()
    {
        var actual = PublicApi.Describe(typeof(SshClient).Assembly);

        (await ReadAsync("PublicApi.txt") == actual).ShouldBeTrue($"If the change is meant, put this into PublicApi.txt:\n{actual}");
    }

    private static Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, name));

    private static string Unindented(string text) => string.Join('\n', text.Split('\n').Select(l => l.Trim()));
}
