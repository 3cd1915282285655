"""What a Python file imports, and whether it writes to standard output."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from architecture.tree import ROOT


@dataclass(frozen=True)
class PythonFile:
    """One file of the package.

    Args:
        name: Its path in the project.
        text: Its content.
    """

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return ast.parse(self.text, self.name)

    def paths(self) -> Iterator[tuple[int, str]]:
        """Yield the line and the whole path of everything imported."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=names):
                    yield from ((node.lineno, alias.name) for alias in names)
                case ast.ImportFrom(module=str(module), names=names):
                    yield from ((node.lineno, f"{module}.{alias.name}") for alias in names)
                case _:
                    pass

    def private_names(self) -> Iterator[tuple[int, str]]:
        """Yield the line and path of imported names that another module keeps to itself.

        A private *module* of the package is shared by its parts; a private *name* is its own.
        """
        for line, path in self.paths():
            module, _, name = path.rpartition(".")
            is_private = name.startswith("_") and not name.endswith("__")
            if module.startswith("zmq4") and is_private and not is_module(path):
                yield line, path

    def writes_to_stdout(self) -> list[int]:
        """Return the lines that print, or reach for standard output."""
        return [
            node.lineno
            for node in ast.walk(self.tree)
            if (isinstance(node, ast.Name) and node.id == "print")
            or (isinstance(node, ast.Attribute) and node.attr in {"stdout", "__stdout__"})
        ]


def is_module(path: str) -> bool:
    """Tell whether a dotted path of the package is a module, native ones included."""
    place = ROOT / "python" / path.replace(".", "/")
    return place.is_dir() or any(place.with_suffix(end).is_file() for end in (".py", ".pyi"))
