"""Rows of matrices and transposes in canonical form: ``A·B·…``, and transposes down to names, functions and columns."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.singleton import S

from mcalc.rewriting.algebra import Power, add, multiply, negative, scaled, split, with_scalars
from mcalc.rewriting.constructors import CONSTRUCTORS, construct, facts
from mcalc.rewriting.forms import (
    CHAIN,
    NUMBER,
    ONE,
    PRODUCT,
    SUM,
    TURNED,
    Form,
    identity,
    is_column,
    is_matrix,
    is_row,
    is_zero,
    make,
    ones,
    scaled_parts,
    zeros,
)
from mcalc.rewriting.heads import operator_of
from mcalc.rewriting.known import declared
from mcalc.rewriting.rationals import Rational
from mcalc.rewriting.shapes import chain_shape, is_wide, turned_shape
from mcalc.rewriting.signs import OPENED
from mcalc.table.records import Shape
from mcalc.table.roles import INVERSE
from mcalc.tree.properties import SYMMETRIC


def chain(args: Sequence[Form], shape: Shape | None = None) -> Form:
    """``A·B·…``: rows inside it opened, scalars in front, identities gone; from a row to a column it is a scalar."""
    if shape is None:
        shape = chain_shape(args)
    coefficient: Rational = 1
    scalars: list[Power] = []
    parts: list[Form] = []
    stack = list(reversed(args))
    size = None
    if _are_plain(args):
        parts, stack = list(args), []
    while stack:
        t = stack.pop()
        if t.shape and (t.head not in _ENTERING or (t.head == SUM and len(t.args) > 1)) and not is_zero(t):
            parts.append(t)
            continue
        c, own, t = split(t)
        if own or c != 1:
            facts.append("scalars" if own else "front")
            coefficient *= c
            scalars += own
        if is_zero(t):
            facts.append("zero")
            return zeros(shape)
        if t.head == CHAIN and _are_plain(t.args):
            parts += t.args
        elif t.head == CHAIN:
            stack.extend(reversed(t.args))
        elif not t.shape:
            scalars.append((t, 1))
        elif t.head == "eye":
            size = t.par[0]
        elif t.head == "ones" and is_matrix(t) and t.shape[1] is not S.One and len(args) > 1:
            column = ones(t.shape[:1])
            parts += [column, turned(column) if t.shape[0] == t.shape[1] else turned(ones(t.shape[1:]))]
            facts.append("ones")
        else:
            parts.append(t)
    if size is not None and len(args) > 1:
        facts.append("identity")
    if not parts:
        return with_scalars(coefficient, scalars, identity(size) if size is not None and len(shape) == 2 else ONE)
    parts = _without_scalars(parts, scalars)
    body = _chain(parts) if parts else ONE
    return with_scalars(coefficient, scalars, body)


_SPECIAL = frozenset({NUMBER, PRODUCT, CHAIN, "eye", "ones", "zeros"})
"""What a factor may be for that a product of matrices has more to do than to put it in its row."""


def _are_plain(parts: Sequence[Form]) -> bool:
    """Whether factors go into a longer product as they are, with no scalar in front of one."""
    special = [
        t
        for t in parts
        if not t.shape
        or t.head in _SPECIAL
        or (t.head == SUM and len(t.args) == 1)
        or (t.head == TURNED and t.args[0].head == "zeros")
    ]
    return all([t.head == PRODUCT and t.shape and all([b.shape for b in t.args]) for t in special])


_ENTERING = frozenset({SUM, PRODUCT, CHAIN, NUMBER, "eye", "ones"})
"""What is opened in a product of matrices, or leaves it."""


def _without_scalars(parts: list[Form], scalars: list[Power]) -> list[Form]:
    """From a row to the next column the product is a scalar, and leaves."""
    shapes = [t.shape for t in parts]
    if not any([shape[0] is S.One for shape in shapes]) or not any([len(shape) == 1 for shape in shapes]):
        return parts
    kept: list[Form] = []
    start: int | None = None
    for t in parts:
        kept.append(t)
        if start is not None and is_column(t):
            scalars.append((_chain(kept[start:]), 1))
            facts.append("scalar")
            del kept[start:]
            start = None
        elif is_row(t):
            start = len(kept) - 1
    return kept


def _chain(parts: Sequence[Form]) -> Form:
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2 and parts[0].head == "ones" and parts[1] is turned(ones(parts[1].shape[1:])):
        return ones((*parts[0].shape, *parts[1].shape[1:]))
    if not (is_row(parts[0]) and is_column(parts[-1])):
        return make(CHAIN, parts, (), chain_shape(parts))
    if len(parts) == 2:
        if "ones" in (parts[0].args[0].head if parts[0].head == TURNED else "", parts[1].head):
            facts.append("added up")
        return construct("sum", (multiply([(turned(parts[0]), 1), (parts[1], 1)]),), (), ())
    for at in (0, -1):
        vector = turned(parts[0]) if at == 0 else parts[-1]
        if vector.head == PRODUCT and any(b.head == CHAIN for b in vector.args):
            rest = parts[1:] if at == 0 else [turned(t) for t in reversed(parts[:-1])]
            return construct("sum", (multiply([(vector, 1), (_chain(rest), 1)]),), (), ())
    sign, other = turned_row(parts)
    if sign == -1 and all(one is two for one, two in zip(other, parts, strict=True)):
        facts.append("own negative")
        return zeros(())
    if _order(other) < _order(parts):
        return scaled(sign, make(CHAIN, other, (), ()))
    return make(CHAIN, parts, (), ())


def is_ones(form: Form) -> bool:
    """Whether it is a column, a row or a matrix of ones."""
    return (form.args[0] if form.head == TURNED else form).head == "ones"


def added_up(parts: Sequence[Form]) -> Form | None:
    """``sum(A)`` of ``1⃗ᵀ·A·1⃗``, ``sum(v)`` of ``1⃗ᵀ·v`` and of ``vᵀ·1⃗``."""
    if not is_row(parts[0]) or not is_column(parts[-1]):
        return None
    if not is_ones(parts[0]):
        parts = [turned(t) for t in reversed(parts)]
    if not is_ones(parts[0]):
        return None
    rest = parts[1:-1] if is_ones(parts[-1]) else parts[1:]
    return construct("sum", (rest[0] if len(rest) == 1 else chain(rest),), (), ())


def turned_row(parts: Sequence[Form]) -> tuple[Rational, list[Form]]:
    """``(AB…)ᵀ = …BᵀAᵀ``, factor by factor, the number of skew-symmetric ones in front."""
    sign: Rational = 1
    other: list[Form] = []
    for part in reversed(parts):
        c, t = scaled_parts(turned(part))
        sign, other = sign * c, [*other, t]
    return sign, other


def is_skew(form: Form) -> bool:
    """Whether ``Aᵀ = −A``."""
    before = len(facts)
    c, other = scaled_parts(turned(form))
    one, plain = scaled_parts(form)
    opposite = negative(form)
    del facts[before:]
    return form.shape != () and (other is opposite if c == 1 else other is plain and c == -one)


def _order(parts: Sequence[Form]) -> tuple[int, list[bytes]]:
    return sum(t.head == TURNED for t in parts[1:-1]), [t.digest for t in parts]


def turned(form: Form) -> Form:
    """``(AB)ᵀ = BᵀAᵀ``, ``(Aᵀ)ᵀ = A``, ``Aᵀ = A`` of a symmetric matrix; a long sum of columns is turned as a whole."""
    if form.other_way is None:
        before = len(facts)
        other = _turned(form)
        del facts[before:]
        form.other_way = other
        if other.other_way is None and other is not form:
            other.other_way = form
    if form.head == CHAIN:
        facts.append("turned")
    elif form.head == TURNED:
        facts.append("twice")
    elif form.head == "variable" and "skew" in declared(form):
        facts.append("skew")
    elif form.other_way is form and form.shape and form.head not in ("eye", "diag"):
        facts.append("symmetric")
    return form.other_way


def _turned(form: Form) -> Form:
    """Iterative over sums, products and rows: what lies inside is turned first, and kept until it is used."""
    inside: dict[Form, Sequence[Form]] = {}
    stack = [form]
    while stack:
        t = stack[-1]
        if t.other_way is not None:
            stack.pop()
            continue
        if t not in inside:
            inside[t] = _turned_inside(t)
        waiting = [a for a in inside[t] if a.other_way is None and a is not t]
        if waiting:
            stack.extend(waiting)
            continue
        t.other_way = _one_turned(t)
        stack.pop()
    assert form.other_way is not None
    return form.other_way


def _turned_inside(form: Form) -> Sequence[Form]:
    matrix = is_wide(form.shape)
    if form.head == CHAIN or (form.head == SUM and (len(form.args) == 1 or (matrix and len(form.args) <= OPENED))):
        return [t for t in form.args if t.shape]
    if form.head == PRODUCT and matrix:
        return [t for t in form.args if t.shape]
    if form.head == PRODUCT:
        rest = split(form)[2]
        return [rest] if rest is not form else []
    if form.head == INVERSE or _turns_inside(form) or (matrix and _is_elementwise(form)):
        return [t for t in form.args if t.shape]
    return []


def _one_turned(form: Form) -> Form:
    head, args = form.head, form.args
    if not form.shape or head in ("eye", "diag"):
        return form
    if head == TURNED:
        return args[0]
    shape = turned_shape(form.shape)
    matrix = is_wide(shape)
    if head in ("ones", "zeros") and matrix:
        return make(head, (), shape, shape)
    if head == CHAIN:
        return _chain_of_turned([t.other_way or turned(t) for t in reversed(args)], shape)
    if head == "variable":
        if declared(form) & SYMMETRIC:
            return form
        if "skew" in declared(form):
            return scaled(-1, form)
    if head == SUM and (len(args) == 1 or (matrix and len(args) <= OPENED)):
        return add([(c, turned(t)) for c, t in zip(form.par, args, strict=True)], shape)
    if head == PRODUCT:
        c, scalars, rest = split(form)
        if scalars:
            return with_scalars(c, scalars, turned(rest))
        if matrix:
            return multiply([(turned(t), e) for t, e in zip(args, form.par, strict=True)], shape)
    if _turns_inside(form):
        return construct(head, (turned(args[0]),), form.par, shape)
    if head == INVERSE:
        if args[0].other_way is not None and scaled_parts(args[0].other_way)[1] is args[0]:
            return scaled(scaled_parts(args[0].other_way)[0], form)
        if args[0].other_way is not None and args[0].other_way.head != TURNED and args[0].head == TURNED:
            return construct(INVERSE, (args[0].other_way,), (), shape)
    if matrix and _is_elementwise(form) and all(t.other_way is t for t in args if t.shape):
        return form
    if matrix and _is_elementwise(form) and len(args) == 1 and args[0].other_way is scaled(-1, args[0]):
        return construct(head, (scaled(-1, args[0]),), form.par, shape)
    return make(TURNED, (form,), (), shape)


def _turns_inside(form: Form) -> bool:
    """Whether a Σ is turned term by term: of matrices, and of products, whose order turns round."""
    return form.head == "loop_sum" and (is_matrix(form) or form.args[0].head == CHAIN)


def _is_elementwise(form: Form) -> bool:
    operator = operator_of(form.head)
    return operator is not None and operator.elementwise


def _chain_of_turned(parts: list[Form], shape: Shape) -> Form:
    if 1 not in [len(t.args) for t in parts if t.head == SUM]:
        return make(CHAIN, parts, (), shape)
    return chain(parts, shape)


CONSTRUCTORS[CHAIN] = lambda args, par, shape: chain(args, shape)
CONSTRUCTORS[TURNED] = lambda args, par, shape: turned(args[0])
