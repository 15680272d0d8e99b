"""What every script begins with: python3-hcloud as Debian ships it, pointed at a cloud it takes for Hetzner's."""

import os
import sys

import requests

from hcloud import APIException, Client

ENDPOINT = os.environ["JUDGE_ENDPOINT"]
PUBLIC_KEY = os.environ["JUDGE_PUBLIC_KEY"]

client = Client(os.environ["JUDGE_TOKEN"], api_endpoint=ENDPOINT, application_name="judge", poll_interval=0.02)
# The library waits this long before it asks again after a 429.
Client._retry_wait_time = 0.01

_facts = 0


def same(what, actual, expected):
    """A fact about the cloud."""
    global _facts
    if actual != expected:
        sys.exit(f"{what}: expected {expected!r}, but it is {actual!r}")
    _facts += 1


def refused(what, code, message, act):
    """A refusal, by its code and a part of its message; returns its details."""
    try:
        act()
    except APIException as error:
        same(f"{what}: code", error.code, code)
        if message not in error.message:
            sys.exit(f"{what}: expected a message with {message!r}, but it is {error.message!r}")
        return error.details
    sys.exit(f"{what}: nothing was refused, {code} was expected")


def local(path, body=None, method="POST"):
    """Tells LocalCloud's side channel something; answers with what it said."""
    answer = requests.request(method, ENDPOINT[: -len("v1")] + "_local/" + path, json=body, timeout=30)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def done():
    """The last line of every script: says that it got here, and with how many facts."""
    print(f"{_facts} facts")
