"""Binding, connecting, and the ends of both: by whom, how often, and in which order."""

import socket
from typing import Any

import pytest

import zmq4
from faces.crew import Crew
from faces.patience import eventually
from wire.kinds import OURS, PARTNERS
from wire.scripted import Meet, ScriptedListener
from wire.vectors import HELLO

SOON = zmq4.Backoff(0.01, max=0.05)
ONE_CONNECTION = {"DEALER", "PUB", "REQ", "SUB"}
"""Types that connect to one address of tcp or ipc once."""


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port: int = reserved.getsockname()[1]
        return port


@pytest.mark.parametrize("by", ["endpoint", "address"])
def test_rule_47_unbind_by_the_last_endpoint_ends_listening(endpoint: str, by: str) -> None:
    with zmq4.Pull(bind=endpoint) as pull:
        last = pull.endpoint if by == "endpoint" else str(pull.endpoint)

        pull.unbind(last)

        assert pull.endpoints == []
        with zmq4.Pull(bind=str(last)):
            pass  # the address is free


@pytest.mark.parametrize("by", ["endpoint", "address"])
def test_rule_47_disconnect_by_the_last_endpoint_ends_the_connection(
    endpoint: str, deadline: float, by: str
) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.endpoint.ready(deadline)
        last = push.endpoint if by == "endpoint" else str(push.endpoint)

        push.disconnect(last)

        assert not push.try_send(b"nobody there")
        eventually(lambda: pull.peers() == [])


@pytest.mark.parametrize("wildcard", ["tcp://*:*", "tcp://127.0.0.1:*", "tcp://*:0", "ipc://*"])
def test_rule_47_wildcard_is_not_the_name_of_an_endpoint(wildcard: str) -> None:
    with zmq4.Pull(bind=wildcard) as pull:
        with pytest.raises(zmq4.InvalidEndpoint):
            pull.unbind(wildcard)

        pull.unbind(str(pull.endpoint))
        assert pull.endpoints == []


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "inproc://nobody", "ipc:///tmp/nobody"])
def test_rule_47_what_was_never_opened_cannot_be_closed(tcp_endpoint: str, address: str) -> None:
    with zmq4.Pull(bind=tcp_endpoint) as pull:
        for close in (pull.unbind, pull.disconnect):
            with pytest.raises(zmq4.InvalidEndpoint):
                close(address)

        assert len(pull.endpoints) == 1


def test_rule_47_unbind_ends_accepted_connections_behind_what_was_sent(
    visit: Meet, deadline: float
) -> None:
    with zmq4.Push(bind="tcp://127.0.0.1:0") as push:
        peer = visit(push)
        peer.shake_hands("PUSH", "PULL")
        push.endpoint.ready(deadline)
        for _ in range(100):
            push.send(b"hello")

        push.endpoint.close()

        peer.expect(HELLO * 100)
        peer.expect_end()


def test_rule_47_disconnect_sends_what_is_queued_before_the_connection_is_there(
    ipc_endpoint: str, deadline: float
) -> None:
    with zmq4.Push(connect=ipc_endpoint, reconnect=SOON, linger=deadline) as push:
        push.send_many([b"1", b"2", b"3"])

        push.disconnect(ipc_endpoint)

        with zmq4.Pull(bind=ipc_endpoint) as pull:
            received = [pull.recv_bytes(timeout=deadline) for _ in range(3)]
        assert received == [b"1", b"2", b"3"]


def test_rule_47_disconnect_without_linger_drops_what_is_queued(
    ipc_endpoint: str, deadline: float
) -> None:
    with zmq4.Push(connect=ipc_endpoint, reconnect=SOON, linger=0) as push:
        push.send_many([b"1", b"2", b"3"])
        push.disconnect(ipc_endpoint)

        with zmq4.Pull(bind=ipc_endpoint) as pull:
            push.connect(ipc_endpoint)
            push.send(b"after")
            assert pull.recv_bytes(timeout=deadline) == b"after"


def test_rule_47_disconnect_drops_what_was_not_read(endpoint: str, deadline: float) -> None:
    with zmq4.Push(bind=endpoint) as push, zmq4.Pull(connect=push.endpoint) as pull:
        push.send_many([b"1", b"2", b"3"])
        assert pull.recv_bytes(timeout=deadline) == b"1"
        eventually(lambda: pull.stats().unread == 2)

        pull.disconnect(push.endpoint)

        assert pull.try_recv() is None


def test_rule_47_unbinding_a_name_of_inproc_leaves_its_connections(
    inproc_endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=inproc_endpoint) as pull, zmq4.Push(connect=inproc_endpoint) as push:
        pull.unbind(inproc_endpoint)
        push.send(b"still there")

        assert pull.recv_bytes(timeout=deadline) == b"still there"
        with zmq4.Pull(bind=inproc_endpoint):
            pass  # the name is free


@pytest.mark.parametrize("kind", sorted(ONE_CONNECTION))
@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_rule_48_second_connect_to_one_address_is_the_first_one(
    transport: str, request: pytest.FixtureRequest, deadline: float, kind: str
) -> None:
    endpoint = request.getfixturevalue(f"{transport}_endpoint")
    with OURS[PARTNERS[kind][0]](bind=endpoint) as partner, OURS[kind]() as ours:
        first, second = (ours.connect(partner.endpoint) for _ in range(2))
        first.ready(deadline)
        partner.endpoint.ready(deadline)

        assert second == first
        assert (len(ours.endpoints), len(partner.peers())) == (1, 1)
        ours.disconnect(second)
        assert ours.endpoints == []


@pytest.mark.parametrize("kind", sorted(OURS.keys() - ONE_CONNECTION))
def test_rule_48_second_connect_of_the_other_types_makes_a_second_connection(
    listener: ScriptedListener, kind: str
) -> None:
    with OURS[kind](connect=[listener.address, listener.address]) as ours:
        count = 1 if kind == "PAIR" else 2  # a PAIR greets its second peer once the first is gone
        for _ in range(count):
            listener.accept().shake_hands(kind, PARTNERS[kind][0])
        eventually(lambda: len(ours.peers()) == count)

        assert len(ours.endpoints) == 2
        for line in ours.endpoints:
            ours.disconnect(line)
        assert ours.endpoints == []


def test_rule_48_sub_that_connected_twice_receives_once(tcp_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pub(bind=tcp_endpoint) as pub,
        zmq4.Sub(connect=[pub.endpoint, pub.endpoint], topics="") as sub,
    ):
        pub.wait_for_subscribers(timeout=deadline)
        pub.send(b"once")
        pub.send(b"and no more")

        assert [sub.recv_bytes(timeout=deadline) for _ in range(2)] == [b"once", b"and no more"]


def test_rule_49_connection_comes_from_the_source_that_was_given(
    tcp_endpoint: str, deadline: float
) -> None:
    source = f"127.0.0.2:{free_port()}"
    with (
        zmq4.Rep(bind=tcp_endpoint) as rep,
        zmq4.Req(connect=f"tcp://{source};127.0.0.1:{rep.endpoint.port}") as req,
    ):
        req.send(b"question")
        request = rep.recv(timeout=deadline)
        request.reply(b"answer")

        assert req.recv_bytes(timeout=deadline) == b"answer"
        assert request.peer is not None
        assert request.peer.address == f"tcp://{source}"


def test_rule_49_one_source_port_serves_two_destinations(deadline: float) -> None:
    source = f"127.0.0.1:{free_port()}"
    with (
        zmq4.Rep(bind="tcp://127.0.0.1:0") as first,
        zmq4.Rep(bind="tcp://127.0.0.1:0") as second,
        zmq4.Req() as req,
    ):
        for rep in (first, second):
            req.connect(f"tcp://{source};127.0.0.1:{rep.endpoint.port}").ready(deadline)

        for rep in (first, second):
            req.send(b"question")
            request = rep.recv(timeout=deadline)
            assert request.peer is not None
            assert request.peer.address == f"tcp://{source}"
            request.reply(b"answer")
            assert req.recv_bytes(timeout=deadline) == b"answer"


def test_rule_49_source_is_kept_across_a_reconnection(
    listener: ScriptedListener, deadline: float
) -> None:
    port = free_port()
    host = listener.address.removeprefix("tcp://")
    with zmq4.Push(connect=f"tcp://127.0.0.2:{port};{host}", reconnect=SOON) as push:
        for _ in range(2):
            peer = listener.accept()
            assert peer._stream.getpeername() == ("127.0.0.2", port)
            peer.shake_hands("PUSH", "PULL")
            push.endpoint.ready(deadline)
            peer.reset()  # so that the port is free at once


@pytest.mark.parametrize(("first", "second"), [("PUSH", "PULL"), ("PULL", "PUSH"), ("REQ", "REP")])
def test_rule_50_bind_may_come_after_connect(
    endpoint: str, deadline: float, first: str, second: str
) -> None:
    address = endpoint
    if endpoint.startswith("tcp"):
        with zmq4.Pull(bind=endpoint) as holder:
            address = str(holder.endpoint)
    with OURS[first](connect=address, reconnect=SOON) as connecter:
        early = hasattr(connecter, "send")
        if early:
            connecter.send(b"hello")
        with OURS[second](bind=address) as binder:
            connecter.endpoint.ready(deadline)
            if not early:
                binder.send(b"hello")

            receiver = binder if early else connecter
            assert receiver.recv(timeout=deadline).content == b"hello"


def test_rule_50_several_that_connected_early_are_all_served(
    inproc_endpoint: str, deadline: float
) -> None:
    pushes = [zmq4.Push(connect=inproc_endpoint) for _ in range(20)]
    for number, push in enumerate(pushes):
        push.send(b"%d" % number)

    with zmq4.Pull(bind=inproc_endpoint) as pull:
        received = {pull.recv_bytes(timeout=deadline) for _ in pushes}

    assert received == {b"%d" % number for number in range(20)}
    for push in pushes:
        push.close()


def test_rule_50_order_of_bind_and_connect_within_one_socket_is_free(
    endpoint: str, inproc_endpoint: str, deadline: float
) -> None:
    other = f"{inproc_endpoint}-other"
    with zmq4.Pull(bind=other) as pull, zmq4.Dealer(connect=other) as dealer:
        assert pull.endpoints
        dealer.bind(endpoint)
        with zmq4.Dealer(connect=dealer.endpoint) as peer:
            peer.send(b"hello")
            assert dealer.recv_bytes(timeout=deadline) == b"hello"


def test_rule_51_pending_connect_does_not_hold_up_the_end_of_its_context(
    inproc_endpoint: str, deadline: float
) -> None:
    context = zmq4.Context()
    push = zmq4.Push(connect=inproc_endpoint, context=context, linger=None)
    push.send(b"for nobody")
    push.close()

    context.term(timeout=deadline)


def test_rule_51_context_that_ends_wakes_who_waits_at_a_pending_connect(
    inproc_endpoint: str, crew: Crew
) -> None:
    with (
        zmq4.Context() as context,
        zmq4.Pull(connect=inproc_endpoint, context=context) as pull,
    ):
        waiting = crew.start(pull.recv).asleep()
        with pytest.raises(zmq4.Timeout):
            context.term(timeout=0)

        assert isinstance(waiting.error(), zmq4.ContextTerminated)


def test_rule_51_closed_half_of_a_pending_connect_is_gone_for_who_binds(
    inproc_endpoint: str, deadline: float
) -> None:
    with zmq4.Push(connect=inproc_endpoint):
        pass  # nothing was sent
    with zmq4.Pull(bind=inproc_endpoint) as pull, zmq4.Push(connect=inproc_endpoint) as push:
        assert len(pull.peers()) == 1
        push.send(b"from the living")

        assert pull.recv_bytes(timeout=deadline) == b"from the living"


def test_rule_51_disconnected_half_of_a_pending_connect_is_not_joined(
    inproc_endpoint: str,
) -> None:
    with zmq4.Push(connect=inproc_endpoint, linger=0) as push:
        push.send(b"dropped")
        push.disconnect(inproc_endpoint)

        with zmq4.Pull(bind=inproc_endpoint) as pull:
            assert (pull.peers(), pull.try_recv()) == ([], None)


def test_rule_51_binding_and_connecting_at_once_never_loses_a_message(
    inproc_endpoint: str, crew: Crew, deadline: float
) -> None:
    def connect(name: str) -> None:
        with zmq4.Push(connect=name) as push:
            push.send(b"hello")

    for number in range(100):
        name = f"{inproc_endpoint}-{number}"
        connecting = [crew.start(lambda name=name: connect(name)) for _ in range(3)]  # type: ignore[misc]
        with zmq4.Pull(bind=name) as pull:
            for each in connecting:
                assert pull.recv_bytes(timeout=deadline) == b"hello"
                each.result()


def test_rule_51_context_may_end_while_others_connect(
    inproc_endpoint: str, crew: Crew, deadline: float
) -> None:
    def connect_until_the_end(context: zmq4.Context) -> int:
        count = 0
        try:
            while True:
                with zmq4.Push(connect=inproc_endpoint, context=context, linger=0) as push:
                    push.try_send(b"x")
                    count += 1
        except zmq4.ContextTerminated:
            return count

    for _ in range(10):
        context = zmq4.Context()
        with zmq4.Pull(bind=inproc_endpoint, context=context) as pull:
            connecting = [crew.start(lambda c=context: connect_until_the_end(c)) for _ in range(3)]  # type: ignore[misc]
            for _ in range(20):
                pull.recv(timeout=deadline)
            with pytest.raises(zmq4.Timeout):
                context.term(timeout=0)
            for each in connecting:
                each.result()
        context.term(timeout=deadline)


@pytest.mark.parametrize("kind", OURS)
def test_rule_51_types_that_do_not_fit_are_not_joined(inproc_endpoint: str, kind: str) -> None:
    stranger: Any = zmq4.Pair if kind != "PAIR" else zmq4.Pull
    with OURS[kind](bind=inproc_endpoint) as ours, stranger(connect=inproc_endpoint) as other:
        assert other.endpoint.state == "stopped"
        assert "cannot talk to" in other.endpoint.failure
        assert ours.peers() == []
