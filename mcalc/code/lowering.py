"""Each product as products of two; diagonals filled, solves for inverses, names for quotients of exponentials."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from mcalc.code.algebra import product, reduced, total, with_arguments
from mcalc.code.cost import cost, volume
from mcalc.code.naming import named, named_logarithm
from mcalc.code.ordering import Order, pair
from mcalc.code.values import (
    ONE_TIME,
    Factor,
    Index,
    Reference,
    Summand,
    Value,
    build,
    factors_of,
    fresh_axes,
    has_delta,
    is_indicator,
    lost,
    number,
    opened,
    renamed,
    terms_of,
)
from mcalc.table.roles import DELTA, LARGEST, LEAST, LOG_OF_SUM, LOGARITHM, PRODUCT

REDUCED = frozenset({LARGEST, LEAST, PRODUCT, LOG_OF_SUM})


class Lowering:
    """The lowered form of each value met so far; `made` are the values that are there anyway."""

    def __init__(self, made: Iterable[Value] = ()) -> None:
        self.done: dict[Value, tuple[Reference, tuple[Index, ...]]] = {}
        self.made = set(made)
        self.spent = 0.0
        self.lately: list[Value] = []

    def all_of(self, order: Iterable[Value]) -> None:
        """Of the values, arguments first: so nothing recurs deeply."""
        for value in order:
            self._lowered(value)

    def reference(self, one: Reference) -> Reference:
        """The value written with simpler operations, its axes by the same indices."""
        found, own = self._lowered(one.value)
        return renamed(found, dict(zip(own, one.ids, strict=True)))

    def price(self, one: Reference) -> float:
        """Of a product, its factors given."""
        self.spent = 0.0
        self.product(*factors_of(one), set(one.ids))
        return self.spent

    def _lowered(self, value: Value) -> tuple[Reference, tuple[Index, ...]]:
        if value not in self.done:
            own = fresh_axes(value)
            self.done[value] = self._one(Reference(value, own)), own
        return self.done[value]

    def _one(self, here: Reference) -> Reference:
        value = here.value
        if not value.args:
            return here
        if value.operation == "product":
            coefficient, factors = factors_of(here)
            gone = dict.fromkeys(index for arg, _ in factors for index in arg.ids if index not in here.ids)
            lowered = self._named(factors)
            return self.product(coefficient, [*lowered, *lost(gone, lowered)], set(here.ids))
        if value.operation == "total":
            return self._total(here)
        if value.operation != "map" and value.operation not in REDUCED:
            return Reference(with_arguments(value, [self._lowered(arg) for arg, _ in value.args]), here.ids)
        args = opened(here)
        if value.parameters == (LOGARITHM,) and (found := named_logarithm(args[0])) is not None:
            return self._one(found)
        lowered_args = [self.reference(arg) for arg in args]
        if value.operation == "map":
            return build("map", lowered_args, {index for arg in lowered_args for index in arg.ids}, value.parameters)
        return reduced(value.operation, lowered_args[0], [index for index in args[0].ids if index not in here.ids])

    def _named(self, factors: Sequence[Factor]) -> list[Factor]:
        return [(self.reference(one), power) for one, power in named(factors)]

    def _total(self, here: Reference) -> Reference:
        """Terms with coefficients ±1: others go into the smallest factor, where that is smaller than the term.

        The number that all have alike stands before the total, if one of them has no room for it.
        """
        number_of_all = _common_number(here)
        if number_of_all is not None:
            own = [(weight / number_of_all, term) for weight, term in terms_of(here)]
            out = {index for _, term in own for index in term.ids}
            inner = build("total", [term for _, term in own], out, (), [weight for weight, _ in own])
            return self._scaled(self.keep(self._total(inner)), number(number_of_all), ONE_TIME)
        terms: list[Summand] = []
        minus = self._to_start_from(here)
        for at, (weight, term) in enumerate(terms_of(here)):
            times, factors = factors_of(term)
            if at == minus:
                terms.append((ONE_TIME, self.product(weight * times, self._named(factors), set(term.ids))))
            elif term.value.operation == "product" and abs(weight) != 1 and _has_room(term, factors):
                sign = ONE_TIME if weight > 0 else -ONE_TIME
                terms.append((sign, self.product(abs(weight) * times, self._named(factors), set(term.ids))))
            else:
                terms.append((weight, self.reference(term)))
        if len({term for _, term in terms}) < len(terms):
            return total(terms)
        out = {index for _, term in terms for index in term.ids}
        return build("total", [term for _, term in terms], out, (), [weight for weight, _ in terms])

    def _to_start_from(self, here: Reference) -> int | None:
        """The product that is taken away, where there is no whole term to start from: its sign goes inside."""

        def is_whole(term: Reference) -> bool:
            return len(term.ids) == here.value.rank and not has_delta(term.value)

        terms = terms_of(here)
        if here.value.rank < 2 or any(weight > 0 and is_whole(term) for weight, term in terms):
            return None
        products = (at for at, (_, term) in enumerate(terms) if is_whole(term) and term.value.operation == "product")
        return next(products, None)

    # Products

    def keep(self, one: Reference) -> Reference:
        """The value, noted as made."""
        if one.value not in self.made:
            self.made.add(one.value)
            self.lately.append(one.value)
            self.spent += cost(one.value)
        return one

    def _multiplied(self, coefficient: Fraction | int, factors: Sequence[Factor], out: Collection[int]) -> Reference:
        """The product; lowered in its turn where the algebra has made a sum or a total of it: ``Π b · Σ a/b``."""
        found = product(coefficient, factors, out)
        opened_again = found.value.operation == "product" and found.value.sums and found.value not in self.made
        return self._one(found) if found.value.operation == "total" or opened_again else self.keep(found)

    def _undo(self, length: int) -> None:
        """What was made lately is not made after all."""
        for value in self.lately[length:]:
            self.made.discard(value)
            self.spent -= cost(value)
        del self.lately[length:]

    def product(self, coefficient: Fraction, factors: Sequence[Factor], out: set[int]) -> Reference:
        """The product in products of two; the number in it joins the smallest of the last two factors and the result.

        Where a factor given is smaller still, the number joins that one if it costs less: a negative has no root.
        """
        deltas = [one for one, _ in factors if one.value.operation == DELTA]
        if deltas:
            return self._filled(coefficient, factors, deltas, out)
        before = len(self.lately)
        found, is_late = self._in_order(coefficient, factors, out, early=False)
        if not is_late:
            return found
        spent = self.spent
        self._undo(before)
        other, _ = self._in_order(coefficient, factors, out, early=True)
        if self.spent <= spent:
            return other
        self._undo(before)
        return self._in_order(coefficient, factors, out, early=False)[0]

    def _in_order(
        self, coefficient: Fraction, factors: Sequence[Factor], out: set[int], early: bool
    ) -> tuple[Reference, bool]:
        """The product; and whether its number is multiplied with the result though a factor is smaller than that."""
        items, scalars = _split(factors, out)
        small = min((volume(one.value) for one, _ in items), default=0.0)
        times, beside = coefficient, scalars
        if early and items:
            items = self._with_number(items, coefficient, scalars)
            times, beside = ONE_TIME, []
        scale = self._multiplied(abs(times), beside, ()) if beside or abs(times) != 1 else None
        sign = ONE_TIME if times > 0 else -ONE_TIME
        order = Order(self._bases(items), out, self.made, self.keep)
        last = order.last_two()
        if last is not None:
            k = min((0, 1), key=lambda k: volume(order.live[k].value))
            if (scale is not None or sign < 0) and volume(order.live[k].value) < volume(last.value):
                order.live[k] = self._scaled(order.live[k], scale, sign)
                scale, sign = None, ONE_TIME
                last = pair(order.live[0], order.live[1], frozenset(last.ids), self.made)
            order.live = [self.keep(last)]
        if not order.live:
            return self._multiplied(sign, [] if scale is None else [(scale, ONE_TIME)], ()), False
        found = order.live[0]
        if not set(found.ids) <= out:
            found = self.keep(build("product", [found], set(found.ids) & out, (ONE_TIME,), [ONE_TIME]))
        if scale is None and sign == 1:
            return found, False
        return self._scaled(found, scale, sign), small < volume(found.value) and len(items) > 1

    def _filled(
        self, coefficient: Fraction, factors: Sequence[Factor], deltas: list[Reference], out: set[int]
    ) -> Reference:
        rest = [factor for factor in factors if factor[0].value.operation != DELTA]
        carried = {index for one, _ in rest for index in one.ids}
        inner = self.product(coefficient, rest, out & carried) if rest else number(coefficient)
        ids = {*inner.ids, *(index for one in deltas for index in one.ids)}
        return self.keep(build("fill", [inner, *deltas], out & ids))

    def _with_number(self, items: list[Factor], coefficient: Fraction, scalars: list[Factor]) -> list[Factor]:
        """The number of the product at the smallest factor."""

        def smallest(k: int) -> tuple[float, bool, int]:
            value = items[k][0].value
            return volume(value), is_indicator(value), -value.serial

        k = min(range(len(items)), key=smallest)
        one, power = items[k]
        scale = self._multiplied(coefficient, scalars, ()) if scalars else number(coefficient)
        scaled = self._multiplied(1, [(one, power), (scale, ONE_TIME)], one.ids)
        return [*items[:k], (scaled, ONE_TIME), *items[k + 1 :]]

    def _bases(self, items: list[Factor]) -> list[Reference]:
        """The factors with their powers; a divisor waits for a partner of its own axes."""
        above = [
            one if power == 1 else self._multiplied(1, [(one, power)], one.ids)
            for one, power in items
            if not _divides(power)
        ]
        for one, power in [(one, power) for one, power in items if _divides(power)]:
            k = next((k for k, other in enumerate(above) if set(other.ids) == set(one.ids)), None)
            if k is None:
                above.append(self._multiplied(1, [(one, power)], one.ids))
            else:
                above[k] = self._multiplied(1, [(above[k], ONE_TIME), (one, power)], one.ids)
        return above

    def _scaled(self, one: Reference, scale: Reference | None, sign: Fraction) -> Reference:
        coefficient, factors = (ONE_TIME, []) if scale is None else factors_of(scale)
        twice = bool(one.ids) and coefficient.numerator != 1  # 2*A/N passes through an array twice
        if scale is not None and (len(factors) > 1 or (factors and twice) or scale.value.sums):
            coefficient, factors = ONE_TIME, [(scale, ONE_TIME)]
        every = [(one, ONE_TIME), *factors]
        powers = [power for _, power in every]
        return self.keep(build("product", [arg for arg, _ in every], set(one.ids), (coefficient * sign,), powers))


def _common_number(here: Reference) -> Fraction | None:
    """The number other than 1 that is the weight of every term, up to its sign, where one cannot take it inside."""
    terms = terms_of(here)
    size = abs(terms[0][0])
    if size == 1 or not here.ids or any(abs(weight) != size for weight, _ in terms):
        return None
    full = (
        min((volume(one.value) for one, _ in factors_of(term)[1]), default=0.0) >= volume(term.value)
        for _, term in terms
    )
    return size if any(full) and not any(has_delta(term.value) for _, term in terms) else None


def _divides(power: Fraction) -> bool:
    return power < 0 and power.denominator == 1


def _has_room(term: Reference, factors: Sequence[Factor]) -> bool:
    value = term.value
    return has_delta(value) or value.sums or min(volume(one.value) for one, _ in factors) < volume(value)


def _split(factors: Sequence[Factor], out: set[int]) -> tuple[list[Factor], list[Factor]]:
    """The factors with axes, and those without; a square summed over an index of its own is two, for a dot product."""
    arrays = [factor for factor in factors if factor[0].ids]
    items: list[Factor] = []
    for one, power in arrays:
        elsewhere = out.union(*(other.ids for other, _ in arrays if other is not one))
        twice = power == 2 and not set(one.ids) <= elsewhere
        items += [(one, ONE_TIME), (one, ONE_TIME)] if twice else [(one, power)]
    return items, [factor for factor in factors if not factor[0].ids]
