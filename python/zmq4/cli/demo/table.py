"""The table of rates at the end of the tour."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from zmq4.cli.demo.stop import Visit


def render_table(visits: Sequence[Visit]) -> str:
    """Draw one row a visit, names and verdicts to the left, figures to the right."""
    rows = [_HEADINGS, *(_row(visit) for visit in visits)]
    widths = [max(len(cell) for cell in column) for column in zip_longest(*rows, fillvalue="")]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(_render_row(row, widths) for row in rows)


def _row(visit: Visit) -> tuple[str, ...]:
    return (
        visit.stop,
        f"{visit.lines:,}",
        f"{visit.octets / 1e6:,.1f}",
        f"{visit.seconds:.2f}",
        _rate(visit.lines, visit.seconds, decimals=0),
        _rate(visit.octets / 1e6, visit.seconds, decimals=1),
        visit.verdict,
    )


def _rate(amount: float, seconds: float, *, decimals: int) -> str:
    """Amount a second; a dash where no time has passed."""
    return f"{amount / seconds:,.{decimals}f}" if seconds > 0 else "-"


def _render_row(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if heading in _LEFT else cell.rjust(width)
        for cell, width, heading in zip(row, widths, _HEADINGS, strict=True)
    ]
    return "  ".join(cells).rstrip()


_HEADINGS: Final = ("stop", "lines", "MB", "seconds", "lines/s", "MB/s", "verdict")
_LEFT: Final = frozenset({"stop", "verdict"})
