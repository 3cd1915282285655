"""What the sources declare to type checkers: the stub, and the classes of the faces.

Read as syntax, because declarations under `TYPE_CHECKING` do not exist when the package runs.
"""

import ast
import inspect
from collections.abc import Callable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "python/zmq4"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def classes_of(source: str) -> dict[str, ast.ClassDef]:
    """Return the classes of a file of the package, by name."""
    tree = ast.parse((PACKAGE / source).read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def functions_of(node: ast.ClassDef) -> dict[str, Function]:
    """Return what a class defines or declares, by name."""
    found: dict[str, Function] = {}
    for statement in node.body:
        inner = statement.body if isinstance(statement, ast.If) else [statement]
        found |= {each.name: each for each in inner if isinstance(each, Function)}
    return found


def declared_for_checkers(node: ast.ClassDef) -> dict[str, Function]:
    """Return what a class declares under `TYPE_CHECKING`, by name."""
    found: dict[str, Function] = {}
    for statement in node.body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING":
            found |= {each.name: each for each in statement.body if isinstance(each, Function)}
    return found


def signature_of(function: Function) -> str:
    """Return the parameters of a declaration as `inspect` would print them, without types."""
    arguments = function.args
    bare = ast.arguments(
        posonlyargs=[ast.arg(each.arg) for each in arguments.posonlyargs],
        args=[ast.arg(each.arg) for each in arguments.args],
        vararg=arguments.vararg and ast.arg(arguments.vararg.arg),
        kwonlyargs=[ast.arg(each.arg) for each in arguments.kwonlyargs],
        kw_defaults=arguments.kw_defaults,
        kwarg=arguments.kwarg and ast.arg(arguments.kwarg.arg),
        defaults=arguments.defaults,
    )
    source = f"lambda {ast.unparse(bare)}: None"
    return without_self(eval(source))  # noqa: S307 (written by the line above)


def without_self(function: Callable[..., object]) -> str:
    """Return the parameters of a function as `inspect` prints them, `self` left out."""
    signature = inspect.signature(function)
    parameters = [each for each in signature.parameters.values() if each.name != "self"]
    return str(inspect.Signature(parameters))
