"""Programs hang at exit, or in term(), for a socket that nobody closed or a peer that never came.

P#1003, P#1002, P#1167, P#1512, P#1757, P#537, P#991, L#3915, aiperf#267.
"""

import pytest

import zmq4
from fixtures.children import Children

FORGOTTEN = {
    "message_to_nobody": """
        push = zmq4.Push(connect="tcp://127.0.0.1:1")
        push.send(b"to nobody")
    """,
    "socket_of_a_context": """
        context = zmq4.Context()
        push = zmq4.Push(connect="tcp://127.0.0.1:1", context=context)
        push.send(b"to nobody")
    """,
    "socket_in_a_cycle": """
        class Holder:
            pass

        holder = Holder()
        holder.me, holder.socket = holder, zmq4.Pull(bind="tcp://127.0.0.1:0")
        del holder
    """,
    "thread_that_waits": """
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0")

        def wait():
            try:
                pull.recv()
            except zmq4.ZMQError:
                pass

        threading.Thread(target=wait, daemon=True).start()
    """,
    "request_without_an_answer": """
        req = zmq4.Req(connect="tcp://127.0.0.1:1")
        req.send(b"anybody?")
    """,
    "loop_that_was_left": """
        import asyncio
        import zmq4.asyncio

        async def main():
            pull = zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0")
            push = zmq4.asyncio.Push(connect="tcp://127.0.0.1:1")
            await push.send(b"to nobody")
            return pull, push

        sockets = asyncio.run(main())
    """,
}


@pytest.mark.parametrize("forgotten", FORGOTTEN)
def test_program_that_closes_nothing_ends(children: Children, forgotten: str) -> None:
    children.run(
        f"""
        import threading
        import zmq4
        {FORGOTTEN[forgotten]}
        """,
        flags=["-W", "ignore::ResourceWarning"],
    )


def test_what_was_sent_last_still_arrives(children: Children, deadline: float) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
        children.run(
            """
            import sys, zmq4
            push = zmq4.Push(connect=sys.argv[1])
            push.send_many(b"%d" % number for number in range(1000))
            """,
            str(pull.endpoint),
            flags=["-W", "ignore::ResourceWarning"],
        )

        assert [int(pull.recv(timeout=deadline).content) for _ in range(1000)] == [*range(1000)]


def test_end_of_a_context_says_which_sockets_keep_it(tcp_endpoint: str) -> None:
    context = zmq4.Context()
    with zmq4.Pull(bind=tcp_endpoint, context=context) as pull:
        with pytest.raises(zmq4.Timeout, match=r"PULL") as raised:
            context.term(timeout=0.01)
        assert str(pull.endpoint) in str(raised.value)
    context.term(timeout=10)


def test_context_is_not_kept_by_sockets_that_were_forgotten(tcp_endpoint: str) -> None:
    context = zmq4.Context()
    with pytest.warns(ResourceWarning, match="unclosed socket"):
        zmq4.Pull(bind=tcp_endpoint, context=context)

    context.term(timeout=10)


def test_closing_never_waits_for_what_is_unsent(children: Children) -> None:
    children.run(
        """
        import os, zmq4

        for linger in (None, 3600):
            with zmq4.Push(connect="tcp://127.0.0.1:1", linger=linger) as push:
                push.send(b"for ever, if nobody comes")
        assert push.closed
        os._exit(0)  # which would linger
        """
    )
