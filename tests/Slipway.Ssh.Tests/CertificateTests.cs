using System.Globalization;
using Slipway.Testing;

namespace Slipway.Ssh.Tests;

[Collection(SshServerCollection.Name)]
public sealed class CertificateTests(SshServer server)
{
    private static readonly ShellCommand Nothing = ShellCommand.Create($"true");

    [Fact]
    public async Task S5_an_expired_certificate_is_refused()
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1));
        await using var authority = await SshCertificateAuthority.OpenAsync(server.AuthorityKey.PrivateKey, server.Options, clock);

        (await RefusedAsync(authority, server.Target)).Failure.ShouldBe(SshFailure.PermissionDenied);

        server.Log.ShouldContain("Certificate invalid: expired");
    }

    [Fact]
    public async Task S5_a_certificate_for_another_machine_is_refused()
    {
        var thrown = await RefusedAsync(server.Authority, server.Target with { HostKeyAlias = "agt-other" });

        thrown.Failure.ShouldBe(SshFailure.PermissionDenied);
        thrown.IsFinal.ShouldBeFalse("a machine still being set up may accept it later");
    }

    [Fact]
    public async Task S5_a_certificate_of_another_authority_is_refused()
    {
        var key = await SshCertificateAuthority.GenerateKeyAsync(server.Options);
        await using var other = await SshCertificateAuthority.OpenAsync(key.PrivateKey, server.Options);

        (await RefusedAsync(other, server.Target)).Failure.ShouldBe(SshFailure.PermissionDenied);
    }

    [Fact]
    public async Task S5_a_shell_certificate_opens_one_machine_for_the_key_it_names_and_forwards_nothing()
    {
        using var directory = new TemporaryDirectory();
        await Commands.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", directory.File("key"));
        var certificate = await server.Authority.CertifyShellAsync(await File.ReadAllTextAsync(directory.File("key.pub")), server.Target, "an-operator");
        await File.WriteAllTextAsync(directory.File("key-cert.pub"), certificate.Line + "\n");

        var lines = (await Commands.RunAsync("ssh-keygen", "-L", "-f", directory.File("key-cert.pub"))).Split('\n', StringSplitOptions.TrimEntries);

        lines.ShouldContain($"Key ID: \"{certificate.KeyId}\"");
        certificate.KeyId.ShouldMatch("^slipway/agt-abc/[0-9a-f]{16}/an-operator$");
        lines[Array.IndexOf(lines, "Principals:") + 1].ShouldBe("agt-abc");
        lines.ShouldContain("Critical Options: (none)");
        lines[(Array.IndexOf(lines, "Extensions:") + 1)..].Where(line => line.Length > 0).ShouldBe(["permit-pty"]);
    }

    [Theory]
    [InlineData("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==", "an-operator")]
    [InlineData("not a key", "an-operator")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "two words")]
    public async Task A_key_or_holder_that_cannot_be_certified_is_refused(string key, string holder) =>
        (await Should.ThrowAsync<Exception>(() => server.Authority.CertifyShellAsync(key, server.Target, holder))).ShouldBeAssignableTo<SystemException>();

    [Fact]
    public async Task OpenSSH_reads_the_certificate_as_one_machine_one_command_and_minutes()
    {
        using var directory = new TemporaryDirectory();
        var clock = new ManualTimeProvider();
        await using var authority = await SshCertificateAuthority.OpenAsync(server.AuthorityKey.PrivateKey, server.Options, clock);
        await using var issued = await authority.IssueAsync(server.Target, "echo 'one command'", default);
        await File.WriteAllTextAsync(directory.File("cert.pub"), issued.Line);

        var lines = (await Commands.RunAsync("env", "TZ=UTC", "ssh-keygen", "-L", "-f", directory.File("cert.pub"))).Split('\n', StringSplitOptions.TrimEntries);

        lines.ShouldContain("Type: ssh-ed25519-cert-v01@openssh.com user certificate");
        lines.ShouldContain(line => line.StartsWith("Public key: ED25519-CERT SHA256:", StringComparison.Ordinal));
        lines.ShouldContain($"Signing CA: ED25519 {SshHostKey.Parse(authority.PublicKey).Fingerprint} (using ssh-ed25519)");
        lines.ShouldContain($"Key ID: \"slipway/agt-abc/{issued.Certificate.Serial:x16}\"");
        lines.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"Serial: {issued.Certificate.Serial}"));
        lines.ShouldContain("Valid: from 2026-11-21T08:59:00 to 2026-11-21T09:05:00");
        lines[Array.IndexOf(lines, "Principals:") + 1].ShouldBe("agt-abc");
        lines[Array.IndexOf(lines, "Critical Options:") + 1].ShouldBe("force-command echo 'one command'");
        lines.ShouldContain("Extensions: (none)");
    }

    [Fact]
    public async Task A_certificate_runs_no_other_command_than_its_own()
    {
        using var files = server.Authority.Work.CreateInner();
        await using var issued = await server.Authority.IssueAsync(server.Target, "echo the only one", default);
        await File.WriteAllTextAsync(files.File("user-cert.pub"), issued.Line);
        var policy = HostKeyPolicy.Pinned(SshServer.Alias, server.HostKey);
        await File.WriteAllTextAsync(files.File("known_hosts"), policy.KnownHosts);
        var arguments = SshArguments.For(server.Target, policy, server.Options, files, issued.AgentSocket);

        var output = await Commands.RunAsync("ssh", [.. arguments, "echo another"]);

        output.ShouldBe("the only one\n");
    }

    [Fact]
    public async Task The_key_of_a_connection_is_gone_after_it()
    {
        var issued = await server.Authority.IssueAsync(server.Target, "true", default);
        var before = await Commands.TryRunAsync("env", $"SSH_AUTH_SOCK={issued.AgentSocket}", "ssh-add", "-l");
        await issued.DisposeAsync();
        var after = await Commands.TryRunAsync("env", $"SSH_AUTH_SOCK={issued.AgentSocket}", "ssh-add", "-l");

        before.Output.ShouldContain(issued.Certificate.KeyId);
        after.Output.ShouldNotContain(issued.Certificate.KeyId);
    }

    [Fact]
    public async Task The_machines_log_names_who_connected_for_what()
    {
        await server.RunAsync(Nothing);

        server.Log.ShouldContain("ID \"slipway/agt-abc/");
    }

    [Fact]
    public async Task A_new_authority_key_is_ed25519_and_prints_without_its_private_half()
    {
        var key = await SshCertificateAuthority.GenerateKeyAsync(server.Options);

        key.PublicKey.ShouldStartWith("ssh-ed25519 AAAA");
        key.PublicKey.ShouldEndWith(" slipway-ca");
        key.PrivateKey.ShouldStartWith("-----BEGIN OPENSSH PRIVATE KEY-----\n");
        key.ToString().ShouldNotContain("BEGIN");
        $"{key}".ShouldContain(key.PublicKey);
    }

    [Fact]
    public void An_authority_knows_its_public_key_from_the_private_one() =>
        SshHostKey.Parse(server.Authority.PublicKey).ShouldBe(SshHostKey.Parse(server.AuthorityKey.PublicKey));

    [Fact]
    public async Task A_private_key_that_is_none_or_has_a_passphrase_is_refused_without_being_shown()
    {
        using var directory = new TemporaryDirectory();
        await Commands.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "passphrase", "-f", directory.File("key"));
        var locked = await File.ReadAllTextAsync(directory.File("key"));

        foreach (var (key, secret) in ((string, string)[])[("nonsense-xyz", "nonsense-xyz"), (locked, locked.Split('\n')[1])])
        {
            var thrown = await Should.ThrowAsync<SshException>(SshCertificateAuthority.OpenAsync(key, server.Options));
            thrown.Failure.ShouldBe(SshFailure.ClientFailed);
            thrown.ToString().ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task A_killed_agent_is_reported_as_what_it_is()
    {
        var authority = await SshCertificateAuthority.OpenAsync(server.AuthorityKey.PrivateKey, server.Options);
        using (var agent = System.Diagnostics.Process.GetProcessById(authority.AgentProcessIds[0]))
        {
            agent.Kill();
            await Eventually.HoldsAsync(() => !Eventually.IsAlive(authority.AgentProcessIds[0]), "the agent is gone");
        }

        var thrown = await RefusedAsync(authority, server.Target);

        thrown.Failure.ShouldBe(SshFailure.ClientFailed);
        thrown.Details.ShouldContain("Open the certificate authority again");
        await authority.DisposeAsync();
    }

    private Task<SshException> RefusedAsync(SshCertificateAuthority authority, SshTarget target) =>
        Should.ThrowAsync<SshException>(new SshClient(server.Options, authority).RunAsync(target, server.HostKey, Nothing));
}
