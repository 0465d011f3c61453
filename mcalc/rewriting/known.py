"""What is known of a form by what was declared of its names and by how it is made."""

from __future__ import annotations

from mcalc.rewriting.forms import CHAIN, NUMBER, PRODUCT, SUM, TURNED, Form
from mcalc.rewriting.heads import known_operator, operator_of
from mcalc.rewriting.rationals import Rational


def declared(form: Form) -> frozenset[str]:
    """What was declared of a name, beside its shape."""
    return form.par[1] if form.head == "variable" and len(form.par) > 1 else frozenset()


def adds_up(form: Form) -> bool:
    """Whether the entries of a column have the sum 1, by what was declared and by how it is made."""
    operator = operator_of(form.head)
    if operator is None or not operator.adds_up:
        return "probability" in declared(form)
    return len(form.shape) == 1 and not (operator.takes_axis and form.par)


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


def is_always_positive(form: Form) -> bool:
    """Whether the value is positive whatever its arguments are: ``e^a``."""
    operator = operator_of(form.head)
    return operator is not None and operator.positive == "always"


def _even(e: Rational) -> bool:
    return e.denominator == 1 and e % 2 == 0
