"""Threats, faults, complaints and scenarios: every one has its tests, and every such test is for one of them."""

import pytest

from architecture.registers import Register, Row
from architecture.tree import ROOT, source_files

REGISTERS = {
    "threats": (Register.read("tests/hostile/threats.toml", "threat", "limit"), 37),
    "faults": (Register.read("tests/faults/faults.toml", "fault", "promise"), 25),
    "complaints": (Register.read("tests/complaints/complaints.toml", "complaint", "better"), 20),
    "majordomo": (Register.read("tests/majordomo/register.toml", "scenario", "shows"), 108),
}


@pytest.mark.parametrize("name", REGISTERS)
def test_register_has_a_row_for_every_number(name: str) -> None:
    register, last = REGISTERS[name]

    assert register.numbers() == [*range(1, last + 1)]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{name}-{row.name}")
        for name, (register, _) in REGISTERS.items()
        for row in register.rows
    ],
)
def test_row_names_tests_that_there_are_or_says_why_not(row: Row) -> None:
    assert row.faults() == []


@pytest.mark.parametrize(
    "folder",
    [
        "tests/hostile",
        "tests/faults",
        "tests/complaints",
        "tests/soak",
        "tests/process",
        "tests/majordomo",
    ],
)
def test_every_test_is_for_a_row(folder: str) -> None:
    named = {file for register, _ in REGISTERS.values() for file in register.files()}
    tests = {file for file in source_files([folder], ".py") if "/test_" in file}

    assert tests - named == set()


def test_every_test_that_is_soaked_is_named() -> None:
    named = {
        each for register, _ in REGISTERS.values() for row in register.rows for each in row.soak
    }
    there = {
        f"{file}::{line.split('(')[0].split()[-1]}"
        for file in source_files(["tests/soak"], ".py")
        for line in (ROOT / file).read_text().splitlines()
        if line.startswith(("def test_", "async def test_"))
    }

    assert named == there


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (Row("1", "x"), "either tests, or a reason"),
        (Row("1", "x", tests=["tests/hostile/test_friends.py"]), "does not say what"),
        (Row("1", "x", later="so", soak=["tests/soak/test_hostile.py"]), "only soaked"),
        (Row("1", "x", "y", ["tests/hostile/test_nothing.py"]), "is no test"),
        (Row("1", "x", "y", ["tests/hostile/victim.py"]), "is no test"),
        (Row("1", "x", "y", ["tests/hostile/test_friends.py::test_no"]), "is no test"),
        (Row("1", "x", "y", ["rust/zmq4-core/src/throttle.rs::new"]), "is no test"),
        (Row("1", "x", "y", ["tests/soak/test_hostile.py"]), "not of `make test`"),
    ],
)
def test_row_that_lacks_something_says_what(row: Row, fault: str) -> None:
    assert any(fault in each for each in row.faults())
