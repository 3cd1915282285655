"""`zmq4._endpoint`: the objects that bind and connect return."""

import re
import threading
import time

import pytest

import zmq4
from fixtures.children import Children


def test_endpoint_has_the_port_that_the_system_chose() -> None:
    with zmq4.Pull() as pull:
        place = pull.bind("tcp://127.0.0.1:*")

        assert place.port is not None
        assert place.port > 0
        assert str(place) == place.address == f"tcp://127.0.0.1:{place.port}"


def test_endpoint_without_a_port_has_none(ipc_endpoint: str, inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=[ipc_endpoint, inproc_endpoint]) as pull:
        assert [each.port for each in pull.endpoints] == [None, None]
        assert [str(each) for each in pull.endpoints] == [ipc_endpoint, inproc_endpoint]


def test_ready_returns_when_the_handshake_is_done(endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.endpoint.ready(timeout=deadline)
        pull.endpoint.ready(timeout=deadline)

        assert [peer.socket_type for peer in push.endpoint.peers] == ["PULL"]
        assert [peer.socket_type for peer in pull.endpoint.peers] == ["PUSH"]
        assert push.endpoint.state == "connected"
        assert pull.endpoint.state == "listening"


def test_ready_waits_for_whoever_comes_later(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push() as push:
        later = threading.Timer(0.05, push.connect, [pull.endpoint])
        later.start()

        pull.endpoint.ready(timeout=deadline)

        later.join()
        assert push.peers()


def test_ready_in_vain_tells_the_last_failure(time_unit: float) -> None:
    with zmq4.Push(connect="tcp://127.0.0.1:9", reconnect=zmq4.Backoff(0.01)) as push:
        with pytest.raises(zmq4.Timeout, match=r"tcp://127.0.0.1:9: .*refused") as raised:
            push.endpoint.ready(timeout=time_unit)

        assert raised.value.endpoint == "tcp://127.0.0.1:9"
        assert "refused" in (push.endpoint.failure or "")
        assert push.endpoint.attempts > 0
        assert push.endpoint.state == "connecting"


def test_ready_does_not_wait_when_told_so() -> None:
    with zmq4.Push(connect="tcp://127.0.0.1:9") as push:
        before = time.monotonic()
        with pytest.raises(zmq4.Timeout):
            push.endpoint.ready(timeout=0)
        assert time.monotonic() - before < 1


def test_ready_ends_when_the_endpoint_will_not_try_again(deadline: float) -> None:
    with zmq4.Push(connect="tcp://127.0.0.1:9", reconnect=None) as push:
        with pytest.raises(zmq4.NoPeers, match="refused"):
            push.endpoint.ready(timeout=deadline)
        assert push.endpoint.state == "stopped"


def test_closing_an_endpoint_ends_those_who_wait_for_it(deadline: float) -> None:
    with zmq4.Push() as push:
        line = push.connect("tcp://127.0.0.1:9")
        later = threading.Timer(0.05, line.close)
        later.start()

        with pytest.raises(zmq4.Closed):
            line.ready(timeout=deadline)

        later.join()
        assert line.state == "closed"
        assert push.endpoints == []


def test_closing_an_endpoint_twice_does_nothing(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull:
        place = pull.endpoint

        place.close()
        place.close()

        assert place.state == "closed"


def test_endpoint_shows_address_and_state(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull:
        place = pull.endpoint
        assert repr(place) == f"<Endpoint {inproc_endpoint} listening>"
    assert repr(place) == f"<Endpoint {inproc_endpoint} closed>"


def test_endpoint_is_equal_to_itself_alone(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull:
        place = pull.endpoint

        assert place == place  # noqa: PLR0124 (that is the question)
        assert hash(place) == hash(place)
        assert place != inproc_endpoint


def test_address_of_the_parent_can_be_connected_to_after_a_fork(children: Children) -> None:
    output = children.run(
        """
        import os, zmq4
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        place = pull.endpoint
        child = os.fork()
        if child == 0:
            with zmq4.Push(connect=place) as push:
                push.send(repr(place))
                push.drain(timeout=5)
            os._exit(0)
        print(pull.recv(timeout=5).text)
        os.waitpid(child, 0)
        pull.close()
        """
    )

    assert re.fullmatch(r"<Endpoint tcp://127.0.0.1:\d+ of the process before a fork>\n", output)
