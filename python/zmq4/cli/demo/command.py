"""The sub-command `zmq4 demo`: its arguments."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

from zmq4.cli.duration import parse_duration
from zmq4.cli.exit_code import ExitCode


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the demo's arguments."""
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        type=_text_file,
        help="the text to carry; by default one is made",
    )
    parser.add_argument(
        "--lines",
        metavar="N",
        type=_whole_number(at_least=1),
        help=f"lines to make (default: {_LINES:,})",
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=_whole_number(at_least=0),
        help=f"seed of the lines to make (default: {_SEED})",
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        type=_whole_number(at_least=1, at_most=_MOST_WORKERS),
        default=_WORKERS,
        help=f"worker processes, at most {_MOST_WORKERS} (default: {_WORKERS})",
    )
    parser.add_argument(
        "--timeout",
        metavar="TIME",
        type=parse_duration,
        default=_TIMEOUT,
        help=f"longest duration of the whole tour, such as 90s or 2m (default: {_TIMEOUT:.0f}s)",
    )


def run(arguments: argparse.Namespace) -> ExitCode:
    """Take the tour.

    Raises:
        argparse.ArgumentError: If the arguments contradict each other.
        OSError: If the text could not be made or read.
    """
    # The tour brings asyncio and multiprocessing along: too slow for `zmq4 demo --help`.
    from zmq4.cli.demo.tour import GivenText, MadeText, take_tour  # noqa: PLC0415

    file: Path | None = arguments.file
    lines: int | None = arguments.lines
    seed: int | None = arguments.seed
    if file is not None and (lines is not None or seed is not None):
        raise argparse.ArgumentError(None, "--lines and --seed are for a text that is made")
    origin = (
        MadeText(_LINES if lines is None else lines, _SEED if seed is None else seed)
        if file is None
        else GivenText(file)
    )
    return take_tour(origin, workers=arguments.workers, timeout=arguments.timeout)


def _text_file(text: str) -> Path:
    """Accept a file that can be read twice, and has something in it."""
    path = Path(text)
    try:
        if not path.is_file():
            raise argparse.ArgumentTypeError(f"not a file: {text!r}")
        with path.open("rb") as file:
            if not file.read(1):
                raise argparse.ArgumentTypeError(f"no lines in {text!r}")
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot read {text!r}: {error.strerror}") from error
    return path


def _whole_number(*, at_least: int, at_most: int | None = None) -> Callable[[str], int]:
    """Make a reader of whole numbers within bounds."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"not a whole number: {text!r}") from None
        if number < at_least:
            raise argparse.ArgumentTypeError(f"must be at least {at_least}: {number}")
        if at_most is not None and number > at_most:
            raise argparse.ArgumentTypeError(f"must be at most {at_most}: {number}")
        return number

    return read


_LINES: Final = 100_000
_SEED: Final = 4
_WORKERS: Final = 3
_MOST_WORKERS: Final = 64
_TIMEOUT: Final = 120.0
