from judge import client, done, refused, same
from orders import FSN1, running

server = running("web-1")
response = client.floating_ips.create("ipv4", description="front", home_location=FSN1, name="door", labels={"env": "test"})
ip = response.floating_ip
same("address", (ip.type, ip.home_location.name, ip.server, ip.blocked), ("ipv4", "fsn1", None, False))
ip.assign(server).wait_until_finished()
same("server's", [f.id for f in client.servers.get_by_id(server.id).public_net.floating_ips], [ip.id])
ip.change_dns_ptr(ip.ip, "door.example.com").wait_until_finished()
ip.reload()
same("reverse name", ip.dns_ptr, [{"ip": ip.ip, "dns_ptr": "door.example.com"}])
ip.unassign().wait_until_finished()
ip.change_protection(delete=True).wait_until_finished()
refused("protected", "protected", "protected", ip.delete)
ip.change_protection(delete=False).wait_until_finished()
same("history", [a.command for a in ip.get_actions(sort=["id"])],
     ["assign_floating_ip", "change_dns_ptr", "unassign_floating_ip", "change_protection", "change_protection"])
same("renamed", ip.update(name="gate", description="side").name, "gate")
same("deleted", ip.delete(), True)
done()
