"""`zmq4._gatekeeper`: what a callable may return, and what becomes of it."""

import functools
from collections.abc import Sequence

import pytest

from zmq4 import Applicant, Verdict, _gatekeeper


class Question:
    """Stands in for a native question, and notes its answer."""

    def __init__(self) -> None:
        self.answers: list[tuple[object, ...]] = []
        self.why = ""

    def answer(
        self,
        status: int,
        user_id: str = "",
        metadata: Sequence[tuple[str, bytes]] = (),
        why: str = "",
    ) -> None:
        self.answers.append((status, user_id, list(metadata)))
        self.why = why


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        (True, (200, "", [])),
        (False, (400, "", [])),
        ("Alice", (200, "Alice", [])),
        (Verdict(300), (300, "", [])),
        (
            Verdict(user_id="Alice", metadata={"A": "é", "B": b"\0"}),
            (200, "Alice", [("A", "é".encode()), ("B", b"\0")]),
        ),
    ],
)
def test_outcome_becomes_an_answer(outcome: object, answer: tuple[object, ...]) -> None:
    question = Question()

    _gatekeeper.reply(question, outcome)  # type: ignore[arg-type]

    assert question.answers == [answer]


@pytest.mark.parametrize("outcome", [None, "", 1, 0, 200, b"Alice", object(), [], {}])
def test_other_outcomes_let_nobody_in(outcome: object) -> None:
    question = Question()

    with pytest.raises(TypeError, match="not a bool, a user id or a Verdict"):
        _gatekeeper.reply(question, outcome)  # type: ignore[arg-type]

    assert question.answers == []


def test_failure_is_status_500(caplog: pytest.LogCaptureFixture) -> None:
    question = Question()

    _gatekeeper.fail(question, print, ValueError("broken"))  # type: ignore[arg-type]

    assert question.answers == [(500, "", [])]
    assert question.why == "allow= failed with ValueError"
    assert "ValueError: broken" in caplog.text


class Awaited:
    async def __call__(self, _: Applicant) -> bool:
        return True

    async def method(self, _: Applicant) -> bool:
        return True


async def function(_: Applicant) -> bool:
    return True


def test_coroutine_functions_are_known_in_every_form() -> None:
    for decide in (function, Awaited(), Awaited().method, functools.partial(function)):
        assert _gatekeeper.is_asynchronous(decide)
    for other in (print, bool, lambda _: function, None):
        assert not _gatekeeper.is_asynchronous(other)
