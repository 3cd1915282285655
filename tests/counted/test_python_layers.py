"""Nothing of Python's stands between a program and the core where messages pass."""

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from types import FrameType, MethodDescriptorType

import pytest

import zmq4
import zmq4.asyncio

SENDING = ["send", "try_send", "send_many"]
RECEIVING = ["recv", "recv_bytes", "recv_into", "try_recv", "recv_many"]

CALLS = [
    *((kind, name) for kind in ("Push", "Pair", "Dealer") for name in SENDING),
    *((kind, name) for kind in ("Pull", "Pair", "Dealer") for name in RECEIVING),
]

END = ("c_call", "setprofile")
"""The last event of every profile."""


class Profile:
    """What a thread calls, as `sys.setprofile` has it."""

    def __init__(self) -> None:
        """Begin without an event."""
        self.events: list[tuple[str, str]] = []
        """Kinds of events, and the names of what was called."""

    def note(self, frame: FrameType, event: str, argument: object) -> None:
        """Note an event; that is the hook."""
        called = getattr(argument, "__name__", "") if event.startswith("c_") else None
        self.events.append((event, called or frame.f_code.co_name))


@pytest.fixture
def profile() -> Iterator[Profile]:
    """Give a profile to be set, and see that it does not stay so."""
    yield Profile()
    sys.setprofile(None)


@pytest.mark.parametrize("face", [zmq4, zmq4.asyncio], ids=["threads", "asyncio"])
@pytest.mark.parametrize(("kind", "name"), CALLS)
def test_call_is_a_descriptor_of_the_core(face: object, kind: str, name: str) -> None:
    assert type(getattr(getattr(face, kind), name)) is MethodDescriptorType


def test_function_of_pythons_would_be_noticed(profile: Profile) -> None:
    def layer() -> None:
        len("")

    sys.setprofile(profile.note)
    layer()
    sys.setprofile(None)

    inner = [("c_call", "len"), ("c_return", "len")]
    assert profile.events == [("call", "layer"), *inner, ("return", "layer"), END]


def test_send_calls_nothing_of_pythons(profile: Profile, endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.endpoint.ready(timeout=deadline)

        sys.setprofile(profile.note)
        push.send(b"hello")
        push.send(b"head", "body", timeout=1)
        sys.setprofile(None)

        assert profile.events == [*[("c_call", "send"), ("c_return", "send")] * 2, END]


def test_recv_bytes_calls_nothing_of_pythons(
    profile: Profile, endpoint: str, deadline: float
) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.send_many([b"hello"] * 2)

        sys.setprofile(profile.note)
        pull.recv_bytes(timeout=deadline)
        pull.recv_bytes()
        sys.setprofile(None)

        assert profile.events == [*[("c_call", "recv_bytes"), ("c_return", "recv_bytes")] * 2, END]


def test_receive_that_waits_in_vain_calls_nothing_of_pythons(
    profile: Profile, endpoint: str
) -> None:
    with zmq4.Pull(bind=endpoint) as pull, contextlib.suppress(zmq4.Timeout):
        sys.setprofile(profile.note)
        pull.recv_bytes(timeout=0.01)

    assert profile.events[:2] == [("c_call", "recv_bytes"), ("c_exception", "recv_bytes")]


async def until_the_loop_had_its_turn(push: zmq4.asyncio.Push) -> None:
    """Send until an operation has given the loop the turn that is due every 64 operations."""
    turns: list[str] = []
    asyncio.get_running_loop().call_soon(turns.append, "the loop's")
    while not turns:
        await push.send(b"hello")


async def test_awaited_calls_that_do_not_wait_call_nothing_of_pythons(
    profile: Profile, endpoint: str, deadline: float
) -> None:
    async with (
        zmq4.asyncio.Pull(bind=endpoint) as pull,
        zmq4.asyncio.Push(connect=pull.endpoint) as push,
    ):
        await push.send_many([b"hello"] * 2)
        await pull.recv_bytes(timeout=deadline)
        await until_the_loop_had_its_turn(push)

        sys.setprofile(profile.note)
        await push.send(b"hello")
        await pull.recv_bytes()
        sys.setprofile(None)

        calls = [("c_call", "send"), ("c_return", "send")]
        calls += [("c_call", "recv_bytes"), ("c_return", "recv_bytes")]
        assert profile.events == [*calls, END]
