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
    /// Reads a generation and the authorities to trust, a line each, and puts them in the place of the present ones, whole or not at all; sshd reads the file
    /// at every login. What a later generation placed stays.
    /// </summary>
    public static readonly RemoteScript PlaceAuthorities = new("place-authorities", $$"""
        set -euo pipefail
        umask 022
        read -r generation
        file={{MachineDocument.AuthoritiesFile}}
        present=$(sed -n '1s/^# slipway //p' "$file" 2>/dev/null || true)
        if (( ${present:-0} > generation )); then echo "generation $present is in place, later than $generation" >&2; exit 3; fi
        temporary=$(mktemp -- /etc/ssh/.slipway_ca.XXXXXXXX)
        trap 'rm -f -- "$temporary"' EXIT
        { echo "# slipway $generation"; cat; } >"$temporary"
        keys=$(ssh-keygen -l -f "$temporary" | wc -l) && [ "$keys" = "$(($(wc -l <"$temporary") - 1))" ] || { echo 'not every line is a key' >&2; exit 4; }
        chmod 0644 -- "$temporary"
        sync -- "$temporary"
        mv -fT -- "$temporary" "$file"
        """);

    /// <summary>Nothing but a login.</summary>
    public static readonly RemoteScript CheckLogin = new("check-login", "exit 0");

    /// <summary>
    /// Writes files given as lines of owner, mode, path and content (the last two in base64), each whole or not at all; a credential comes as a line
    /// with a dash for its owner and its name for its mode, and is encrypted before it is written; a mode of <c>none</c> takes the path away. When all are there the same connection goes on to
    /// start the unit and prints <c>started</c> and, if it is healthy by then, <c>ok</c>: a second connection costs half a second.
    /// </summary>
    public static RemoteScript PlaceFilesAndStart(IEnumerable<RenderedFile> files, IEnumerable<RenderedCredential> credentials, IEnumerable<(string Path, string User)> unwanted, Blueprint blueprint, Blueprint? other = null)
    {
        var input = new StringBuilder();
        foreach (var file in files)
        {
            input.Append(CultureInfo.InvariantCulture, $"{file.Owner} {file.Mode} {Base64(file.Path)} {Base64(file.Content.Reveal())}\n");
        }

        foreach (var credential in credentials)
        {
            input.Append(CultureInfo.InvariantCulture, $"- {credential.Name} {Base64(credential.Path)} {Base64(credential.Content.Reveal())}\n");
        }

        foreach (var (path, user) in unwanted)
        {
            input.Append(CultureInfo.InvariantCulture, $"{user} none {Base64(path)} \n");
        }

        return new RemoteScript("place-files-and-start", $$"""
            set -euo pipefail
            umask 077
            {{AsWhom}}
            while read -r owner mode path content; do
              path=$(base64 -d <<<"$path"; printf x); path=${path%x}
              directory=$(dirname -- "$path")
              group=${owner##*:} user=${owner%%:*}
              [ "$owner" = - ] && user=root group=root
              if [ "$mode" = none ] && [ "$owner" != - ]; then
                [ -d "$directory" ] && as "$(whom "$directory" "$user")" rm -f -- "$path"
                continue
              fi
              make_directory "$directory" "$user" "$group"
              who=$(whom "$directory" "$user")
              temporary=$(as "$who" mktemp -- "$directory/.slipway.XXXXXXXX")
              if [ "$owner" = - ]; then
                base64 -d <<<"$content" | systemd-creds encrypt --with-key=host --name="$mode" - - > "$temporary"
              else
                base64 -d <<<"$content" | as "$who" bash -c 'cat > "$1"' bash "$temporary"
                as "$who" chown -- "$owner" "$temporary"
                as "$who" chmod -- "$mode" "$temporary"
              fi
              as "$who" mv -fT -- "$temporary" "$path"
            done
            set +e
            {{Retire(blueprint, other)}}
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
    /// Has root go through packages and setup of a version, beside the connection because that may take long: begins it, or comes back to what was begun
    /// under the same key, and prints <c>running</c>, or <c>exit</c> with its code. What was begun under another key is ended first.
    /// </summary>
    public static RemoteScript PrepareVersion(string key, Blueprint blueprint)
    {
        var packages = blueprint.Packages.Count == 0 ? ""
            : $"apt-get -q -o DPkg::Lock::Timeout=120 update\napt-get -q -y -o DPkg::Lock::Timeout=120 install -- {string.Join(' ', blueprint.Packages.Select(ShellText.Quote))}\n";
        return new RemoteScript("prepare-version", $$"""
            set -euo pipefail
            umask 077
            cd /var/lib/slipway
            install -d -m 0700 update && cd update
            cat > script.new
            if [ "$(cat key 2>/dev/null)" != {{key}} ]; then
              systemctl stop slipway-update.service 2>/dev/null || true
              rm -f key code
              mv -f script.new script
              echo {{key}} > key.new && mv -f key.new key
            fi
            if [ ! -e code ] && ! systemctl is-active --quiet slipway-update.service && [ ! -e code ]; then
              systemctl reset-failed slipway-update.service 2>/dev/null || true
              systemd-run --quiet --collect --unit=slipway-update --setenv=HOME=/root --setenv=LC_ALL=C.UTF-8 --property=WorkingDirectory=/var/lib/slipway/update \
                /bin/bash -c 'umask 022; bash script >log 2>&1 </dev/null; echo $? >code.new; mv -f code.new code'
            fi
            for _ in $(seq 200); do [ -e code ] && break; sleep 0.1; done
            if [ -e code ]; then
              read -r code < code
              if [ "$code" != 0 ]; then tail --bytes=2000 log >&2; rm -f code; fi
              echo "exit $code"
            else
              echo running
            fi
            """)
        {
            // As the first boot does it: the first command that fails ends it.
            Input = Encoding.UTF8.GetBytes($"set -Eeuo pipefail\nexport DEBIAN_FRONTEND=noninteractive\n{packages}{blueprint.RenderSetup()}\n"),
        };
    }

    /// <summary>The unit's log: the last lines, or what came after the cursor that standard input names.</summary>
    public static RemoteScript ReadLog(Blueprint blueprint, int lines) => new("read-log", string.Create(CultureInfo.InvariantCulture, $$"""
        read -r cursor
        journalctl --no-pager --quiet --output=short-iso --show-cursor --lines={{lines}} ${cursor:+"--after-cursor=$cursor"} --unit={{blueprint.Unit.Name}}.service
        """));

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

    /// <summary>
    /// Root writes only where nobody else can change what a path means. Elsewhere, as below the agent's home, the file's own user writes: a link
    /// that an agent put in the way then leads nowhere that the agent could not go itself.
    /// </summary>
    private const string AsWhom = """
        is_roots() {
          local path=$1
          while :; do
            [ ! -L "$path" ] && [ "$(stat -c %u -- "$path")" = 0 ] && (( (8#$(stat -c %a -- "$path") & 8#022) == 0 )) || return 1
            [ "$path" = / ] && return 0
            path=$(dirname -- "$path")
          done
        }
        whom() {
          if is_roots "$1"; then echo root
          elif [ "$2" != root ]; then echo "$2"
          else echo "$1: not only root can change where this leads, so root writes nothing there; give the file an owner who may" >&2; return 1
          fi
        }
        as() {
          local who=$1; shift
          if [ "$who" = root ]; then "$@"; else setpriv --reuid="$who" --regid="$(id -g "$who")" --init-groups -- "$@"; fi
        }
        make_directory() {
          [ -d "$1" ] && return
          local parent who
          parent=$(dirname -- "$1")
          make_directory "$parent" "$2" "$3"
          who=$(whom "$parent" "$2")
          if [ "$who" = root ]; then install -d -m 0755 -o "$2" -g "$3" -- "$1"; else as "$who" mkdir -m 0755 -- "$1"; fi
        }
        """;

    /// <summary>Enabling also has systemd read the unit again.</summary>
    private static string Start(Blueprint blueprint) =>
        $"systemctl enable --quiet {blueprint.Unit.Name}.service && systemctl restart {blueprint.Unit.Name}.service && echo started";

    /// <summary>Takes away the unit of another version, if it is called differently.</summary>
    private static string Retire(Blueprint blueprint, Blueprint? other) => other is null || other.Unit.Name == blueprint.Unit.Name ? ""
        : $"systemctl disable --quiet --now {other.Unit.Name}.service 2>/dev/null; systemctl reset-failed {other.Unit.Name}.service 2>/dev/null; rm -f -- {UnitDropIn.UnitPath(other)} {UnitDropIn.Path(other)}; rmdir -- {UnitDropIn.UnitPath(other)}.d 2>/dev/null";

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
