"""What a Rust file names: every path in its `use` lines and in its code, written from `crate`.

This is no parser. It blanks out comments and literals, follows braces, and reads what looks like a
path; that is enough to see a wall climbed, and it needs nothing but the standard library.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

_NOT_CODE = re.compile(
    r"""//[^\n]*                                 # line comment, doc comments among them
      | /\*.*?\*/                                # block comment
      | \b[bc]?r(?P<hashes>\#*)".*?"(?P=hashes)  # raw string
      | \b[bc]?"(?:\\.|[^"\\])*"                 # string
      | "(?:\\.|[^"\\])*"
      | b?'(?:\\[^']+|[^'\\])'                   # character; a lifetime has no closing quote
    """,
    re.DOTALL | re.VERBOSE,
)
_USE = re.compile(r"\buse\s+([^;]+);")
_PATH = re.compile(r"(?<![\w:])(?:::)?([A-Za-z_]\w*(?:\s*::\s*[A-Za-z_]\w*)+)")
_MODULE = re.compile(r"\bmod\s+(\w+)\s*\{")
_UNSAFE = re.compile(r"\bunsafe\b")


@dataclass(frozen=True)
class RustFile:
    """One Rust source file.

    Args:
        name: Its path in the project, with ``/src/`` in it.
        text: Its content.
    """

    name: str
    text: str

    @cached_property
    def code(self) -> str:
        """The content with comments and literals blanked out, every line in its place."""
        return _NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), self.text)

    @cached_property
    def module(self) -> tuple[str, ...]:
        """The module that the file is, as in ``("crate", "pattern", "push")``."""
        within = PurePosixPath(self.name.partition("/src/")[2]).with_suffix("").parts
        if within[-1] in {"lib", "main", "mod"}:
            within = within[:-1]
        return ("crate", *within)

    def paths(self) -> Iterator[tuple[int, str]]:
        """Yield the line and the whole path of everything that the file names."""
        for found in _USE.finditer(self.code):
            for path in expand(found[1]):
                yield self._line(found.start()), self._resolve(path, found.start())
        rest = _USE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), self.code)
        for found in _PATH.finditer(rest):
            path = re.sub(r"\s", "", found[1])
            yield self._line(found.start()), self._resolve(path, found.start())

    def unsafe_lines(self) -> list[int]:
        """Return the lines on which the word ``unsafe`` stands in code."""
        return [self._line(found.start()) for found in _UNSAFE.finditer(self.code)]

    def reexports(self) -> dict[str, str]:
        """Map each name that the file imports or re-exports to what it stands for."""
        return {
            path.rpartition("::")[2]: self._resolve(path, found.start(), bare_is_local=True)
            for found in _USE.finditer(self.code)
            for path in expand(found[1])
        }

    def _line(self, position: int) -> int:
        return self.code.count("\n", 0, position) + 1

    def _resolve(self, path: str, position: int, *, bare_is_local: bool = False) -> str:
        """Write ``path`` from the crate's root, if it starts at this module or one above."""
        parts = path.split("::")
        here = [*self.module, *self._inner_modules(position)]
        if parts[0] == "self":
            parts = here + parts[1:]
        elif parts[0] == "super":
            while parts[0] == "super":
                here, parts = here[:-1], parts[1:]
            parts = here + parts
        elif bare_is_local and parts[0] != "crate":
            parts = here + parts
        return "::".join(parts)

    def _inner_modules(self, position: int) -> list[str]:
        """Name the modules that are open, in braces, at ``position``."""
        return [name for name, start, end in self._blocks if start < position < end]

    @cached_property
    def _blocks(self) -> list[tuple[str, int, int]]:
        return [
            (found[1], found.end(), closing_brace(self.code, found.end()))
            for found in _MODULE.finditer(self.code)
        ]


def closing_brace(code: str, start: int) -> int:
    """Find the brace that closes the one just before ``start``."""
    depth = 1
    for found in re.finditer(r"[{}]", code[start:]):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return start + found.start()
    return len(code)


def expand(tree: str) -> Iterator[str]:
    """Yield every path in the tree of a ``use`` line: ``a::{b, c as d}`` is ``a::b``, ``a::c``."""
    tree = re.sub(r"\s+as\s+\w+", "", tree).strip().removeprefix("::")
    head, brace, inner = tree.partition("{")
    prefix = re.sub(r"\s", "", head)
    if not brace:
        yield prefix.removesuffix("::self")
        return
    for branch in split_branches(inner[: inner.rindex("}")]):
        for path in expand(branch):
            yield (prefix + path).removesuffix("::self")


def split_branches(inner: str) -> Iterator[str]:
    """Yield the branches between the braces of a ``use`` tree, split at its outer commas."""
    depth, branch = 0, ""
    for character in inner + ",":
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            if branch.strip():
                yield branch
            branch = ""
        else:
            branch += character
