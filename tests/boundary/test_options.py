"""Options: every row of the native table is a keyword, an attribute, and declared to checkers."""

import ast
import math
import typing
from collections.abc import Iterator
from itertools import pairwise

import pytest

import zmq4
from boundary.declared import classes_of
from zmq4 import Backoff, Heartbeat, SocketOptions, TcpKeepalive, _native

ROWS = {row[0]: row for row in _native.OPTIONS}
KINDS: dict[str, list[object]] = {
    "messages": [0, 1, 1000, 1 << 40],
    "octets": [0, 1, 65536],
    "octets or None": [None, 4096, 65536],
    "seconds or None": [None, 0.0, 0.25, 3600.0],
    "choice": ["block", "drop_newest", "drop_oldest", "error"],
    "bool": [True, False],
    "Heartbeat or None": [None, Heartbeat(5, timeout=15, ttl=20), Heartbeat(0.5, timeout=1)],
    "Backoff or None": [None, Backoff(0.1, max=10, jitter=0), Backoff(1, max=1, jitter=1)],
    "TcpKeepalive or None": [None, TcpKeepalive(), TcpKeepalive(1, 2, 3)],
    "connections": [0, 1, 4096],
    "frames": [1, 65536],
    "bytes": [b"", b"me", b"x" * 255],
    "mapping": [{}, {"X-Role": b"source", "X-Other": b""}],
}
WRONG: dict[str, list[object]] = {
    "messages": [-1, 1.5, "many", None, True],
    "octets": [-1, 1.5, "64 parsecs", "MiB", "", None],
    "octets or None": [-1, 1.5, "64 parsecs"],
    "seconds or None": [-1, math.nan, "1 s", b""],
    "choice": ["explode", "", None, 1],
    "bool": [1, 0, None, "True"],
    "Heartbeat or None": [5, "5 s"],
    "Backoff or None": [5, "5 s"],
    "TcpKeepalive or None": [5, True],
    "connections": [-1, "many", None],
    "frames": [0, -1, None],
    "bytes": ["text", b"x" * 256, b"\0me", None],
    "mapping": [{"Role": b"x"}, {"X-Role": 5}, [("X-Role", b"x")], None],
}


@pytest.fixture
def push() -> Iterator[zmq4.Push]:
    with zmq4.Push() as sock:
        yield sock


def cases(values: dict[str, list[object]]) -> list[tuple[str, object]]:
    return [(name, value) for name, row in ROWS.items() for value in values[row[1]]]


def test_rows_are_what_the_contract_says() -> None:
    assert len(ROWS) == len(_native.OPTIONS)
    for name, kind, _, when, text in _native.OPTIONS:
        assert name.isidentifier()
        assert kind in KINDS
        assert when in {"now", "next", "fixed", "call"}
        assert text.endswith(".")


def test_every_row_is_a_keyword_for_checkers_and_no_keyword_is_without_a_row() -> None:
    assert set(SocketOptions.__annotations__) == set(ROWS)
    assert SocketOptions.__total__ is False


def test_every_keyword_is_documented() -> None:
    body = classes_of("options.py")["SocketOptions"].body
    pairs = dict(pairwise(body))
    documented = [
        ast.unparse(field.target)
        for field, text in pairs.items()
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    ]

    assert sorted(documented) == sorted(ROWS)


def test_every_row_is_an_attribute_for_checkers_with_the_same_words() -> None:
    body = classes_of("_native.pyi")["Socket"].body
    words: dict[str, str] = {}
    for statement, following in pairwise(body):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                words[name] = text
            case ast.FunctionDef(name=name), _ if name in ROWS:
                words.setdefault(name, ast.get_docstring(statement) or "")
            case _:
                pass

    assert set(words) - {"_socket_type"} == set(ROWS)
    for name, (_, _, _, _, text) in ROWS.items():
        assert comparable(words[name]) == comparable(text), name


def comparable(sentence: str) -> list[str]:
    """Return the words, without the unit that a type checker's reader needs in addition."""
    return sentence.replace(", in seconds", "").replace(", in octets", "").rstrip(".").split()


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_an_attribute_that_says_the_same(name: str, push: zmq4.Push) -> None:
    _, _, default, _, text = ROWS[name]

    assert vars(_native.Socket)[name].__doc__ == text
    if default == "see its class":
        assert typing.get_type_hints(SocketOptions)[name]
    else:
        assert getattr(push, name) == default


@pytest.mark.parametrize(("name", "value"), cases(KINDS))
def test_value_is_given_back_as_it_was_set(name: str, value: object, push: zmq4.Push) -> None:
    setattr(push, name, value)
    assert getattr(push, name) == value

    with zmq4.Push(**{name: value}) as other:  # type: ignore[misc]
        assert getattr(other, name) == value


@pytest.mark.parametrize(("name", "value"), cases(WRONG))
def test_value_out_of_range_changes_nothing(name: str, value: object, push: zmq4.Push) -> None:
    before = getattr(push, name)

    with pytest.raises((zmq4.OptionError, TypeError, AttributeError)):
        setattr(push, name, value)
    with pytest.raises((zmq4.OptionError, TypeError, AttributeError)):
        zmq4.Push(**{name: value})  # type: ignore[misc]

    assert getattr(push, name) == before


@pytest.mark.parametrize(("name", "value"), cases(WRONG))
def test_value_out_of_range_is_an_option_error_that_names_the_option(
    name: str, value: object, push: zmq4.Push
) -> None:
    with pytest.raises(zmq4.OptionError, match=f"^{name}: "):
        setattr(push, name, value)


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
def test_octets_may_have_a_unit(name: str, text: str, octets: int, push: zmq4.Push) -> None:
    setattr(push, name, text)

    assert getattr(push, name) == octets


@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if row[1] == "seconds or None"]
)
def test_infinity_is_no_limit(name: str, push: zmq4.Push) -> None:
    setattr(push, name, math.inf)

    assert getattr(push, name) is None


@pytest.mark.parametrize("name", ROWS)
def test_option_changes_when_its_row_says(name: str, push: zmq4.Push) -> None:
    value = KINDS[ROWS[name][1]][-1]
    push.bind(f"inproc://boundary-options-{name}")

    if ROWS[name][3] == "fixed":
        with pytest.raises(zmq4.OptionError, match="before the first bind or connect"):
            setattr(push, name, value)
    else:
        setattr(push, name, value)
        assert getattr(push, name) == value


@pytest.mark.parametrize("name", ROWS)
def test_option_cannot_be_deleted(name: str, push: zmq4.Push) -> None:
    with pytest.raises(AttributeError):
        delattr(push, name)


@pytest.mark.parametrize("name", ROWS)
def test_misspelt_option_is_told_which_was_meant(name: str, push: zmq4.Push) -> None:
    misspelt = name[:2] + name[3] + name[2] + name[4:]
    if misspelt == name:
        misspelt += "_"

    with pytest.raises(zmq4.OptionError, match=f'did you mean "{name}"'):
        zmq4.Push(**{misspelt: 1})  # type: ignore[misc]
    with pytest.raises(AttributeError, match=f"did you mean '{name}'"):
        setattr(push, misspelt, 1)


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
