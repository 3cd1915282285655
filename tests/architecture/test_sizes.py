"""A file holds one idea; over 400 lines it is split, or ``sizes.toml`` says why not."""

import tomllib

from architecture.tree import ROOT, source_files

LIMIT = 400
LONGER: dict[str, str] = tomllib.loads((ROOT / "tests/architecture/sizes.toml").read_text())[
    "longer"
]


def long_files() -> dict[str, int]:
    """Return the line count of every source file over the limit."""
    folders = ["rust", "python", "tests", "tools", "benches", "examples"]
    counts = {
        name: len((ROOT / name).read_text().splitlines())
        for name in source_files(folders, ".rs", ".py", ".pyi")
    }
    return {name: count for name, count in counts.items() if count > LIMIT}


def test_long_files_are_listed_with_a_reason() -> None:
    unlisted = {name: count for name, count in long_files().items() if name not in LONGER}

    assert unlisted == {}


def test_list_of_long_files_is_up_to_date() -> None:
    assert set(LONGER) <= set(long_files())
    assert all(LONGER.values())
