"""What a benchmark leaves behind: one JSON file, named by date and commit.

``standings`` holds the rows against their marks, ``records`` has the medians of every scenario and
candidate with all their costs, and ``runs`` everything that was measured, repeated runs included.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from measure import Run
from records import records
from rounds import CallCount, Failure
from standings import standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from machine import Machine
    from rounds import Plan
    from rows import Row
    from standings import Standing


@dataclass(slots=True)
class Results:
    """All that was measured, and where.

    Args:
        rows: What the table is to show.
        plan: How much was to be measured.
        machine: Where it was measured.
        commit: What was measured.
    """

    rows: Sequence[Row]
    plan: Plan
    machine: Machine
    commit: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    runs: list[Run] = field(default_factory=list)
    calls: list[CallCount] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def add(self, measured: Run | CallCount | Failure) -> None:
        """Keep what was measured."""
        match measured:
            case Run():
                self.runs.append(measured)
            case CallCount():
                self.calls.append(measured)
            case Failure():
                self.failures.append(measured)

    def standings(self) -> dict[str, dict[str, Standing]]:
        """Judge every candidate in every row: by the row's name, then the candidate's."""
        return {
            row.name: {
                name: judged
                for name in self.plan.candidates
                if (judged := standing(row, name, self.runs)) is not None
            }
            for row in self.rows
        }

    @property
    def file_name(self) -> str:
        """The name of the file, by date and short commit."""
        return f"{self.started:%Y-%m-%dT%H%M%S}-{self.commit}.json"

    def write(self, path: Path) -> None:
        """Write everything to ``path``, making its folder where it is missing."""
        document = {
            "date": self.started.isoformat(timespec="seconds"),
            "commit": self.commit,
            "machine": asdict(self.machine),
            "plan": asdict(self.plan),
            "standings": [
                _standing(judged)
                for by_candidate in self.standings().values()
                for judged in by_candidate.values()
            ],
            "records": [asdict(record) for record in records(self.runs, self.calls)],
            "failures": [asdict(failure) for failure in self.failures],
            "runs": [asdict(run) | {"is_dirty": run.is_dirty} for run in self.runs],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _standing(judged: Standing) -> dict[str, object]:
    return {
        "row": judged.row.name,
        "metric": judged.row.metric.value,
        "candidate": judged.candidate,
        "figure": judged.figure,
        "ratio": judged.ratio,
        "must": judged.row.must,
        "goal": judged.row.goal,
        "verdict": judged.verdict.value,
        "is_dirty": judged.is_dirty,
    }
