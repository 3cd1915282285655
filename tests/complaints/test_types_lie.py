"""Types say that every socket can do everything, and that a result may be awaitable or not.

P#2028, P#2034, P#2035, P#1966, P#2203.
"""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import zmq4
import zmq4.asyncio

RIGHT = """
import asyncio
from typing import assert_type

import zmq4
import zmq4.asyncio

with zmq4.Pull() as pull, zmq4.Push() as push, zmq4.Rep() as rep, zmq4.XPub() as xpub:
    assert_type(pull.recv(), zmq4.Message)
    assert_type(pull.recv()[0], bytes)
    assert_type(pull.try_recv(), zmq4.Message | None)
    assert_type(pull.recv_many(), list[zmq4.Message])
    assert_type(rep.recv(), zmq4.Request)
    assert_type(xpub.recv(), zmq4.Message | zmq4.Subscription)
    assert_type(push.send_many([b"x"]), int)
    assert_type(push.connect("tcp://10.0.0.7:5555"), zmq4.Endpoint)
    assert_type(zmq4.Req().request("x", timeout=1), zmq4.Message)


async def main() -> None:
    async with zmq4.asyncio.Pull() as pull, zmq4.asyncio.Req() as req:
        assert_type(await pull.recv(), zmq4.Message)
        assert_type(asyncio.create_task(pull.recv()), asyncio.Task[zmq4.Message])
        assert_type(await req.request("x", retries=3), zmq4.Message)
"""

WRONG = {
    "a_subscriber_does_not_send": ('zmq4.Sub().send(b"x")', "attr-defined"),
    "a_pull_does_not_send": ('zmq4.Pull().send(b"x")', "attr-defined"),
    "a_push_does_not_receive": ("zmq4.Push().recv()", "attr-defined"),
    "a_dealer_has_no_topics": ('zmq4.Dealer().subscribe("x")', "attr-defined"),
    "a_router_sends_to_somebody": ('zmq4.Router().send(b"x")', "call-arg"),
    "an_option_is_misspelt": ("zmq4.Push(sned_hwm=1)", "call-arg"),
    "an_option_has_another_type": ('zmq4.Push(send_hwm="many")', "arg-type"),
    "a_number_is_no_frame": ("zmq4.Push().send(5)", "arg-type"),
    "an_attribute_is_misspelt": ("zmq4.Push().lniger = 1", "attr-defined"),
    "a_thread_does_not_await": ("async def f() -> None: await zmq4.Pull().recv()", "misc"),
    "a_coroutine_is_awaited": (
        "async def f() -> None: zmq4.asyncio.Pull().recv().text",
        "attr-defined",
    ),
}


def complaints(source: str, folder: Path) -> str:
    """Have a program checked, and return what mypy has to say."""
    program = folder / "program.py"
    program.write_text(source)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(program)]
    checked = subprocess.run(
        [*command, f"--cache-dir={folder / 'cache'}", "--config-file="],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert checked.stderr == ""
    return checked.stdout


@pytest.mark.requires_peer("python:mypy")
def test_types_are_the_ones_that_there_are(tmp_path: Path) -> None:
    assert complaints(RIGHT, tmp_path) == ""


@pytest.mark.requires_peer("python:mypy")
def test_every_mistake_is_found_before_the_program_runs(tmp_path: Path) -> None:
    lines = "\n".join(line for line, _ in WRONG.values())

    told = complaints(f"import zmq4, zmq4.asyncio\n{lines}\n", tmp_path)

    for number, (line, code) in enumerate(WRONG.values(), 2):
        found = [each for each in told.splitlines() if f"program.py:{number}: error" in each]
        assert any(code in each for each in found), (line, found)


@pytest.mark.parametrize("face", [zmq4, zmq4.asyncio], ids=lambda face: face.__name__)
def test_what_a_socket_cannot_do_is_not_there(face: object) -> None:
    assert not hasattr(face.Sub, "send")  # type: ignore[attr-defined]
    assert not hasattr(face.Pull, "send_many")  # type: ignore[attr-defined]
    assert not hasattr(face.Push, "recv")  # type: ignore[attr-defined]
    assert not hasattr(face.Pub, "recv")  # type: ignore[attr-defined]
    assert not hasattr(face.Dealer, "request")  # type: ignore[attr-defined]


def test_package_tells_type_checkers_that_it_is_typed() -> None:
    assert files("zmq4").joinpath("py.typed").is_file()
    assert files("zmq4").joinpath("_native.pyi").is_file()
