"""CURVE, awaited."""

import asyncio
import os
from pathlib import Path

from faces.admission import failure_of
from zmq4 import Applicant, Certificate, CurveClient, CurveServer, KeyPair
from zmq4.asyncio import Pub, Pull, Push, Rep, Req, Sub

SERVER, ALICE, MALLORY = KeyPair.generate(), KeyPair.generate(), KeyPair.generate()


def client(keys: KeyPair) -> CurveClient:
    """Make the security of a client."""
    return CurveClient(server_key=SERVER.public, keys=keys)


async def test_known_key_is_let_in_and_the_other_is_told(
    wired_endpoint: str, deadline: float
) -> None:
    async with (
        Rep(bind=wired_endpoint, security=CurveServer(SERVER, {ALICE.public})) as rep,
        Req(connect=rep.endpoint, security=client(ALICE)) as req,
        Req(security=client(MALLORY)) as other,
        asyncio.timeout(deadline),
    ):
        events = other.events(deadline)
        other.connect(rep.endpoint)
        assert (await failure_of(events)).cause == "denied"
        for body in (b"question", os.urandom(100_000)):
            await req.send(body)
            await (await rep.recv()).reply(body)
            assert (await req.recv()).content == body


async def test_coroutine_decides_by_the_key(wired_endpoint: str, deadline: float) -> None:
    async def decide(applicant: Applicant) -> str | bool:
        await asyncio.sleep(0)
        return "Alice" if applicant.public_key == ALICE.public else False

    async with (
        Pull(bind=wired_endpoint, security=CurveServer(SERVER, decide)) as pull,
        Push(connect=pull.endpoint, security=client(ALICE)) as push,
        Push(security=client(MALLORY)) as other,
    ):
        await push.send(b"x", timeout=deadline)
        peer = (await pull.recv(timeout=deadline)).peer
        assert peer is not None
        assert peer.user_id == "Alice"

        events = other.events(deadline)
        other.connect(pull.endpoint)
        assert (await failure_of(events)).cause == "denied"


async def test_directory_of_certificates_is_read_off_the_loop(
    tcp_endpoint: str, deadline: float, tmp_path: Path
) -> None:
    Certificate(ALICE.public).save(tmp_path / "alice.cert")
    async with (
        Pub(bind=tcp_endpoint, security=CurveServer(SERVER, tmp_path)) as pub,
        Sub(connect=pub.endpoint, topics="a", security=client(ALICE)) as sub,
    ):
        await pub.wait_for_subscribers(1, "a", timeout=deadline)
        await pub.send(b"a")

        assert (await sub.recv(timeout=deadline)).content == b"a"
