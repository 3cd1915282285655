"""What the tests of both faces, and of processes, stand on serves here as well."""

from faces.crew import crew
from faces.ground import io_thread
from faces.silence import mute_endpoint, refusing_endpoint, unreachable_endpoint
from process.snippets import run_forking

__all__ = [
    "crew",
    "io_thread",
    "mute_endpoint",
    "refusing_endpoint",
    "run_forking",
    "unreachable_endpoint",
]
