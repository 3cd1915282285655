"""The proof that every line arrived exactly once."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from zmq4.cli.demo.proof import NAMED, Evidence, Ledger, MultisetDigest

LINES = [(number.to_bytes(8), b"line %d" % number) for number in range(1, 101)]


def digest_of(lines: Iterable[tuple[bytes, bytes]]) -> int:
    digest = MultisetDigest()
    for number, line in lines:
        digest.add(number, line)
    return digest.value


def evidence_of(arrivals: Iterable[tuple[bytes, bytes]], lines: int = len(LINES)) -> Evidence:
    ledger = Ledger(range(1, lines + 1))
    for number, line in arrivals:
        ledger.enter(number, line)
    return ledger.evidence()


def faults_of(arrivals: Iterable[tuple[bytes, bytes]]) -> list[str]:
    return [str(fault) for fault in evidence_of(arrivals).faults(digest_of(LINES))]


@given(st.permutations(LINES))
def test_every_order_of_arrival_is_proof(arrivals: list[tuple[bytes, bytes]]) -> None:
    assert faults_of(arrivals) == []


def test_one_lost_line_is_named() -> None:
    assert faults_of(LINES[:16] + LINES[17:]) == ["1 lost (line 17)"]


def test_one_doubled_line_is_named() -> None:
    assert faults_of([*LINES, LINES[41]]) == ["1 doubled (line 42)"]


def test_line_that_comes_thrice_is_one_doubled_line() -> None:
    assert faults_of([*LINES, LINES[41], LINES[41]]) == ["1 doubled (line 42)"]


def test_one_altered_line_is_detected() -> None:
    altered = [*LINES[:-1], (LINES[-1][0], b"line 00")]

    assert faults_of(altered) == ["altered (every number came once, but the digests differ)"]


def test_swapped_lines_are_detected() -> None:
    (first, one), (second, two), *rest = LINES

    assert len(faults_of([(first, two), (second, one), *rest])) == 1


def test_lost_and_doubled_lines_do_not_make_up_for_each_other() -> None:
    assert faults_of([*LINES[:-1], LINES[0]]) == ["1 lost (line 100)", "1 doubled (line 1)"]


def test_only_the_lowest_lost_lines_are_named() -> None:
    assert faults_of(LINES[20:]) == ["20 lost (lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 10 more)"]
    assert NAMED == 10


def test_number_outside_the_text_is_strange() -> None:
    outside = [(0).to_bytes(8), (101).to_bytes(8), b"\xff" * 8, b"", b"\x01", (1).to_bytes(9)]

    evidence = evidence_of([*LINES, *((number, b"line") for number in outside)])

    assert evidence.strangers == len(outside)
    assert [fault.what for fault in evidence.faults(digest_of(LINES))] == ["6 strange"]


def test_number_of_somebody_elses_line_is_strange() -> None:
    ledger = Ledger(range(2, 101, 3))

    for number, line in LINES[:4]:
        ledger.enter(number, line)

    evidence = ledger.evidence()
    assert (ledger.arrived, evidence.strangers) == (1, 3)
    assert evidence.lost.lowest[:3] == (5, 8, 11)


def test_ledger_is_complete_when_the_last_line_came_and_not_before() -> None:
    ledger = Ledger(range(1, 3))

    ledger.enter(*LINES[1])
    ledger.enter(*LINES[1])
    assert (ledger.arrived, ledger.is_complete) == (1, False)

    ledger.enter(*LINES[0])
    assert (ledger.arrived, ledger.is_complete) == (2, True)


def test_entering_says_whether_the_line_is_new() -> None:
    ledger = Ledger(range(1, 2))

    assert ledger.enter(*LINES[0])
    assert not ledger.enter(*LINES[0])
    assert not ledger.enter(*LINES[1])


@given(st.sets(st.integers(min_value=1, max_value=100)))
def test_every_lost_line_is_counted(lost: set[int]) -> None:
    arrivals = [(number, line) for number, line in LINES if int.from_bytes(number) not in lost]

    evidence = evidence_of(arrivals)

    assert evidence.lost.count == len(lost)
    assert evidence.lost.lowest == tuple(sorted(lost)[:NAMED])
