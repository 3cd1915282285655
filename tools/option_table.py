"""The table of options as it is written down: `rust/zmq4-py/options.toml`, read and checked."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCE: Final = ROOT / "rust/zmq4-py/options.toml"


@dataclass(frozen=True)
class Kind:
    """What options of one kind take.

    Args:
        words: What it is, for people.
        read: The Python type that the attribute has.
        given: The Python type that is taken; `read` if empty.
    """

    words: str
    read: str
    given: str = ""


KINDS: Final = {
    "bool": Kind("True or False", "bool"),
    "bytes": Kind("exactly `bytes`", "bytes"),
    "choice": Kind("one of the words given", ""),
    "choice or None": Kind("one of the words given, or None", ""),
    "choices": Kind("a set, or another collection, of the words given", ""),
    "connections": Kind("a number, 0 or more", "int"),
    "descriptor or None": Kind("a number, or None", "int | None"),
    "frames": Kind("a number, 1 or more", "int"),
    "mapping": Kind("names to `bytes` or text", "dict[str, bytes]", "Mapping[str, bytes | str]"),
    "messages": Kind("a number, 0 or more", "int"),
    "name or None": Kind("text, or None", "str | None"),
    "octet": Kind("a number from 0 to 255", "int"),
    "octets": Kind('a number, or text with a unit, as in `"64MiB"`', "int", "int | str"),
    "octets or None": Kind("as octets, or None", "int | None", "int | str | None"),
    "priority": Kind("a number, 0 or more", "int"),
    "seconds": Kind("a number, 0 or more", "float"),
    "seconds or None": Kind("a number, 0 or more, or None", "float | None"),
    "subscriptions": Kind("a number, 0 or more", "int"),
    "threads": Kind("a number, 0 or more", "int"),
    "Backoff or None": Kind("a `zmq4.Backoff`, or None", "Backoff | None"),
    "Security": Kind("a value of `zmq4.security`", "Security"),
    "Heartbeat or None": Kind("a `zmq4.Heartbeat`, or None", "Heartbeat | None"),
    "TcpKeepalive or None": Kind("a `zmq4.TcpKeepalive`, or None", "TcpKeepalive | None"),
}
STATUSES: Final = ("supported", "different", "not supported")
MOMENTS: Final = {
    "now": "at once, for existing connections too",
    "next": "for endpoints that are opened later",
    "fixed": "never after the first bind or connect: it raises `OptionError`",
    "call": "for the next call",
}
SOCKETS: Final = (
    *("PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER"),
    *("PULL", "PUSH", "XPUB", "XSUB"),
)
LONGEST_DOC: Final = 86
"""A sentence stands in one line of the stub."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `rust/zmq4-py/options.toml` says what the fields are."""

    name: str = ""
    libzmq: dict[str, int] = field(default_factory=dict)
    status: str = ""
    why: str = ""
    libzmq_default: str = ""
    kind: str = ""
    choices: list[str] = field(default_factory=list)
    type: str = ""
    default: str = ""
    when: str = ""
    sockets: list[str] = field(default_factory=list)
    doc: str = ""
    more: str = ""
    setter: str = ""

    @property
    def read(self) -> str:
        """The Python type of the attribute."""
        if self.kind == "choices":
            return f"frozenset[{self.type}]"
        if self.type:
            return f"{self.type} | None" if self.kind.endswith(" or None") else self.type
        return KINDS[self.kind].read

    @property
    def given(self) -> str:
        """The Python type of what is taken."""
        if self.kind == "choices":
            return f"Collection[{self.type}]"
        return KINDS[self.kind].given or self.read

    @property
    def takes(self) -> str:
        """What it takes, in a word or by its choices."""
        if not self.choices:
            return self.kind
        if self.kind == "choices":
            return f"any of {', '.join(self.choices)}"
        words = [*self.choices, *(["None"] if self.kind.endswith(" or None") else [])]
        return f"{', '.join(words[:-1])} or {words[-1]}"

    def faults(self, *, is_of_context: bool) -> Iterable[str]:
        """Say what the row lacks or should not have."""
        if not (self.name or self.libzmq):
            yield "neither a name nor libzmq's"
        if bool(self.libzmq) != (self.status in STATUSES):
            yield f"libzmq {self.libzmq} with status {self.status!r}"
        if (self.status in STATUSES[1:]) != bool(self.why):
            yield f"status {self.status!r} with why {self.why!r}"
        if self.name and self.status == "not supported":
            yield "a name, though it is not supported"
        if self.status == "supported" and not self.name:
            yield "supported without a name"
        if self.name:
            yield from self._faults_of_ours(is_of_context=is_of_context)

    def _faults_of_ours(self, *, is_of_context: bool) -> Iterable[str]:
        if self.kind not in KINDS:
            yield f"kind {self.kind!r} is no row of KINDS"
        if self.kind.startswith("choice") != bool(self.choices and self.type):
            yield "choices and type belong to the kind choice"
        if not self.default:
            yield "no default"
        if not is_of_context and self.when not in MOMENTS:
            yield f"when {self.when!r} is none of {list(MOMENTS)}"
        if set(self.sockets) - set(SOCKETS):
            yield f"sockets {self.sockets} are not all types of sockets"
        if not self.doc.endswith(".") or len(self.doc) > LONGEST_DOC:
            yield f"doc is one sentence of at most {LONGEST_DOC} characters: {self.doc!r}"


@dataclass(frozen=True, slots=True)
class Table:
    """All rows, in the order of the file."""

    options: list[Row]
    contexts: list[Row]

    @property
    def ours(self) -> list[Row]:
        """The rows that are options of our sockets."""
        return [row for row in self.options if row.name]


class TableError(Exception):
    """The table cannot be used as it stands."""


def read(source: Path = SOURCE) -> Table:
    """Read the table.

    Args:
        source: The file.

    Returns:
        Rows that are complete and do not contradict each other.

    Raises:
        TableError: Some are not; the text names each fault.
    """
    document: dict[str, list[dict[str, object]]] = tomllib.loads(source.read_text())
    known = {each.name for each in fields(Row)}
    faults: list[str] = []
    rows: dict[str, list[Row]] = {"option": [], "context": []}
    for part, entries in document.items():
        if part not in rows:
            faults.append(f"there is no part {part!r}")
            continue
        for entry in entries:
            if entry.keys() - known:
                faults.append(f"{entry}: unknown fields {sorted(entry.keys() - known)}")
                continue
            row = Row(**entry)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            about = row.name or " ".join(row.libzmq)
            wrong = row.faults(is_of_context=part == "context")
            faults += [f"{about}: {each}" for each in wrong]
            rows[part].append(row)
        faults += [f"{name!r} is there twice" for name in _repeated(rows[part])]
    if faults:
        raise TableError("\n".join(faults))
    return Table(rows["option"], rows["context"])


def _repeated(rows: Iterable[Row]) -> list[str]:
    names = [name for row in rows for name in (row.name, *row.libzmq) if name]
    return sorted({name for name in names if names.count(name) > 1})
