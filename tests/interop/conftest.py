"""Peers of libzmq's and the lines that lead to them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import product

import pytest

from interop.faces import Face, LoopFace, ThreadFace
from interop.libzmq_peer import LibzmqPeer
from interop.line import Line

FACES: dict[str, Callable[[], Face]] = {"threads": ThreadFace, "asyncio": LoopFace}


@pytest.fixture(scope="session")
def libzmq() -> Iterator[LibzmqPeer]:
    """Share one child with all tests that leave it as it was."""
    with LibzmqPeer() as peer:
        yield peer


@pytest.fixture
def start_libzmq() -> Iterator[Callable[[], LibzmqPeer]]:
    """Start children that a test may stop or kill."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(LibzmqPeer())


@pytest.fixture(params=list(FACES))
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    """Open sockets of ours, of either face: the test runs twice."""
    with closing(FACES[request.param]()) as opened:
        yield opened


@pytest.fixture(params=product(["tcp", "ipc"], ["we", "they"]), ids="-".join)
def line(request: pytest.FixtureRequest, face: Face, libzmq: LibzmqPeer) -> Iterator[Line]:
    """Connect ours with libzmq's in every way: the test runs eight times."""
    transport, binder = request.param
    address: str = request.getfixturevalue(f"{transport}_endpoint")
    with closing(Line(face, libzmq, address, binder)) as drawn:
        yield drawn


@pytest.fixture
def tcp_line(face: Face, libzmq: LibzmqPeer, tcp_endpoint: str) -> Iterator[Line]:
    """Connect ours with libzmq's over tcp: the test runs once for each face."""
    with closing(Line(face, libzmq, tcp_endpoint, "we")) as drawn:
        yield drawn
