"""Options under any value: taken and given back, or refused and left as they were."""

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zmq4
from wire.kinds import OURS
from zmq4._native import OPTIONS

NAMES = [row[0] for row in OPTIONS]

CENTURY = 100 * 365 * 86400.0
FINEST = 1e-6
"""Seconds: the longest time that anything takes, and how exact the coarsest option is."""

numbers = (
    st.integers() | st.floats() | st.sampled_from([-1, 0, 1, 1 << 31, 1 << 32, 1 << 63, 1 << 64])
)
words = st.text(max_size=20) | st.binary(max_size=300)
values = st.one_of(
    st.none(),
    st.booleans(),
    numbers,
    words,
    st.lists(numbers, max_size=3),
    st.dictionaries(st.text(max_size=10).map("X-".__add__), words, max_size=3),
    st.builds(object),
)


def same(given: object, kept: object) -> bool:
    """Tell whether an option says what it was given, in its own form."""
    match given, kept:
        case float(endless), None:
            return endless == math.inf  # no limit has no end
        case str(), int():
            return True  # octets with a unit
        case int() | float(), float(kept):
            return math.isclose(min(given, CENTURY), kept, abs_tol=FINEST)
        case _, frozenset():
            return True  # any iterable of the words
        case {}, dict():
            return len(given) == len(kept)  # text is kept as octets
        case _:
            return given == kept


@pytest.mark.parametrize("kind", OURS)
@settings(max_examples=60)
@given(data=st.data())
def test_rule_76_any_value_is_kept_or_refused(kind: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    value: Any = data.draw(values)
    with OURS[kind]() as sock:
        before = getattr(sock, name, "has it not")
        try:
            setattr(sock, name, value)
        except (zmq4.OptionError, TypeError, AttributeError):
            assert getattr(sock, name, "has it not") == before
        else:
            assert same(value, getattr(sock, name))
        with contextlib.suppress(zmq4.OptionError, TypeError):
            OURS[kind](**{name: value}).close()


@pytest.mark.parametrize("kind", OURS)
@settings(max_examples=20)
@given(name=st.text(max_size=30))
def test_rule_76_unknown_options_are_refused(kind: str, name: str) -> None:
    if name in NAMES or name in {"bind", "connect", "topics", "context"}:
        return
    with pytest.raises((zmq4.OptionError, TypeError)):
        OURS[kind](**{name: 1})


@pytest.mark.parametrize("kind", OURS)
@settings(max_examples=30)
@given(octets=st.text() | st.binary().map(lambda octets: octets.decode("latin-1")))
def test_rule_76_any_address_is_opened_or_refused(kind: str, octets: str) -> None:
    with OURS[kind](reconnect=None, linger=0) as sock:
        for address in (octets, f"tcp://{octets}", f"inproc://{octets}"):
            try:
                sock.connect(address)
            except (zmq4.ZMQError, ValueError):
                continue
            assert len(sock.endpoints) >= 1
