"""The frame of the tour, with stops that carry nothing."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from zmq4.cli.demo import tour
from zmq4.cli.demo.progress import Progress
from zmq4.cli.demo.stop import Trip, Visit
from zmq4.cli.demo.text import survey
from zmq4.cli.demo.tour import GivenText, MadeText, take_tour
from zmq4.cli.exit_code import ExitCode


@dataclass
class PaperStop:
    """Gives back what it is told, and remembers the trips."""

    name: str
    exit_code: ExitCode = ExitCode.OK
    complaint: str = ""
    remark: str = ""
    trips: list[Trip] = field(default_factory=list)

    def visit(self, trip: Trip, progress: Progress) -> Visit:
        progress.start(trip.text.lines)
        progress.show(trip.text.lines, trip.text.octets)
        self.trips.append(trip)
        return Visit(self.name, 1, 2, 3.0, "a verdict", self.exit_code, self.complaint, self.remark)


@pytest.fixture
def text(tmp_path: Path) -> GivenText:
    path = tmp_path / "text"
    path.write_bytes(b"one\ntwo\n")
    return GivenText(path)


def visit_all(
    monkeypatch: pytest.MonkeyPatch, origin: GivenText | MadeText, *stops: PaperStop
) -> ExitCode:
    monkeypatch.setattr(tour, "STOPS", stops)
    return take_tour(origin, workers=2, timeout=60.0)


def test_every_stop_carries_the_same_text(monkeypatch: pytest.MonkeyPatch, text: GivenText) -> None:
    stops = PaperStop("a"), PaperStop("b")

    assert visit_all(monkeypatch, text, *stops) is ExitCode.OK

    assert stops[0].trips == stops[1].trips
    assert stops[0].trips[0].text.lines == 2


def test_excerpt_is_the_beginning_of_the_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"one\ntwo\nthree\n")
    monkeypatch.setattr(tour, "EXCERPT_LINES", 2)
    stop = PaperStop("a")

    visit_all(monkeypatch, GivenText(path), stop)

    trip = stop.trips[0]
    assert (trip.text.lines, trip.excerpt) == (3, survey(path, 2))


def test_table_and_remarks_go_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, text: GivenText, capsys: pytest.CaptureFixture[str]
) -> None:
    visit_all(monkeypatch, text, PaperStop("the stop", remark="worth knowing"))

    output = capsys.readouterr()
    assert "a verdict" in output.out
    assert "the stop: worth knowing" in output.out
    assert output.err == ""


def test_complaints_go_to_standard_error(
    monkeypatch: pytest.MonkeyPatch, text: GivenText, capsys: pytest.CaptureFixture[str]
) -> None:
    visit_all(monkeypatch, text, PaperStop("the stop", ExitCode.PARTIAL, "2 lost"))

    assert capsys.readouterr().err == "zmq4 demo: the stop: 2 lost\n"


def test_first_failure_is_the_exit_code_and_the_tour_goes_on(
    monkeypatch: pytest.MonkeyPatch, text: GivenText
) -> None:
    stops = PaperStop("a", ExitCode.PARTIAL), PaperStop("b", ExitCode.FAILURE), PaperStop("c")

    assert visit_all(monkeypatch, text, *stops) is ExitCode.PARTIAL

    assert len(stops[2].trips) == 1


def test_stop_that_ran_out_of_time_is_the_last(
    monkeypatch: pytest.MonkeyPatch, text: GivenText
) -> None:
    stops = PaperStop("a", ExitCode.TIMEOUT), PaperStop("b")

    assert visit_all(monkeypatch, text, *stops) is ExitCode.TIMEOUT

    assert stops[1].trips == []


def test_seed_is_printed_and_the_made_text_goes_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = PaperStop("a")

    visit_all(monkeypatch, MadeText(lines=3, seed=42), stop)

    assert "seed 42" in capsys.readouterr().out
    assert stop.trips[0].text.lines == 3
    assert not stop.trips[0].text.path.exists()
