"""The heads of forms that are operators: by their names, those of the table and others that were met in a value."""

from __future__ import annotations

from mcalc.table import TABLE
from mcalc.table.records import Operator

_met: dict[str, Operator] = {}


def head_of(operator: Operator) -> str:
    """The head that stands for an operator: its name, and a number where another has that name."""
    if TABLE.get(operator.name) is operator:
        return operator.name
    head, number = operator.name, 1
    while head in TABLE or _met.get(head, operator) is not operator:
        number += 1
        head = f"{operator.name}#{number}"
    _met[head] = operator
    return head


def operator_of(head: str) -> Operator | None:
    """The operator that a head stands for; None of the algebra's own heads."""
    return TABLE.get(head) or _met.get(head)


def known_operator(head: str) -> Operator:
    """The operator that a head stands for."""
    operator = operator_of(head)
    assert operator is not None, head
    return operator
