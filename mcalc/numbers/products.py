"""Products of arrays whose axes have letters: ``Σ`` over every letter that the result has not, two arrays at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import combinations
from math import prod
from string import ascii_letters

from mcalc.numbers.arrays import array_module as np
from mcalc.table.records import Array

_FEW_ENTRIES = 2_000
"""Up to how many entries a batch of products is summed as it stands, without a call of the linear algebra."""

Product = Callable[[Array, Array], Array]
Contraction = Callable[[Sequence[Array]], Array]


@cache
def product(left: str, right: str, kept: str, entries: int) -> Product:
    """``Σ left·right`` over the letters that are not `kept`; each of the arrays has up to so many `entries`."""
    summed = [letter for letter in left if letter in right and letter not in kept]
    both = [letter for letter in left if letter in right and letter in kept]
    alone = [letter for letter in left + right if letter not in kept and not (letter in left and letter in right)]
    if alone or (both and summed):
        matrices = _in_batches(left, right, kept) if entries > _FEW_ENTRIES else None
        written = signature(left, right, kept)
        return matrices or (lambda one, other: np.einsum(written, one, other))
    if summed:
        return _of_matrices(left, right, kept, summed)
    first, second = _placed(left, kept), _placed(right, kept)
    return lambda one, other: first(one) * second(other)


def _of_matrices(left: str, right: str, kept: str, summed: Sequence[str]) -> Product:
    """Where no letter stands in both factors and in the result: as one product of matrices."""
    (shared, *more) = summed
    if more or len(left) > 2 or len(right) > 2:
        axes = [left.index(letter) for letter in summed], [right.index(letter) for letter in summed]
        found = "".join(letter for letter in left + right if letter not in summed)
        ordered = _placed(found, kept)
        return lambda one, other: ordered(np.tensordot(one, other, axes))
    turned, also = left[-1] != shared, right[0] != shared
    if len(kept) == 2 and kept[0] in right:
        return lambda one, other: (other if also else other.T) @ (one if turned else one.T)
    return lambda one, other: (one.T if turned else one) @ (other.T if also else other)


def _in_batches(left: str, right: str, kept: str) -> Product | None:
    """Where all three begin with the letters that they share, and go on as matrices do: a product for each place."""
    count = len(kept) - 2
    row, column = kept[count:][:1], kept[count:][1:]
    if count > 0 and left[:count] == right[:count] == kept[:count]:
        one, other = left[count:], right[count:]
        if len(one) == len(other) == 2 and one[0] == row and other[1] == column and one[1] == other[0]:
            return lambda a, b: a @ b
    return None


def _placed(letters: str, kept: str) -> Callable[[Array], Array]:
    """The array with its axes in the order of what is kept, and one of length 1 for each that it has not."""
    order = [letters.index(letter) for letter in kept if letter in letters]
    index = tuple(slice(None) if letter in letters else None for letter in kept)
    while index and index[0] is None:
        index = index[1:]
    plain = order == sorted(order)
    if plain and None not in index:
        return lambda array: array
    if plain:
        return lambda array: array[index]
    return lambda array: np.transpose(array, order)[index]


def contraction(parts: Sequence[str], kept: str, lengths: Mapping[str, int]) -> Contraction:
    """``Σ Π parts`` over the letters that are not `kept`: of all pairs, the one with the least result comes first."""
    waiting = dict(enumerate(parts))
    diagonals: list[tuple[int, str]] = []
    alone: list[tuple[int, tuple[int, ...]]] = []
    pairs: list[tuple[int, int, Product]] = []
    for at, letters in enumerate(parts):
        waiting[at] = "".join(dict.fromkeys(letters))
        if waiting[at] != letters:
            diagonals.append((at, signature(letters, waiting[at])))
    uses = Counter(letter for letters in waiting.values() for letter in letters)
    for at, letters in waiting.items():
        summed = tuple(place for place, letter in enumerate(letters) if uses[letter] == 1 and letter not in kept)
        if summed:
            waiting[at] = "".join(letter for letter in letters if uses[letter] > 1 or letter in kept)
            alone.append((at, summed))

    def result(one: int, other: int) -> str:
        first, second = waiting[one], waiting[other]
        found = first + "".join(letter for letter in second if letter not in first)
        here = [c for c in found if c in kept or uses[c] > (c in first) + (c in second)]
        return "".join(letter for letter in kept if letter in here) if len(waiting) == 2 else "".join(here)

    def size(letters: str) -> int:
        return prod(lengths[letter] for letter in letters)

    while len(waiting) > 1:
        joined = [pair for pair in combinations(waiting, 2) if not set(waiting[pair[0]]).isdisjoint(waiting[pair[1]])]
        one, other = min(joined or combinations(waiting, 2), key=lambda pair: size(result(*pair)))
        found, largest = result(one, other), max(size(waiting[one]), size(waiting[other]))
        pairs.append((one, other, product(waiting[one], waiting[other], found, largest)))
        uses -= Counter(waiting[one]) + Counter(waiting.pop(other))
        uses += Counter(found)
        waiting[one] = found
    ((last, letters),) = waiting.items()
    ordered = _placed(letters, kept)

    def run(arrays: Sequence[Array]) -> Array:
        values = list(arrays)
        for at, equal in diagonals:
            values[at] = np.einsum(equal, values[at])
        for at, axes in alone:
            values[at] = np.sum(values[at], axis=axes)
        for one, other, times in pairs:
            values[one] = times(values[one], values[other])
        return ordered(values[last])

    return run


def signature(*letters: str) -> str:
    """``ab,bc->ac``, in letters that NumPy has."""
    names: dict[str, str] = {}
    *parts, kept = ("".join(names.setdefault(one, ascii_letters[len(names)]) for one in part) for part in letters)
    return f"{','.join(parts)}->{kept}"
