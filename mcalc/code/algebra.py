"""Products and totals of values, in normal form: δ renames an index and vanishes, powers merge, ones are not there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from mcalc.code.others import opened_beside, sum_beside, with_pairs, without_division
from mcalc.code.signs import placed
from mcalc.code.values import (
    ONE_TIME,
    Factor,
    Index,
    Reference,
    Summand,
    Value,
    build,
    factors_of,
    is_indicator,
    is_number,
    known_negative,
    lost,
    make,
    number,
    of_size,
    opened,
    renamed,
    size_of,
    terms_of,
)
from mcalc.table.roles import DELTA, DIAGONAL, LOG_OF_SUM, LOGARITHM, PRODUCT


def product(coefficient: Fraction | int, factors: Sequence[Factor], out: Collection[int]) -> Reference:
    """``coefficient · Π factor^power``, summed over every index that is not in `out`."""
    coefficient, out = Fraction(coefficient), set(out)
    coefficient, given = _with_diagonals_opened(*opened_beside(coefficient, factors))
    place = sum_beside(given)
    if place is not None:
        rest, (one, _) = given[:place] + given[place + 1 :], given[place]
        gone = [index for index in one.ids if index not in out]
        multiplied = [(weight, [(term, ONE_TIME), *rest]) for weight, term in terms_of(one)]
        return total(
            [(weight, product(coefficient, [*every, *lost(gone, every)], out)) for weight, every in multiplied]
        )
    counted = {index for (_, ids), _ in given for index in ids if index not in out}
    given, counted = _without_deltas(given, out, counted)
    coefficient, merged = _merged(coefficient, given, out)
    coefficient, merged = without_division(coefficient, merged)
    left = [(one, ONE_TIME if is_indicator(one.value) and power > 0 else power) for one, power in merged if power != 0]
    carried = {index for one, _ in left for index in one.ids}
    for index in sorted(counted - carried):  # Σᵢ 1 = n
        size = size_of(index)
        if size.is_Integer:
            coefficient *= int(size)
        else:
            left.append((of_size(size), ONE_TIME))
    if coefficient == 0 or not left:
        return number(coefficient)
    alone = left[0][0] if len(left) == 1 and left[0][1] == 1 and carried <= out else None
    if alone is not None and coefficient == 1:
        return alone
    if alone is not None and alone.value.operation == "product" and not alone.value.sums:
        inner = alone.value
        return build("product", opened(alone), alone.ids, (coefficient * inner.coefficient,), inner.weights)
    return build("product", [one for one, _ in left], carried & out, (coefficient,), [power for _, power in left])


def _with_diagonals_opened(coefficient: Fraction, factors: Sequence[Factor]) -> tuple[Fraction, list[Factor]]:
    """``A[i,k] B[k,i]``, of a product at a repeated index."""
    found = list(factors)
    at = 0
    while at < len(found):
        one, power = found[at]
        if one.value.operation == "product" and power == 1 and len(set(one.ids)) < len(one.ids):
            times, inner = factors_of(one)
            coefficient *= times
            found[at : at + 1] = inner
        else:
            at += 1
    return coefficient, found


def _without_deltas(factors: list[Factor], out: set[int], counted: set[int]) -> tuple[list[Factor], set[int]]:
    again = True
    while again:
        again = False
        for k, (one, power) in enumerate(factors):
            if one.value.operation != DELTA:
                continue
            i, j = one.ids
            rest = factors[:k] + factors[k + 1 :]
            if i == j:
                factors, again = rest, True
                break
            if (j in out and i not in out) or (i in out and j in out and i > j):
                i, j = j, i
            moved = [(renamed(other, {j: i}), times) for other, times in rest]
            if j not in out:
                factors, again = moved, True
                counted.discard(j)
                break
            if any(j in other.ids for other, _ in rest):
                factors, again = [*moved, (Reference(one.value, (i, j)), power)], True
                break
    return factors, counted


def _merged(coefficient: Fraction, factors: Sequence[Factor], out: set[int]) -> tuple[Fraction, list[Factor]]:
    """Numbers in the coefficient, the powers of what is equal added up."""
    powers: dict[Reference, Fraction] = {}
    for one, power in factors:
        value = one.value
        exact = value.parameters[0] if value.operation == "number" else None
        if exact == 1 or (exact is not None and power.denominator == 1 and (exact != 0 or power > 0)):
            coefficient *= 1 if exact == 1 else exact ** int(power)
            continue
        if _is_power(one) and power.denominator == 1:
            power *= value.weights[0]
            one = opened(one)[0]
        if len(set(one.ids)) < len(one.ids):
            one = diagonal(one)
        if one.value.rank > 1 and one.value.operation != DELTA:
            ids, sign = placed(one.value, one.ids, out)
            if sign < 0 and power.denominator != 1:
                ids = one.ids
            elif sign < 0 and power % 2:
                coefficient = -coefficient
            one = Reference(one.value, ids)
        powers[one] = powers.get(one, Fraction(0)) + power
    return coefficient, list(powers.items())


def _is_power(one: Reference) -> bool:
    value = one.value
    return value.operation == "product" and len(value.args) == 1 and not value.sums and value.coefficient == 1


def total(terms: Sequence[Summand]) -> Reference:
    """``Σ coefficient · term``; scalars and vectors are spread over the axes of the others."""
    merged: dict[Reference, Fraction] = {}
    for weight, one in with_pairs(terms, product):
        if is_number(one):
            weight, one = weight * one.value.parameters[0], number(1)
        elif one.value.operation == "product" and one.value.coefficient != 1:
            times, factors = factors_of(one)
            weight, one = weight * times, product(1, factors, one.ids)
        if one.value.rank > 1 and len(set(one.ids)) == len(one.ids):
            ids, sign = placed(*one)
            one, weight = Reference(one.value, ids), weight * sign
        merged[one] = merged.get(one, Fraction(0)) + weight
    left = [(weight, one) for one, weight in merged.items() if weight != 0]
    if not left:
        return number(0)
    if len(left) == 1:
        return product(left[0][0], [(left[0][1], ONE_TIME)], left[0][1].ids)
    out = {index for _, one in left for index in one.ids}
    found = build("total", [one for _, one in left], out, (), [weight for weight, _ in left])
    negative = known_negative(found.value)
    if negative is not None:  # a − b is known: b − a is its negative
        return product(-1, [(Reference(negative, found.ids), ONE_TIME)], out)
    return found


def diagonal(one: Reference) -> Reference:
    """The value with a repeated index once."""
    out = set(one.ids)
    operation = one.value.operation
    if operation == "product":
        times, factors = factors_of(one)
        return product(times, factors, out)
    if operation == "total":
        return total([(weight, product(1, [(term, ONE_TIME)], term.ids)) for weight, term in terms_of(one)])
    if operation == "map":
        inner = [diagonal(arg) if len(set(arg.ids)) < len(arg.ids) else arg for arg in opened(one)]
        return build("map", inner, out, one.value.parameters)
    return build(DIAGONAL, [one], out)


def negative(one: Reference) -> Reference:
    """``−a``."""
    return product(-1, [(one, ONE_TIME)], one.ids)


def summed(one: Reference, indices: Sequence[Index]) -> Reference:
    """``Σ one`` over the indices."""
    factors = [(one, ONE_TIME)]
    return product(1, [*factors, *lost(indices, factors)], set(one.ids) - set(indices))


def with_arguments(value: Value, done: Sequence[tuple[Reference, tuple[Index, ...]]]) -> Value:
    """The value, with other arguments in the same places."""
    references = []
    for (found, own), (_, ids) in zip(done, value.args, strict=True):
        names: dict[int, int] = dict(zip(own, ids, strict=True))
        references.append(Reference(found.value, tuple(names[index] for index in found.ids)))
    return make(value.operation, references, value.parameters, value.sizes, value.rank)


def reduced(name: str, one: Reference, gone: Iterable[int]) -> Reference:
    """max, min, prod or logsumexp over the indices; of one that the value does not carry, all entries are equal."""
    gone = list(gone)
    missing = [of_size(size_of(index)) for index in gone if index not in one.ids]
    found = build(name, [one], set(one.ids) - set(gone)) if len(missing) < len(gone) else one
    for size in missing:
        if name == PRODUCT:
            found = build("map", [found, size], found.ids, ("power",))
        elif name == LOG_OF_SUM:
            found = total([(ONE_TIME, found), (ONE_TIME, build("map", [size], (), (LOGARITHM,)))])
    return found
