using System.CommandLine;
using System.Diagnostics;
using Slipway.Cli.Options;
using Slipway.Client;

namespace Slipway.Cli.Agents;

/// <summary>A shell on an agent's machine by the system's OpenSSH: the key is made for this once, and never leaves its directory.</summary>
internal static class AgentSsh
{
    public static Command Create(CommandHost host)
    {
        var id = IdArgument.Create("id", Words.AgentId);
        var words = new Argument<string[]>("command") { Description = Words.SshCommand, Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("ssh", Words.AgentSsh) { id, words };
        return host.Handle(command, (parse, session, stop) => RunAsync(session, parse.GetRequiredValue(id), parse.GetValue(words) ?? [], stop));
    }

    internal static async Task<int> RunAsync(Session session, string id, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("slipway-ssh-");
        try
        {
            var key = Path.Combine(directory.FullName, "key");
            await ProcessAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key], cancellationToken);
            var access = await session.Client.Agents.OpenShellAsync(id, await File.ReadAllTextAsync(key + ".pub", cancellationToken), cancellationToken);
            await File.WriteAllTextAsync(key + "-cert.pub", access.Certificate + "\n", cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "known_hosts"), $"{access.HostKeyAlias} {access.HostKey}\n", cancellationToken);
            session.Say(Words.ShellUntil(access));
            return await ProcessAsync("ssh", [.. Arguments(access, directory.FullName), .. command], cancellationToken);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    internal static IEnumerable<string> Arguments(ShellAccess access, string directory)
    {
        string[] settings =
        [
            $"HostKeyAlias={access.HostKeyAlias}", $"HostKeyAlgorithms={access.HostKey.Split(' ')[0]}", "StrictHostKeyChecking=yes", $"UserKnownHostsFile={directory}/known_hosts",
            "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no", "CheckHostIP=no",
            "PreferredAuthentications=publickey", "IdentitiesOnly=yes", "IdentityAgent=none", $"IdentityFile={directory}/key", $"CertificateFile={directory}/key-cert.pub",
            "ForwardAgent=no", "ForwardX11=no", "ControlMaster=no", "ControlPath=none", "ConnectTimeout=30", "ServerAliveInterval=15",
        ];
        return ["-F", "none", .. settings.SelectMany(s => (string[])["-o", s]), "-l", access.User, "--", access.Host];
    }

    private static async Task<int> ProcessAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new UsageException(Words.NoOpenSsh(program));
        }

        using (process)
        {
            try
            {
                await process.WaitForExitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }

            return process.ExitCode;
        }
    }
}
