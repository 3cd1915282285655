"""`zmq4.types`: protocols that every pattern which fits keeps."""

import inspect

import pytest

import zmq4
import zmq4.asyncio
from zmq4 import types

PROTOCOLS = {
    (zmq4.Sender, zmq4.Push),
    (zmq4.Sender, zmq4.Pair),
    (zmq4.Sender, zmq4.Dealer),
    (zmq4.Receiver, zmq4.Pull),
    (zmq4.Receiver, zmq4.Pair),
    (zmq4.Receiver, zmq4.Dealer),
    (zmq4.asyncio.Sender, zmq4.asyncio.Push),
    (zmq4.asyncio.Receiver, zmq4.asyncio.Pull),
}


@pytest.mark.parametrize(("protocol", "cls"), sorted(PROTOCOLS, key=str))
def test_pattern_takes_what_its_protocol_promises(protocol: type, cls: type) -> None:
    promised = {
        name: member
        for name, member in vars(protocol).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }
    assert promised

    for name, member in promised.items():
        assert list(inspect.signature(getattr(cls, name)).parameters) == list(
            inspect.signature(member).parameters
        )


def test_helper_forwards_between_any_patterns(inproc_endpoint: str) -> None:
    def forward(source: types.Receiver[zmq4.Message], target: types.Sender) -> None:
        for batch in source.batches(timeout=0):
            if not batch:
                return
            target.send_many(batch)

    with (
        zmq4.Pair(bind=inproc_endpoint) as pair,
        zmq4.Pair(connect=inproc_endpoint) as source,
        zmq4.Pull(bind=f"{inproc_endpoint}-out") as pull,
        zmq4.Push(connect=pull.endpoint) as push,
    ):
        source.send(b"a", b"b")
        source.send(b"c")

        forward(pair, push)

        assert [list(each) for each in pull.recv_many(timeout=5)] == [[b"a", b"b"], [b"c"]]
