from judge import client, done, refused, same
from orders import running

from hcloud.images.domain import Image

server = running("web-1")
response = server.create_image("golden", "snapshot", labels={"keep": "yes"})
same("while it is made", response.image.status, "creating")
response.action.wait_until_finished()
image = client.images.get_by_id(response.image.id)
same("image", (image.type, image.status, image.description, image.created_from.id, image.labels),
     ("snapshot", "available", "golden", server.id, {"keep": "yes"}))
same("bigger than nothing", image.image_size > 0, True)
image.change_protection(delete=True).wait_until_finished()
refused("protected", "protected", "protected", image.delete)
image.change_protection(delete=False).wait_until_finished()
same("described", image.update(description="gold", labels={}).description, "gold")
copy = running("web-2", image=Image(id=image.id))
same("a server of it", copy.image.description, "gold")
server.rebuild(image).wait_until_finished()
same("rebuilt of it", client.servers.get_by_id(server.id).image.id, image.id)
same("deleted", image.delete(), True)
same("snapshots", client.images.get_all(type=["snapshot"]), [])
same("system images", {i.type for i in client.images.get_all(type=["system"])}, {"system"})
server.enable_backup().wait_until_finished()
backup = server.create_image("nightly", "backup")
backup.action.wait_until_finished()
same("backup", client.images.get_by_id(backup.image.id).bound_to.id, server.id)
done()
