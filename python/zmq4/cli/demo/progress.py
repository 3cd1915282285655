"""Progress on standard error: a bar on a terminal, elsewhere a line every few seconds."""

import shutil
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final, Protocol, TextIO


class Progress(Protocol):
    """Where a stop says how far it has come."""

    def start(self, total_lines: int) -> None:
        """Start the clock by which rates are told; so many lines make 100 %."""
        ...

    def show(self, lines: int, octets: int) -> None:
        """Say that this much has arrived; as often as one likes, after `start`."""
        ...

    def close(self) -> None:
        """Leave the cursor at the beginning of a line."""
        ...


@contextmanager
def progress_on(label: str) -> Generator[Progress]:
    """Choose what suits standard error, and tidy up after it."""
    stream = sys.stderr
    progress: Progress = Bar(stream, label) if stream.isatty() else Log(stream, label)
    try:
        yield progress
    finally:
        progress.close()


class Bar:
    """A bar that is redrawn in place."""

    def __init__(
        self, stream: TextIO, label: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Draw nothing yet.

        Args:
            stream: A terminal.
            label: What is going on.
            clock: Tells the time in seconds.
        """
        self._stream = stream
        self._label = label
        self._total_lines = 0
        self._clock = clock
        self._started = self._next = clock()
        self._is_drawn = False

    def start(self, total_lines: int) -> None:
        """Start the clock by which the rate is told."""
        self._total_lines = total_lines
        self._started = self._next = self._clock()

    def show(self, lines: int, octets: int) -> None:
        """Redraw the bar, unless it was drawn a moment ago and is not full."""
        now = self._clock()
        if now < self._next and lines < self._total_lines:
            return
        self._next = now + _BAR_INTERVAL
        bar = render_bar(
            self._label,
            lines,
            self._total_lines,
            octets,
            now - self._started,
            width=shutil.get_terminal_size().columns - 1,
        )
        self._stream.write(f"\r{bar}{_CLEAR_TO_END_OF_LINE}")
        self._stream.flush()
        self._is_drawn = True

    def close(self) -> None:
        """Leave the bar standing and go to the next line."""
        if self._is_drawn:
            self._stream.write("\n")
            self._stream.flush()


class Log:
    """A line every few seconds, for files and pipes."""

    def __init__(
        self, stream: TextIO, label: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Write nothing yet; the arguments are those of `Bar`."""
        self._stream = stream
        self._label = label
        self._total_lines = 0
        self._clock = clock
        self._started = clock()
        self._next = self._started + _LOG_INTERVAL

    def start(self, total_lines: int) -> None:
        """Start the clock by which the time is told."""
        self._total_lines = total_lines
        self._started = self._clock()
        self._next = self._started + _LOG_INTERVAL

    def show(self, lines: int, octets: int) -> None:
        """Write a line, unless one was written in the last few seconds."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _LOG_INTERVAL
        self._stream.write(
            f"{self._label}: {lines:,} of {self._total_lines:,} lines, "
            f"{octets / 1e6:,.1f} MB in {now - self._started:.0f} s\n"
        )
        self._stream.flush()

    def close(self) -> None:
        """Nothing to tidy: every line is whole."""


def render_bar(
    label: str, lines: int, total_lines: int, octets: int, seconds: float, *, width: int
) -> str:
    """Draw a bar of at most ``width`` columns; the bar itself gives way when there is no room."""
    share = min(1.0, lines / total_lines) if total_lines else 1.0
    rate = lines / seconds if seconds > 0 else 0.0
    figures = f"{int(share * 100):3} %  {octets / 1e6:,.1f} MB  {rate:,.0f} lines/s"
    room = min(_LONGEST_BAR, width - len(label) - len(figures) - len("  []  "))
    if room < _SHORTEST_BAR:
        return f"{label}  {figures}"[: max(0, width)]
    full = int(share * room)
    return f"{label}  [{'#' * full}{'-' * (room - full)}]  {figures}"


_BAR_INTERVAL: Final = 0.1
_LOG_INTERVAL: Final = 3.0
_LONGEST_BAR: Final = 40
_SHORTEST_BAR: Final = 8
_CLEAR_TO_END_OF_LINE: Final = "\x1b[K"
