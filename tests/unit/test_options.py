"""`zmq4.options`: value objects check their ranges."""

import math
import pickle
from dataclasses import FrozenInstanceError

import pytest

from zmq4 import Backoff, Heartbeat, OptionError, TcpKeepalive

NO_TIMES = [0, -1, -0.5, math.inf, math.nan]


@pytest.mark.parametrize("value", [Heartbeat(5), Backoff(0.1), TcpKeepalive()])
def test_value_is_frozen_slotted_and_survives_pickling(value: object) -> None:
    assert not hasattr(value, "__dict__")
    name = next(iter(value.__slots__))
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, 1)
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 (it was just written)


def test_values_with_the_same_parts_are_equal() -> None:
    assert Heartbeat(5, timeout=15) == Heartbeat(5.0, timeout=15.0)
    assert Heartbeat(5) != Heartbeat(6)
    assert len({Backoff(1), Backoff(1.0), Backoff(1, max=30.0, jitter=0.25)}) == 1


@pytest.mark.parametrize("seconds", NO_TIMES)
def test_heartbeat_takes_only_times_above_zero(seconds: float) -> None:
    with pytest.raises(OptionError, match="Heartbeat: interval"):
        Heartbeat(seconds)
    with pytest.raises(OptionError, match="Heartbeat: timeout"):
        Heartbeat(1, timeout=seconds)


@pytest.mark.parametrize("ttl", [0, 0.09, 6553.6, math.inf, math.nan])
def test_time_to_live_fits_into_its_field(ttl: float) -> None:
    Heartbeat(1, ttl=0.1)
    Heartbeat(1, ttl=6553.5)

    with pytest.raises(OptionError, match="Heartbeat: ttl"):
        Heartbeat(1, ttl=ttl)


@pytest.mark.parametrize("seconds", NO_TIMES)
def test_backoff_takes_only_times_above_zero(seconds: float) -> None:
    with pytest.raises(OptionError, match="Backoff: initial"):
        Backoff(seconds)
    with pytest.raises(OptionError, match="Backoff: max"):
        Backoff(1, max=seconds)


def test_longest_wait_is_not_below_the_first() -> None:
    assert Backoff(5, max=5).max == 5

    with pytest.raises(OptionError, match=r"max \(4\) is below initial \(5\)"):
        Backoff(5, max=4)


@pytest.mark.parametrize("jitter", [-0.1, 1.1, math.inf, math.nan])
def test_jitter_is_a_share(jitter: float) -> None:
    assert Backoff(1, jitter=0).jitter == 0
    assert Backoff(1, jitter=1).jitter == 1

    with pytest.raises(OptionError, match="jitter"):
        Backoff(1, jitter=jitter)


@pytest.mark.parametrize("name", ["idle", "interval"])
@pytest.mark.parametrize("seconds", [*NO_TIMES, 0.9])
def test_probes_of_tcp_count_in_seconds(name: str, seconds: float) -> None:
    with pytest.raises(OptionError, match=f"TcpKeepalive: {name}"):
        TcpKeepalive(**{name: seconds})


def test_at_least_one_probe_ends_a_connection() -> None:
    with pytest.raises(OptionError, match="count"):
        TcpKeepalive(count=0)
