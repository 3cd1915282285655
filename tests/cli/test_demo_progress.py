"""Progress on standard error."""

import io
import sys

import pytest

from zmq4.cli.demo.progress import Bar, Log, progress_on, render_bar


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_bar_shows_share_amount_and_rate() -> None:
    bar = render_bar("text", 25_000, 100_000, 41_200_000, 2.0, width=60)

    assert bar == "text  [#####---------------]   25 %  41.2 MB  12,500 lines/s"


@pytest.mark.parametrize("width", [0, 1, 20, 40, 60, 80, 200])
def test_bar_fits_the_terminal(width: int) -> None:
    assert len(render_bar("pipeline", 99_999, 100_000, 163_900_000, 1.5, width=width)) <= width


def test_bar_gives_way_on_a_narrow_terminal() -> None:
    assert render_bar("p", 1, 2, 1_000_000, 1.0, width=36) == "p   50 %  1.0 MB  1 lines/s"


def test_bar_is_full_only_at_the_end() -> None:
    assert " 99 %" in render_bar("p", 99_999, 100_000, 0, 1.0, width=80)
    assert "100 %" in render_bar("p", 100_000, 100_000, 0, 1.0, width=80)


def test_bar_stands_where_no_time_has_passed() -> None:
    assert "0 lines/s" in render_bar("p", 1, 1, 0, 0.0, width=80)


def test_bar_is_redrawn_ten_times_a_second_and_when_full() -> None:
    stream, clock = io.StringIO(), Clock()
    bar = Bar(stream, "p", clock=clock)

    bar.start(100)
    bar.show(1, 10)
    clock.now += 0.05
    bar.show(2, 20)
    clock.now += 0.06
    bar.show(3, 30)
    bar.show(100, 40)

    assert stream.getvalue().count("\r") == 3


def test_bar_counts_time_from_the_start_that_it_is_told() -> None:
    stream, clock = io.StringIO(), Clock()
    bar = Bar(stream, "p", clock=clock)

    clock.now += 8
    bar.start(100)
    clock.now += 2
    bar.show(100, 0)

    assert " 50 lines/s" in stream.getvalue()


def test_bar_leaves_the_cursor_on_a_new_line_only_if_it_was_drawn() -> None:
    drawn, untouched = io.StringIO(), io.StringIO()
    bar = Bar(drawn, "p")
    bar.start(100)
    bar.show(1, 10)

    bar.close()
    Bar(untouched, "p").close()

    assert drawn.getvalue().endswith("\n")
    assert untouched.getvalue() == ""


def test_log_writes_a_line_every_three_seconds() -> None:
    stream, clock = io.StringIO(), Clock()
    log = Log(stream, "pipeline", clock=clock)

    log.start(100_000)
    for lines in (1_000, 2_000, 3_000, 4_000):
        clock.now += 1.5
        log.show(lines, lines * 1_000)
    log.close()

    assert stream.getvalue().splitlines() == [
        "pipeline: 2,000 of 100,000 lines, 2.0 MB in 3 s",
        "pipeline: 4,000 of 100,000 lines, 4.0 MB in 6 s",
    ]


def test_log_is_kept_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())

    with progress_on("p") as progress:
        assert isinstance(progress, Log)


def test_bar_is_drawn_on_a_terminal_and_left_standing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", stream)

    with progress_on("p") as progress:
        progress.start(10)
        progress.show(10, 5)

    assert "100 %" in stream.getvalue()
    assert stream.getvalue().endswith("\n")
