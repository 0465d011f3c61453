"""From forms to the tree, as a careful author writes: the user's own order and signs, one fraction bar, means, dots."""

from __future__ import annotations

from collections.abc import Sequence
from operator import eq

from sympy.core.singleton import S

from mcalc.rewriting.alternatives import (
    ROTATED,
    WRITTEN_AS_FACTORS,
    WRITTEN_OUT,
    all_negative,
    all_turned,
    along_axis,
    as_sum_of_rows,
    dot_of,
    in_places,
    is_structural,
    means_of,
    opposites,
    several_times,
    term,
    turned_as_a_whole,
    with_bound_on_the_right,
    without_content,
)
from mcalc.rewriting.forms import (
    CHAIN,
    NUMBER,
    ONE,
    PRODUCT,
    SUM,
    TURNED,
    Form,
    is_column,
    is_matrix,
    is_row,
    is_zero,
    make,
    opened_content,
    scaled_parts,
)
from mcalc.rewriting.heads import known_operator
from mcalc.rewriting.rationals import Rational, over, power_of, rational, whole
from mcalc.rewriting.reading import Typed
from mcalc.rewriting.signs import from_constant, keeping, turned, turned_round
from mcalc.rewriting.written import (
    Powers,
    alike_inside,
    as_they_are,
    exact,
    in_order,
    in_typed_order,
    reading_order,
    with_number,
)
from mcalc.table import TABLE
from mcalc.table.roles import DELTA, NORM, TRACE
from mcalc.tree import build
from mcalc.tree.node import Node

_LEAVES = frozenset({"variable", "dimension", "loop_index", "partial", "differential", "pi", "unit", DELTA})


class Writer:
    """Forms written as nodes, each once."""

    def __init__(self, typed: Typed | None = None, kept: frozenset[Form] = frozenset()) -> None:
        self.typed = typed or Typed()
        self.kept = kept
        self._others: dict[frozenset[Form], Writer] = {}
        self.shown: dict[Form, Node] = {}
        self._turned_round: tuple[dict[Form, Form | None], dict[Form, Form | None]] = {}, {}
        self._refused: set[Form] = set()
        self.opposites: dict[Form, Form] = {}  # written with a minus sign before the other form

    def show(self, root: Form) -> Node:
        """The form as a careful author writes it; a difference that stands in several places has one sign in all."""
        several = several_times(root) if not self.shown or not self.kept else self.kept
        if not several <= self.kept:
            return self._others.setdefault(several, Writer(self.typed, several)).show(root)
        with keeping(self.typed.signs, self.typed.order):
            rows = as_sum_of_rows(root, 2)
            stack = [root := root if rows is None else rows]
            waited_for: set[Form] = set()
            while stack:
                t = stack[-1]
                waiting = [] if t in self.shown else [part for part in self._parts(t) if part not in self.shown]
                if not waited_for.isdisjoint(waiting):
                    while self._other(stack[-1]) is None:
                        waited_for.discard(stack.pop())
                    self._refused.add(stack[-1])
                    waited_for.discard(stack[-1])
                elif waiting:
                    waited_for.add(t)
                    stack.extend(waiting)
                else:
                    if t not in self.shown:
                        self.shown[t] = self._show(t)
                    waited_for.discard(stack.pop())
            return self.shown[root]

    # What is written first: a sum may be written turned over, a factor with its sign turned

    def _parts(self, t: Form) -> Sequence[Form]:
        if t in self.typed.nodes:
            return ()
        if t in self.opposites:
            return (self.opposites[t],)
        self.opposites |= opposites(t.args) if t.head in WRITTEN_OUT else {}
        other = self._other(t)
        if other is not None:
            return (other,)
        if t.head == PRODUCT or (t.head == SUM and len(t.args) == 1):
            c, rest = self._signed(t)
            if opened_content(c, rest) is not None:
                return self._parts_of_sum(rest)
            return rest.args if rest.head == PRODUCT else (rest,)
        if t.head == SUM:
            return self._parts_of_sum(t)
        both = dot_of(t)
        return t.args if both is None else both

    def _parts_of_sum(self, t: Form) -> list[Form]:
        found: list[Form] = []
        for c, a in zip(t.par, t.args, strict=True):
            if a is not ONE:
                rest = self._signed(term(c, a), all_negative(t))[1]
                found += rest.args if rest.head == PRODUCT else (rest,)
        return found

    def _signed(self, t: Form, alone: bool = True) -> tuple[Rational, Form]:
        """Number and product, the sign taken into a difference: ``-2(y - z)`` is ``2(z - y)``."""
        c, t = scaled_parts(t)
        if c < 0 and alone:
            other = self._round(t) or self._round(t, True)
            if other is not None:
                return rational(-c), other
            if t.head == SUM and len(t.args) > 1 and any(k < 0 for k in t.par):
                return rational(-c), make(SUM, t.args, (-k for k in t.par), t.shape)
        return c, t

    def _round(self, t: Form, constant: bool = False) -> Form | None:
        """``-t`` with the sign in a difference that may turn, or None; ``1 - x²``, from a `constant`, only at last."""
        return turned_round(
            t, self._turned_round[constant], lambda sum_: sum_ in self.kept or (not constant and from_constant(sum_))
        )

    def _other(self, t: Form) -> Form | None:
        """Its alternative, unless that is written by way of this form."""
        return None if t in self._refused else self._alternative(t)

    def _alternative(self, t: Form) -> Form | None:
        """Another form of the same value that is shorter to write."""
        if t.head == TURNED:
            return as_sum_of_rows(t, 0)
        if t.head == SUM and len(t.args) > 1 and is_matrix(t):
            gain = t.gain
            if gain >= 2 or (gain == 1 and self.typed.has_sum(turned(t))):
                return make(TURNED, (all_turned(t),), (), t.shape)
        if (whole := turned_as_a_whole(t)) is not None:
            return whole
        return with_bound_on_the_right(t) if t.head in TABLE and TABLE[t.head].mirrored else None

    # Writing

    def _show(self, t: Form) -> Node:
        if t in self.typed.nodes:
            return self.typed.nodes[t]
        if t in self.opposites:
            return build.apply("negative", self.shown[self.opposites[t]])
        other = self._other(t)
        if other is not None:
            return self.shown[other]
        if t.head == NUMBER:
            return build.number(exact(t.par[0]))
        if is_zero(t):
            return build.zeros(t.shape)
        if t.head == PRODUCT and t.shape and not any(t.par):  # w⁰
            return build.ones(t.shape)
        if t.head in _LEAVES:
            return Node(known_operator(t.head), (), t.par, t.shape)
        if t.head == SUM and len(t.args) > 1:
            return self._sum(t)
        if t.head in (PRODUCT, SUM):
            return self._term(t)
        if t.head == CHAIN:
            return self._chain(t)
        if t.head == TURNED:
            return build.apply("transpose", self.shown[t.args[0]])
        if t.head == TRACE and t.args[0].head == CHAIN:
            return self._trace(t.args[0].args)
        both = dot_of(t)
        if both is not None:
            one, other_one = (self.shown[part] for part in both)
            return build.apply("dot", one, other_one)
        operator = known_operator(t.head)
        args = [self.shown[a] for a in t.args]
        if operator.indicator:
            args = alike_inside(t, args)
        return Node(operator, args, t.par, tuple(operator.shape(eq, [arg.shape for arg in args], *t.par)))

    def _chain(self, t: Form) -> Node:
        """Of an outer product, the row is written as one transpose where it is made of transposes alone."""
        parts = [self.shown[a] for a in t.args]
        if (placed := in_places(t, parts)) is not None:
            return placed
        along = along_axis(t)
        if along is not None and along[0].head not in WRITTEN_AS_FACTORS:
            node = self.shown.get(along[0]) or self.show(along[0])
            return build.apply("sum", node, parameters=(along[1],))
        start = next((at for at, a in enumerate(t.args) if is_row(a)), 0)
        if 0 < start < len(parts) - 1 and all(node.operator.name == "transpose" for node in parts[start:]):
            column = build.chain([node.args[0] for node in reversed(parts[start:])])
            return build.apply("outer", build.chain(parts[:start]), column)
        return build.chain(parts)

    def _trace(self, parts: Sequence[Form]) -> Node:
        """Of two matrices, one of them turned, the sum over the products of their entries."""
        if len(parts) == 2 and any(part.gain > 0 for part in parts):
            one, other = parts if parts[0].gain > 0 else parts[::-1]
            plain = [turned(one), other]
            nodes = [self.shown.get(part) or self.show(part) for part in plain]
            return build.apply("sum", build.apply("multiply", *sorted(nodes, key=lambda node: node.key)))
        nodes = [self.shown.get(part) or self.show(part) for part in parts]
        ways = [nodes[at:] + nodes[:at] for at in range(len(nodes))] if len(nodes) <= ROTATED else [nodes]
        return build.apply(TRACE, build.chain(min(ways, key=reading_order)))

    def _sum(self, t: Form) -> Node:
        filled = is_matrix(t) and any(is_structural(a) for a in t.args)
        alone = all_negative(t)

        def one(c: Rational, a: Form) -> Node:
            if filled and not a.shape:
                left, scalars, _ = self._powers(a)
                return build.scaled(exact(rational(c * left)), scalars, build.ones(t.shape))
            if a is ONE:
                return build.number(exact(c))
            return self._term(term(c, a), alone)

        typed = self.typed.order.get(t) or self.typed.order.get(without_content(t))
        if typed is not None and len(typed) == len(t.args) and set(typed) == set(t.args):
            by = dict(zip(t.args, t.par, strict=True))
            if by[typed[0]] > 0:
                return build.apply("add", *(one(by[a], a) for a in typed))
        pairs = [(one(c, a), a) for c, a in zip(t.par, t.args, strict=True)]
        pairs.sort(key=lambda pair: build.reading_place(pair[0]))
        return build.apply("add", *(node for node, _ in in_typed_order(pairs, self.typed.places)))

    def _powers(self, t: Form) -> tuple[Rational, Powers, Powers]:
        """The scalar factors and the others, each with its exponent; a sum over its number of entries is a mean.

        The number is what is left over where a sum is written with the fractions that were typed in it.
        """
        scalars: Powers = []
        arrays: Powers = []
        left: Rational = 1
        if t is ONE:
            return left, scalars, arrays
        pairs: list[tuple[Form, Rational]] = list(zip(t.args, t.par, strict=True)) if t.head == PRODUCT else [(t, 1)]
        pairs, means = means_of(pairs)
        plain, pairs = as_they_are(pairs, self.shown)
        scalars += [(node, S.One) for a, node in plain if not a.shape]
        arrays += [(node, S.One) for a, node in plain if a.shape]
        for inner, squared, axis, on_diagonal in means:
            node = self.shown.get(inner) or self.show(inner)
            node = build.raised(node, exact(2)) if squared else node
            average = build.apply("mean", node, parameters=() if axis is None else (axis,))
            average = build.apply("diag", average) if on_diagonal else average
            (scalars if axis is None else arrays).append((average, exact(1)))
        for a, e in pairs:
            k = self._typed_content(a)
            if k is not None and whole(e):
                left = over(left, power_of(k, int(e)))
                a = make(SUM, a.args, (rational(k * c) for c in a.par), a.shape)
                node = self._sum(a)
            else:
                node = self.shown.get(a) or self.show(a)
            squared = a.head == NORM and e.denominator == 1 and e % 2 == 0 and a not in self.kept
            if squared and is_column(a.args[0]) and not a.args[0].args:
                node, e = build.apply("dot", node.args[0], node.args[0]), over(e, 2)
            (arrays if a.shape else scalars).append((node, S.One if e == 1 else exact(e)))
        return left, in_order(scalars), in_order(arrays)

    def _typed_content(self, a: Form) -> Rational | None:
        """The number that a sum was typed with in front of each term: 1/3 of ``3x - 1`` where that was ``x - 1/3``."""
        content = self.typed.content
        if a.head != SUM or len(a.args) < 2 or not content:
            return None
        return content.get(a) or content.get(make(SUM, a.args, (rational(-c) for c in a.par), a.shape))

    def _term(self, t: Form, alone: bool = True) -> Node:
        c, t = self._signed(t, alone)
        opened = None if self._typed_content(t) is not None else opened_content(c, t)
        if opened is not None:
            return self._sum(opened)
        left, scalars, arrays = self._powers(t)
        c = rational(c * left)
        body = None
        if arrays:
            single = len(arrays) == 1 and arrays[0][1] == 1
            body = arrays[0][0] if single else build.elementwise_product(arrays)
        return with_number(c, scalars, body)
