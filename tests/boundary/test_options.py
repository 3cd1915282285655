"""Options: every row of the native table is a keyword, an attribute, and declared to checkers."""

import ast
import math
import typing
from collections.abc import Iterator
from itertools import pairwise

import pytest

import option_table
import zmq4
from boundary.declared import classes_of
from zmq4 import Backoff, Heartbeat, SocketOptions, TcpKeepalive, _native

ALL = {row[0]: row for row in _native.OPTIONS}
CLASSES: dict[str, type[zmq4.Push]] = {
    value._socket_type: value
    for value in vars(zmq4).values()
    if isinstance(value, type) and issubclass(value, _native.Socket)
}


def has(name: str, socket_type: str) -> bool:
    """Tell whether sockets of a type have the option."""
    return not ALL[name][5] or socket_type in ALL[name][5]


ROWS = {name: row for name, row in ALL.items() if any(has(name, each) for each in CLASSES)}
"""The options of the types that there are."""
PAIR = zmq4.KeyPair.generate()
KINDS: dict[str, list[object]] = {
    "messages": [0, 1, 1000, 1 << 40],
    "octets": [0, 1, 65536],
    "octets or None": [None, 4096, 65536],
    "seconds or None": [None, 0.0, 0.25, 3600.0],
    "block, drop_newest, drop_oldest or error": ["block", "drop_newest", "drop_oldest", "error"],
    "error or drop": ["error", "drop"],
    "2.0, 3.0 or 3.1": ["2.0", "3.0", "3.1"],
    "connect, disconnect, both or None": [None, "connect", "disconnect", "both"],
    "any of refused, handshake_failed, disconnected": [
        frozenset(),
        {"refused"},
        frozenset(["disconnected", "handshake_failed"]),
    ],
    "bool": [True, False],
    "Heartbeat or None": [None, Heartbeat(5, timeout=15, ttl=20), Heartbeat(0.5, timeout=1)],
    "Backoff or None": [None, Backoff(0.1, max=10, jitter=0), Backoff(1, max=1, jitter=1)],
    "TcpKeepalive or None": [None, TcpKeepalive(), TcpKeepalive(1, 2, 3)],
    "connections": [0, 1, 4096],
    "descriptor or None": [None, 0, 1 << 20],
    "name or None": [None, "lo", "x" * 15],
    "octet": [0, 1, 255],
    "priority": [0, 6, 1 << 30],
    "seconds": [0.0, 0.00005, 2.0],
    "subscriptions": [0, 1, 1 << 40],
    "frames": [1, 65536],
    "bytes": [b"", b"me", b"x" * 255],
    "Security": [
        zmq4.Null(),
        zmq4.PlainClient("alice", "hunter2"),
        zmq4.PlainServer({"alice": "hunter2"}, deny_from="10.0.0.0/8"),
        zmq4.CurveClient(server_key=PAIR.public, keys=PAIR),
        zmq4.CurveServer(PAIR, {PAIR.public}),
    ],
    "mapping": [{}, {"X-Role": b"source", "X-Other": b""}],
}
SOCKET_TYPES = {
    *("PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB")
}
WRONG: dict[str, list[object]] = {
    "messages": [-1, 1.5, "many", None, True],
    "octets": [-1, 1.5, "64 parsecs", "MiB", "", None],
    "octets or None": [-1, 1.5, "64 parsecs"],
    "seconds or None": [-1, math.nan, "1 s", b""],
    "block, drop_newest, drop_oldest or error": ["explode", "", None, 1],
    "error or drop": ["explode", "", None, True],
    "2.0, 3.0 or 3.1": ["1.0", "3", "", None, 3.0],
    "connect, disconnect, both or None": ["explode", "", False, 3],
    "any of refused, handshake_failed, disconnected": ["refused", {"never"}, {1}, None, 5],
    "bool": [1, 0, None, "True"],
    "Heartbeat or None": [5, "5 s"],
    "Backoff or None": [5, "5 s"],
    "TcpKeepalive or None": [5, True],
    "connections": [-1, "many", None],
    "descriptor or None": [-1, 1.5, "0", True, 1 << 31],
    "name or None": ["", "x" * 16, "a/b", b"lo", 5],
    "octet": [-1, 256, 1.5, "5", None, True],
    "priority": [-1, 1.5, "5", None, True, 1 << 31],
    "seconds": [-1, math.nan, math.inf, "1 s", None, True],
    "subscriptions": [-1, 1.5, "many", None, True],
    "frames": [0, -1, None],
    "bytes": ["text", 5, None],
    "Security": [None, "null", 5, zmq4.Null, PAIR],
    "mapping": [{"Role": b"x"}, {"X-Role": 5}, [("X-Role", b"x")], None],
}


def class_with(name: str) -> type[zmq4.Push]:
    """Return a class that has the option."""
    return next(each for socket_type, each in CLASSES.items() if has(name, socket_type))


@pytest.fixture
def push() -> Iterator[zmq4.Push]:
    with zmq4.Push() as sock:
        yield sock


@pytest.fixture
def sock(name: str) -> Iterator[zmq4.Push]:
    """Make a socket that has the option that the test is about."""
    with class_with(name)() as made:
        yield made


def cases(values: dict[str, list[object]]) -> list[tuple[str, object]]:
    return [(name, value) for name, row in ROWS.items() for value in values[row[1]]]


def test_rows_are_what_the_contract_says() -> None:
    assert len(ALL) == len(_native.OPTIONS)
    for name, kind, _, when, text, sockets in _native.OPTIONS:
        assert name.isidentifier()
        assert kind in KINDS
        assert when in {"now", "next", "fixed", "call"}
        assert text.endswith(".")
        assert set(sockets) <= SOCKET_TYPES


def test_every_row_is_a_keyword_for_checkers_and_no_keyword_is_without_a_row() -> None:
    assert set(SocketOptions.__annotations__) == set(ALL)
    assert SocketOptions.__total__ is False


def test_every_keyword_is_documented() -> None:
    body = classes_of("options.py")["SocketOptions"].body
    pairs = dict(pairwise(body))
    documented = [
        ast.unparse(field.target)
        for field, text in pairs.items()
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    ]

    assert sorted(documented) == sorted(ALL)


def test_every_row_is_an_attribute_for_checkers_with_the_same_words() -> None:
    body = classes_of("_native.pyi")["Socket"].body
    words: dict[str, str] = {}
    for statement, following in pairwise(body):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                words[name] = text
            case ast.FunctionDef(name=name), _ if name in ALL:
                words.setdefault(name, ast.get_docstring(statement) or "")
            case _:
                pass

    assert set(words) - {"_socket_type"} == set(ALL)
    for name, (_, _, _, _, text, _) in ALL.items():
        assert comparable(words[name]) == comparable(text), name


def comparable(sentence: str) -> list[str]:
    """Return the words, without the unit that a type checker's reader needs in addition."""
    return sentence.replace(", in seconds", "").replace(", in octets", "").rstrip(".").split()


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_an_attribute_that_says_the_same(name: str, sock: zmq4.Push) -> None:
    _, _, default, _, text, _ = ROWS[name]

    assert vars(_native.Socket)[name].__doc__ == text
    if default == "see its class":
        assert typing.get_type_hints(SocketOptions)[name]
    else:
        assert getattr(sock, name) == default


@pytest.mark.parametrize("name", ROWS)
def test_default_is_what_the_reference_says(name: str, sock: zmq4.Push) -> None:
    (row,) = (row for row in option_table.read().ours if row.name == name)
    before = getattr(sock, name)

    setattr(sock, name, eval(row.default, vars(zmq4)))  # noqa: S307 (a row of our own)

    assert getattr(sock, name) == before


def test_default_of_a_context_is_what_the_reference_says() -> None:
    (row,) = (row for row in option_table.read().contexts if row.name)
    with zmq4.Context() as context:
        assert str(getattr(context, row.name)) == row.default


@pytest.mark.parametrize(("name", "value"), cases(KINDS))
def test_value_is_given_back_as_it_was_set(name: str, value: object, sock: zmq4.Push) -> None:
    setattr(sock, name, value)
    assert getattr(sock, name) == value

    with class_with(name)(**{name: value}) as other:  # type: ignore[misc]
        assert getattr(other, name) == value


@pytest.mark.parametrize(("name", "value"), cases(WRONG))
def test_value_out_of_range_changes_nothing(name: str, value: object, sock: zmq4.Push) -> None:
    before = getattr(sock, name)

    with pytest.raises((zmq4.OptionError, TypeError, AttributeError)):
        setattr(sock, name, value)
    with pytest.raises((zmq4.OptionError, TypeError, AttributeError)):
        class_with(name)(**{name: value})  # type: ignore[misc]

    assert getattr(sock, name) == before


@pytest.mark.parametrize(("name", "value"), cases(WRONG))
def test_value_out_of_range_is_an_option_error_that_names_the_option(
    name: str, value: object, sock: zmq4.Push
) -> None:
    with pytest.raises(zmq4.OptionError, match=f"^{name}: "):
        setattr(sock, name, value)


@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if row[1].startswith("octets")]
)
@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("64", 64),
        ("64B", 64),
        ("64kB", 64000),
        ("64KiB", 65536),
        ("1 MB", 10**6),
        ("1MiB", 1 << 20),
    ],
)
def test_octets_may_have_a_unit(name: str, text: str, octets: int, sock: zmq4.Push) -> None:
    setattr(sock, name, text)

    assert getattr(sock, name) == octets


@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if row[1] == "seconds or None"]
)
def test_infinity_is_no_limit(name: str, sock: zmq4.Push) -> None:
    setattr(sock, name, math.inf)

    assert getattr(sock, name) is None


@pytest.mark.parametrize("name", ROWS)
def test_option_changes_when_its_row_says(name: str, sock: zmq4.Push) -> None:
    value = KINDS[ROWS[name][1]][-1]
    sock.bind(f"inproc://boundary-options-{name}")

    if ROWS[name][3] == "fixed":
        with pytest.raises(zmq4.OptionError, match="before the first bind or connect"):
            setattr(sock, name, value)
    else:
        setattr(sock, name, value)
        assert getattr(sock, name) == value


@pytest.mark.parametrize("name", ROWS)
def test_option_cannot_be_deleted(name: str, sock: zmq4.Push) -> None:
    with pytest.raises(AttributeError):
        delattr(sock, name)


@pytest.mark.parametrize("name", ROWS)
def test_misspelt_option_is_told_which_was_meant(name: str, sock: zmq4.Push) -> None:
    misspelt = name[:2] + name[2:4][::-1] + name[4:]
    if misspelt == name:
        misspelt += "_"

    with pytest.raises(zmq4.OptionError, match=f'did you mean "{name}"'):
        class_with(name)(**{misspelt: 1})  # type: ignore[misc]
    with pytest.raises(AttributeError, match=f"did you mean '{name}'"):
        setattr(sock, misspelt, 1)


@pytest.mark.parametrize("name", [name for name, row in ALL.items() if row[5]])
@pytest.mark.parametrize("socket_type", CLASSES)
def test_option_of_other_types_is_refused_and_says_whose_it_is(name: str, socket_type: str) -> None:
    if has(name, socket_type):
        return  # not another type
    value = KINDS[ALL[name][1]][-1]

    with pytest.raises(zmq4.OptionError, match=f"^{name}: .*{ALL[name][5][-1]} sockets have this"):
        CLASSES[socket_type](**{name: value})  # type: ignore[misc]
    with CLASSES[socket_type]() as sock:
        with pytest.raises(zmq4.OptionError, match=f"{socket_type} sockets do not"):
            setattr(sock, name, value)
        with pytest.raises(AttributeError, match=f"{socket_type} sockets do not"):
            getattr(sock, name)


@pytest.mark.parametrize(
    ("theirs", "here"),
    [
        ("SNDHWM", "libzmq's SNDHWM is send_hwm here"),
        ("zmq_rcvtimeo", "libzmq's RCVTIMEO is recv_timeout here"),
        ("router_mandatory", "libzmq's ROUTER_MANDATORY is on_unroutable here"),
        ("rcvmore", "is different here: messages are received whole"),
        ("curve_server", r"is different here: security=CurveServer\(keys, …\)"),
        ("ipc_filter_uid", "is not supported: deprecated"),
    ],
)
def test_option_of_libzmq_is_told_what_became_of_it(theirs: str, here: str) -> None:
    with pytest.raises(zmq4.OptionError, match=here):
        zmq4.Push(**{theirs: 1})  # type: ignore[misc]


def test_several_names_that_look_alike_are_all_told() -> None:
    with pytest.raises(zmq4.OptionError, match='did you mean "send_timeout" or "recv_timeout"'):
        zmq4.Push(timeout=1)  # type: ignore[call-arg]


def test_options_of_two_threads_do_not_undo_each_other(push: zmq4.Push) -> None:
    import threading

    def count(name: str) -> None:
        for number in range(2000):
            setattr(push, name, number)
            assert getattr(push, name) == number

    failures: list[object] = []
    hook, threading.excepthook = threading.excepthook, failures.append
    threads = [threading.Thread(target=count, args=[name]) for name in ("send_hwm", "recv_hwm")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    threading.excepthook = hook

    assert failures == []
