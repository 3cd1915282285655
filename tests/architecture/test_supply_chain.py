"""Whatever comes in from elsewhere is locked: the version, and what it must hash to."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
PEERS = ROOT / "tests/interop/peers"


@pytest.mark.parametrize("lock", ["Cargo.lock", "rust/fuzz/Cargo.lock"])
def test_every_crate_is_ours_or_locked_with_its_hash(lock: str) -> None:
    crates = tomllib.loads((ROOT / lock).read_text())["package"]
    foreign = [crate for crate in crates if not crate["name"].startswith("zmq4-")]

    assert foreign
    for crate in foreign:
        assert crate["source"] == CRATES_IO, crate
        assert re.fullmatch("[0-9a-f]{64}", crate["checksum"]), crate


@pytest.mark.parametrize(
    "lock", sorted(path.name for path in (ROOT / "requirements").glob("*.txt"))
)
def test_every_python_package_is_locked_with_its_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    lines = re.sub(r"\\\n", " ", re.sub("(?m)^ *#.*$", "", text)).split("\n")
    packages = [line for line in lines if line.strip()]

    assert packages
    for package in packages:
        assert re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", package), package


def test_packages_are_installed_only_by_their_hashes() -> None:
    makefile = (ROOT / "Makefile").read_text()
    installs = [line for line in makefile.splitlines() if "pip install" in line]

    assert installs
    for line in installs:
        assert "--require-hashes" in line or "--no-deps" in line, line


def test_packages_of_peers_are_locked() -> None:
    node = json.loads((PEERS / "node/package-lock.json").read_text())["packages"]
    modules = re.findall(r"(?m)^\t(\S+) (v\S+)", (PEERS / "go/go.mod").read_text())
    modules += re.findall(r"(?m)^require (\S+) (v\S+)", (PEERS / "go/go.mod").read_text())
    sums = (PEERS / "go/go.sum").read_text()
    versions = re.findall("<version>(.*?)</version>", (PEERS / "java/pom.xml").read_text())

    assert all("integrity" in package for path, package in node.items() if path)
    assert modules
    assert all(f"{name} {version} h1:" in sums for name, version in modules)
    assert versions
    assert not [each for each in versions if re.search(r"[\[\](,]|LATEST", each)]
