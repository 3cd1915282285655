"""After a fork the child leaves its parent's sockets alone, and has its own."""

from collections.abc import Callable

import pytest

Run = Callable[..., str]

DIALOGUES = [
    pytest.param("Pull", "Push", "", id="pipeline"),
    pytest.param("Dealer", "Dealer", "", id="dealer"),
    pytest.param("Rep", "Req", "", id="request"),
    pytest.param("Router", "Dealer", "", id="router"),
    pytest.param("Sub", "XPub", "topics=''", id="publisher"),
]
"""Who binds and receives, who connects and sends, and an option of the first."""

SOCKETS = """
    import sys
    import zmq4

    receiver, sender, options = sys.argv[1:4]
    receiving = eval(f"zmq4.{receiver}(bind='tcp://127.0.0.1:0', {options})")
    sending = getattr(zmq4, sender)(connect=receiving.endpoint)
    sending.endpoint.ready(timeout=5)
    if sender == "XPub":
        sending.wait_for_subscribers(1, timeout=5)
"""


@pytest.mark.parametrize(
    ("receiver", "sender", "options"), [*DIALOGUES, pytest.param("Pair", "Pair", "", id="pair")]
)
def test_rule_75_a_child_that_uses_and_closes_what_it_inherited_harms_nobody(
    run_forking: Run, receiver: str, sender: str, options: str
) -> None:
    run_forking(
        SOCKETS
        + """
    def child():
        for call in (lambda: receiving.recv(timeout=0), lambda: sending.send(b"from the child")):
            try:
                call()
            except zmq4.ForkError:
                continue
            raise AssertionError("a socket of the parent's was used")
        receiving.close()
        sending.close()

    in_fork(child)
    sending.send(b"from the parent")
    assert receiving.recv(timeout=5)[-1] == b"from the parent"
    assert len(receiving.peers()) == len(sending.peers()) == 1
        """,
        receiver,
        sender,
        options,
    )


@pytest.mark.parametrize(("receiver", "sender", "options"), DIALOGUES)
def test_rule_75_a_child_has_sockets_of_its_own(
    run_forking: Run, receiver: str, sender: str, options: str
) -> None:
    run_forking(
        SOCKETS
        + """
    place = receiving.endpoint

    def child():
        own = getattr(zmq4, sender)(connect=place)
        own.endpoint.ready(timeout=5)
        if sender == "XPub":
            own.wait_for_subscribers(1, timeout=5)
        own.send(b"from the child")
        own.close()
        zmq4.Context.default().term(timeout=5)

    in_fork(child)
    assert receiving.recv(timeout=5)[-1] == b"from the child"
        """,
        receiver,
        sender,
        options,
    )
