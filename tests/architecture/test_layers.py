"""The walls between the parts, as ``layers.toml`` and ``docs/architecture.md`` draw them."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Self

import pytest

from architecture.python_source import PythonFile
from architecture.rust_source import RustFile
from architecture.tree import ROOT, is_under, source_files

LAYERS: dict[str, Any] = tomllib.loads((ROOT / "tests/architecture/layers.toml").read_text())


@dataclass(frozen=True)
class Row:
    """One row of the table; see the head of ``layers.toml``."""

    part: str
    may_use: str
    must_not_know: str
    paths: tuple[str, ...]
    forbidden: tuple[str, ...]
    but_not: tuple[str, ...]

    @classmethod
    def read(cls, row: dict[str, Any]) -> Self:
        """Make a row of its TOML table."""
        return cls(
            part=row["part"],
            may_use=row["may_use"],
            must_not_know=row["must_not_know"],
            paths=tuple(row["paths"]),
            forbidden=tuple(row["forbidden"]),
            but_not=tuple(row.get("but_not", ())),
        )

    def files(self) -> Iterator[RustFile | PythonFile]:
        """Yield the files that the row is about."""
        for name in source_files(self.paths, ".rs", ".py"):
            if not is_under(name, self.but_not):
                text = (ROOT / name).read_text()
                yield RustFile(name, text) if name.endswith(".rs") else PythonFile(name, text)

    def forbids(self, path: str) -> bool:
        """Tell whether ``path`` is behind the wall, or anything that leads to it is."""
        steps = re.split(r"(::|\.)", path)
        heads = ("".join(steps[:end]) for end in range(1, len(steps) + 1, 2))
        return any(fnmatchcase(head, wall) for head in heads for wall in self.forbidden)


ROWS = [Row.read(row) for row in LAYERS["row"]]


@cache
def root_names(crate: str) -> dict[str, str]:
    """Map what a crate's root re-exports to the modules that it comes from."""
    name = f"{crate}/src/lib.rs"
    return RustFile(name, (ROOT / name).read_text()).reexports()


def behind_reexport(file: RustFile | PythonFile, path: str) -> str:
    """Follow ``crate::Name`` to the module that defines the name."""
    head, _, rest = path.partition("::")
    if isinstance(file, PythonFile) or head != "crate":
        return path
    name, _, tail = rest.partition("::")
    origin = root_names(file.name.partition("/src/")[0]).get(name)
    return "::".join(filter(None, [origin, tail])) if origin else path


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.part.replace("`", ""))
def test_part_keeps_behind_its_wall(row: Row) -> None:
    trespasses = [
        f"{file.name}:{line}: {path}"
        for file in row.files()
        for line, path in file.paths()
        if row.forbids(path) or row.forbids(behind_reexport(file, path))
    ]

    assert trespasses == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.part.replace("`", ""))
def test_row_is_about_files_that_exist(row: Row) -> None:
    assert list(row.files()) != []


def test_wall_stands_before_all_that_lies_behind_it() -> None:
    row = Row("", "", "", (), forbidden=("crate::session", "zmq4._*"), but_not=())

    assert row.forbids("crate::session")
    assert row.forbids("crate::session::ingress::read")
    assert row.forbids("zmq4._native.Socket")
    assert not row.forbids("crate::sessions")
    assert not row.forbids("zmq4.Push")


def test_document_and_rows_say_the_same() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    section = page.partition("\n## 2.")[2].partition("\n## ")[0]
    cells = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in section.splitlines()
        if line.startswith("|")
    ]

    assert cells[2:] == [(row.part, row.may_use, row.must_not_know) for row in ROWS]


def test_unsafe_code_stays_where_it_is_allowed() -> None:
    found = [
        f"{name}:{line}"
        for name in source_files(["rust"], ".rs")
        if not is_under(name, LAYERS["unsafe"]["allowed"])
        for line in RustFile(name, (ROOT / name).read_text()).unsafe_lines()
    ]

    assert found == []


def test_no_python_module_imports_private_names_of_another() -> None:
    found = [
        f"{name}:{line}: {path}"
        for name in source_files(["python/zmq4"], ".py")
        for line, path in PythonFile(name, (ROOT / name).read_text()).private_names()
    ]

    assert found == []


def test_only_the_command_line_writes_to_stdout() -> None:
    found = [
        f"{name}:{line}"
        for name in source_files(["python/zmq4"], ".py")
        if not is_under(name, LAYERS["stdout"]["allowed"])
        for line in PythonFile(name, (ROOT / name).read_text()).writes_to_stdout()
    ]

    assert found == []
