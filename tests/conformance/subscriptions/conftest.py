"""What the tests of publishers and subscribers stand on."""

from faces.crew import crew
from faces.ground import io_thread
from wire.conftest import listener, visit

__all__ = ["crew", "io_thread", "listener", "visit"]
