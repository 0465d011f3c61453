"""Declarations that would make a wrong answer right: ``-s S=n,n:symmetric``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.ask import derive
from mcalc.checking.answer import Mismatch, scope
from mcalc.checking.compare import Ground, agreement
from mcalc.language.declarations import Declaration
from mcalc.problems import Problem
from mcalc.tree.node import Node

if TYPE_CHECKING:
    from mcalc.checking.case import Case


def declaration_for(case: Case, variable: Node, word: str) -> str:
    """``-s S=n,n:symmetric`` if the answer is right with it; else nothing."""
    derivation = case.derivation
    shapes = {name: Declaration(tuple(node.shape), _words(node)) for name, node in derivation.reading.names.items()}
    name = str(variable.parameters[0])
    shapes[name] = Declaration(tuple(variable.shape), _words(variable) | {word})
    try:
        again = derive(derivation.source, derivation.wrt, shapes, derivation.command, derivation.layout, verify=False)
        if not isinstance(again.result, Node):
            return ""
        answer = scope(again.reading, again.result, case.text).read(case.syntax)
    except (Mismatch, Problem):
        return ""
    if answer.shape != again.result.shape:
        return ""
    ground = Ground.of(again.value, again.result, [answer], list(again.reading.names.values()))
    if not agreement(ground, answer).right:
        return ""
    sizes = ",".join(map(str, variable.shape)) or "scalar"
    return f"-s {name}={sizes}:{','.join(sorted(shapes[name].properties))}"


def _words(variable: Node) -> frozenset[str]:
    return frozenset(variable.parameters[1]) if len(variable.parameters) > 1 else frozenset()
