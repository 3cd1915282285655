"""The processes of one run: started, greeted, and led through laps."""

from __future__ import annotations

import json
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import child
from scenarios import Role, Transport
from side import Timing
from usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from child import Child
    from scenarios import Scenario


@dataclass(frozen=True, slots=True)
class Lap:
    """An exchange of messages, as all its processes saw it.

    Args:
        messages: Messages that went one way, or round trips.
        timing: What the timekeeper's watch said.
        peer_kb: Memory that each peer took, by side, where there are many.
        usage: What each process spent.
    """

    messages: int
    timing: Timing
    peer_kb: dict[str, float]
    usage: dict[Role, Usage]

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all processes together."""
        return sum(usage.cpu_seconds for usage in self.usage.values())

    def wakeups_per_1000(self) -> dict[str, float]:
        """Voluntary context switches per 1,000 messages, by side."""
        return {
            role.value: 1000 * usage.wakeups / self.messages for role, usage in self.usage.items()
        }


class Pair:
    """The greeted workers of one scenario with one library (inproc has a single one).

    Args:
        scenario: What they play.
        children: The workers by role, the one that binds first.
    """

    def __init__(self, scenario: Scenario, children: dict[Role, Child]) -> None:
        """Take over workers that :func:`start` has made."""
        self._scenario = scenario
        self._children = children

    @property
    def pids(self) -> dict[Role, int]:
        """The process id of every worker."""
        return {role: worker.pid for role, worker in self._children.items()}

    def lap(self, count: int, *, verified: bool = False) -> Lap:
        """Exchange ``count`` messages.

        The receiver is told first, so that the sender's watch starts when it is ready. Usage is
        taken when all workers are done: what is written behind a sender's back after its last
        call belongs to the lap.

        Raises:
            RunFailedError: A worker died or the time ran out.
        """
        timings = self._ask({"lap": count, "verified": verified})
        usage = self._ask({"usage": True})
        said = {role: Timing(**json.loads(timing)) for role, timing in timings.items()}
        return Lap(
            messages=count,
            timing=said[self._scenario.timekeeper],
            peer_kb={
                role.value: timing.peer_kb
                for role, timing in said.items()
                if timing.peer_kb is not None
            },
            usage={role: Usage(**json.loads(spent)) for role, spent in usage.items()},
        )

    def _ask(self, order: Mapping[str, object]) -> dict[Role, bytes]:
        """Give everyone the same order, the receiver first, and await all answers."""
        for worker in reversed(self._children.values()):
            worker.order(order)
        return child.answers(self._children)


@contextmanager
def start(candidate: str, scenario: Scenario, *, timeout: float = 20.0) -> Iterator[Pair]:
    """Start the workers and await their greeting; on leaving, they are ended.

    Args:
        candidate: Name of the library's candidate.
        scenario: What to play.
        timeout: Seconds after which no worker's answer is awaited any more.

    Raises:
        RunFailedError: A worker died or the time ran out.
    """
    deadline = time.monotonic() + timeout
    with tempfile.TemporaryDirectory(prefix="zmq4-bench-") as folder, ExitStack() as stack:
        address = _address(scenario.transport, folder)
        children = {
            role: stack.enter_context(
                child.start([candidate, scenario.spell(), role.value, address], deadline)
            )
            for role in scenario.roles
        }
        binding, *connecting = children.values()
        endpoint = json.loads(binding.answer())["endpoint"]
        for worker in connecting:
            worker.order({"connect": endpoint})
        child.answers(children)
        yield Pair(scenario, children)


def _address(transport: Transport, folder: str) -> str:
    match transport:
        case Transport.TCP:
            return "tcp://127.0.0.1:0"
        case Transport.IPC:
            return f"ipc://{folder}/bench.sock"
        case Transport.INPROC:
            return "inproc://bench"
