"""What tests of this folder ask for by name."""

from faces.asyncio.conftest import _loops, loop, new_loop, pytest_asyncio_loop_factories
from faces.crew import crew
from faces.ground import io_thread
from faces.silence import mute_endpoint, refusing_endpoint
from hostile.figures import figures, pytest_terminal_summary
from hostile.siege import besiege, descriptors
from process.snippets import end_of, run_forking

__all__ = [
    "_loops",
    "besiege",
    "crew",
    "descriptors",
    "end_of",
    "figures",
    "io_thread",
    "loop",
    "mute_endpoint",
    "new_loop",
    "pytest_asyncio_loop_factories",
    "pytest_terminal_summary",
    "refusing_endpoint",
    "run_forking",
]
