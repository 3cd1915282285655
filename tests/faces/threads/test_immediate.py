"""`immediate`: queue only for peers that are connected."""

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually


def test_without_it_messages_wait_for_the_connection(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, linger=0) as push:
        assert push.try_send(b"x")


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_with_it_there_is_no_room_before_the_connection(
    transport: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue("refusing_endpoint" if transport == "tcp" else "ipc_endpoint")
    with zmq4.Push(connect=address, immediate=True, linger=0) as push:
        assert not push.try_send(b"x")
        with pytest.raises(zmq4.Timeout, match="no peer is connected"):
            push.send(b"x", timeout=0.01)


def test_waiting_sender_goes_on_with_the_connection(ipc_endpoint: str, crew: Crew) -> None:
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Push(connect=ipc_endpoint, immediate=True, reconnect=backoff) as push:
        sending = crew.start(lambda: push.send(b"x")).asleep()

        with zmq4.Pull(bind=ipc_endpoint) as pull:
            sending.result()
            assert pull.recv(timeout=10).content == b"x"


def test_all_goes_to_the_peer_that_is_there(
    refusing_endpoint: str, endpoint: str, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=endpoint) as pull,
        zmq4.Push(connect=[refusing_endpoint, pull.endpoint], immediate=True) as push,
    ):
        push.endpoints[1].ready(deadline)
        push.send_many([b"%d" % number for number in range(10)])

        assert [pull.recv(timeout=deadline).content for _ in range(10)] == [
            b"%d" % number for number in range(10)
        ]


def test_queue_of_a_lost_connection_is_dropped_and_counted(
    tcp_endpoint: str, deadline: float
) -> None:
    backoff = zmq4.Backoff(0.01, max=0.01)
    with zmq4.Push(immediate=True, reconnect=backoff, send_hwm=0) as push:
        with zmq4.Pull(bind=tcp_endpoint, recv_hwm=1) as pull:
            address = str(pull.endpoint)
            push.connect(pull.endpoint).ready(deadline)
        eventually(lambda: not push.try_send(b"lost"))
        before = push.stats()

        with zmq4.Pull(bind=address) as pull:
            push.send(b"new", timeout=deadline)

            assert pull.recv(timeout=deadline).content == b"new"
        assert before.queued == 0


def test_option_applies_to_later_endpoints(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, linger=0) as push:
        push.immediate = True
        assert push.try_send(b"x")
        push.disconnect(refusing_endpoint)
        push.connect(refusing_endpoint)
        assert not push.try_send(b"x")
