"""The arguments of `zmq4 demo`."""

from pathlib import Path

import pytest

from zmq4.cli import main
from zmq4.cli.demo import tour
from zmq4.cli.demo.tour import GivenText, MadeText
from zmq4.cli.exit_code import ExitCode


@pytest.fixture
def tours(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, int, float]]:
    """The tours that would have been taken: origin, workers, timeout."""
    taken: list[tuple[object, int, float]] = []

    def take_tour(origin: GivenText | MadeText, *, workers: int, timeout: float) -> ExitCode:
        taken.append((origin, workers, timeout))
        return ExitCode.OK

    monkeypatch.setattr(tour, "take_tour", take_tour)
    return taken


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A file with a line."""
    path = tmp_path / "text"
    path.write_bytes(b"a line\n")
    return path


def test_default_is_a_made_text_of_100_000_lines(tours: list[tuple[object, int, float]]) -> None:
    assert main(["demo"]) == ExitCode.OK

    assert tours == [(MadeText(lines=100_000, seed=4), 3, 120.0)]


def test_options_reach_the_tour(tours: list[tuple[object, int, float]]) -> None:
    main(["demo", "--lines", "7", "--seed", "0", "--workers", "5", "--timeout", "2m"])

    assert tours == [(MadeText(lines=7, seed=0), 5, 120.0)]


def test_file_is_taken_as_it_is(tours: list[tuple[object, int, float]], text: Path) -> None:
    main(["demo", str(text)])

    assert tours == [(GivenText(text), 3, 120.0)]


@pytest.mark.parametrize(
    "words",
    [
        ["--lines", "0"],
        ["--lines", "many"],
        ["--seed", "-1"],
        ["--workers", "0"],
        ["--workers", "65"],
        ["--timeout", "0s"],
        ["--timeout", "soon"],
        ["--time", "5s"],
        ["one", "two"],
        ["/no/such/file"],
        ["/"],
        ["/dev/null"],
    ],
)
def test_senseless_arguments_are_a_usage_error(
    tours: list[tuple[object, int, float]], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", *words])

    assert ended.value.code == ExitCode.USAGE
    assert "usage: zmq4 demo" in capsys.readouterr().err
    assert tours == []


@pytest.mark.parametrize("words", [["--lines", "5"], ["--seed", "5"]])
def test_options_of_a_made_text_contradict_a_file(
    tours: list[tuple[object, int, float]], text: Path, words: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", str(text), *words])

    assert ended.value.code == ExitCode.USAGE
    assert tours == []


def test_empty_file_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    with pytest.raises(SystemExit) as ended:
        main(["demo", str(tmp_path / "empty")])

    assert ended.value.code == ExitCode.USAGE
