"""Scenario M14: what our worker and our client put on the wire, octet for octet."""

from collections.abc import Callable

import pytest

from fixtures.clock import DEADLINE, TIME_UNIT
from hostile.tap import Tap
from majordomo.patience import wait_until
from zmq4.majordomo import Broker, Client, Worker

SAID = {
    "0.1": {
        "ready": "0100 01064d4450573031 010101 00046563686f",
        "request": "0100 01064d4450433031 01046563686f 000b48656c6c6f20776f726c64",
        "heartbeat": "0100 01064d4450573031 000104",
        "reply": "0100 01064d4450573031 010103 0105 00",
        "disconnect": "0100 01064d4450573031 000105",
    },
    "0.2": {
        "ready": "01064d4450573032 010101 00046563686f",
        "request": "01064d4450433032 010101 01046563686f 000b48656c6c6f20776f726c64",
        "heartbeat": "01064d4450573032 000105",
        "reply": "01064d4450573032 010104 0105 00",
        "disconnect": "01064d4450573032 000106",
    },
}
HANDSHAKE_OF_A_DEALER = bytes.fromhex("055245414459 0b536f636b65742d54797065 00000006 4445414c4552")


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def spoken(tap: Tap) -> bytes:
    """Return the messages that came from the client's side: its traffic behind the handshake."""
    return b"".join(frame for frame in tap.from_client.frames if not frame[0] & 4)


@pytest.mark.parametrize("version", SAID)
def test_m14_worker_says_ready_heartbeat_reply_and_disconnect(
    serve: Callable[..., Broker], version: str
) -> None:
    said = {name: octets(text) for name, text in SAID[version].items()}
    broker = serve()
    assert broker.endpoint.port is not None

    with Tap(broker.endpoint.port) as tap:
        worker = Worker(
            tap.address, "echo", lambda request: request, version=version, heartbeat=TIME_UNIT
        )
        with worker, Client(broker.endpoint) as client:
            wait_until(lambda: said["ready"] + said["heartbeat"] in spoken(tap))
            client.request("echo", b"Hello world", timeout=DEADLINE)
        wait_until(lambda: spoken(tap).endswith(said["disconnect"]))

    handshake = next(frame for frame in tap.from_client.frames if frame[0] & 4)
    assert HANDSHAKE_OF_A_DEALER in handshake
    assert spoken(tap).startswith(said["ready"])
    reply = spoken(tap).partition(said["reply"])[2]  # its client's address begins with 0
    assert reply[4:].startswith(octets("0100 000b48656c6c6f20776f726c64"))


@pytest.mark.parametrize("version", SAID)
def test_m14_client_says_a_request(serve: Callable[..., Broker], version: str) -> None:
    broker = serve()
    assert broker.endpoint.port is not None

    with (
        Tap(broker.endpoint.port) as tap,
        Worker(broker.endpoint, "echo", lambda request: request),
        Client(tap.address, version=version) as client,
    ):
        assert client.request("echo", "Hello world", timeout=DEADLINE).text == "Hello world"
        assert spoken(tap) == octets(SAID[version]["request"])
        client.close()
