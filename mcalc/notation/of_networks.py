"""Derivatives in index notation as boxes, ``A[i,k]*B[l,j]``, and the left sides of all derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from sympy.core.numbers import Rational

from mcalc.networks.common import common_to, is_partial, without
from mcalc.networks.index_form import IndexForm
from mcalc.networks.networks import Factor, Term
from mcalc.networks.networks import Index as Place
from mcalc.notation.boxes import BigSum, Box, Derivative, Fraction, Index, Name, Number, Power, Row
from mcalc.notation.of_values import Builder
from mcalc.tree.letters import Loops


def indexed(form: IndexForm, builder: Builder) -> Box:
    """The terms of an `IndexForm`, those with a plus first."""
    if not form.tensor.terms:
        return Number(Rational(0))
    form = form.opened
    names = form.letters()
    together: list[Loops] = [term.loops for term in form.tensor.terms]
    builder.prepare(form.nodes(), names.values(), together)
    terms = sorted(form.tensor.terms, key=lambda term: bool(term.coefficient < 0))
    if len(terms) == 1:
        return _signed(terms[0], form.tensor.free, names, builder)
    common = common_to(terms, form.tensor.free)
    if common is None:
        return _sum(terms, form.tensor.free, names, builder)
    rests = [without(term, common) for term in terms]
    return _signed(common, form.tensor.free, names, builder, rests)


def _sum(terms: Sequence[Term], free: Sequence[Place], names: dict[Place, str], builder: Builder) -> Box:
    parts = tuple(_term(term, free, names, builder) for term in terms)
    joins = tuple("minus" if term.coefficient < 0 else "plus" if at else "" for at, term in enumerate(terms))
    return Row("sum", parts, joins, (0,) * len(parts))


def _signed(
    term: Term, free: Sequence[Place], names: dict[Place, str], builder: Builder, rests: Sequence[Term] = ()
) -> Box:
    """One product with its sign, times the sum of the rests."""
    whole = _term(term, free, names, builder, rests)
    return Row("sum", (whole,), ("minus",), (0,)) if term.coefficient < 0 else whole


def _term(
    term: Term, free: Sequence[Place], names: dict[Place, str], builder: Builder, rests: Sequence[Term] = ()
) -> Box:
    """One product without its sign, under the sums over its inner indices; the sum of the rests is a factor of it."""
    above: list[tuple[tuple[object, ...], Box]] = []
    below: list[Box] = []
    order = {index: number for number, index in enumerate(names)}

    def key(factor: Factor) -> tuple[object, ...]:
        name = "" if factor.node is None else factor.node.key[1]
        return len(factor.indices) > 0, [order[index] for index in factor.indices], name

    along = all(map(is_partial, term.factors))
    for factor in term.factors if along else sorted(term.factors, key=key):
        part, power = _factor(factor, names, builder), abs(factor.power)
        part = part if power == 1 else Power(part, Number(power))
        if factor.power < 0:
            below.append(part)
        else:
            above.append((key(factor), part))
    if rests:
        places = sorted({order[index] for rest in rests for factor in rest.factors for index in factor.indices})
        above.append(((True, places, ""), _sum(rests, free, names, builder)))
        above.sort(key=itemgetter(0))
    coefficient = abs(term.coefficient)
    whole = _entries([part for _, part in above], coefficient.p)
    if below or coefficient.q != 1:
        whole = Fraction(whole, _entries(below, coefficient.q), "entry")
    inner: list[Place] = []
    for factor in term.factors:
        inner += [index for index in dict.fromkeys(factor.indices) if index not in free and index not in inner]
    for index in reversed(inner):
        whole = BigSum(names[index], index.size, whole)
    for loop in reversed(term.loops):
        whole = BigSum(builder.letters.get(loop, loop.name), loop.size, whole)
    return whole


def _entries(factors: list[Box], number: int) -> Box:
    numbers = [Number(Rational(number))] if number != 1 or not factors else []
    parts = (*numbers, *factors)
    if len(parts) == 1:
        return parts[0]
    return Row("entries", parts, ("", *["entry"] * (len(parts) - 1)), (0,) * len(parts))


def _factor(factor: Factor, names: dict[Place, str], builder: Builder) -> Box:
    letters = tuple(names[index] for index in factor.indices)
    if factor.node is None:
        return builder.delta(letters, factor.indices[0].size)
    if factor.node.operator.name == "partial":
        above, below, split, arguments = factor.node.parameters
        upper = builder.of(entry(builder.name(above, split), letters[:split]), arguments)
        return Derivative(upper, (entry(builder.name(below, len(letters) - split), letters[split:]),))
    return entry(builder.box(factor.node), letters)


def entry(box: Box, letters: Sequence[str]) -> Box:
    """``box[i,k]``; the box itself where there are no letters."""
    return Index(box, tuple(letters)) if letters else box


def derivative(above: tuple[str, int, Sequence[str]], below: Sequence[tuple[str, int, Sequence[str]]]) -> Derivative:
    """``∂y[i]/∂W[k,l]``, of two variables ``∂²f/∂a[i]∂X[k,l]``: names, their ranks, and letters, if there are any."""
    upper, *lower = (entry(Name(name, rank), letters) for name, rank, letters in (above, *below))
    return Derivative(upper, tuple(lower))
