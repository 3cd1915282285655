"""What tests of this folder ask for by name."""

from hostile.figures import figures, pytest_terminal_summary
from process.snippets import end_of, run_forking

__all__ = ["end_of", "figures", "pytest_terminal_summary", "run_forking"]
