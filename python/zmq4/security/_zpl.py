"""ZPL, the language of certificates: sections, and under them names and values.

```text
#   a comment
metadata
    name = "Alice"
curve
    public-key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
```

Source: RFC 4/ZPL. Sections of sections are skipped: certificates have none.
"""

import re
from collections.abc import Mapping
from typing import Final

Sections = dict[str, dict[str, str]]
"""Values by name, by section."""


def read_zpl(text: str) -> Sections:
    """Read sections and their values; of a name that occurs twice, the first counts.

    Raises:
        ValueError: A line is none of ZPL's; it says which, and nothing of what is in it.
    """
    sections: Sections = {}
    current: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        found = _LINE.fullmatch(line.rstrip())
        if found is None:
            raise ValueError(f"line {number} is neither a section nor a value")
        depth = len(found["indent"].expandtabs(_STEP)) // _STEP
        if depth == 0:
            current = sections.setdefault(found["name"], {})
        elif depth == 1 and found["value"] is not None:
            current.setdefault(found["name"], _bare(found["value"]))
    return sections


def write_zpl(comment: str, sections: Mapping[str, Mapping[str, str]]) -> str:
    """Write sections and their values, in quotes, behind a comment of several lines.

    Raises:
        ValueError: A name or a value cannot be written.
    """
    lines = [f"#   {line}".rstrip() for line in comment.splitlines()]
    lines.append("")
    for section, values in sections.items():
        lines.append(section)
        lines += [f"{' ' * _STEP}{_checked(name)} = {_quoted(values[name])}" for name in values]
    return "\n".join([*lines, ""])


def _bare(value: str) -> str:
    """Take a value out of its quotes, and a comment from behind it."""
    if value[:1] in _QUOTES:
        body, quote, _ = value[1:].partition(value[0])
        return body if quote else value[1:]
    return value.partition(" #")[0].strip()


def _checked(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"a name has letters, digits and $-_@.&+/, not {name!r}")
    return name


def _quoted(value: str) -> str:
    quote = next((each for each in _QUOTES if each not in value), None)
    if quote is None or not value.isprintable():
        raise ValueError("a value is one line of text without one of the two kinds of quotes")
    return f"{quote}{value}{quote}"


_STEP: Final = 4
_QUOTES: Final = ('"', "'")
_NAME: Final = re.compile(r"[A-Za-z0-9$_@.&+/-]{1,255}")
_LINE: Final = re.compile(
    r"(?P<indent>[ \t]*)(?P<name>[A-Za-z0-9$_@.&+/-]+)[ \t]*(=[ \t]*(?P<value>.*))?"
)
