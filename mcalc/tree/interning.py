"""Equal values are one object: a table of those that are held anywhere, which holds none of them itself.

What `weakref.WeakValueDictionary` does, without a call of Python's for each look.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import ref

Value = TypeVar("Value")
Identity = tuple[object, ...]


class Entry(ref[Value]):
    """A value that is held elsewhere, and by what it is found."""

    __slots__ = ("identity",)
    identity: Identity


class Interned(Generic[Value]):
    """Values by what they are: ``entries.get(identity)``, called, is the value, or None where nobody holds it now."""

    def __init__(self) -> None:
        self.entries: dict[Identity, Entry[Value]] = {}
        entries = self.entries

        def forget(entry: Entry[Value]) -> None:
            if entries.get(entry.identity) is entry:
                entries.pop(entry.identity, None)

        self._forget: Callable[[Entry[Value]], None] = forget

    def keep(self, identity: Identity, value: Value) -> None:
        """The value is found by its identity from now on."""
        entry = Entry(value, self._forget)
        entry.identity = identity
        self.entries[identity] = entry
