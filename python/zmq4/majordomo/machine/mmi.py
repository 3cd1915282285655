"""What the broker answers for itself: the management interface.

Answers are a code and what belongs to it, a frame each. Source: RFC 8/MMI for `mmi.service` and the
codes; the other names are ours.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Final

from zmq4.majordomo.messages import REJECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zmq4.majordomo.classify import Call
    from zmq4.majordomo.machine.desk import Desk
    from zmq4.majordomo.statistics import BrokerStats


class Management:
    """Answers questions about services and their workers.

    Args:
        desk: Where requests and services are.
        stats: Counts.
        label: What `mmi.version` answers.
    """

    __slots__ = ("_desk", "_label", "_stats", "_topics", "answered")

    def __init__(self, desk: Desk, stats: Callable[[float], BrokerStats], label: str) -> None:
        """Begin with nothing asked."""
        self._desk = desk
        self._stats = stats
        self._label = label
        self.answered = 0
        self._topics = {
            b"mmi.service": self._service,
            b"mmi.services": self._services,
            b"mmi.workers": self._workers,
            b"mmi.queue": self._queue,
            b"mmi.stats": self._statistics,
            b"mmi.version": self._version,
        }

    def answer(self, address: bytes, call: Call, now: float) -> Sequence[bytes]:
        """Answer a question; of a body of several frames the last one counts, as in the field."""
        self.answered += 1
        subject = call.body[-1]
        if call.service == b"mmi.cancel":
            taken = self._desk.cancel(address, subject, now)
            return (_FOUND, b"%d" % taken) if taken else (_UNKNOWN,)
        if call.service == REJECTIONS:
            return (_FOUND if self._desk.tell_rejections(address, subject) else _UNKNOWN,)
        topic = self._topics.get(call.service)
        return topic(subject, now) if topic is not None else (_NO_SUCH_NAME,)

    def _service(self, name: bytes, _now: float) -> Sequence[bytes]:
        service = self._desk.services.get(name)
        return (_FOUND,) if service is not None and service.workers else (_UNKNOWN,)

    def _services(self, _subject: bytes, _now: float) -> Sequence[bytes]:
        served = sorted(name for name, each in self._desk.services.items() if each.workers)
        return (_FOUND, *served)

    def _workers(self, name: bytes, _now: float) -> Sequence[bytes]:
        service = self._desk.services.get(name)
        if service is None or not service.workers:
            return (_UNKNOWN,)
        return (_FOUND, b"%d" % len(service.idle), b"%d" % service.busy)

    def _queue(self, name: bytes, now: float) -> Sequence[bytes]:
        service = self._desk.services.get(name)
        if service is None:
            return (_UNKNOWN,)
        stats = service.stats(now)
        return (_FOUND, b"%d" % stats.queued, b"%d" % round(stats.oldest * 1000))

    def _statistics(self, _subject: bytes, now: float) -> Sequence[bytes]:
        return (_FOUND, json.dumps(dataclasses.asdict(self._stats(now))).encode())

    def _version(self, _subject: bytes, _now: float) -> Sequence[bytes]:
        return (_FOUND, self._label.encode())


FORBIDDEN: Final = b"403"
_FOUND: Final = b"200"
_UNKNOWN: Final = b"404"
_NO_SUCH_NAME: Final = b"501"
