"""What one factor makes of another in one product: an inverse beside its matrix, a mask beside what it cuts off."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.rewriting.constructors import construct
from mcalc.rewriting.forms import CHAIN, ONE, PRODUCT, SUM, TURNED, ZERO, Form, identity, make
from mcalc.rewriting.heads import operator_of
from mcalc.rewriting.patterns import Row
from mcalc.rewriting.signs import turned
from mcalc.table import COMPARISONS
from mcalc.table.roles import INVERSE
from mcalc.table.sentences import told

INVERSE_BESIDE = Row("inverse of a product", ONE, ONE, (), told("{B·(A·B)⁻¹} is {A⁻¹}"))


def inverse_beside(parts: Sequence[Form]) -> tuple[int, Form] | None:
    """What factors that stand first in a row come to beside an inverse, and how many they are; None where they do not.

    ``B (A B)⁻¹ = A⁻¹`` and ``(A B)⁻¹ A = B⁻¹``, all of them square; ``(A B)⁻¹ A B = A B (A B)⁻¹ = I`` for any shapes.
    """
    row = _inverted(parts[0])
    if row is not None and tuple(parts[1 : len(row) + 1]) == row:
        return len(row) + 1, identity(parts[0].shape[0])
    if row is not None and parts[1] is row[0] and _of_one_shape(row, parts[0]):
        return 2, _inverse_of(row[1:], parts[0])
    for end, inverse in enumerate(parts[1:], 1):
        row = _inverted(inverse)
        if row is not None and len(row) == end and tuple(parts[:end]) == row:
            return end + 1, identity(inverse.shape[0])
        if row is not None and end == 1 and parts[0] is row[-1] and _of_one_shape(row, inverse):
            return 2, _inverse_of(row[:-1], inverse)
        if end > LONGEST_INVERTED:
            break
    return None


LONGEST_INVERTED = 12
"""A longer row is not sought in front of its inverse."""


def has_inverse(parts: Sequence[Form]) -> bool:
    """Whether one of the factors is an inverse, or the transpose of one."""
    return INVERSE in [(part.args[0] if part.head == TURNED else part).head for part in parts]


def _of_one_shape(parts: Sequence[Form], form: Form) -> bool:
    return all(part.shape == form.shape for part in parts)


def _inverse_of(row: Sequence[Form], form: Form) -> Form:
    inner = make(CHAIN, row, (), form.shape) if len(row) > 1 else row[0]
    return construct(INVERSE, (inner,), (), form.shape)


def _inverted(form: Form) -> tuple[Form, ...] | None:
    """The factors of what a form is the inverse of."""
    inner = form.args[0] if form.head == INVERSE else None
    if form.head == TURNED and form.args[0].head == INVERSE:
        inner = turned(form.args[0].args[0])
    return inner.args if inner is not None and inner.head == CHAIN else None


def where_positive(t: Form) -> Form | None:
    """A product with a mask in which a sum has the same value cut off at 0; None where there is none."""
    masks = {b.args[0] for b, e in zip(t.args, t.par, strict=True) if b.head == COMPARISONS[">"] and b.args[1] is ZERO}
    for at, factor in enumerate(t.args if masks else ()):
        core = factor if factor.head == SUM else None
        if core is None:
            continue
        parts = [_cut_off(part, masks) for part in core.args]
        if any(new is not part for new, part in zip(parts, core.args, strict=True)):
            new = make(SUM, parts, core.par, core.shape)
            return make(PRODUCT, (*t.args[:at], new, *t.args[at + 1 :]), t.par, t.shape)
    return None


def _cut_off(form: Form, masks: set[Form]) -> Form:
    """z for ``max(0, z)``, ``relu(z)``, ``abs(z)`` where z is known to be positive; any other form as it is."""
    operator = operator_of(form.head)
    if operator is None:
        return form
    if operator.where_positive == "a" and form.args[0] in masks:
        return form.args[0]
    if operator.branches and ZERO in form.args and len(form.args) == 2:
        named = dict(zip(operator.argument_names, form.args, strict=True))
        for name, positive in operator.branches:
            if named.get(name) in masks and positive == " - ".join([name, *(o for o in named if o != name)]):
                return named[name]
    return form
