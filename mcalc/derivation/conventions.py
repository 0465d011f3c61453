"""By a matrix with a declared property: entry by entry first, the property last, and the symmetric conventions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy.core.singleton import S

from mcalc.calculus.differentiate import renamed
from mcalc.derivation.derivation import Step
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.networks.networks import Factor, Index, Tensor, Term
from mcalc.notation.said import formula_of
from mcalc.problems import Problem
from mcalc.rewriting.answers import is_symmetric, simplify
from mcalc.rewriting.declared import as_declared
from mcalc.table.sentences import Sentence, filled, told
from mcalc.tree import build
from mcalc.tree.known import declared
from mcalc.tree.names import name_text
from mcalc.tree.node import Node

_BECAUSE = {
    "constrained": "within the symmetric matrices, the derivative by {name} is the symmetric part {{(G + Gᵀ)/2}}",
    "entries": "an entry off the diagonal stands twice in the symmetric {name}: {{G + Gᵀ − diag(diag(G))}}",
}
_EACH = ", for each entry of what is derived and in each pair of indices of {name}"


def declared_last(natural: Expression, twins: Mapping[Node, Node]) -> tuple[Expression, list[Step]]:
    """The derivative with the declared names in place of their free twins, simplified by what was declared."""
    found = as_declared(natural, twins)
    if not isinstance(found, Node) or not isinstance(natural, Node) or str(found) == str(natural):
        return found, []
    known = [f"{name_text(str(by.parameters[0]))} is {' and '.join(sorted(declared(by)))}" for by in twins.values()]
    return found, [Step("substitute", "as declared", ", ".join(known), natural, found, found.shape)]


def asked_of_symmetric(by: Sequence[Node], convention: str) -> None:
    """Raises Problem, status 3, where a convention for symmetric matrices is asked for and no variable is one."""
    if convention == "free" or any(build.is_symmetric(variable) for variable in by):
        return
    name = str(by[0].parameters[0])
    square = len(by[0].shape) == 2 and by[0].shape[0] == by[0].shape[1]
    raise Problem(
        f"`--symmetric {convention}` is for a derivative by a symmetric matrix, and {name} is not declared to be one.",
        hint=f"declare it: -s {name}=n,n:symmetric" if square else "leave --symmetric out",
        status=3,
    )


def within_symmetric(
    natural: Expression, value: Node, by: Sequence[Node], convention: str
) -> tuple[Expression, list[Step]]:
    """``(G + Gᵀ)/2``, or ``G + Gᵀ − diag(diag(G))``, in each pair of indices that belongs to a symmetric variable."""
    steps: list[Step] = []
    at = len(value.axes)
    for variable in by:
        if build.is_symmetric(variable) and len(variable.axes) == 2:
            whole = _folded(natural, at, convention)
            found = simplify(whole) if isinstance(whole, Node) else whole
            steps.append(
                Step(
                    "layout",
                    f"symmetric, {convention}",
                    _because(variable, convention, natural),
                    whole,
                    found,
                    found.shape,
                )
            )
            natural = found
        at += len(variable.axes)
    return natural, steps


def _because(variable: Node, convention: str, natural: Expression) -> str:
    text = _BECAUSE[convention] + (_EACH if isinstance(natural, IndexForm) else "")
    return told(text.format(name=f"{{{name_text(str(variable.parameters[0]))}}}"))


def _folded(natural: Expression, at: int, convention: str) -> Expression:
    if isinstance(natural, Node):
        symmetric = is_symmetric(natural)
        turned = natural if symmetric else build.transpose(natural)
        if convention == "constrained":
            halves = (build.apply("divide", part, build.number(2)) for part in (natural, turned))
            return natural if symmetric else build.apply("add", *halves)
        diagonal = build.apply("multiply", natural, build.identity(natural.shape[0]))
        return build.apply("add", natural, turned, build.apply("negative", diagonal))
    tensor = natural.tensor
    pair = tensor.free[at : at + 2]
    terms = [term for one in tensor.terms for term in _folded_term(one, pair, convention)]
    return IndexForm.of(Tensor(tuple(terms), tensor.value, tensor.variable))


def _folded_term(term: Term, pair: Sequence[Index], convention: str) -> list[Term]:
    (turned,) = renamed([term], pair, pair[::-1])
    if convention == "constrained":
        return [one._replace(coefficient=one.coefficient / 2) for one in (term, turned)]
    tied = term._replace(
        coefficient=-term.coefficient, factors=(*term.factors, Factor(None, (pair[0], pair[1]), S.One))
    )
    return [term, turned, tied]


def _free(variable: Node) -> Sentence:
    return filled("{} is differentiated entry by entry, as if its entries were free", formula_of(variable))


def convention_notes(by: Sequence[Node], convention: str, natural: Expression) -> tuple[str, ...]:
    """Which convention the derivative by a matrix with a declared property has."""
    found = []
    for variable in dict.fromkeys(by):
        if build.is_symmetric(variable):
            if convention != "free":
                found.append(Sentence(_because(variable, convention, natural), "."))
            else:
                others = "; --symmetric constrained gives {(G + Gᵀ)/2}, --symmetric entries {G + Gᵀ − diag(diag(G))}."
                found.append(Sentence(_free(variable), told(others)))
        elif len(variable.axes) == 2 and declared(variable) - {"positive"}:
            found.append(Sentence(_free(variable), "; what is declared of it simplifies the result."))
    return tuple(found)
