# LocalCloud and the server as two processes of a script's own: sourced by ./demo and ./bench, which set $run, $machines and say/die.

install_packages() {
    ((EUID == 0)) || die "real machines need root; run it as root, or use ./demo --machines simulated."
    local -A of=([systemd-nspawn]=systemd-container [mmdebstrap]=mmdebstrap [ip]=iproute2 [nft]=nftables [ssh]=openssh-client [curl]=curl [openssl]=openssl)
    local tool missing=()
    for tool in "${!of[@]}"; do command -v "$tool" >/dev/null || missing+=("${of[$tool]}"); done
    ldconfig -p | grep -q libsqlite3.so.0 || missing+=(libsqlite3-0)
    ((${#missing[@]})) || return 0
    add_packages "${missing[@]}"
}

add_packages() { # add_packages PACKAGE…
    say "Installing $*"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "$@" >/dev/null
}

# An earlier demo that was killed may have left its two processes; they are ended by the id they wrote down, if it is still theirs.
end_earlier_run() {
    local name pid
    for name in server cloud; do
        pid=$(cat "$run/$name.pid" 2>/dev/null) || continue
        if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "$PWD/artifacts/bin"; then
            say "Ending the $name of an earlier demo (process $pid)"
            kill "$pid" && wait_for_end "$pid"
        fi
    done
    rm -rf "$run"
    mkdir -p "$run"
}

wait_for_end() {
    local i
    for ((i = 0; i < 300; i++)); do
        [[ -d /proc/$1 && $(awk '{print $3}' "/proc/$1/stat" 2>/dev/null) != Z ]] || return 0
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
}

wait_for() { # wait_for URL PID NAME: until it answers, as long as its process lives
    until curl -sf -o /dev/null "$1"; do
        kill -0 "$2" 2>/dev/null || { cat "$run/$3.log" >&2; die "the $3 did not start; its log is above."; }
        sleep 0.2
    done
}

free_port() { # the wanted port, or one that nobody listens on
    python3 - "$1" 2>/dev/null <<'EOT' || echo "$1"
import socket, sys
for port in (int(sys.argv[1]), 0):
    with socket.socket() as s:
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(s.getsockname()[1])
        break
EOT
}

# A child of ours gets a polite end even when this script is killed with -9.
start() { # start NAME COMMAND…
    local name=$1
    shift
    setsid setpriv --pdeathsig TERM "$@" >"$run/$name.log" 2>&1 9>&- &
    echo $! >"$run/$name.pid"
}

stop() {
    local pid
    pid=$(cat "$run/$1.pid" 2>/dev/null) || return 0
    kill "$pid" 2>/dev/null && wait_for_end "$pid"
    rm -f "$run/$1.pid"
}

field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

# Once, and again after something changed: directories are newer too when a file went.
build_stack() {
    local built=$PWD/artifacts/stack.built started log
    if [[ -f $built && -f artifacts/bin/Slipway.LocalCloud/release/slipway-local.dll && -f artifacts/bin/Slipway.Server/release/slipway-server.dll ]] \
        && [[ -z $(find src scripts/stack.slnf Directory.*.props global.json -newer "$built" -print -quit) ]]; then
        return 0
    fi
    say "Building"
    started=$(mktemp artifacts/stack.XXXXXX) # A file saved during the build makes the next run build again.
    # Analyzers have their say in ./test; whoever only runs it need not wait for them.
    if ! log=$(dotnet build scripts/stack.slnf --configuration Release -p:RunAnalyzers=false --verbosity quiet --nologo 2>&1 9>&-); then
        rm -f "$started"
        printf '%s\n' "$log" >&2
        die "the build failed."
    fi
    cp -p "$started" artifacts/slipway.built # ./slipway is among what was built.
    mv "$started" "$built"
}

# Builds and starts both; sets $cloud, $server, $host and what the command line needs to find the server.
start_stack() {
    local cloud_port server_port
    build_stack

    cloud_port=$(free_port 8700) server_port=$(free_port 8600)
    cloud=http://127.0.0.1:$cloud_port server=http://127.0.0.1:$server_port

    say "Starting LocalCloud ($machines machines) at $cloud"
    [[ $machines == simulated || -d /var/cache/slipway-local ]] || echo "The first time, the machines' Debian image is built; that takes a minute or two."
    start cloud dotnet artifacts/bin/Slipway.LocalCloud/release/slipway-local.dll --urls "$cloud" --machines "$machines" --expose "$server_port"
    wait_for "$cloud/_local/info" "$(cat "$run/cloud.pid")" cloud
    host=$(curl -sf "$cloud/_local/info" | field host)

    say "Starting Slipway at $server (SQLite)"
    export HETZNER_API_TOKEN=local-hetzner-token Hetzner__BaseUrl=$cloud/v1/
    export TAILSCALE_OAUTH_CLIENT_ID=local-client TAILSCALE_OAUTH_CLIENT_SECRET=local-secret Tailscale__BaseUrl=$cloud/
    export STRIPE_SECRET_KEY=sk_test_local Stripe__BaseUrl=$cloud/stripe/ STRIPE_WEBHOOK_SECRET=whsec_local Stripe__Prices__price_hello=hello
    export Machines__PublicUrl=http://$host:$server_port Machines__ControlPlaneAddresses__0=$host/32 Machines__BlueprintDirectory=${blueprints:-$PWD/blueprints}
    if [[ -n ${GitHub__Repository:-} ]]; then export GitHub__BaseUrl=$cloud/github/; fi
    export Database=$run/slipway.db Secrets__MasterKeyFile=$run/slipway.key urls=$server
    if [[ $machines == simulated ]]; then export Hetzner__UseSideChannel=true; else export Machines__SshRoute=Tailscale; fi
    start server dotnet artifacts/bin/Slipway.Server/release/slipway-server.dll
    wait_for "$server/health/ready" "$(cat "$run/server.pid")" server
    (umask 077; sed -n 's/.*\(slw_[^ ]*\).*/\1/p' "$run/server.log" | head -n 1 >"$run/token")
    export SLIPWAY_SERVER=$server SLIPWAY_TOKEN_FILE=$run/token
}
