"""From a formula to its derivation: ``∂f/∂x`` with its steps, checked numerically."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace as with_fields
from typing import Any

from mcalc.calculus.index_form import Expression, IndexForm
from mcalc.calculus.simplify import simplify
from mcalc.derivations.derivation import Derivation, Line, Step, Verified
from mcalc.derivations.derive import Work
from mcalc.derivations.notes import notes_on
from mcalc.derivations.prepare import prepare
from mcalc.expressions import build
from mcalc.expressions.tree import Node, replace, replaced
from mcalc.language.declarations import Given
from mcalc.language.shapes import Reading
from mcalc.problems import Problem
from mcalc.question import read, shapes_by_letter, variables_of

__all__ = ["derive", "in_layout", "read", "shapes_by_letter", "work_on"]


def _not_a_scalar(source: str, reading: Reading, what: str, otherwise: str) -> Problem:
    return Problem(
        f"A {what} is of a scalar, and this value is {_described(reading.value)}.",
        hint=f"`mcalc jacobian` differentiates a vector or a matrix{otherwise}; sum(…) makes a scalar of it",
        source=source,
    )


def derive(
    source: str,
    wrt: str | Sequence[str] = "",
    shapes: Mapping[str, Given] | None = None,
    command: str = "jacobian",
    layout: str = "paper",
    verify: bool = True,
    method: str = "",
    symmetric: str = "free",
    order: int = 1,
) -> Derivation:
    """``∂value/∂variable`` of the program; by several variables each in turn, or in one row where all are scalars.

    Of `order` 2, as by the command ``hessian``, the gradient is differentiated once more.
    """
    order = 2 if command == "hessian" else order
    reading, names = variables_of(source, wrt, shapes)
    if command == "gradient" and any(size != 1 for size in reading.value.shape):
        raise _not_a_scalar(source, reading, "gradient", "")
    if order == 2:
        return _second(source, reading, names, command, layout, verify, method)
    variables = [reading.names[name] for name in names]
    together = len(names) > 1 and len(reading.value.axes) < 2 and all(not by.shape for by in variables)
    parts: list[Derivation] = []
    for by in variables:
        named = sum(len(part.lines) for part in parts) if together else 0
        own_layout = "paper" if together else layout
        part = _one(source, reading, by, command, own_layout, verify, named=named, method=method, symmetric=symmetric)
        parts.append(part)
    if len(parts) == 1:
        return parts[0]
    if together:
        return _joined(parts, layout)
    return with_fields(parts[0], by=tuple(variables), parts=tuple(parts))


def _second(
    source: str, reading: Reading, names: Sequence[str], command: str, layout: str, verify: bool, method: str
) -> Derivation:
    """``∂/∂y (∂f/∂x)``: the gradient, differentiated once more; by one variable both times, or by two in turn."""
    if any(size != 1 for size in reading.value.shape):
        raise _not_a_scalar(source, reading, "Hessian", " once")
    if len(names) > 2:
        raise Problem("A second derivative is by one variable, or by two.", hint="write --wrt x or --wrt x,y")
    first, second = reading.names[names[0]], reading.names[names[-1]]
    gradient = _one(source, reading, first, command, "paper", verify, cases=False, method=method)
    if not isinstance(gradient.natural, Node):
        raise Problem("This gradient has no matrix form to differentiate again.", source=source, status=3)
    once_more = with_fields(reading, value=gradient.natural, bound={})
    result = _one(source, once_more, second, command, layout, verify, method=method)
    if command == "explain":
        return with_fields(result, reading=reading, by=(first, second), parts=(gradient, result))
    return with_fields(
        result,
        reading=reading,
        by=(first, second),
        steps=gradient.steps + result.steps,
        lines=gradient.lines + result.lines,
    )


def _described(value: Node) -> str:
    return "a vector" if len(value.axes) == 1 else "a matrix"


def _one(
    source: str,
    reading: Reading,
    by: Node,
    command: str,
    layout: str,
    verify: bool,
    cases: bool = True,
    named: int = 0,
    method: str = "chain",
    symmetric: str = "free",
) -> Derivation:
    work = work_on(reading, by, cases, named, method if command == "explain" else "chain")
    plain = work.by
    natural = work.derive()
    if plain is not by:
        natural = _as_declared(natural, plain, by, work.steps)
    result = in_layout(natural, reading.value, by, layout)
    steps = list(work.steps)
    if (
        result is not natural
        and isinstance(natural, Node)
        and isinstance(result, Node)
        and natural.shape != result.shape
    ):
        steps.append(
            Step(
                "layout",
                f"{layout} layout",
                f"the {layout} layout writes the transpose",
                _raised(natural, result),
                result,
                result.shape,
            )
        )
    derivation = Derivation(source, command, reading, (by,), layout, tuple(steps), tuple(work.lines), natural, result)
    derivation.notes = (*reading.notes, *notes_on(derivation))
    if verify:
        derivation.verified = _verified(derivation)
    if symmetric != "free":
        return _within_symmetric(derivation, by, symmetric)
    return derivation


def work_on(reading: Reading, by: Node, cases: bool = True, named: int = 0, method: str = "chain") -> Work:
    """The expression made ready to be derived; the variable is free, whatever was declared of it."""
    plain = build.variable(str(by.parameters[0]), by.shape)
    undeclared = replaced([reading.value, *reading.bound.values()], {by: plain})
    bound = {name: undeclared[node] for name, node in reading.bound.items() if node.args}
    prepared = prepare(undeclared[reading.value], plain, frozenset(bound.values()))
    names = {prepared.place[node]: name for name, node in bound.items() if node in prepared.place}
    return Work(prepared, plain, names, cases, named, method)


def _as_declared(natural: Expression, plain: Node, by: Node, steps: list[Step]) -> Expression:
    """What was declared of the variable, used in the answer: the derivative itself is entry by entry."""
    if isinstance(natural, IndexForm):
        declared = {plain: by}
        terms = (
            term._replace(
                factors=tuple(f if f.node is None else f._replace(node=replace(f.node, declared)) for f in term.factors)
            )
            for term in natural.tensor.terms
        )
        return IndexForm.of(natural.tensor._replace(terms=tuple(terms)))
    found = replace(natural, {plain: by})
    simpler = found if found.operator.name == "where" else simplify(found)
    if simpler is not found:
        words = " and ".join(sorted(by.parameters[1]))
        steps.append(Step("substitute", "as declared", f"{by.parameters[0]} is {words}", found, simpler, found.shape))
    return simpler


def _within_symmetric(derivation: Derivation, by: Node, convention: str) -> Derivation:
    """``(G + Gᵀ)/2`` within the symmetric matrices, or entry for entry of one triangle ``G + Gᵀ − G⊗I``."""
    natural = derivation.natural
    if not build.is_symmetric(by) or derivation.value.axes or not isinstance(natural, Node):
        return derivation
    if convention == "constrained":
        because = "within the symmetric matrices, the derivative is the symmetric part (G + Gᵀ)/2"
        halves = (build.apply("divide", part, build.number(2)) for part in (natural, build.transpose(natural)))
        whole = build.apply("add", *halves)
    else:
        because = "an entry off the diagonal stands twice in a symmetric matrix: G + Gᵀ − G⊗I"
        diagonal = build.apply("multiply", natural, build.identity(by.shape[0]))
        whole = build.apply("add", natural, build.transpose(natural), build.apply("negative", diagonal))
    found = simplify(whole)
    step = Step("layout", f"symmetric, {convention}", because, whole, found, found.shape)
    return with_fields(derivation, natural=found, result=found, steps=(*derivation.steps, step), notes=(because + ".",))


def _raised(natural: Node, result: Node) -> Node:
    """The transpose as it is written before it is carried out; a transpose is not transposed again."""
    return result if natural.operator.name == "transpose" else build.apply("transpose", natural)


def in_layout(natural: Expression, value: Node, by: Node, layout: str) -> Expression:
    """The paper's form turned as the layout asks; results of order 3 and 4 have one form."""
    if isinstance(natural, IndexForm) or layout == "paper":
        return natural
    by_matrix = not value.axes and len(by.axes) == 2
    turned = by_matrix if layout == "numerator" else not by_matrix and not (not value.axes and not by.axes)
    if not turned:
        return natural
    if natural.operator.name == "where" and not natural.args[0].shape:
        return build.apply("where", natural.args[0], *(build.transpose(arg) for arg in natural.args[1:]))
    return build.transpose(natural)


def _verified(derivation: Derivation) -> Verified:
    """Raises Problem with status 1 where the answer and the differences disagree."""
    from mcalc.numbers.numeric import evaluate, evaluate_tensor, verify

    natural = derivation.natural

    def answer(point: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
        if isinstance(natural, IndexForm):
            return evaluate_tensor(natural.tensor, point, sizes)
        return evaluate(natural, point, sizes)

    found = verify(derivation.value, list(derivation.reading.names.values()), derivation.by[0], answer)
    if found.points and not found.error <= 1e-5:
        raise Problem(
            f"The answer failed its own numeric check: it differs from finite differences by {found.error:.1e}.",
            hint="this is a fault of mcalc, and nothing that you typed is wrong; please report the expression",
            status=1,
        )
    return Verified(found.points, found.error, found.reason)


def _joined(parts: Sequence[Derivation], layout: str) -> Derivation:
    """Scalars together: one column each, ``∇f = [∂f/∂x, ∂f/∂y]``."""
    first = parts[0]
    columns = [part.natural for part in parts]
    assert all(isinstance(column, Node) for column in columns)
    nodes = [column for column in columns if isinstance(column, Node)]
    if not first.value.axes:
        natural = build.apply("transpose", build.apply("stack", *nodes))
    elif all(node.operator.name == "stack" and all(not arg.shape for arg in node.args) for node in nodes):
        height = len(nodes[0].args)
        natural = build.apply(
            "grid", *(node.args[row] for row in range(height) for node in nodes), parameters=(height, len(nodes))
        )
    else:
        natural = build.apply(
            "transpose", build.apply("stack_rows", *(build.apply("transpose", node) for node in nodes))
        )
    result = natural if layout != "denominator" else _turned(natural)
    steps = [step for part in parts for step in part.steps]
    names = ", ".join(part.wrt[0] for part in parts)
    because = f"one column for each of {names}"
    steps.append(Step("collect", "collect", because, natural, natural, natural.shape))
    if result is not natural:
        steps.append(
            Step(
                "layout",
                f"{layout} layout",
                f"the {layout} layout writes the transpose",
                _raised(natural, result),
                result,
                result.shape,
            )
        )
    checks = [part.verified for part in parts if part.verified is not None]
    verified = None
    if len(checks) == len(parts):
        verified = Verified(
            min(check.points for check in checks),
            max(check.error for check in checks),
            next((check.reason for check in checks if check.reason), ""),
        )
    lines: list[Line] = [line for part in parts for line in part.lines]
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    by = tuple(part.by[0] for part in parts)
    return with_fields(
        first,
        layout=layout,
        by=by,
        steps=tuple(steps),
        lines=tuple(lines),
        natural=natural,
        result=result,
        notes=notes,
        verified=verified,
    )


def _turned(node: Node) -> Node:
    if node.operator.name == "grid":
        rows, columns = node.parameters
        return build.apply(
            "grid",
            *(node.args[row * columns + column] for column in range(columns) for row in range(rows)),
            parameters=(columns, rows),
        )
    return build.transpose(node)
