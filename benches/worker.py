"""The measured process: plays one side of one scenario with one library, lap after lap.

Usage: ``worker.py CANDIDATE SCENARIO ROLE ADDRESS``. :mod:`child` starts it and talks to it by
lines of JSON. The side that binds first says ``{"endpoint": …}``, the one that connects is first
told ``{"connect": …}``. It says ``{"ready": true}`` after the greeting, and then answers orders
until its input ends: ``{"lap": COUNT, "verified": …}`` with a :class:`side.Timing`, and
``{"usage": true}`` with the :class:`usage.Usage` since the start of that lap.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING

import candidate
from async_stream import AsyncReceiver, AsyncSender
from crowd import Dealers, Echoes
from fan_out import Publisher, Subscribers
from handshakes import Visitors, Welcomes
from round_trips import Asker, Echoer
from scenarios import Role, Scenario, Shape
from stream import BothInThreads, Receiver, Sender
from usage import Usage, allow_descriptors

if TYPE_CHECKING:
    from collections.abc import Callable

    from candidate import Candidate
    from side import Side

    _Play = Callable[[Candidate, Scenario, str, ExitStack], Side]


def main(library: str, scenario_text: str, role_name: str, address: str) -> None:
    """Open a side, greet the other, and obey orders until the input ends."""
    scenario, role = Scenario.read(scenario_text), Role(role_name)
    allow_descriptors()
    play = _player(scenario, role)
    under_test = candidate.load(library)
    if role is Role.RECEIVER:
        address = json.loads(sys.stdin.readline())["connect"]
    with ExitStack() as stack:
        side = play(under_test, scenario, address, stack)
        if role is not Role.RECEIVER:
            _say({"endpoint": side.endpoint})
        side.greet()
        _say({"ready": True})
        _obey(side)


def _obey(side: Side) -> None:
    before = Usage.now()
    for line in sys.stdin:
        match json.loads(line):
            case {"lap": int(count), "verified": bool(verified)}:
                before = Usage.now()
                _say(asdict(side.lap(count, verified=verified)))
            case {"usage": True}:
                _say(asdict(Usage.now().since(before)))


def _player(scenario: Scenario, role: Role) -> _Play:
    if role is Role.BOTH:
        return BothInThreads
    sender, receiver = _sides(scenario.shape)
    return receiver if role is Role.RECEIVER else sender


def _sides(shape: Shape) -> tuple[_Play, _Play]:
    match shape:
        case Shape.ASYNC_STREAM:
            return AsyncSender, AsyncReceiver
        case Shape.HANDSHAKES:
            return Welcomes, Visitors
        case Shape.CROWD | Shape.ROUTER_ROUND_TRIPS:
            return Echoes, Dealers
        case Shape.FAN_OUT | Shape.TOPICS:
            return Publisher, Subscribers
        case _ if shape.is_round_trips:
            return Asker, Echoer
        case _:
            return Sender, Receiver


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
