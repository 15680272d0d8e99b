using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Blueprints;
using Slipway.CloudInit;
using Slipway.Machines.Authorities;

namespace Slipway.Machines;

/// <summary>A machine's first boot as a cloud-init document: public or single-use content only, the same for the same machine.</summary>
public sealed class MachineDocument(ControlPlane controlPlane, SshAuthorities authorities, MachinesOptions options, TailscaleSettings tailscale)
{
    /// <summary>The account the control plane logs in as; its certificates name the machine. One account that may become root is one too many.</summary>
    public const string AdminUser = "root";

    internal const string AuthoritiesFile = "/etc/ssh/slipway_ca.pub";
    internal const string AuthKeyFile = "/var/lib/slipway/tailscale.key";
    internal const string BootTokenFile = "/var/lib/slipway/boot-token";

    public async Task<CloudConfig> BuildAsync(Machine machine, Blueprint blueprint, string? authKey, CancellationToken cancellationToken)
    {
        var trusted = await authorities.LinesForAsync(machine, cancellationToken);
        var token = controlPlane.BootToken(machine);
        return new CloudConfig
        {
            Hostname = machine.Name,
            Users = [new CloudUser { Name = blueprint.User, Shell = "/bin/bash", Sudo = blueprint.Sudo }],
            PackageUpdate = blueprint.Packages.Count > 0 ? true : null,
            Packages = blueprint.Packages,
            SshGenKeyTypes = ["ed25519"],
            WriteFiles = [.. Files(machine, trusted, token, authKey)],
            BootScript = new BootScript
            {
                ReportUrl = Callback("boot", token),
                Phases = [.. Phases(machine, blueprint, authKey is not null)],
                Early = blueprint.Packages.Count == 0,
            },
            PhoneHome = new PhoneHome { Url = Callback("phone-home", token), Post = ["pub_key_ed25519", "instance_id", "hostname"] },
        };
    }

    /// <summary>Tells one request from another, so that a server found by name is adopted only if it is what was asked for.</summary>
    public static string Fingerprint(Machine machine, Blueprint blueprint, string? authKeyId) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
            '\n', machine.Name, machine.OperationId, blueprint.Digest, machine.ResizedTo ?? blueprint.Machine.ServerType, blueprint.Machine.Image, authKeyId))))[..32];

    private static IEnumerable<CloudFile> Files(Machine machine, IReadOnlyList<string> trusted, string token, string? authKey)
    {
        yield return new CloudFile { Path = AuthoritiesFile, Content = string.Concat(trusted.Select(key => key.Trim() + "\n")) };
        yield return new CloudFile { Path = $"/etc/ssh/slipway_principals/{AdminUser}", Content = machine.Name + "\n" };
        yield return new CloudFile
        {
            Path = "/etc/ssh/sshd_config.d/10-slipway.conf",
            Content = $"""
                TrustedUserCAKeys {AuthoritiesFile}
                AuthorizedPrincipalsFile /etc/ssh/slipway_principals/%u
                PermitRootLogin prohibit-password
                PasswordAuthentication no

                """,
        };
        yield return new CloudFile { Path = BootTokenFile, Content = token + "\n", Permissions = "0600" };
        if (authKey is not null)
        {
            yield return new CloudFile { Path = AuthKeyFile, Content = authKey + "\n", Permissions = "0600" };
        }
    }

    private IEnumerable<BootPhase> Phases(Machine machine, Blueprint blueprint, bool joins)
    {
        // The report carries the host key too: whichever of report and phone-home comes first, the machine is known.
        yield return new BootPhase("host-key", """
            read -r type key _ </etc/ssh/ssh_host_ed25519_key.pub
            echo "host_key=$type $key" >>"$REPORT_FIELDS"
            """);
        yield return BootPhases.ClockSync(machine.CreatedAt);
        if (joins)
        {
            yield return BootPhases.InstallTailscale();
            yield return BootPhases.JoinTailscale(AuthKeyFile, machine.TailscaleHostname!, [tailscale.Tag], tailscale.LoginServer);
        }

        if (blueprint.RenderSetup() is { Length: > 0 } setup)
        {
            // Phases run with umask 077; what an operator's setup installs is usually for the agent's user to read.
            yield return new BootPhase("setup", "umask 022\n" + setup);
        }
    }

    private Uri Callback(string kind, string token) =>
        new(options.PublicUrl!, string.Create(CultureInfo.InvariantCulture, $"/callbacks/{kind}/{token}"));
}
