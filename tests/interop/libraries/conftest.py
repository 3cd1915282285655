"""A running program of each library, and the lines that lead to its sockets."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from itertools import product
from typing import Any

import pytest

from fixtures.peers import go_without, is_present
from interop.faces import Face
from interop.libraries.building import build
from interop.libraries.library import LIBRARIES, Library
from interop.line import Line
from interop.peer import Peer

WAYS = list(product(["tcp", "ipc"], ["we", "they"]))
"""By which transport, and who binds."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with each library that it is about; the marker ``libraries`` says which."""
    if "peer" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("libraries")
        chosen: tuple[Library, ...] = marker.args if marker else LIBRARIES
        runs = [pytest.param(one, id=one.name, marks=marks_of(one)) for one in chosen]
        metafunc.parametrize("peer", runs, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take out the ways that a library does not know."""
    items[:] = [item for item in items if is_possible(params_of(item))]


def params_of(item: pytest.Item) -> dict[str, Any]:
    """Return the values that a test is run with."""
    return (
        item.callspec.params
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else {}
    )


def is_possible(params: dict[str, Any]) -> bool:
    """Tell whether the library can be reached over the transport."""
    match params:
        case {"peer": Library(transports=transports), "line": (transport, _)}:
            return transport in transports
        case _:
            return True


def marks_of(library: Library) -> list[pytest.MarkDecorator]:
    """Mark a test as one that needs what ``library`` needs, and takes its time where it is built."""
    slow = [pytest.mark.slow] if library.folder else []
    return [pytest.mark.requires_peer(*library.needs), *slow]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Build what the test needs before the watch over it begins: a build may take its time."""
    library = params_of(item).get("peer")
    if isinstance(library, Library) and all(is_present(name) for name in library.needs):
        build(library)
    return (yield)


@pytest.fixture(scope="session")
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    """Share one program of a library with all tests that leave it as it was."""
    with start(request.param) as running:
        yield running


@pytest.fixture
def library(request: pytest.FixtureRequest, peer: Peer) -> Library:  # noqa: ARG001 (its library)
    """Name the library of ``peer``."""
    chosen = params_of(request.node)["peer"]
    assert isinstance(chosen, Library)
    return chosen


@pytest.fixture
def start_another(library: Library) -> Iterator[Callable[[], Peer]]:
    """Start programs that a test may kill, of the same library as ``peer``."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(start(library))


@pytest.fixture(params=WAYS, ids="-".join)
def line(
    request: pytest.FixtureRequest, face: Face, peer: Peer, tcp_endpoint: str, ipc_endpoint: str
) -> Iterator[Line]:
    """Connect ours with a library's in every way: the test runs up to eight times for each."""
    transport, binder = request.param
    address = {"tcp": tcp_endpoint, "ipc": ipc_endpoint}[transport]
    with closing(Line(face, peer, address, binder)) as drawn:
        yield drawn


@pytest.fixture
def tcp_line(face: Face, peer: Peer, tcp_endpoint: str) -> Iterator[Line]:
    """Connect ours with a library's over tcp: the test runs twice for each."""
    with closing(Line(face, peer, tcp_endpoint, "they")) as drawn:
        yield drawn


def start(library: Library) -> Peer:
    """Start the program of ``library``, or say why there is none."""
    failure = build(library)
    if failure is None:
        return Peer(library.fill(library.run))
    if failure.offline:
        go_without(f"the packages of {library} cannot be fetched: {failure.last_line}")
    pytest.fail(str(failure), pytrace=False)
