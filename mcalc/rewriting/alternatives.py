"""Other ways to write a form that are shorter or nearer to what one is used to."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import NamedTuple

from mcalc.rewriting.algebra import add, negative
from mcalc.rewriting.forms import (
    CHAIN,
    NUMBER,
    ONE,
    PRODUCT,
    SUM,
    TURNED,
    Form,
    is_column,
    is_dot,
    is_matrix,
    is_row,
    make,
    number,
    scaled_parts,
)
from mcalc.rewriting.heads import known_operator
from mcalc.rewriting.rationals import Rational, rational
from mcalc.rewriting.shapes import turned_shape
from mcalc.rewriting.signs import turned
from mcalc.rewriting.traces import size_of
from mcalc.table.roles import INVERSE, NORM
from mcalc.tree import build
from mcalc.tree.node import Node
from mcalc.tree.stacks import among_zeros, is_selection

_STRUCTURAL = frozenset({"eye", "diag", CHAIN})

ROTATED = 12
WRITTEN_AS_FACTORS = frozenset({"variable", CHAIN, "diag", INVERSE, "eye"})
"""What is written as a factor before ``1⃗``; of anything else, the sum along an axis."""


def term(c: Rational, t: Form) -> Form:
    """``c·t``, as a sum of one term."""
    return t if c == 1 else make(SUM, (t,), (c,), t.shape)


def all_negative(t: Form) -> bool:
    """In a sum that has a positive term a minus sign costs nothing: no difference is turned round for it."""
    return all(c < 0 for c in t.par)


def without_content(t: Form) -> Form:
    """``2x + 1`` of ``18x + 9``, of a sum with whole numbers in front of its terms."""
    numbers = [c for c in t.par if isinstance(c, int)]
    common = gcd(*numbers) if len(numbers) == len(t.par) else 1
    return t if common < 2 else make(SUM, t.args, (c // common for c in numbers), t.shape)


def is_structural(t: Form) -> bool:
    """A term whose entries differ by their place: beside it an all-ones matrix is written."""
    return is_matrix(t) and (t.head in _STRUCTURAL or (t.head in (PRODUCT, TURNED) and any(map(is_structural, t.args))))


def all_turned(t: Form) -> Form:
    """The sum of the transposes of its terms."""
    pairs = sorted(((c, turned(a)) for c, a in zip(t.par, t.args, strict=True)), key=lambda pair: pair[1].digest)
    return make(SUM, (a for _, a in pairs), (c for c, _ in pairs), turned_shape(t.shape))


def _sign_inside(t: Form) -> Form:
    """``(b − a)ᵀ`` for ``−(a − b)ᵀ``."""
    c, core = scaled_parts(t)
    if c != -1 or core.head != TURNED or core.args[0].head != SUM:
        return t
    column = core.args[0]
    return make(TURNED, (make(SUM, column.args, (-k for k in column.par), column.shape),), (), core.shape)


def as_sum_of_rows(t: Form, more: int) -> Form | None:
    """``(2Aᵀx + y)ᵀ`` as a sum of rows where that is shorter; a product may take one or two tokens more."""
    if more:
        t = _sign_inside(t)
    if t.head != TURNED or t.args[0].head != SUM or not is_column(t.args[0]) or len(t.args[0].args) > ROTATED:
        return None
    column = t.args[0]
    rows = [(c, turned(a) if a.shape else a) for c, a in zip(column.par, column.args, strict=True)]
    whole = make(SUM, (a for _, a in rows), (c for c, _ in rows), t.shape)
    products = any(_is_product_of_row(b) for _, a in rows for b in (a.args if a.head == PRODUCT else (a,)))
    return whole if whole.cost < t.cost + (more if products else 0) else None


def _is_product_of_row(t: Form) -> bool:
    return t.head == CHAIN and bool(t.shape) and not all(a.head == TURNED for a in t.args)


def dot_of(t: Form) -> tuple[Form, Form] | None:
    """u and v where a sum is written u·v."""
    if t.head != "sum" or not is_dot(t):
        return None
    one, other = sorted(t.args[0].args, key=_place_in_dot)
    return one, other


def _place_in_dot(b: Form) -> tuple[object, ...]:
    return _lies(b), b.cost, b.head == "differential", str(b.par), b.digest


def _lies(b: Form) -> int:
    """What is a row where it comes from stands first in a dot product, ``X[i]·w``, and then a column of a matrix."""
    if b.head == TURNED:
        return 0
    if b.head != "element" or len(b.args[0].shape) != 2:
        return 3
    return 1 if b.par[0] is not None else 2


class Mean(NamedTuple):
    """``mean(a)``, of squares, or along an axis, and that on a diagonal."""

    inner: Form
    squared: bool = False
    axis: int | None = None
    on_diagonal: bool = False


def means_of(pairs: list[tuple[Form, Rational]]) -> tuple[list[tuple[Form, Rational]], list[Mean]]:
    """A sum, a sum of squares, or sums along an axis, over the number of entries."""
    if not any([a.head == "dimension" and e < 0 for a, e in pairs]):
        return pairs, []
    for a, e in pairs:
        if e != (2 if a.head == NORM else 1):
            continue
        found, size = _total(a)
        if found is None or size is None:
            continue
        own = list(zip(size.args, size.par, strict=True)) if size.head == PRODUCT else [(size, 1)]
        powers = dict(pairs)
        if size.head != NUMBER and all(powers.get(s, 0) <= -k for s, k in own):
            left = {**powers, **{s: rational(powers[s] + k) for s, k in own}, a: 0}
            return [(b, k) for b, k in left.items() if k], [found]
    return pairs, []


def _total(a: Form) -> tuple[Mean | None, Form | None]:
    if a.head == NORM or (a.head == "sum" and not a.par):
        return Mean(a.args[0], a.head == NORM), size_of(a.args[0].shape)
    along = along_axis(a.args[0] if a.head == "diag" else a)
    if along is None:
        return None, None
    inner, axis = along
    return Mean(inner, False, axis, a.head == "diag"), size_of(inner.shape[axis : axis + 1])


WRITTEN_OUT = frozenset({"stack", "stack_rows", "grid"})


def opposites(entries: Sequence[Form]) -> dict[Form, Form]:
    """Of entries that are not short, those that are the negative of another one, which is written with a minus sign."""
    known = set(entries)
    pairs = [(a, negative(a)) for a in known if scaled_parts(a)[0] < 0 and a.cost > _SHORT]
    return {a: other for a, other in pairs if other in known}


_SHORT = 4


def several_times(root: Form) -> frozenset[Form]:
    """The differences in a value that stand in several places of it, and whose sign could be turned in some.

    And the norms that it has as they are and squared: the square is then written of the norm, and not ``x·x``.
    """
    if not root.uneven or root.cost > _LONGEST:
        return frozenset()
    uses: dict[Form, int] = {}
    plain: set[Form] = set()
    stack, met = [root], {root}
    while stack:
        t = stack.pop()
        for at, a in enumerate(t.args):
            if not a.uneven:
                continue
            uses[a] = uses.get(a, 0) + 1
            if a.head == NORM and not (t.head == PRODUCT and t.par[at] % 2 == 0):
                plain.add(a)
            if a not in met:
                met.add(a)
                stack.append(a)
    several = (a for a, times in uses.items() if times > 1)
    return frozenset(a for a in several if a in plain or (a.head == SUM and a.turns and len(a.args) > 1))


_LONGEST = 400


def along_axis(a: Form) -> tuple[Form, int] | None:
    """A and 1 where a column is ``A·1⃗``, the sum over columns; A and 0 where it is ``Aᵀ·1⃗``."""
    if a.head != CHAIN or len(a.args) != 2 or not is_matrix(a.args[0]):
        return None
    if a.args[1].head != "ones" or not is_column(a.args[1]):
        return None
    inner = a.args[0]
    return (turned(inner), 0) if inner.gain >= (1 if inner.head == TURNED else 2) else (inner, 1)


def in_places(t: Form, parts: Sequence[Node]) -> Node | None:
    """``I[:, a..b]·v`` as ``[0⃗; v; 0⃗]``, in a column and in a row; None where there is no such factor."""
    last = parts[-1].args[0] if parts[-1].operator.name == "transpose" else None
    if last is not None and is_row(t) and is_selection(last):
        return build.apply("transpose", among_zeros(last, build.transpose(build.chain(parts[:-1]))))
    at = next((at for at, part in enumerate(parts[:-1]) if is_selection(part)), None)
    if at is None or not is_column(t.args[-1]):
        return None
    return build.chain([*parts[:at], among_zeros(parts[at], build.chain(parts[at + 1 :]))])


def with_bound_on_the_right(t: Form) -> Form | None:
    """``1 - z > 0`` is written ``z < 1``, and ``1 > z`` too."""
    left, right = t.args
    if left.head == NUMBER and right.head != NUMBER:
        return make(known_operator(t.head).mirrored, (right, left), (), t.shape)
    k, left = scaled_parts(left)
    if right.head != NUMBER or left.head != SUM:
        return None
    pairs = [(rational(k * c), a) for c, a in zip(left.par, left.args, strict=True)]
    constant = next((c for c, a in pairs if a is ONE), 0)
    if not constant:
        return None
    pairs = [(c, a) for c, a in pairs if a is not ONE]
    rest, bound, head = add(pairs, left.shape), rational(right.par[0] - constant), t.head
    if all(c < 0 for c, _ in pairs):
        rest, bound, head = negative(rest), rational(-bound), known_operator(head).mirrored
    return make(head, (rest, number(bound)), (), t.shape)


def turned_as_a_whole(t: Form) -> Form | None:
    """``(A·B)ᵀ`` of ``Bᵀ·Aᵀ``, and so of an inverse and of an element-wise product of transposes."""
    if t.head == INVERSE and (straight := _straight(t)) is not None:
        return make(TURNED, (straight,), (), t.shape)
    chain = t.head == CHAIN and (is_matrix(t) or is_row(t))
    if not chain and not (t.head == PRODUCT and is_matrix(t) and len(t.args) > 1):
        return None
    every: list[Form] = []
    for a in reversed(t.args) if chain else t.args:
        straight = _straight(a) if chain or a.head == TURNED else None
        if straight is None:
            return None
        every.append(straight)
    return make(TURNED, (make(t.head, every, t.par, turned_shape(t.shape)),), (), t.shape)


def _straight(t: Form) -> Form | None:
    """What a factor is the transpose of: of ``Aᵀ``, and of ``inv((A + B)ᵀ)``."""
    if t.head == TURNED:
        return t.args[0]
    if t.head == INVERSE and t.args[0].head == SUM and t.args[0].gain >= 2:
        return make(INVERSE, (all_turned(t.args[0]),), (), t.shape)
    return None
