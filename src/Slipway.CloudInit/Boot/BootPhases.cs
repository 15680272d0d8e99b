using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.CloudInit;

/// <summary>Phases that most machines need.</summary>
public static partial class BootPhases
{
    /// <summary>
    /// <c>clock-sync</c>: makes sure that certificates can be checked. A clock at or after <paramref name="notBefore"/>, less a minute, costs
    /// nothing; otherwise network time is switched on and given at most 60 seconds to correct it.
    /// </summary>
    /// <param name="notBefore">A time that has certainly passed, e.g. when the document was written.</param>
    /// <returns>The phase; it fails with a sentence when the clock stays behind.</returns>
    public static BootPhase ClockSync(DateTimeOffset notBefore) => new("clock-sync", $$"""
        not_before={{notBefore.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}}
        clock_is_right() { (($(date +%s) >= not_before - 60)); }
        clock_is_right && exit 0
        echo "The clock says $(date -u), which is too early; switching network time on."
        timedatectl set-ntp true || echo "timedatectl could not switch network time on; waiting for another time service."
        for _ in {1..60}; do
          sleep 1
          clock_is_right && exit 0
        done
        echo "The clock still says $(date -u) after 60 seconds: no certificate can be checked. Check that NTP (UDP port 123) may leave this network." >&2
        exit 1
        """);

    /// <summary>
    /// <c>install-tailscale</c>: installs Tailscale from its own apt repository for Debian or Ubuntu, chosen by <c>/etc/os-release</c>;
    /// does nothing where <c>tailscale</c> is already there.
    /// </summary>
    /// <returns>The phase; it fails with a sentence on another distribution.</returns>
    public static BootPhase InstallTailscale() => new("install-tailscale", """
        command -v tailscale && exit 0
        . /etc/os-release
        if [[ ${ID:-} != debian && ${ID:-} != ubuntu ]] || [[ -z ${VERSION_CODENAME:-} ]]; then
          echo "No Tailscale packages are known for '${PRETTY_NAME:-this system}'; use Debian or Ubuntu, or an image with Tailscale." >&2
          exit 1
        fi
        umask 022
        repository="https://pkgs.tailscale.com/stable/$ID/$VERSION_CODENAME"
        fetch() { curl --silent --show-error --fail --location --max-time 60 --retry 5 --retry-all-errors --output "$2" "$1"; }
        fetch "$repository.noarmor.gpg" /usr/share/keyrings/tailscale-archive-keyring.gpg
        fetch "$repository.tailscale-keyring.list" /etc/apt/sources.list.d/tailscale.list
        apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 update
        apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 install --yes tailscale
        systemctl enable --now tailscaled
        """);

    /// <summary>
    /// <c>join-tailscale</c>: joins the tailnet with a key from a file, removes the file whether that worked or not, and reports
    /// <c>tailscale_node_id</c>, <c>tailscale_ips</c> (separated by commas) and <c>tailscale_dns_name</c>.
    /// </summary>
    /// <param name="authKeyFile">The absolute path of a 0600 file with the auth key; the key itself is never an argument.</param>
    /// <param name="hostname">One label: at most 63 letters, digits and <c>-</c>.</param>
    /// <param name="tags">The tags to advertise, each <c>tag:…</c>; they must equal those of the key.</param>
    /// <param name="loginServer">Another control server, e.g. Headscale; <see langword="null"/> means Tailscale's own.</param>
    /// <returns>The phase; joining is given at most 120 seconds.</returns>
    /// <exception cref="ArgumentException">A value that Tailscale would refuse.</exception>
    public static BootPhase JoinTailscale(string authKeyFile, string hostname, IReadOnlyList<string> tags, Uri? loginServer)
    {
        ArgumentNullException.ThrowIfNull(authKeyFile);
        ArgumentNullException.ThrowIfNull(hostname);
        ArgumentNullException.ThrowIfNull(tags);
        if (!authKeyFile.StartsWith('/'))
        {
            throw new ArgumentException($"The auth key file '{authKeyFile}' needs an absolute path.", nameof(authKeyFile));
        }

        if (!CloudConfigRules.IsHostname(hostname) || hostname.Contains('.'))
        {
            throw new ArgumentException($"'{hostname}' is not one host name label of letters, digits and '-'.", nameof(hostname));
        }

        if (tags.Count == 0 || !tags.All(Tag().IsMatch))
        {
            throw new ArgumentException($"'{string.Join(',', tags)}' must be one or more tags like tag:agent.", nameof(tags));
        }

        if (loginServer is not null && !CloudConfigRules.IsHttp(loginServer))
        {
            throw new ArgumentException("The login server must be an absolute http or https address.", nameof(loginServer));
        }

        var server = loginServer is null ? "" : $" --login-server={ShellText.Quote(loginServer.AbsoluteUri)}";
        return new BootPhase("join-tailscale", $$"""
            key_file={{ShellText.Quote(authKeyFile)}}
            remove_key() { shred --remove -- "$key_file" 2>/dev/null || rm -f -- "$key_file"; }
            trap remove_key EXIT
            if [[ ! -s $key_file ]]; then
              echo "The auth key file $key_file is missing or empty: it must be written before this phase." >&2
              exit 1
            fi
            tailscale up --auth-key="file:$key_file" --hostname={{ShellText.Quote(hostname)}} --advertise-tags={{ShellText.Quote(string.Join(',', tags))}} --timeout=120s{{server}}
            tailscale status --json --peers=false | python3 -c '
            import json, sys
            status = json.load(sys.stdin)
            node = status.get("Self") or {}
            state = status.get("BackendState")
            if state != "Running" or not node.get("ID") or not node.get("TailscaleIPs"):
                sys.exit("tailscale is %s and has no node id or address: nothing to report." % state)
            print("tailscale_node_id=" + node["ID"])
            print("tailscale_ips=" + ",".join(node["TailscaleIPs"]))
            print("tailscale_dns_name=" + (node.get("DNSName") or "").rstrip("."))
            ' >>"$REPORT_FIELDS"
            """);
    }

    [GeneratedRegex(@"\Atag:[a-zA-Z][a-zA-Z0-9-]*\z", RegexOptions.None, 1000)]
    private static partial Regex Tag();
}
