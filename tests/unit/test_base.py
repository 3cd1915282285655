"""`zmq4._base`: what sockets do without waiting."""

import gc
import warnings
import weakref
from typing import TYPE_CHECKING

import pytest

import zmq4
import zmq4.asyncio

if TYPE_CHECKING:
    from zmq4.types import Addresses

FACES = [zmq4, zmq4.asyncio]


def test_addresses_may_be_one_or_many_of_any_kind() -> None:
    with zmq4.Pull(bind=["inproc://base-1", "inproc://base-2"]) as pull:
        first, second = pull.endpoints
        cases: list[tuple[Addresses, list[str]]] = [
            ("inproc://base-1", ["inproc://base-1"]),
            (first, ["inproc://base-1"]),
            ((first, "inproc://base-2"), ["inproc://base-1", "inproc://base-2"]),
            ([second, second], ["inproc://base-2", "inproc://base-2"]),
            ([], []),
        ]
        for connect, expected in cases:
            with zmq4.Push(connect=connect) as push:
                assert [str(each) for each in push.endpoints] == expected


def test_endpoint_is_the_last_one_opened() -> None:
    with zmq4.Pull() as pull:
        pull.bind("inproc://base-first")
        pull.bind("inproc://base-last")

        assert str(pull.endpoint) == "inproc://base-last"
        pull.endpoint.close()
        assert str(pull.endpoint) == "inproc://base-first"


def test_socket_without_an_endpoint_says_what_to_do() -> None:
    with zmq4.Push() as push:
        with pytest.raises(zmq4.StateError, match=r"Push has no endpoint; bind\(\) or connect"):
            _ = push.endpoint
        assert push.endpoints == []
        assert push.peers() == []


def test_socket_that_cannot_be_bound_is_closed() -> None:
    with zmq4.Pull(bind="inproc://base-taken"), warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(zmq4.AddressInUse) as raised:
            zmq4.Pull(bind=["inproc://base-free", "inproc://base-taken"])
        assert (raised.value.socket, raised.value.endpoint) == ("Pull", "inproc://base-taken")
        with zmq4.Pull(bind="inproc://base-free"):
            pass


def test_unbind_frees_the_address() -> None:
    with zmq4.Pull(bind="inproc://base-unbind") as pull:
        pull.unbind("inproc://base-unbind")
        with zmq4.Pull(bind="inproc://base-unbind") as other:
            other.unbind(other.endpoint)
            assert other.endpoints == []


def test_disconnect_ends_the_connection() -> None:
    with (
        zmq4.Pull(bind="inproc://base-disconnect") as pull,
        zmq4.Push(connect=pull.endpoint) as push,
    ):
        line = push.endpoint
        assert pull.peers()

        push.disconnect(line)

        assert push.endpoints == []
        assert line.state == "closed"


def test_one_of_two_lines_to_the_same_address_is_disconnected() -> None:
    address = "inproc://base-twice"
    with zmq4.Pull(bind=address), zmq4.Push(connect=[address, address]) as push:
        push.disconnect(address)

        assert [str(each) for each in push.endpoints] == [address]


def test_address_of_the_other_kind_is_not_taken() -> None:
    with zmq4.Pair(bind="inproc://base-mixed") as pair:
        with pytest.raises(
            zmq4.InvalidEndpoint,
            match="Pair is not connecting to inproc://base-mixed, but connecting to nothing",
        ):
            pair.disconnect("inproc://base-mixed")
        with pytest.raises(
            zmq4.InvalidEndpoint, match="is not bound to inproc://x, but bound to inproc://base-mix"
        ):
            pair.unbind("inproc://x")


@pytest.mark.parametrize("face", FACES, ids=["threads", "asyncio"])
def test_socket_shows_its_face_type_and_endpoints(face: type[zmq4]) -> None:
    push = face.Push()
    assert repr(push) == f"<{face.__name__}.Push no endpoint>"

    push.bind("inproc://base-repr-1")
    push.bind("inproc://base-repr-2")
    assert repr(push) == f"<{face.__name__}.Push inproc://base-repr-1, inproc://base-repr-2>"

    push.close()
    assert repr(push) == f"<{face.__name__}.Push closed>"


@pytest.mark.parametrize("face", FACES, ids=["threads", "asyncio"])
def test_misspelt_option_is_told_which_was_meant(face: type[zmq4]) -> None:
    with pytest.raises(zmq4.OptionError, match='did you mean "send_hwm"'):
        face.Push(sned_hwm=5)  # type: ignore[call-arg]

    push = face.Push()
    with pytest.raises(
        AttributeError, match=r"Push has no option 'sned_hwm'; did you mean 'send_hwm'"
    ) as raised:
        push.sned_hwm = 5
    push.close()

    assert (raised.value.name, raised.value.obj) == ("sned_hwm", push)


def test_name_like_no_other_gets_no_guess() -> None:
    with zmq4.Push() as push, pytest.raises(AttributeError, match=r"no option 'zzzz'$"):
        push.zzzz = 5


def test_attribute_that_cannot_be_set_says_so() -> None:
    with zmq4.Push() as push:
        with pytest.raises(AttributeError) as raised:
            push.closed = True  # type: ignore[misc]
        assert "did you mean" not in str(raised.value)


def test_subclass_may_have_attributes_of_its_own() -> None:
    class Named(zmq4.Push):
        pass

    with Named() as push:
        push.name = "mine"
        assert push.name == "mine"
        assert "Named" in repr(push)


@pytest.mark.parametrize("face", FACES, ids=["threads", "asyncio"])
def test_forgotten_socket_warns_and_is_closed(face: type[zmq4]) -> None:
    push = face.Push(bind="inproc://base-forgotten")
    gone = weakref.ref(push)

    with pytest.warns(ResourceWarning, match=r"unclosed socket <.*Push inproc://base-forgotten>"):
        del push

    assert gone() is None
    with zmq4.Push(bind="inproc://base-forgotten"):
        pass


def test_closed_socket_is_silent_when_forgotten() -> None:
    push = zmq4.Push()
    push.close()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del push
        gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_forgotten_socket_is_closed_even_where_warnings_are_errors() -> None:
    push = zmq4.Push(bind="inproc://base-strict")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del push
        gc.collect()

    with zmq4.Push(bind="inproc://base-strict"):
        pass


def test_sockets_have_no_instance_dict() -> None:
    with zmq4.Push() as push:
        assert not hasattr(push, "__dict__")


def test_sockets_of_a_context_are_apart_from_others() -> None:
    address = "inproc://base-context"
    with (
        zmq4.Context() as context,
        zmq4.Pull(bind=address, context=context) as pull,
        zmq4.Pull(bind=address),
        zmq4.Push(connect=address, context=context) as push,
    ):
        push.send(b"x")
        assert pull.recv(timeout=5).content == b"x"
        assert push.context.io_threads == 1
