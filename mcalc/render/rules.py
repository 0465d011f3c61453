"""The operator table as pages: every operator, or one in full."""

from __future__ import annotations

import difflib

from mcalc.api import read
from mcalc.calculus.index_form import write_partial
from mcalc.expressions.operators import CALLS, TABLE
from mcalc.expressions.records import Operator, Rule
from mcalc.problems import Problem
from mcalc.render.layout import Piece, Row, table


def _shown() -> list[Operator]:
    return [operator for operator in TABLE.values() if operator.example]


def written(operator: Operator) -> str:
    return operator.written_as or operator.example


def formula(operator: Operator, rule: Rule) -> str:
    """The rule as the table has it, for the operator's example."""
    if isinstance(rule.formula, str):
        return rule.formula
    return rule.formula(read(operator.example).value)


def left_side(operator: Operator, rule: Rule) -> str:
    """``∂y[i,j]/∂A[k,l]``, with the indices that the operator's example has."""
    if operator.elementwise:
        return f"∂y/∂{rule.argument}"
    node = read(operator.example).value
    arg = node.args[operator.argument_names.index(rule.argument)]
    return write_partial("y", rule.argument, "ij"[: len(node.axes)], "kl"[: len(arg.axes)], "text")


def rows(name: str | None) -> list[Row]:
    return _one(find(name)) if name else _all()


def find(name: str) -> Operator:
    """The operator of that name; raises Problem with the nearest."""
    if name in TABLE and TABLE[name].example:
        return TABLE[name]
    if name in CALLS:
        return CALLS[name][0]
    near = difflib.get_close_matches(name, [*(operator.name for operator in _shown()), *CALLS], 1, 0.5)
    raise Problem(
        f"There is no operator named `{name}`.",
        hint=f"did you mean {near[0]}?" if near else "`mcalc rules` lists them all",
    )


def _all() -> list[Row]:
    lines: list[Row] = []
    for operator in _shown():
        first = True
        for rule in operator.rules or (None,):
            derivative = f"{left_side(operator, rule)} = {formula(operator, rule)}" if rule else ""
            lines.append(
                [
                    Piece(operator.name if first else "", "heading"),
                    Piece(written(operator) if first else ""),
                    Piece(derivative),
                    Piece(operator.doc if first else "", "quiet"),
                ]
            )
            first = False
    return table(lines, indent="")


def _one(operator: Operator) -> list[Row]:
    page: list[Row] = [
        [Piece(operator.name, "heading"), Piece("  " + written(operator)), Piece("  " + operator.doc, "quiet")],
        [Piece("")],
    ]
    for rule in operator.rules:
        page.append([Piece(f"  {left_side(operator, rule)} = "), Piece(formula(operator, rule), "result")])
        page.append([Piece(f"      {rule.sentence}", "quiet")])
    if not operator.elementwise and operator.rules:
        page.append(
            [
                Piece(
                    "  repeated indices are summed; δ[i,k] is 1 where i = k, else 0; "
                    "the index of an axis that is not there is left out",
                    "quiet",
                )
            ]
        )
    others = [call for call in operator.calls if call != operator.name]
    if others:
        page.append([Piece(f"  also written {', '.join(others)}", "quiet")])
    page.append([Piece("")])
    page += _example(operator)
    return page


def _example(operator: Operator) -> list[Row]:
    """The derivation of the example by its first variable."""
    from mcalc.api import derive
    from mcalc.render.text import rows as derivation_rows

    reading = read(operator.example)
    names = list(reading.names)
    if not names:
        return [[Piece(f"  for example {operator.example}", "quiet")]]
    return derivation_rows(derive(operator.example, names[0], command="explain"), "text")


def markdown(name: str | None) -> str:
    """The table of operators, for a README."""
    operators = [find(name)] if name else _shown()
    lines = ["| operator | written | derivative | |", "|---|---|---|---|"]
    for operator in operators:
        derivatives = "<br>".join(
            f"`{left_side(operator, rule)} = {formula(operator, rule)}`" for rule in operator.rules
        )
        lines.append(
            f"| {operator.name} | `{written(operator)}` | {derivatives} | {operator.doc} |".replace(
                "log|det(A)|", "log abs(det(A))"
            )
        )
    return "\n".join(lines)
