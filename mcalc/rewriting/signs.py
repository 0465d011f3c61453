"""The number and the sign in front of a sum: as it was typed, or by one rule for a sum and its transpose."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from math import gcd

from mcalc.rewriting.constructors import construct, facts
from mcalc.rewriting.forms import ONE, PRODUCT, SUM, TURNED, Form, make, scaled_parts, stands_twice
from mcalc.rewriting.rationals import Rational, odd, over, rational
from mcalc.rewriting.shapes import is_wide, turned_shape
from mcalc.table.records import Shape

Pair = tuple[Rational, Form]
OPENED = 12
"""A sum inside of a sum with more terms than this stays a part of its own."""
_LONG_DENOMINATOR = 1000

_kept: set[Form] = set()
_typed: Collection[Form] = ()


@contextmanager
def keeping(signs: set[Form], sums: Collection[Form] = ()) -> Iterator[None]:
    """Differences typed the other way round than the canonical one are kept so; typed sums get no I taken out."""
    global _kept, _typed
    before = _kept, _typed
    _kept, _typed = signs, sums
    try:
        yield
    finally:
        _kept, _typed = before


def is_typed(t: Form) -> bool:
    """Whether a sum, its negative or its transpose is one that was typed."""
    if not _typed or t.head != SUM:
        return False
    negative = make(SUM, t.args, (-k for k in t.par), t.shape)
    ways = (t, negative, _other_way(t), _other_way(negative))
    return any(way in _typed for way in ways if way is not None)


def turned(form: Form) -> Form:
    """``aᵀ``; a scalar is its own."""
    return construct(TURNED, (form,), (), turned_shape(form.shape)) if form.shape else form


def _place(term: Pair) -> bytes:
    """By which terms are in order."""
    return term[1].digest


def with_content(terms: list[Pair], shape: Shape, told: bool) -> Form:
    """``2a + 4b = 2·(a + 2b)``: a sum with the number that all terms share in front; where it is `told`, as a fact."""
    terms.sort(key=_place)
    content = _content(terms)
    if content != 1:
        terms = [(over(c, content), t) for c, t in terms]
        if told:
            facts.append("content")
    numbers, parts = zip(*terms, strict=True)
    core = make(SUM, parts, numbers, shape)
    if _kept and (core in _kept or _other_way(core) in _kept):
        core, content = make(SUM, core.args, (-c for c in core.par), shape), -content
    return core if content == 1 else make(SUM, (core,), (content,), shape)


def _other_way(core: Form) -> Form | None:
    """The transpose of a sum of matrices, its signs as they are: both are kept as one of them was typed."""
    if not is_wide(core.shape) or len(core.args) > OPENED or not all(t.shape for t in core.args):
        return None
    terms = [
        (rational(c * k), rest)
        for c, t in zip(core.par, core.args, strict=True)
        for k, rest in [scaled_parts(turned(t))]
    ]
    terms.sort(key=_place)
    return make(SUM, (t for _, t in terms), (c for c, _ in terms), turned_shape(core.shape))


def _weight(term: Form) -> tuple[int, bytes]:
    """By which one of two terms gives the sign: the same for both transposes."""
    if not is_wide(term.shape):
        return term.cost, term.digest
    before = len(facts)
    other = scaled_parts(turned(term))[1]
    del facts[before:]
    return term.cost + other.cost, max(term.digest, other.digest)


def from_constant(t: Form) -> bool:
    """Whether a difference is one from a number, or from I, which gives its sign."""
    return len(t.args) == 2 and any(c > 0 and _is_constant(a) for c, a in zip(t.par, t.args, strict=True))


def _is_constant(t: Form) -> bool:
    return t is ONE or t.head in ("eye", "diag")


def _content(terms: Sequence[Pair]) -> Rational:
    """The number that all coefficients share, with the sign that most have; decimals stay as they are."""
    if all([c == 1 for c, _ in terms]):
        return 1
    above, below = 0, 1
    for c, _ in terms:
        above, below = gcd(above, c.numerator), below * c.denominator // gcd(below, c.denominator)
    if below > _LONG_DENOMINATOR:
        above, below = 1, 1
    plus: Rational = sum([1 if c > 0 else -1 for c, _ in terms])
    if plus == 0:
        constant = next((c for c, t in terms if _is_constant(t)), None)
        plus = constant if constant is not None else max(terms, key=lambda ct: _weight(ct[1]))[0]
    return over(above if plus > 0 else -above, below)


def turned_round(root: Form, known: dict[Form, Form | None], stays: Callable[[Form], bool]) -> Form | None:
    """``-root`` with the sign in the first difference in it that may turn and does not stay as it is, or None."""
    stack = [root]
    while stack:
        t, found = stack[-1], None
        if t in known:
            stack.pop()
            continue
        if t.turns and t.head == SUM:
            found = None if stays(t) else make(SUM, t.args, (-k for k in t.par), t.shape)
        for at, a in enumerate(t.args if t.turns and t.head != SUM else ()):
            if (t.head == PRODUCT and not odd(t.par[at])) or stands_twice(a, t):
                continue
            if a not in known:
                stack.append(a)
                break
            if (new := known[a]) is not None:
                found = make(t.head, (*t.args[:at], new, *t.args[at + 1 :]), t.par, t.shape)
                break
        if stack[-1] is t:
            known[stack.pop()] = found
    return known[root]
