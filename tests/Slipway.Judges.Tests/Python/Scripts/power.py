from judge import client, done, refused, same
from orders import running

server = running("web-1")


def status():
    return client.servers.get_by_id(server.id).status


def act(name, *arguments, **named):
    result = getattr(server, name)(*arguments, **named)
    action = getattr(result, "action", result)
    action.wait_until_finished()
    return result


act("power_off")
same("after power_off", status(), "off")
act("power_on")
act("shutdown")
same("after shutdown", client.servers.get_by_id(server.id).status in ("off", "stopping", "running"), True)
act("power_off")
act("power_on")
for name in ("reset", "reboot"):
    act(name)
    same(f"after {name}", status(), "running")

same("password", len(act("reset_password").root_password) > 10, True)
same("rescue", len(act("enable_rescue", type="linux64").root_password) > 10, True)
server.reload()
same("rescue is on", server.rescue_enabled, True)
act("disable_rescue")
act("enable_backup")
server.reload()
same("backup window", server.backup_window is None, False)
act("disable_backup")
iso = client.isos.get_by_name("ipxe.iso")
act("attach_iso", iso)
server.reload()
same("iso", server.iso.name, "ipxe.iso")
act("detach_iso")
console = act("request_console")
same("console", console.wss_url.startswith("wss://"), True)
act("change_dns_ptr", server.public_net.ipv4.ip, "web-1.example.com")
server.reload()
same("reverse name", server.public_net.ipv4.dns_ptr, "web-1.example.com")

bigger = client.server_types.get_by_name("cx33")
refused("change_type while running", "server_not_stopped", "stopped", lambda: server.change_type(bigger, upgrade_disk=False))
act("power_off")
act("change_type", bigger, upgrade_disk=False)
server.reload()
same("type and disk", (server.server_type.name, server.primary_disk_size), ("cx33", 40))
group = client.placement_groups.create("apart", "spread").placement_group
act("add_to_placement_group", group)
same("group", client.placement_groups.get_by_id(group.id).servers, [server.id])
act("remove_from_placement_group")
same("group", client.placement_groups.get_by_id(group.id).servers, [])
same("rebuild", server.rebuild(client.images.get_by_name("debian-13")).command, "rebuild_server")
done()
