"""What an engineer changes in a program, each taken where it is cheaper: products are opened, sums multiplied out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from mcalc.code.algebra import diagonal, product, reduced, with_arguments
from mcalc.code.collecting import Collecting
from mcalc.code.cost import ADD, WRITE, volume, volume_over
from mcalc.code.lowering import REDUCED
from mcalc.code.naming import divided_inside
from mcalc.code.values import (
    ONE_TIME,
    Factor,
    Index,
    Reference,
    Value,
    build,
    factors_of,
    fresh_axes,
    has_delta,
    lost,
    opened,
    reachable,
    renamed,
    terms_of,
)
from mcalc.table.roles import DIAGONAL

_DEEPEST, _OPENED_AT_MOST = 12, 9
_MANY_FACTORS, _MANY_TERMS = 40, 4
_CLEARLY = 0.8
"""The sizes are guessed: a sum is multiplied out only where that is clearly cheaper."""


class Rewriting(Collecting):
    """The values below the roots, rewritten with their arguments first; `uses` counts how often each is used."""

    def __init__(self, roots: Sequence[Reference]) -> None:
        self.done: dict[Value, tuple[Reference, tuple[Index, ...]]] = {}
        super().__init__()
        order = reachable([root.value for root in roots])
        for used in (*(root.value for root in roots), *(arg for value in order for arg, _ in value.args)):
            self.uses[used] = self.uses.get(used, 0) + 1
        for value in order:
            self.done[value] = self._again(value)

    def reference(self, one: Reference) -> Reference:
        """What became of the value, its axes by the same indices."""
        found, own = self.done[one.value]
        return renamed(found, dict(zip(own, one.ids, strict=True)))

    def _again(self, value: Value) -> tuple[Reference, tuple[Index, ...]]:
        own = fresh_axes(value)
        here = Reference(value, own)
        if not value.args:
            return here, own
        found = self._rewritten(here)
        self.uses[found.value] = max(self.uses.get(found.value, 0), self.uses[value])
        return found, own

    def _rewritten(self, here: Reference) -> Reference:
        value, own = here.value, here.ids
        given = opened(here)
        args = [self.reference(arg) for arg in given]
        gone = list(dict.fromkeys(index for arg in given for index in arg.ids if index not in own))
        if value.operation == "product":
            inner = args[0]
            times = len(args) == 1 and value.weights[0] == 1 and not value.sums
            factors = list(zip(args, value.weights, strict=True))
            if times and inner.value.operation == "total" and self.shared(inner) == 1:
                return self.total([(value.coefficient * weight, term) for weight, term in terms_of(inner)])
            return self.product(value.coefficient, [*factors, *lost(gone, factors)], own)
        if value.operation == "total":
            return self.total(list(zip(value.weights, args, strict=True)))
        if value.operation == DIAGONAL and args[0].value.operation in ("product", "total", "map"):
            found = diagonal(args[0])
            if found.value.operation == "total":
                return self.total(terms_of(found))
            return self.product(*factors_of(found), own) if found.value.operation == "product" else found
        if value.operation == "map":
            return build("map", args, {index for arg in args for index in arg.ids}, value.parameters)
        if value.operation in REDUCED:
            return reduced(value.operation, args[0], gone)
        return Reference(with_arguments(value, [self.done[arg] for arg, _ in value.args]), own)

    def product(
        self, coefficient: Fraction, factors: Sequence[Factor], out: Collection[int], depth: int = 0
    ) -> Reference:
        """The product, those among its factors opened and sums multiplied out where that pays."""
        factors, out = list(factors), set(out)
        while True:
            factors = divided_inside(factors) or factors
            step = self._opened_once(coefficient, factors, out)
            if step is not None:
                coefficient, factors = step
                continue
            found = product(coefficient, factors, out)
            coefficient, factors = factors_of(found)
            if found.value.operation != "product":
                break
            out = set(found.ids)
            again = any(
                one.value.operation == "product" and power == 1 and not one.value.sums and self.shared(one) == 1
                for one, power in factors
            )
            if not again or depth >= _OPENED_AT_MOST:
                break
            depth += 1
        if depth < _DEEPEST:
            terms = self._multiplied_out(coefficient, factors, out)
            if terms is not None:
                return self.total([(ONE_TIME, self.product(times, inner, out, depth + 1)) for times, inner in terms])
        return product(coefficient, factors, out)

    def _opened_once(
        self, coefficient: Fraction, factors: list[Factor], out: set[int]
    ) -> tuple[Fraction, list[Factor]] | None:
        bases = {one for one, _ in factors}
        for k, (one, power) in enumerate(factors):
            value = one.value
            if value.operation != "product" or power.denominator != 1 or (power != 1 and value.sums):
                continue
            chain = value.sums and value.rank <= 1 and any(arg.rank > 1 for arg, _ in value.args)
            alone = not any(set(one.ids) & set(other.ids) for other, _ in factors if other is not one)
            if chain and not has_delta(value) and not (alone and not set(one.ids) & out):
                continue  # a vector of its own: opened, a chain of L layers costs L^4
            inner = list(zip(opened(one), value.weights, strict=True))
            if self._worth_opening(coefficient, factors, k, inner, bases, out):
                raised = [(arg, times * power) for arg, times in inner]
                return coefficient * value.coefficient ** int(power), [*factors[:k], *raised, *factors[k + 1 :]]
        return None

    def _worth_opening(
        self,
        coefficient: Fraction,
        factors: list[Factor],
        k: int,
        inner: list[Factor],
        bases: set[Reference],
        out: set[int],
    ) -> bool:
        (one, power), value = factors[k], factors[k][0].value
        shared = self.shared(one)
        if shared == 1 or has_delta(value) or len(inner) == 1 or (value.rank == 0 and not value.sums):
            return True
        if not value.sums:
            if any(arg in bases for arg, _ in inner):
                return True
            if volume(value) <= max(volume(arg.value) for arg, _ in inner):
                return False
        near, edge = _near(one, factors[:k] + factors[k + 1 :], out)
        flat = self.price(coefficient, near + inner, edge)
        whole = self.price(coefficient, [*near, (one, power)], edge)
        own = self.price(value.coefficient, inner, one.ids)
        return flat <= whole or flat < whole + 0.5 * own / shared

    def _multiplied_out(
        self, coefficient: Fraction, factors: list[Factor], out: set[int]
    ) -> list[tuple[Fraction, list[Factor]]] | None:
        """``x(A + Aᵀ)`` is ``xA + Ax``: always where a term has a δ, else where it is clearly cheaper."""
        for k, (one, power) in enumerate(factors):
            if one.value.operation != "total" or power != 1:
                continue
            rest = factors[:k] + factors[k + 1 :]
            summed = {index for other, _ in factors for index in other.ids} - out
            parts = []
            for weight, term in terms_of(one):
                times, inner = factors_of(term)
                parts.append((weight * times, inner))
            if has_delta(one.value) or self._cheaper_apart(coefficient, factors, k, parts, summed, out):
                whole = [(coefficient * times, rest + inner) for times, inner in parts]
                return [(times, every + lost(sorted(summed), every)) for times, every in whole]
        return None

    def _cheaper_apart(
        self,
        coefficient: Fraction,
        factors: list[Factor],
        k: int,
        parts: list[tuple[Fraction, list[Factor]]],
        summed: set[int],
        out: set[int],
    ) -> bool:
        one = factors[k][0]
        if one.value.rank < 1 + (not _is_of_traces(one)) or len(parts) > _MANY_TERMS or set(one.ids) <= out:
            return False
        rest = factors[:k] + factors[k + 1 :]
        near, edge = _near(one, rest, out)
        apart = WRITE * ADD * volume_over(edge) * len(parts)
        for times, inner in parts:
            missing = lost(sorted(summed), rest + inner)
            apart += self.price(coefficient * times, [*near, *inner, *missing], edge)
        together = self.price(coefficient, [*near, factors[k]], edge) + self.price_of_total(one) / self.shared(one)
        return apart < (together if one.value.rank == 1 else _CLEARLY * together)


def _is_of_traces(one: Reference) -> bool:
    """Whether each term is a diagonal, or a product whose sum over its index is a number sooner than a vector."""
    return all(
        term.value.operation == DIAGONAL or (term.value.operation == "product" and bool(term.value.sums))
        for _, term in terms_of(one)
    )


def _near(one: Reference, rest: list[Factor], out: set[int]) -> tuple[list[Factor], set[int]]:
    """The factors that touch it, where there are many, and those of their indices that go on beyond them."""
    if len(rest) < _MANY_FACTORS:
        return rest, out
    mine = set(one.ids)
    near = [factor for factor in rest if mine & set(factor[0].ids)]
    far = [factor for factor in rest if not mine & set(factor[0].ids)]
    ids = mine.union(*(other.ids for other, _ in near))
    return near, ids & out.union(*(other.ids for other, _ in far))
