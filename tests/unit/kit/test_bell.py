"""`zmq4._kit.drive.bell`: a descriptor that any thread makes readable."""

import os
import select
import threading

from zmq4._kit.drive.bell import Bell


def is_heard(bell: Bell) -> bool:
    return bool(select.select([bell], [], [], 0)[0])


def test_a_bell_is_heard_until_it_is_silenced() -> None:
    bell = Bell()
    assert not is_heard(bell)

    bell.ring()
    bell.ring()
    assert is_heard(bell)

    bell.silence()
    assert not is_heard(bell)
    bell.close()


def test_a_bell_that_is_closed_is_not_heard_and_closed_twice_is_closed() -> None:
    bell = Bell()

    bell.close()
    bell.ring()
    bell.close()


def test_nobody_rings_a_descriptor_that_is_somebody_elses_by_then() -> None:
    """Others ring while it is closed; what gets its number next is not written to."""
    for _ in range(300):
        bell = Bell()
        ringing = threading.Thread(target=lambda bell=bell: [bell.ring() for _ in range(50)])
        ringing.start()
        bell.close()
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        ringing.join()
        assert not select.select([reader], [], [], 0)[0]
        os.close(reader)
        os.close(writer)
