"""Registers: lists of what can go wrong, each row with the tests that show that it does not."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from architecture.tree import ROOT


@dataclass(frozen=True, slots=True)
class Row:
    """What can go wrong, and where it is shown that it does not."""

    name: str
    title: str
    """What it is."""
    answer: str = ""
    """What holds all the same."""
    tests: list[str] = field(default_factory=list[str])
    """Of `make test`: files, or single tests of them."""
    soak: list[str] = field(default_factory=list[str])
    """Of `make soak`."""
    later: str = ""
    """Why there is no test yet."""

    def faults(self) -> list[str]:
        """Say what is wrong with the row itself."""
        found: list[str] = []
        if bool(self.tests) == bool(self.later):
            found.append("it has either tests, or a reason for none")
        if self.tests and not self.answer:
            found.append("it does not say what its tests show")
        if self.soak and not self.tests:
            found.append("what is only soaked is not shown by `make test`")
        found += [f"{each} is no test" for each in (*self.tests, *self.soak) if not is_test(each)]
        in_soak = [each for each in self.tests if each.startswith("tests/soak/")]
        found += [f"{each} is not of `make test`" for each in in_soak]
        others = [each for each in self.soak if not each.startswith("tests/soak/")]
        return found + [f"{each} is not of `make soak`" for each in others]


@dataclass(frozen=True, slots=True)
class Register:
    """A list of rows."""

    path: str
    rows: list[Row]

    @classmethod
    def read(cls, path: str, title: str, answer: str) -> Self:
        """Read a register, in which a row's title and answer have names of their own."""
        rows = [
            Row(name, each.pop(title), each.pop(answer, ""), **each)
            for name, each in tomllib.loads((ROOT / path).read_text()).items()
        ]
        return cls(path, rows)

    def numbers(self) -> list[int]:
        """Return the numbers of the rows that have some, be they written `7` or `M07`."""
        digits = (row.name.removeprefix("M") for row in self.rows)
        return [int(each) for each in digits if each.isdecimal()]

    def files(self) -> set[str]:
        """Return all files that rows name."""
        every = (each for row in self.rows for each in (*row.tests, *row.soak))
        return {each.partition("::")[0] for each in every}


def is_test(name: str) -> bool:
    """Tell whether a file is there and, behind `::`, a test in it."""
    path, _, test = name.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    source = file.read_text()
    if file.suffix == ".rs":
        return re.search(rf"#\[test\]\s*fn {test}\(", source) is not None or is_async(source, test)
    tests = set(names_in(ast.parse(source).body))
    return test in tests if test else bool(tests)


def names_in(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    """Yield the tests of a file as pytest names them, those of its classes too."""
    for each in body:
        if isinstance(each, ast.ClassDef) and each.name.startswith("Test"):
            yield from names_in(each.body, f"{each.name}::")
        elif isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and each.name.startswith(
            "test_"
        ):
            yield prefix + each.name


def is_async(source: str, test: str) -> bool:
    """Tell whether there is an asynchronous test of that name."""
    return re.search(rf"#\[tokio::test[^\]]*\]\s*async fn {test}\(", source) is not None
