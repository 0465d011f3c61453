"""Answers that are right only where two dimensions are equal."""

from __future__ import annotations

from dataclasses import replace as with_fields
from itertools import permutations
from typing import TYPE_CHECKING

from sympy.core.expr import Expr

from mcalc.ask import derive
from mcalc.checking.answer import Mismatch, scope
from mcalc.checking.compare import Ground, agreement
from mcalc.checking.findings import Finding
from mcalc.language.declarations import Declaration
from mcalc.notation.boxes import Size, equation
from mcalc.notation.said import formula_of
from mcalc.problems import Problem
from mcalc.table.sentences import Formula, filled, linked
from mcalc.tree.node import Node

if TYPE_CHECKING:
    from mcalc.checking.case import Case


def only_square(case: Case) -> Finding | None:
    """The finding that the answer is right where a matrix of the expression is square; None where it is not."""
    derivation = case.derivation
    names = derivation.reading.names
    symbols = sorted({s for node in names.values() for size in node.shape for s in size.free_symbols}, key=str)
    for one, other in list(permutations(symbols, 2))[:6]:
        joined = {other: one}
        shapes = {name: _declared(node, joined) for name, node in names.items()}
        try:
            again = derive(
                derivation.source, derivation.wrt, shapes, derivation.command, derivation.layout, verify=False
            )
            if again.parts or not isinstance(again.result, Node) or not isinstance(derivation.result, Node):
                continue
            within = with_fields(
                scope(again.reading, again.result, case.text), dimensions=case.scope.dimensions - {str(other)}
            )
            within = with_fields(within, dimensions=within.dimensions | {str(one)})
            answer = within.read(case.syntax)
        except (Mismatch, Problem):
            continue
        if answer.shape != again.result.shape:
            continue
        ground = Ground.of(again.value, again.result, [answer], list(again.reading.names.values()))
        found = agreement(ground, answer)
        if found.right:
            square = [
                formula_of(node) for node in names.values() if len(node.shape) == 2 and set(node.shape) == {one, other}
            ]
            alike = Formula(f"{one} = {other}", box=equation(Size(one), Size(other)))
            verb = "is" if len(square) == 1 else "are"
            words = filled(f"{{}} {verb} square, {{}}", linked(" and ", square), alike)
            words = words if square else filled("the dimensions are equal, {}", alike)
            return Finding("only-square", words, False, len(found.agree))
    return None


def _declared(node: Node, joined: dict[Expr, Expr]) -> Declaration:
    properties = node.parameters[1] if len(node.parameters) > 1 else frozenset()
    return Declaration(tuple(size.xreplace(joined) for size in node.shape), properties)
