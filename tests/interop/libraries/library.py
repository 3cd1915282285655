"""The libraries that ours has to get along with: what each needs, how it is built and started."""

import os
from dataclasses import dataclass
from pathlib import Path

from interop.libzmq_peer import COMMAND

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "tests/interop/peers"
BUILDS = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve() / "peers"

Words = tuple[str, ...]
"""A command; ``{source}`` and ``{build}`` in it stand for the folders of the library."""


@dataclass(frozen=True, slots=True)
class Library:
    """A library, and the program that drives its sockets."""

    name: str
    needs: Words
    """What must be installed, as the marker ``requires_peer`` has it."""
    run: Words
    """Starts the program."""
    version: tuple[int, int]
    """The version of the protocol that it announces."""
    transports: Words = ("tcp", "ipc")
    """What both it and we can."""
    folder: str = ""
    """Where its program is, below `SOURCES`, and is built, below `BUILDS`; nothing is if empty."""
    fetch: tuple[Words, ...] = ()
    """Fetches what the program stands on; fails where the registry cannot be reached."""
    compile: tuple[Words, ...] = ()
    """Makes the program of what was fetched; fails if the program is wrong."""

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> Path:
        """The folder with the program's source."""
        return SOURCES / self.folder

    @property
    def build(self) -> Path:
        """The folder that the program is built in."""
        return BUILDS / self.folder

    def fill(self, words: Words) -> list[str]:
        """Return a command with the folders in it."""
        return [word.format(source=self.source, build=self.build) for word in words]


LIBZMQ = Library(name="libzmq", needs=("python:zmq",), version=(3, 1), run=COMMAND)

GO_ZEROMQ = Library(
    name="go-zeromq",
    needs=("go",),
    version=(3, 0),
    folder="go",
    fetch=(("go", "mod", "download"),),
    compile=(("go", "build", "-buildvcs=false", "-o", "{build}/peer", "."),),
    run=("{build}/peer",),
)

JEROMQ = Library(
    name="jeromq",
    needs=("java", "javac", "mvn"),
    version=(3, 0),
    transports=("tcp",),  # its ipc is tcp in disguise
    folder="java",
    fetch=(
        (
            "mvn",
            "--batch-mode",
            "--quiet",
            "--strict-checksums",
            "--file={source}/pom.xml",
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            "-DoutputDirectory={build}/lib",
        ),
    ),
    compile=(
        (
            "javac",
            "--release=17",
            "-Xlint:all",
            "-Werror",
            "--class-path={build}/lib/*",
            "-d",
            "{build}/classes",
            "{source}/src/Peer.java",
            "{source}/src/Series.java",
        ),
    ),
    run=(
        "java",
        "-XX:TieredStopAtLevel=1",  # starts in half the time
        "-XX:+UseSerialGC",
        "-Xmx256m",
        "--class-path={build}/classes:{build}/lib/*",
        "Peer",
    ),
)

ZEROMQ_JS = Library(
    name="zeromq.js",
    needs=("node", "npm"),
    version=(3, 1),
    folder="node",
    fetch=(
        ("cp", "--recursive", "{source}/.", "{build}"),
        ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix={build}"),
    ),
    compile=(("node", "--check", "{build}/peer.mjs"),),
    run=("node", "{build}/peer.mjs"),
)

LIBRARIES = (LIBZMQ, GO_ZEROMQ, JEROMQ, ZEROMQ_JS)
