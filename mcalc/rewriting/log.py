"""The log of the engine, and what it makes of a form: by its equations alone, without the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mcalc.rewriting.forms import Form, make

Said = dict[tuple[str, str], None]
"""The name and the sentence of each entry, each pair once."""


class Entry(NamedTuple):
    """A use of a row, of a move or of arithmetic: ``before = after`` is what it says; `node` became `result`."""

    name: str
    before: Form
    after: Form
    sentence: str
    node: Form
    result: Form


def replayed(root: Form, log: Sequence[Entry]) -> Form:
    """What the log makes of a form, by its equations alone."""
    return Replay(log).of(root)


class Replay:
    """What the entries of a log make of forms, by their equations alone; of each form it is found once.

    The log may grow between two forms, not in one.
    """

    def __init__(self, log: Sequence[Entry]) -> None:
        self.log = log
        self._read = 0
        self._became: dict[Form, Entry] = {}
        self._done: dict[Form, Form] = {}
        self._said: dict[Form, Said] = {}

    def of(self, root: Form) -> Form:
        """What becomes of the form."""
        self._became |= {entry.node: entry for entry in self.log[self._read :]}
        self._read = len(self.log)
        done, said, became = self._done, self._said, self._became
        entered: set[Form] = set()
        stack: list[tuple[Form, Form | None]] = [(root, None)]
        while stack:
            t, waiting = stack.pop()
            if t in done:
                continue
            if waiting is not None:
                done[t] = done[waiting]
                said[t] |= said[waiting]
                continue
            todo = [a for a in t.args if a not in done]
            if todo:
                stack.append((t, None))
                stack.extend((a, None) for a in todo)
                continue
            here = make(t.head, (done[a] for a in t.args), t.par, t.shape)
            told: Said = {}
            for a in reversed(t.args):
                told |= said[a]
            new = here
            entry = became.get(here)
            if entry is not None and (entry.result in done or entry.result not in entered):
                told[entry.name, entry.sentence] = None
                new = entry.result
                entered.add(new)
            said[t] = told
            if new is here and here is t:
                done[t] = t
            else:
                stack.append((t, new))
                stack.append((new, None))
        return done[root]

    def said(self, root: Form) -> Said:
        """What is said on the way from the form to what it becomes: names of entries with their sentences, in order."""
        self.of(root)
        return self._said[root]
