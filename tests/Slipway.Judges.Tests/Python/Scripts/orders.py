"""Orders that several scripts place."""

from judge import client

from hcloud.images.domain import Image
from hcloud.locations.domain import Location
from hcloud.server_types.domain import ServerType

FSN1 = Location(name="fsn1")


def order(name, **more):
    more.setdefault("location", FSN1)
    more.setdefault("image", Image(name="debian-12"))
    more.setdefault("server_type", ServerType(name="cx23"))
    return client.servers.create(name=name, **more)


def running(name, **more):
    """A server that runs, and every action of whose order has ended."""
    response = order(name, **more)
    for action in [response.action] + response.next_actions:
        action.wait_until_finished()
    return client.servers.get_by_id(response.server.id)
