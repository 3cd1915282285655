"""What one step of the broker has to say: to its peers, and to its face."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from zmq4._kit.machine import Deliver, Finish, Open, Send, Shut

if TYPE_CHECKING:
    from zmq4._kit.machine import Row
    from zmq4.majordomo.events import BrokerEvent

Step: TypeAlias = "list[Open | Shut | Send | Deliver[BrokerEvent] | Finish]"
"""What a step of the broker returns."""


class Outbox:
    """Collects rows and events until the step is over."""

    __slots__ = ("events", "rows")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.rows: list[Row] = []
        self.events: list[BrokerEvent] = []

    def take(self, socket: str) -> Step:
        """Give out what was collected, the rows for one socket."""
        step: Step = []
        if self.rows:
            step.append(Send(socket, self.rows))
            self.rows = []
        if self.events:
            step.extend(map(Deliver, self.events))
            self.events = []
        return step
