"""The broker's desk: takes requests in, gives them to workers, and brings the answers back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from zmq4._kit.schedule import Schedule
from zmq4.majordomo.events import Redispatched, Refusal, RequestDropped
from zmq4.majordomo.machine.request import FRAME_COST, Client, Request, weigh
from zmq4.majordomo.machine.service import Service
from zmq4.majordomo.messages import is_service_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zmq4.majordomo.classify import Call
    from zmq4.majordomo.machine.outbox import Outbox
    from zmq4.majordomo.machine.session import Session
    from zmq4.majordomo.policy import Limits, Policy


class Desk:
    """Requests of all services and clients.

    Args:
        outbox: Where messages and events go.
        limits: What bounds the whole.
        policy: How requests of a service are kept, unless said otherwise.
        policies: How those of some services are kept, by their names.
        rejection: What the replies begin with by which a request is rejected, for clients that
            asked for them; None is no such reply.
    """

    __slots__ = (
        "_limits",
        "_outbox",
        "_policies",
        "_policy",
        "_rejection",
        "clients",
        "dropped",
        "is_closed",
        "queued",
        "queued_bytes",
        "schedule",
        "services",
    )

    def __init__(
        self,
        outbox: Outbox,
        limits: Limits,
        policy: Policy,
        policies: Mapping[bytes, Policy],
        rejection: bytes | None,
    ) -> None:
        """Begin with no request."""
        self._outbox = outbox
        self._limits = limits
        self._policy = policy
        self._policies = policies
        self._rejection = rejection
        self.services: dict[bytes, Service] = {}
        self.clients: dict[bytes, Client] = {}
        self.dropped: Counter[Refusal] = Counter()
        """Requests given up for which there was no service."""
        self.is_closed = False
        """Whether nothing new is taken in."""
        self.queued = 0
        self.queued_bytes = 0
        self.schedule: Schedule[Service] = Schedule(self._is_forgotten)
        """Services whose queues may grow too old."""

    # Requests.

    def call(self, address: bytes, call: Call, now: float) -> bool:
        """Take a request in.

        Returns:
            Whether it names something that can be a service.
        """
        service = self.services.get(call.service)
        if service is None:
            if not is_service_name(call.service):
                return False
            if self.is_closed or len(self.services) >= self._limits.services:
                why = Refusal.STOPPING if self.is_closed else Refusal.UNKNOWN_SERVICE
                self.refuse(address, call, why)
                return True
            service = self.service(call.service, now)
        client = self.clients.get(address)
        if client is None:
            client = self.clients[address] = Client(address)
        service.received += 1
        request = Request(client, service, call, now)
        refusal = self._objection(request)
        client.requests.add(request)
        if refusal is None and service.can_dispatch():
            # Then nothing waits: whatever can be given out has been.
            self._outbox.to_workers.append(service.give(request, now))
            return True
        if refusal is None:
            self._enqueue(request)
        else:
            self.drop(request, refusal)
        if not service.workers:
            self.look_after(service, now)
        return True

    def answer(self, session: Session, body: Sequence[bytes], now: float, *, final: bool) -> None:
        """Pass a part of a reply on to the client of the request that a worker holds."""
        request, service = session.request, session.service
        if request is None:
            return
        if not final:
            if request.is_open:
                self._answer_partly(request, body)
            return
        service.free(session)
        service.served += now - session.since
        if request.is_open:
            service.replied += 1
            if request.held:
                body = (*request.held, *body)
            self._outbox.to_clients.append(request.reply(body))
            request.close()
        if service.queue.length:
            self._dispatch(service, now)

    def requeue(self, request: Request, now: float) -> None:
        """Take a request back whose worker was lost; another gets it, or it is given up."""
        if not request.is_open:
            return
        service, policy = request.service, request.service.policy
        begun = request.has_partial and not policy.restartable
        if begun or request.attempts >= policy.max_attempts:
            self.drop(request, Refusal.WORKER_LOST)
            return
        request.held, request.held_size = [], 0
        self._outbox.events.append(Redispatched(service.name.decode(), request.attempts))
        service.queue.push_front(request)
        self._count_in(request)
        self._dispatch(service, now)

    def refuse(self, address: bytes, call: Call, refusal: Refusal) -> None:
        """Refuse a request that is no request of any service yet."""
        self.dropped[refusal] += 1
        name = call.service.decode(errors="replace")
        self._outbox.events.append(RequestDropped(name, refusal))
        client = self.clients.get(address)
        if self._rejection is not None and client is not None and client.is_told:
            head, body = call.dialect.final_head, (self._rejection, refusal.encode())
            self._outbox.to_clients.append((address, *call.path, *head, call.service, *body))

    def drop(self, request: Request, refusal: Refusal) -> None:
        """Give a request up, and tell its client if clients are told."""
        service = request.service
        if self._rejection is not None and request.client.is_told:
            body = (self._rejection, refusal.encode())
            self._outbox.to_clients.append(request.reply(body))
        self._outbox.events.append(RequestDropped(service.name.decode(), refusal))
        self._close(request, refusal)

    # Services.

    def service(self, name: bytes, now: float) -> Service:
        """Return the service of a name, made if there is none."""
        service = self.services.get(name)
        if service is None:
            policy = self._policies.get(name, self._policy)
            service = self.services[name] = Service(name, policy, now)
        return service

    def look_after(self, service: Service, now: float) -> None:
        """Give out what can be given out, see to what waits, and forget what is of no use."""
        self._dispatch(service, now)
        if service.is_forgettable:
            crowded = len(self.services) > self._limits.services // 2
            if not self._is_forgotten(service) and (crowded or not service.was_served):
                del self.services[service.name]
        elif not service.is_scheduled:
            at = service.expires_at()
            service.is_scheduled = at < float("inf")
            self.schedule.put(at, service)

    def expire(self, now: float) -> None:
        """Give up what has waited too long for a worker that never came."""
        for service in self.schedule.due(now):
            service.is_scheduled = False
            while now >= service.expires_at():
                oldest = service.queue.oldest()
                if oldest is None:
                    break
                self.drop(oldest, Refusal.EXPIRED)
            self.look_after(service, now)

    # Clients.

    def forget_client(self, address: bytes, now: float) -> None:
        """Let go of a connection that is gone: nobody waits for its answers."""
        client = self.clients.pop(address, None)
        if client is not None:
            for request in list(client.requests):
                self._close(request, Refusal.CLIENT_GONE)
                self.look_after(request.service, now)

    def stall_client(self, address: bytes) -> None:
        """Give up what a client was being told that does not listen: its answers have holes."""
        client = self.clients.get(address)
        for request in list(client.requests) if client is not None else ():
            if request.has_partial:
                self._close(request, Refusal.CLIENT_STALLED)

    def tell_rejections(self, address: bytes, rejection: bytes) -> bool:
        """Tell a client from now on when a request of it is rejected, if it knows how that is said.

        Returns:
            Whether it is told.
        """
        if rejection != self._rejection:
            return False
        client = self.clients.get(address)
        if client is None:
            client = self.clients[address] = Client(address)
        client.is_told = True
        return True

    def cancel(self, address: bytes, name: bytes, now: float) -> int:
        """Take back what a client has waiting at a service.

        Returns:
            The number of requests taken back; those at workers are not.
        """
        client = self.clients.get(address)
        if client is None:
            return 0
        waiting = [
            each for each in client.requests if each.is_waiting and each.service.name == name
        ]
        for request in waiting:
            self._close(request, Refusal.CANCELLED)
            self.look_after(request.service, now)
        return len(waiting)

    def close(self) -> None:
        """Take nothing new in, and give up what waits."""
        self.is_closed = True
        for service in [*self.services.values()]:
            for request in service.queue:
                self.drop(request, Refusal.STOPPING)

    # Steps of these.

    def _is_forgotten(self, service: Service) -> bool:
        """Tell whether nobody knows it any more; another may have its name by now."""
        return self.services.get(service.name) is not service

    def _objection(self, request: Request) -> Refusal | None:
        """Tell what speaks against taking a request in."""
        limits = self._limits
        if self.is_closed:
            return Refusal.STOPPING
        if len(request.client.requests) >= limits.requests_per_client:
            return Refusal.TOO_MANY_REQUESTS
        if limits.request_bytes is not None and sum(map(len, request.body)) > limits.request_bytes:
            return Refusal.TOO_LARGE
        return None

    def _enqueue(self, request: Request) -> None:
        queue, policy, size = request.service.queue, request.service.policy, weigh(request.body)
        limits = self._limits
        while queue.length >= policy.queue_length or queue.octets + size > policy.queue_bytes:
            oldest = queue.oldest() if policy.on_full == "drop_oldest" else None
            if oldest is None:
                self.drop(request, Refusal.QUEUE_FULL)
                return
            self.drop(oldest, Refusal.QUEUE_FULL)
        if self.queued >= limits.queue_length or self.queued_bytes + size > limits.queue_bytes:
            self.drop(request, Refusal.QUEUE_FULL)
            return
        queue.push(request)
        self._count_in(request)

    def _dispatch(self, service: Service, now: float) -> None:
        rows, queue = self._outbox.to_workers, service.queue
        while queue.length and service.can_dispatch():
            request = queue.pop()
            if request is None:
                return
            self._count_out(request)
            rows.append(service.give(request, now))

    def _answer_partly(self, request: Request, body: Sequence[bytes]) -> None:
        """Pass a part on, or keep it for a client that takes exactly one reply."""
        service = request.service
        if request.dialect.has_partial:
            request.has_partial = True
            service.partials += 1
            self._outbox.to_clients.append(request.reply(body, final=False))
        elif service.policy.partials == "join":
            request.held.extend(body)
            request.held_size += sum(map(len, body)) + FRAME_COST * len(body)
            if request.held_size - FRAME_COST > service.policy.joined_bytes:
                self.drop(request, Refusal.TOO_LARGE)

    def _close(self, request: Request, refusal: Refusal) -> None:
        """Let go of a request, wherever it is."""
        request.service.dropped[refusal] += 1
        if request.is_waiting:
            self._count_out(request)
            request.service.queue.discard(request)
        else:
            request.close()

    def _count_in(self, request: Request) -> None:
        request.is_waiting = True
        self.queued += 1
        self.queued_bytes += request.size

    def _count_out(self, request: Request) -> None:
        request.is_waiting = False
        self.queued -= 1
        self.queued_bytes -= request.size
