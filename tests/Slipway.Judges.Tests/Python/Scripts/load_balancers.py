import os

from judge import client, done, refused, same
from orders import FSN1, running

from hcloud.load_balancer_types.domain import LoadBalancerType
from hcloud.load_balancers.domain import (
    LoadBalancerAlgorithm, LoadBalancerHealthCheck, LoadBalancerService, LoadBalancerTarget, LoadBalancerTargetIP,
    LoadBalancerTargetLabelSelector)

server = running("web-1", labels={"tier": "web"})
same("types", [t.name for t in client.load_balancer_types.get_all()], ["lb11", "lb21", "lb31"])
response = client.load_balancers.create(
    "front", LoadBalancerType(name="lb11"), location=FSN1, labels={"env": "test"},
    services=[LoadBalancerService(protocol="tcp", listen_port=25, destination_port=2525)])
response.action.wait_until_finished()
front = response.load_balancer
check = front.services[0].health_check
same("health check nobody asked for", (check.protocol, check.port, check.retries), ("tcp", 2525, 3))
same("algorithm", front.algorithm.type, "round_robin")
web = LoadBalancerService(
    protocol="tcp", listen_port=80, destination_port=8080, proxyprotocol=False,
    health_check=LoadBalancerHealthCheck(protocol="tcp", port=8080, interval=15, timeout=10, retries=3))
front.add_service(web).wait_until_finished()
refused("a port twice", "source_port_already_used", "", lambda: front.add_service(web))
web.destination_port = 9090
front.update_service(web).wait_until_finished()
targets = [
    LoadBalancerTarget(type="server", server=server, use_private_ip=False),
    LoadBalancerTarget(type="label_selector", label_selector=LoadBalancerTargetLabelSelector(selector="tier=web"), use_private_ip=False),
    LoadBalancerTarget(type="ip", ip=LoadBalancerTargetIP(ip="10.11.12.13"), use_private_ip=False)]
for target in targets:
    front.add_target(target).wait_until_finished()
refused("a target twice", "target_already_defined", "", lambda: front.add_target(targets[0]))
front.change_algorithm(LoadBalancerAlgorithm(type="least_connections")).wait_until_finished()
front.change_type(LoadBalancerType(name="lb21")).wait_until_finished()
front.disable_public_interface().wait_until_finished()
front.reload()
same("now", (front.load_balancer_type.name, front.algorithm.type, front.public_net.enabled, [s.destination_port for s in front.services],
             [t.type for t in front.targets]), ("lb21", "least_connections", False, [2525, 9090], ["server", "label_selector", "ip"]))
front.enable_public_interface().wait_until_finished()
front.remove_target(targets[1]).wait_until_finished()
front.delete_service(web).wait_until_finished()
front.change_protection(delete=True).wait_until_finished()
refused("protected", "protected", "protected", front.delete)
front.change_protection(delete=False).wait_until_finished()

with open(os.environ["JUDGE_CERTIFICATE"]) as certificate, open(os.environ["JUDGE_CERTIFICATE_KEY"]) as key:
    site = client.certificates.create("site", certificate.read(), key.read(), labels={"env": "test"})
same("certificate", (site.type, site.domain_names, site.not_valid_after.year), ("uploaded", ["example.com"], 2036))
same("managed", client.certificates.create_managed("managed", ["example.com"]).certificate.type, "managed")
refused("no certificate", "invalid_input", "", lambda: client.certificates.create("broken", "nonsense", "nonsense"))
same("deleted", (site.delete(), front.delete()), (True, True))
done()
