"""What a forked child inherits: calls say what to do instead, and closing it harms nobody."""

from collections.abc import Callable

import pytest

Run = Callable[..., str]

CALLS = [
    "pull.recv()",
    "pull.recv(timeout=0)",
    "pull.recv_bytes()",
    "pull.recv_into(bytearray(9))",
    "pull.recv_many()",
    "pull.try_recv()",
    "next(iter(pull))",
    "next(pull.batches())",
    "push.send(b'x')",
    "push.send(b'x', timeout=0)",
    "push.try_send(b'x')",
    "push.send_many([b'x'])",
    "push.drain()",
    "push.drain(timeout=0)",
    "pull.bind('inproc://other')",
    "push.connect('inproc://other')",
    "pull.unbind('inproc://other')",
    "pull.endpoints",
    "pull.endpoint",
    "pull.peers()",
    "pull.stats()",
    "pull.context",
    "pull.send_hwm",
    "setattr(pull, 'send_hwm', 5)",
    "line.ready()",
    "line.ready(timeout=0)",
    "line.state",
    "line.peers",
    "line.port",
    "line.failure",
    "line.attempts",
    "pull.events()",
    "next(events)",
    "events.next(timeout=0)",
    "events.try_next()",
    "context.term()",
    "context.io_threads",
    "zmq4.Pull(context=context)",
    "asyncio.run(apull.recv())",
    "asyncio.run(apull.recv(timeout=1))",
    "asyncio.run(apush.send(b'x'))",
    "asyncio.run(apush.drain())",
    "asyncio.run(aline.ready())",
    "asyncio.run(anext(aiter(apull)))",
    "apull.try_recv()",
    "asyncio.run(anext(aevents))",
    "pull.fileno()",
    "poller.poll()",
    "poller.poll(0)",
    "zmq4.Poller().register(pull)",
    "asyncio.run(apoller.poll())",
    "proxy.run()",
    "proxy.pause()",
    "proxy.resume()",
    "proxy.stop()",
    "proxy.stats()",
    "zmq4.Proxy(pull, push)",
    "asyncio.run(aproxy.run())",
]


@pytest.mark.parametrize("call", CALLS)
def test_call_on_an_inherited_object_says_what_to_do(run_forking: Run, call: str) -> None:
    output = run_forking(
        """
        import asyncio, sys
        import zmq4.asyncio

        context = zmq4.Context()
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0", context=context)
        push = zmq4.Push(connect=pull.endpoint, context=context)
        apull = zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0")
        apush = zmq4.asyncio.Push(connect=apull.endpoint)
        line, aline = push.endpoint, apush.endpoint
        events, aevents = pull.events(), apull.events()
        line.ready(timeout=5)
        pull.fileno()
        poller, apoller = zmq4.Poller(), zmq4.asyncio.Poller()
        poller.register(pull)
        apoller.register(apull)
        proxy, aproxy = zmq4.Proxy(pull, push), zmq4.asyncio.Proxy(apull, apush)

        def child():
            try:
                eval(sys.argv[1])
            except zmq4.ForkError as error:
                print(error)

        in_fork(child)
        push.send(b"still")
        assert pull.recv(timeout=5).content == b"still"
        """,
        call,
    )

    assert "create it after the fork, or pass its endpoint to the child" in output


def test_closing_inherited_objects_harms_nobody(run_forking: Run) -> None:
    run_forking(
        """
        import warnings

        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        push = zmq4.Push(connect=pull.endpoint)
        push.endpoint.ready(timeout=5)

        class Kept:
            pass

        kept = Kept()
        kept.endpoint, kept.context, kept.line = pull.endpoint, pull.context, push.endpoint
        kept.events = pull.events(timeout=5)

        def child():
            warnings.simplefilter("error")
            kept.endpoint.close()
            kept.line.close()
            kept.events.close()
            kept.context.close()
            with pull, push:
                pass
            assert pull.closed and push.closed

        for _ in range(3):
            in_fork(child)
            push.send(b"still")
            assert pull.recv(timeout=5).content == b"still"
        push.close()
        while not isinstance(next(kept.events), zmq4.Disconnected):
            pass
        """
    )


def test_inherited_objects_die_silently_and_harm_nobody(run_forking: Run) -> None:
    run_forking(
        """
        import gc, sys, warnings

        sockets = [zmq4.Pull(bind="tcp://127.0.0.1:0")]
        sockets.append(zmq4.Push(connect=sockets[0].endpoint))
        sockets[1].endpoint.ready(timeout=5)
        sockets[1].send(b"kept"); message = sockets[0].recv(timeout=5); frame = message.frame(0)
        loop_of = []
        loop_of += [sockets[1], loop_of]

        def child():
            global message, frame
            unraisable = []
            sys.unraisablehook = unraisable.append
            warnings.simplefilter("error")
            assert message.content == b"kept"
            del message, frame
            loop_of.clear()
            sockets.clear()
            gc.collect()
            assert not unraisable, unraisable

        in_fork(child)
        sockets[1].send(b"still")
        assert sockets[0].recv(timeout=5).content == b"still"
        """
    )


def test_inherited_objects_can_be_shown(run_forking: Run) -> None:
    output = run_forking(
        """
        pull = zmq4.Pull(bind="inproc://shown")
        endpoint = pull.endpoint

        def child():
            print(repr(pull), repr(endpoint), str(endpoint), repr(pull.closed))

        in_fork(child)
        """
    )

    assert output == (
        "<zmq4.Pull closed> <Endpoint inproc://shown of the process before a fork> "
        "inproc://shown True\n"
    )


def test_inherited_endpoint_may_be_connected_to(run_forking: Run) -> None:
    run_forking(
        """
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")
        endpoint = pull.endpoint

        def child():
            with zmq4.Push(connect=endpoint) as push:
                push.send(b"from the child")
                push.drain(timeout=5)

        in_fork(child)
        assert pull.recv(timeout=5).content == b"from the child"
        """
    )


def test_no_descriptor_is_inherited_by_other_programs(run_forking: Run) -> None:
    run_forking(
        """
        import asyncio
        import zmq4.asyncio

        before = set(os.listdir("/proc/self/fd"))
        with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
            push.send(b"x")
            pull.recv(timeout=5)

            async def use():
                async with zmq4.asyncio.Pull(bind="ipc://*") as apull:
                    try:
                        await apull.recv(timeout=0.01)
                    except zmq4.Timeout:
                        return {int(number) for number in os.listdir("/proc/self/fd")}

            ours = asyncio.run(use()) - {int(number) for number in before}
            alive = [number for number in ours if os.path.exists(f"/proc/self/fd/{number}")]
            assert len(alive) > 4
            assert not any(os.get_inheritable(number) for number in alive), alive
        """
    )
