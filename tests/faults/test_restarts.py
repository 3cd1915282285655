"""A peer ends and begins anew, again and again: what is sent to it then arrives, and is sent once."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable

import pytest

import zmq4
import zmq4.asyncio
from faces.patience import eventually
from fixtures.children import Children

Figures = Callable[..., None]

SOON = zmq4.Backoff(0.01, max=0.05)
TIMES = 50


def rebound(kind: str, address: str) -> zmq4.Pull:
    """Bind a socket to the address that its predecessor had."""
    made: zmq4.Pull = getattr(zmq4, kind)(bind=address)
    return made


@pytest.mark.parametrize(("kind", "partner"), [("Push", "Pull"), ("Dealer", "Router")])
def test_first_message_after_each_restart_arrives(
    tcp_endpoint: str, deadline: float, kind: str, partner: str
) -> None:
    with getattr(zmq4, kind)(reconnect=SOON, linger=0) as client:
        address = tcp_endpoint
        for turn in range(TIMES):
            with rebound(partner, address) as server:
                if turn == 0:
                    address = str(server.endpoint)
                    client.connect(address)
                assert server.recv(timeout=deadline).text == f"turn {turn}" if turn else True
                client.endpoint.ready(deadline)
            # The loss is noticed before the next is sent: what the kernel takes is gone.
            eventually(lambda: client.endpoint.state == "connecting")
            client.send(f"turn {turn + 1}", timeout=deadline)


def test_subscriptions_hold_again_before_the_first_message(
    tcp_endpoint: str, deadline: float
) -> None:
    with zmq4.Sub(reconnect=SOON, topics=["a", "b"]) as sub:
        address = tcp_endpoint
        for turn in range(TIMES):
            with zmq4.Pub(bind=address) as pub:
                if turn == 0:
                    address = str(pub.endpoint)
                    sub.connect(address)
                pub.wait_for_subscribers(1, "b", deadline)
                for text in ("c 0", f"a {turn}", f"b {turn}"):
                    pub.send(text)
                assert sub.recv(timeout=deadline).text == f"a {turn}"
                assert sub.recv(timeout=deadline).text == f"b {turn}"


def test_request_survives_the_restart_of_who_answers(tcp_endpoint: str, deadline: float) -> None:
    def serve(rep: zmq4.Rep) -> None:
        for request in rep:
            request.reply(request.content)

    with zmq4.Req(reconnect=SOON, linger=0) as req:
        address = tcp_endpoint
        for turn in range(20):
            with zmq4.Rep(bind=address) as rep:
                if turn == 0:
                    address = str(rep.endpoint)
                    req.connect(address)
                thread = threading.Thread(target=serve, args=(rep,))
                thread.start()
                # Asked of the one that is gone, if the loss is not noticed yet: so again.
                answer = req.request(f"{turn}", timeout=deadline / 20, retries=40)
                assert answer.text == f"{turn}"
                rep.close()
                thread.join()


async def test_loop_goes_on_with_each_successor(tcp_endpoint: str, deadline: float) -> None:
    async with zmq4.asyncio.Push(reconnect=SOON, linger=0) as push:
        address = tcp_endpoint
        for turn in range(TIMES):
            async with zmq4.asyncio.Pull(bind=address) as pull:
                if turn == 0:
                    address = str(pull.endpoint)
                    push.connect(address)
                await push.endpoint.ready(deadline)
                await push.send(f"{turn}")
                assert (await pull.recv(timeout=deadline)).text == f"{turn}"
            while push.endpoint.state != "connecting":
                await asyncio.sleep(0)


def test_clients_of_a_server_that_fell_do_not_all_come_back_at_once(
    figures: Figures, deadline: float, time_unit: float
) -> None:
    count = 200
    with socket.create_server(("127.0.0.1", 0), backlog=count) as listener:
        listener.settimeout(deadline)
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        reconnect = zmq4.Backoff(2 * time_unit, max=2 * time_unit)
        clients = [zmq4.Push(connect=address, reconnect=reconnect, linger=0) for _ in range(count)]
        first = [listener.accept()[0] for _ in range(count)]
        for raw in first:
            raw.close()
        times = []
        for _ in range(count):
            raw, _ = listener.accept()
            times.append(time.monotonic())
            raw.close()
        for client in clients:
            client.close()

    spread = max(times) - min(times)
    figures(clients=count, spread_ms=round(spread * 1000))
    # A quarter of the delay either way is a tenth of a second: on no machine it can be less than half.
    assert spread > time_unit / 2


@pytest.mark.parametrize("turns", [5])
def test_peer_that_is_killed_is_found_again(
    children: Children, deadline: float, turns: int
) -> None:
    with zmq4.Push(reconnect=SOON, linger=0) as push:
        port = 0
        for turn in range(turns):
            server = children.start(
                """
                import sys, zmq4
                with zmq4.Pull(bind=f"tcp://127.0.0.1:{sys.argv[1]}") as pull:
                    print(pull.endpoint.port, flush=True)
                    while True:
                        print(pull.recv().text, flush=True)
                """,
                str(port),
            )
            assert server.stdout is not None
            port = int(server.stdout.readline())
            if turn == 0:
                push.connect(f"tcp://127.0.0.1:{port}")
                push.send("turn 0")
            assert server.stdout.readline() == f"turn {turn}\n"
            server.kill()
            server.wait()
            eventually(lambda: push.endpoint.state == "connecting")
            push.send(f"turn {turn + 1}", timeout=deadline)
