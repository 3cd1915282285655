"""A REQ whose peer died is stuck for ever, and says "Operation cannot be accomplished" ever after.

P#1741, P#132, L#215, L#1227.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import zmq4
import zmq4.asyncio
from hostile.relay import Relay

SOON = zmq4.Backoff(0.005, max=0.02)


@contextmanager
def serving(rep: zmq4.Rep) -> Iterator[None]:
    """Answer every request with what it says, in capitals; then close."""

    def serve() -> None:
        for request in rep:
            request.reply(request.content.upper())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        rep.close()
        thread.join()


def test_request_to_a_dead_server_ends_in_time_and_the_next_is_answered(
    tcp_endpoint: str, deadline: float
) -> None:
    with zmq4.Req(reconnect=SOON, linger=0) as req:
        with zmq4.Rep(bind=tcp_endpoint) as rep:
            address = str(rep.endpoint)
            req.connect(address)
            req.endpoint.ready(deadline)
        with pytest.raises(zmq4.Timeout, match=r"no reply within 0\.05 s, asked 2 times"):
            req.request("lost", timeout=0.05, retries=1)

        with zmq4.Rep(bind=address) as rep, serving(rep):
            # Asked again for as long as the server takes to begin.
            assert req.request("x", timeout=deadline / 20, retries=40).text == "X"


def test_request_is_sent_again_over_every_connection_that_breaks(
    tcp_endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Rep(bind=tcp_endpoint) as rep,
        serving(rep),
        Relay(rep.endpoint.port or 0) as relay,
        zmq4.Req(connect=relay.address, reconnect=SOON) as req,
    ):
        for turn in range(20):
            assert req.request(f"a{turn}", timeout=deadline / 20, retries=40).text == f"A{turn}"
            relay.cut()


def test_late_reply_is_never_the_answer_to_another_question(endpoint: str, deadline: float) -> None:
    with zmq4.Rep(bind=endpoint) as rep, zmq4.Req(connect=rep.endpoint) as req:
        for turn in range(30):
            with pytest.raises(zmq4.Timeout):
                req.request(f"slow {turn}", timeout=0.002)
            late = rep.recv(timeout=deadline)
            if late.text.startswith("slow"):
                late.reply("late")
            asking = threading.Thread(target=answer_once, args=(rep, f"fast {turn}", deadline))
            asking.start()

            assert req.request(f"fast {turn}", timeout=deadline).text == f"to fast {turn}"

            asking.join()


def answer_once(rep: zmq4.Rep, wanted: str, deadline: float) -> None:
    """Answer what comes until ``wanted`` was answered."""
    while True:
        request = rep.recv(timeout=deadline)
        request.reply(f"to {request.text}")
        if request.text == wanted:
            return


def test_call_out_of_turn_says_whose_turn_it_is(inproc_endpoint: str) -> None:
    with zmq4.Rep(bind=inproc_endpoint) as rep, zmq4.Req(connect=inproc_endpoint) as req:
        with pytest.raises(zmq4.StateError, match=r"^Req .* a Req sends a request first"):
            req.recv(timeout=0)
        req.send("x")
        with pytest.raises(zmq4.StateError, match=r"^Req .* waits for the reply to its last"):
            req.send("y")
        with pytest.raises(zmq4.StateError, match=r"^Rep .* its turn to send"):
            rep.send("x")

        # Nothing of this did any harm.
        rep.recv(timeout=1).reply("answer")
        assert req.recv(timeout=1).text == "answer"


def test_program_that_leaves_a_request_without_a_reply_is_warned_and_goes_on(
    inproc_endpoint: str,
) -> None:
    with (
        zmq4.Rep(bind=inproc_endpoint) as rep,
        zmq4.Dealer(connect=inproc_endpoint) as dealer,
    ):
        for text in ("forgotten", "answered"):
            dealer.send(b"", text)
        requests = iter(rep)
        assert next(requests).text == "forgotten"
        with pytest.warns(RuntimeWarning, match="was not replied to"):
            request = next(requests)
        request.reply(request.content.upper())

        assert [*dealer.recv(timeout=1)] == [b"", b"ANSWERED"]


async def test_request_in_a_loop_is_cancelled_and_the_next_is_answered(
    tcp_endpoint: str, deadline: float
) -> None:
    async def serve(rep: zmq4.asyncio.Rep) -> None:
        async for request in rep:
            if request.text == "slow":
                await asyncio.sleep(0.01)
            await request.reply(request.content.upper())

    async with (
        zmq4.asyncio.Rep(bind=tcp_endpoint) as rep,
        zmq4.asyncio.Req(connect=rep.endpoint, reconnect=SOON) as req,
    ):
        serving = asyncio.create_task(serve(rep))
        for _ in range(10):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.002):
                    await req.request("slow")
            assert (await req.request("fast", timeout=deadline, retries=3)).text == "FAST"
        rep.close()
        await serving
