"""A receiver's bookkeeping, the same for every face: enters messages, reports, knows the end."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Arrived, Complete, Proven
from zmq4.cli.demo.proof import Ledger

SIGNATURE_OCTETS: Final = 1
"""Length of the frame that says, by a number, which way a line came."""


class Receipt:
    """What has arrived at a receiver.

    A message is three frames: the line's number, the line, and a signature.
    """

    def __init__(
        self, leash: Leash, numbers: range, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Expect the lines of these numbers, report on ``leash``; the clock tells seconds."""
        self._leash = leash
        self._clock = clock
        self._ledger = Ledger(numbers)
        self._is_completion_told = False
        self._octets = 0
        self._messages = 0
        self._shares: Counter[int] = Counter()
        self._is_silent = True
        self._reported = self._arrived
        self._heard_at = self._reported_at = clock()

    @property
    def is_open(self) -> bool:
        """Whether more may come.

        After the order to finish, the receiver waits for as many messages as the order says were
        sent, and for silence; a long silence ends it in any case.
        """
        if not self._leash.is_finishing or not self._is_silent:
            return True
        is_short = self._messages < self._leash.finish.messages
        return is_short and self._clock() < self._heard_at + _SILENCE

    def enter(self, batch: Iterable[Sequence[bytes]]) -> None:
        """Enter what came in one beat, which may be nothing; report now and then."""
        before = self._messages
        for message in batch:
            self._enter_message(message)
        self._is_silent = self._messages == before
        now = self._clock()
        if not self._is_silent:
            self._heard_at = now

        is_newly_complete = self._ledger.is_complete and not self._is_completion_told
        is_due = now >= self._reported_at + _REPORT_INTERVAL
        if is_newly_complete or (is_due and self._arrived != self._reported):
            self._reported = self._arrived
            self._reported_at = now
            self._leash.tell(self._reported)
        if is_newly_complete:
            self._is_completion_told = True
            self._leash.tell(Complete())

    def close(self) -> Proven:
        """Close the ledger; the answer is the receiver's last report."""
        return Proven(self._ledger.evidence(), dict(self._shares), self._arrived)

    @property
    def _arrived(self) -> Arrived:
        return Arrived(self._ledger.arrived, self._octets)

    def _enter_message(self, message: Sequence[bytes]) -> None:
        self._messages += 1
        match message:
            case [number, line, signature] if len(signature) == SIGNATURE_OCTETS:
                self._shares[signature[0]] += 1
                if self._ledger.enter(number, line):
                    self._octets += len(line)
            case _:
                self._ledger.enter_stranger()


_SILENCE: Final = 5.0
"""Seconds without a message after which the missing ones are given up."""
_REPORT_INTERVAL: Final = 0.1
