"""The one place where text is executed: what mcalc emitted itself, once its syntax tree has been looked through.

Of the user's text an emitted module has the names alone. It imports its array library, and calls that, its own
helpers, its parameters and a few methods of arrays; whatever else is met is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from mcalc.code.targets import target_of

_CALLED: dict[str, object] = {"sum": sum, "range": range, "float": float}
_BUILTINS: dict[str, object] = {**_CALLED, "__import__": __import__}
_METHODS = frozenset({
    "T", "shape", "ndim", "dtype", "device", "to", "reshape", "astype", "contiguous", "transpose", "permute", "copy",
    "clone", "flat", "new_zeros", "diagonal", "add_", "sub_", "dot", "sum",
})  # fmt: skip
_TEXT = re.compile(r"dtype|device|potri|[A-Za-z,]*->[A-Za-z]*")
_ALLOWED = (
    ast.Module, ast.Import, ast.alias, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AugAssign,
    ast.For, ast.Expr, ast.Name, ast.Load, ast.Store, ast.Attribute, ast.Call, ast.keyword, ast.Constant, ast.BinOp,
    ast.UnaryOp, ast.operator, ast.unaryop, ast.Compare, ast.cmpop, ast.Subscript, ast.Slice, ast.Tuple, ast.List,
    ast.Dict, ast.Starred, ast.GeneratorExp, ast.ListComp, ast.comprehension, ast.IfExp,
)  # fmt: skip


class Forbidden(ValueError):
    """The text has something that mcalc never emits."""


def functions(text: str, library: str) -> dict[str, Callable[..., Any]]:
    """The functions that an emitted module defines, by name; ImportError where the library is not installed."""
    tree = ast.parse(text)
    _look_through(tree, library)
    space: dict[str, object] = {"__builtins__": _BUILTINS, "__name__": library}
    exec(compile(tree, f"<{library}>", "exec"), space)
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {name: function for name, function in space.items() if name in defined and callable(function)}


def _modules(library: str) -> frozenset[str]:
    target = target_of(library)
    return frozenset({"math", *target.modules, *(line.split()[1] for line in target.imports)})


def _look_through(tree: ast.Module, library: str) -> None:
    """Raises Forbidden where the module does anything but compute with arrays."""
    roots = _imported(tree, library)
    callable_names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} | {*_CALLED}
    callable_names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    documentation = {id(text) for text in _docstrings(tree)}
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise Forbidden(f"it has a {type(node).__name__}")
        if isinstance(node, ast.Name) and node.id.startswith("__"):
            raise Forbidden(f"it has the name {node.id}")
        if _taken(node) in roots:
            raise Forbidden(f"it assigns to {_taken(node)}")
        if isinstance(node, ast.Attribute) and (
            node.attr.startswith("_") or not (_of_library(node, roots) or node.attr in _METHODS)
        ):
            raise Forbidden(f"it takes .{node.attr}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in callable_names:
            raise Forbidden(f"it calls {node.func.id}")
        written = node.value if isinstance(node, ast.Constant) and id(node) not in documentation else None
        if isinstance(written, str) and not _TEXT.fullmatch(written):
            raise Forbidden(f"it has the text {written!r}")


def _imported(tree: ast.Module, library: str) -> frozenset[str]:
    """The names that stand for a library; no assignment may take one."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name not in _modules(library):
                    raise Forbidden(f"it imports {one.name}")
                names.add(one.asname or one.name.split(".")[0])
    return frozenset(names)


def _taken(node: ast.AST) -> str | None:
    """The name that a node gives a new meaning: a target, a parameter, a function."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return node.id
    if isinstance(node, ast.arg):
        return node.arg
    return node.name if isinstance(node, ast.FunctionDef) else None


def _of_library(node: ast.Attribute, roots: frozenset[str]) -> bool:
    """Whether the attribute is of a library's name, ``np.linalg.inv``."""
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return isinstance(inner, ast.Name) and inner.id in roots


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef)) and node.body and isinstance(node.body[0], ast.Expr):
            yield node.body[0].value
