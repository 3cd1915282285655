"""After the end of its context every call of a socket says so, but for close()."""

from collections.abc import Callable
from typing import Any

import pytest

import zmq4
from faces.crew import Crew

TYPES: list[Any] = [
    zmq4.Pair,
    zmq4.Pub,
    zmq4.Sub,
    zmq4.Req,
    zmq4.Rep,
    zmq4.Dealer,
    zmq4.Router,
    zmq4.Pull,
    zmq4.Push,
    zmq4.XPub,
    zmq4.XSub,
]

CALLS: dict[str, Callable[[Any], object]] = {
    "bind": lambda socket: socket.bind("inproc://other"),
    "connect": lambda socket: socket.connect("inproc://other"),
    "recv": lambda socket: socket.recv(),
    "recv_bytes": lambda socket: socket.recv_bytes(),
    "recv_into": lambda socket: socket.recv_into(bytearray(9)),
    "recv_many": lambda socket: socket.recv_many(),
    "try_recv": lambda socket: socket.try_recv(),
    "__iter__": lambda socket: next(iter(socket)),
    "batches": lambda socket: next(socket.batches()),
    "send": lambda socket: socket.send(b"a", b"b"),
    "try_send": lambda socket: socket.try_send(b"a", b"b"),
    "send_many": lambda socket: socket.send_many([(b"a", b"b")]),
    "drain": lambda socket: socket.drain(),
    "request": lambda socket: socket.request(b"x"),
    "subscribe": lambda socket: socket.subscribe("x"),
    "unsubscribe": lambda socket: socket.unsubscribe("x"),
    "wait_for_subscribers": lambda socket: socket.wait_for_subscribers(1),
}


def terminated(context: zmq4.Context) -> None:
    """End a context whose sockets are open."""
    with pytest.raises(zmq4.Timeout):
        context.term(timeout=0)


@pytest.mark.parametrize("kind", TYPES)
def test_rule_56_every_call_says_that_the_context_has_ended(
    endpoint: str,
    deadline: float,
    kind: Any,  # noqa: ANN401 (a class of sockets)
) -> None:
    context = zmq4.Context()
    with kind(bind=endpoint, context=context) as socket:
        terminated(context)

        for name, call in CALLS.items():
            if hasattr(socket, name):
                with pytest.raises(zmq4.ContextTerminated) as raised:
                    call(socket)
                assert raised.value.code == "ETERM", name
    with pytest.raises(zmq4.Closed):
        socket.bind("inproc://other")
    context.term(timeout=deadline)


@pytest.mark.parametrize("kind", TYPES)
def test_rule_56_no_socket_is_opened_afterwards(kind: Any) -> None:  # noqa: ANN401 (a class of sockets)
    context = zmq4.Context()
    context.term(timeout=0)

    with pytest.raises(zmq4.ContextTerminated):
        kind(context=context)


@pytest.mark.parametrize("name", ["recv", "recv_many", "__iter__", "send", "send_many", "request"])
def test_rule_56_calls_that_wait_are_told(
    endpoint: str, deadline: float, crew: Crew, name: str
) -> None:
    context = zmq4.Context()
    kind = {"recv": zmq4.Pull, "recv_many": zmq4.Router, "__iter__": zmq4.Rep}.get(name, zmq4.Req)
    with kind(bind=endpoint, context=context) as socket:
        waiting = [crew.start(lambda: CALLS[name](socket)).asleep() for _ in range(3)]

        terminated(context)

        for each in waiting:
            assert isinstance(each.error(), zmq4.ContextTerminated)
    context.term(timeout=deadline)


def test_rule_56_a_request_that_waits_for_its_reply_is_told(
    endpoint: str, deadline: float, crew: Crew
) -> None:
    context = zmq4.Context()
    with (
        zmq4.Rep(bind=endpoint, context=context) as rep,
        zmq4.Req(connect=rep.endpoint, context=context) as req,
    ):
        asking = crew.start(lambda: req.request(b"question"))
        rep.recv(timeout=deadline)
        asking.asleep()

        terminated(context)

        assert isinstance(asking.error(), zmq4.ContextTerminated)
    context.term(timeout=deadline)


def test_rule_56_sockets_of_other_contexts_go_on(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=endpoint) as pull,
        zmq4.Push(connect=pull.endpoint) as push,
    ):
        zmq4.Context().term(timeout=0)

        push.send(b"x")
        assert pull.recv(timeout=deadline).content == b"x"
