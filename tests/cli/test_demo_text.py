"""The text that the demo makes, and how any text is read."""

from hashlib import sha256
from pathlib import Path

import pytest

from zmq4.cli.demo.proof import MultisetDigest
from zmq4.cli.demo.text import (
    LONGEST_LINE,
    Part,
    numbered_lines,
    parts,
    survey,
    whole,
    write_text,
)


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file that ends with a newline."""
    return path.read_bytes().removesuffix(b"\n").split(b"\n")


def test_same_seed_makes_the_same_text(tmp_path: Path) -> None:
    write_text(tmp_path / "one", lines=500, seed=11)
    write_text(tmp_path / "two", lines=500, seed=11)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_text_of_a_seed_is_the_same_on_every_machine(tmp_path: Path) -> None:
    write_text(tmp_path / "text", lines=200, seed=4)

    digest = sha256((tmp_path / "text").read_bytes()).hexdigest()

    assert digest == "1ab0789acf51ef5b997ddf4976b4b4c8616ca24b31c90f94719b07dcf9d9453f"


def test_other_seed_makes_another_text(tmp_path: Path) -> None:
    write_text(tmp_path / "one", lines=500, seed=11)
    write_text(tmp_path / "two", lines=500, seed=12)

    assert (tmp_path / "one").read_bytes() != (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("lines", [1, 2, 3, 1000])
def test_text_has_exactly_the_lines_asked_for(tmp_path: Path, lines: int) -> None:
    write_text(tmp_path / "text", lines=lines, seed=4)

    assert (tmp_path / "text").read_bytes().count(b"\n") == lines


def test_text_has_empty_and_longest_lines_and_none_longer(tmp_path: Path) -> None:
    write_text(tmp_path / "text", lines=2000, seed=4)

    lengths = [len(line) for line in lines_of(tmp_path / "text")]

    assert lengths.count(0) > 1
    assert LONGEST_LINE == 60_000
    assert max(lengths) == LONGEST_LINE


def test_lengths_are_skewed(tmp_path: Path) -> None:
    write_text(tmp_path / "text", lines=20_000, seed=4)

    lengths = sorted(len(line) for line in lines_of(tmp_path / "text"))

    assert lengths[len(lengths) // 2] < 150
    assert 1_500 < sum(lengths) / len(lengths) < 1_900
    assert lengths[len(lengths) * 99 // 100] > 20_000


def test_lines_are_numbered_from_one_and_lose_only_their_newline(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"one\r\n\n\xff\x00\nlast")

    assert [(int.from_bytes(number), line) for number, line in numbered_lines(path)] == [
        (1, b"one\r"),
        (2, b""),
        (3, b"\xff\x00"),
        (4, b"last"),
    ]


def test_survey_counts_lines_and_octets_and_takes_the_digest(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"one\n\nthree\n")
    digest = MultisetDigest()
    digest.add((3).to_bytes(8), b"three")
    digest.add((2).to_bytes(8), b"")
    digest.add((1).to_bytes(8), b"one")

    text = survey(path)

    assert (text.lines, text.octets, text.digest) == (3, 8, digest.value)


def test_first_lines_are_surveyed_alone(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"one\n\nthree\n")
    digest = MultisetDigest()
    digest.add((1).to_bytes(8), b"one")

    text = survey(path, 1)

    assert (text.lines, text.octets, text.digest) == (1, 3, digest.value)


def test_more_lines_than_there_are_are_all(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"one\ntwo\n")

    assert survey(path, 3) == survey(path)


def test_digests_of_parts_add_up_to_that_of_the_whole(tmp_path: Path) -> None:
    write_text(tmp_path / "text", lines=100, seed=4)
    text = survey(tmp_path / "text")

    odd, even = parts(text, [range(1, 101, 2), range(2, 101, 2)])

    assert (odd.digest + even.digest) % 2**256 == text.digest
    assert parts(text, [whole(text).numbers]) == [whole(text)]


def test_part_of_an_excerpt_ends_where_the_excerpt_does(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"one\ntwo\nthree\n")
    digest = MultisetDigest()
    digest.add((2).to_bytes(8), b"two")

    assert parts(survey(path, 2), [range(2, 4)]) == [Part(range(2, 4), digest.value)]
