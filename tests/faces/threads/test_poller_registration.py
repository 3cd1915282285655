"""`Poller`: what can be registered with it, and what cannot (rule 61)."""

import errno
import socket

import pytest

import zmq4
import zmq4.asyncio
from faces.crew import Crew
from zmq4 import PollEvent

Pipeline = tuple[zmq4.Push, zmq4.Pull]
IN, OUT = PollEvent.IN, PollEvent.OUT


@pytest.fixture
def poller() -> zmq4.Poller:
    """Give a poller of nothing."""
    return zmq4.Poller()


def test_nothing_is_not_waited_for(poller: zmq4.Poller) -> None:
    with pytest.raises(zmq4.StateError, match="never return") as raised:
        poller.poll()

    assert raised.value.errno == errno.EINVAL


def test_registering_twice_is_refused(poller: zmq4.Poller, pipeline: Pipeline) -> None:
    for obj in (pipeline[1], 0):
        poller.register(obj)

        with pytest.raises(zmq4.StateError, match="registered already") as raised:
            poller.register(obj, OUT)

        assert raised.value.errno == errno.EINVAL
    assert len(poller) == 2


def test_what_is_unknown_is_neither_changed_nor_removed(
    poller: zmq4.Poller, pipeline: Pipeline
) -> None:
    with pytest.raises(zmq4.StateError, match="not registered") as raised:
        poller.modify(pipeline[1], IN)
    assert raised.value.errno == errno.EINVAL

    with pytest.raises(zmq4.StateError, match="not registered"):
        poller.unregister(pipeline[1])


def test_what_cannot_be_polled_is_refused(poller: zmq4.Poller, inproc_endpoint: str) -> None:
    pull = zmq4.Pull(bind=inproc_endpoint)
    pull.close()
    with socket.socket() as closed:
        pass
    other_face = zmq4.asyncio.Pull()

    refused: list[tuple[object, type[Exception], str]] = [
        (pull, zmq4.Closed, "closed"),
        (-1, ValueError, "no open descriptor"),
        (1 << 31, ValueError, "no open descriptor"),
        (closed, ValueError, "no open descriptor"),
        (other_face, TypeError, "own face"),
        ("stdin", TypeError, "no fileno"),
    ]
    for obj, error, text in refused:
        with pytest.raises(error, match=text):
            poller.register(obj)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="PollEvents"):
        poller.register(0, 1)  # type: ignore[arg-type]
    other_face.close()

    assert len(poller) == 0


def test_it_knows_what_is_registered(poller: zmq4.Poller, pipeline: Pipeline) -> None:
    push, pull = pipeline
    poller.register(pull)
    poller.register(0)

    assert pull in poller
    assert 0 in poller
    assert push not in poller
    assert 1 not in poller
    assert len(poller) == 2
    assert repr(poller) == "<zmq4.Poller of 2>"


def test_registering_while_another_thread_polls_counts_from_the_next_poll(
    poller: zmq4.Poller, pipeline: Pipeline, crew: Crew
) -> None:
    push, pull = pipeline
    poller.register(pull)
    waiting = crew.start(poller.poll).asleep()
    with zmq4.Pub() as pub:
        poller.register(pub, OUT)
        push.send(b"x")

        assert waiting.result() == [(pull, IN)]
        assert poller.poll() == [(pull, IN), (pub, OUT)]
