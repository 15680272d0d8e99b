from judge import client, done, refused, same
from orders import running

from hcloud.networks.domain import NetworkRoute, NetworkSubnet

network = client.networks.create("inside", "10.0.0.0/16", labels={"env": "test"})
subnet = NetworkSubnet(ip_range="10.0.1.0/24", type="cloud", network_zone="eu-central")
network.add_subnet(subnet).wait_until_finished()
route = NetworkRoute("192.168.0.0/24", "10.0.1.5")
network.add_route(route).wait_until_finished()
network.reload()
same("subnets", [(s.ip_range, s.network_zone, s.gateway) for s in network.subnets], [("10.0.1.0/24", "eu-central", "10.0.0.1")])
same("routes", [(r.destination, r.gateway) for r in network.routes], [("192.168.0.0/24", "10.0.1.5")])
refused("a range of elsewhere", "invalid_input", "", lambda: network.add_subnet(
    NetworkSubnet(ip_range="172.16.0.0/24", type="cloud", network_zone="eu-central")))

server = running("web-1")
server.attach_to_network(network, ip="10.0.1.7", alias_ips=["10.0.1.8"]).wait_until_finished()
server.reload()
same("addresses", [(n.ip, n.alias_ips) for n in server.private_net], [("10.0.1.7", ["10.0.1.8"])])
server.change_alias_ips(network, ["10.0.1.9", "10.0.1.10"]).wait_until_finished()
server.reload()
same("aliases", server.private_net[0].alias_ips, ["10.0.1.9", "10.0.1.10"])
refused("attached twice", "server_already_attached", "", lambda: server.attach_to_network(network))
network.reload()
same("servers", [s.id for s in network.servers], [server.id])
network.change_ip_range("10.0.0.0/8").wait_until_finished()
network.change_protection(delete=True).wait_until_finished()
refused("protected", "protected", "protected", network.delete)
network.change_protection(delete=False).wait_until_finished()
server.detach_from_network(network).wait_until_finished()
network.delete_route(route).wait_until_finished()
network.delete_subnet(subnet).wait_until_finished()
network.reload()
same("empty", (network.ip_range, network.subnets, network.routes, network.servers), ("10.0.0.0/8", [], [], []))
same("deleted", network.delete(), True)
done()
