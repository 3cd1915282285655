"""A clock that moves when it is told to."""


class ManualClock:
    """Time in the test's hand; calling it reads it, as one calls `time.monotonic`.

    Args:
        now: What it shows first, in seconds.
    """

    __slots__ = ("_now",)

    def __init__(self, now: float = 0.0) -> None:
        """Show ``now``."""
        self._now = now

    def __call__(self) -> float:
        """Read it, in seconds."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            ValueError: ``seconds`` is below 0: this clock never goes back.
        """
        if not seconds >= 0:
            raise ValueError(f"time goes forward, not by {seconds} seconds")
        self._now += seconds

    def advance_to(self, instant: float) -> None:
        """Let time pass until ``instant``; one that is over changes nothing."""
        self._now = max(self._now, instant)

    def __repr__(self) -> str:
        return f"<ManualClock at {self._now:.6f}>"
