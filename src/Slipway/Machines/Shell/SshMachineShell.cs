using Slipway.Machines.Authorities;
using Slipway.Operations;
using Slipway.Ssh;

namespace Slipway.Machines.Shell;

/// <summary>Real machines: the system's OpenSSH, a certificate of minutes, the pinned host key.</summary>
public sealed class SshMachineShell(SshAuthorities authorities, SshOptions ssh, MachinesOptions options, TimeProvider time) : IMachineShell
{
    public async Task<SshResult> RunAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken)
    {
        var pinned = SshHostKey.Parse(machine.HostKey ?? throw new InvalidOperationException($"The host key of '{machine.Name}' is not known yet."));
        var client = new SshClient(ssh, await AuthorityAsync(machine, script, cancellationToken), time);
        return await client.RunAsync(Target(machine), pinned, Command(script), script.Input, OperationsOptions.SshTimeLimit, cancellationToken);
    }

    public async Task<(SshResult Result, SshHostKey Presented)> RunUnpinnedAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken)
    {
        var client = new SshClient(ssh, await AuthorityAsync(machine, script, cancellationToken), time);
        return await client.RunUnpinnedAsync(Target(machine), Command(script), script.Input, OperationsOptions.SshTimeLimit, cancellationToken);
    }

    private Task<SshCertificateAuthority> AuthorityAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken) =>
        script.SignedBy is { } number ? authorities.GetAsync(number, cancellationToken) : authorities.ForAsync(machine, cancellationToken);

    private static ShellCommand Command(RemoteScript script) => ShellCommand.Create($"exec /bin/bash -c {script.Text}");

    private SshTarget Target(Machine machine) => new()
    {
        Host = (options.SshRoute == SshRoute.Tailscale ? machine.TailscaleIp : null) ?? machine.Ipv4
            ?? throw new InvalidOperationException($"No address of '{machine.Name}' is known."),
        User = MachineDocument.AdminUser,
        HostKeyAlias = machine.Name,
    };
}
