"""The child's side of a pipe: reports go up, orders come down, and no child outlives its parent."""

import os
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from zmq4.cli.demo.notes import Begin, Failed, Finish, Order, Report
from zmq4.cli.exit_code import ExitCode, exit_code_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

P = ParamSpec("P")
Duty = Callable[Concatenate["Leash", P], None]
"""What a child process does: a function of a module, called with its leash and its arguments."""


class Leash:
    """A child's end of its pipe.

    A thread listens for orders. When the pipe closes, the parent is gone, and the process ends at
    once, whatever it was waiting for: there is nobody left to report to.
    """

    def __init__(self, pipe: "Connection[Report, Order]") -> None:
        """Start listening on ``pipe``, which from now on belongs to the leash."""
        self._pipe = pipe
        self._telling = threading.Lock()
        self._begun = threading.Event()
        self._finishing = threading.Event()
        self._finish = Finish()
        threading.Thread(target=self._listen, name="leash", daemon=True).start()

    @property
    def is_finishing(self) -> bool:
        """Whether the order to finish has come."""
        return self._finishing.is_set()

    @property
    def finish(self) -> Finish:
        """The order to finish; meaningful once `is_finishing`."""
        return self._finish

    def tell(self, report: Report) -> None:
        """Send a report to the parent; from any thread."""
        with self._telling:
            self._pipe.send(report)

    def wait_to_begin(self) -> None:
        """Wait for the order to begin, however long the parent takes."""
        self._begun.wait()

    def wait_to_finish(self) -> None:
        """Wait for the order to finish, however long the parent takes."""
        self._finishing.wait()

    def _listen(self) -> None:
        while True:
            try:
                order = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(ExitCode.FAILURE)
            match order:
                case Begin():
                    self._begun.set()
                case Finish():
                    self._finish = order
                    self._finishing.set()


def on_duty(
    duty: Duty[P], pipe: "Connection[Report, Order]", *args: P.args, **kwargs: P.kwargs
) -> None:
    """Do a duty in a child process; the first function of ours to run there.

    An exception becomes the last report. Ctrl-C reaches every process of a terminal; here it is the
    parent's to judge, so it is ignored. SIGTERM was held until now.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    leash = Leash(pipe)
    try:
        duty(leash, *args, **kwargs)
    except Exception as error:
        # Whatever it was: the parent is told, and ends the others.
        leash.tell(Failed(f"{type(error).__name__}: {error}", exit_code_of(error)))
        raise SystemExit(ExitCode.FAILURE) from error
