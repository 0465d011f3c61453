"""The program of some results: their values, rewritten and lowered, ready to be printed."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.code.lowering import Lowering
from mcalc.code.rewriting import Rewriting
from mcalc.code.values import Index, Reference, reachable
from mcalc.table.roles import INVERSE

Result = tuple[Reference, tuple[Index, ...]]
"""A value, and its indices in the order of the axes of the result; it need not carry all of them."""


def program(results: Sequence[Result]) -> list[Result]:
    """The same results, as an engineer would compute them."""
    rewriting = Rewriting([one for one, _ in results])
    found = [(rewriting.reference(one), axes) for one, axes in results]
    order = reachable([one.value for one, _ in found])
    lowering = Lowering()
    lowering.all_of(order)
    done = [(lowering.reference(one), axes) for one, axes in found]
    inverses = [value for value in reachable([one.value for one, _ in done]) if value.operation == INVERSE]
    if not inverses:
        return done
    lowering = Lowering(inverses)  # an inverse that is needed as such is used everywhere
    lowering.all_of(order)
    return [(lowering.reference(one), axes) for one, axes in found]
