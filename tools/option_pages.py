"""The pages that are made of the table of options."""

from collections.abc import Iterator
from typing import Final

from option_table import KINDS, MOMENTS, Row, Table


def page(table: Table) -> str:
    """Return the reference page of options."""
    kinds = {row.kind for row in table.ours}
    takes = [
        f"- {name}: {kind.words}"
        for name, kind in KINDS.items()
        if name in kinds and not name.startswith("choice")
    ]
    changes = [f"- {name}: {words}" for name, words in MOMENTS.items()]
    return _PAGE.format(
        sockets=_lines(_sockets(table)),
        takes="\n".join(takes),
        changes="\n".join(changes),
        contexts=_lines(_contexts(table)),
        socket_fates=_lines(_fates(table.options)),
        context_fates=_lines(_fates(table.contexts)),
    )


def defaults(table: Table) -> Iterator[str]:
    """Yield the list of defaults that are not libzmq's."""
    yield ""
    yield "| option | default | libzmq's |"
    yield "|---|---|---|"
    for row in table.ours:
        if row.libzmq_default:
            yield f"| `{row.name}` | {_code(row.default)} | {row.libzmq_default} |"
    yield ""


def _sockets(table: Table) -> Iterator[str]:
    yield "| option | takes | default | change | sockets | what it does |"
    yield "|---|---|---|---|---|---|"
    for row in table.ours:
        sockets = ", ".join(row.sockets) or "all"
        cells = [f"`{row.name}`", row.takes, _code(row.default), row.when, sockets]
        yield f"| {' | '.join(cells)} | {f'{row.doc} {row.more}'.strip()} |"


def _contexts(table: Table) -> Iterator[str]:
    yield "| option | takes | default | what it does |"
    yield "|---|---|---|---|"
    for row in table.contexts:
        if row.name:
            yield f"| `{row.name}` | {row.takes} | {_code(row.default)} | {row.doc} |"


def _fates(rows: list[Row]) -> Iterator[str]:
    yield "| number | libzmq's name | | here |"
    yield "|---|---|---|---|"
    entries = [(number, name, row) for row in rows for name, number in row.libzmq.items()]
    for number, name, row in sorted(entries, key=lambda entry: entry[:2]):
        here = ": ".join(each for each in (f"`{row.name}`" * bool(row.name), row.why) if each)
        yield f"| {number} | {name} | {row.status} | {here} |"


def _lines(lines: Iterator[str]) -> str:
    return "\n".join(lines)


def _code(text: str) -> str:
    return f"`{text.replace(chr(39), chr(34))}`"


_PAGE: Final = """\
# Options

<!-- Written by `make generate` from rust/zmq4-py/options.toml. -->

Each option is a keyword of the socket classes that have it, and an attribute of their sockets, in
both faces:

```python
import zmq4

with zmq4.Push(send_hwm=100, linger=None) as push:
    push.send_hwm = 10
    assert push.linger is None
```

A name that is none raises `OptionError`, which names those that look like it, or tells what became
of the option of libzmq's that it is. So does an option that only other socket types have, and a
value out of its range. Where defaults and behaviour are not libzmq's is on a page of its own:
[deviations](deviations.md).

## Options of sockets

{sockets}

*Takes*:

{takes}
- several words: one of them, as text; *any of* them: a set, or another collection

A *change* after the first endpoint applies:

{changes}

## Options of contexts

Keywords of `zmq4.Context`.

{contexts}

## What became of libzmq's options

*Supported*: the name and the units are ours (seconds, octets, None for no limit), the meaning is
libzmq's. *Different*: the same is had in another way, or has another default. *Not supported*:
giving it raises `OptionError`.

### Of sockets, by number

{socket_fates}

### Of contexts, by number

{context_fates}
"""
