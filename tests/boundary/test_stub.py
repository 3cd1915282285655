"""The stub and the module say the same; beyond what `mypy.stubtest` compares (`make lint`)."""

import ast
import inspect

import pytest

from boundary.declared import PACKAGE, classes_of, functions_of, signature_of, without_self
from zmq4 import _native

STUB = ast.parse((PACKAGE / "_native.pyi").read_text())
STUB_CLASSES = {name: node for name, node in classes_of("_native.pyi").items() if name[0] != "_"}
NOT_IN_STUBS = {"__doc__", "__module__", "__reduce__", "__weakref__", "__repr__", "__ne__"} | {
    "__lt__", "__le__", "__gt__", "__ge__", "__new__", "__release_buffer__", "__buffer__",
    "__init_subclass__"
}  # fmt: skip


def stub_names() -> set[str]:
    names = {node.name for node in STUB.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assigned = {node.target for node in STUB.body if isinstance(node, ast.AnnAssign)}
    return {name for name in names if name[0] != "_"} | {ast.unparse(each) for each in assigned}


def test_module_and_stub_have_the_same_names() -> None:
    assert stub_names() == set(_native.__all__)
    assert {name for name in vars(_native) if name[0] != "_"} == set(_native.__all__)


@pytest.mark.parametrize("name", STUB_CLASSES)
def test_class_and_stub_have_the_same_members(name: str) -> None:
    cls, node = getattr(_native, name), STUB_CLASSES[name]
    declared = set(functions_of(node))
    declared |= {ast.unparse(each.target) for each in node.body if isinstance(each, ast.AnnAssign)}

    assert declared - NOT_IN_STUBS - {"_socket_type"} == set(vars(cls)) - NOT_IN_STUBS


@pytest.mark.parametrize("name", STUB_CLASSES)
def test_methods_have_the_parameters_of_the_stub(name: str) -> None:
    cls = getattr(_native, name)
    methods = {
        method: signature_of(node)
        for method, node in functions_of(STUB_CLASSES[name]).items()
        if inspect.isroutine(vars(cls).get(method)) and not method.startswith("__")
    }
    actual = {method: without_self(vars(cls)[method]) for method in methods}

    if name == "Message":  # a default that Python cannot write
        methods["index"] = methods["index"].replace("Ellipsis", "9223372036854775807")
    assert actual == methods


@pytest.mark.parametrize(
    "function",
    [node for node in STUB.body if isinstance(node, ast.FunctionDef)],
    ids=lambda f: f.name,
)
def test_functions_have_the_parameters_of_the_stub(function: ast.FunctionDef) -> None:
    actual = getattr(_native, function.name)

    assert without_self(actual) == signature_of(function)


def test_everything_in_the_stub_is_documented() -> None:
    undocumented = [
        f"{name}.{method}"
        for name, node in STUB_CLASSES.items()
        for method, function in functions_of(node).items()
        if not (method.startswith("__") or "setter" in ast.unparse(function))
        and not ast.get_docstring(function)
    ]
    undocumented += [name for name, node in STUB_CLASSES.items() if not ast.get_docstring(node)]

    assert undocumented == []


def test_everything_native_has_a_sentence_for_help() -> None:
    undocumented = [
        f"{name}.{member}"
        for name in STUB_CLASSES
        for member, value in vars(getattr(_native, name)).items()
        if member[0] != "_" and not inspect.getdoc(value)
    ]

    assert undocumented == []
