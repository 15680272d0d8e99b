from judge import client, done, refused, same
from orders import running

from hcloud.firewalls.domain import FirewallResource, FirewallResourceLabelSelector, FirewallRule

server = running("web-1", labels={"tier": "web"})
ssh = FirewallRule("in", "tcp", ["0.0.0.0/0", "::/0"], port="22", description="ssh")
response = client.firewalls.create("wall", rules=[ssh], labels={"env": "test"})
wall = response.firewall
same("actions", [a.command for a in response.actions], ["set_firewall_rules"])
same("rule", [(r.direction, r.protocol, r.port, r.source_ips, r.description) for r in wall.rules],
     [("in", "tcp", "22", ["0.0.0.0/0", "::/0"], "ssh")])
refused("its name again", "uniqueness_error", "name is already used", lambda: client.firewalls.create("wall"))

this_server = FirewallResource(FirewallResource.TYPE_SERVER, server=server)
actions = wall.apply_to_resources([this_server])
for action in actions:
    action.wait_until_finished()
same("applied", [a.command for a in actions], ["apply_firewall"])
refused("applied twice", "firewall_already_applied", "", lambda: wall.apply_to_resources([this_server]))
by_label = FirewallResource(FirewallResource.TYPE_LABEL_SELECTOR, label_selector=FirewallResourceLabelSelector("tier=web"))
for action in wall.apply_to_resources([by_label]):
    action.wait_until_finished()
wall.reload()
same("applied to", sorted(r.type for r in wall.applied_to), ["label_selector", "server"])
refused("in use", "resource_in_use", "in use", wall.delete)

actions = wall.set_rules([FirewallRule("out", "icmp", [], destination_ips=["10.0.0.0/8"])])
for action in actions:
    action.wait_until_finished()
same("set", [a.command for a in actions], ["set_firewall_rules", "apply_firewall"])
for resources in ([this_server], [by_label]):
    for action in wall.remove_from_resources(resources):
        action.wait_until_finished()
wall.reload()
same("rules", [(r.direction, r.protocol, r.destination_ips) for r in wall.rules], [("out", "icmp", ["10.0.0.0/8"])])
same("applied to nothing", wall.applied_to, [])
same("history", {a.command for a in wall.get_actions()}, {"set_firewall_rules", "apply_firewall", "remove_firewall"})
same("renamed", wall.update(name="fence", labels={}).name, "fence")
same("deleted", wall.delete(), True)
done()
