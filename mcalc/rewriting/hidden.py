"""Factors that a term has without showing them: ``A = A·I``, ``I = S·S⁻¹``, ``(u ⊗ v)·wᵀ = diag(u)·v·wᵀ``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcalc.rewriting.algebra import multiply, split, with_scalars
from mcalc.rewriting.constructors import construct
from mcalc.rewriting.forms import CHAIN, PRODUCT, SUM, TURNED, Form, identity, is_column, is_matrix, is_row, ones
from mcalc.rewriting.products import chain
from mcalc.rewriting.rationals import Rational, over
from mcalc.rewriting.signs import turned
from mcalc.table.roles import INVERSE

Pair = tuple[Rational, Form]
_MOST = 12


def hidden(factor: Form, left: bool, terms: Mapping[int, Pair], every: Sequence[Form]) -> list[tuple[list[int], Pair]]:
    """Terms that have the factor first or last without showing it: their places, and what is left of them."""
    found: list[tuple[list[int], Pair]] = []
    bodies = {a: split(a) for a in every}
    alone = any([body is factor for _, _, body in bodies.values()])
    for at, (c, a) in terms.items():
        k, scalars, body = bodies[a]
        rest = _rest(body, factor, left, alone)
        if rest is not None and not (scalars and body.head != CHAIN):
            found.append(([at], (c, with_scalars(k, scalars, rest))))
    again = once_more(factor, terms) if is_matrix(factor) else None
    if again is not None:
        found.append((again[0], (again[1], identity(factor.shape[1 if left else 0]))))
    return found


def once_more(factor: Form, terms: Mapping[int, Pair]) -> tuple[list[int], Rational] | None:
    """The terms that are together a multiple of a sum, their places and the number; None where they are not there."""
    if factor.head != SUM or not 1 < len(factor.args) < _MOST:
        return None
    places = {a: at for at, (_, a) in terms.items()}
    if any(a not in places for a in factor.args):
        return None
    used = [places[a] for a in factor.args]
    ratios = {over(terms[at][0], k) for at, k in zip(used, factor.par, strict=True)}
    return (used, ratios.pop()) if len(ratios) == 1 else None


def _rest(a: Form, factor: Form, left: bool, alone: bool) -> Form | None:
    if a is factor and is_matrix(a):
        return identity(a.shape[1 if left else 0])
    if a.head == "eye" and factor.shape == a.shape:
        inverse = construct(INVERSE, (factor,), (), a.shape)
        return inverse if factor.head == INVERSE or (factor.head == TURNED and inverse.head != INVERSE) else None
    if a.head == CHAIN and factor.head == "diag" and not is_row(a):
        column = a.args[0] if left else turned(a.args[-1])
        rest = _parted(column, factor.args[0]) if is_column(column) else None
        if rest is not None and (alone or rest.head != "ones"):  # u·vᵀ is 1⃗·vᵀ behind diag(u) beside diag(u) only
            return chain([rest, *a.args[1:]] if left else [*a.args[:-1], turned(rest)], a.shape)
    if a.head == PRODUCT and is_column(a) and not left:
        row = next((b for b, e in zip(a.args, a.par, strict=True) if b.head == CHAIN and e == 1), None)
        if row is not None and row.args[-1] is factor and sum(bool(b.shape) for b in a.args) > 1:
            others = [(b, e) for b, e in zip(a.args, a.par, strict=True) if b is not row]
            return chain([construct("diag", (multiply(others, a.shape),), (), a.shape * 2), *row.args[:-1]])
    return None


def _parted(column: Form, factor: Form) -> Form | None:
    """What is left of a column without factors that it has."""
    have = dict(zip(column.args, column.par, strict=True)) if column.head == PRODUCT else {column: 1}
    wanted = zip(factor.args, factor.par, strict=True) if factor.head == PRODUCT else [(factor, 1)]
    for b, e in wanted:
        if not b.shape or have.get(b) != e:
            return None
        del have[b]
    return multiply([*have.items(), (ones(column.shape), 1)], column.shape)
