"""Programs of answers that stand together: what they have in common is compiled once, and so is their value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes
from mcalc.tree.node import Node

Asked = tuple[Node, frozenset[tuple[str, int]], frozenset[str]]
"""A value, the sizes, and the names that vary."""


@dataclass(frozen=True)
class Together:
    """The answers, and the programs that were made of one of them or of all."""

    answers: Sequence[Node]
    known: dict[Asked, Program] = field(default_factory=dict)


_together: ContextVar[Together | None] = ContextVar("answers_together", default=None)


@contextmanager
def compiled_together(answers: Sequence[Node]) -> Iterator[None]:
    """While it lasts, the programs of these values are parts of one, and no other one is made twice."""
    token = _together.set(Together(tuple(dict.fromkeys(answers))) if len(answers) > 1 else None)
    try:
        yield
    finally:
        _together.reset(token)


def program(root: Node, sizes: Sizes, varied: Collection[str] = ()) -> Program:
    """The program of a value at many points; raises `UnboundIndex`."""
    shared = _together.get()
    if shared is None:
        return Program([root], sizes, varied=varied)
    asked = root, frozenset(sizes.items()), frozenset(varied)
    if asked not in shared.known:
        roots = shared.answers if root in shared.answers else [root]
        made = Program(roots, sizes, varied=varied)
        shared.known.update(((one, *asked[1:]), made if len(roots) == 1 else made.part([one])) for one in roots)
    return shared.known[asked]
