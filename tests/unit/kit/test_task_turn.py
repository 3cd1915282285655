"""Waiting in a task for what a machine is told next."""

import asyncio
import math
import time
from collections.abc import Sequence

import pytest

import zmq4
import zmq4.asyncio
from zmq4._kit.drive import task_turn
from zmq4._kit.drive.hand import Hand
from zmq4._kit.drive.lines import Lines
from zmq4._kit.drive.task_turn import TaskTurn
from zmq4._kit.machine import Deliver, Input, Open, Output, Received, Spec, Start
from zmq4._native import LoopSignal, watch
from zmq4.asyncio import Dealer


class Listener:
    """A machine that delivers what it receives."""

    def __init__(self, address: str) -> None:
        self._spec = Spec("DEALER", connect=(address,), watch=True)

    def handle(
        self,
        event: Input | str,
        now: float,  # noqa: ARG002 (it has no use for the time)
    ) -> Sequence[Output[bytes]]:
        match event:
            case Start():
                return [Open("socket", self._spec)]
            case Received(_, messages):
                return [Deliver(message[0]) for message in messages]
            case _:
                return []

    def deadline(self) -> float:
        return math.inf


async def test_message_between_two_looks_is_not_waited_for_again(
    inproc_endpoint: str, monkeypatch: pytest.MonkeyPatch, deadline: float
) -> None:
    hand: Hand[str, bytes, Dealer] = Hand(
        Listener(inproc_endpoint), Lines({"DEALER": Dealer}, {}, None), time.monotonic
    )
    turn = TaskTurn(hand)

    def arrive_meanwhile(
        items: Sequence[tuple[zmq4.Message | Dealer, int]], signal: LoopSignal, token: int
    ) -> object:
        assert peer.try_send(b"message")
        return watch(items, signal, token)  # type: ignore[arg-type]

    with zmq4.Dealer(bind=inproc_endpoint) as peer:
        hand.start()
        assert await turn.wait() == []  # it is connected
        monkeypatch.setattr(task_turn, "watch", arrive_meanwhile)

        assert await asyncio.wait_for(turn.wait(), deadline) == [b"message"]
        hand.close()
