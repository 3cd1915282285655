"""Programs of libraries are built once, and what goes wrong is told apart."""

from pathlib import Path

import pytest

from interop.libraries import building
from interop.libraries import library as definitions
from interop.libraries.library import Library, Words


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a program's source, and a place for what is built of it."""
    monkeypatch.setattr(definitions, "SOURCES", tmp_path / "sources")
    monkeypatch.setattr(definitions, "BUILDS", tmp_path / "builds")
    folder = tmp_path / "sources/toy"
    folder.mkdir(parents=True)
    (folder / "text").write_text("first\n")
    return folder


def toy(*, fetch: Words = ("true",), compile: Words = ("true",)) -> Library:  # noqa: A002
    """Make a library of no use."""
    return Library("toy", (), (), (3, 1), folder="toy", fetch=(fetch,), compile=(compile,))


def build(library: Library) -> building.Failure | None:
    """Build as a process would that has not built it yet."""
    return building.build.__wrapped__(library)


@pytest.mark.usefixtures("source")
def test_program_is_built_once() -> None:
    library = toy(compile=("sh", "-c", "echo built >> ../builds.log"))

    assert [build(library), build(library)] == [None, None]

    assert (library.source.parent / "builds.log").read_text() == "built\n"


def test_program_is_built_again_when_its_source_has_changed(source: Path) -> None:
    library = toy(compile=("cp", "{source}/text", "{build}/text"))
    build(library)
    (source / "text").write_text("second\n")

    assert build(library) is None

    assert (library.build / "text").read_text() == "second\n"


@pytest.mark.usefixtures("source")
def test_packages_that_cannot_be_fetched_are_no_fault_of_the_program() -> None:
    failure = build(toy(fetch=("sh", "-c", "echo no route; exit 1")))

    assert failure is not None
    assert (failure.offline, failure.last_line) == (True, "no route")


@pytest.mark.usefixtures("source")
def test_compiler_that_refuses_is_a_fault_of_the_program() -> None:
    failure = build(toy(compile=("sh", "-c", "echo line 1: what?; exit 1")))

    assert failure is not None
    assert not failure.offline
    assert str(failure).endswith("line 1: what?")


@pytest.mark.usefixtures("source")
def test_program_that_could_not_be_built_is_tried_again() -> None:
    failing = toy(compile=("test", "-f", "{source}/more"))
    assert build(failing) is not None
    (failing.source / "more").touch()

    assert build(failing) is None


@pytest.mark.usefixtures("source")
def test_program_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "LIMIT", 0.05)

    failure = build(toy(compile=("sleep", "60")))

    assert failure is not None
    assert failure.last_line == "it took longer than 0.05 s"
