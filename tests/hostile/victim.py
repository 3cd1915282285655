"""The process under attack, watched and commanded from outside."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import zmq4
from fixtures.children import Children
from fixtures.clock import DEADLINE, TIME_UNIT
from hostile import gauge, wire
from hostile.friend import DIALOGUES, Friend

PROGRAM: Final = Path(__file__).with_name("program.py").read_text()

KINDS: Final = tuple(DIALOGUES)
"""The classes of sockets that can be attacked."""


@dataclass(slots=True)
class Victim:
    """A child with one bound socket, and what is known of it from outside."""

    kind: str
    """The class of its socket, as in `"Pull"`."""
    process: subprocess.Popen[str]
    port: int = field(init=False)

    def __post_init__(self) -> None:
        """Wait until the socket is bound."""
        self.port = self._answer()

    @property
    def socket_type(self) -> str:
        """The type of its socket, as the wire has it."""
        return self.kind.upper()

    @property
    def failure(self) -> str | None:
        """Why the last connection to its endpoint failed."""
        failure: str | None = self.order(do="failure")
        return failure

    @property
    def reasons(self) -> dict[str, int]:
        """Its log so far: how often each line came, addresses left out."""
        reasons: dict[str, int] = self.order(do="reasons")
        return reasons

    @property
    def usage(self) -> gauge.Usage:
        """What it uses now."""
        return gauge.usage(self.process.pid)

    @property
    def partner(self) -> str:
        """The type of a peer that may talk to it, as the wire has it."""
        return wire.PARTNER[self.socket_type]

    def order(self, **order: object) -> Any:  # noqa: ANN401 (what JSON holds is known to the order)
        """Have it do something, and return its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:  # noqa: ANN401 (likewise)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            _, errors = self.process.communicate()
            raise AssertionError(f"the victim died: {errors}")
        return json.loads(line)

    def logged(self, part: str) -> int:
        """Count the lines of its log so far that hold ``part``."""
        return sum(count for line, count in self.reasons.items() if part in line)

    def wait_until_logged(self, part: str, count: int) -> None:
        """Wait until ``count`` lines of its log hold ``part``; a thread of its own brings them."""
        give_up = time.monotonic() + DEADLINE
        while self.logged(part) < count:
            assert time.monotonic() < give_up, f"{part!r} < {count}: {self.reasons}"
            time.sleep(TIME_UNIT / 10)  # nothing outside tells when a log line has come

    def drain(self) -> None:
        """Have it receive what is there, as a program does: else it stops to read from newcomers."""
        self.order(do="drain")

    def wait_until_peers_are(self, count: int) -> None:
        """Wait until ``count`` peers have completed their handshakes."""
        self.order(do="wait-until-peers-are", peers=count)

    def wait_until_topics_are(self, count: int) -> None:
        """Wait until its peers have subscribed to ``count`` different topics."""
        self.order(do="wait-until-topics-are", topics=count)

    def wait_until_as_before(self, before: gauge.Usage) -> gauge.Usage:
        """Wait until it holds no more descriptors and threads than ``before``."""
        give_up = time.monotonic() + DEADLINE
        while True:
            now = self.usage
            if (now.descriptors, now.threads) <= (before.descriptors, before.threads):
                return now
            assert time.monotonic() < give_up, f"left behind: {now}, before: {before}"
            time.sleep(TIME_UNIT / 10)  # the system tells nobody when a descriptor goes

    def dismiss(self) -> None:
        """End it in the ordinary way; it must have nothing to complain of."""
        output, errors = self.process.communicate(timeout=DEADLINE)
        assert (self.process.returncode, output, errors) == (0, "", "")

    def endure(self, attack: Callable[[], None]) -> int:
        """Have it attacked again and again, and return by how many octets that made it grow each time.

        The first time shows how much its allocator keeps. If it grows the second time, a third one
        tells whether it does so every time, or the allocator took another step. After each it must
        hold no descriptor and no thread that it had not before, and serve its honest peer.
        """
        with self.friend() as friend:
            before = self.usage

            def resident_after() -> int:
                attack()
                friend.is_served()
                return self.wait_until_as_before(before).resident

            once, twice = resident_after(), resident_after()
            if twice - once <= gauge.MIB:
                return twice - once
            return min(twice - once, resident_after() - twice)

    @contextmanager
    def friend(self) -> Iterator[Friend]:
        """Connect an honest peer, and see that it is served before and after the block."""
        with zmq4.Context() as context, Friend(self, context) as friend:
            friend.is_served()
            yield friend
            friend.is_served()


def start(
    children: Children,
    kind: str,
    *,
    descriptors: int = 0,
    deadline: float = 6 * DEADLINE,
    environment: Mapping[str, str] | None = None,
    **options: object,
) -> Victim:
    """Start a victim.

    Args:
        children: Where children come from.
        kind: The class of its socket.
        descriptors: Its limit of open descriptors; 0 is as many as the system gives.
        deadline: Seconds after which it shows its stacks and dies.
        environment: Variables that it has beside ours.
        options: Of its socket; unless one says otherwise it does not linger, and has subscribed to
            everything.
    """
    settings = {"linger": 0, **({"topics": ""} if kind in {"Sub", "XSub"} else {}), **options}
    arguments = (kind, json.dumps(settings), str(descriptors))
    process = children.start(PROGRAM, *arguments, deadline=deadline, environment=environment)
    return Victim(kind, process)
