"""Sums and products in canonical form: ``Σ cᵢ·tᵢ`` and, entry by entry, ``Π bᵢ^eᵢ``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy.core.singleton import S

from mcalc.rewriting.constructors import CONSTRUCTORS, facts
from mcalc.rewriting.forms import (
    NUMBER,
    ONE,
    PRODUCT,
    SUM,
    TURNED,
    Form,
    is_zero,
    make,
    number,
    ones,
    scaled_parts,
    zeros,
)
from mcalc.rewriting.known import is_nonnegative
from mcalc.rewriting.rationals import Rational, power_of, rational, root_of, whole
from mcalc.rewriting.shapes import turned_shape, widest
from mcalc.rewriting.signs import OPENED, turned, with_content
from mcalc.table import INDICATORS
from mcalc.table.records import Shape
from mcalc.table.roles import EXPONENTIAL

# Sums ------------------------------------------------------------------------------------------------------------

Pair = tuple[Rational, Form]


def add(pairs: Sequence[Pair], shape: Shape | None = None) -> Form:
    """``Σ c·t``: sums inside it opened, like terms added, the common number and sign in front."""
    if shape is None:
        shape = widest(form for _, form in pairs)
    if len(pairs) > 1 and len(shape) == 2 and shape[0] is S.One and shape[1] is not S.One:
        column = add([(c, turned(t)) for c, t in pairs], turned_shape(shape))
        return turned(column)
    if len(pairs) == 1 and pairs[0][1].head == SUM:
        c, t = pairs[0]
        if len(t.args) == 1:
            c, t = rational(c * t.par[0]), t.args[0]
        return t if c == 1 else zeros(shape) if c == 0 else make(SUM, (t,), (c,), t.shape)
    found = _like_terms(pairs)
    _expanded(found, shape)
    terms = [(c, t) for t, c in found.items() if c != 0]
    if not terms:
        return zeros(shape)
    if shape and not any([t.shape for _, t in terms]):
        filled = [(c, multiply([(t, 1), (ones(shape), 1)], shape)) for c, t in terms]
        terms = [(rational(c * k), rest) for c, t in filled for k, rest in [scaled_parts(t)]]
    if len(terms) == 1:
        c, t = terms[0]
        if t is ONE:
            return number(c)
        return t if c == 1 else make(SUM, (t,), (c,), t.shape)
    return with_content(terms, shape, len(pairs) > 1)


def _like_terms(pairs: Sequence[Pair]) -> dict[Form, Rational]:
    found: dict[Form, Rational] = {}
    stack = list(reversed(pairs))
    while stack:
        c, t = stack.pop()
        if t.head == SUM and (len(t.args) <= OPENED or len(pairs) == 1):
            if len(t.args) > 1:
                facts.append("open")
            stack.extend((rational(c * k), a) for k, a in zip(reversed(t.par), reversed(t.args), strict=True))
        elif t.head == NUMBER:
            if ONE in found:
                facts.append("added")
            found[ONE] = rational(found.get(ONE, 0) + c * t.par[0])
        elif not is_zero(t):
            before = found.get(t)
            if before is not None:
                facts.append("cancel" if before + c == 0 else "like")
            found[t] = rational(c if before is None else before + c)
    return found


def _expanded(found: dict[Form, Rational], shape: Shape) -> None:
    """Beside other terms, a multiple of ones is the scalar that is expanded."""
    if not shape or len(found) < 2 or not any([_has_ones(t) for t in found if t.head in _MAYBE_FILLED]):
        return
    filler = ones(shape)
    if not any(t.shape and not _is_filled(t, filler) for t, c in found.items() if c != 0):
        return
    for t in [t for t in found if _is_filled(t, filler)]:
        c = found.pop(t)
        bare = ONE
        if t is not filler:
            bare = multiply([(b, e) for b, e in zip(t.args, t.par, strict=True) if b is not filler], ())
        k, bare = scaled_parts(bare)
        found[bare] = rational(found.get(bare, 0) + k * c)
        facts.append("expanded")


_MAYBE_FILLED = frozenset({"ones", PRODUCT})


def _has_ones(form: Form) -> bool:
    return form.head == "ones" or "ones" in [b.head for b in form.args]


def _is_filled(form: Form, filler: Form) -> bool:
    return form is filler or (
        form.head == PRODUCT and filler in form.args and all(b is filler or not b.shape for b in form.args)
    )


def scaled(c: Rational, form: Form) -> Form:
    """``c·a``."""
    return form if c == 1 else add([(c, form)], form.shape)


def negative(form: Form) -> Form:
    """``−a``."""
    return add([(-1, form)], form.shape)


# Products --------------------------------------------------------------------------------------------------------

Power = tuple[Form, Rational]


def multiply(pairs: Iterable[Power], shape: Shape | None = None) -> Form:
    """``Π b^e``: products inside it opened, equal factors united, the number in front."""
    pairs = list(pairs)
    if shape is None:
        shape = widest(form for form, _ in pairs)
    if _are_plain([t for t, _ in pairs]):
        return _product(1, dict(pairs), shape)
    coefficient: Rational = 1
    found: dict[Form, Rational] = {}
    stack = list(reversed(pairs))
    while stack:
        t, e = stack.pop()
        c, rest = scaled_parts(t) if t.head == SUM or t.head == NUMBER else (1, t)
        if c != 1 and len(pairs) > 1:
            facts.append("numbers" if coefficient != 1 else "front")
        elif t is ONE and len(pairs) > 1:
            facts.append("one")
        if c != 1:
            if c == 0 and e > 0:
                facts.append("zero")
                return zeros(shape)
            if c != 0:
                root = power_of(c, int(e)) if whole(e) else root_of(c, e)
                if root is not None:
                    coefficient, t = rational(coefficient * root), rest
        if t is ONE:
            continue
        if is_zero(t) and e > 0:
            facts.append("zero")
            return zeros(shape)
        if t.head == PRODUCT and e == 1 and _are_plain(t.args):
            _united_at_once(found, t)
        elif t.head == PRODUCT and (whole(e) or all(map(is_nonnegative, t.args))):
            powers = t.par if e == 1 else [rational(k * e) for k in t.par]
            stack.extend(zip(t.args, powers, strict=True))
        elif t.head == PRODUCT and any(map(is_nonnegative, t.args)):
            known = [(b, rational(k * e)) for b, k in zip(t.args, t.par, strict=True) if is_nonnegative(b)]
            rest = multiply([(b, k) for b, k in zip(t.args, t.par, strict=True) if not is_nonnegative(b)])
            stack.extend([*known, (rest, e)])
        else:
            _united(found, t, e)
    return _product(coefficient, found, shape)


_SPECIAL = frozenset({NUMBER, PRODUCT, TURNED, "ones", "zeros", "power", EXPONENTIAL, *INDICATORS})
"""What a factor may be for that a product has more to do than to count it."""


def _are_plain(factors: Sequence[Form]) -> bool:
    """Whether factors are counted as they stand, each once."""
    heads = {b.head for b in factors}
    if not _SPECIAL.isdisjoint(heads) or len(set(factors)) < len(factors):
        return False
    return SUM not in heads or 1 not in [len(b.args) for b in factors if b.head == SUM]


def _united_at_once(found: dict[Form, Rational], product: Form) -> None:
    """As each of the factors by `_united`; a long product takes no step for each of them."""
    powers = dict(zip(product.args, product.par, strict=True))
    for t in found.keys() & powers.keys():
        _united(found, t, powers.pop(t))
    found |= powers


def _united(found: dict[Form, Rational], t: Form, e: Rational) -> None:
    if t.head == "ones":
        found.setdefault(t, 0)
        return
    if t.head == EXPONENTIAL and t not in found:
        inverse = make(EXPONENTIAL, (negative(t.args[0]),), (), t.shape)
        if inverse in found:
            t, e = inverse, -e
    before = found.get(t)
    if before is not None:
        facts.append("powers" if before + e != 0 else "quotient")
    found[t] = rational(e if before is None else before + e)


def _with_symbolic_powers(found: dict[Form, Rational]) -> dict[Form, Rational]:
    """``b^p·b^k = b^(p + k)`` where an exponent is no number."""
    result = dict(found)
    for t in [t for t in found if t.head == "power"]:
        e = result.pop(t, None)
        if e is None:
            continue
        base, exponents = t.args[0], [(e, t.args[1])]
        others = [o for o in result if o.head == "power" and o.args[0] is base]
        exponents += [(result.pop(o), o.args[1]) for o in others]
        if base in result:
            exponents.append((result.pop(base), ONE))
        if len(exponents) > 1:
            facts.append("powers")
        whole = add(exponents)
        same = _number_of_all(whole, base.shape)
        if same is not None:
            result[base] = same
        else:
            result[make("power", (base, whole), (), widest((base, whole)))] = 1
    return result


def _number_of_all(exponent: Form, shape: Shape) -> Rational | None:
    """The number that an exponent is: in every entry, of a base that has as many; None where it is none."""
    if exponent.head == NUMBER:
        found: Rational = exponent.par[0]
        return found
    c, rest = scaled_parts(exponent)
    if exponent.shape != shape:
        return None
    return 0 if is_zero(exponent) else c if rest.head == "ones" else None


def _digest_of(power: Power) -> bytes:
    return power[0].digest


def _product(coefficient: Rational, found: dict[Form, Rational], shape: Shape) -> Form:
    heads = {t.head for t in found}
    if "power" in heads:
        found = _with_symbolic_powers(found)
    factors: list[Power] = []
    full = False
    if _SPECIAL.isdisjoint(heads):
        factors = list(found.items()) if all(found.values()) else [(t, e) for t, e in found.items() if e != 0]
        found = {}
    elif "ones" in heads:
        full = any([t.shape and t.head != "ones" for t, e in found.items() if e != 0])
    for t, e in found.items():
        if t.head == "ones":
            if full or t.shape != shape:
                facts.append("unit")
            else:
                factors.append((t, 1))
        elif e != 0:
            if t.head == EXPONENTIAL and e < 0:
                t, e = make(EXPONENTIAL, (negative(t.args[0]),), (), t.shape), -e
                facts.append("exponential")
            factors.append((t, 1 if t.head in INDICATORS and e > 0 else e))
    if shape and not any([t.shape for t, _ in factors]):
        factors.append((ones(shape), 1))
    if not factors:
        return number(coefficient)
    if len(factors) == 1 and factors[0][1] == 1:
        core = factors[0][0]
    else:
        if len(shape) == 2 and shape[0] is S.One and len([t for t, _ in factors if t.shape]) > 1:
            scalars = [(t, e) for t, e in factors if not t.shape]
            column = multiply([(turned(t), e) for t, e in factors if t.shape], turned_shape(shape))
            return scaled(coefficient, multiply([(turned(column), 1), *scalars], shape))
        factors.sort(key=_digest_of)
        bases, exponents = zip(*factors, strict=True)
        core = make(PRODUCT, bases, exponents, shape)
    return core if coefficient == 1 else add([(coefficient, core)], shape)


def split(form: Form) -> tuple[Rational, list[Power], Form]:
    """The number in front, the scalar factors, and what they multiply."""
    c, form = scaled_parts(form)
    if form.head == PRODUCT and form.shape:
        pairs = list(zip(form.args, form.par, strict=True))
        scalars = [(b, e) for b, e in pairs if not b.shape]
        if scalars:
            return c, scalars, multiply([(b, e) for b, e in pairs if b.shape], form.shape)
    return c, [], form


def with_scalars(c: Rational, scalars: Sequence[Power], form: Form) -> Form:
    """``c·s₁^p₁·…·a``."""
    if scalars:
        form = multiply([(form, 1), *scalars], form.shape)
    return scaled(c, form)


CONSTRUCTORS[SUM] = lambda args, par, shape: add(list(zip(par, args, strict=True)), shape)
CONSTRUCTORS[PRODUCT] = lambda args, par, shape: (
    _product(1, dict(zip(args, par, strict=True)), shape)
    if _are_plain(args)
    else multiply(list(zip(args, par, strict=True)), shape)
)
