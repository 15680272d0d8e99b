using System.Diagnostics;
using Slipway.Client;
using Slipway.Testing;

namespace Slipway.EndToEnd.Agents;

/// <summary>S5: the SSH authority is replaced under an agent on a real machine, while the server works.</summary>
[Collection(RealAgents.Name)]
public sealed class AuthorityTests(RealStack stack)
{
    private const string Trusted = "/etc/ssh/slipway_ca.pub";

    [Fact]
    public async Task S5_A_real_sshd_takes_the_new_authority_while_it_runs_and_shuts_the_old_one_out()
    {
        var agent = await stack.ProvisionAsync("fussy", new Dictionary<string, string>(StringComparer.Ordinal) { ["TOKEN"] = "planted-token-0123456789" });
        var machine = RealStack.Inside(agent);
        var old = (await machine.RunAsync($"cat {Trusted}")).Split(' ')[1];
        var id = (await stack.Server.CommandAsync("ssh-ca", "list")).Split(' ')[0];
        using var before = await Door.OpenAsync(stack.Client, agent);

        await stack.Server.CommandAsync("ssh-ca", "rotate");
        await RetiredAsync(id);
        (await before.EnterAsync()).ShouldBe(0, "both are trusted now");
        await stack.Server.CommandAsync("ssh-ca", "drop", id);
        await machine.EventuallyAsync($"! grep -qF {old} {Trusted}");

        (await machine.RunAsync($"grep -c ^ssh-ed25519 {Trusted}; stat -c '%a %U %G' {Trusted}; ls -A /etc/ssh | grep -c '^[.]slipway' || true")).ShouldBe("1\n644 root root\n0");
        (await before.EnterAsync()).ShouldNotBe(0, "its certificate is young enough, but nobody trusts who signed it");
        using var after = await Door.OpenAsync(stack.Client, agent);
        (await after.EnterAsync()).ShouldBe(0);
        await stack.FinishAsync((await stack.Client.Agents.StopAsync(agent.Id)).Agent.Operation!);
        await stack.FinishAsync((await stack.Client.Agents.StartAsync(agent.Id)).Agent.Operation!);
        await stack.FinishAsync((await stack.Client.Agents.DestroyAsync(agent.Id)).Agent.Operation!);
    }

    /// <summary>Until every machine was seen to let the new one in.</summary>
    private async Task RetiredAsync(string id)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromSeconds(1));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await stack.Server.CommandAsync("ssh-ca", "list")).Split('\n').Any(l => l.StartsWith(id, StringComparison.Ordinal) && l.Contains("retired", StringComparison.Ordinal)))
        {
            await pause.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>A certificate and its key, as 'slipway agent ssh' has them for one login.</summary>
    private sealed class Door : IDisposable
    {
        private readonly TemporaryDirectory _directory = new();
        private ShellAccess _access = null!;

        public static async Task<Door> OpenAsync(SlipwayClient client, AgentResource agent)
        {
            var door = new Door();
            (await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", door._directory.File("key"))).ShouldBe(0);
            door._access = await client.Agents.OpenShellAsync(agent.Id, await File.ReadAllTextAsync(door._directory.File("key.pub")));
            await File.WriteAllTextAsync(door._directory.File("key-cert.pub"), door._access.Certificate + "\n");
            await File.WriteAllTextAsync(door._directory.File("known_hosts"), $"{door._access.HostKeyAlias} {door._access.HostKey}\n");
            return door;
        }

        /// <returns>The exit code of ssh.</returns>
        public Task<int> EnterAsync()
        {
            string[] settings =
            [
                $"HostKeyAlias={_access.HostKeyAlias}", "StrictHostKeyChecking=yes", $"UserKnownHostsFile={_directory.File("known_hosts")}", "BatchMode=yes", "IdentitiesOnly=yes",
                "IdentityAgent=none", $"IdentityFile={_directory.File("key")}", $"CertificateFile={_directory.File("key-cert.pub")}", "ConnectTimeout=20",
            ];
            return RunAsync("ssh", ["-F", "none", .. settings.SelectMany(s => (string[])["-o", s]), "-l", _access.User, "--", _access.Host, "true"]);
        }

        public void Dispose() => _directory.Dispose();

        private static async Task<int> RunAsync(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
    }
}
