"""No division that may be by 0: ``prod(x)/x[k]`` is the product of the others, ``det(A) inv(A)`` the adjugate."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mcalc.code.values import ONE_TIME, Factor, Reference, factors_of, make, size_of
from mcalc.table.roles import DETERMINANT, INVERSE, PRODUCT


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
        times, parts = factors_of(entry)
        if any(factors.get(one, 0) > -power for one, power in parts) or factors.get(whole, 0) <= 0:
            continue
        for one, power in parts:
            factors[one] += power
        factors[whole] -= 1
        gone = tuple(at for at, place in enumerate(places) if place >= value.rank)
        sizes = [size_of(index) for index in entry.ids]
        axes = tuple(range(len(sizes)))
        others = make("others", [Reference(inner, axes)], (gone,), sizes, len(sizes))
        _once_more(Reference(others, entry.ids), factors)
        coefficient *= times
    return coefficient


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


def _without_inverse(determinant: Reference, factors: dict[Reference, Fraction]) -> None:
    matrix = determinant.value.args[0].value
    for one in list(factors):
        same = one.value.operation == INVERSE and one.value.args[0].value is matrix
        if not same or factors[one] != 1 or factors.get(determinant, 0) < 1:
            continue
        if determinant.ids != one.ids[: len(determinant.ids)]:
            continue
        value = one.value
        adjugate = make("adjugate", value.args, value.parameters, value.sizes, value.rank)
        del factors[one]
        factors[determinant] -= 1
        _once_more(Reference(adjugate, one.ids), factors)


def _once_more(one: Reference, factors: dict[Reference, Fraction]) -> None:
    factors[one] = factors.get(one, Fraction(0)) + ONE_TIME
