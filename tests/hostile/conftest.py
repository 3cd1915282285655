"""What tests of this folder ask for by name."""

from hostile.figures import figures, pytest_terminal_summary
from hostile.siege import besiege, descriptors

__all__ = ["besiege", "descriptors", "figures", "pytest_terminal_summary"]
