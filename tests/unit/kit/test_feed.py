"""`zmq4._kit.feed`: any number of listeners, none of whom can hold the machine up."""

import pytest

from zmq4._kit.drive import task_events, thread_events
from zmq4._kit.feed import Feed
from zmq4.error import Timeout


def test_every_listener_hears_what_comes_after_it_began() -> None:
    feed: Feed[int] = Feed()
    early = thread_events.Events(feed, None, 10)
    feed.tell(1)
    late = thread_events.Events(feed, None, 10)
    feed.tell(2)
    feed.close()

    assert (list(early), list(late)) == ([1, 2], [2])


def test_who_does_not_keep_up_loses_the_oldest_and_knows() -> None:
    feed: Feed[int] = Feed()
    events = thread_events.Events(feed, None, 3)
    for number in range(5):
        feed.tell(number)
    feed.close()

    assert events.missed == 2
    assert list(events) == [2, 3, 4]


def test_a_listener_waits_no_longer_than_it_wants() -> None:
    events = thread_events.Events(Feed[int](), 0.0, 3)

    with pytest.raises(Timeout):
        events.next()


def test_who_comes_after_the_end_hears_nothing() -> None:
    feed: Feed[int] = Feed()
    feed.close()

    assert list(thread_events.Events(feed, None, 3)) == []


def test_a_closed_listener_hears_nothing_more() -> None:
    feed: Feed[int] = Feed()
    with thread_events.Events(feed, None, 3) as events:
        feed.tell(1)
    feed.tell(2)

    assert list(events) == [1]


async def test_tasks_hear_the_same() -> None:
    feed: Feed[int] = Feed()
    async with task_events.Events(feed, None, 3) as events:
        for number in range(5):
            feed.tell(number)
        assert await events.next() == 2
        assert events.missed == 2
        with pytest.raises(Timeout):
            await task_events.Events(feed, 0.0, 3).next()
        feed.close()

        assert [event async for event in events] == [3, 4]
