"""Both faces of ours behind one, so that a test says what happens and runs for either."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Protocol

import zmq4
import zmq4.asyncio
from fixtures.clock import DEADLINE


class OurSocket(Protocol):
    """A socket of ours, of either face. No wait is longer than the deadline."""

    native: Any
    """The socket itself; what does not wait is the same in both faces."""

    def send(self, *frames: bytes) -> None:
        """Send a message."""
        ...

    def receive(self) -> zmq4.Message:
        """Receive a message."""
        ...

    def receive_bytes(self) -> bytes:
        """Receive a message of one frame."""
        ...

    def make_ready(self) -> None:
        """Wait until a peer is connected."""
        ...

    def settle(self, outcome: Any) -> Any:  # noqa: ANN401 (whatever a call may return)
        """Return what came of a call of `native`'s, which asyncio's face may have to await."""
        ...


class Face(Protocol):
    """A face of the package."""

    def open(self, kind: str, **options: Any) -> OurSocket:  # noqa: ANN401 (options are many)
        """Open a socket of the class ``kind``."""
        ...

    def close(self) -> None:
        """Close all sockets, and what they run on."""
        ...


class ThreadFace:
    """The face for threads."""

    def __init__(self) -> None:
        """Begin without a socket."""
        self._opened: list[zmq4._socket.ThreadSocket] = []

    def open(self, kind: str, **options: Any) -> OurSocket:  # noqa: ANN401 (options are many)
        """Open a socket of the class ``kind``."""
        native = getattr(zmq4, kind)(**options)
        self._opened.append(native)
        return ThreadedSocket(native)

    def close(self) -> None:
        """Close all sockets."""
        for native in self._opened:
            native.close()


class ThreadedSocket:
    """A socket of the face for threads."""

    def __init__(self, native: Any) -> None:  # noqa: ANN401 (any class of sockets)
        """Stand for ``native``."""
        self.native = native

    def send(self, *frames: bytes) -> None:
        """Send a message."""
        self.native.send(*frames, timeout=DEADLINE)

    def receive(self) -> zmq4.Message:
        """Receive a message."""
        message: zmq4.Message = self.native.recv(timeout=DEADLINE)
        return message

    def receive_bytes(self) -> bytes:
        """Receive a message of one frame."""
        octets: bytes = self.native.recv_bytes(timeout=DEADLINE)
        return octets

    def make_ready(self) -> None:
        """Wait until a peer is connected."""
        self.native.endpoint.ready(timeout=DEADLINE)

    def settle(self, outcome: Any) -> Any:  # noqa: ANN401 (whatever a call may return)
        """Return what came of a call."""
        return outcome


class LoopFace:
    """The face for asyncio, with a loop that runs for as long as each call."""

    def __init__(self) -> None:
        """Make a loop."""
        self._runner = asyncio.Runner()
        self._opened: list[zmq4.asyncio._socket.LoopSocket] = []

    def open(self, kind: str, **options: Any) -> OurSocket:  # noqa: ANN401 (options are many)
        """Open a socket of the class ``kind``."""
        native = getattr(zmq4.asyncio, kind)(**options)
        self._opened.append(native)
        return LoopedSocket(native, self._runner)

    def close(self) -> None:
        """Close all sockets, and the loop."""
        for native in self._opened:
            native.close()
        self._runner.close()


class LoopedSocket:
    """A socket of the face for asyncio."""

    def __init__(self, native: Any, runner: asyncio.Runner) -> None:  # noqa: ANN401 (any class)
        """Stand for ``native``, which waits in the loop of ``runner``."""
        self.native = native
        self._runner = runner

    def send(self, *frames: bytes) -> None:
        """Send a message."""
        self._run(self.native.send(*frames, timeout=DEADLINE))

    def receive(self) -> zmq4.Message:
        """Receive a message."""
        message: zmq4.Message = self._run(self.native.recv(timeout=DEADLINE))
        return message

    def receive_bytes(self) -> bytes:
        """Receive a message of one frame."""
        octets: bytes = self._run(self.native.recv_bytes(timeout=DEADLINE))
        return octets

    def make_ready(self) -> None:
        """Wait until a peer is connected."""
        self._run(self.native.endpoint.ready(timeout=DEADLINE))

    def settle(self, outcome: Any) -> Any:  # noqa: ANN401 (whatever a call may return)
        """Return what came of a call, once it has."""
        return self._run(outcome) if isinstance(outcome, Awaitable) else outcome

    def _run(self, waiting: Awaitable[Any]) -> Any:  # noqa: ANN401 (whatever it returns)
        async def wait() -> Any:  # noqa: ANN401
            return await waiting

        return self._runner.run(wait())
