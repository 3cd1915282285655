"""What the last line of `make test` rests on: reading the tools' own reports."""

from pathlib import Path

from record import Record
from verdict import verdict


def read(*lines: str, status: int = 0) -> Record:
    record = Record("check", status=status, seconds=0.0)
    record.read(lines)
    return record


def test_cargo_results_are_added_up() -> None:
    record = read(
        "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
        "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
        status=101,
    )

    assert (record.passed, record.failed) == (5, 1)


def test_pytest_result_is_read() -> None:
    record = read("=== 1 failed, 7 passed, 2 skipped, 1 error in 61.20s (0:01:01) ===", status=1)

    assert (record.passed, record.failed) == (7, 2)


def test_reasons_for_skipping_are_kept() -> None:
    record = read(
        "test tests::late ... ignored, needs a clock",
        "skipped: tests/test_x.py::test_calls: strace is not installed",
        "skipped: no nightly toolchain",
    )

    assert record.skipped == [
        "tests::late: needs a clock",
        "tests/test_x.py::test_calls: strace is not installed",
        "no nightly toolchain",
    ]


def test_check_without_tests_counts_as_one() -> None:
    assert read("All checks passed!").passed == 1
    assert read("found 3 errors", status=1).failed == 1


def test_check_that_should_have_run_tests_and_ran_none_fails() -> None:
    record = read("test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out")

    assert (record.failed, record.note) == (1, "no test ran")


def test_failure_outside_the_tests_is_counted() -> None:
    record = read("== 7 passed in 0.10s ==", "Segmentation fault", status=-11)

    assert (record.passed, record.failed) == (7, 1)


def test_check_that_did_not_run_has_failed(tmp_path: Path) -> None:
    record = Record.load(tmp_path, "check")

    assert (record.failed, record.note) == (1, "did not run")


def test_record_survives_saving(tmp_path: Path) -> None:
    record = read("skipped: no peer")

    record.save(tmp_path)

    assert Record.load(tmp_path, "check") == record


def test_last_line_of_the_verdict_has_the_counts(tmp_path: Path) -> None:
    records = [read("== 7 passed in 0.10s =="), read("skipped: no peer"), read("x", status=2)]

    assert verdict(records, tmp_path)[-1] == "7 passed, 1 failed, 1 skipped"
