using System.Security.Cryptography;
using System.Text;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>What the machines' image is made of; a change of any of it makes a new image.</summary>
internal static class ImageRecipe
{
    public const string Suite = "bookworm";

    public static readonly IReadOnlyList<string> Packages =
    [
        "systemd", "systemd-sysv", "cloud-init", "openssh-server", "sudo", "iproute2", "ca-certificates", "curl", "git", "unzip",
        "dbus", "netbase", "python3",
        "gh", // for the blueprint rachel8: a machine reaches no archive, so what is to be installed is there already
    ];

    /// <summary>Files nobody reads in a machine that lives for minutes.</summary>
    public static readonly IReadOnlyList<string> LeftOut =
        ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*"];

    /// <summary>Units that wait for what a container has not, fail in it, or do housekeeping for years.</summary>
    public static readonly IReadOnlyList<string> Masked =
    [
        "networking.service", // waits five minutes for DHCP
        "systemd-networkd-wait-online.service", // nothing here goes further than the bridge
        "systemd-logind.service", "console-getty.service", "getty@.service", "container-getty@.service", "getty-static.service", // nobody sits at a seat
        "systemd-pstore.service", "systemd-binfmt.service", "proc-sys-fs-binfmt_misc.automount", "dev-hugepages.mount",
        "systemd-sysctl.service", "systemd-modules-load.service", "modprobe@.service", "kmod-static-nodes.service",
        "systemd-tmpfiles-setup-dev.service", "systemd-remount-fs.service", // the host's kernel and devices are not the machine's to set
        "systemd-sysusers.service", "systemd-firstboot.service", "ldconfig.service", "systemd-journal-catalog-update.service", // done in the image
        "systemd-update-utmp.service", "systemd-update-utmp-runlevel.service", "systemd-ask-password-wall.path",
        "systemd-ask-password-console.path", "cloud-init-hotplugd.socket",
        "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service",
        "fstrim.timer", "systemd-tmpfiles-clean.timer",
    ];

    public static readonly IReadOnlyDictionary<string, string> Links = new Dictionary<string, string>
    {
        ["etc/systemd/system/multi-user.target.wants/systemd-networkd.service"] = "/lib/systemd/system/systemd-networkd.service",
        ["etc/systemd/system/multi-user.target.wants/tailscaled.service"] = "/etc/systemd/system/tailscaled.service",
    };

    public static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>
    {
        // As Hetzner's images: keys are root's. The rest spares work that can only fail or wait in a container.
        ["etc/cloud/cloud.cfg.d/99-slipway-local.cfg"] = """
            datasource_list: [NoCloud]
            network: {config: disabled}
            disable_root: false
            system_info: {default_user: {name: root, lock_passwd: true, gecos: root, groups: [], sudo: [], shell: /bin/bash}}
            locale: "false"
            ssh_genkeytypes: [ed25519]
            ssh: {emit_keys_to_console: false}
            no_ssh_fingerprints: true
            grub_dpkg: {enabled: false}
            growpart: {mode: "off"}
            resize_rootfs: false

            """,
        // No name server: names fail at once instead of after a time-out.
        ["etc/resolv.conf"] = "# A machine of LocalCloud has no name server and needs no internet.\n",
        ["etc/machine-id"] = "",
        ["usr/bin/tailscale"] = Tailscale(),
        ["etc/systemd/system/tailscaled.service"] = """
            [Unit]
            Description=LocalCloud's stand-in for the Tailscale node agent
            After=network.target
            [Service]
            Type=oneshot
            RemainAfterExit=yes
            ExecStart=/bin/sh -c '[ ! -e /var/lib/tailscale/tailscaled.state ] || exec /usr/bin/tailscale restore'
            [Install]
            WantedBy=multi-user.target

            """,
    };

    /// <summary>A name for exactly this recipe.</summary>
    public static string Fingerprint { get; } = Hash();

    private static string Tailscale()
    {
        using var stream = typeof(ImageRecipe).Assembly.GetManifestResourceStream("Slipway.LocalCloud.Machines.Nspawn.tailscale.py")
            ?? throw new InvalidOperationException("tailscale.py is not embedded in this build; see Slipway.LocalCloud.csproj.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Hash()
    {
        var parts = Packages.Concat(LeftOut).Concat(Masked)
            .Concat(Links.Select(l => $"{l.Key} {l.Value}")).Concat(Files.Select(f => $"{f.Key} {f.Value}"));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts)));
        return Convert.ToHexStringLower(hash)[..12];
    }
}
