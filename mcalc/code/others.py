"""No division that may be by 0: ``prod(x)/x[k]`` is the product of the others, ``det(A) inv(A)`` the adjugate.

In second derivatives ``prod(x)/(x[i] x[j]) − δ[i,j] prod(x)/x[i]²`` is the product of all but two, and 0 of one twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from typing import NamedTuple

from mcalc.code.values import (
    ONE_TIME,
    Factor,
    Reference,
    Summand,
    Value,
    build,
    delta,
    factors_of,
    lost,
    make,
    opened,
    size_of,
    terms_of,
)
from mcalc.table.roles import DETERMINANT, DIAGONAL, INVERSE, PRODUCT

_DIVIDED = (PRODUCT, DETERMINANT, "others")
Product = Callable[[Fraction | int, Sequence[Factor], Collection[int]], Reference]


def opened_beside(coefficient: Fraction, factors: Sequence[Factor]) -> tuple[Fraction, list[Factor]]:
    """The factors with those products opened that divide by what a ``prod`` or a ``det`` beside them is of."""
    found = list(factors)
    wholes = [one.value for one, power in found if one.value.operation in _DIVIDED and power > 0]
    at = 0
    while wholes and at < len(found):
        one, power = found[at]
        if one.value.operation == "product" and power == 1 and any(divides(one, whole) for whole in wholes):
            times, inner = factors_of(one)
            coefficient *= times
            found[at : at + 1] = inner
        else:
            at += 1
    return coefficient, found


def sum_beside(factors: Sequence[Factor]) -> int | None:
    """Where among the factors is a sum of which a term divides by what a ``prod`` or a ``det`` beside it is of."""
    wholes = [one.value for one, power in factors if one.value.operation in _DIVIDED and power > 0]
    for at, (one, power) in enumerate(factors if wholes else ()):
        if one.value.operation == "total" and power == 1 and any(divides(one, whole) for whole in wholes):
            return at
    return None


def divides(one: Reference, whole: Value) -> bool:
    """Whether it is divided by an entry of what the product is of, or has the inverse of the matrix."""
    inner = whole.args[0].value
    if one.value.operation == "total":
        return any(divides(term, whole) for _, term in terms_of(one))
    parts = inner.args if inner.operation == "product" and not inner.sums else ()
    divisors = {inner, *(part.value for part in parts)}
    for factor, power in factors_of(one)[1]:
        if whole.operation == DETERMINANT:
            one_of = factor.value.args[0].value if factor.value.operation == DIAGONAL else factor.value
            found = one_of.operation == INVERSE and one_of.args[0].value is inner
        else:
            found = power < 0 and factor.value in divisors
        nested = factor.value.operation in ("product", "total") and power == 1 and factor.value is not one.value
        if found or (nested and divides(factor, whole)):
            return True
    return False


def without_division(coefficient: Fraction, factors: Sequence[Factor]) -> tuple[Fraction, list[Factor]]:
    """The same product of factors, each of which occurs once."""
    found = dict(factors)
    for one, power in factors:
        if one.value.operation == PRODUCT and power.denominator == 1 and power > 0:
            coefficient = _without_divisors(coefficient, one, found)
        elif one.value.operation == DETERMINANT and power.denominator == 1 and power > 0:
            _without_inverse(one, found)
    return coefficient, [(one, power) for one, power in found.items() if power]


def _without_divisors(coefficient: Fraction, whole: Reference, factors: dict[Reference, Fraction]) -> Fraction:
    """``∏ᵢ vᵢ · v_k^-1``, where v may be a product itself."""
    value = whole.value
    inner, places = value.args[0]
    for candidate in list(factors):
        names = _names(whole, candidate)
        if names is None:
            continue
        entry = Reference(inner, tuple(names[place] for place in places))
        times, parts = _parts(entry, candidate)
        if factors[candidate] > -1 or factors.get(whole, 0) <= 0:
            continue
        for one, power in parts:
            factors[one] = factors.get(one, Fraction(0)) + power
        factors[whole] -= 1
        gone = tuple(at for at, place in enumerate(places) if place >= value.rank)
        sizes = [size_of(index) for index in entry.ids]
        axes = tuple(range(len(sizes)))
        others = make("others", [Reference(inner, axes)], (gone,), sizes, len(sizes))
        product = Reference(others, entry.ids)
        factors[product] = factors.get(product, Fraction(0)) + 1
        coefficient *= times
    return coefficient


def _parts(entry: Reference, divisor: Reference) -> tuple[Fraction, list[Factor]]:
    """What the entry is made of, where one of these is the divisor."""
    return (ONE_TIME, [(entry, ONE_TIME)]) if divisor.value is entry.value else factors_of(entry)


def _names(whole: Reference, candidate: Reference) -> dict[int, int] | None:
    """The indices outside for those of the product's argument, where the candidate is that, or a factor of it."""
    value, places = whole.value.args[0]
    if candidate.value is value:
        found = dict(zip(places, candidate.ids, strict=True))
    else:
        factors = value.args if value.operation == "product" and not value.sums else ()
        arg = next((one for one in factors if one.value is candidate.value and len(one.ids) == value.rank), None)
        if arg is None:
            return None
        axes = dict(zip(arg.ids, candidate.ids, strict=True))
        found = {place: axes[at] for at, place in enumerate(places)}
    return found if all(found.get(place, index) == index for place, index in enumerate(whole.ids)) else None


def with_pairs(terms: Sequence[Summand], product: Product) -> list[Summand]:
    """The sum of the same terms, without division where two of them are those of a second derivative of a product."""
    if not any(_divided(one) for _, one in terms):
        return list(terms)
    merged: dict[Reference, Fraction] = {}
    for weight, one in terms:
        for times, part in _multiplied_out(one, product):
            merged[part] = merged.get(part, Fraction(0)) + weight * times
    changed = False
    for one in list(merged):
        for divided in _divided(one):
            (times, same), (own, pair) = (
                _apart(divided.again(product), product),
                _apart(divided.without(product), product),
            )
            left = merged.get(same, Fraction(0)) + merged[one] * times
            if left and divides(same, divided.others.value):
                continue
            merged[pair] = merged.get(pair, Fraction(0)) + merged.pop(one) * own
            merged[same] = left
            changed = True
            break
    return [(weight, one) for one, weight in merged.items() if weight] if changed else list(terms)


class _Divided(NamedTuple):
    """In a term the product of the others ``∏ₖ≠ᵢ v_k``, and the entry ``v_j`` that it is divided by.

    `places` are the indices j in the order of i, `entry` is v there in the order of its own axes.
    """

    coefficient: Fraction
    factors: tuple[Factor, ...]
    out: frozenset[int]
    others: Reference
    places: tuple[int, ...]
    entry: Reference
    divisor: Reference

    @property
    def moved(self) -> list[int]:
        """The axes of v along which the product is taken."""
        return list(self.others.value.parameters[0])

    def again(self, product: Product) -> Reference:
        """The term at j = i."""
        deltas = [(delta(self.others.ids[at], self.places[at]), ONE_TIME) for at in self.moved]
        return product(self.coefficient, [*self.factors, *deltas], self.out)

    def without(self, product: Product) -> Reference:
        """The term with the product of all but i and j, and no division."""
        value, ids = self.others
        (inner, axes), times = value.args[0], dict(self.factors)
        own, parts = _parts(self.entry, self.divisor)
        for one, power in parts:
            times[one] = times.get(one, Fraction(0)) + power
        times[self.others] -= 1
        sizes = [*value.sizes, *(value.sizes[at] for at in self.moved)]
        pairs = make("pairs", [Reference(inner, axes)], value.parameters, sizes, len(sizes))
        times[Reference(pairs, (*ids, *(self.places[at] for at in self.moved)))] = ONE_TIME
        left = [(one, power) for one, power in times.items() if power]
        return product(own * self.coefficient, left, self.out)


def _divided(term: Reference) -> list[_Divided]:
    if term.value.operation != "product":
        return []
    coefficient, factors = factors_of(term)
    found = []
    for others, power in factors:
        if others.value.operation != "others" or power < 1:
            continue
        for divisor, negative in factors:
            ids = _places(others, divisor) if negative <= -1 else None
            if ids is None:
                continue
            inner, axes = others.value.args[0]
            entry = Reference(inner, tuple(ids[axis] for axis in axes))
            one = _Divided(coefficient, tuple(factors), frozenset(term.ids), others, ids, entry, divisor)
            apart = [others.ids[at] != ids[at] for at in range(len(ids))]
            if all(apart[at] == (at in one.moved) for at in range(len(ids))):
                found.append(one)
    return found


def _places(others: Reference, divisor: Reference) -> tuple[int, ...] | None:
    """Which entry of what is multiplied the divisor is, or is a factor of: its indices by the axes of the product."""
    inner, axes = others.value.args[0]
    own: Sequence[int] = range(inner.rank)
    if divisor.value is not inner:
        factors = inner.args if inner.operation == "product" and not inner.sums else ()
        arg = next((one for one in factors if one.value is divisor.value and len(one.ids) == inner.rank), None)
        if arg is None:
            return None
        own = [arg.ids.index(axis) for axis in own]
    return tuple(divisor.ids[own[axes.index(axis)]] for axis in range(others.value.rank))


def _multiplied_out(term: Reference, product: Product) -> list[Summand]:
    """The terms of one that is divided, where a factor is a sum; products within it are opened."""
    times, factors = factors_of(term)
    wholes = [one.value for one, power in factors if one.value.operation == "others" and power > 0]
    if not any(divides(term, whole) for whole in wholes):
        return [_apart(term, product)]
    again = product(times, factors, {*term.ids})
    if again.value is not term.value:
        return [
            (weight * more, part) for weight, one in terms_of(again) for more, part in _multiplied_out(one, product)
        ]
    place = next((k for k, (one, power) in enumerate(factors) if one.value.operation == "total" and power == 1), None)
    if place is None:
        return [_apart(term, product)]
    rest, whole = factors[:place] + factors[place + 1 :], factors[place][0]
    gone = [index for index in whole.ids if index not in term.ids]
    found = []
    for weight, one in terms_of(whole):
        every = [(one, ONE_TIME), *rest]
        opened_term = product(times, [*every, *lost(gone, every)], {*term.ids})
        found += [(weight * more, part) for more, part in _multiplied_out(opened_term, product)]
    return found


def _apart(one: Reference, product: Product) -> Summand:
    """The coefficient, and the term without it, a δ at the first of its indices."""
    times, factors = factors_of(one)
    return (times, product(1, factors, {*one.ids})) if factors else (ONE_TIME, one)


def _without_inverse(determinant: Reference, factors: dict[Reference, Fraction]) -> None:
    matrix = determinant.value.args[0].value
    for factor in list(factors):
        on_diagonal = factor.value.operation == DIAGONAL
        one = opened(factor)[0] if on_diagonal else factor
        same = one.value.operation == INVERSE and one.value.args[0].value is matrix
        if not same or factors[factor] != 1 or factors.get(determinant, 0) < 1:
            continue
        if determinant.ids != one.ids[: len(determinant.ids)]:
            continue
        value = one.value
        adjugate = Reference(make("adjugate", value.args, value.parameters, value.sizes, value.rank), one.ids)
        del factors[factor]
        factors[determinant] -= 1
        found = build(DIAGONAL, [adjugate], set(one.ids)) if on_diagonal else adjugate
        factors[found] = factors.get(found, Fraction(0)) + 1
