"""The two faces: the same names, native calls, and the signatures that type checkers read."""

import ast
import inspect
from collections.abc import Callable

import pytest

import zmq4
import zmq4.asyncio
from boundary.declared import (
    classes_of,
    declared_for_checkers,
    functions_of,
    signature_of,
    without_self,
)
from zmq4 import _native

FACES = {"threads": (zmq4, "_socket.py"), "asyncio": (zmq4.asyncio, "asyncio/_socket.py")}
SOCKETS = ["Push", "Pull", "Pair", "Dealer"]
NATIVE = {
    "SendingSocket": ["send", "try_send", "send_many"],
    "ReceivingSocket": ["recv", "recv_bytes", "recv_into", "try_recv", "recv_many"],
}
AT_ONCE = {"try_send", "try_recv"}


def offers(cls: type) -> set[str]:
    return {name for name in dir(cls) if not name.startswith("_")}


@pytest.mark.parametrize("name", [*SOCKETS, "Endpoint"])
def test_faces_have_the_same_names(name: str) -> None:
    assert offers(getattr(zmq4, name)) == offers(getattr(zmq4.asyncio, name))


@pytest.mark.parametrize("name", [*SOCKETS, "Endpoint"])
def test_no_face_is_derived_from_the_other(name: str) -> None:
    threads, asyncio = getattr(zmq4, name), getattr(zmq4.asyncio, name)

    assert not issubclass(asyncio, threads)
    assert not issubclass(threads, asyncio)


@pytest.mark.parametrize("name", SOCKETS)
def test_faces_take_the_same_arguments(name: str) -> None:
    threads, asyncio = getattr(zmq4, name), getattr(zmq4.asyncio, name)

    for member in offers(threads):
        if inspect.isroutine(getattr(threads, member)):
            theirs, ours = (untyped(getattr(cls, member)) for cls in (threads, asyncio))
            assert theirs == ours, member


def untyped(function: Callable[..., object]) -> list[tuple[object, ...]]:
    parameters = inspect.signature(function).parameters.values()
    return [(each.name, each.kind, each.default) for each in parameters if each.name != "self"]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("base", NATIVE)
def test_declared_calls_are_native_and_have_the_declared_parameters(face: str, base: str) -> None:
    module, source = FACES[face]
    declared = declared_for_checkers(classes_of(source)[base])
    native = NATIVE[base] + (["drain"] if (face, base) == ("threads", "SendingSocket") else [])
    cls = module.Pair

    assert sorted(declared) == sorted(native)
    for name, function in declared.items():
        call = inspect.getattr_static(cls, name)
        assert inspect.ismethoddescriptor(call), name
        assert without_self(call) == signature_of(function), name
        assert inspect.getdoc(call), name


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("base", NATIVE)
def test_only_what_may_wait_is_declared_as_awaited(face: str, base: str) -> None:
    declared = declared_for_checkers(classes_of(FACES[face][1])[base])
    awaited = {name for name, node in declared.items() if isinstance(node, ast.AsyncFunctionDef)}

    assert awaited == (set(declared) - AT_ONCE if face == "asyncio" else set())


@pytest.mark.parametrize("base", NATIVE)
def test_declarations_of_both_faces_are_the_same(base: str) -> None:
    threads, asyncio = (functions_of(classes_of(source)[base]) for _, source in FACES.values())

    for name in set(threads) & set(asyncio):
        one, other = threads[name], asyncio[name]
        assert ast.dump(one.args) == ast.dump(other.args), name
        results = [ast.unparse(each.returns or ast.Pass()) for each in (one, other)]
        assert results[0] == results[1].replace("AsyncIterator", "Iterator"), name


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("name", SOCKETS)
def test_nothing_of_pythons_stands_before_the_fast_calls(face: str, name: str) -> None:
    cls = getattr(FACES[face][0], name)

    for call in {"send", "recv_bytes"} & offers(cls):
        assert type(inspect.getattr_static(cls, call)) is type(str.join)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("name", SOCKETS)
def test_socket_class_holds_no_state_in_python(face: str, name: str) -> None:
    cls = getattr(FACES[face][0], name)

    assert issubclass(cls, _native.Socket)
    assert cls._socket_type == name.upper()
    for base in cls.__mro__[: cls.__mro__.index(_native.Socket)]:
        assert vars(base)["__slots__"] == (), base


def test_pattern_has_no_call_that_it_cannot_do() -> None:
    sends = {"send", "try_send", "send_many", "drain"}
    receives = {"recv", "recv_bytes", "recv_into", "try_recv", "recv_many", "batches"}

    for module, _ in FACES.values():
        assert offers(module.Push) & (sends | receives) == sends
        assert offers(module.Pull) & (sends | receives) == receives
        for both in (module.Pair, module.Dealer):
            assert offers(both) & (sends | receives) == sends | receives


def test_equipping_checks_what_it_is_given() -> None:
    class Nothing(_native.Socket):
        __slots__ = ()

    with pytest.raises(TypeError, match="subclasses of Socket"):
        _native.equip(int, "threads", ["send"])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="face"):
        _native.equip(Nothing, "fibres", ["send"])
    with pytest.raises(ValueError, match="method"):
        _native.equip(Nothing, "threads", ["sned"])
    with pytest.raises(TypeError, match="socket classes"):
        Nothing()
