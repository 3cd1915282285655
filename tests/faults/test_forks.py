"""Forks with sockets of every type alive: the parent's go on, the child's say what to do."""

from collections.abc import Callable

import pytest

from faults.dialogues import SOCKETS, WAITS, kind_of

Run = Callable[..., str]

EXCHANGES = {
    "req_rep": """
        rep = zmq4.Rep(bind="tcp://127.0.0.1:0")
        req = zmq4.Req(connect=rep.endpoint)
        sockets = [rep, req]

        def exchange():
            req.send(b"ask")
            rep.recv(timeout=5).reply(b"answer")
            assert req.recv(timeout=5).content == b"answer"
    """,
    "router_dealer": """
        router = zmq4.Router(bind="tcp://127.0.0.1:0")
        dealer = zmq4.Dealer(connect=router.endpoint)
        sockets = [router, dealer]

        def exchange():
            dealer.send(b"ask")
            router.send(router.recv(timeout=5).sender, b"answer")
            assert dealer.recv(timeout=5).content == b"answer"
    """,
    "pub_sub": """
        pub = zmq4.Pub(bind="tcp://127.0.0.1:0")
        sub = zmq4.Sub(connect=pub.endpoint, topics="t")
        sockets = [pub, sub]

        def exchange():
            pub.wait_for_subscribers(1, "t", 5)
            pub.send(b"t")
            assert sub.recv(timeout=5).content == b"t"
    """,
    "xpub_xsub": """
        xpub = zmq4.XPub(bind="tcp://127.0.0.1:0")
        xsub = zmq4.XSub(connect=xpub.endpoint, topics="t")
        sockets = [xpub, xsub]
        assert xpub.recv(timeout=5).topic == b"t"

        def exchange():
            xpub.send(b"t")
            assert xsub.recv(timeout=5).content == b"t"
            xsub.send(b"up")
            assert xpub.recv(timeout=5).content == b"up"
    """,
}


@pytest.mark.parametrize("pair", EXCHANGES)
def test_exchange_goes_on_whatever_the_child_does_with_its_copies(
    run_forking: Run, pair: str
) -> None:
    run_forking(f"""{EXCHANGES[pair]}
        import gc

        def touch():
            for socket in sockets:
                for call in (lambda: socket.recv(timeout=0), lambda: socket.send(b"t", b"x")):
                    try:
                        call()
                    except (zmq4.ForkError, AttributeError):
                        continue
                    raise AssertionError("no error")
                repr(socket)
                socket.close()

        def forget():
            global sockets
            for name in ("rep", "req", "router", "dealer", "pub", "sub", "xpub", "xsub"):
                globals().pop(name, None)
            sockets = None
            gc.collect()

        def begin_anew():
            with (
                zmq4.Rep(bind="tcp://127.0.0.1:0") as rep,
                zmq4.Req(connect=rep.endpoint) as req,
            ):
                req.send(b"x")
                rep.recv(timeout=5).reply(b"y")
                assert req.recv(timeout=5).content == b"y"

        exchange()
        for work in (touch, forget, begin_anew) * 3:
            in_fork(work)
            exchange()
    """)


def test_waits_of_the_child_say_what_to_do(run_forking: Run) -> None:
    calls = [(kind_of(call), call) for call in WAITS]

    output = run_forking(
        SOCKETS
        + f"""
sockets = {{kind: make(kind) for kind, _ in {calls}}}

def child():
    for _, call in {calls}:
        try:
            eval(call, globals(), sockets)
        except zmq4.ForkError as error:
            print(error)
        else:
            raise AssertionError(call)

in_fork(child)
"""
    )

    told = output.splitlines()
    assert len(told) == len(WAITS)
    assert all("create it after the fork" in each for each in told)


def test_threads_that_wait_in_every_call_wait_on_in_the_parent(run_forking: Run) -> None:
    calls = [(kind_of(call), call) for call in WAITS]

    run_forking(
        SOCKETS
        + f"""
ends = []

def wait(call, sockets):
    try:
        eval(call, globals(), sockets)
    except (zmq4.Closed, StopIteration):
        ends.append(call)

made = [({{kind: make(kind)}}, call) for kind, call in {calls}]
threads = [threading.Thread(target=wait, args=(call, sockets)) for sockets, call in made]
for thread in threads:
    thread.start()
for _ in range(5):
    in_fork(lambda: None)
assert ends == [], ends
for sockets, _ in made:
    for socket in sockets.values():
        socket.close()
for thread in threads:
    thread.join(10)
assert len(ends) == len(made), ends
"""
    )
