"""The tables on the terminal: rows with ratios beside their marks, and what each run cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candidate import BASELINE, OURS
from records import records
from rows import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records import Record
    from results import Results
    from rows import Row
    from standings import Standing


def report(results: Results) -> str:
    """Lay out both tables and the failures as Markdown text."""
    parts = [_ratios(results), _costs(results)]
    parts += [
        f"FAILED {failure.scenario} {failure.candidate}: {failure.reason}"
        for failure in results.failures
    ]
    return "\n\n".join(parts) + "\n"


def _ratios(results: Results) -> str:
    names = results.plan.candidates
    rivals = [name for name in names if name != BASELINE]
    heads = ["row", *names, *(f"{name} / {BASELINE}" for name in rivals), "must", "goal", "met"]
    standings = results.standings()
    lines = []
    for row in results.rows:
        judged = standings[row.name]
        lines.append(
            [
                row.name,
                *(_figure(row, judged.get(name)) for name in names),
                *(_ratio(judged.get(name)) for name in rivals),
                _mark(row, row.must),
                _mark(row, row.goal),
                _verdict(results, judged.get(OURS)),
            ]
        )
    return _laid_out(heads, lines)


def _costs(results: Results) -> str:
    heads = [
        "scenario",
        "candidate",
        "p99 µs",
        "CPU µs/msg",
        "wakes/1000",
        "calls/1000",
        "others",
    ]
    lines = [
        [
            record.scenario,
            record.candidate,
            "" if record.p99_us is None else f"{record.p99_us:.1f}",
            f"{record.cpu_us_per_message:.3g}",
            _sides(record.wakeups_per_1000),
            _sides(record.syscalls_per_1000),
            _others(record),
        ]
        for record in records(results.runs, results.calls)
    ]
    return _laid_out(heads, lines)


def _figure(row: Row, judged: Standing | None) -> str:
    if judged is None:
        return ""
    match row.metric:
        case Metric.RATE | Metric.SETUP:
            return _rate(judged.figure)
        case Metric.ROUTER_MEMORY | Metric.DEALER_MEMORY:
            return f"{judged.figure:.3g} kB"
        case Metric.P50 | Metric.CPU:
            return f"{judged.figure:.3g} µs"


def _rate(rate: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if rate >= size:
            return f"{rate / size:.3g} {letter}/s"
    return f"{rate:.3g} /s"


def _ratio(judged: Standing | None) -> str:
    if judged is None or judged.ratio is None:
        return ""
    return f"{judged.ratio:.2f}{' dirty' if judged.is_dirty else ''}"


def _verdict(results: Results, ours: Standing | None) -> str:
    if OURS not in results.plan.candidates:
        return ""
    return "FAILED" if ours is None else ours.verdict.value


def _mark(row: Row, mark: float | None) -> str:
    if mark is None:
        return ""
    return f"{'≥' if row.metric.is_better_high else '≤'} {mark:g}"


def _sides(per_1000: dict[str, float] | None) -> str:
    """Write the sender's figure, then the receiver's (inproc has one for both)."""
    return "" if per_1000 is None else " + ".join(f"{value:.3g}" for value in per_1000.values())


def _others(record: Record) -> str:
    dirty = f", {record.dirty_rounds} dirty" if record.dirty_rounds else ""
    return f"{record.others_share:.0%}{dirty}"


def _laid_out(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Align the columns: the first to the left, the others to the right."""
    widths = [max(len(line[column]) for line in (heads, *lines)) for column in range(len(heads))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def laid(line: Sequence[str]) -> str:
        cells = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
        return f"| {' | '.join([line[0].ljust(widths[0]), *cells[1:]])} |"

    return "\n".join(laid(line) for line in (heads, rule, *lines))
