"""A module that is imported when something of it is first used: a text that cannot be read needs no SymPy."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """A module by its name, imported when something of it is first used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(import_module(self._name), name)
        self.__dict__[name] = found
        return found
