"""Sizes that suit a formula: X'X of ``inv(X'@X)`` is regular where X has more rows than columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from mcalc.notation.writing import write
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.numeric import draw_point, fitting_sizes
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes
from mcalc.tree.node import Node, topological

_CHOSEN, _TRIED, _CONDITION = 2, 60, 1e6
_TRIED_KINDS = ("any", "square", "positive", "small", "unit")


def chosen_sizes(roots: Sequence[Node], variables: Sequence[Node]) -> Iterator[dict[str, int]]:
    """Two choices at which every matrix that is inverted is regular, as far as there are such; else any that fit."""
    matrices = inverted(roots)
    fitting = fitting_sizes(roots, variables)
    if not matrices:
        yield from islice(fitting, _CHOSEN)
        return
    tried: list[dict[str, int]] = []
    regular = (sizes for sizes in _noted(islice(fitting, _TRIED), tried) if _are_regular(matrices, variables, sizes))
    first = next(regular, None)
    yield from islice(tried, _CHOSEN) if first is None else islice(chain([first], regular), _CHOSEN)


def _noted(fitting: Iterator[dict[str, int]], tried: list[dict[str, int]]) -> Iterator[dict[str, int]]:
    """The sizes one by one, so that none is looked for in vain; those that came are noted."""
    for sizes in fitting:
        tried.append(sizes)
        yield sizes


def inverted(roots: Sequence[Node]) -> list[Node]:
    """The matrices that are inverted, or whose determinant is taken; not those within a sum over an index."""
    nodes = topological(roots)
    return [n.args[0] for n in nodes if n.operator.domain == "square" and n.args[0].axes and not n.args[0].loops]


def singular(value: Node, variables: Sequence[Node]) -> str:
    """In a clause, which of the matrices is singular at all sizes that were tried; empty where none is."""
    tried = list(islice(fitting_sizes([value], variables), _TRIED))
    for matrix in inverted([value]):
        if tried and not any(_are_regular([matrix], variables, sizes) for sizes in tried):
            return f"the matrix {write(matrix, 'text')} is singular at the sizes tried, and has no inverse"
    return ""


def _are_regular(matrices: Sequence[Node], variables: Sequence[Node], sizes: Sizes) -> bool:
    """Whether at one of a few points none of the matrices is near a singular one."""
    generator = np.random.default_rng(3)
    try:
        program = Program(matrices, sizes)
        for kind in _TRIED_KINDS:
            with np.errstate(all="ignore"):
                values = program.run(draw_point(variables, sizes, kind, generator))
            if all(np.isfinite(value).all() and np.linalg.cond(value) < _CONDITION for value in values):
                return True
    except np.linalg.LinAlgError:
        return False
    return False
