"""Mechanisms as ours and libzmq's sockets are told of them, and who they let in."""

from dataclasses import dataclass
from pathlib import Path

from interop.peer import Options, Peer
from zmq4 import Certificate, CurveClient, CurveServer, KeyPair, PlainClient, PlainServer

Security = PlainClient | PlainServer | CurveClient | CurveServer

SERVER, CLIENT, STRANGER = KeyPair.generate(), KeyPair.generate(), KeyPair.generate()
USER, PASSWORD, WRONG_PASSWORD = "alice", "open sesame", "open barley"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """What both sides are told, if one of them is the server."""

    ours: Security
    theirs: Options
    user_id: str
    """What the server knows the client by."""


def plain_client(password: str = PASSWORD) -> Options:
    """Return the options of libzmq's client."""
    return {"PLAIN_USERNAME": USER, "PLAIN_PASSWORD": password}


def curve_client(keys: KeyPair = CLIENT, server: KeyPair = SERVER) -> Options:
    """Return the options of libzmq's client."""
    return {
        "CURVE_PUBLICKEY": keys.public_z85,
        "CURVE_SECRETKEY": keys.secret_z85,
        "CURVE_SERVERKEY": server.public_z85,
    }


PLAIN_SERVER: Options = {"PLAIN_SERVER": 1}
CURVE_SERVER: Options = {"CURVE_SERVER": 1, "CURVE_SECRETKEY": SERVER.secret_z85}

MECHANISMS = {
    ("PLAIN", "ours"): Mechanism(PlainServer({USER: PASSWORD}), plain_client(), USER),
    ("PLAIN", "theirs"): Mechanism(PlainClient(USER, PASSWORD), PLAIN_SERVER, USER),
    ("CURVE", "ours"): Mechanism(
        CurveServer(SERVER, {CLIENT.public}), curve_client(), CLIENT.public_z85
    ),
    ("CURVE", "theirs"): Mechanism(
        CurveClient(server_key=SERVER.public, keys=CLIENT), CURVE_SERVER, CLIENT.public_z85
    ),
}
"""By name, and by whose socket is the server."""


def guard(peer: Peer, folder: Path) -> None:
    """Let the servers of ``peer`` ask a handler that knows our client by files in ``folder``."""
    (folder / "passwords").write_text(f"{USER}={PASSWORD}\n")
    certificates = folder / "certificates"
    certificates.mkdir()
    Certificate(CLIENT.public).save(certificates / "client.key")
    peer.ask("guard", passwords=str(folder / "passwords"), certificates=str(certificates))
