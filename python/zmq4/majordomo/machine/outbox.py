"""What one step of the broker has to say: to its peers, and to its face.

What is for workers leaves first. A worker has nothing to do until its next request is there, and
each message costs a system call; a client's next request waits in the queue meanwhile.
"""

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

    __slots__ = ("events", "to_clients", "to_workers")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.to_workers: list[Row] = []
        self.to_clients: list[Row] = []
        self.events: list[BrokerEvent] = []

    def take(self, socket: str) -> Step:
        """Give out what was collected, the rows for one socket."""
        step: Step = []
        if self.to_workers or self.to_clients:
            step.append(Send(socket, self.to_workers + self.to_clients))
            self.to_workers = []
            self.to_clients = []
        if self.events:
            step.extend(map(Deliver, self.events))
            self.events = []
        return step
