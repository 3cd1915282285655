"""Interleaved rounds: every candidate once a round, in an order that rotates.

Absolute rates of a shared machine drift by more than the differences that matter; runs made side
by side drift together. So a scenario's rounds follow each other at once, and only figures of the
same round are ever compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import system_calls
from child import RunFailedError
from measure import Run, measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scenarios import Scenario


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure.

    Args:
        candidates: Names of the libraries.
        rounds: How many rounds, at least one.
        seconds: How long a measured lap should be.
        repeats: How often a run is repeated at most while others use too much of the machine.
    """

    candidates: Sequence[str]
    rounds: int
    seconds: float
    repeats: int


@dataclass(frozen=True, slots=True)
class CallCount:
    """System calls per 1,000 messages by side; ``None`` where they cannot be counted."""

    scenario: str
    candidate: str
    per_1000: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that did not come to its end; its candidate is left out of the scenario's rest."""

    scenario: str
    candidate: str
    reason: str


def play(scenario: Scenario, plan: Plan) -> Iterator[Run | CallCount | Failure]:
    """Play all rounds of ``scenario``, then count each candidate's system calls.

    Yields:
        What was measured, as it comes in; of a repeated run every attempt.
    """
    messages: dict[str, int] = {}
    failed: set[str] = set()
    for round_number in range(plan.rounds):
        for candidate in rotated(plan.candidates, round_number):
            if candidate in failed or candidate in scenario.without:
                continue
            try:
                for run in _until_clean(candidate, scenario, round_number, plan):
                    messages[candidate] = run.messages
                    yield run
            except RunFailedError as error:
                failed.add(candidate)
                yield Failure(scenario.name, candidate, str(error))
    for candidate, count in messages.items():
        traced = max(count // TRACED_PART, scenario.probe_count)
        yield _counted(candidate, scenario, traced)


def rotated(candidates: Sequence[str], round_number: int) -> list[str]:
    """Return the order of a round: everyone goes first equally often."""
    first = round_number % len(candidates)
    return [*candidates[first:], *candidates[:first]]


def _until_clean(
    candidate: str, scenario: Scenario, round_number: int, plan: Plan
) -> Iterator[Run]:
    for _ in range(1 + plan.repeats):
        run = measure(candidate, scenario, round_number=round_number, seconds=plan.seconds)
        yield run
        if not run.is_dirty:
            return


def _counted(candidate: str, scenario: Scenario, messages: int) -> CallCount | Failure:
    try:
        per_1000 = system_calls.per_1000(candidate, scenario, messages)
    except RunFailedError as error:
        return Failure(scenario.name, candidate, f"under strace: {error}")
    return CallCount(scenario.name, candidate, per_1000)


TRACED_PART = 10
"""A traced lap has this part of the messages of a measured one: each call costs far more there."""
