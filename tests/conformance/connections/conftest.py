"""What the tests of endpoints and connections stand on."""

from faces.crew import crew
from faces.ground import io_thread
from wire.conftest import listener, visit

__all__ = ["crew", "io_thread", "listener", "visit"]
