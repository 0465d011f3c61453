"""Rows of the table of rewritings, and matching modulo order: the other factors are looked up, not searched.

Both sides of a row are read by mcalc's own parser and made canonical, so that a row can only be about canonical forms.
A name's letter says what it fits: A, B, C matrices; u, v vectors; s, t scalars; a, b anything. A number in front of
`before` is moved to `after`, a product of matrices also stands for its transpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mcalc.rewriting.algebra import add, scaled
from mcalc.rewriting.constructors import construct
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
    make,
    ones,
    scaled_parts,
)
from mcalc.rewriting.functions import shape_of
from mcalc.rewriting.known import declared, is_always_positive
from mcalc.rewriting.rationals import Rational, over
from mcalc.rewriting.shapes import chain_shape, turned_shape, widest
from mcalc.rewriting.signs import turned
from mcalc.rewriting.traces import dimension

Bound = dict[str, Form]
_SIZED = frozenset({"ones", "eye", "dimension"})
"""The constants that stand in a row for those of every size."""
Condition = Callable[[Form], bool]


def _declared(word: str) -> Condition:
    return lambda form: word in declared(form)


CONDITIONS: dict[str, Condition] = {
    "symmetric": lambda form: turned(form) is form,
    "positive": lambda form: _declared("positive")(form) or is_always_positive(form),
    "orthogonal": _declared("orthogonal"),
    "vector": is_column,
    "product": lambda form: form.head == CHAIN,
    "number": lambda form: form.head == NUMBER,
}
"""What a row may ask of the forms that its names are bound to."""


class Row(NamedTuple):
    """``before -> after`` where `before` fits and what `when` asks holds; `sentence` is what a reader is told."""

    name: str
    before: Form
    after: Form
    when: tuple[tuple[str, str], ...]
    sentence: str
    source: str = ""

    def holds(self, bound: Mapping[str, Form]) -> bool:
        """Whether the conditions hold of what the letters stand for."""
        return all(CONDITIONS[condition](bound[name]) for condition, name in self.when)


def is_name(pattern: Form) -> bool:
    """Whether the pattern is a letter, which stands for any form."""
    return pattern.head == "variable"


def letter(pattern: Form) -> str:
    """Its letter."""
    return str(pattern.par[0])


def fits(name: str, form: Form) -> bool:
    """Whether a name of a pattern, by its letter, stands for such a form."""
    if name in "ABC":
        return is_matrix(form)
    if name in "uvw":
        return is_column(form)
    if name in "st":
        return not form.shape
    return True


def matches(pattern: Form, form: Form, bound: Bound) -> Iterator[Bound]:
    """Every way that the pattern is the form."""
    if is_name(pattern):
        name = letter(pattern)
        if name in bound:
            if bound[name] is form:
                yield bound
        elif fits(name, form):
            yield {**bound, name: form}
        return
    if pattern.head != form.head:
        return
    if not pattern.args:
        if pattern is form or (pattern.head in _SIZED and len(pattern.shape) == len(form.shape)):
            yield bound
        return
    if pattern.head in (SUM, PRODUCT):
        if len(pattern.args) == len(form.args) and sorted(pattern.par) == sorted(form.par):
            yield from _in_any_order(pairs_of(pattern), pairs_of(form), bound)
        elif pattern.head == SUM and len(form.args) > len(pattern.args) == 2:
            yield from _with_the_rest(pairs_of(pattern), pairs_of(form), bound)
        return
    if len(pattern.args) == len(form.args) and (pattern.par == form.par or (pattern.par and pattern.head == "unit")):
        yield from each(pattern.args, form.args, bound)


def each(patterns: Sequence[Form], forms: Sequence[Form], bound: Bound) -> Iterator[Bound]:
    """The ways in which patterns match forms, one by one, in order."""
    if not patterns:
        yield bound
        return
    for found in matches(patterns[0], forms[0], bound):
        yield from each(patterns[1:], forms[1:], found)


class Sieve(NamedTuple):
    """What of patterns side by side is seen at a glance: their heads, and where names stand at the top or just below.

    A place is a pattern and one of its arguments, or -1.
    """

    heads: tuple[str, ...]
    places: tuple[tuple[int, int, str], ...]

    def lets_through(self, forms: Sequence[Form], start: int) -> bool:
        """Whether the forms from a place on may be matched, as far as that is seen."""
        for at, head in enumerate(self.heads, start):
            if head and forms[at].head != head:
                return False
        bound: Bound = {}
        for at, below, name in self.places:
            form = forms[start + at]
            if below >= 0:
                if below >= len(form.args):
                    return False
                form = form.args[below]
            if bound.setdefault(name, form) is not form or not fits(name, form):
                return False
        return True


def sieve(patterns: Sequence[Form]) -> Sieve:
    """The sieve of patterns that are matched in order."""
    heads = tuple("" if is_name(pattern) else pattern.head for pattern in patterns)
    places = []
    for at, pattern in enumerate(patterns):
        if is_name(pattern):
            places.append((at, -1, letter(pattern)))
        elif pattern.head not in (SUM, PRODUCT, CHAIN):
            places += [(at, below, letter(arg)) for below, arg in enumerate(pattern.args) if is_name(arg)]
    return Sieve(heads, tuple(places))


def pairs_of(form: Form) -> list[tuple[Form, Rational]]:
    """The parts of a form with their coefficients or exponents."""
    return list(zip(form.args, form.par, strict=True))


def _in_any_order(
    patterns: list[tuple[Form, Rational]], forms: list[tuple[Form, Rational]], bound: Bound
) -> Iterator[Bound]:
    if not patterns:
        yield bound
        return
    (pattern, k), *rest = sorted(patterns, key=lambda pair: (is_name(pair[0]), -pair[0].cost))
    for at, (form, e) in enumerate(forms):
        if e == k and (is_name(pattern) or pattern.head == form.head):
            for found in matches(pattern, form, bound):
                yield from _in_any_order(rest, forms[:at] + forms[at + 1 :], found)


def _with_the_rest(
    patterns: list[tuple[Form, Rational]], forms: list[tuple[Form, Rational]], bound: Bound
) -> Iterator[Bound]:
    """A letter beside one other part of a sum stands for all that is left: ``v`` of ``v - mean(v)`` for ``A·x + b``."""
    (other, k), (bare, c) = sorted(patterns, key=lambda pair: is_name(pair[0]))
    if is_name(other) or not is_name(bare):
        return
    for at, (form, e) in enumerate(forms):
        if e == k and other.head == form.head:
            rest = add([(over(d, c), part) for part, d in forms[:at] + forms[at + 1 :]])
            for found in matches(other, form, bound):
                yield from matches(bare, rest, found)


def names(pattern: Form) -> frozenset[str]:
    """The letters in a pattern."""
    if is_name(pattern):
        return frozenset({letter(pattern)})
    return frozenset().union(*(names(arg) for arg in pattern.args)) if pattern.args else frozenset()


def built(pattern: Form, bound: Bound, as_it_stands: bool = False) -> Form:
    """The pattern with its names replaced: canonical, or, as it stands, for the log to go on from."""
    if is_name(pattern):
        return bound[letter(pattern)]
    if not pattern.args:
        return _sized(pattern, bound)
    args = tuple(built(arg, bound, as_it_stands) for arg in pattern.args)
    shape = _shape(pattern, args)
    maker = make if as_it_stands else construct
    return maker(pattern.head, args, pattern.par, shape)


def _shape(pattern: Form, args: Sequence[Form]) -> tuple[object, ...]:
    if pattern.head == CHAIN:
        return chain_shape(args)
    if pattern.head == TURNED:
        return turned_shape(args[0].shape)
    if pattern.head in (SUM, PRODUCT):
        return widest(args)
    return shape_of(pattern.head, args, pattern.par)


def _sized(pattern: Form, bound: Bound) -> Form:
    """A constant of a pattern in the size of what its names stand for: the first axis that is not 1."""
    if pattern.head not in _SIZED or not bound:
        return pattern
    sizes = [size for form in bound.values() for size in form.shape if size != 1]
    if not sizes:
        return ONE
    if pattern.head == "dimension":
        return dimension(sizes[0])
    shape = (sizes[0],) * len(pattern.shape)
    return make(pattern.head, (), shape[:1] if pattern.head == "eye" else shape, shape)


def after_of(row: Row, bound: Bound, before: Form) -> Form:
    """What the row makes of a product of matrices, as it stands; ones are as many as the product has."""
    after = row.after.args[0] if row.after.head == TURNED else row.after
    if not bound or after.head == "ones":
        return ones(before.shape) if is_column(before) or not is_row(before) else turned(ones(before.shape[1:]))
    return built(row.after, bound, as_it_stands=True)


def reversed_scale(before: Form, after: Form) -> tuple[Form, Form]:
    """Both sides divided by the number in front of the first."""
    c, before = scaled_parts(before)
    return before, scaled(over(1, c), after)


def both_ways(row: Row) -> list[Row]:
    """The row, and, of a product of matrices, its transpose."""
    if row.before.head != CHAIN or not row.before.shape:
        return [row]
    other = turned(row.before)
    if other is row.before or other.head != CHAIN:
        return [row]
    return [row, row._replace(before=other, after=turned(row.after))]
