"""`zmq4._kit.liveness`: deadlines and verdicts that agree to the last bit."""

from hypothesis import given
from hypothesis import strategies as st

from zmq4._kit.liveness import Lease, Pulse

TIMES = st.floats(min_value=0, max_value=1e9, allow_nan=False)
TERMS = st.floats(min_value=1e-6, max_value=1e4, allow_nan=False)


@given(TERMS, TIMES)
def test_a_pulse_is_due_exactly_at_its_deadline(interval: float, sent: float) -> None:
    pulse = Pulse(interval, sent)

    assert pulse.is_due(pulse.deadline)


@given(TERMS, TIMES)
def test_a_lease_is_over_exactly_at_its_deadline(term: float, granted: float) -> None:
    lease = Lease(term, granted)

    assert lease.is_over(lease.deadline)


def test_whatever_is_sent_puts_the_next_heartbeat_off() -> None:
    pulse = Pulse(2.5, sent=0.0)

    pulse.note(2.0)

    assert not pulse.is_due(2.5)
    assert pulse.deadline == 4.5


def test_a_late_packet_does_not_shorten_a_lease() -> None:
    lease = Lease(7.5, granted=10.0)

    lease.renew(9.0)

    assert lease.deadline == 17.5
    assert not lease.is_over(17.4)
