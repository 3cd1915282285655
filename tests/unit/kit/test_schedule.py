"""`zmq4._kit.schedule`: deadlines of many things at once."""

import math

from zmq4._kit.schedule import Schedule


def test_what_has_come_is_taken_in_the_order_of_its_times() -> None:
    schedule: Schedule[str] = Schedule()
    for at, item in ((3.0, "c"), (1.0, "a"), (2.0, "b"), (9.0, "z")):
        schedule.put(at, item)

    assert list(schedule.due(3.0)) == ["a", "b", "c"]
    assert schedule.deadline == 9.0


def test_things_of_one_time_come_in_the_order_they_were_put() -> None:
    schedule: Schedule[object] = Schedule()
    items = [object() for _ in range(5)]
    for item in items:
        schedule.put(1.0, item)

    assert list(schedule.due(1.0)) == items


def test_what_is_put_again_while_it_is_due_waits_for_its_time() -> None:
    schedule: Schedule[str] = Schedule()
    schedule.put(1.0, "again")
    taken = []

    for item in schedule.due(1.0):
        taken.append(item)
        schedule.put(2.0, item)

    assert taken == ["again"]
    assert schedule.deadline == 2.0


def test_never_is_no_entry() -> None:
    schedule: Schedule[str] = Schedule()

    schedule.put(math.inf, "never")

    assert len(schedule) == 0
    assert schedule.deadline == math.inf


def test_what_is_void_is_not_kept_until_its_time() -> None:
    schedule: Schedule[int] = Schedule(is_void=lambda number: number != 7)

    for number in range(100_000):
        schedule.put(60.0, number)

    assert len(schedule) < 5_000
    assert 7 in schedule.due(60.0)
