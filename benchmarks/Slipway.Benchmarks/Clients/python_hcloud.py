"""python3-hcloud, used as its documentation shows: names instead of look-ups, a pool of threads, wait_until_finished."""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from hcloud import Client
from hcloud.images.domain import Image
from hcloud.locations.domain import Location
from hcloud.server_types.domain import ServerType

client = Client(token=os.environ["HCLOUD_TOKEN"], api_endpoint=os.environ["HCLOUD_ENDPOINT"])


def told(work):
    def run(argument):
        try:
            return work(argument)
        except Exception as failure:
            print(f"failed: {failure}", file=sys.stderr)

    return run


@told
def create(number):
    made = client.servers.create(
        name=f"bench-{number}", server_type=ServerType(name="cx23"), image=Image(name="debian-12"), location=Location(name="fsn1"))
    made.action.wait_until_finished()
    for action in made.next_actions:
        action.wait_until_finished()
    return made.server


@told
def delete(server):
    server.delete().wait_until_finished()


if sys.argv[1] == "list":
    print(len(client.servers.get_all()))
else:
    servers, at_once = int(sys.argv[2]), int(sys.argv[3])
    with ThreadPoolExecutor(at_once) as pool:
        made = [server for server in pool.map(create, range(servers)) if server]
        list(pool.map(delete, made))
