"""`zmq4._kit.drive.station`: whoever ends, the keeper ends with it."""

import pytest

import zmq4
from fixtures.clock import DEADLINE
from zmq4.majordomo import Broker, Worker


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_worker_can_be_stopped_at_any_moment_of_its_beginning(concurrency: int) -> None:
    with Broker("tcp://127.0.0.1:0") as broker:
        for attempt in range(60):
            with Worker(
                broker.endpoint, "echo", lambda request: request, concurrency=concurrency
            ) as w:
                if attempt % 2:
                    w.ready(DEADLINE)


def test_a_worker_ends_with_its_context() -> None:
    context = zmq4.Context()
    with Broker("tcp://127.0.0.1:0") as broker:
        worker = Worker(broker.endpoint, "echo", lambda request: request, context=context)
        worker.start()
        worker.ready(DEADLINE)
        context.term()
        worker.stop()
