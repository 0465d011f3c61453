"""Quotients of exponentials by their names: sigmoid and softmax do not overflow, and their roots are finite."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mcalc.code.algebra import negative, product, total
from mcalc.code.operations import of_rows
from mcalc.code.values import ONE_TIME, Factor, Reference, Value, build, factors_of, is_number, number, opened, terms_of
from mcalc.table import DEFINED
from mcalc.table.roles import EXPONENTIAL, LOG_OF_SUM, SHARES

_LOGISTIC, _SOFT_POSITIVE = DEFINED["1/(1 + exp(-a))"], DEFINED["log(1 + exp(a))"]


def named(factors: Sequence[Factor]) -> list[Factor]:
    """``e^z (1 + e^z)^-2`` is ``σ(z)(1 − σ(z))``, and ``e^z / Σ e^z`` is softmax."""
    return _softmaxes(_sigmoids(list(factors)))


def named_logarithm(inside: Reference) -> Reference | None:
    """``log Σ e^z`` is logsumexp, ``log(1 + e^z)`` is softplus; None where it is neither."""
    if _sums_exp(inside.value):
        return build(LOG_OF_SUM, opened(opened(inside)[0]), inside.ids)
    exponential = _one_more(inside)
    return None if exponential is None else build("map", opened(exponential), inside.ids, (_SOFT_POSITIVE,))


def divided_inside(factors: Sequence[Factor]) -> list[Factor] | None:
    """``(Σᵢ e^zᵢ aᵢ) / Σᵢ e^zᵢ`` with the divisor under the sum, where softmax is named; None where there is none."""
    for k, (below, power) in enumerate(factors):
        if not _sums_exp(below.value) or power.denominator != 1 or power >= 0:
            continue
        for j, (one, times) in enumerate(factors):
            contraction = one.value.operation == "product" and one.value.sums and one.value is not below.value
            if times != 1 or not contraction or not set(below.ids) <= set(one.ids):
                continue
            coefficient, inner = factors_of(one)
            if not any(_is_of(arg, below) and exponent > 0 for arg, exponent in inner):
                continue
            found = product(coefficient, [*inner, (below, -ONE_TIME)], one.ids)
            rest = [factor for m, factor in enumerate(factors) if m not in (j, k)]
            return [*rest, (found, ONE_TIME), *([(below, power + 1)] if power != -1 else [])]
    return None


def _is_of(one: Reference, summed: Reference) -> bool:
    """Whether it is what is summed, on the same indices otherwise."""
    inner, places = summed.value.args[0]
    rank = summed.value.rank
    return one.value is inner and all(
        index == summed.ids[place] for index, place in zip(one.ids, places, strict=True) if place < rank
    )


def _is_exp(value: Value) -> bool:
    return value.operation == "map" and value.parameters == (EXPONENTIAL,)


def _sums_exp(value: Value) -> bool:
    alone = value.operation == "product" and len(value.args) == 1 and value.parameters == (1, (1,))
    return alone and value.sums and _is_exp(value.args[0].value)


def _one_more(one: Reference) -> Reference | None:
    """The e^z of ``1 + e^z``."""
    terms = terms_of(one)
    found = next((term for weight, term in terms if weight == 1 and _is_exp(term.value)), None)
    ones = any(is_number(term, 1) and weight == 1 for weight, term in terms)
    return found if len(terms) == 2 and ones else None


def _sigmoids(factors: list[Factor]) -> list[Factor]:
    for one, power in factors:
        if one.value.operation != "total" or power.denominator != 1 or power >= 0:
            continue
        exponential = _one_more(one)
        if exponential is None:
            continue
        above = next((times for other, times in factors if other == exponential), Fraction(0))
        if above.denominator != 1 or not 0 <= above <= -power:
            continue
        argument = opened(exponential)[0]
        sigmoid = build("map", [argument], argument.ids, (_LOGISTIC,))
        rest = [(other, times) for other, times in factors if other not in (one, exponential)]
        if above:
            rest.append((sigmoid, above))
            other = total([(ONE_TIME, number(1)), (Fraction(-1), sigmoid)])
        else:
            turned = negative(argument)
            other = build("map", [turned], turned.ids, (_LOGISTIC,))
        if above != -power:
            rest.append((other, -power - above))
        return _sigmoids(rest)
    return factors


def _softmaxes(factors: list[Factor]) -> list[Factor]:
    for k, (below, power) in enumerate(factors):
        value = below.value
        if not _sums_exp(value) or power.denominator != 1 or power >= 0 or len(value.sizes) != value.rank + 1:
            continue
        inner, ids = value.args[0]
        at = ids.index(value.rank)
        for j, (one, times) in enumerate(factors):
            if one.value is not inner or times.denominator != 1 or times <= 0:
                continue
            if any(one.ids[n] != below.ids[ids[n]] for n in range(len(ids)) if n != at):
                continue
            argument = opened(one)[0]
            if one.ids[at] not in argument.ids or set(argument.ids) != set(one.ids):
                continue
            least = min(times, -power)
            rest = [factor for m, factor in enumerate(factors) if m not in (j, k)]
            rest.append((of_rows(SHARES, argument, one.ids[at]), least))
            rest += [(one, times - least)] if times > least else []
            rest += [(below, power + least)] if power + least else []
            return _softmaxes(rest)
    return factors
