"""The forms in which addresses are given and told."""

from collections.abc import Callable, Sequence

import pytest

import zmq4
from faces.patience import eventually
from zmq4.types import Address, Addresses


def test_address_may_be_text_or_an_endpoint(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Pull(bind=endpoint) as pull,
        zmq4.Push(connect=pull.endpoint) as first,
        zmq4.Push(connect=str(pull.endpoint)) as second,
        zmq4.Push() as third,
    ):
        third.connect(first.endpoint)
        for push in (first, second, third):
            push.send(b"x")

        assert len([pull.recv(timeout=deadline) for _ in range(3)]) == 3


def test_endpoint_of_the_other_face_is_an_address(inproc_endpoint: str) -> None:
    import zmq4.asyncio

    with zmq4.Pull(bind=inproc_endpoint) as pull:
        push = zmq4.asyncio.Push(connect=pull.endpoint)
        assert push.try_send(b"x")
        assert pull.recv(timeout=0).content == b"x"
        push.close()


@pytest.mark.parametrize("kind", [list, tuple])
def test_several_addresses_are_bound_and_connected(
    kind: Callable[[Sequence[Address]], Sequence[Address]],
    tcp_endpoint: str,
    ipc_endpoint: str,
    inproc_endpoint: str,
) -> None:
    with (
        zmq4.Pull(bind=kind([tcp_endpoint, ipc_endpoint, inproc_endpoint])) as pull,
        zmq4.Push(connect=kind(pull.endpoints)) as push,
    ):
        assert [str(each) for each in push.endpoints] == [str(each) for each in pull.endpoints]
        for each in push.endpoints:
            each.ready(timeout=10)
        push.send_many([b"1", b"2", b"3"])
        assert {pull.recv(timeout=10).content for _ in range(3)} == {b"1", b"2", b"3"}


def test_socket_binds_and_connects_at_once(endpoint: str, deadline: float) -> None:
    with (
        zmq4.Dealer(bind=endpoint) as far,
        zmq4.Dealer(bind="tcp://127.0.0.1:0", connect=far.endpoint) as both,
    ):
        place, line = both.endpoints
        line.ready(deadline)
        both.send(b"x")

        assert (place.state, line.state) == ("listening", "connected")
        assert far.recv(timeout=deadline).content == b"x"


def test_empty_list_of_addresses_is_none_at_all() -> None:
    with zmq4.Push(bind=[], connect=()) as push:
        assert push.endpoints == []


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:0", "tcp://127.0.0.1:*", "tcp://*:0", "tcp://*:*"]
)
def test_system_chooses_a_port_that_can_be_connected_to(address: str, deadline: float) -> None:
    with zmq4.Pull(bind=address) as pull:
        port = pull.endpoint.port
        assert port
        assert str(pull.endpoint).endswith(f":{port}")
        assert "*" not in str(pull.endpoint)

        with zmq4.Push(connect=f"tcp://127.0.0.1:{port}") as push:
            push.send(b"x")
            assert pull.recv(timeout=deadline).content == b"x"


def test_wildcard_host_is_every_interface_of_ipv4() -> None:
    with zmq4.Pull(bind="tcp://*:*") as pull:
        assert str(pull.endpoint) == f"tcp://0.0.0.0:{pull.endpoint.port}"


def test_two_ephemeral_ports_differ() -> None:
    with zmq4.Pull(bind=["tcp://127.0.0.1:*"] * 2) as pull:
        one, other = pull.endpoints
        assert one.port != other.port


@pytest.mark.leaks_allowed("the thread that looks names up stays for ten seconds")
def test_name_of_a_host_is_bound_and_connected_to(deadline: float) -> None:
    with (
        zmq4.Pull(bind="tcp://localhost:*") as pull,
        zmq4.Push(connect=f"tcp://localhost:{pull.endpoint.port}") as push,
    ):
        push.send(b"x")
        assert pull.recv(timeout=deadline).content == b"x"


@pytest.mark.leaks_allowed("the thread that looks names up stays for ten seconds")
def test_connecting_endpoint_is_told_as_it_was_given(refusing_endpoint: str) -> None:
    address = refusing_endpoint.replace("127.0.0.1", "localhost")
    with zmq4.Push(connect=address, linger=0) as push:
        assert str(push.endpoint) == push.endpoint.address == address
        assert push.endpoint.port == int(address.rpartition(":")[2])


def test_last_endpoint_opened_is_the_endpoint(tcp_endpoint: str, inproc_endpoint: str) -> None:
    with zmq4.Dealer() as dealer:
        first = dealer.bind(tcp_endpoint)
        assert dealer.endpoint == first
        second = dealer.connect(inproc_endpoint)
        assert dealer.endpoint == second
        second.close()
        assert dealer.endpoint == first


def test_socket_without_endpoint_says_what_to_do() -> None:
    with zmq4.Push() as push, pytest.raises(zmq4.StateError, match=r"bind\(\) or connect\(\)"):
        _ = push.endpoint


@pytest.mark.parametrize("addresses", [5, 5.0, object()])
def test_what_is_no_address_is_a_type_error(addresses: Addresses) -> None:
    with pytest.raises(TypeError):
        zmq4.Push(bind=addresses)
    with pytest.raises(TypeError):
        zmq4.Push(connect=addresses)


@pytest.mark.parametrize("address", [None, 5, b"inproc://bytes"])
def test_what_is_no_address_is_refused_by_bind_and_connect(address: Address) -> None:
    with zmq4.Push() as push:
        for call in (push.bind, push.connect):
            with pytest.raises((TypeError, zmq4.InvalidEndpoint)):
                call(address)
        assert push.endpoints == []


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_dealer_has_one_connection_to_an_address(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    with (
        zmq4.Dealer(bind=request.getfixturevalue(f"{transport}_endpoint")) as far,
        zmq4.Dealer(connect=[far.endpoint, far.endpoint]) as near,
    ):
        again = near.connect(far.endpoint)
        again.ready(deadline)
        far.endpoint.ready(deadline)

        assert near.endpoints == [again]
        assert len(far.peers()) == 1


@pytest.mark.parametrize("transport", ["tcp", "ipc", "inproc"])
def test_push_has_as_many_connections_to_an_address_as_it_is_asked_for(
    transport: str, request: pytest.FixtureRequest, deadline: float
) -> None:
    with (
        zmq4.Pull(bind=request.getfixturevalue(f"{transport}_endpoint")) as pull,
        zmq4.Push(connect=[pull.endpoint, pull.endpoint]) as push,
    ):
        for each in push.endpoints:
            each.ready(deadline)

        one, other = push.endpoints
        assert one != other
        eventually(lambda: len(pull.peers()) == 2)
