"""One product of a network as source: ``2 * c * np.einsum('ik,lj->ijkl', A, B)``."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mcalc.code import source
from mcalc.code.source import Source
from mcalc.networks.networks import Factor, Index, Term


def product(
    term: Term, free: Sequence[Index], operand: Callable[[Factor], Source], module: Any, size: Callable[[Any], Source]
) -> Source:
    """``coefficient · scalars · np.einsum('ik,lj->ijkl', A, B)``."""
    operands = [factor for factor in term.factors if factor.indices]
    scalars = [factor for factor in term.factors if not factor.indices]
    carried = {index for factor in operands for index in factor.indices}
    letters = dict(zip(free, _letters(), strict=False))
    rest = (letter for letter in _letters() if letter not in letters.values())
    for factor in operands:
        for index in factor.indices:
            if index not in letters:
                letters[index] = next(rest)
    arrays = [(operand(factor), factor.indices) for factor in operands]
    arrays += [(module.ones(size(index.size)), (index,)) for index in free if index not in carried]
    above = [operand(factor) for factor in scalars if factor.power > 0]
    below = [operand(factor._replace(power=-factor.power)) for factor in scalars if factor.power < 0]
    if arrays:
        left = ",".join("".join(letters[index] for index in indices) for _, indices in arrays)
        right = "".join(letters[index] for index in free)
        plain = len(arrays) == 1 and left == right
        options = {"optimize": Source("True")} if len(arrays) > 2 else {}
        form = Source(repr(f"{left}->{right}"))
        written = module.einsum(form, *(array for array, _ in arrays), **options)
        above.append(arrays[0][0] if plain else written)
    coefficient = abs(term.coefficient)
    if coefficient.p != 1 or not above:
        above.insert(0, Source(str(coefficient.p)))
    if coefficient.q != 1:
        below.insert(0, Source(str(coefficient.q)))
    found = source.multiplied(*above)
    if below:
        found = found / source.multiplied(*below)
    return -found if term.coefficient < 0 else found


def _letters() -> Iterator[str]:
    yield from "ijklmn"
    yield from (letter for letter in string.ascii_letters if letter not in "ijklmn")
