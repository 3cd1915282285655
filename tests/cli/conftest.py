"""A text for the demo's stops."""

from pathlib import Path

import pytest

from zmq4.cli.demo.text import write_text


@pytest.fixture(scope="package")
def text_of_400_lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "text"
    write_text(path, lines=400, seed=4)
    return path
