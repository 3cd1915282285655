"""What is asked and what is answered, wherever lines go there and back.

A question is a line and its number. The answer is the number, the line with its case swapped, and
the signature of who answered. Whoever asked swaps the case once more and has the line again, so
that the ledger and the digest of the text prove the answers: that each line was worked on, and that
each came back to the one who asked for it.
"""

from collections.abc import Sequence

from zmq4.cli.demo.stops.receipt import SIGNATURE_OCTETS


def sign(number: int) -> bytes:
    """Make a signature of a small number."""
    return number.to_bytes(SIGNATURE_OCTETS)


def answer(question: Sequence[bytes], signature: bytes) -> tuple[bytes, ...]:
    """Answer a question; to one that makes no sense the answer makes none either."""
    match question:
        case [number, line]:
            return number, line.swapcase(), signature
        case _:
            return (signature,)


def line_of(answered: Sequence[bytes], asked: bytes | None = None) -> tuple[bytes, ...]:
    """Turn an answer back into what a receipt enters.

    Args:
        answered: The frames of the answer.
        asked: The number of the line that was asked for, where only that one is an answer.

    Returns:
        The number, the line, the signature; nothing, which is strange, if it is no answer.
    """
    match answered:
        case [number, line, signature] if asked is None or number == asked:
            return number, line.swapcase(), signature
        case _:
            return ()
