"""What one check of the suite proved: counts, and a name for everything it left out.

The counts are read from what the tools print for people: the results of `cargo test`, the closing
line of pytest, and, from any program, lines that begin with ``skipped: ``.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

_CARGO_RESULT = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed;")
_CARGO_IGNORED = re.compile(r"^test (.+) \.\.\. ignored(?:, (.+))?$")
_PYTEST_RESULT = re.compile(r"^=+ (.+) in [\d.]+s(?: \([\d:]+\))? =+$")
_PYTEST_COUNT = re.compile(r"(\d+) (passed|failed|errors?|xpassed)\b")
_SKIPPED = re.compile(r"^skipped: (.+)$")


@dataclass(slots=True)
class Record:
    """The outcome of one check.

    Args:
        name: The check's name, which is its target in the Makefile.
        status: Exit status of the command that ran.
        seconds: How long it ran.
    """

    name: str
    status: int
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    """What was left out, each with its reason."""
    note: str = ""
    """Why the check failed, where no test says so itself."""

    def read(self, lines: Iterable[str]) -> None:
        """Count what ``lines``, the command's output, report.

        A command that reports no tests, a linter say, counts as one test. A command that reports
        tests and ran none has failed: a wrong filter must not look like success.
        """
        reports_tests = False
        for line in lines:
            reports_tests = self._read_result(line) or reports_tests
            self._read_skip(line)

        if self.status != 0 and self.failed == 0:
            self.failed = 1
            self.note = f"exit status {self.status}"
        elif reports_tests and self.passed + self.failed == 0:
            self.failed = 1
            self.note = "no test ran"
        elif not reports_tests and self.status == 0 and not self.skipped:
            self.passed = 1

    def _read_result(self, line: str) -> bool:
        if found := _CARGO_RESULT.match(line):
            self.passed += int(found[1])
            self.failed += int(found[2])
            return True
        if found := _PYTEST_RESULT.match(line):
            for count, outcome in _PYTEST_COUNT.findall(found[1]):
                if outcome == "passed":
                    self.passed += int(count)
                else:
                    self.failed += int(count)
            return True
        return False

    def _read_skip(self, line: str) -> None:
        if found := _CARGO_IGNORED.match(line):
            self.skipped.append(f"{found[1]}: {found[2] or 'ignored without a reason'}")
        elif found := _SKIPPED.match(line):
            self.skipped.append(found[1])

    def save(self, folder: Path) -> None:
        """Write the record into ``folder``, one file a check."""
        (folder / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=2))

    @classmethod
    def load(cls, folder: Path, name: str) -> Self:
        """Read the record of the check ``name``; a check without one has failed by not running."""
        try:
            return cls(**json.loads((folder / f"{name}.json").read_text()))
        except FileNotFoundError:
            return cls(name, status=1, seconds=0.0, failed=1, note="did not run")
