using System.Diagnostics;
using System.Globalization;
using Slipway.Testing;

namespace Slipway.Ssh.Tests;

[Collection(SshServerCollection.Name)]
public sealed class LifetimeTests(SshServer server)
{
    [Fact]
    public async Task Disposing_an_authority_ends_its_agents_and_removes_its_directory()
    {
        var authority = await SshCertificateAuthority.OpenAsync(server.AuthorityKey.PrivateKey, server.Options);
        var agents = authority.AgentProcessIds;
        agents.ShouldAllBe(id => Eventually.IsAlive(id));

        await authority.DisposeAsync();
        await authority.DisposeAsync();

        agents.ShouldAllBe(id => !Eventually.IsAlive(id));
        Directory.Exists(authority.Work.DirectoryPath).ShouldBeFalse();
    }

    [Fact]
    public async Task The_work_directory_is_for_its_owner_only()
    {
        (await Commands.RunAsync("stat", "-c", "%a", server.Authority.Work.DirectoryPath)).ShouldBe("700\n");
    }

    [Fact]
    public async Task Agents_die_with_a_killed_process_and_its_leftovers_are_removed_by_the_next()
    {
        using var directory = new TemporaryDirectory();
        var work = directory.File("work");
        using var holder = Process.Start(new ProcessStartInfo("dotnet", [typeof(LifetimeTests).Assembly.Location, "hold", work])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var agents = (await holder.StandardOutput.ReadLineAsync())!.Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToArray();
        agents.ShouldAllBe(id => Eventually.IsAlive(id));

        holder.Kill();
        await holder.WaitForExitAsync();

        await Eventually.HoldsAsync(() => !agents.Any(Eventually.IsAlive), "both agents are gone");
        Directory.GetDirectories(work).Length.ShouldBe(1);
        await using var next = await SshCertificateAuthority.OpenAsync(server.AuthorityKey.PrivateKey, new SshOptions { WorkDirectory = work });
        Directory.GetDirectories(work).ShouldBe([next.Work.DirectoryPath]);
    }

    [Fact]
    public async Task A_directory_in_which_anything_lives_is_left_alone()
    {
        using var directory = new TemporaryDirectory();
        var options = new SshOptions { WorkDirectory = directory.File("work") };
        await using var running = await SshCertificateAuthority.OpenAsync(server.AuthorityKey.PrivateKey, options);
        await using var wounded = await SshCertificateAuthority.OpenAsync(server.AuthorityKey.PrivateKey, options);
        var foreign = Directory.CreateDirectory(Path.Combine(options.WorkDirectory, "slipway-ssh-foreign"));
        await File.WriteAllTextAsync(Path.Combine(foreign.FullName, "authority"), "no agent's");
        using (var agent = Process.GetProcessById(wounded.AgentProcessIds[0]))
        {
            agent.Kill();
            await Eventually.HoldsAsync(() => !Eventually.IsAlive(wounded.AgentProcessIds[0]), "one of two agents is gone");
        }

        await using var next = await SshCertificateAuthority.OpenAsync(server.AuthorityKey.PrivateKey, options);

        Directory.GetDirectories(options.WorkDirectory)
            .ShouldBe([running.Work.DirectoryPath, wounded.Work.DirectoryPath, next.Work.DirectoryPath, foreign.FullName], ignoreOrder: true);
    }

    [Fact]
    public async Task A_work_directory_ssh_could_misread_is_refused()
    {
        using var directory = new TemporaryDirectory();
        foreach (var name in (string[])["a b", "%h", new string('x', 100)])
        {
            await Should.ThrowAsync<ArgumentException>(
                SshCertificateAuthority.OpenAsync(server.AuthorityKey.PrivateKey, new SshOptions { WorkDirectory = directory.File(name) }));
        }
    }

    [Fact]
    public async Task The_tools_are_found_and_end_with_us()
    {
        var tools = await SshTools.FindAsync(server.Options);

        tools.VersionText.ShouldStartWith("OpenSSH_");
        tools.ChildrenDieWithUs.ShouldBe(File.Exists("/usr/bin/setpriv"));
        ((string[])[tools.Ssh, tools.SshKeygen, tools.SshAgent, tools.SshAdd]).ShouldAllBe(path => File.Exists(path));
    }

    [Fact]
    public async Task A_missing_tool_is_named_with_the_package_to_install()
    {
        using var directory = new TemporaryDirectory();

        var thrown = await Should.ThrowAsync<SshException>(SshTools.FindAsync(new SshOptions { ToolDirectory = directory.Path }));

        thrown.Message.ShouldContain("'ssh' is not in");
        thrown.Message.ShouldContain("openssh-client");
    }

    [Theory]
    [InlineData("OpenSSH_7.9p1 Debian", "OpenSSH 7.9")]
    [InlineData("dropbear 2022", "does not say OpenSSH")]
    public async Task A_tool_too_old_or_of_another_kind_is_refused(string version, string expected)
    {
        using var directory = new TemporaryDirectory();
        foreach (var name in (string[])["ssh", "ssh-keygen", "ssh-agent", "ssh-add"])
        {
            await File.WriteAllTextAsync(directory.File(name), $"#!/bin/sh\necho '{version}' >&2\n");
            await Commands.RunAsync("chmod", "+x", directory.File(name));
        }

        var thrown = await Should.ThrowAsync<SshException>(SshTools.FindAsync(new SshOptions { ToolDirectory = directory.Path }));

        thrown.Message.ShouldContain(expected);
        thrown.Message.ShouldContain("openssh-client");
    }
}
