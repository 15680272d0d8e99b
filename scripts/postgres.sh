# A PostgreSQL of a script's own, with fsync on: sourced by ./bench. It is stopped and its files are gone at the end.

install_postgres() {
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && return 0
    ((EUID == 0)) || die "PostgreSQL is missing; install it, or run this as root."
    add_packages postgresql
}

as_postgres() { # PostgreSQL refuses to run as root
    if ((EUID == 0)); then setpriv --reuid postgres --regid postgres --clear-groups "$@"; else "$@"; fi
}

start_postgres() { # sets $postgres, its address, and $postgres_data
    local bin port
    bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | tail -n 1)")
    port=$(free_port 55432)
    postgres_home=$(mktemp -d) postgres_bin=$bin
    postgres_data=$postgres_home/data postgres=postgres://slipway@127.0.0.1:$port
    ((EUID == 0)) && chown postgres "$postgres_home"
    (cd "$postgres_home" && as_postgres "$bin/initdb" -D data -U slipway --auth=trust -E UTF8 --locale=C >initdb.log)
    (cd "$postgres_home" && as_postgres "$bin/pg_ctl" -D data -w -l server.log -o "-h 127.0.0.1 -p $port -k $postgres_home -c max_connections=300 -c shared_buffers=256MB" start >/dev/null 9>&-)
}

stop_postgres() {
    [[ -n ${postgres_home:-} ]] || return 0
    (cd "$postgres_home" && as_postgres "$postgres_bin/pg_ctl" -D data -m immediate -w stop >/dev/null) || true
    rm -rf "$postgres_home"
}
