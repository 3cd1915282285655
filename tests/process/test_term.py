"""The end of a context: what it waits for, what it names, and what it refuses."""

from fixtures.children import Children


def test_time_limit_of_term_names_the_sockets_that_are_open(children: Children) -> None:
    children.run(
        """
        import zmq4

        context = zmq4.Context()
        pull = zmq4.Pull(bind="inproc://open", context=context)
        push = zmq4.Push(connect="tcp://127.0.0.1:1", context=context, linger=0)
        push.send(b"unsent")
        try:
            context.term(timeout=0.05)
        except zmq4.Timeout as error:
            text = str(error)
            assert "PULL (inproc://open; 0 messages unsent)" in text, text
            assert "PUSH (tcp://127.0.0.1:1; 1 messages unsent)" in text, text
        else:
            raise AssertionError("it returned")
        pull.close()
        push.close()
        context.term(timeout=5)
        """
    )


def test_time_limit_of_term_tells_of_closed_sockets_that_still_send(children: Children) -> None:
    children.run(
        """
        import zmq4

        context = zmq4.Context()
        push = zmq4.Push(connect="tcp://127.0.0.1:1", context=context, linger=None)
        push.send(b"unsent")
        push.close()
        for _ in range(3):
            try:
                context.term(timeout=0.05)
            except zmq4.Timeout as error:
                assert "PUSH tcp://127.0.0.1:1" in str(error), error
            else:
                raise AssertionError("it returned")
        import os
        os._exit(0)
        """
    )


def test_terminated_context_refuses_sockets_and_calls(children: Children) -> None:
    children.run(
        """
        import asyncio
        import zmq4, zmq4.asyncio

        context = zmq4.Context()
        pull = zmq4.Pull(bind="inproc://t", context=context)
        push = zmq4.Push(connect="inproc://t", context=context)
        apull = zmq4.asyncio.Pull(bind="inproc://a", context=context)
        try:
            context.term(timeout=0)
        except zmq4.Timeout:
            pass
        assert context.closed
        calls = [
            pull.recv, pull.recv_bytes, pull.recv_many, pull.try_recv, pull.__iter__().__next__,
            lambda: push.send(b"x"), lambda: push.try_send(b"x"), lambda: push.send_many([b"x"]),
            lambda: pull.bind("inproc://u"), lambda: push.connect("inproc://u"),
            lambda: zmq4.Pull(context=context), lambda: asyncio.run(apull.recv()),
        ]
        for call in calls:
            try:
                call()
            except zmq4.ContextTerminated:
                continue
            raise AssertionError(call)
        for socket in (pull, push, apull):
            socket.close()
            assert socket.closed
        context.term(timeout=5)
        context.term(timeout=5)
        """
    )


def test_term_waits_until_another_thread_closes_the_last_socket(children: Children) -> None:
    children.run(
        """
        import threading, time
        import zmq4

        context = zmq4.Context()
        pulls = [zmq4.Pull(bind="tcp://127.0.0.1:0", context=context) for _ in range(3)]

        def receive(pull):
            with pull:
                try:
                    pull.recv()
                except zmq4.ContextTerminated:
                    pass

        threads = [threading.Thread(target=receive, args=(pull,)) for pull in pulls]
        for thread in threads:
            thread.start()
        context.term(timeout=5)
        for thread in threads:
            thread.join(5)
            assert not thread.is_alive()
        """
    )


def test_term_waits_until_lingering_messages_are_sent(children: Children) -> None:
    children.run(
        """
        import threading
        import zmq4

        ours = zmq4.Context()
        pull = zmq4.Pull(bind="tcp://127.0.0.1:0", recv_hwm=1, kernel_recv_buffer=4096)
        push = zmq4.Push(connect=pull.endpoint, context=ours, linger=None, send_hwm=0)
        push.send_many(bytes(1000) for _ in range(5000))
        push.close()
        ending = threading.Thread(target=ours.term)
        ending.start()
        for _ in range(5000):
            pull.recv(timeout=5)
        ending.join(5)
        assert not ending.is_alive()
        pull.close()
        """
    )


def test_implicit_context_that_was_terminated_is_followed_by_a_new_one(children: Children) -> None:
    children.run(
        """
        import zmq4

        for _ in range(3):
            with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
                push.send(b"x")
                assert pull.recv(timeout=5).content == b"x"
            zmq4.Context.default().term(timeout=5)
        """
    )


def test_term_from_many_threads_at_once_ends_all_of_them(children: Children) -> None:
    children.run(
        """
        import threading, time
        import zmq4

        for _ in range(20):
            context = zmq4.Context()
            pull = zmq4.Pull(bind="tcp://127.0.0.1:0", context=context)
            push = zmq4.Push(connect=pull.endpoint, context=context, linger=0)
            threads = [threading.Thread(target=context.term) for _ in range(4)]
            for thread in threads:
                thread.start()
            pull.close()
            push.close()
            for thread in threads:
                thread.join(5)
                assert not thread.is_alive()
        """
    )
