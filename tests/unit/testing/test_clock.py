"""The clock in the test's hand."""

import pytest

from zmq4.testing import ManualClock


def test_clock_moves_when_told_and_not_else() -> None:
    clock = ManualClock(5.0)

    assert clock() == 5.0
    clock.advance(1.5)
    assert clock() == clock() == 6.5


def test_clock_never_goes_back() -> None:
    clock = ManualClock(5.0)

    clock.advance_to(3.0)

    assert clock() == 5.0
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)
