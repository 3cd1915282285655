"""`zmq4.events`: values that can be matched, compared and kept."""

import dataclasses
import pickle
import re
from pathlib import Path
from typing import Any, get_args

import pytest

import zmq4
from zmq4 import events

ROOT = Path(__file__).resolve().parents[2]
CLASSES: list[type[zmq4.Event]] = [
    cls
    for cls in (getattr(zmq4, name) for name in zmq4.__all__)
    if isinstance(cls, type) and issubclass(cls, zmq4.Event)
]


def sample(cls: type[zmq4.Event]) -> Any:  # noqa: ANN401 (each class has fields of its own)
    """Make an event with a value in each field."""
    return cls(**{field.name: f"a {field.name}" for field in dataclasses.fields(cls)})


def test_every_class_is_public() -> None:
    defined = {cls for cls in vars(events).values() if dataclasses.is_dataclass(cls)}

    assert defined == set(CLASSES)


@pytest.mark.parametrize("cls", CLASSES)
def test_events_are_frozen_values(cls: type[zmq4.Event]) -> None:
    event = sample(cls)

    assert event == sample(cls)
    assert hash(event) == hash(sample(cls))
    assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301 (it was made above)
    assert not hasattr(event, "__dict__")
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.endpoint = "another"


def test_kinds_are_told_apart() -> None:
    one = zmq4.Listening(endpoint="tcp://x", time=1.0)

    assert one != zmq4.EndpointClosed(endpoint="tcp://x", time=1.0)
    assert one.missed == 0


def test_causes_are_told_in_words() -> None:
    assert {"refused", "timeout", "denied", "ended"} <= set(get_args(events.Cause))
    assert set(get_args(events.DropCause)) == {"full", "unroutable", "gone"}


def test_causes_are_those_of_the_core() -> None:
    source = (ROOT / "rust/zmq4-py/src/events.rs").read_text()
    told = set(re.findall(r"=> \"(\w+)\",", source.split("fn name_of_cause")[1].split("\n}")[0]))

    assert told == set(get_args(events.Cause))
