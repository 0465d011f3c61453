"""In which order the factors of a product meet: vectors first, then roots that make two equal, then the cheapest."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction

from mcalc.code.algebra import product
from mcalc.code.cost import cost, volume
from mcalc.code.signs import is_nonnegative, is_symmetric, placed
from mcalc.code.values import ONE_TIME, Reference, Value, build, factors_of, is_indicator, make, size_of
from mcalc.table.roles import INVERSE

_GROWTH = 0.6
_FEW, _TRIED = 3, 4
"""From three factors to four every order is tried."""
Where = dict[int, list[int]]
"""At which places of the list the factors stand that carry an index."""


class Order:
    """The factors not yet multiplied, and the indices `out` that stay; `keep` notes a value as made."""

    def __init__(
        self, factors: list[Reference], out: set[int], made: Collection[Value], keep: Callable[[Reference], Reference]
    ) -> None:
        self.live, self.out, self.made, self.keep = factors, out, made, keep
        self.known: dict[tuple[Reference, Reference, frozenset[int]], Reference] = {}

    def last_two(self) -> Reference | None:
        """Multiplies till two factors are left, and gives their product, not noted; None where one alone is left."""
        while len(self.live) > 1:
            where: Where = {}
            for k, one in enumerate(self.live):
                for index in one.ids:
                    where.setdefault(index, []).append(k)
            if self._summed_alone(where) or self._met_a_vector(where):
                continue
            late = self._rooted(where)
            if late is None:
                continue
            i, j, found = self._cheapest(where, late)
            if len(self.live) == 2:
                return found
            self._replace((i, j), self.keep(found))
        return None

    def _replace(self, gone: Collection[int], *found: Reference) -> None:
        self.live = [one for k, one in enumerate(self.live) if k not in gone] + list(found)

    def _summed_alone(self, where: Where) -> bool:
        """Over an index that one factor alone has."""
        alone = {places[0] for index, places in where.items() if len(places) == 1 and index not in self.out}
        for k in alone:
            one = self.live[k]
            stays = {index for index in one.ids if len(where[index]) > 1 or index in self.out}
            self.live[k] = self.keep(build("product", [one], stays, (ONE_TIME,), [ONE_TIME]))
        return bool(alone)

    def _kept(self, one: Reference, other: Reference, where: Where) -> frozenset[int]:
        """The indices of the product of two factors: those that stay, or that others have as well."""
        every = {*one.ids, *other.ids}
        return frozenset(
            index
            for index in every
            if index in self.out or len(where[index]) > (index in one.ids) + (index in other.ids)
        )

    def _met_a_vector(self, where: Where) -> bool:
        """A matrix that meets a vector, on an index that only those two have, shrinks to one before all else."""
        if len(self.live) <= 2:
            return False
        ends = []
        for index, places in where.items():
            ranks = [len(self.live[k].ids) for k in places]
            if index not in self.out and len(places) == 2 and min(ranks) == 1 < max(ranks):
                ends.append(places)
        if not ends:
            return False

        def size(places: list[int]) -> tuple[float, list[int]]:
            values = [self.live[k].value for k in places]
            return sum(map(volume, values)), [value.serial for value in values]

        places = min(ends, key=size)
        one, other = (self.live[k] for k in places)
        self._replace(places, self.keep(pair(one, other, self._kept(one, other, where), self.made)))
        return True

    def _rooted(self, where: Where) -> set[int] | None:
        """``Σ_a W[a,i] d[a] W[a,j]``: with d ≥ 0 two equal factors √d W, so that one triangle is computed.

        The places of vectors that wait, as they would make equal factors unequal; None where the factors have changed.
        """
        late: set[int] = set()
        for index, places in where.items():
            if index in self.out:
                continue
            wide = [k for k in places if len(self.live[k].ids) > 1]
            thin = [k for k in places if len(self.live[k].ids) == 1]
            if len(wide) != 2 or not thin:
                continue
            one, other = self.live[wide[0]], self.live[wide[1]]
            if one.value is not other.value or one.ids.index(index) != other.ids.index(index):
                continue
            if self._meets_a_vector(one, other, index, where):
                continue
            weight = self.live[thin[0]]
            for k in thin[1:]:
                weight = self.keep(pair(weight, self.live[k], frozenset((index,)), self.made))
            if is_nonnegative(weight.value):
                root = self.keep(_root(weight))
                rooted = [
                    self.keep(build("product", [root, each], set(each.ids), (ONE_TIME,), [ONE_TIME, ONE_TIME]))
                    for each in (one, other)
                ]
                self._replace(places, *rooted)
                return None
            if len(thin) > 1:
                self._replace(places, one, other, weight)
                return None
            late.add(thin[0])
        return late

    def _meets_a_vector(self, one: Reference, other: Reference, index: int, where: Where) -> bool:
        ends = {*one.ids, *other.ids} - {index}
        return any(
            end not in self.out
            and all(len(self.live[k].ids) == 1 or self.live[k] is one or self.live[k] is other for k in where[end])
            for end in ends
        )

    def _cheapest(self, where: Where, late: set[int]) -> tuple[int, int, Reference]:
        """Of all pairs with an index in common the cheapest; one that occurs twice counts half for each."""
        pairs: dict[Value, list[tuple[int, int, Reference]]] = {}
        places = {(i, j) for found in where.values() for i in found for j in found if i < j}
        for i, j in sorted(places):
            if (i in late or j in late) and len(self.live) > _FEW:
                continue
            one, other = self.live[i], self.live[j]
            kept = self._kept(one, other, where)
            if (one, other, kept) not in self.known:
                self.known[one, other, kept] = pair(one, other, kept, self.made)
            found = self.known[one, other, kept]
            pairs.setdefault(found.value, []).append((i, j, found))
        if not pairs:  # outer products, small ones first
            self.live.sort(key=lambda one: volume(one.value))
            one, other = self.live[:2]
            return 0, 1, pair(one, other, frozenset({*one.ids, *other.ids}), self.made)

        def price(item: tuple[Value, list[tuple[int, int, Reference]]]) -> tuple[float, int]:
            value, where_found = item
            i, j, found = where_found[0]
            if _FEW <= len(self.live) <= _TRIED:
                rest = [one for k, one in enumerate(self.live) if k not in (i, j)]
                return self._cost(value, set()) + self._least([*rest, found], {value}), value.serial
            growth = volume(value) - volume(self.live[i].value) - volume(self.live[j].value)
            return (self._cost(value, set()) + _GROWTH * max(0.0, growth)) / len(where_found), value.serial

        return min(pairs.items(), key=price)[1][0]

    def _cost(self, value: Value, more: set[Value]) -> float:
        """Of a product of two, and of an inverse in it; nothing where it is made already."""
        if value in self.made or value in more:
            return 0.0
        inverses = [arg for arg, _ in value.args if arg.operation == INVERSE and arg not in self.made]
        return cost(value) + sum(map(cost, inverses))

    def _least(self, live: list[Reference], more: set[Value]) -> float:
        """The cost of the cheapest order in which a few factors can meet."""
        if len(live) < 2:
            return 0.0
        found = []
        for i, one in enumerate(live):
            for j in range(i + 1, len(live)):
                other = live[j]
                rest = [each for k, each in enumerate(live) if k not in (i, j)]
                if len(live) > 2 and not set(one.ids) & set(other.ids):
                    continue
                kept = self.out.union(*(each.ids for each in rest))
                both = pair(one, other, frozenset(kept), self.made)
                found.append(self._cost(both.value, more) + self._least([*rest, both], more | {both.value}))
        return min(found, default=0.0)


def _root(weight: Reference) -> Reference:
    """A value whose square it is: of ``1/t²`` that is ``1/t``, of whatever sign."""
    if is_indicator(weight.value):
        return weight
    coefficient, factors = factors_of(weight)
    whole = coefficient == 1 and not weight.value.sums and all(power.denominator == 1 for _, power in factors)
    if whole and all(power % 2 == 0 for _, power in factors):
        return product(1, [(one, power / 2) for one, power in factors], weight.ids)
    return product(1, [(weight, Fraction(1, 2))], weight.ids)


def pair(one: Reference, other: Reference, rest: Collection[int], made: Collection[Value]) -> Reference:
    """The product of two, over the indices in `rest`; of an inverse that is not made as such, a solve."""
    for inverse, right in ((one, other), (other, one)):
        solved = _solved(inverse, right, rest, made)
        if solved is not None:
            return solved
    if min(len(one.ids), len(other.ids)) == 1 and not set(one.ids) & set(other.ids) <= set(rest):
        one, other = _turned(one, rest), _turned(other, rest)
    ids = {*one.ids, *other.ids}
    if one == other and ids <= set(rest):
        return build("product", [one], ids, (ONE_TIME,), [Fraction(2)])
    return build("product", [one, other], ids & set(rest), (ONE_TIME,), [ONE_TIME, ONE_TIME])


def _turned(one: Reference, rest: Collection[int]) -> Reference:
    """A symmetric matrix with the index that stays in front: ``y @ S`` is ``S @ y``, which may be there already."""
    if len(one.ids) < 2:
        return one
    ids, sign = placed(one.value, one.ids, rest)
    return Reference(one.value, ids) if sign > 0 else one


def _solved(inverse: Reference, right: Reference, rest: Collection[int], made: Collection[Value]) -> Reference | None:
    value = inverse.value
    if value.operation != INVERSE or value in made or len(inverse.ids) != 2 or len(right.ids) > 2:
        return None
    common = set(inverse.ids) & set(right.ids)
    if len(common) != 1 or common & set(rest):
        return None
    (summed,) = common
    (free,) = set(inverse.ids) - common
    (matrix, ids), spread = value.args[0], value.parameters[-1][0]
    turned = inverse.ids[0] == summed and not is_symmetric(matrix)
    columns = [index for index in right.ids if index != summed]
    if free in columns:
        return None
    names = [free, *columns, summed]
    place = {index: at for at, index in enumerate(names)}
    rows = (summed, free) if turned else (free, summed)
    local = {spread[0]: place[rows[0]], spread[1]: place[rows[1]]}
    args = [
        Reference(matrix, tuple(local[index] for index in ids)),
        Reference(right.value, tuple(place[index] for index in right.ids)),
    ]
    sizes = [size_of(index) for index in names]
    return Reference(
        make("solve", args, (turned, (place[free], place[summed])), sizes, len(names) - 1), (free, *columns)
    )
