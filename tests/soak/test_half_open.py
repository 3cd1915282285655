"""A cable is pulled between two hosts: here they are namespaces of the network, joined by a wire.

Needs the right to make them, and the program `ip`.
"""

import os
import subprocess
from collections.abc import Callable, Iterator

import pytest

from fixtures.children import Children

Figures = Callable[..., None]
RequirePeer = Callable[[str, bool], None]

pytestmark = [pytest.mark.soak, pytest.mark.requires_peer("ip")]

HERE, THERE = "zmq4-here", "zmq4-there"


def ip(*words: str) -> None:
    """Run `ip`."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def wire(require_peer: RequirePeer) -> Iterator[None]:
    """Join two hosts by a wire: 10.77.0.1 and 10.77.0.2."""
    require_peer("the right to make namespaces of the network", os.geteuid() == 0)
    try:
        ip("netns", "add", HERE)
    except subprocess.CalledProcessError as error:
        require_peer(f"the right to make namespaces of the network ({error.stderr!r})", False)  # noqa: FBT003
    try:
        ip("netns", "add", THERE)
        ip(
            "link",
            "add",
            "one",
            "netns",
            HERE,
            "type",
            "veth",
            "peer",
            "name",
            "other",
            "netns",
            THERE,
        )
        for host, end, address in ((HERE, "one", "10.77.0.1/24"), (THERE, "other", "10.77.0.2/24")):
            ip("-n", host, "address", "add", address, "dev", end)
            ip("-n", host, "link", "set", end, "up")
        yield
    finally:
        for host in (HERE, THERE):
            subprocess.run(["ip", "netns", "delete", host], check=False, capture_output=True)


SERVER = """
import ctypes, os, sys
namespace = os.open(f"/run/netns/{sys.argv[1]}", os.O_RDONLY)
assert ctypes.CDLL(None, use_errno=True).setns(namespace, 0) == 0
import zmq4, json, time
from contextlib import suppress

with zmq4.Pull(bind="tcp://10.77.0.2:5555") as pull:
    print("bound", flush=True)
    while True:
        print(pull.recv().text, flush=True)
"""

CLIENT = """
import ctypes, os, sys
namespace = os.open(f"/run/netns/{sys.argv[1]}", os.O_RDONLY)
assert ctypes.CDLL(None, use_errno=True).setns(namespace, 0) == 0
import zmq4, time

heartbeat = zmq4.Heartbeat(1, timeout=2) if sys.argv[2] == "heartbeat" else None
with zmq4.Push(
    connect="tcp://10.77.0.2:5555", heartbeat=heartbeat, reconnect=zmq4.Backoff(0.1, max=1),
    connect_timeout=2, linger=0,
) as push:
    push.endpoint.ready(10)
    push.send("before")
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    while push.endpoint.state == "connected":
        if sys.argv[2] == "traffic":
            push.try_send("lost")
        time.sleep(0.01)
    print(time.monotonic() - began, flush=True)
    sys.stdin.readline()
    push.send("after")
    push.drain(60)
"""


@pytest.mark.parametrize(("what", "limit"), [("heartbeat", 3.5), ("traffic", 46), ("silence", 46)])
@pytest.mark.usefixtures("wire")
def test_cable_that_is_pulled_is_noticed_in_time(
    children: Children, figures: Figures, what: str, limit: float
) -> None:
    server = children.start(SERVER, THERE, deadline=200)
    assert server.stdout is not None
    assert server.stdout.readline() == "bound\n"
    client = children.start(CLIENT, HERE, what, deadline=200)
    assert client.stdout is not None
    assert client.stdin is not None
    assert client.stdout.readline() == "ready\n"
    assert server.stdout.readline() == "before\n"

    ip("-n", THERE, "link", "set", "other", "down")
    client.stdin.write("\n")
    client.stdin.flush()
    noticed = float(client.stdout.readline())
    ip("-n", THERE, "link", "set", "other", "up")
    client.communicate("\n")
    while (heard := server.stdout.readline()) == "lost\n":
        pass
    server.kill()

    figures(link=what, noticed_s=round(noticed, 1))
    assert heard == "after\n"
    assert noticed < limit * 1.3 + 1  # the system looks when it sends again, ever more seldom
