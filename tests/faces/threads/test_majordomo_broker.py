"""`zmq4.majordomo.Broker`: what needs real sockets, threads and connections to be shown."""

import logging
import threading

import pytest

import zmq4
from fixtures.clock import DEADLINE
from zmq4.majordomo import (
    Broker,
    MessageDropped,
    Parting,
    Policy,
    Redispatched,
    WorkerGone,
    WorkerJoined,
)
from zmq4.majordomo.messages import MDP01, MDP02

pytestmark = pytest.mark.usefixtures("tcp_endpoint")


def worker_at(broker: Broker, service: bytes = b"echo", **options: object) -> zmq4.Dealer:
    """Make a worker; the caller closes it."""
    worker = zmq4.Dealer(connect=broker.endpoint, linger=0, **options)  # type: ignore[arg-type]
    with broker.events(DEADLINE) as events:
        worker.send(*MDP01.ready(service))
        while not isinstance(events.next(), WorkerJoined):
            pass
    return worker


def test_a_request_is_answered_over_every_transport(endpoint: str) -> None:
    with (
        Broker(endpoint) as broker,
        worker_at(broker) as worker,
        zmq4.Dealer(connect=broker.endpoint) as client,
    ):
        client.send(*MDP01.request(b"echo", [b"a", b"", b"b"]))
        message = worker.recv(timeout=DEADLINE)
        worker.send(*MDP01.answer(message[3], [frame.upper() for frame in message[5:]]))

        assert client.recv(timeout=DEADLINE)[:] == MDP01.reply(b"echo", [b"A", b"", b"B"])


def test_one_broker_has_several_addresses(inproc_endpoint: str, tcp_endpoint: str) -> None:
    with Broker([inproc_endpoint, tcp_endpoint]) as broker:
        inproc, tcp = broker.endpoints
        with zmq4.Dealer(connect=inproc) as worker, zmq4.Dealer(connect=tcp) as client:
            worker.send(*MDP02.ready(b"echo"))
            client.send(*MDP02.request(b"echo", [b"x"]))
            message = worker.recv(timeout=DEADLINE)

        assert message[-1] == b"x"


def test_a_req_is_answered_as_it_expects(tcp_endpoint: str) -> None:
    with (
        Broker(tcp_endpoint) as broker,
        worker_at(broker) as worker,
        zmq4.Req(connect=broker.endpoint, correlate=True) as client,
    ):
        client.send(b"MDPC01", b"echo", b"x")
        message = worker.recv(timeout=DEADLINE)
        worker.send(*MDP01.answer(message[3], [b"y"]))

        assert client.recv(timeout=DEADLINE)[:] == (b"MDPC01", b"echo", b"y")


def test_a_body_of_fifty_megabytes_arrives_as_it_was(tcp_endpoint: str) -> None:
    body = bytes(range(256)) * 200_000
    with (
        Broker(tcp_endpoint) as broker,
        worker_at(broker) as worker,
        zmq4.Dealer(connect=broker.endpoint) as client,
    ):
        client.send(*MDP01.request(b"echo", [body]))
        message = worker.recv(timeout=DEADLINE)
        worker.send(*MDP01.answer(message[3], message[5:]))

        assert client.recv(timeout=DEADLINE)[-1] == body


def test_the_request_of_a_worker_whose_connection_ends_goes_to_another(tcp_endpoint: str) -> None:
    with Broker(tcp_endpoint) as broker, zmq4.Dealer(connect=broker.endpoint) as client:
        first, events = worker_at(broker), broker.events(DEADLINE)
        client.send(*MDP01.request(b"echo", [b"x"]))
        first.recv(timeout=DEADLINE)
        with worker_at(broker) as second:
            first.close()

            assert second.recv(timeout=DEADLINE)[-1] == b"x"
        told = [events.next() for _ in range(3)]
    parting = WorkerGone("echo", told[1].worker, Parting.DISCONNECTED)  # type: ignore[union-attr]
    assert told[1:] == [parting, Redispatched("echo", 1)]


def test_nothing_is_done_for_a_client_that_hung_up(tcp_endpoint: str) -> None:
    with Broker(tcp_endpoint) as broker, zmq4.Dealer(connect=broker.endpoint) as other:
        with zmq4.Dealer(connect=broker.endpoint) as client:
            client.send_many([MDP01.request(b"echo", [b"%d" % number]) for number in range(10)])
            other.send(*MDP01.request(b"mmi.service", [b"echo"]))
            other.recv(timeout=DEADLINE)
            while broker.stats().queued < 10:
                other.send(*MDP01.request(b"mmi.service", [b"echo"]))
                other.recv(timeout=DEADLINE)
        while broker.stats().queued:
            other.send(*MDP01.request(b"mmi.service", [b"echo"]))
            other.recv(timeout=DEADLINE)

        assert broker.stats().dropped == {}
        assert broker.stats().clients == 0


def test_heartbeats_go_on_while_the_program_computes(tcp_endpoint: str, time_unit: float) -> None:
    with Broker(tcp_endpoint, heartbeat=time_unit) as broker, worker_at(broker) as worker:
        message = worker.recv(timeout=DEADLINE)

    assert message[:] == MDP01.beat()


def test_a_silent_worker_is_told_that_it_is_gone(tcp_endpoint: str, time_unit: float) -> None:
    with Broker(tcp_endpoint, heartbeat=time_unit) as broker, worker_at(broker) as worker:
        messages = iter(lambda: worker.recv(timeout=DEADLINE)[:], MDP01.leave())

        assert set(messages) == {MDP01.beat()}


def test_stopping_answers_what_workers_are_at(tcp_endpoint: str) -> None:
    with (
        Broker(tcp_endpoint) as broker,
        worker_at(broker) as worker,
        zmq4.Dealer(connect=broker.endpoint) as client,
    ):
        client.send(*MDP01.request(b"echo", [b"x"]))
        message = worker.recv(timeout=DEADLINE)
        stopping = threading.Thread(target=broker.stop, args=(DEADLINE,))
        stopping.start()
        worker.send(*MDP01.answer(message[3], [b"y"]))

        assert client.recv(timeout=DEADLINE)[-1] == b"y"
        assert worker.recv(timeout=DEADLINE)[:] == MDP01.leave()
        stopping.join(DEADLINE)
        broker.join(timeout=0)


def test_a_stopped_broker_can_be_asked_what_it_did(tcp_endpoint: str) -> None:
    broker = Broker(tcp_endpoint)
    with worker_at(broker):
        broker.stop()
    broker.stop()

    assert broker.stats().partings == {"stopped": 1}


def test_a_broker_that_serves_does_not_end_by_itself(tcp_endpoint: str) -> None:
    with Broker(tcp_endpoint) as broker, pytest.raises(zmq4.Timeout):
        broker.join(timeout=0)


def test_a_broker_tells_that_its_context_is_gone() -> None:
    with zmq4.Context() as context:
        broker = Broker("inproc://broker", context=context)

    with pytest.raises(zmq4.ZMQError):
        broker.join(DEADLINE)


def test_an_address_that_is_taken_is_told_at_once(tcp_endpoint: str) -> None:
    with Broker(tcp_endpoint) as broker, pytest.raises(zmq4.AddressInUse):
        Broker(str(broker.endpoint))


def test_who_knocks_in_another_tongue_is_told_to_the_log(
    tcp_endpoint: str, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING, "zmq4.majordomo"),
        Broker(tcp_endpoint) as broker,
        broker.events(DEADLINE) as events,
        zmq4.Dealer(connect=broker.endpoint) as peer,
    ):
        peer.send(b"C", b"2", b"echo")
        peer.send(b"C", b"2", b"echo")
        event = events.next()
        with worker_at(broker):
            pass

    assert isinstance(event, MessageDropped)
    assert event.address.startswith("tcp://")
    assert caplog.text.count("dialect-pigato") == 1


def test_a_broker_lets_in_whom_its_security_does(tcp_endpoint: str) -> None:
    server, known, unknown = (zmq4.KeyPair.generate() for _ in range(3))
    with Broker(tcp_endpoint, security=zmq4.CurveServer(server, allow={known.public})) as broker:

        def dealer(keys: zmq4.KeyPair) -> zmq4.Dealer:
            security = zmq4.CurveClient(server_key=server.public, keys=keys)
            return zmq4.Dealer(connect=broker.endpoint, security=security, linger=0)

        with dealer(known) as friend, dealer(unknown) as stranger:
            stranger.send(*MDP01.request(b"mmi.services", [b""]))
            friend.send(*MDP01.request(b"mmi.services", [b""]))

            assert friend.recv(timeout=DEADLINE)[:] == MDP01.reply(b"mmi.services", [b"200"])
            assert stranger.try_recv() is None


def test_a_client_that_reads_nothing_holds_nobody_up(tcp_endpoint: str) -> None:
    with (
        Broker(tcp_endpoint, policy=Policy(), options={"send_hwm_bytes": "1MiB"}) as broker,
        zmq4.Dealer(connect=broker.endpoint, recv_hwm=1, linger=0) as deaf,
        zmq4.Dealer(connect=broker.endpoint) as client,
        zmq4.Dealer(connect=broker.endpoint, linger=0) as worker,
    ):
        worker.send(*MDP02.ready(b"stream"))
        deaf.send(*MDP02.request(b"stream", [b"x"]))
        message = worker.recv(timeout=DEADLINE)
        part = MDP02.answer(message[2], [b"x" * 100_000], final=False)
        stalled = 0
        while not stalled:
            worker.send_many([part] * 100)
            client.send(*MDP01.request(b"mmi.service", [b"stream"]))
            assert client.recv(timeout=DEADLINE)[-1] == b"200"
            stalled = broker.stats().services["stream"].dropped.get("client-stalled", 0)
        worker.send(*MDP02.answer(message[2], [b"end"]))
        client.send(*MDP02.request(b"stream", [b"y"]))

        while (order := worker.recv(timeout=DEADLINE))[1] != MDP02.work:
            pass
        assert order[-1] == b"y"


def test_a_forgotten_broker_warns_and_ends(tcp_endpoint: str) -> None:
    broker = Broker(tcp_endpoint)

    with pytest.warns(ResourceWarning, match="was not closed"):
        del broker
