"""What the README, the guide and the reference show, runs: each page's `python` blocks are one program."""

import re
from pathlib import Path

import pytest

from fixtures.children import Children

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs/guide").rglob("*.md")),
    *sorted((ROOT / "docs/reference").rglob("*.md")),
]

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)

_RUN = """\
import pathlib, sys
page, program = sys.argv[1:]
exec(compile(pathlib.Path(program).read_text(), page, "exec"), {"__name__": "__main__"})
"""


def program_of(page: str) -> str:
    """Return the blocks of a page as one program, each line where it stands on the page."""
    lines = [""] * page.count("\n")
    for block in _BLOCK.finditer(page):
        first = page.count("\n", 0, block.start(1))
        code = block[1].splitlines()
        lines[first : first + len(code)] = code
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page_runs_without_a_warning(page: Path, children: Children, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(program_of(page.read_text()))

    children.run(_RUN, str(page), str(program), flags=["-X", "dev", "-W", "error"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page_shows_code(page: Path) -> None:
    assert program_of(page.read_text()).strip()


def test_lines_of_a_program_are_those_of_the_page() -> None:
    page = "# Title\n\n```python\na = 1\n```\n\ntext\n\n```python\nb = 2\n```\n"

    assert program_of(page).splitlines()[3] == "a = 1"
    assert program_of(page).splitlines()[9] == "b = 2"
