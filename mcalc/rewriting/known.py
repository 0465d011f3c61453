"""What is known of a form by what was declared of its names and by how it is made."""

from __future__ import annotations

from mcalc.rewriting.forms import CHAIN, NUMBER, PRODUCT, SUM, TURNED, Form, Rational
from mcalc.rewriting.heads import known_operator


def declared(form: Form) -> frozenset[str]:
    """What was declared of a name, beside its shape."""
    return form.par[1] if form.head == "variable" and len(form.par) > 1 else frozenset()


def is_nonnegative(form: Form) -> bool:
    """Whether no entry is below 0, by what was declared and by how the value is made."""
    if form.head == PRODUCT:
        return all(is_nonnegative(b) or _even(e) for b, e in zip(form.args, form.par, strict=True))
    if form.head == SUM:
        return all(c > 0 and is_nonnegative(t) for c, t in zip(form.par, form.args, strict=True))
    if form.head == NUMBER:
        return bool(form.par[0] >= 0)
    if form.head == "variable":
        return "positive" in declared(form)
    if form.head in (TURNED, CHAIN):
        return all(map(is_nonnegative, form.args))
    operator = known_operator(form.head)
    if operator.nonnegative or operator.indicator or form.head in ("eye", "ones", "unit"):
        return True
    return operator.linear and all(map(is_nonnegative, form.args))


def _even(e: Rational) -> bool:
    return e.denominator == 1 and e % 2 == 0
