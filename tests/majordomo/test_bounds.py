"""What bounds a broker's memory whatever its peers do, on real sockets: M63, M67, M68 and M69."""

from collections.abc import Callable

import zmq

from fixtures.clock import TIME_UNIT
from majordomo.patience import wait_until
from majordomo.raw import RFC18, Client, Worker
from zmq4.majordomo import Broker, Limits, Policy

Context = zmq.Context[zmq.Socket[bytes]]
MIB = 1 << 20


def test_m63_queue_keeps_what_it_may_and_refuses_the_rest(
    serve: Callable[..., Broker], context: Context
) -> None:
    broker = serve(policy=Policy(queue_length=100))
    with Client(context, str(broker.endpoint)) as c:
        for number in range(200):
            c.ask(b"%d" % number)
        wait_until(lambda: [each.received for each in broker.stats().services.values()] == [200])
        assert broker.stats().services["echo"].dropped == {"queue-full": 100}

        with Worker(context, str(broker.endpoint)) as w:
            w.serve(100)
            assert [c.is_told().body[0] for _ in range(100)] == [b"%d" % n for n in range(100)]


def test_m67_names_that_do_not_exist_leave_nothing_behind(
    serve: Callable[..., Broker], context: Context
) -> None:
    broker = serve(limits=Limits(queue_length=50))
    with Client(context, str(broker.endpoint)) as c:
        for number in range(2000):
            c.ask(b"x", service=b"no-%d" % number)
        assert c.asked(b"no-7", service=b"mmi.service") == [b"404"]
        assert len(broker.stats().services) == 50
    wait_until(lambda: not broker.stats().services)


def test_m68_client_that_reads_nothing_is_given_up_and_holds_nobody_up(
    serve: Callable[..., Broker], context: Context
) -> None:
    broker = serve(limits=Limits(unread_bytes=MIB))
    address = str(broker.endpoint)
    with (
        Client(context, address, RFC18) as slow,
        Worker(context, address, RFC18, service=b"flood") as w,
        Client(context, address) as other,
    ):
        slow.socket.rcvhwm = 1
        slow.ask(b"x", service=b"flood")
        given = w.is_given()
        part = bytes(MIB // 4)
        while "client-stalled" not in broker.stats().services["flood"].dropped:
            w.answer_partly(given.address, part)

        assert other.asked(b"flood", service=b"mmi.service") == [b"200"]


def test_m69_worker_that_does_not_read_is_given_one_request_and_no_more(
    serve: Callable[..., Broker], context: Context
) -> None:
    broker = serve(heartbeat=TIME_UNIT)
    address = str(broker.endpoint)
    with Client(context, address) as c, Worker(context, address) as deaf:
        wait_until(lambda: broker.stats().workers == 1)
        for number in range(10):
            c.ask(b"%d" % number)
        wait_until(lambda: broker.stats().services["echo"].queued == 9)
        deaf.beat()  # for once it says that it lives; then it is silent, and has never read
        wait_until(lambda: broker.stats().partings == {"silent": 1})

        with Worker(context, address) as w:
            w.serve(10)
            assert [c.is_told().body[0] for _ in range(10)] == [b"%d" % n for n in range(10)]
        assert broker.stats().services["echo"].redispatched == 1
        assert deaf.is_given().body == [b"0"]
        assert deaf.is_dismissed()


def test_m69_worker_that_says_nothing_either_is_given_up_where_the_service_says_so(
    serve: Callable[..., Broker], context: Context
) -> None:
    broker = serve(policy=Policy(busy_timeout=TIME_UNIT), heartbeat=TIME_UNIT)
    address = str(broker.endpoint)
    with Client(context, address) as c, Worker(context, address):
        c.ask(b"Hello")
        wait_until(lambda: broker.stats().partings == {"overdue": 1})

        with Worker(context, address) as w:
            w.serve()
            assert c.is_told().body == [b"Hello"]


def test_one_message_may_be_larger_than_what_a_peer_may_leave_unread(
    serve: Callable[..., Broker], context: Context
) -> None:
    broker = serve(limits=Limits(unread_bytes=MIB))
    address = str(broker.endpoint)
    with Client(context, address) as c, Worker(context, address) as w:
        c.ask(bytes(5 * MIB))
        w.serve()
        assert c.is_told().body == [bytes(5 * MIB)]
