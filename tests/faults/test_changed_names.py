"""A name stands for another address now, or for none: it is asked for at every attempt.

The C library's resolver is replaced in a child by one of ours, which does what a file says.
"""

import json
import subprocess
from pathlib import Path

import pytest

import zmq4
from fixtures.children import Children
from process.ending import End, end_of

SOURCE = Path(__file__).with_name("resolver.c")

CLIENT = """
import json, sys
import zmq4

with zmq4.Push(
    connect=f"tcp://moving.test:{sys.argv[1]}", reconnect=zmq4.Backoff(0.02, max=0.02), linger=0
) as push:
    for line in sys.stdin:
        match line.split():
            case ["send", text]:
                push.send(text)
                print(json.dumps("sent"), flush=True)
            case ["state"]:
                print(json.dumps([push.endpoint.state, push.endpoint.failure]), flush=True)
            case ["beside"]:
                with (
                    zmq4.Pull(bind="tcp://127.0.0.1:0") as pull,
                    zmq4.Push(connect=pull.endpoint) as other,
                ):
                    other.send(b"x")
                    print(json.dumps(pull.recv(timeout=10).text), flush=True)
"""


class Client:
    """A child that connects to a name."""

    def __init__(self, children: Children, names: "Names", port: int) -> None:
        """Start it."""
        self._process = children.start(CLIENT, str(port), environment=names.environment)

    def order(self, text: str) -> object:
        """Have it do something, and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()
        answer: object = json.loads(self._process.stdout.readline())
        return answer

    def dismiss(self) -> None:
        """End it; it must have nothing to complain of."""
        output, errors = self._process.communicate()
        assert (self._process.returncode, output, errors) == (0, "", "")


class Names:
    """What names stand for."""

    def __init__(self, folder: Path, library: Path) -> None:
        """Let them stand for nothing."""
        self._file = folder / "names"
        self.environment = {"LD_PRELOAD": str(library), "NAMES": str(self._file)}
        self.stand_for("none")

    def stand_for(self, address: str) -> None:
        """Change what they stand for; nobody reads half of it."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(address)
        fresh.replace(self._file)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the resolver."""
    made = tmp_path_factory.mktemp("resolver") / "resolver.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl"], check=True)
    return made


@pytest.fixture
def names(tmp_path: Path, library: Path) -> Names:
    """Give the names that children look up."""
    return Names(tmp_path, library)


pytestmark = pytest.mark.requires_peer("cc")


def test_next_attempt_goes_to_the_new_address(
    children: Children, names: Names, deadline: float
) -> None:
    names.stand_for("127.0.0.1")
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as before:
        port = before.endpoint.port or 0
        client = Client(children, names, port)
        client.order("send before")
        assert before.recv(timeout=deadline).text == "before"
        with zmq4.Pull(bind=f"tcp://127.0.0.2:{port}") as after:
            names.stand_for("127.0.0.2")
            before.close()
            after.endpoint.ready(deadline)
            client.order("send after")
            assert after.recv(timeout=deadline).text == "after"
            client.dismiss()


def test_name_that_comes_to_be_later_is_found(
    children: Children, names: Names, deadline: float
) -> None:
    with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull:
        client = Client(children, names, pull.endpoint.port or 0)
        while (told := client.order("state"))[1] is None:  # type: ignore[index]
            pass
        client.order("send waiting")
        names.stand_for("127.0.0.1")

        assert pull.recv(timeout=deadline).text == "waiting"
        assert told[0] == "connecting"  # type: ignore[index]
        assert "name" in told[1].lower()  # type: ignore[index]
        client.dismiss()


def test_resolver_that_takes_its_time_holds_up_no_other_socket(
    children: Children, names: Names
) -> None:
    names.stand_for("slow")
    client = Client(children, names, 1)

    for _ in range(3):
        assert client.order("beside") == "x"
    client.dismiss()


def test_resolver_that_takes_its_time_does_not_hold_up_the_end(
    children: Children, names: Names, deadline: float
) -> None:
    names.stand_for("slow")

    end: End = end_of(
        children,
        """
        import zmq4
        push = zmq4.Push(connect="tcp://moving.test:1", linger=0)
        with zmq4.Context() as context:
            zmq4.Push(connect="tcp://moving.test:1", linger=0, context=context).close()
        print("end")
        """,
        environment=names.environment,
    )

    assert (end.status, end.errors) == (0, "")
    assert end.seconds < deadline
