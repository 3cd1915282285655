"""`Endpoint.ready` and what an endpoint tells about its connection."""

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually
from fixtures.leaks import possessions, wait_for_return


def test_both_ends_are_ready_after_the_handshake(endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.endpoint.ready(deadline)
        pull.endpoint.ready(deadline)

        assert (push.endpoint.state, pull.endpoint.state) == ("connected", "listening")
        assert [peer.socket_type for peer in push.endpoint.peers] == ["PULL"]
        assert [peer.socket_type for peer in pull.endpoint.peers] == ["PUSH"]
        assert push.endpoint.attempts == 0


def test_ready_waits_for_a_peer_that_binds_later(
    ipc_endpoint: str, crew: Crew, deadline: float
) -> None:
    with zmq4.Push(connect=ipc_endpoint, reconnect=zmq4.Backoff(0.01, max=0.01)) as push:
        waiting = crew.start(lambda: push.endpoint.ready(deadline)).asleep()

        with zmq4.Pull(bind=ipc_endpoint):
            waiting.result()


def test_everyone_who_waits_is_told(tcp_endpoint: str, crew: Crew) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull:
        waiting = [crew.start(pull.endpoint.ready).asleep() for _ in range(5)]

        with zmq4.Push(connect=pull.endpoint):
            for each in waiting:
                each.result()


def test_ready_in_vain_tells_the_last_failure(refusing_endpoint: str) -> None:
    with zmq4.Push(connect=refusing_endpoint, reconnect=zmq4.Backoff(0.01)) as push:
        eventually(lambda: push.endpoint.attempts >= 3)
        with pytest.raises(
            zmq4.Timeout,
            match=rf"{refusing_endpoint}: no peer is ready; .*refused.* \(\d+ attempts\)",
        ) as raised:
            push.endpoint.ready(timeout=0)

        assert raised.value.endpoint == refusing_endpoint
        assert "refused" in (push.endpoint.failure or "")
        assert push.endpoint.state == "connecting"


def test_listener_without_peers_says_so(tcp_endpoint: str) -> None:
    with (
        zmq4.Pull(bind=tcp_endpoint) as pull,
        pytest.raises(zmq4.Timeout, match="no peer came"),
    ):
        pull.endpoint.ready(timeout=0)


def test_endpoint_that_has_stopped_says_why(refusing_endpoint: str, deadline: float) -> None:
    with zmq4.Push(connect=refusing_endpoint, reconnect=None) as push:
        with pytest.raises(zmq4.NoPeers, match="refused"):
            push.endpoint.ready(deadline)

        assert push.endpoint.state == "stopped"
        with pytest.raises(ConnectionError):
            push.endpoint.ready(timeout=0)


def test_closing_the_endpoint_ends_the_wait(refusing_endpoint: str, crew: Crew) -> None:
    with zmq4.Push(connect=refusing_endpoint) as push:
        line = push.endpoint
        waiting = crew.start(line.ready).asleep()

        line.close()

        assert isinstance(waiting.error(), zmq4.Closed)
        assert line.state == "closed"


def test_closing_the_socket_ends_the_wait(refusing_endpoint: str, crew: Crew) -> None:
    push = zmq4.Push(connect=refusing_endpoint)
    line = push.endpoint
    waiting = crew.start(line.ready).asleep()

    push.close()

    assert isinstance(waiting.error(), zmq4.Closed)
    assert line.state == "closed"
    with pytest.raises(zmq4.Closed):
        line.ready(timeout=0)


def test_lost_peer_is_told(tcp_endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.endpoint.ready(deadline)

        pull.close()

        eventually(lambda: push.endpoint.state == "connecting")
        assert push.endpoint.peers == []
        assert push.endpoint.failure


def test_incompatible_peer_is_told(tcp_endpoint: str) -> None:
    with zmq4.Pair(bind=tcp_endpoint) as pair, zmq4.Push(connect=pair.endpoint) as push:
        eventually(lambda: push.endpoint.failure)

        assert "PAIR" in (push.endpoint.failure or "")
        assert pair.peers() == []
        with pytest.raises(zmq4.Timeout, match="PAIR"):
            push.endpoint.ready(timeout=0)


def test_peer_that_never_speaks_is_given_up(mute_endpoint: str) -> None:
    push = zmq4.Push(connect=mute_endpoint, handshake_timeout=0.05, reconnect=None, linger=0)

    with push, pytest.raises(zmq4.NoPeers, match="handshake"):
        push.endpoint.ready(timeout=10)


def test_host_that_never_answers_is_given_up(unreachable_endpoint: str) -> None:
    push = zmq4.Push(connect=unreachable_endpoint, connect_timeout=0.05, reconnect=None, linger=0)

    with push, pytest.raises(zmq4.NoPeers, match="time"):
        push.endpoint.ready(timeout=10)


def test_wait_that_is_over_leaves_nothing_behind(inproc_endpoint: str, crew: Crew) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull:
        before = possessions()

        for _ in range(5):
            error = crew.start(lambda: pull.endpoint.ready(timeout=0.001)).error()
            assert isinstance(error, zmq4.Timeout)
        crew.dismiss()

        assert not wait_for_return(before)


def test_endpoint_is_known_by_what_it_is(tcp_endpoint: str, inproc_endpoint: str) -> None:
    with zmq4.Dealer() as dealer:
        first = dealer.bind(tcp_endpoint)
        second = dealer.connect(inproc_endpoint)

        assert dealer.endpoints == [first, second]
        assert dealer.endpoints[0] == first
        assert hash(dealer.endpoints[0]) == hash(first)
        assert first != second
        assert first != str(first)
        assert {first, second} == {*dealer.endpoints}


def test_two_lines_to_one_address_are_two_endpoints(inproc_endpoint: str) -> None:
    with zmq4.Push(connect=[inproc_endpoint, inproc_endpoint]) as push:
        one, other = push.endpoints

        assert one != other
