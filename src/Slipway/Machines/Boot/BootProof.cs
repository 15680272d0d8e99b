using System.Security.Cryptography;
using System.Text;
using Slipway.Machines.Shell;
using Slipway.Ssh;
using Slipway.Storage;

namespace Slipway.Machines.Boot;

/// <summary>
/// Asks a machine that did not phone home, over an SSH connection whose host key nobody vouched for. The machine proves itself: it
/// signs our nonce and its own host key with its boot token, which only it and we know. Whoever sits in between can show a key, but
/// neither make that proof nor pass our login on to the real machine.
/// </summary>
public sealed class BootProof(IMachineShell shell, ControlPlane controlPlane, BootReports reports, Entropy entropy)
{
    /// <returns>Null when the machine proved itself, else why not.</returns>
    public async Task<string?> AskAsync(Machine machine, CancellationToken cancellationToken)
    {
        var bytes = new byte[32];
        entropy.Fill(bytes);
        var nonce = Convert.ToHexStringLower(bytes);
        var (result, presented) = await shell.RunUnpinnedAsync(
            machine, RemoteScripts.ProveHostKey with { Input = Encoding.ASCII.GetBytes(nonce + "\n") }, cancellationToken);
        if (result.ExitCode != 0)
        {
            return $"The machine answers SSH but not the question who it is (exit code {result.ExitCode}).";
        }

        var lines = ReadLines(result.Stdout);
        if (!lines.TryGetValue("proof", out var proof) || !IsProof(machine, nonce, presented, proof))
        {
            return "The machine that answers SSH could not prove that it is ours; nothing was pinned.";
        }

        await reports.RecordProvenAsync(machine, presented, ReportIn(lines), cancellationToken);
        return null;
    }

    private bool IsProof(Machine machine, string nonce, SshHostKey presented, string proof)
    {
        var key = Encoding.UTF8.GetBytes(controlPlane.BootToken(machine));
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{nonce} {presented}")));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(proof));
    }

    private static BootReport? ReportIn(Dictionary<string, string> lines) => lines.TryGetValue("status", out var status)
        ? new BootReport(
            lines.GetValueOrDefault("phase", "unknown"),
            status,
            lines.GetValueOrDefault("exit_code"),
            lines.GetValueOrDefault("log_tail")?.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal),
            lines.GetValueOrDefault("tailscale_node_id"),
            lines.GetValueOrDefault("tailscale_ips"))
        : null;

    private static Dictionary<string, string> ReadLines(string text)
    {
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
            {
                lines[line[..at]] = line[(at + 1)..];
            }
        }

        return lines;
    }
}
