"""Every public name is documented, and the two faces speak of the same things."""

import ast
import inspect
import itertools
import textwrap
from collections.abc import Iterator
from types import MemberDescriptorType, ModuleType

import pytest

import zmq4
import zmq4.asyncio
import zmq4.majordomo
import zmq4.majordomo.asyncio
import zmq4.testing

FACES = [(zmq4, zmq4.asyncio), (zmq4.majordomo, zmq4.majordomo.asyncio)]
"""What is for threads, and its twin for asyncio."""

MODULES = [*(module for face in FACES for module in face), zmq4.testing]

WAITS = {"send", "recv", "ready", "drain", "request", "run"}
"""Methods that may wait; a class that has one of them has a twin in the other face."""


def classes(module: ModuleType) -> dict[str, type]:
    """Return the public classes of a module by name."""
    public = {name: getattr(module, name) for name in module.__all__}
    return {name: value for name, value in public.items() if inspect.isclass(value)}


def members(cls: type) -> dict[str, object]:
    """Return what a class offers by a public name, its own and inherited, ``object``'s left out."""
    return {
        name: member
        for base in reversed(cls.__mro__[:-1])
        if base.__module__.startswith("zmq4")
        for name, member in vars(base).items()
        if not name.startswith("_")
    }


def is_documented(cls: type, name: str, member: object) -> bool:
    """Tell whether a member has a sentence: a field of a dataclass has it in its class's, or below it."""
    if isinstance(member, MemberDescriptorType):
        owner = member.__objclass__
        return f"{name}:" in (inspect.getdoc(cls) or "") or name in fields_with_a_sentence(owner)
    return bool(inspect.getdoc(member))


def fields_with_a_sentence(cls: type) -> set[str]:
    """Return the fields of a class that have a string below them in its source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id
        for field, below in itertools.pairwise(body.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
    }


def undocumented(module: ModuleType) -> Iterator[str]:
    """Yield every public class, function, method and property without a sentence of its own."""
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value):
            if not vars(value).get("__doc__"):
                yield name
            for member_name, member in members(value).items():
                documents_itself = callable(member) or inspect.isdatadescriptor(member)
                if documents_itself and not is_documented(value, member_name, member):
                    yield f"{name}.{member_name}"
        elif callable(value) and not inspect.getdoc(value):
            yield name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_public_name_is_documented(module: ModuleType) -> None:
    assert module.__doc__
    assert list(undocumented(module)) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_list_of_names_is_sorted_and_exists(module: ModuleType) -> None:
    assert len(set(module.__all__)) == len(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


faces = pytest.mark.parametrize(("threads", "loops"), FACES, ids=lambda module: module.__name__)


@faces
def test_classes_of_asyncio_have_their_names_from_threads(
    threads: ModuleType, loops: ModuleType
) -> None:
    assert set(classes(loops)) <= set(classes(threads))


@faces
def test_classes_that_wait_have_a_twin(threads: ModuleType, loops: ModuleType) -> None:
    waiting = {name for name, cls in classes(threads).items() if WAITS & set(members(cls))}

    assert waiting <= set(classes(loops))


@pytest.mark.parametrize(
    ("threads", "loops", "name"),
    [(*face, name) for face in FACES for name in sorted(classes(face[1]))],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_twins_offer_the_same_methods(threads: ModuleType, loops: ModuleType, name: str) -> None:
    assert set(members(classes(loops)[name])) == set(members(classes(threads)[name]))
