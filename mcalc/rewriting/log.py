"""The log of the engine, and what it makes of a form: by its equations alone, without the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mcalc.rewriting.forms import Form, make


class Entry(NamedTuple):
    """A use of a row, of a move or of arithmetic: ``before = after`` is what it says; `node` became `result`."""

    name: str
    before: Form
    after: Form
    sentence: str
    node: Form
    result: Form


def replayed(root: Form, log: Iterable[Entry]) -> Form:
    """What the log makes of a form, by its equations alone."""
    return _replayed(root, {entry.node: entry for entry in log})[0]


def used(root: Form, log: Iterable[Entry]) -> list[Entry]:
    """The entries of a log that lead from a form to what it becomes."""
    return _replayed(root, {entry.node: entry for entry in log})[1]


def _replayed(root: Form, became: Mapping[Form, Entry]) -> tuple[Form, list[Entry]]:
    done: dict[Form, Form] = {}
    met: list[Entry] = []
    entered: set[Form] = set()
    stack: list[tuple[Form, Form | None]] = [(root, None)]
    while stack:
        t, waiting = stack.pop()
        if t in done:
            continue
        if waiting is not None:
            done[t] = done[waiting]
            continue
        todo = [a for a in t.args if a not in done]
        if todo:
            stack.append((t, None))
            stack.extend((a, None) for a in todo)
            continue
        here = make(t.head, (done[a] for a in t.args), t.par, t.shape)
        new = here
        if here in became and (became[here].result in done or became[here].result not in entered):
            met.append(became[here])
            new = became[here].result
            entered.add(new)
        if new is here and here is t:
            done[t] = t
        else:
            stack.append((t, new))
            stack.append((new, None))
    return done[root], met
