from judge import PUBLIC_KEY, client, done, refused, same
from orders import FSN1, order

from hcloud.firewalls.domain import FirewallRule
from hcloud.networks.domain import NetworkSubnet

key = client.ssh_keys.create("judge", PUBLIC_KEY)
wall = client.firewalls.create("wall", rules=[FirewallRule("in", "tcp", ["0.0.0.0/0"], port="22")]).firewall
group = client.placement_groups.create("apart", "spread").placement_group
volume = client.volumes.create(10, "data", location=FSN1).volume
network = client.networks.create(
    "inside", "10.0.0.0/16", [NetworkSubnet(ip_range="10.0.1.0/24", type="cloud", network_zone="eu-central")])

response = order(
    "web-1", ssh_keys=[key], firewalls=[wall], placement_group=group, volumes=[volume], networks=[network],
    labels={"env": "test"}, user_data="#cloud-config\n{}\n")
same("password beside a key", response.root_password, None)
same("status at first", response.server.status, "initializing")
same("commands", [response.action.command] + [a.command for a in response.next_actions],
     ["create_server", "start_server"])
for action in [response.action] + response.next_actions:
    action.wait_until_finished()
    same("action", (action.status, action.progress, action.error), ("success", 100, None))
same("order without a key has a password", len(order("web-2", start_after_create=False).root_password) > 10, True)

server = client.servers.get_by_name("web-1")
same("status", server.status, "running")
same("locked", server.locked, False)
same("type", (server.server_type.name, server.server_type.cores, server.server_type.disk), ("cx23", 2, 40))
same("image", (server.image.name, server.image.os_flavor), ("debian-12", "debian"))
same("labels", server.labels, {"env": "test"})
same("datacenter is of the past", server.datacenter, None)
same("volumes", [v.id for v in server.volumes], [volume.id])
same("private net", [(n.network.id, n.ip) for n in server.private_net], [(network.id, "10.0.1.1")])
same("firewalls", [(f.firewall.id, f.status) for f in server.public_net.firewalls], [(wall.id, "applied")])
same("placement group", (server.placement_group.name, server.placement_group.type), ("apart", "spread"))
same("group's servers", client.placement_groups.get_by_name("apart").servers, [server.id])
same("primary IPs", (server.public_net.primary_ipv4.ip, server.public_net.primary_ipv6.type), (server.public_net.ipv4.ip, "ipv6"))
same("network of IPv6", server.public_net.ipv6.network_mask, "64")
same("time", server.created.utcoffset().total_seconds(), 0)

same("renamed", server.update(name="front-1", labels={"env": "live"}).name, "front-1")
same("protection", server.change_protection(delete=True, rebuild=True).status, "success")
refused("delete while protected", "protected", "server is delete protected", server.delete)
server.change_protection(delete=False, rebuild=False)
same("actions, newest last", [a.command for a in server.get_actions(sort=["id"])],
     ["create_server", "start_server", "change_protection", "change_protection"])
action = server.delete()
same("delete", action.command, "delete_server")
action.wait_until_finished()
refused("server after its end", "not_found", "not found", lambda: client.servers.get_by_id(server.id))
same("its action outlives it", client.actions.get_by_id(action.id).status, "success")
same("its name", client.servers.get_by_name("front-1"), None)
same("volume stays", client.volumes.get_by_id(volume.id).server, None)
done()
