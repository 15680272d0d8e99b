using Slipway.Ssh;

namespace Slipway.Machines.Shell;

/// <summary>A bash script for a machine, run as root. Values travel in <see cref="Input"/>, never in the text.</summary>
/// <param name="Name">What it does; simulated machines answer by it.</param>
public sealed record RemoteScript(string Name, string Text)
{
    /// <summary>What the script reads from standard input; may hold secrets.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>The number of the authority to log in with; null for the newest that the machine is known to trust.</summary>
    public long? SignedBy { get; init; }

    public override string ToString() => Name;
}

/// <summary>The way to a machine: SSH for real ones, LocalCloud's side channel for simulated ones.</summary>
public interface IMachineShell
{
    /// <summary>Runs a script on a machine whose host key is pinned.</summary>
    Task<SshResult> RunAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken);

    /// <summary>Runs a script on a machine nobody vouched for yet; nothing secret may be sent.</summary>
    Task<(SshResult Result, SshHostKey Presented)> RunUnpinnedAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken);
}
