using System.Text;
using Slipway.Testing;

namespace Slipway.Ssh.Tests;

[Collection(SshServerCollection.Name)]
public sealed class UserKeyTests(SshServer server)
{
    [Fact]
    public async Task S5_every_connection_has_an_ed25519_key_of_its_own()
    {
        await using var first = await server.Authority.IssueAsync(server.Target, "true", default);
        await using var second = await server.Authority.IssueAsync(server.Target, "true", default);

        var keys = new[] { await FingerprintAsync(first), await FingerprintAsync(second) };
        var held = await Commands.RunAsync("env", $"SSH_AUTH_SOCK={first.AgentSocket}", "ssh-add", "-l");

        keys[0].ShouldNotBe(keys[1]);
        foreach (var key in keys)
        {
            held.Split('\n').ShouldContain(line => line.Contains(key) && line.EndsWith("(ED25519-CERT)", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Many_keys_at_once_do_not_get_mixed_up()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => server.RunAsync(ShellCommand.Create($"echo {i}"))));

        results.Select(r => r.Stdout).ShouldBe(Enumerable.Range(0, 8).Select(i => $"{i}\n"));
    }

    [Fact]
    public async Task A_private_key_is_in_no_file_even_while_ssh_keygen_makes_it()
    {
        using var directory = new TemporaryDirectory();
        // Looks at every file of the authority right after the key was written; the links of the key itself are no files.
        var keygen =
            $"""
            #!/bin/sh
            /usr/bin/ssh-keygen "$@" || exit
            for last; do :; done
            cd "$(dirname "$last")/.." || exit
            find . ! -type d -printf '%y %f\n' >> {directory.File("seen")}
            find . -type f -exec grep -l PRIVATE '{"{}"}' ';' >> {directory.File("leaked")}
            """;
        await using var authority = await OpenWithAsync(directory, keygen);

        await using var issued = await authority.IssueAsync(server.Target, "true", default);

        (await File.ReadAllLinesAsync(directory.File("seen"))).ShouldBe(["l key", "l key.pub", "s authority.sock", "s users.sock"], ignoreOrder: true);
        (await File.ReadAllTextAsync(directory.File("leaked"))).ShouldBe("");
        Directory.GetFileSystemEntries(authority.Work.DirectoryPath).Select(Path.GetFileName).ShouldBe(["authority.sock", "users.sock"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("echo no luck >&2; exit 3", "made no key (exit code 3): no luck")]
    [InlineData("true", "made no key (exit code 0)")]
    [InlineData("shift 3; exec /usr/bin/ssh-keygen -q -t ecdsa \"$@\"", "not an ed25519 key")]
    [InlineData("for last; do :; done; exec /usr/bin/ssh-keygen -q -t ed25519 -N passphrase -f \"$last\"", "is encrypted")]
    [InlineData("for last; do :; done; exec /usr/bin/ssh-keygen -q -t ecdsa -m PEM -N '' -f \"$last\"", "no OpenSSH private key")]
    [InlineData("/usr/bin/ssh-keygen \"$@\" | head -n 3", "no OpenSSH private key")]
    public async Task What_is_not_a_whole_ed25519_key_is_refused_and_not_shown(string script, string because)
    {
        using var directory = new TemporaryDirectory();
        await using var authority = await OpenWithAsync(directory, $"#!/bin/sh\n{script}\n");

        var thrown = await Should.ThrowAsync<SshException>(authority.IssueAsync(server.Target, "true", default));

        thrown.Failure.ShouldBe(SshFailure.ClientFailed);
        thrown.Details.ShouldContain(because);
        thrown.ToString().ShouldNotContain("-----BEGIN");
        thrown.ToString().ShouldNotContain("b3BlbnNzaC1r", customMessage: "how the base64 of an OpenSSH key begins");
        Directory.GetDirectories(authority.Work.DirectoryPath).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_is_read_as_ssh_keygen_wrote_it_and_wiped_afterwards()
    {
        using var directory = new TemporaryDirectory();
        await Commands.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", directory.File("key"));
        var text = await File.ReadAllBytesAsync(directory.File("key"));

        var key = Ed25519KeyPair.Read([.. "Overwrite (y/n)? "u8, .. text]);

        key.PublicLine.ShouldBe((await File.ReadAllTextAsync(directory.File("key.pub"))).Trim());
        key.PrivateKey[32..].ToArray().ShouldBe(key.PublicKey);
        Contains(text, key.PrivateKey).ShouldBeTrue();
        key.Dispose();
        key.PrivateKey.ToArray().ShouldAllBe(b => b == 0);
    }

    private static bool Contains(byte[] text, ReadOnlySpan<byte> key)
    {
        var lines = Encoding.ASCII.GetString(text).Split('\n').Where(l => !l.StartsWith('-'));
        return Convert.FromBase64String(string.Concat(lines)).AsSpan().IndexOf(key) >= 0;
    }

    private static async Task<string> FingerprintAsync(IssuedCertificate issued)
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("cert.pub"), issued.Line);
        return (await Commands.RunAsync("ssh-keygen", "-l", "-f", directory.File("cert.pub"))).Split(' ')[1];
    }

    /// <summary>An authority whose ssh-keygen is this script.</summary>
    private async Task<SshCertificateAuthority> OpenWithAsync(TemporaryDirectory directory, string keygen)
    {
        var tools = await SshTools.FindAsync(server.Options);
        foreach (var program in (string[])[tools.Ssh, tools.SshAgent, tools.SshAdd])
        {
            File.CreateSymbolicLink(directory.File(Path.GetFileName(program)), program);
        }

        await File.WriteAllTextAsync(directory.File("ssh-keygen"), keygen);
        await Commands.RunAsync("chmod", "+x", directory.File("ssh-keygen"));
        return await SshCertificateAuthority.OpenAsync(
            server.AuthorityKey.PrivateKey, new SshOptions { ToolDirectory = directory.Path, WorkDirectory = directory.File("work") });
    }
}
