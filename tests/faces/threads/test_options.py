"""Options: every row of the table can be given, set, read and checked."""

import math
from collections.abc import Callable
from typing import Any, Final

import pytest

import zmq4
from faces.crew import Crew
from zmq4 import Backoff, Heartbeat, TcpKeepalive
from zmq4._native import OPTIONS

OCTETS: Final = {"64MiB": 64 << 20, "1kB": 1000, "1 KiB": 1024, "2MB": 2_000_000, "3GB": 3 * 10**9}
OCTETS_TOO: Final = {"1GiB": 1 << 30, "7B": 7, "9": 9, 0: 0, 5: 5, 1 << 40: 1 << 40}
KEYS: Final = zmq4.KeyPair.generate()
SECURITY: Final = [
    zmq4.Null(),
    zmq4.Null(domain="test", allow="any", allow_from="127.0.0.1", deny_from=["10.0.0.0/8", "::1"]),
    zmq4.PlainClient("alice", "hunter2"),
    zmq4.PlainServer({"alice": "hunter2"}),
    zmq4.PlainServer(callable),
    zmq4.CurveClient(server_key=KEYS.public, keys=KEYS),
    zmq4.CurveServer(KEYS, {KEYS.public}, domain="test"),
    zmq4.CurveServer(KEYS, "zap"),
]
NO_COUNTS: Final = [-1, 1.5, "5", None, True, 1 << 64]
NO_OCTETS: Final = [-1, 1.5, "", "MiB", "-1", "1.5MiB", "64mib", "1TiB", "1 2", True, 1 << 64]
NO_LIMITS: Final = [-1, -math.inf, math.nan, "1"]

GOOD: Final[dict[str, list[tuple[object, object]]]] = {
    "send_hwm": [(0, 0), (1, 1), (1 << 40, 1 << 40)],
    "recv_hwm": [(0, 0), (1, 1)],
    "send_hwm_bytes": [*OCTETS.items(), *OCTETS_TOO.items()],
    "recv_hwm_bytes": [("64MiB", 64 << 20), (0, 0)],
    "linger": [(0, 0.0), (2.5, 2.5), (math.inf, None), (None, None)],
    "send_timeout": [(0, 0.0), (2.5, 2.5), (math.inf, None), (None, None)],
    "recv_timeout": [(0, 0.0), (2.5, 2.5), (math.inf, None), (None, None)],
    "on_full": [(each, each) for each in ("block", "drop_newest", "drop_oldest", "error")],
    "immediate": [(True, True), (False, False)],
    "conflate": [(True, True), (False, False)],
    "ipv6": [(True, True), (False, False)],
    "heartbeat": [
        (Heartbeat(5), Heartbeat(5, timeout=5)),
        (Heartbeat(5, timeout=15, ttl=30), Heartbeat(5, timeout=15, ttl=30)),
        (None, None),
    ],
    "reconnect": [(Backoff(0.5, max=2, jitter=0), Backoff(0.5, max=2, jitter=0)), (None, None)],
    "reconnect_stop": [
        (frozenset(), frozenset()),
        (["refused", "refused"], frozenset({"refused"})),
        ({"handshake_failed", "disconnected"}, frozenset({"handshake_failed", "disconnected"})),
    ],
    "connect_timeout": [(2.5, 2.5), (None, None)],
    "handshake_timeout": [(2.5, 2.5), (None, None), (math.inf, None)],
    "min_version": [(each, each) for each in ("2.0", "3.0", "3.1")],
    "max_message_size": [(1000, 1000), ("1MiB", 1 << 20), (None, None)],
    "max_frames": [(1, 1), (1000, 1000)],
    "max_message_bytes": [("1MiB", 1 << 20), (1000, 1000)],
    "kernel_send_buffer": [("64KiB", 65536), (None, None)],
    "kernel_recv_buffer": [("64KiB", 65536), (None, None)],
    "backlog": [(0, 0), (7, 7)],
    "tcp_keepalive": [
        (TcpKeepalive(idle=30, interval=5, count=9), TcpKeepalive(30, 5, 9)),
        (None, None),
    ],
    "tcp_user_timeout": [(30, 30.0), (None, None)],
    "tos": [(0, 0), (0x28, 0x28), (255, 255)],
    "priority": [(0, 0), (5, 5)],
    "bind_to_device": [("lo", "lo"), (None, None)],
    "busy_poll": [(0, 0.0), (0.00005, 0.00005), (1, 1.0)],
    "use_fd": [(0, 0), (1 << 20, 1 << 20), (None, None)],
    "security": [(each, each) for each in SECURITY],
    "routing_id": [(b"", b""), (b"me", b"me"), (b"x" * 255, b"x" * 255)],
    "probe": [(True, True), (False, False)],
    "metadata": [
        ({}, {}),
        ({"X-Text": "é", "X-Octets": b"\0"}, {"X-Text": "é".encode(), "X-Octets": b"\0"}),
    ],
}
BAD: Final[dict[str, list[object]]] = {
    "send_hwm": NO_COUNTS,
    "recv_hwm": NO_COUNTS,
    "send_hwm_bytes": NO_OCTETS,
    "recv_hwm_bytes": NO_OCTETS,
    "linger": NO_LIMITS,
    "send_timeout": NO_LIMITS,
    "recv_timeout": NO_LIMITS,
    "on_full": ["", "Block", "drop", None, 1],
    "immediate": [0, 1, None, "yes"],
    "conflate": [0, 1, None, "yes"],
    "ipv6": [0, 1, None, "yes"],
    "heartbeat": [5, 5.0, "5", True],
    "reconnect": [5, 0.1, "5", True],
    "reconnect_stop": ["refused", ["never"], [1], None, 5],
    "connect_timeout": NO_LIMITS,
    "handshake_timeout": NO_LIMITS,
    "min_version": ["", "1.0", "2", "3.2", 3.0, (3, 0), None],
    "max_message_size": [each for each in NO_OCTETS if each is not None],
    "max_frames": [0, -1, 1.5, None, "5", 1 << 32],
    "max_message_bytes": NO_OCTETS,
    "kernel_send_buffer": NO_OCTETS,
    "kernel_recv_buffer": NO_OCTETS,
    "backlog": [-1, 1.5, None, "5", 1 << 32],
    "tcp_keepalive": [5, "5", True],
    "tcp_user_timeout": NO_LIMITS,
    "tos": [-1, 256, 1.5, None, "5", True],
    "priority": [-1, 1.5, None, "5", True, 1 << 31],
    "bind_to_device": ["", "x" * 16, 5, b"lo"],
    "busy_poll": [-1, math.inf, math.nan, None, "1", 1e6],
    "use_fd": [-1, 1.5, "0", True, 1 << 31],
    "security": [None, "null", 5, True, zmq4.Null, KEYS],
    "routing_id": ["text", b"x" * 256, b"\0x", None, bytearray(b"x")],
    "probe": [0, 1, None, "yes"],
    "metadata": [5, None, {"X-A": 5}, {"Role": "x"}, {"": ""}, [("X-A", "b")]],
}
ROWS: Final = {row[0]: row for row in OPTIONS if not row[5] or "DEALER" in row[5]}
"""The options of a Dealer."""
NAMES: Final = list(ROWS)
GOOD_CASES: Final = [(name, *pair) for name, pairs in GOOD.items() for pair in pairs]
BAD_CASES: Final = [(name, value) for name, values in BAD.items() for value in values]


def test_every_row_of_the_table_is_tested_here() -> None:
    assert set(GOOD) == set(BAD) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_option_has_a_default_a_document_and_a_moment(name: str) -> None:
    _, kind, default, when, text, _ = ROWS[name]

    with zmq4.Dealer() as dealer:
        value = getattr(dealer, name)
    assert default in (value, "see its class")
    assert kind
    assert when in ("now", "next", "fixed", "call")
    assert text.endswith(".")
    assert getattr(zmq4.Dealer, name).__doc__ == text


@pytest.mark.parametrize(("name", "given", "read"), GOOD_CASES, ids=repr)
def test_option_is_given_and_read(name: str, given: Any, read: object) -> None:  # noqa: ANN401
    options: dict[str, Any] = {name: given}

    with zmq4.Dealer(**options) as dealer:
        assert getattr(dealer, name) == read
        assert type(getattr(dealer, name)) is type(read)


@pytest.mark.parametrize(("name", "given", "read"), GOOD_CASES, ids=repr)
def test_option_is_set_and_read(name: str, given: object, read: object) -> None:
    with zmq4.Dealer() as dealer:
        setattr(dealer, name, given)

        assert getattr(dealer, name) == read


@pytest.mark.parametrize(("name", "value"), BAD_CASES, ids=lambda value: repr(value)[:40])
def test_wrong_value_is_refused_and_says_what_it_must_be(name: str, value: Any) -> None:  # noqa: ANN401
    options: dict[str, Any] = {name: value}

    with pytest.raises(zmq4.OptionError, match=f"{name}: the value must be "):
        zmq4.Dealer(**options)
    with zmq4.Dealer() as dealer:
        before = getattr(dealer, name)
        with pytest.raises(zmq4.OptionError, match=f"{name}: the value must be "):
            setattr(dealer, name, value)
        assert getattr(dealer, name) == before


@pytest.mark.parametrize("name", NAMES)
def test_option_cannot_be_deleted(name: str) -> None:
    with zmq4.Dealer() as dealer, pytest.raises(AttributeError):
        delattr(dealer, name)


@pytest.mark.parametrize("name", [name for name in NAMES if ROWS[name][3] == "fixed"])
def test_fixed_option_is_refused_after_the_first_endpoint(name: str, inproc_endpoint: str) -> None:
    value = GOOD[name][-1][0]
    text = f"{name}: set it before the first bind"
    with zmq4.Dealer(bind=inproc_endpoint) as dealer, pytest.raises(zmq4.OptionError, match=text):
        setattr(dealer, name, value)

    with zmq4.Dealer(**{name: value}, bind=inproc_endpoint) as dealer:  # type: ignore[arg-type]
        assert getattr(dealer, name) == value


@pytest.mark.parametrize("name", [name for name in NAMES if ROWS[name][3] != "fixed"])
def test_any_other_option_is_taken_after_the_first_endpoint(
    name: str, inproc_endpoint: str
) -> None:
    with zmq4.Dealer(bind=inproc_endpoint) as dealer:
        for given, read in GOOD[name]:
            setattr(dealer, name, given)
            assert getattr(dealer, name) == read


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("sned_hwm", "send_hwm"),
        ("lingre", "linger"),
        ("recieve_timeout", "recv_timeout"),
        ("Conflate", "conflate"),
        ("binding", "bind"),
        ("routingid", "routing_id"),
    ],
)
def test_misspelt_option_is_told_what_was_meant(wrong: str, meant: str) -> None:
    options: dict[str, Any] = {wrong: 1}

    with pytest.raises(zmq4.OptionError, match=f'called "{wrong}"; did you mean "{meant}"'):
        zmq4.Push(**options)


def test_option_like_no_other_gets_no_guess() -> None:
    with pytest.raises(zmq4.OptionError, match='called "zzzz"') as raised:
        zmq4.Push(zzzz=1)  # type: ignore[call-arg]
    assert "did you mean" not in str(raised.value)


def test_misspelt_attribute_is_told_what_was_meant() -> None:
    with zmq4.Push() as push:
        for wrong, meant in {"sned_hwm": "send_hwm", "lingr": "linger"}.items():
            with pytest.raises(AttributeError, match=f"did you mean '{meant}'"):
                setattr(push, wrong, 1)


def test_options_of_one_socket_are_its_own() -> None:
    with zmq4.Push(send_hwm=5) as one, zmq4.Push() as other:
        other.send_hwm = 7
        other.metadata = {"X-A": "b"}

        assert (one.send_hwm, other.send_hwm) == (5, 7)
        assert one.metadata == {}


def test_metadata_read_is_a_copy() -> None:
    with zmq4.Push(metadata={"X-A": "b"}) as push:
        push.metadata["X-A"] = b"changed"

        assert push.metadata == {"X-A": b"b"}


def test_refused_constructor_leaves_no_socket(inproc_endpoint: str) -> None:
    with pytest.raises(zmq4.OptionError):
        zmq4.Push(bind=inproc_endpoint, send_hwm=-1)

    with zmq4.Push(bind=inproc_endpoint):
        pass


def test_option_that_changes_while_another_is_read_is_kept() -> None:
    class Sly(dict[str, bytes]):
        """Reading it lets another thread have a turn, in the worst of moments."""

        def items(self) -> Any:  # noqa: ANN401 (a view of a type that has no name here)
            push.send_hwm = 7
            return super().items()

    with zmq4.Push() as push:
        push.metadata = Sly({"X-Name": b"sly"})

        assert push.metadata == {"X-Name": b"sly"}
        assert push.send_hwm == 7


def test_threads_that_set_different_options_do_not_undo_each_other(crew: Crew) -> None:
    def rise(name: str) -> Callable[[], None]:
        def work() -> None:
            for value in range(2000):
                setattr(push, name, value)
                assert getattr(push, name) == value

        return work

    with zmq4.Push() as push:
        workers = [crew.start(rise(name)) for name in ("send_hwm", "recv_hwm", "backlog")]

        assert [worker.error() for worker in workers] == [None] * 3
