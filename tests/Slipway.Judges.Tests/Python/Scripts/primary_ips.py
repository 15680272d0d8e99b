"""python3-hcloud 1.18 orders primary IPs in a datacenter, a field that ended on 2026-07-01: this runs with --api-date 2026-06-30."""

from judge import client, done, refused, same
from orders import running

from hcloud.datacenters.domain import Datacenter
from hcloud.servers.domain import ServerCreatePublicNetwork

same("datacenters", {d.name for d in client.datacenters.get_all()} >= {"fsn1-dc14", "nbg1-dc3", "hel1-dc2"}, True)
refused("no such datacenter", "invalid_input", "datacenter", lambda: client.primary_ips.create("ipv4", Datacenter(name="moon-dc1"), "lost"))
ip = client.primary_ips.create("ipv4", Datacenter(name="fsn1-dc14"), "door", labels={"env": "test"}).primary_ip
same("place", (ip.datacenter.name, ip.datacenter.location.name, ip.assignee_id, ip.auto_delete), ("fsn1-dc14", "fsn1", None, False))
server = running("web-1", location=None, datacenter=Datacenter(name="fsn1-dc14"),
                 public_net=ServerCreatePublicNetwork(enable_ipv4=True, enable_ipv6=False, ipv4=ip))
same("server's place", server.datacenter.name, "fsn1-dc14")
same("server's address", server.public_net.ipv4.ip, ip.ip)
same("server's other address", server.public_net.ipv6, None)
refused("unassigned while it runs", "server_not_stopped", "stopped", ip.unassign)
server.power_off().wait_until_finished()
ip.unassign().wait_until_finished()
same("unassigned", client.primary_ips.get_by_id(ip.id).assignee_id, None)
ip.assign(server.id, "server").wait_until_finished()
ip.change_dns_ptr(ip.ip, "door.example.com").wait_until_finished()
same("reverse name", client.primary_ips.get_by_name("door").dns_ptr, [{"ip": ip.ip, "dns_ptr": "door.example.com"}])
ip.change_protection(delete=True).wait_until_finished()
refused("protected", "protected", "protected", ip.delete)
ip.change_protection(delete=False).wait_until_finished()
same("renamed", ip.update(name="gate", labels={}).name, "gate")
server.delete().wait_until_finished()
same("stays without its server", client.primary_ips.get_by_name("gate").assignee_id, None)
same("deleted", ip.delete(), True)
done()
