"""When two products are alike: one labelling of the summed indices for all products of one structure.

A key for comparing alone: it rewrites nothing, and no product is written by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcalc.networks.networks import Factor, Index, Term
from mcalc.tree import build
from mcalc.tree.marks import mark

_ROUNDS = 4


def likeness(term: Term, free: Sequence[Index]) -> tuple[object, int]:
    """A key that unlike products never share, and the sign of the product against the one of that key.

    The summed indices are numbered by what they connect, neighbours and their neighbours; the key holds every factor
    with the numbers of its indices, so equal keys are equal products, whatever the numbering.
    """
    names: dict[Index, tuple[int, object]] = {index: (0, at) for at, index in enumerate(free)}
    sign = 1
    for factor in term.factors:
        if factor.node is not None and factor.node.sign < 0 and build.odd(factor.power):
            sign = -sign
        for index in factor.indices:
            names.setdefault(index, (1, mark(index.size)))
    for _ in range(_ROUNDS):
        seen: dict[Index, list[str]] = {index: [] for index in names}
        for factor in term.factors:
            for place, index in enumerate(factor.indices):
                seen[index].append(f"{_written(factor, names)}@{0 if _mirrored(factor) else place}")
        names = {
            index: name if name[0] == 0 else (1, (name, tuple(sorted(seen[index])))) for index, name in names.items()
        }
        summed = sorted({str(name) for name in names.values() if name[0]})
        names = {index: name if name[0] == 0 else (1, summed.index(str(name))) for index, name in names.items()}
    order = sorted(term.factors, key=lambda factor: _written(factor, names))
    numbers: dict[Index, int] = {index: at for at, index in enumerate(free)}
    for index in sorted((i for i in names if names[i][0]), key=lambda index: str(names[index])):
        numbers.setdefault(index, len(numbers))
    key = sorted(_written(factor, numbers) for factor in order)
    return (tuple(key), term.loops), sign


def factors_of(term: Term) -> tuple[object, ...]:
    """The factors as a bag, without their indices: alike products have the same, and few others do."""
    bag = [(b"" if f.node is None else f.node.canon, len(f.indices), mark(f.power)) for f in term.factors]
    return (*sorted(bag), term.loops)


def _mirrored(factor: Factor) -> bool:
    """Whether its two indices may be exchanged."""
    return factor.node is None or (len(factor.indices) == 2 and build.is_symmetric(factor.node))


def _written(factor: Factor, names: Mapping[Index, object]) -> str:
    places = [str(names[index]) for index in factor.indices]
    if _mirrored(factor):
        places.sort()
    if factor.node is None:
        return f"δ{places}"
    whole = factor.power.is_Integer
    return f"{factor.node.canon.hex()}{'' if whole else factor.node.sign}{places}^{mark(factor.power)}"
