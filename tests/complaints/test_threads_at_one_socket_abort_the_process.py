"""Sockets are not thread-safe, and two threads at one abort the process.

P#2043, P#2094, P#1782, L#4649, L#1573, L#3200.
"""

from fixtures.children import Children


def test_threads_do_what_they_like_with_one_socket(children: Children) -> None:
    output = children.run(
        """
        import random, sys, threading, time
        import zmq4

        pair = zmq4.Pair(bind="inproc://a", recv_hwm=10, send_hwm=10)
        dealer = zmq4.Dealer(bind="tcp://127.0.0.1:0", send_hwm=10)
        address = str(dealer.endpoint)
        other = zmq4.Dealer(connect=address, send_hwm=10, reconnect=zmq4.Backoff(0.001))
        end = time.monotonic() + float(sys.argv[1])
        wrong = []

        def hammer(seed):
            chance = random.Random(seed)
            calls = [
                lambda s: s.send(b"x", b"y" * chance.randrange(70_000), timeout=0.001),
                lambda s: s.send_many([b"x"] * 20, timeout=0.001),
                lambda s: s.try_send("text"),
                lambda s: s.recv(timeout=0.001),
                lambda s: s.recv_bytes(timeout=0.001),
                lambda s: s.recv_into(bytearray(100), timeout=0.001),
                lambda s: s.recv_many(max=5, timeout=0.001),
                lambda s: s.try_recv(),
                lambda s: s.stats(),
                lambda s: s.peers(),
                lambda s: [each.state for each in s.endpoints],
                lambda s: setattr(s, "send_hwm", chance.randrange(20)),
                lambda s: s.linger,
                lambda s: s.connect("inproc://b").close(),
                lambda s: s.bind("tcp://127.0.0.1:0").close(),
                lambda s: s.drain(timeout=0.001),
                lambda s: repr(s),
            ]
            while time.monotonic() < end:
                try:
                    chance.choice(calls)(chance.choice([pair, dealer, other]))
                except zmq4.ZMQError:
                    pass
                except BaseException as error:
                    wrong.append(repr(error))

        threads = [threading.Thread(target=hammer, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for socket in (pair, dealer, other):
            socket.close(linger=0)
        print(wrong)
        """,
        "1.5",
    )

    assert output == "[]\n"


def test_socket_is_closed_under_the_threads_that_use_it(children: Children) -> None:
    output = children.run(
        """
        import threading, zmq4

        wrong = []

        def use(socket, barrier):
            barrier.wait()
            try:
                while True:
                    socket.try_send(b"x" * 100)
                    socket.try_recv()
                    socket.recv_many(timeout=0)
            except zmq4.Closed:
                pass
            except BaseException as error:
                wrong.append(repr(error))

        for number in range(100):
            one, other = zmq4.Pair(bind="inproc://a"), zmq4.Pair(connect="inproc://a")
            barrier = threading.Barrier(5)
            sockets = [one, one, other, other]
            threads = [threading.Thread(target=use, args=(each, barrier)) for each in sockets]
            for thread in threads:
                thread.start()
            barrier.wait()
            one.close()
            other.close()
            for thread in threads:
                thread.join()
        print(wrong)
        """
    )

    assert output == "[]\n"


def test_thread_that_made_a_socket_need_not_be_the_one_that_uses_it(
    children: Children,
) -> None:
    output = children.run(
        """
        import threading, zmq4
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as maker, ThreadPoolExecutor(4) as users:
            pull = maker.submit(lambda: zmq4.Pull(bind="tcp://127.0.0.1:0")).result()
            push = maker.submit(lambda: zmq4.Push(connect=pull.endpoint)).result()
            sent = [users.submit(push.send, b"%d" % number) for number in range(100)]
            got = [users.submit(pull.recv, 10) for _ in range(100)]
            print(sorted(int(each.result().content) for each in got) == list(range(100)))
            users.submit(push.close).result()
            users.submit(pull.close).result()
        """
    )

    assert output == "True\n"
