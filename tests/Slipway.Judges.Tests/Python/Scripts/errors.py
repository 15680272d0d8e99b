from judge import ENDPOINT, PUBLIC_KEY, client, done, local, refused, same
from orders import FSN1, order, running

from hcloud import Client
from hcloud.actions.domain import ActionFailedException, ActionTimeoutException
from hcloud.images.domain import Image
from hcloud.server_types.domain import ServerType
from hcloud.ssh_keys.domain import SSHKey

server = running("web-1")

refused("no such token", "unauthorized", "invalid", lambda: Client("wrong", api_endpoint=ENDPOINT).servers.get_all())
refused("no such server", "not_found", "server with ID '1' not found", lambda: client.servers.get_by_id(1))
details = refused("a name twice", "uniqueness_error", "server name is already used", lambda: order("web-1"))
same("details", details, {})
details = refused("no hostname", "invalid_input", "name", lambda: order("web_1"))
same("details", details["fields"][0]["name"], "name")
refused("no such type", "invalid_input", "server_type", lambda: order("web-2", server_type=ServerType(name="cx1")))
refused("no such image", "not_found", "image", lambda: order("web-2", image=Image(name="debian-1")))
refused("no such key", "not_found", "SSH key", lambda: order("web-2", ssh_keys=[SSHKey(name="nobody")]))
refused("user data too long", "invalid_input", "user_data", lambda: order("web-2", user_data="x" * 32769))
refused("bad label", "invalid_input", "label", lambda: order("web-2", labels={"a b": "c"}))
refused("bad selector", "invalid_input", "label_selector", lambda: client.servers.get_all(label_selector="a in (b"))
refused("bad order", "invalid_input", "sort", lambda: server.get_actions(sort=["color"]))

server.change_protection(delete=True, rebuild=True)
refused("protected", "protected", "server is delete protected", server.delete)
refused("protected from rebuild", "protected", "server is rebuild protected", lambda: server.rebuild(Image(name="debian-12")))
server.change_protection(delete=False, rebuild=False)

local("faults", {"kind": "locked", "seconds": 600, "server": "web-1"})
refused("locked", "locked", "server is locked", server.power_off)
local("faults", method="DELETE")

group = client.placement_groups.create("apart", "spread").placement_group
for number in range(10):
    order(f"apart-{number}", placement_group=group, start_after_create=False)
refused("an eleventh in a group", "placement_error", "", lambda: order("apart-10", placement_group=group))

local("limits", {"servers": 11})
details = refused("one too many", "resource_limit_exceeded", "server limit exceeded", lambda: order("web-2"))
same("details", details["limits"][0]["name"], "server_limit")
local("limits", {"servers": None})
local("capacity", {"server_type": "cx33", "location": "fsn1", "state": "sold_out"})
refused("sold out", "resource_unavailable", "error during placement", lambda: order("web-2", server_type=ServerType(name="cx33")))
local("capacity", {"location": "hel1", "state": "disabled"})
refused("no EU type in the US", "invalid_input", "unsupported location for server type",
        lambda: order("web-2", location=client.locations.get_by_name("ash")))

# Not retried by this client: once is enough.
local("faults", {"kind": "unavailable", "api": "hetzner"})
refused("unavailable", "unavailable", "", client.servers.get_all)
local("faults", {"kind": "bad_gateway_html", "api": "hetzner"})
refused("a proxy's page", 502, "Bad Gateway", client.servers.get_all)

# A 429 is: it asks five times, then tells.
local("faults", {"kind": "rate_limited", "api": "hetzner", "times": 4})
same("patient", client.servers.get_by_name("web-1").name, "web-1")
local("rate-limit", {"remaining": 0})
refused("asked too much", "rate_limit_exceeded", "Limit of '3600' requests per hour for token 'local-hetzner-token...' reached.", client.servers.get_all)
local("rate-limit", {"remaining": 3600})

local("faults", {"kind": "action_fails", "action": "reboot_server"})
action = server.reboot()
try:
    action.wait_until_finished()
    raise SystemExit("a failed action was taken for a success")
except ActionFailedException as failure:
    same("failed action", failure.action.status, "error")
    same("its error", sorted(failure.action.error), ["code", "message"])
local("faults", {"kind": "action_stuck", "action": "reset_server"})
action = server.reset()
try:
    action.wait_until_finished(max_retries=3)
    raise SystemExit("a stuck action was taken for a success")
except ActionTimeoutException as timeout:
    same("stuck action", (timeout.action.status, timeout.action.progress), ("running", 0))
done()
