using System.Globalization;
using System.Text;
using Slipway.Blueprints;
using Slipway.CloudInit;

namespace Slipway.Machines.Shell;

/// <summary>Every script that is ever run on a machine after its first boot.</summary>
internal static class RemoteScripts
{
    /// <summary>Reads a nonce; prints the host key, an HMAC of both under the boot token, and the boot report if there is one.</summary>
    public static readonly RemoteScript ProveHostKey = new("prove-host-key", $$"""
        set -euo pipefail
        read -r nonce
        read -r type key _ < /etc/ssh/ssh_host_ed25519_key.pub
        echo "host_key=$type $key"
        printf 'proof='
        python3 -c 'import hmac, sys; print(hmac.new(open(sys.argv[1], "rb").read().strip(), sys.argv[2].encode(), "sha256").hexdigest())' {{MachineDocument.BootTokenFile}} "$nonce $type $key"
        cat /var/lib/slipway/boot-report 2>/dev/null || true
        """);

    /// <summary>
    /// Writes files given as lines of owner, mode, path and content (the last two in base64), each whole or not at all. When all are there the same
    /// connection goes on to start the unit and prints <c>started</c> and, if it is healthy by then, <c>ok</c>: a second connection costs half a second.
    /// </summary>
    public static RemoteScript PlaceFilesAndStart(IEnumerable<RenderedFile> files, Blueprint blueprint)
    {
        var input = new StringBuilder();
        foreach (var file in files)
        {
            input.Append(CultureInfo.InvariantCulture, $"{file.Owner} {file.Mode} {Base64(file.Path)} {Base64(file.Content.Reveal())}\n");
        }

        return new RemoteScript("place-files-and-start", $$"""
            set -euo pipefail
            umask 077
            make_directory() {
              [ -d "$1" ] && return
              make_directory "$(dirname -- "$1")"
              install -d -m 0755 -o "${2%%:*}" -g "${2##*:}" -- "$1"
            }
            while read -r owner mode path content; do
              path=$(base64 -d <<<"$path"; printf x); path=${path%x}
              directory=$(dirname -- "$path")
              make_directory "$directory" "$owner"
              temporary=$(mktemp -- "$directory/.slipway.XXXXXXXX")
              base64 -d <<<"$content" > "$temporary"
              chown -- "$owner" "$temporary"
              chmod -- "$mode" "$temporary"
              mv -fT -- "$temporary" "$path"
            done
            set +e
            {{Start(blueprint)}} || exit 0
            {{Watch(blueprint)}}
            exit 0
            """)
        {
            Input = Encoding.ASCII.GetBytes(input.ToString()),
        };
    }

    /// <summary>Starts the unit and prints <c>started</c>, then looks after it for a moment: prints <c>ok</c> if it is healthy by then.</summary>
    public static RemoteScript StartUnit(Blueprint blueprint) => new("start-unit", $"""
        {Start(blueprint)} || exit 1
        {Watch(blueprint)}
        exit 0
        """);

    /// <summary>Asks the agent itself, a few seconds long so that one connection suffices; says what it saw when it is not well.</summary>
    public static RemoteScript CheckHealth(Blueprint blueprint) => new("check-health", $"""
        {Watch(blueprint)}
        echo "unit {blueprint.Unit.Name} is $state; its health check said: $said"
        journalctl --no-pager --output=cat --lines=20 --unit={blueprint.Unit.Name}.service
        exit 1
        """);

    /// <summary>
    /// What a machine can say about why it failed, bounded on the machine already. Where a text is cut it may begin in the middle of a secret, which
    /// nobody would recognise then, so the line it begins with is left out.
    /// </summary>
    public static RemoteScript CollectEvidence(Blueprint blueprint) => new("collect-evidence", $$"""
        last() {
          local LC_ALL=C text
          text=$(tail --bytes="$1" | tr '\000' '?'; printf x)
          text=${text%x}
          if [ "${#text}" -ge "$1" ]; then tail --lines=+2 <<<"$text"; else printf '%s' "$text"; fi
        }
        echo '== cloud-init status'
        timeout 3 cloud-init status --long 2>&1 | head --bytes=1000
        echo '== end of cloud-init-output.log'
        cat /var/log/cloud-init-output.log 2>&1 | last 3000
        echo '== end of slipway-boot.log'
        cat /var/log/slipway-boot.log 2>&1 | last 4000
        echo '== unit {{blueprint.Unit.Name}}'
        systemctl is-active {{blueprint.Unit.Name}}.service 2>&1
        timeout 3 journalctl --no-pager --output=short-iso --lines=100 --unit={{blueprint.Unit.Name}}.service 2>&1 | last 6000
        exit 0
        """);

    /// <summary>Enabling also has systemd read the unit again.</summary>
    private static string Start(Blueprint blueprint) =>
        $"systemctl enable --quiet {blueprint.Unit.Name}.service && systemctl restart {blueprint.Unit.Name}.service && echo started";

    private static string Watch(Blueprint blueprint) => $$"""
        check() { {{HealthCommand(blueprint)}}; }
        for _ in $(seq 40); do
          state=$(systemctl is-active {{blueprint.Unit.Name}}.service)
          if [ "$state" = active ] && said=$(check 2>&1); then echo ok; exit 0; fi
          [ "$state" = failed ] && break
          sleep 0.1
        done
        """;

    private static string HealthCommand(Blueprint blueprint) => blueprint.Health.Http is { } address
        ? $"curl --fail --silent --show-error --max-time 5 --output /dev/null {ShellText.Quote(address.AbsoluteUri)}"
        : $"runuser -u {blueprint.User} -- timeout 5 /bin/bash -c {ShellText.Quote(blueprint.Health.Command!)}";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
