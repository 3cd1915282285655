"""The register of rules is whole: each is held by tests that exist, or says why it is not."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TypedDict

import pytest

from architecture.tree import ROOT


class Row(TypedDict, total=False):
    """What is known of one rule."""

    rule: str
    test: list[str]
    why: str


HERE = Path(__file__).parent
REGISTER: dict[str, dict[str, Row]] = tomllib.loads((HERE / "register.toml").read_text())
ROWS = [(part, name, row) for part, rows in REGISTER.items() for name, row in rows.items()]
NAMED = sorted({test for _, _, row in ROWS for test in row["test"]})
RUST_TEST = re.compile(r"#\[(?:tokio::)?test\b[^\n]*\]\s+(?:#\[[^\n]*\]\s+)*(?:async )?fn (\w+)\(")
NUMBERED = re.compile(r"test_rule_(\d\d)_")


@cache
def names_in(path: str) -> frozenset[str]:
    """Return the names of the tests in a file."""
    source = (ROOT / path).read_text()
    if path.endswith(".rs"):
        return frozenset(RUST_TEST.findall(source))
    functions = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    return frozenset(each.name for each in functions if each.name.startswith("test_"))


def numbers_in_names() -> set[str]:
    """Return the numbers of rules that stand in the names of this folder's tests."""
    names = {
        name for file in HERE.rglob("test_*.py") for name in names_in(str(file.relative_to(ROOT)))
    }
    return {match[1] for name in names if (match := NUMBERED.match(name))}


def test_no_rule_is_missing() -> None:
    assert list(REGISTER) == ["sockets", "pipes", "decided"]
    assert list(REGISTER["sockets"]) == [f"{number:02d}" for number in range(1, 77)]
    assert list(REGISTER["pipes"]) == [f"{number:02d}" for number in range(1, 26)]
    assert len(REGISTER["decided"]) == 13


@pytest.mark.parametrize(("part", "name", "row"), ROWS, ids=[f"{p}-{n}" for p, n, _ in ROWS])
def test_rule_is_held_by_a_test_or_says_why_not(part: str, name: str, row: Row) -> None:
    assert row.keys() == ({"test", "why"} if part == "decided" else {"rule", "test", "why"})
    assert row["test"] or row["why"], f"{part} {name}"
    assert len(set(row["test"])) == len(row["test"])


@pytest.mark.parametrize("named", NAMED)
def test_test_that_is_named_exists(named: str) -> None:
    path, _, name = named.partition("::")

    assert name in names_in(path)


def test_rule_that_tests_are_named_for_is_not_left_out() -> None:
    held = {number for number, row in REGISTER["sockets"].items() if row["test"]}

    assert numbers_in_names() <= held


def test_tests_of_rust_are_found() -> None:
    found = names_in("rust/zmq4-core/src/pattern/oracle_requests.rs")

    assert "a_correlated_reply_belongs_to_the_current_request" in found
    assert "nonsense" not in found
