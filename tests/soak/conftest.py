"""What tests of this folder ask for by name."""

from faces.asyncio.conftest import _loops, pytest_asyncio_loop_factories
from hostile.figures import figures, pytest_terminal_summary
from hostile.siege import besiege, descriptors
from process.snippets import end_of, run_forking

__all__ = [
    "_loops",
    "besiege",
    "descriptors",
    "end_of",
    "figures",
    "pytest_asyncio_loop_factories",
    "pytest_terminal_summary",
    "run_forking",
]
