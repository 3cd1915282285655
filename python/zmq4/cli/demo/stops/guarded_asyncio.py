"""The pipeline under CURVE with the sockets of asyncio: what the impostor does, and the others."""

import asyncio
from typing import Final

import zmq4.asyncio
from zmq4.cli.demo.leash import Leash
from zmq4.cli.demo.notes import Refused
from zmq4.cli.demo.stops.guarded import GuardedPipeline
from zmq4.cli.demo.stops.papers import Papers
from zmq4.cli.demo.stops.pipeline_asyncio import sink, source, worker


def impostor(leash: Leash, inlet: str, patience: float, papers: Papers) -> None:
    """Ask for lines with keys that nobody knows, and tell what came of it."""
    asyncio.run(_impostor(leash, inlet, patience, papers))


async def _impostor(leash: Leash, inlet: str, patience: float, papers: Papers) -> None:
    async with (
        zmq4.asyncio.Pull(security=papers.impostor()) as pull,
        pull.events(patience) as events,
    ):
        pull.connect(inlet)
        async for event in events:
            match event:
                case zmq4.HandshakeFailed(reason=reason):
                    leash.tell(Refused(reason))
                    return
                case zmq4.Connected():
                    raise PermissionError("the impostor was let in")
                case _:
                    pass


STOP: Final = GuardedPipeline("CURVE pipeline, asyncio", source, worker, sink, impostor)
