#!/usr/bin/python3 -IS
"""Stands in for the Tailscale client in a machine of LocalCloud: same commands, answers and errors, no tunnel.

`up` registers with LocalCloud, which says which address the node has; the address is put on the machine's own interface.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import time

STATE = "/var/lib/tailscale/tailscaled.state"
SETTINGS = "/etc/slipway-local/"
INTERFACE = "host0"
VERSION = "1.96.2"


def fail(message):
    print(message, file=sys.stderr)
    sys.exit(1)


def setting(name):
    with open(SETTINGS + name, encoding="utf-8") as file:
        return file.read().strip()


def load():
    try:
        with open(STATE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def save(node):
    os.makedirs(os.path.dirname(STATE), mode=0o700, exist_ok=True)
    with open(STATE + ".new", "w", encoding="utf-8") as file:
        json.dump(node, file)
    os.replace(STATE + ".new", STATE)


def ipv4(node):
    return [a for a in node["addresses"] if ":" not in a]


def set_addresses(node, verb):
    for address in ipv4(node):
        subprocess.run(["ip", "addr", verb, address + "/32", "dev", INTERFACE], check=False, stderr=subprocess.DEVNULL)


def has_address(node):
    shown = subprocess.run(["ip", "-o", "-4", "addr", "show", "dev", INTERFACE], capture_output=True, text=True, check=False)
    return all(" %s/" % a in shown.stdout for a in ipv4(node))


def seconds(duration):
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    parts = re.findall(r"([0-9.]+)(ms|h|m|s)", duration)
    if duration != "0" and "".join(n + u for n, u in parts) != duration:
        fail('invalid value "%s": parse error' % duration)
    return sum(float(n) * units[u] for n, u in parts)


def register(key, hostname, tags, timeout):
    import urllib.error
    import urllib.request
    body = {"auth_key": key, "hostname": hostname, "tags": tags, "server_id": int(setting("server-id"))}
    request = urllib.request.Request(
        setting("control-url").rstrip("/") + "/_local/tailscale/register",
        json.dumps(body).encode(), {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + timeout if timeout else None
    while True:
        try:
            with opener.open(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            if error.code < 500:
                try:
                    text = json.loads(text)["message"]
                except (ValueError, KeyError, TypeError):
                    text = text.strip() or "HTTP %d" % error.code
                fail("backend error: " + text)
        except OSError:
            pass  # as the real client does: keep trying until the control server answers
        if deadline and time.monotonic() > deadline:
            fail("timeout waiting for Tailscale service to enter a Running state; check health with \"tailscale status\"")
        time.sleep(0.2)


def up(args):
    node = load()
    if node and not (args.reset or args.force_reauth):
        set_addresses(node, "replace")
        return
    key = args.auth_key
    if key.startswith("file:"):
        try:
            with open(key[5:], encoding="utf-8") as file:
                key = file.read().strip()
        except OSError as error:
            fail("open %s: %s" % (key[5:], error.strerror.lower()))
    if not key:
        fail("backend error: invalid key: no auth key given, and there is nobody to open a browser")
    tags = [t for t in args.advertise_tags.split(",") if t]
    fresh = register(key, args.hostname or os.uname().nodename, tags, seconds(args.timeout))
    if node:
        set_addresses(node, "del")
    save(fresh)
    set_addresses(fresh, "replace")


def status(args):
    node = load()
    if not args.json:
        if not node:
            print("Logged out.")
            sys.exit(1)
        print("%-15s %-20s tagged-devices linux   -" % (ipv4(node)[0], node["hostname"]))
        return
    running = bool(node) and has_address(node)
    self = {"ID": node["node_id"], "HostName": node["hostname"], "DNSName": node["dns_name"].rstrip(".") + ".",
            "OS": "linux", "TailscaleIPs": node["addresses"], "Tags": node["tags"], "Online": running} if node else {}
    state = "Running" if running else "Starting" if node else "NeedsLogin"
    print(json.dumps({"Version": VERSION, "BackendState": state, "HaveNodeKey": bool(node), "Self": self,
                      "TailscaleIPs": node["addresses"] if node else None,
                      "Health": [] if running else ["You are logged out."] if not node else ["not connected"]}, indent=2))


def ip(args):
    node = load()
    if not node:
        fail("no current Tailscale IPs; state: NeedsLogin")
    print("\n".join(ipv4(node) if args.four else node["addresses"]))


def wait(args):
    timeout = seconds(args.timeout)
    deadline = time.monotonic() + timeout if timeout else None
    while not ((node := load()) and has_address(node)):
        if deadline and time.monotonic() > deadline:
            fail("timed out waiting for Tailscale to be running")
        time.sleep(0.1)


def logout(_):
    node = load()
    if node:
        set_addresses(node, "del")
        os.remove(STATE)


def version(_):
    print(VERSION + "\n  LocalCloud's stand-in for the Tailscale client")


def restore(_):
    node = load()
    if node:
        set_addresses(node, "replace")


def main():
    parser = argparse.ArgumentParser(prog="tailscale", allow_abbrev=False)
    commands = parser.add_subparsers(required=True)

    def command(run, *flags, name=None):
        sub = commands.add_parser(name or run.__name__, allow_abbrev=False)
        for names, options in flags:
            sub.add_argument(*names, **options)
        sub.set_defaults(run=run)

    switch = {"nargs": "?", "type": lambda v: v != "false", "const": True, "default": False}
    command(up, (["--auth-key", "--authkey"], {"default": ""}), (["--hostname"], {"default": ""}),
            (["--advertise-tags"], {"default": ""}), (["--timeout"], {"default": "0"}), (["--login-server"], {}),
            (["--reset"], switch), (["--force-reauth"], switch), (["--ssh"], switch), (["--json"], switch),
            (["--accept-dns"], switch), (["--accept-routes"], switch))
    command(status, (["--json"], switch), (["--peers"], switch))
    command(ip, (["-4"], {"dest": "four", "action": "store_true"}))
    command(wait, (["--timeout"], {"default": "0"}))
    command(logout)
    command(version)
    command(restore)
    args = parser.parse_args()
    args.run(args)


main()
