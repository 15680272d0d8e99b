from judge import client, done, refused, same
from orders import FSN1, running

server = running("web-1")
response = client.volumes.create(10, "data", location=FSN1, format="ext4", labels={"env": "test"})
response.action.wait_until_finished()
volume = response.volume
same("volume", (volume.size, volume.format, volume.location.name, volume.linux_device.endswith(str(volume.id))), (10, "ext4", "fsn1", True))
here = client.volumes.create(20, "here", server=server, automount=True, format="xfs")
for action in [here.action] + here.next_actions:
    action.wait_until_finished()
same("made at a server", client.volumes.get_by_name("here").server.id, server.id)
same("made at a server: actions", [here.action.command] + [a.command for a in here.next_actions], ["create_volume", "attach_volume"])
refused("too small", "invalid_input", "size", lambda: client.volumes.create(1, "small", location=FSN1))

volume.attach(server).wait_until_finished()
same("attached", volume._client.get_by_id(volume.id).server.id, server.id)
refused("attached twice", "volume_already_attached", "", lambda: volume.attach(server))
volume.detach().wait_until_finished()
volume.resize(30).wait_until_finished()
volume.reload()
same("resized, detached", (volume.size, volume.server), (30, None))
refused("shrunk", "invalid_input", "size", lambda: volume.resize(20))
volume.change_protection(delete=True).wait_until_finished()
refused("protected", "protected", "protected", volume.delete)
volume.change_protection(delete=False).wait_until_finished()
same("history", [a.command for a in volume.get_actions(sort=["id"])],
     ["create_volume", "attach_volume", "detach_volume", "resize_volume", "change_protection", "change_protection"])
same("deleted", volume.delete(), True)
server.delete().wait_until_finished()
same("outlives its server", client.volumes.get_by_name("here").server, None)
done()
