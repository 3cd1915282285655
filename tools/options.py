"""Write what is made of the table of options: the native table, the stub, the keywords, the pages.

Usage: ``python tools/options.py [--check]``; with ``--check`` nothing is written, and the exit
status is 1 if a file is not what it should be.
"""

import argparse
import json
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from option_pages import defaults, page
from option_table import ROOT, Row, Table, read

BEGIN: Final = "Written by `make generate` from rust/zmq4-py/options.toml"
END: Final = "End of what `make generate` writes"


def main() -> int:
    """Write, or check, every file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    is_check: bool = parser.parse_args().check

    stale = {path: text for path, text in generated(read()).items() if content(path) != text}
    for path, text in stale.items():
        print(f"{'stale' if is_check else 'written'}: {path.relative_to(ROOT)}")
        if not is_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return int(is_check and bool(stale))


def content(path: Path) -> str:
    """Return what a file holds, nothing if it is not there."""
    return path.read_text() if path.is_file() else ""


def generated(table: Table) -> dict[Path, str]:
    """Return the text that each file should have."""
    files: dict[str, Callable[[Table, str], str]] = {
        "rust/zmq4-py/src/options/rows.rs": lambda table, _: rust(table),
        "python/zmq4/_native.pyi": lambda table, text: between_marks(text, attributes(table)),
        "python/zmq4/options.py": lambda table, text: between_marks(text, keywords(table)),
        "docs/reference/options.md": lambda table, _: page(table),
        "docs/reference/deviations.md": lambda table, text: between_marks(text, defaults(table)),
    }
    return {ROOT / name: make(table, content(ROOT / name)) for name, make in files.items()}


def between_marks(text: str, lines: Iterator[str]) -> str:
    """Return ``text`` with ``lines`` in place of what stands between the marks."""
    old = text.splitlines()
    begin = next(number for number, line in enumerate(old) if BEGIN in line)
    end = next(number for number, line in enumerate(old) if END in line)
    return "\n".join([*old[: begin + 1], *lines, *old[end:], ""])


# ── Rust ──────────────────────────────────────────────────────────────────────────────────────────


def rust(table: Table) -> str:
    """Return the native table."""
    return "\n".join(_rust_lines(table))


def _rust_lines(table: Table) -> Iterator[str]:
    yield f"//! The rows. {BEGIN}."
    yield ""
    yield "use zmq4_core::proto::SocketType;"
    yield ""
    yield "use super::table::{Option_, When, option};"
    yield "use crate::settings as set;"
    yield ""
    yield "/// The options of sockets."
    yield "pub(super) static TABLE: &[Option_] = &["
    for row in table.ours:
        sockets = ", ".join(_variant(each) for each in row.sockets)
        head = f"{_quoted(row.name)}, {_quoted(row.takes)}, {row.when.title()}, [{sockets}]"
        yield f"    option!({head}, set::{row.setter or row.name.upper()},"
        yield f"        {_quoted(row.doc)}),"
    yield "];"
    yield ""
    yield "/// What has become of each option of libzmq's: it *is* …"
    yield "pub(super) static LIBZMQ: &[(&str, &str)] = &["
    for row in table.options:
        for name in row.libzmq:
            yield f"    ({_quoted(name)}, {_quoted(_fate(row))}),"
    yield "];"
    yield ""


def _variant(socket: str) -> str:
    return "X" + socket[1:].title() if socket.startswith("X") else socket.title()


def _fate(row: Row) -> str:
    if row.name:
        return f"{row.name} here"
    words = "different here" if row.status == "different" else "not supported"
    return f"{words}: {row.why.replace('`', '')}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


# ── Python ────────────────────────────────────────────────────────────────────────────────────────


def attributes(table: Table) -> Iterator[str]:
    """Yield the attributes of `zmq4._native.Socket` for type checkers."""
    for row in table.ours:
        if row.read == row.given:
            yield f"    {row.name}: {row.read}"
            yield f'    """{row.doc}"""'
        else:
            yield "    @property"
            yield f"    def {row.name}(self) -> {row.read}:"
            yield f'        """{row.doc}"""'
            yield f"    @{row.name}.setter"
            yield f"    def {row.name}(self, value: {row.given}, /) -> None: ..."


def keywords(table: Table) -> Iterator[str]:
    """Yield the keywords of `zmq4.SocketOptions`."""
    for row in table.ours:
        rest = [f"Default {row.default.replace(chr(39), chr(34))}."]
        if row.sockets:
            rest.append(f"Only on {', '.join(row.sockets)}.")
        if row.more:
            rest.append(row.more)
        yield f"    {row.name}: {row.given}"
        line = f'    """{row.doc} {rest[0]}"""'
        if len(rest) == 1 and len(line) <= _WIDTH:
            yield line
            continue
        yield f'    """{row.doc}'
        yield ""
        yield from textwrap.wrap(
            " ".join(rest), _WIDTH - 4, initial_indent="    ", subsequent_indent="    "
        )
        yield '    """'


_WIDTH: Final = 100


if __name__ == "__main__":
    sys.exit(main())
