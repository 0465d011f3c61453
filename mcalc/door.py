"""The door of a room: names that are found in its files when they are first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from os.path import dirname, exists, join


def door(room: str) -> Callable[[str], object]:
    """A room's ``__getattr__``: a name is imported when it is asked for, from where its ``TYPE_CHECKING`` imports say.

    Nothing is imported with the room itself. Raises AttributeError where the room does not give the name.
    """

    def found(name: str) -> object:
        file = str(sys.modules[room].__file__)
        if not name.startswith("__") and not exists(join(dirname(file), f"{name}.py")) and name in given(file):
            module, own = given(file)[name]
            return getattr(import_module(module), own)
        raise AttributeError(f"module {room!r} has no attribute {name!r}")

    return found


@cache
def given(file: str) -> dict[str, tuple[str, str]]:
    """What a room gives, by name: the file that it is in, and its name there."""
    import ast

    with open(file, encoding="utf-8") as source:
        tree = ast.parse(source.read())
    guarded = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for block in guarded
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
