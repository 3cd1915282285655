"""The table of options is whole, what is made of it is up to date, and nothing in it is ignored."""

import ast
import importlib.util
import tomllib
from pathlib import Path

import pytest

import options
from architecture.tree import ROOT
from option_table import Row, Table, TableError, read

TABLE = read()
LIBZMQ: dict[str, dict[str, int]] = tomllib.loads(
    (ROOT / "tests/architecture/libzmq_options.toml").read_text()
)
PROOFS: dict[str, dict[str, str]] = tomllib.loads(
    (ROOT / "tests/architecture/option_proofs.toml").read_text()
)


def numbers(rows: list[Row]) -> dict[str, int]:
    """Return libzmq's numbers by its names."""
    return {name: number for row in rows for name, number in row.libzmq.items()}


@pytest.mark.parametrize("path", options.generated(TABLE), ids=lambda path: path.name)
def test_what_is_made_of_the_table_is_up_to_date(path: Path) -> None:
    assert path.read_text() == options.generated(TABLE)[path], "run `make generate`"


def test_every_option_of_libzmq_has_a_row_with_its_number() -> None:
    assert numbers(TABLE.options) == LIBZMQ["socket"] | LIBZMQ["alias"]
    assert numbers(TABLE.contexts) == LIBZMQ["context"]


@pytest.mark.requires_peer("python:zmq")
def test_numbers_are_those_of_the_field() -> None:
    assert importlib.util.find_spec("zmq")
    import zmq

    known = numbers(TABLE.options)
    theirs = {each.name: each.value for each in zmq.SocketOption}
    # Of libzmq 2, and of contexts.
    del theirs["HWM"], theirs["BLOCKY"]

    assert theirs.items() <= known.items()
    assert {each.name: each.value for each in zmq.ContextOption}.items() <= numbers(
        TABLE.contexts
    ).items()


def test_every_option_has_a_test_that_shows_it_at_work() -> None:
    names = {row.name for row in TABLE.ours}

    assert PROOFS["proofs"].keys() == names


@pytest.mark.parametrize(("name", "proof"), PROOFS["proofs"].items())
def test_proof_of_an_option_sets_it(name: str, proof: str) -> None:
    path, _, test = proof.partition("::")
    source = (ROOT / path).read_text()
    found = [
        ast.get_source_segment(source, node) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == test
    ]

    assert len(found) == 1
    assert f"{name}=" in found[0] or f".{name} = " in found[0]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (Row(), "neither a name"),
        (Row(libzmq={"A": 1}), "with status"),
        (Row(libzmq={"A": 1}, status="different"), "with why"),
        (Row(libzmq={"A": 1}, status="supported"), "without a name"),
        (Row("a", {"A": 1}, "not supported", "so"), "though it is not supported"),
        (Row("a", kind="words"), "no row of KINDS"),
        (Row("a", kind="choice"), "choices and type"),
        (Row("a", kind="bool"), "no default"),
        (Row("a", kind="bool", default="1", when="soon"), "when 'soon'"),
        (Row("a", kind="bool", default="1", when="now", sockets=["PUT"]), "types of sockets"),
        (Row("a", kind="bool", default="1", when="now", doc="no sentence"), "one sentence"),
    ],
    ids=lambda each: each if isinstance(each, str) else "row",
)
def test_row_that_lacks_something_says_what(row: Row, fault: str) -> None:
    assert any(fault in each for each in row.faults(is_of_context=False))


def test_table_that_contradicts_itself_is_not_read(tmp_path: Path) -> None:
    source = tmp_path / "options.toml"
    source.write_text("""
        [[option]]
        libzmq = { A = 1 }
        status = "not supported"
        why = "so"
        [[option]]
        libzmq = { A = 1 }
        [[option]]
        nmae = "a"
        [[optoin]]
    """)

    with pytest.raises(TableError) as raised:
        read(source)

    told = str(raised.value).splitlines()
    assert len(told) == 4
    for line, words in zip(told, ["status", "unknown fields", "twice", "no part"], strict=True):
        assert words in line


def test_empty_table_makes_empty_lists() -> None:
    assert list(options.attributes(Table([], []))) == []
    assert list(options.keywords(Table([], []))) == []
