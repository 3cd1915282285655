"""Where the project's sources are."""

from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_MADE = {"target", ".venv", "dist", "node_modules", "__pycache__"}
"""Folders whose content is made, not written."""


def source_files(paths: Iterable[str], *suffixes: str) -> Iterator[str]:
    """Yield every file under ``paths`` with one of ``suffixes``, named from the project's root.

    A path may be a file or a folder; one that does not exist yields nothing.
    """
    for path in paths:
        top = ROOT / path
        for file in [top] if top.is_file() else sorted(top.rglob("*")):
            name = file.relative_to(ROOT)
            if file.suffix in suffixes and file.is_file() and not _MADE & set(name.parts):
                yield name.as_posix()


def is_under(name: str, paths: Iterable[str]) -> bool:
    """Tell whether ``name`` is one of ``paths`` or lies in one of them."""
    return any(name == path or name.startswith(f"{path}/") for path in paths)
