"""Who may do what: scenarios M97 to M101 of the security part, and who is told what."""

from collections.abc import Callable

import pytest

import zmq4
from fixtures.clock import DEADLINE, TIME_UNIT
from majordomo.patience import wait_until
from majordomo.raw import Client as RawClient
from majordomo.raw import Socket
from majordomo.raw import Worker as RawWorker
from zmq4.majordomo import Access, Broker, BrokerGone, Client, Worker, WorkerRefused

SERVER, ALICE, BOB, STRANGER = (zmq4.KeyPair.generate() for _ in range(4))


def as_user(keys: zmq4.KeyPair, server: zmq4.KeyPair = SERVER) -> zmq4.CurveClient:
    return zmq4.CurveClient(server_key=server.public, keys=keys)


def echo(request: zmq4.Message) -> zmq4.Message:
    return request


@pytest.fixture
def guarded(serve: Callable[..., Broker]) -> Broker:
    """Serve Alice and Bob under CURVE, and nobody else."""
    return serve(security=zmq4.CurveServer(SERVER, allow={ALICE.public, BOB.public}))


def test_m97_whoever_has_the_keys_is_served_and_nobody_else(guarded: Broker) -> None:
    address = guarded.endpoint
    with (
        Worker(address, "echo", echo, security=as_user(ALICE)),
        Client(address, security=as_user(BOB)) as bob,
        Client(address, security=as_user(STRANGER)) as stranger,
        Client(address, security=as_user(BOB, server=STRANGER)) as misled,
        Client(address) as plain,
    ):
        assert bob.request("echo", "x", timeout=DEADLINE).text == "x"
        for other in (stranger, misled, plain):
            with pytest.raises(BrokerGone):
                other.request("echo", "x", timeout=3 * TIME_UNIT)
        assert bob.request("echo", "y", timeout=DEADLINE).text == "y"


@pytest.fixture
def ruled(serve: Callable[..., Broker]) -> Broker:
    """Have Alice serve `a`, Bob call it, and Alice manage."""
    alice, bob = ALICE.public_z85, BOB.public_z85
    return serve(
        security=zmq4.CurveServer(SERVER, allow={ALICE.public, BOB.public}),
        access=Access(
            may_serve=lambda user, service: (user, service) == (alice, "a"),
            may_call=lambda user, _service: user == bob,
            may_manage=lambda user, _service: user == alice,
        ),
    )


def test_m98_worker_of_what_it_may_not_serve_is_refused(ruled: Broker) -> None:
    with ruled.events(timeout=DEADLINE) as events:
        with Worker(ruled.endpoint, "b", echo, security=as_user(ALICE)):
            refused = next(each for each in events if isinstance(each, WorkerRefused))

    assert refused.service == "b"
    assert ruled.stats().workers == 0


def test_m98_calls_that_are_not_allowed_are_dropped(ruled: Broker) -> None:
    address = ruled.endpoint
    with (
        Worker(address, "a", echo, security=as_user(ALICE)),
        Client(address, security=as_user(ALICE)) as alice,
        Client(address, security=as_user(BOB)) as bob,
    ):
        assert bob.request("a", "x", timeout=DEADLINE).text == "x"
        with pytest.raises(zmq4.ZMQError):
            alice.request("a", "x", timeout=3 * TIME_UNIT)
        assert ruled.stats().dropped == {"forbidden": 1}
        assert alice.request("mmi.service", "a", timeout=DEADLINE).content == b"200"
        assert bob.request("mmi.service", "a", timeout=DEADLINE).content == b"403"


def test_m99_name_and_password_let_in(serve: Callable[..., Broker], ipc_endpoint: str) -> None:
    broker = serve(ipc_endpoint, security=zmq4.PlainServer({"ada": "secret"}))
    with (
        Worker(broker.endpoint, "echo", echo, security=zmq4.PlainClient("ada", "secret")),
        Client(broker.endpoint, security=zmq4.PlainClient("ada", "secret")) as ada,
        Client(broker.endpoint, security=zmq4.PlainClient("ada", "guess")) as guess,
    ):
        assert ada.request("echo", "x", timeout=DEADLINE).text == "x"
        with pytest.raises(BrokerGone):
            guess.request("echo", "x", timeout=3 * TIME_UNIT)


def test_m100_replies_to_guessed_addresses_reach_nobody(
    broker: Broker,
    worker: Callable[..., RawWorker],
    client: Callable[..., RawClient],
) -> None:
    victim, w = client(), worker()
    victim.ask(b"Hello")
    address = w.is_given().address

    # The address itself, and its neighbours, by somebody who holds no request of it.
    number = int.from_bytes(address)
    for guess in range(number - 20, number + 21):
        with_guess = worker(service=b"")
        with_guess.ready(b"attack")
        with_guess.answer(guess.to_bytes(5), b"forged")
        assert with_guess.is_dismissed()
        with_guess.close()

    w.answer(address, b"true")
    assert victim.is_told().body == [b"true"]
    assert victim.hears_nothing(0)
    assert broker.stats().services["echo"].replied == 1


def test_m101_routing_id_of_a_live_worker_is_not_to_be_had(
    broker: Broker,
    worker: Callable[..., RawWorker],
    client: Callable[..., RawClient],
    raw: Callable[..., Socket],
) -> None:
    victim, c = worker(name=b"victim"), client()
    wait_until(lambda: broker.stats().workers == 1)

    attacker = raw(name=b"victim")
    attacker.say(b"", b"MDPW01", b"\x05")  # DISCONNECT in its name
    c.ask(b"Hello")
    victim.serve()

    assert c.is_told().body == [b"Hello"]
    assert attacker.hears_nothing(0)
    assert broker.stats().workers == 1
