using Slipway.Machines.Authorities;
using Slipway.Ssh;

namespace Slipway.Machines;

/// <summary>What somebody needs to open a shell on a machine: the certificate, where it is, and who it must prove to be.</summary>
public sealed record MachineDoor(ShellCertificate Certificate, string Host, string User, string Name, string HostKey);

/// <summary>Lets a person onto a machine, for minutes and by a certificate that names them.</summary>
public sealed class MachineAccess(MachineStore machines, SshAuthorities authorities, MachinesOptions options)
{
    /// <param name="subject">Whose machine.</param>
    /// <param name="publicKey">The person's ed25519 public key; the private one stays with them.</param>
    /// <param name="holder">Who it is, for the machine's log.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null when there is no machine that could be opened.</returns>
    /// <exception cref="FormatException">The public key is not an ed25519 key.</exception>
    public async Task<MachineDoor?> OpenAsync(string subject, string publicKey, string holder, CancellationToken cancellationToken)
    {
        if (await machines.FindAsync(subject, cancellationToken) is not { HostKey: { } hostKey, Status: not (MachineStatus.Stopped or MachineStatus.Gone) } machine
            || ((options.SshRoute == SshRoute.Tailscale ? machine.TailscaleIp : null) ?? machine.Ipv4) is not { } host)
        {
            return null;
        }

        var target = new SshTarget { Host = host, User = MachineDocument.AdminUser, HostKeyAlias = machine.Name };
        var authority = await authorities.ForAsync(machine, cancellationToken);
        var certificate = await authority.CertifyShellAsync(publicKey, target, new string([.. holder.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]), cancellationToken);
        return new MachineDoor(certificate, host, target.User, machine.Name, hostKey);
    }
}
