"""Threads that use, change and close one socket at once: every call returns, or says why not."""

import sys
import sysconfig
from collections.abc import Callable

import pytest

import zmq4
from faces.crew import Crew
from fixtures.children import Children

HAMMER = """
import random, sys, threading, time
import zmq4

sys.setswitchinterval(1e-6)
end = time.monotonic() + float(sys.argv[1])
place = sys.argv[2]
wrong = []

rep = zmq4.Rep(bind=place, recv_hwm=10)
router = zmq4.Router(bind=place, recv_hwm=10, send_hwm=10, on_unroutable="drop")
pub = zmq4.Pub(bind=place, send_hwm=10)
xpub = zmq4.XPub(bind=place, send_hwm=10, recv_hwm=10)
sockets = {
    "rep": rep, "router": router, "pub": pub, "xpub": xpub,
    "req": zmq4.Req(connect=[rep.endpoint, router.endpoint], reconnect=zmq4.Backoff(0.001)),
    "dealer": zmq4.Dealer(connect=[rep.endpoint, router.endpoint], send_hwm=10, routing_id=b"d"),
    "sub": zmq4.Sub(connect=[pub.endpoint, xpub.endpoint], topics="t", recv_hwm=10),
    "xsub": zmq4.XSub(connect=[pub.endpoint, xpub.endpoint], recv_hwm=10),
}
NAMES = [b"d", b"nobody"]
LATER = 0.001

def answer(request):
    request.reply(*request)

CALLS = [
    lambda s, c: s.send(c.choice(NAMES) if s is router else b"t", b"x" * c.randrange(70_000), timeout=LATER),
    lambda s, c: s.try_send(c.choice(NAMES) if s is router else b"", b"t"),
    lambda s, c: s.send_many([(b"d", b"t")] * 5, timeout=LATER),
    lambda s, c: s.recv(timeout=LATER),
    lambda s, c: s.try_recv(),
    lambda s, c: s.recv_many(max=5, timeout=LATER),
    lambda s, c: s.recv_bytes(timeout=LATER),
    lambda s, c: s.request(b"x", timeout=LATER, retries=1),
    lambda s, c: answer(s.recv(timeout=LATER)),
    lambda s, c: [m.allow() for m in [s.try_recv()] if isinstance(m, zmq4.Subscription)],
    lambda s, c: s.subscribe(c.choice("tuv")),
    lambda s, c: s.unsubscribe(c.choice("tuv")),
    lambda s, c: s.topics,
    lambda s, c: s.topic_count,
    lambda s, c: s.wait_for_subscribers(2, "t", LATER),
    lambda s, c: s.peer_state(c.choice(NAMES)),
    lambda s, c: s.drain(timeout=LATER),
    lambda s, c: setattr(s, "handover", c.random() < 0.5),
    lambda s, c: setattr(s, "manual", c.random() < 0.5),
    lambda s, c: setattr(s, "relaxed", c.random() < 0.5),
    lambda s, c: setattr(s, "max_subscriptions", c.randrange(5)),
    lambda s, c: setattr(s, "recv_hwm", c.randrange(1, 20)),
    lambda s, c: (s.stats(), s.peers(), repr(s), s.endpoints),
    lambda s, c: s.bind(place).close(),
]

def hammer(seed):
    chance = random.Random(seed)
    while time.monotonic() < end:
        try:
            chance.choice(CALLS)(chance.choice([*sockets.values()]), chance)
        except (zmq4.ZMQError, AttributeError, TypeError, ValueError) as error:
            if not isinstance(error, zmq4.ZMQError) and "has no" not in str(error) and "attribute" not in str(error):
                wrong.append(repr(error))
        except BaseException as error:
            wrong.append(repr(error))

threads = [threading.Thread(target=hammer, args=(seed,)) for seed in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for socket in sockets.values():
    socket.close(linger=0)
print(sorted(set(wrong)))
"""
"""Eight threads do whatever comes to mind with sockets of every type; then all are closed."""

PLACES = ["tcp://127.0.0.1:0", "ipc://*"]


@pytest.mark.parametrize("place", PLACES)
def test_threads_do_what_they_like_with_sockets_of_every_type(
    children: Children, place: str
) -> None:
    assert children.run(HAMMER, "2", place, deadline=60) == "[]\n"


def test_threads_that_no_lock_of_the_interpreter_holds_back_do_no_harm(children: Children) -> None:
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip(f"{sys.executable} has a global lock; a build without was not asked for")

    assert children.run(HAMMER, "10", PLACES[0], deadline=90, flags=["-X", "gil=0"]) == "[]\n"


Make = Callable[[], zmq4.Req | zmq4.Rep | zmq4.Router | zmq4.Sub | zmq4.Pub | zmq4.XPub]

NOBODY = "tcp://127.0.0.1:1"


def full_router(context: zmq4.Context) -> zmq4.Router:
    """Make a router whose only peer has no room."""
    router = zmq4.Router(send_hwm=1, linger=0, context=context)
    router.connect(NOBODY, routing_id=b"full")
    router.send(b"full", b"fills it")
    return router


WAITS: dict[str, tuple[Callable[[zmq4.Context], object], Callable[..., object]]] = {
    "request": (
        lambda context: zmq4.Req(connect=NOBODY, linger=0, context=context),
        lambda req: req.request(b"x"),
    ),
    "receive_a_request": (
        lambda context: zmq4.Rep(bind="inproc://wait", context=context),
        lambda rep: rep.recv(),
    ),
    "receive_of_a_router": (full_router, lambda router: router.recv()),
    "send_to_a_peer": (full_router, lambda router: router.send(b"full", b"x")),
    "drain_of_a_router": (full_router, lambda router: router.drain()),
    "receive_of_a_subscriber": (
        lambda context: zmq4.Sub(bind="inproc://wait", topics="", context=context),
        lambda sub: sub.recv(),
    ),
    "receive_of_a_publisher": (
        lambda context: zmq4.XPub(bind="inproc://wait", context=context),
        lambda xpub: xpub.recv(),
    ),
    "wait_for_subscribers": (
        lambda context: zmq4.Pub(bind="inproc://wait", context=context),
        lambda pub: pub.wait_for_subscribers(),
    ),
}
"""For each wait what makes a socket, and the call."""


@pytest.mark.parametrize("wait", WAITS)
def test_close_wakes_who_waits(crew: Crew, wait: str) -> None:
    make, call = WAITS[wait]
    with zmq4.Context() as context:
        socket = make(context)
        waiter = crew.start(lambda: call(socket)).asleep()

        socket.close()  # type: ignore[attr-defined]

        assert isinstance(waiter.error(), zmq4.Closed)
        crew.dismiss()


@pytest.mark.parametrize("wait", WAITS)
def test_end_of_the_context_wakes_who_waits(crew: Crew, wait: str) -> None:
    make, call = WAITS[wait]
    with zmq4.Context() as context:
        socket = make(context)
        waiter = crew.start(lambda: call(socket)).asleep()
        ending = crew.start(context.term)

        assert isinstance(waiter.error(), zmq4.ContextTerminated)
        socket.close()  # type: ignore[attr-defined]
        ending.result()
        crew.dismiss()


def test_messages_of_many_threads_are_never_torn(
    endpoint: str, crew: Crew, deadline: float
) -> None:
    threads, total = 6, 300
    with (
        zmq4.Router(bind=endpoint, recv_hwm=5) as router,
        zmq4.Dealer(connect=router.endpoint, send_hwm=5) as dealer,
    ):

        def send(number: int) -> None:
            for count in range(total):
                frame = b"%d" % number * (1 + 1000 * (count % 3))
                dealer.send(frame, b"%d" % count, frame, timeout=deadline)

        def receive() -> list[tuple[bytes, int]]:
            taken = []
            for _ in range(total):
                one, count, other = router.recv(timeout=deadline)
                assert one == other
                taken.append((one[:1], int(count)))
            return taken

        senders = [crew.start(lambda number=number: send(number)) for number in range(threads)]  # type: ignore[misc]
        receivers = [crew.start(receive) for _ in range(threads)]
        arrived = [each for receiver in receivers for each in receiver.result(60)]
        for sender in senders:
            sender.result()

    assert sorted(arrived) == sorted(
        (b"%d" % number, count) for number in range(threads) for count in range(total)
    )
