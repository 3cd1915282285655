"""How a child came to its end, and how long that took."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fixtures.children import Children
from fixtures.clock import DEADLINE


@dataclass(frozen=True, slots=True)
class End:
    """How a process came to its end."""

    status: int
    output: str
    errors: str
    seconds: float
    """From its line `end` on standard output to its end."""


def end_of(
    children: Children,
    snippet: str,
    *arguments: str,
    deadline: float = 2 * DEADLINE,
    flags: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> End:
    """Run ``snippet``, and tell how and how long after its line `end` it ended."""
    process = children.start(
        snippet, *arguments, deadline=deadline, flags=flags, environment=environment
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line == "end\n":
            break
    began = time.monotonic()
    output, errors = process.communicate(timeout=deadline)
    seconds = time.monotonic() - began
    return End(process.returncode, "".join(lines) + output, errors, seconds)
