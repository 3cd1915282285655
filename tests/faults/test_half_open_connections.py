"""A cable is pulled, a router forgets, a host dies: nothing comes any more, and nobody says why.

What was handed to the kernel may be lost with the connection; what is still queued is not.
"""

import re
import threading

import pytest

import zmq4
from faces.patience import eventually
from fixtures.clock import TIME_UNIT
from hostile.relay import Relay

BEAT = zmq4.Heartbeat(TIME_UNIT / 2, timeout=10 * TIME_UNIT)
"""Patient enough for a machine that is slow, and not cut off."""
SOON = zmq4.Backoff(0.01, max=0.05)


def test_both_ends_notice_and_find_each_other_again(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, heartbeat=BEAT) as pull,
        Relay(pull.endpoint.port or 0) as relay,
        zmq4.Push(
            connect=relay.address, heartbeat=BEAT, handshake_timeout=5 * TIME_UNIT, reconnect=SOON
        ) as push,
    ):
        push.endpoint.ready(deadline)

        relay.stop()
        eventually(lambda: not push.peers())
        eventually(lambda: not pull.peers())
        assert re.search(
            "the peer was silent|the handshake was not done", push.endpoint.failure or ""
        )
        relay.go_on()

        push.endpoint.ready(deadline)
        push.send(b"after")
        assert pull.recv(timeout=deadline).content == b"after"


def test_what_is_queued_when_the_loss_is_noticed_arrives_once_and_in_order(
    tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, heartbeat=BEAT) as pull,
        Relay(pull.endpoint.port or 0) as relay,
        zmq4.Push(
            connect=relay.address, heartbeat=BEAT, handshake_timeout=5 * TIME_UNIT, reconnect=SOON
        ) as push,
    ):
        push.endpoint.ready(deadline)
        relay.stop()
        eventually(lambda: push.endpoint.state == "connecting")
        for number in range(500):
            push.send(b"%d" % number, timeout=deadline)
        assert push.stats().queued == 500
        relay.go_on()

        arrived = [int(pull.recv(timeout=deadline).content) for _ in range(500)]

    assert arrived == [*range(500)]


def test_flood_into_the_void_loses_no_more_than_the_kernel_had(
    tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint, heartbeat=BEAT) as pull,
        Relay(pull.endpoint.port or 0) as relay,
        zmq4.Push(
            connect=relay.address,
            heartbeat=BEAT,
            handshake_timeout=5 * TIME_UNIT,
            reconnect=SOON,
            send_hwm=0,
            kernel_send_buffer=8192,
        ) as push,
    ):
        push.endpoint.ready(deadline)
        relay.stop()
        for number in range(3000):
            push.send(b"%d " % number + bytes(1000))
        eventually(lambda: push.endpoint.state == "connecting")
        waiting = push.stats().queued
        relay.go_on()

        arrived = []
        while not arrived or arrived[-1] < 2999:
            arrived.append(int(pull.recv(timeout=deadline)[0].split(b" ")[0]))

    assert arrived == sorted(set(arrived))  # in order, none twice
    assert len(arrived) >= waiting > 0


def test_request_is_asked_again_until_the_line_is_back(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Rep(bind=tcp_endpoint, heartbeat=BEAT) as rep,
        Relay(rep.endpoint.port or 0) as relay,
        zmq4.Req(connect=relay.address, handshake_timeout=5 * TIME_UNIT, reconnect=SOON) as req,
    ):
        answering = threading.Thread(
            target=lambda: [each.reply(each.content.upper()) for each in rep]
        )
        answering.start()
        assert req.request("one", timeout=deadline).text == "ONE"
        relay.stop()
        with pytest.raises(zmq4.Timeout, match="asked 3 times"):
            req.request("two", timeout=0.1, retries=2)
        relay.go_on()

        assert req.request("three", timeout=deadline, retries=3).text == "THREE"
        rep.close()
        answering.join()


async def test_loop_that_receives_notices_and_goes_on(tcp_endpoint: str, deadline: float) -> None:
    import zmq4.asyncio

    async with (
        zmq4.asyncio.Pub(bind=tcp_endpoint, heartbeat=BEAT) as pub,
        zmq4.asyncio.Sub(
            topics="", heartbeat=BEAT, handshake_timeout=5 * TIME_UNIT, reconnect=SOON
        ) as sub,
    ):
        with Relay(pub.endpoint.port or 0) as relay:
            sub.connect(relay.address)
            await pub.wait_for_subscribers(1, timeout=deadline)
            relay.stop()
            eventually(lambda: not pub.peers())
            relay.go_on()

            await pub.wait_for_subscribers(1, timeout=deadline)
            await pub.send("after")
            assert (await sub.recv(timeout=deadline)).text == "after"
            sub.close()


def test_link_without_heartbeats_is_left_to_the_system_within_45_seconds() -> None:
    with zmq4.Push() as push:
        keepalive = push.tcp_keepalive

        assert keepalive is not None
        assert keepalive.idle + keepalive.interval * keepalive.count <= 45
        assert (push.tcp_user_timeout or 99) <= 45
        assert push.heartbeat is None
