"""Papers: the certificates that processes of a stop show each other, in a folder for a while."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import zmq4


@dataclass(frozen=True, slots=True)
class Papers:
    """Where certificates lie; without a folder nobody shows any."""

    folder: Path | None = None

    def server(self) -> zmq4.Null | zmq4.CurveServer:
        """Return the security of whoever has the server's keys, and lets in whom it knows."""
        if self.folder is None:
            return zmq4.Null()
        return zmq4.CurveServer(zmq4.KeyPair.load(self.folder / _SERVER), self.folder / _KNOWN)

    def worker(self, number: int) -> zmq4.Null | zmq4.CurveClient:
        """Return the security of a worker, who is known."""
        if self.folder is None:
            return zmq4.Null()
        return _client(self.folder, zmq4.KeyPair.load(self.folder / _name(number)))

    def impostor(self) -> zmq4.Null | zmq4.CurveClient:
        """Return the security of somebody with keys that nobody knows."""
        return _client(self.folder, zmq4.KeyPair.generate()) if self.folder else zmq4.Null()


def _client(folder: Path, keys: zmq4.KeyPair) -> zmq4.CurveClient:
    server = zmq4.Certificate.load_public(folder / _SERVER)
    return zmq4.CurveClient(server_key=server.public, keys=keys)


@contextmanager
def issue(workers: int) -> Generator[Papers]:
    """Make papers for a server and its workers; they are gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="zmq4-demo-") as name:
        folder = Path(name)
        zmq4.KeyPair.generate().save(folder / _SERVER)
        (folder / _KNOWN).mkdir()
        for number in range(1, workers + 1):
            keys = zmq4.KeyPair.generate()
            keys.save(folder / _name(number))
            zmq4.Certificate(keys.public).save(folder / _KNOWN / _name(number))
        yield Papers(folder)


def _name(number: int) -> str:
    return f"worker-{number}.cert"


NO_PAPERS: Final = Papers()

_SERVER: Final = "server.cert"
_KNOWN: Final = "known"
"""The folder with the certificates of those who are let in."""
