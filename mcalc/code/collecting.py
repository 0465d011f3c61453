"""Totals of values: inner totals opened, sums over one index drawn together, common factors out where cheaper."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from fractions import Fraction

from mcalc.code.algebra import product, total
from mcalc.code.cost import cost
from mcalc.code.lowering import Lowering
from mcalc.code.values import (
    ONE_TIME,
    Factor,
    Reference,
    Summand,
    Value,
    factors_of,
    has_delta,
    is_number,
    renamed,
    terms_of,
)
from mcalc.table.roles import DELTA

_MOST_TERMS, _MOST_PAIRED, _NOT_AGAIN = 12, 6, 12
_NOTHING = Fraction(0)
Split = tuple[Fraction, list[Factor], Reference]


class Collecting(ABC):
    """How often each value is used, and what products cost; products are rewritten by who inherits."""

    def __init__(self) -> None:
        self.uses: dict[Value, int] = {}
        self.prices: dict[Value, float] = {}

    @abstractmethod
    def product(
        self, coefficient: Fraction, factors: Sequence[Factor], out: Collection[int], depth: int = 0
    ) -> Reference:
        """``c Π factors``, summed over the indices that are not in `out`."""

    def shared(self, one: Reference) -> int:
        """How many values use this one."""
        return self.uses.get(one.value, 1)

    def total(self, terms: Sequence[Summand]) -> Reference:
        """``Σ terms``, common factors collected."""
        return collected(self, terms)

    def price(self, coefficient: Fraction, factors: Sequence[Factor], out: Collection[int]) -> float:
        """What the product would cost in products of two, its factors given."""
        found = product(coefficient, factors, out)
        if found.value.operation != "product":
            return 0.0
        if found.value not in self.prices:
            self.prices[found.value] = Lowering().price(found)
        return self.prices[found.value]

    def price_of_total(self, one: Reference) -> float:
        """Of a total, with the terms that nothing else uses."""
        own = [term for _, term in terms_of(one) if term.value.operation == "product" and self.shared(term) == 1]
        return cost(one.value) + sum(self.price(ONE_TIME, factors_of(term)[1], term.ids) for term in own)


def collected(rewriting: Collecting, terms: Sequence[Summand]) -> Reference:
    """The total of the terms."""
    whole = _flat(rewriting, terms)
    if whole.value.operation != "total" or len(whole.value.args) > _MOST_TERMS or has_delta(whole.value):
        return whole
    if len(whole.value.args) <= _MOST_PAIRED:
        drawn = _drawn_together(rewriting, whole)
        if drawn is not None:
            return drawn
    return _factored(rewriting, whole)


def _flat(rewriting: Collecting, terms: Sequence[Summand]) -> Reference:
    """The total of the terms, those opened that are totals themselves and that nothing else uses."""
    flat: list[Summand] = []
    for weight, term in terms:
        inner, times = _inner_total(term)
        if inner is not None and (rewriting.shared(inner) == 1 or (inner is term and has_delta(inner.value))):
            flat += [(weight * times * part, one) for part, one in terms_of(inner)]
        else:
            flat.append((weight, term))
    return total(flat)


def _inner_total(term: Reference) -> tuple[Reference | None, Fraction]:
    """The total that the term is, or is a multiple of."""
    if term.value.operation == "total":
        return term, ONE_TIME
    if term.value.operation == "product" and not term.value.sums:
        times, factors = factors_of(term)
        if len(factors) == 1 and factors[0][1] == 1 and factors[0][0].value.operation == "total":
            return factors[0][0], times
    return None, ONE_TIME


def _splits(whole: Reference) -> list[Split]:
    found = []
    for weight, term in terms_of(whole):
        times, factors = factors_of(term)
        found.append((weight * times, factors, term))
    return found


def _drawn_together(rewriting: Collecting, whole: Reference) -> Reference | None:
    """``Σ_a X[a] d[a] − Σ_a X[a] e[a] = Σ_a X[a] (d − e)[a]``, of two terms, where it is cheaper."""
    terms = _splits(whole)
    for x in range(len(terms)):
        for y in range(x + 1, len(terms)):
            found = _pair_drawn(rewriting, terms[x], terms[y])
            if found is not None:
                others = [one for k, one in enumerate(terms) if k not in (x, y)]
                rest = [(weight, product(1, factors, term.ids)) for weight, factors, term in others]
                again = _flat(rewriting, [(ONE_TIME, found), *rest])
                if len(terms_of(again)) < len(terms):  # a division that pairs do without opens it again
                    return collected(rewriting, [(ONE_TIME, found), *rest])
    return None


def _pair_drawn(rewriting: Collecting, one: Split, other: Split) -> Reference | None:
    (times, factors, first), (others_times, others_factors, second) = one, other
    products = first.value.operation == second.value.operation == "product"
    if not products or not first.value.sums or set(first.ids) != set(second.ids):
        return None
    out = set(first.ids)
    names: dict[int, int] = {}
    left = list(others_factors)
    rest: list[Factor] = []
    common: list[Factor] = []
    for factor in factors:
        match = next((k for k, candidate in enumerate(left) if _matches(factor, candidate, out, names)), None)
        if match is None:
            rest.append(factor)
            continue
        partner = left.pop(match)[0]
        met = zip(factor[0].ids, partner.ids, strict=True)
        names.update({theirs: ours for ours, theirs in met if theirs not in out})
        common.append(factor)
    left = [(renamed(arg, names), power) for arg, power in left]
    keep = out | {index for arg, _ in common for index in arg.ids}
    if not any(set(arg.ids) - out for arg, _ in common):
        return None
    inner = rewriting.total(
        [(times, rewriting.product(ONE_TIME, rest, keep)), (others_times, rewriting.product(ONE_TIME, left, keep))]
    )
    found = rewriting.product(ONE_TIME, [*common, (inner, ONE_TIME)], out, _NOT_AGAIN)
    if found.value.operation == "total":  # it came apart again
        return None
    apart = rewriting.price(times, factors, out) + rewriting.price(others_times, others_factors, out)
    together = rewriting.price(*factors_of(found), found.ids) if found.value.operation == "product" else 0.0
    if inner.value.operation == "total":
        together += rewriting.price_of_total(inner)
    return found if together < apart else None


def _matches(factor: Factor, candidate: Factor, out: set[int], names: dict[int, int]) -> bool:
    (one, power), (other, times) = factor, candidate
    if one.value is not other.value or power != times:
        return False
    for ours, theirs in zip(one.ids, other.ids, strict=True):
        free = theirs not in out and ours not in out and theirs not in names and ours not in names.values()
        if names.get(theirs, theirs) != ours and not free:
            return False
    return True


def _factored(rewriting: Collecting, whole: Reference) -> Reference:
    """Common factors in front, where that is cheaper, or where the rest collapses: ``(1 + e) − e``."""
    splits = _splits(whole)
    common = _common(splits)
    if not common:
        return whole
    rest, made = [], 0.0
    for times, factors, term in splits:
        powers: dict[Reference, Fraction] = {}
        for one, power in factors:
            powers[one] = powers.get(one, _NOTHING) + power
        for one, power in common:
            powers[one] = powers.get(one, _NOTHING) - power
        left = [(one, power) for one, power in powers.items() if power]
        rest.append((times, product(1, left, term.ids)))
        if len(left) > 1 or (left and left[0][1] != 1):
            made += rewriting.price(times, left, term.ids)
    inner = _collapsed(total(rest))
    out = set(whole.ids)
    if inner.value.operation == "total":
        if any(one.ids and power < 0 for one, power in common):
            return whole
        apart = sum(rewriting.price(times, factors, term.ids) for times, factors, term in splits) + cost(whole.value)
        together = rewriting.price(ONE_TIME, [*common, (inner, ONE_TIME)], out) + cost(inner.value)
        if together + made >= apart:
            return whole
    return rewriting.product(ONE_TIME, [*common, (inner, ONE_TIME)], out, _NOT_AGAIN)


def _common(splits: list[Split]) -> list[Factor]:
    """The factors of all terms, each to its least power; a divisor of some terms counts as one of all."""
    least: dict[Reference, dict[int, Fraction]] = {}
    for at, (_, factors, term) in enumerate(splits):
        for one, power in factors:
            if power.denominator == 1 and set(one.ids) <= set(term.ids) and one.value.operation != DELTA:
                least.setdefault(one, {})[at] = power
    found = []
    for one, where in least.items():
        power = min(where.get(at, _NOTHING) for at in range(len(splits)))
        if (power > 0 and len(where) == len(splits)) or (power < 0 and len(where) > 1 and not is_number(one)):
            found.append((one, power))
    return found


def _collapsed(inner: Reference) -> Reference:
    """With inner totals opened, where fewer terms are left by it."""
    terms: list[Summand] = []
    for weight, term in terms_of(inner):
        times, factors = factors_of(term)
        if len(factors) == 1 and factors[0][1] == 1 and factors[0][0].value.operation == "total":
            terms += [(weight * times * part, one) for part, one in terms_of(factors[0][0])]
        else:
            terms.append((weight, term))
    found = total(terms)
    return found if len(found.value.args) < len(inner.value.args) else inner
