"""`zmq4._kit.mailbox`: no wake is lost, and a batch is one."""

import threading

from fixtures.clock import DEADLINE
from zmq4._kit.drive.bell import Bell
from zmq4._kit.mailbox import Mailbox


def test_only_the_first_letter_of_a_batch_rings() -> None:
    rings: list[None] = []
    mailbox: Mailbox[int] = Mailbox(lambda: rings.append(None))

    for number in range(3):
        mailbox.put(number)
    assert mailbox.take() == [0, 1, 2]
    mailbox.put(3)

    assert len(rings) == 2
    assert mailbox.has_letters


def test_a_full_mailbox_takes_nothing() -> None:
    mailbox: Mailbox[int] = Mailbox(lambda: None, capacity=2)

    assert [mailbox.put(number) for number in range(3)] == [True, True, False]
    assert mailbox.take() == [0, 1]


def test_a_closed_mailbox_takes_nothing_and_does_not_ring() -> None:
    rings: list[None] = []
    mailbox: Mailbox[int] = Mailbox(lambda: rings.append(None))
    mailbox.put(1)

    assert mailbox.close() == [1]
    assert not mailbox.put(2)
    assert len(rings) == 1


def test_every_letter_of_many_threads_arrives() -> None:
    bell = Bell()
    mailbox: Mailbox[int] = Mailbox(bell.ring)
    threads = [
        threading.Thread(target=lambda first=first: [mailbox.put(first + n) for n in range(1000)])
        for first in range(0, 8000, 1000)
    ]
    for thread in threads:
        thread.start()

    letters: list[int] = []
    for thread in threads:
        letters += mailbox.take()
        thread.join(DEADLINE)
    letters += mailbox.take()
    bell.close()

    assert sorted(letters) == list(range(8000))


def test_a_bell_is_heard_until_it_is_silenced() -> None:
    from zmq4 import Poller

    bell = Bell()
    poller: Poller[Bell] = Poller()
    poller.register(bell)

    assert poller.poll(0) == []
    bell.ring()
    bell.ring()
    assert poller.poll(0) != []
    bell.silence()
    bell.silence()
    assert poller.poll(0) == []
    bell.close()
    bell.ring()
