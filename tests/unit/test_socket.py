"""`zmq4._socket`: what the patterns of the threads face send and receive."""

import threading
import time
from collections.abc import Iterator

import pytest

import zmq4
from zmq4._native import Message

MIXED_FRAMES = [b"bytes", "tëxt", bytearray(b"bytearray"), memoryview(b"view"), b""]
MIXED_OCTETS = [b"bytes", "tëxt".encode(), b"bytearray", b"view", b""]


@pytest.fixture
def pipeline(inproc_endpoint: str) -> Iterator[tuple[zmq4.Push, zmq4.Pull]]:
    with zmq4.Pull(bind=inproc_endpoint) as pull, zmq4.Push(connect=inproc_endpoint) as push:
        yield push, pull


def test_message_travels_over_every_transport(endpoint: str, deadline: float) -> None:
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        push.send(*MIXED_FRAMES)

        assert list(pull.recv(timeout=deadline)) == MIXED_OCTETS


@pytest.mark.parametrize("size", [0, 1, 255, 256, 8192, 65535, 65536, 1 << 20])
def test_body_of_any_size_arrives_as_it_was(
    pipeline: tuple[zmq4.Push, zmq4.Pull], size: int, deadline: float
) -> None:
    push, pull = pipeline
    body = bytes(index * 31 % 251 for index in range(size))

    push.send(body)
    push.send(bytearray(body))

    assert pull.recv_bytes(timeout=deadline) == body
    assert pull.recv(timeout=deadline).content == body


def test_memory_of_the_caller_may_change_after_a_send(
    pipeline: tuple[zmq4.Push, zmq4.Pull], deadline: float
) -> None:
    push, pull = pipeline
    small, large = bytearray(b"before"), bytearray(b"b" * 100_000)

    push.send(small, large)
    small[:] = b"after!"
    large[:] = b"a" * 100_000

    assert list(pull.recv(timeout=deadline)) == [b"before", b"b" * 100_000]


@pytest.mark.parametrize("wrong", [1, None, 1.5, [b"x"], object(), memoryview(b"abcd")[::2]])
def test_what_is_no_frame_is_not_sent(pipeline: tuple[zmq4.Push, zmq4.Pull], wrong: object) -> None:
    push, pull = pipeline

    for send in (push.send, push.try_send):
        with pytest.raises(TypeError, match="a frame is bytes, str or a contiguous buffer"):
            send(b"first", wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        push.send()  # type: ignore[call-arg]

    assert pull.try_recv() is None


def test_pair_talks_both_ways(endpoint: str, deadline: float) -> None:
    with zmq4.Pair(bind=endpoint) as one, zmq4.Pair(connect=one.endpoint) as other:
        other.send("there")
        assert one.recv(timeout=deadline).text == "there"
        one.send("and back")
        assert other.recv(timeout=deadline).text == "and back"


def test_dealer_deals_in_turn(inproc_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Dealer(bind=inproc_endpoint) as dealer,
        zmq4.Dealer(connect=inproc_endpoint) as first,
        zmq4.Dealer(connect=inproc_endpoint) as second,
    ):
        dealer.send_many([b"1", b"2", b"3", b"4"])
        hands = [
            [each.content for each in one.recv_many(timeout=deadline)] for one in (first, second)
        ]
        first.send(b"from the first")

        assert sorted(hands) == [[b"1", b"3"], [b"2", b"4"]]
        assert dealer.recv(timeout=deadline).content == b"from the first"


def test_receive_gives_up_in_time(pipeline: tuple[zmq4.Push, zmq4.Pull], time_unit: float) -> None:
    _, pull = pipeline

    for receive in (
        pull.recv,
        pull.recv_bytes,
        lambda timeout: pull.recv_into(bytearray(1), timeout=timeout),
    ):
        before = time.monotonic()
        with pytest.raises(
            zmq4.Timeout, match=r"Pull \(inproc://.*\): nothing was received in time"
        ):
            receive(timeout=time_unit)
        assert time_unit <= time.monotonic() - before < 50 * time_unit
    assert pull.recv_many(timeout=time_unit) == []
    assert pull.try_recv() is None


def test_time_limit_of_the_socket_holds_where_none_is_given(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint, recv_timeout=0.01) as pull:
        with pytest.raises(zmq4.Timeout):
            pull.recv()
        with pytest.raises(zmq4.Timeout):
            next(iter(pull))
        assert pull.recv_many() == []
        pull.recv_timeout = 0
        with pytest.raises(zmq4.Timeout):
            pull.recv(None)

    with zmq4.Push(send_timeout=0.01) as push, pytest.raises(zmq4.Timeout):
        push.send(b"nobody is there")


@pytest.mark.parametrize("timeout", [-1, -0.001, float("nan")])
def test_time_limit_is_not_negative(pipeline: tuple[zmq4.Push, zmq4.Pull], timeout: float) -> None:
    _, pull = pipeline

    with pytest.raises(ValueError, match="timeout is seconds, 0 or more"):
        pull.recv(timeout=timeout)


def test_receiver_is_woken_by_another_thread(
    pipeline: tuple[zmq4.Push, zmq4.Pull], deadline: float
) -> None:
    push, pull = pipeline
    later = threading.Timer(0.05, push.send, [b"x"])
    later.start()

    assert pull.recv_bytes(timeout=deadline) == b"x"

    later.join()


def test_sender_waits_until_there_is_room(inproc_endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=1) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=1) as push,
    ):
        while push.try_send(b"x"):
            pass
        later = threading.Timer(0.05, lambda: pull.recv_many(max=100))
        later.start()

        push.send(b"last", timeout=deadline)

        later.join()
        assert pull.recv_bytes(timeout=deadline) == b"last"


def test_full_queue_does_what_it_was_told(inproc_endpoint: str) -> None:
    with zmq4.Pull(bind=inproc_endpoint, recv_hwm=1):
        with zmq4.Push(connect=inproc_endpoint, send_hwm=1, on_full="error") as push:
            with pytest.raises(zmq4.WouldBlock) as raised:
                push.send_many([b"x"] * 10)
            assert 0 < raised.value.accepted < 10
        with zmq4.Push(connect=inproc_endpoint, send_hwm=1, on_full="drop_newest") as push:
            assert push.send_many([b"x"] * 10) == 10
            assert push.stats().dropped > 0
    with zmq4.Push(on_full="error") as push, pytest.raises(zmq4.NoPeers):
        push.send(b"nobody is there")


def test_batch_is_sent_whatever_its_rows_are(
    pipeline: tuple[zmq4.Push, zmq4.Pull], deadline: float
) -> None:
    push, pull = pipeline
    rows = [
        b"bytes",
        "text",
        bytearray(b"array"),
        (b"two", "parts"),
        [b"list"],
        Message(b"m", b"n"),
    ]

    assert push.send_many(row for row in rows) == 6
    received = pull.recv_many(timeout=deadline)

    assert [list(each) for each in received] == [
        [b"bytes"], [b"text"], [b"array"], [b"two", b"parts"], [b"list"], [b"m", b"n"]
    ]  # fmt: skip


def test_interrupted_batch_tells_how_many_were_accepted(
    pipeline: tuple[zmq4.Push, zmq4.Pull], deadline: float
) -> None:
    push, pull = pipeline

    def rows() -> Iterator[bytes]:
        yield b"1"
        yield b"2"
        raise KeyError("no more")

    with pytest.raises(KeyError) as raised:
        push.send_many(rows())
    with pytest.raises(TypeError):
        push.send_many([b"3", ()])
    with pytest.raises(TypeError):
        push.send_many([b"4", 5])  # type: ignore[list-item]

    accepted = getattr(raised.value, "accepted", None)
    received = [each.content for each in pull.recv_many(timeout=deadline)]
    assert received[:accepted] == [b"1", b"2"][:accepted]
    assert received[-2:] == [b"3", b"4"]


def test_batch_in_vain_ends_in_time(time_unit: float) -> None:
    with zmq4.Push(connect="tcp://127.0.0.1:9", send_hwm=3, linger=0) as push:
        with pytest.raises(zmq4.Timeout) as raised:
            push.send_many([b"x"] * 9, timeout=time_unit)
        assert raised.value.accepted == 3


def test_time_limit_of_a_batch_is_for_all_of_it(
    inproc_endpoint: str, time_unit: float, deadline: float
) -> None:
    stop = threading.Event()
    with (
        zmq4.Pull(bind=inproc_endpoint, recv_hwm=1) as pull,
        zmq4.Push(connect=inproc_endpoint, send_hwm=1) as push,
    ):

        def take_slowly() -> None:
            while not stop.wait(time_unit / 4):
                pull.try_recv()

        slow = threading.Thread(target=take_slowly)
        slow.start()
        before = time.monotonic()
        with pytest.raises(zmq4.Timeout) as raised:
            push.send_many([b"x"] * 200, timeout=time_unit)
        stop.set()
        slow.join(deadline)

        assert time.monotonic() - before < 5 * time_unit
        assert 0 < raised.value.accepted < 200


def test_receive_of_a_batch_takes_what_is_there(
    pipeline: tuple[zmq4.Push, zmq4.Pull], deadline: float
) -> None:
    push, pull = pipeline
    push.send_many([b"%d" % number for number in range(10)])

    assert [each.content for each in pull.recv_many(max=3, timeout=deadline)] == [b"0", b"1", b"2"]
    assert len(pull.recv_many(timeout=deadline)) == 7
    with pytest.raises(ValueError, match="max is 1 or more"):
        pull.recv_many(max=0)


def test_message_of_several_frames_is_not_taken_as_one(
    pipeline: tuple[zmq4.Push, zmq4.Pull], deadline: float
) -> None:
    push, pull = pipeline
    push.send(b"two", b"frames")

    with pytest.raises(zmq4.MultipartError, match="2 frames"):
        pull.recv_bytes(timeout=deadline)
    with pytest.raises(zmq4.MultipartError, match="2 frames"):
        pull.recv_into(bytearray(99), timeout=deadline)

    assert list(pull.recv(timeout=deadline)) == [b"two", b"frames"]


def test_message_is_received_into_memory_that_holds_it(
    pipeline: tuple[zmq4.Push, zmq4.Pull], deadline: float
) -> None:
    push, pull = pipeline
    push.send(b"12345")

    with pytest.raises(zmq4.MessageTooLarge, match="5 bytes"):
        pull.recv_into(bytearray(4), timeout=deadline)
    with pytest.raises(BufferError):
        pull.recv_into(b"read-only", timeout=deadline)
    with pytest.raises(TypeError):
        pull.recv_into("no memory", timeout=deadline)  # type: ignore[arg-type]
    memory = bytearray(b"-------")

    assert pull.recv_into(memoryview(memory)[1:6], timeout=deadline) == 5
    assert memory == b"-12345-"


def test_one_socket_serves_many_threads(endpoint: str, deadline: float) -> None:
    each, workers = 500, 4
    with zmq4.Pull(bind=endpoint) as pull, zmq4.Push(connect=pull.endpoint) as push:
        received: list[bytes] = []

        def send(worker: int) -> None:
            for number in range(each):
                push.send(b"%d/%d" % (worker, number), timeout=deadline)

        def receive() -> None:
            for _ in range(each):
                received.append(pull.recv_bytes(timeout=deadline))

        threads = [threading.Thread(target=send, args=[number]) for number in range(workers)]
        threads += [threading.Thread(target=receive) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(set(received)) == each * workers
