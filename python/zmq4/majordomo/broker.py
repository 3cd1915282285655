"""The broker for threads; it runs in a thread of its own."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from zmq4._kit.drive.thread import ThreadDriver
from zmq4._kit.drive.thread_events import Events
from zmq4._kit.feed import CAPACITY, Feed
from zmq4.error import Closed, ForkError, Timeout
from zmq4.majordomo.log import telling
from zmq4.majordomo.machine.broker import ROUTER, BrokerCommand, Drain
from zmq4.majordomo.machine.broker import Broker as Machine
from zmq4.majordomo.settings import addresses, socket_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    from zmq4._endpoint import Endpoint
    from zmq4._native import Context
    from zmq4.majordomo.events import BrokerEvent
    from zmq4.majordomo.policy import Access, Limits, Policy
    from zmq4.majordomo.statistics import BrokerStats
    from zmq4.options import SocketOptions
    from zmq4.security import Security
    from zmq4.types import Addresses


class Broker:
    """Brings requests to the workers of services, and replies back.

    ```python
    with zmq4.majordomo.Broker("tcp://*:5555") as broker:
        broker.join()
    ```

    Clients and workers of MDP/0.1 and MDP/0.2 meet at one port. It serves from the moment that it
    is made until `stop`, in a thread of its own.

    Args:
        bind: Where it is to be reached: an address, or several.
        policy: How requests are kept and given out.
        policies: The same for some services, by their names.
        limits: What bounds the whole.
        access: Who may do what, by user ids.
        heartbeat: Seconds between two signs of life, both ways.
        liveness: Intervals of silence after which a worker is gone.
        rejection: What a reply begins with by which the broker rejects a request, for clients that
            were given the same; others are told nothing, as in the field.
        security: Who it is to its peers, and whom it lets in; `zmq4.Null()` by default.
        context: What its socket belongs to; the process's own by default.
        options: Further options of its socket; those that Majordomo needs are its own.

    Raises:
        OptionError: An option is out of range.
        AddressInUse: An address is taken.
        InvalidEndpoint: An address breaks its grammar.
        EndpointError: The system refuses an address for another reason.
        ContextTerminated: The context was terminated.
    """

    def __init__(
        self,
        bind: Addresses,
        *,
        policy: Policy | None = None,
        policies: Mapping[str, Policy] | None = None,
        limits: Limits | None = None,
        access: Access | None = None,
        heartbeat: float = 2.5,
        liveness: int = 3,
        rejection: bytes | None = None,
        security: Security | None = None,
        context: Context | None = None,
        options: SocketOptions | None = None,
    ) -> None:
        """Bind, and serve from now on."""
        self._machine = Machine(
            addresses(bind),
            policy=policy,
            policies=policies,
            limits=limits,
            access=access,
            heartbeat=heartbeat,
            liveness=liveness,
            rejection=rejection,
        )
        self._feed: Feed[BrokerEvent] = Feed()
        self._driver: ThreadDriver[BrokerCommand, BrokerEvent] = ThreadDriver(
            self._machine,
            telling(self._feed),
            name="zmq4-broker",
            options=socket_options(security, options),
            context=context,
        )
        self._driver.start()
        self._endpoints = self._driver.endpoints(ROUTER)

    @property
    def endpoints(self) -> list[Endpoint]:
        """Where it is to be reached."""
        return [*self._endpoints]

    @property
    def endpoint(self) -> Endpoint:
        """The last of them."""
        return self._endpoints[-1]

    def stats(self) -> BrokerStats:
        """Count what there is, and what has been."""
        return self._driver.inspect(self._machine.stats)

    def events(
        self, timeout: float | None = None, *, capacity: int = CAPACITY
    ) -> Events[BrokerEvent]:
        """Listen to what happens at the broker from now on.

        Args:
            timeout: The longest wait for each event in seconds; None is for ever.
            capacity: How many events may wait to be taken; the oldest make way for new ones.

        Returns:
            An iterator of events; it ends with the broker.
        """
        return Events(self._feed, timeout, capacity)

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the broker.

        Args:
            timeout: The longest wait in seconds; None is for ever.

        Raises:
            Timeout: It still serves.
            ZMQError: It has failed: its context was terminated.
        """
        if not self._driver.join(timeout):
            raise Timeout("the broker still serves")
        self._feed.close()
        if self._driver.failure is not None:
            raise self._driver.failure

    def stop(self, timeout: float = 10.0) -> None:
        """Stop in order, and wait for that.

        Nothing new is taken in, and what waits for a worker is given up; what workers are at is
        answered, as long as the time allows. Then they are told that the broker is gone. It may be
        called by several threads.

        Args:
            timeout: The longest wait for workers in seconds; 0 does not wait for them.
        """
        with suppress(Closed, ForkError):
            self._driver.post(Drain(timeout))
        self._driver.join(timeout + _PATIENCE)
        self._driver.abort()
        self._driver.join()
        self._feed.close()

    def close(self) -> None:
        """Stop now: workers are told, and what they are at is not answered."""
        self.stop(0.0)

    def __enter__(self) -> Self:
        """Serve until the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def __repr__(self) -> str:
        """Say where it is."""
        where = ", ".join(map(str, self._endpoints))
        return f"<zmq4.majordomo.Broker at {where}>"

    def __del__(self) -> None:
        """Warn if it was forgotten, and end."""
        driver = getattr(self, "_driver", None)
        if driver is not None and not driver.has_ended:
            warnings.warn(f"{self!r} was not closed", ResourceWarning, source=self, stacklevel=2)
            driver.abort()


_PATIENCE: Final = 5.0
"""Seconds beyond the time for workers, for a machine that does not answer."""
