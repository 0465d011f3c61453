"""A derivative of order 3 or 4 in matrices: as the map ``dX ↦ A·dX·B``, and as ``∂vec(Y)/∂vec(X) = Bᵀ ⊗ A``."""

from __future__ import annotations

from collections.abc import Sequence

from sympy.core.singleton import S

from mcalc.calculus.engine import matrix_places, renamed
from mcalc.calculus.networks import Factor, Tensor, Term, fresh
from mcalc.calculus.simplify import matrix_form
from mcalc.derivations.derivation import Derivation
from mcalc.derivations.differentials import leaf
from mcalc.expressions import build
from mcalc.expressions.notation import Writer
from mcalc.expressions.tree import Node, depends


def linear_map(tensor: Tensor, variable: Node) -> Node | None:
    """``dY`` as an expression in dX, shaped as Y; None where it has no matrix form."""
    change = leaf(build.variable(str(variable.parameters[0]), variable.shape))
    own = fresh(variable)
    terms = renamed(tensor.terms, tensor.variable, own)
    moved = [term.times(Term(S.One, (Factor(change, own),))) for term in terms]
    places = matrix_places(tensor.value, ())
    return None if places is None else matrix_form(moved, *places)


def kronecker(change: Node, variable: Node) -> Node | None:
    """``Σ Bᵀ ⊗ A`` of ``Σ A·dX·B``, as ``vec(A X B) = (Bᵀ ⊗ A) vec(X)``; None where a term is not of this form."""
    moving = leaf(build.variable(str(variable.parameters[0]), variable.shape))
    return _sum(change.args if change.operator.name == "add" else (change,), moving)


def _sum(terms: Sequence[Node], moving: Node) -> Node | None:
    found = [_term(term, moving) for term in terms]
    return None if None in found else build.total([term for term in found if term is not None])


def _term(term: Node, moving: Node) -> Node | None:
    name = term.operator.name
    if name == "negative":
        inner = _term(term.args[0], moving)
        return None if inner is None else build.negated(inner)
    if name in ("multiply", "divide"):
        matrices = [arg for arg in term.args if moving in depends(arg, moving)]
        if len(matrices) != 1 or any(arg.shape for arg in term.args if arg is not matrices[0]):
            return None
        inner = _term(matrices[0], moving)
        return None if inner is None else term.func(*(inner if arg is matrices[0] else arg for arg in term.args))
    row = build.row_of(term)
    for at, part in enumerate(row):
        if part.operator.name == "add" and moving in depends(part, moving):
            return _sum([build.chain([*row[:at], arg, *row[at + 1 :]]) for arg in part.args], moving)
    if row.count(moving) != 1 or not term.shape or len(moving.shape) != 2 or 1 in (*term.shape, *moving.shape):
        return None
    at = row.index(moving)
    if any(moving in depends(part, moving) for part in (*row[:at], *row[at + 1 :])):
        return None
    left = build.chain(row[:at]) if at else build.identity(moving.shape[0])
    right = build.chain(row[at + 1 :]) if at + 1 < len(row) else build.identity(moving.shape[1])
    return build.apply("kron", build.transpose(right), left)


def other_forms(derivation: Derivation, dialect: str = "text") -> list[str]:
    """The derivative said in matrices, ``dX ↦ A·dX·B`` and ``∂vec(y)/∂vec(X) = kron(Bᵀ, A)``."""
    natural = derivation.natural
    if isinstance(natural, Node):
        return []
    variable = derivation.by[-1]
    change = linear_map(natural.tensor, variable)
    if change is None:
        return []
    writer = Writer(dialect)
    name = writer.write(leaf(build.variable(str(variable.parameters[0]), variable.shape)))
    arrow = {"text": "↦", "ascii": "->", "latex": r"\mapsto"}[dialect]
    forms = [f"{name} {arrow} {Writer(dialect).write(change)}"]
    product = kronecker(change, variable)
    if product is not None:
        of = Writer(dialect).write(variable)
        vec, d, gradient = (
            (r"\operatorname{vec}", r"\partial ", r"\nabla f") if dialect == "latex" else ("vec", "∂", "∇f")
        )
        value = gradient if derivation.command == "hessian" else "y"
        top, bottom = f"{d}{vec}({value})", f"{d}{vec}({of})"
        quotient = rf"\frac{{{top}}}{{{bottom}}}" if dialect == "latex" else f"{top}/{bottom}"
        forms.append(f"{quotient} = {Writer(dialect).write(product)}")
    return forms
