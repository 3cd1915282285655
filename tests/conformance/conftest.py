"""What the tests of all rules stand on."""

from faces.crew import crew
from faces.ground import io_thread
from faces.silence import refusing_endpoint

__all__ = ["crew", "io_thread", "refusing_endpoint"]
