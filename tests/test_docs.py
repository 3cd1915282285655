"""What the README, the guide and the reference show, runs.

A page's `python` blocks are one program. A page may show files instead, `python server.py`, and what
is typed, `console`: then the files are written, the commands are typed, and what they print is
compared with what the page says.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from fixtures.children import Children
from fixtures.clock import DEADLINE

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs/guide").rglob("*.md")),
    *sorted((ROOT / "docs/reference").rglob("*.md")),
]

_BLOCK = re.compile(
    r"^```(?P<language>\w+)(?: (?P<file>\S+))?\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)

_RUN = """\
import pathlib, sys
page, program = sys.argv[1:]
exec(compile(pathlib.Path(program).read_text(), page, "exec"), {"__name__": "__main__"})
"""


class Block(NamedTuple):
    """A block of code on a page."""

    language: str
    file: str | None
    code: str
    line: int
    """The first line of the code, from 0."""


def blocks_of(page: str) -> Iterator[Block]:
    for found in _BLOCK.finditer(page):
        line = page.count("\n", 0, found.start("code"))
        yield Block(found["language"], found["file"], found["code"], line)


def program_of(page: str) -> str:
    """Return the blocks of a page as one program, each line where it stands on the page."""
    lines = [""] * page.count("\n")
    for block in blocks_of(page):
        if (block.language, block.file) == ("python", None):
            code = block.code.splitlines()
            lines[block.line : block.line + len(code)] = code
    return "\n".join(lines) + "\n"


def shows_files(page: str) -> bool:
    return any(block.file for block in blocks_of(page))


def script_of(page: str) -> tuple[str, list[str]]:
    """Return what a page lets its reader do, as a script of the shell, and what that prints.

    Each block of commands is followed by a line of its own, so that outputs can be told apart.
    """
    script, printed = [], []
    for block in blocks_of(page):
        if block.file is not None:
            script += [f"cat > {block.file} <<'END OF FILE'", block.code + "END OF FILE"]
        elif block.language == "console":
            lines = block.code.splitlines()
            script += [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
            script.append("echo END OF BLOCK")
            printed.append("".join(f"{line}\n" for line in lines if not line.startswith("$ ")))
    return "\n".join(script) + "\n", printed


def page_named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=page_named)
def test_page_runs_without_a_warning(page: Path, children: Children, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(program_of(page.read_text()))

    children.run(_RUN, str(page), str(program), flags=["-X", "dev", "-W", "error"])


@pytest.mark.parametrize(
    "page", [page for page in PAGES if shows_files(page.read_text())], ids=page_named
)
def test_files_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    script, printed = script_of(page.read_text())

    output, errors = typed(script, tmp_path)

    assert output.split("END OF BLOCK\n") == [*printed, ""], errors
    assert "Traceback" not in errors
    assert "Warning" not in errors


@pytest.mark.parametrize("page", PAGES, ids=page_named)
def test_page_shows_code(page: Path) -> None:
    assert program_of(page.read_text()).strip() or shows_files(page.read_text())


def test_lines_of_a_program_are_those_of_the_page() -> None:
    page = "# Title\n\n```python\na = 1\n```\n\ntext\n\n```python\nb = 2\n```\n"

    assert program_of(page).splitlines()[3] == "a = 1"
    assert program_of(page).splitlines()[9] == "b = 2"


def test_script_writes_files_and_types_commands(tmp_path: Path) -> None:
    page = "```python a.py\nprint(1)\n```\n\n```console\n$ python a.py\n1\n$ python a.py\n1\n```\n"
    script, printed = script_of(page)

    assert printed == ["1\n1\n"]
    assert typed(script, tmp_path)[0] == "1\n1\nEND OF BLOCK\n"


def typed(script: str, folder: Path) -> tuple[str, str]:
    """Run a script in a folder; what it leaves in the background is ended with it."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONDEVMODE": "1",
        "PYTHONWARNINGS": "error",
    }
    # What still has the shell's output is ended, for its end to be seen; the shell itself goes on.
    stop = "trap '' TERM\nkill 0\nwait\n"
    with subprocess.Popen(
        ["bash", "-c", script + stop],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            return shell.communicate(timeout=6 * DEADLINE)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            raise
