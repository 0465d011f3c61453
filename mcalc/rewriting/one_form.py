"""Whether two values are one form: the order, the brackets, the signs and the places of numbers apart.

Less than equality by rewriting: no row of the table is used, and nothing cancels that has a value in some places alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mcalc.rewriting.forms import ONE, PRODUCT, Form, scaled_parts
from mcalc.rewriting.heads import operator_of
from mcalc.rewriting.rationals import whole
from mcalc.rewriting.reading import raw, remade
from mcalc.tree.node import Node


def is_one_form(one: Node, other: Node) -> bool:
    """Whether the constructors make one form of both, ``A·(B·v)`` and ``(A·B)·v``, that has a value where both have."""
    forms = raw([one, other])
    made = remade(forms.values())
    return made[forms[one]] is made[forms[other]] and _has_all_limits([made[forms[one]]], forms.values(), made)


def as_first_written(nodes: Iterable[Node]) -> dict[Node, Node]:
    """For each value the first of them that is one form with it."""
    forms = raw(list(nodes))
    made = remade(forms.values())
    first: dict[Form, Node] = {}
    return {node: first.setdefault(made[forms[node]], node) for node in nodes}


def has_all_limits(roots: Sequence[Node], others: Sequence[Node]) -> bool:
    """Whether what restricts where the others have a value is in the roots as well: ``log(x)`` in ``x·log(x)``."""
    forms = raw([*roots, *others])
    made = remade(forms.values())
    return _has_all_limits([made[forms[root]] for root in roots], [forms[other] for other in others], made)


def _has_all_limits(roots: Iterable[Form], others: Iterable[Form], made: Mapping[Form, Form]) -> bool:
    """Of ``log(x)/log(x)`` and ``x/x`` the constructors make 1, in which neither log(x) nor a quotient is left."""
    left, typed = _inside(roots), _inside(others)
    below = {base for form in left for base in _divisors(form)}
    return {base for form in typed for part in _divisors(form) for base in _bases(made[part])} <= below and {
        scaled_parts(made[form])[1] for form in typed if not _is_total(form)
    } <= left


def _inside(roots: Iterable[Form]) -> set[Form]:
    """The forms, and all that they are made of."""
    stack, seen = list(roots), set[Form]()
    while stack:
        form = stack.pop()
        if form not in seen:
            seen.add(form)
            stack += form.args
    return seen


def _divisors(form: Form) -> list[Form]:
    """What stands below a bar or a root."""
    if form.head != PRODUCT:
        return []
    return [base for base, e in zip(form.args, form.par, strict=True) if e <= 0 or not whole(e)]


def _bases(form: Form) -> Sequence[Form]:
    """The factors of what stands there, without the number before it, of powers their bases."""
    core = scaled_parts(form)[1]
    return () if core is ONE else core.args if core.head == PRODUCT else (core,)


def _is_total(form: Form) -> bool:
    """Whether it has a value wherever its arguments have."""
    operator = operator_of(form.head)
    return operator is None or (operator.domain == "any" and not operator.no_value and operator.open is None)
