using Slipway.Operations;
using Slipway.Ssh;

namespace Slipway.Machines.Shell;

/// <summary>Real machines: the system's OpenSSH, a certificate of minutes, the pinned host key.</summary>
public sealed class SshMachineShell(ControlPlane controlPlane, SshOptions ssh, MachinesOptions options, TimeProvider time) : IMachineShell
{
    public async Task<SshResult> RunAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken)
    {
        var pinned = SshHostKey.Parse(machine.HostKey ?? throw new InvalidOperationException($"The host key of '{machine.Name}' is not known yet."));
        var client = new SshClient(ssh, await controlPlane.GetAuthorityAsync(cancellationToken), time);
        return await client.RunAsync(Target(machine), pinned, Command(script), script.Input, OperationsOptions.SshTimeLimit, cancellationToken);
    }

    public async Task<(SshResult Result, SshHostKey Presented)> RunUnpinnedAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken)
    {
        var client = new SshClient(ssh, await controlPlane.GetAuthorityAsync(cancellationToken), time);
        return await client.RunUnpinnedAsync(Target(machine), Command(script), script.Input, OperationsOptions.SshTimeLimit, cancellationToken);
    }

    private static ShellCommand Command(RemoteScript script) => ShellCommand.Create($"exec /bin/bash -c {script.Text}");

    private SshTarget Target(Machine machine) => new()
    {
        Host = (options.SshRoute == SshRoute.Tailscale ? machine.TailscaleIp : null) ?? machine.Ipv4
            ?? throw new InvalidOperationException($"No address of '{machine.Name}' is known."),
        User = MachineDocument.AdminUser,
        HostKeyAlias = machine.Name,
    };
}
