"""The process under attack, and the honest peer whose traffic must go on."""

import itertools
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import zmq4
from fixtures.children import Children
from fixtures.clock import DEADLINE, TIME_UNIT
from hostile import gauge

PROGRAM: Final = Path(__file__).with_name("program.py").read_text()
PATIENCE: Final = 50 * TIME_UNIT
"""Seconds that one honest message may take; more is no service."""


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

    def wait_until_peers_are(self, count: int) -> None:
        """Wait until ``count`` peers have completed their handshakes."""
        self.order(do="wait-until-peers-are", peers=count)

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
        """Have it attacked twice, and return by how many octets the second time made it grow.

        The first time shows how much its allocator keeps; after both it must hold no descriptor and
        no thread that it had not before, and serve its honest peer.
        """
        with self.friend() as friend:
            before = self.usage
            attack()
            friend.is_served()
            once = self.wait_until_as_before(before)
            attack()
            friend.is_served()
            twice = self.wait_until_as_before(before)
        return twice.resident - once.resident

    @contextmanager
    def friend(self) -> Iterator["Friend"]:
        """Connect an honest peer, and see that it is served before and after the block."""
        with zmq4.Context() as context, Friend(self, context) as friend:
            friend.is_served()
            yield friend
            friend.is_served()


_tokens = itertools.count(1)


class Friend:
    """An honest peer of a victim, over an honest socket."""

    def __init__(self, victim: Victim, context: zmq4.Context) -> None:
        self._victim = victim
        partner = {"Pull": zmq4.Push, "Push": zmq4.Pull, "Pair": zmq4.Pair, "Dealer": zmq4.Dealer}
        address = f"tcp://127.0.0.1:{victim.port}"
        self._socket: Any = partner[victim.kind](connect=address, context=context, linger=0)
        self._socket.endpoint.ready(PATIENCE)

    def is_served(self) -> None:
        """Exchange a message in each direction that the types allow."""
        token = f"honest {next(_tokens)}"
        if isinstance(self._socket, zmq4.Push | zmq4.Pair | zmq4.Dealer):
            self._socket.send(token, timeout=PATIENCE)
            assert self._victim.order(do="receive", text=token, timeout=PATIENCE)
        if isinstance(self._socket, zmq4.Pull | zmq4.Pair | zmq4.Dealer):
            self._hears(token)

    def _hears(self, token: str) -> None:
        """Receive ``token``, sent until it comes: strangers may get some in their turn."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            assert self._victim.order(do="send", text=token, timeout=PATIENCE)
            with suppress(zmq4.Timeout):
                while self._socket.recv(timeout=PATIENCE / 10).text != token:
                    pass  # one of the tokens before, which came after all
                return
        raise AssertionError(f"{token} did not come")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()


def start(
    children: Children,
    kind: str,
    *,
    descriptors: int = 0,
    deadline: float = 6 * DEADLINE,
    **options: object,
) -> Victim:
    """Start a victim.

    Args:
        children: Where children come from.
        kind: The class of its socket.
        descriptors: Its limit of open descriptors; 0 is as many as the system gives.
        deadline: Seconds after which it shows its stacks and dies.
        options: Of its socket; it does not linger unless one says so.
    """
    arguments = (kind, json.dumps({"linger": 0, **options}), str(descriptors))
    return Victim(kind, children.start(PROGRAM, *arguments, deadline=deadline))
