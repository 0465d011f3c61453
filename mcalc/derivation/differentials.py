"""The derivation by differentials: ``d tr(AX) = tr(A dX)``, so that the derivative by X can be read off.

Where a value on the way is a matrix, its Jacobian has more than two indices; its differential is a matrix again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields

from sympy.core.singleton import S

from mcalc.calculus.differentiate import differentiate
from mcalc.derivation.derivation import Line, Step
from mcalc.derivation.locals import leaf_of, matrix_or_indices
from mcalc.derivation.meanings import known_leaves
from mcalc.derivation.reasons import core
from mcalc.derivation.rewritten import rewriting_steps
from mcalc.networks.index_form import IndexForm
from mcalc.networks.networks import Factor, Tensor, Term, fresh
from mcalc.notation.writing import write
from mcalc.rewriting.answers import simplify
from mcalc.table import TABLE
from mcalc.table.roles import TRACE
from mcalc.tree import build
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, depends, replace, topological, variables


def leaf(variable: Node) -> Node:
    """``dX``."""
    return Node(
        TABLE["differential"], (), (variable.parameters[0], tuple(sorted(variable.loops, key=str))), variable.shape
    )


@dataclass
class Differentials:
    """The intermediate variables; `result` appends the steps and gives the derivative in the paper's layout."""

    lines: list[Line]
    steps: list[Step]
    by: Node

    def result(self) -> Node | IndexForm | None:
        """The derivative in the intermediate variables; None where a differential has no matrix form."""
        inner = {line.node for line in self.lines} | {self.by}
        found: dict[Node, Node] = {}
        steps: list[Step] = []
        for line in self.lines:
            total = self._differential(line, [arg for arg in variables(line.definition) if arg in inner])
            if total is None:
                return None
            found[leaf(line.node)] = total
            own = [leaf for leaf in variables(line.definition) if leaf in inner]
            said = core(line.definition, own[0]) if len(own) == 1 else line.definition
            because = _general(said, inner) or "the differential is linear in those of what it is made of"
            title = f"differential, {line.definition.operator.title}"
            steps.append(Step("differentiate", title, because, leaf(line.node), total, line.node.shape))
        combined, total_change = self._insert(found)
        read, derivative = self._read_off(total_change)
        self.steps += [*steps, *combined, *read]
        return derivative

    def _differential(self, line: Line, args: Sequence[Node]) -> Node | None:
        """``du = Σ ∂u/∂a · da``, in matrix notation."""
        value = fresh(line.definition)
        terms: list[Term] = []
        for arg in args:
            tensor = differentiate(line.definition, arg)
            change = dict(zip(tensor.value, value, strict=True))
            for term in tensor.terms:
                moved = tuple(Factor(f.node, tuple(change.get(i, i) for i in f.indices), f.power) for f in term.factors)
                variable = tuple(change.get(i, i) for i in tensor.variable)
                product = Term(term.coefficient, (*moved, Factor(leaf(arg), variable)), term.loops)
                terms.append(product.under(sorted(arg.loops - line.node.loops, key=str)))
        expression = matrix_or_indices(Tensor(tuple(terms), value, ()))
        if isinstance(expression, IndexForm):
            return None
        return changes_last(replace(expression, {line.definition: line.node}))

    def _insert(self, found: dict[Node, Node]) -> tuple[list[Step], Node]:
        """The differential of the value, that of each intermediate variable inserted in turn."""
        root = self.lines[-1]
        here = found[leaf(root.node)]
        steps = [
            Step("combine", "differential", "the differential of the value", leaf(root.node), here, root.node.shape)
        ]
        for line in reversed(self.lines[:-1]):
            inserted = replace(here, known_leaves({leaf(line.node): found[leaf(line.node)]}, [here]))
            if inserted is here:
                continue
            because = f"d{name_text(line.name)} is inserted"
            steps.append(Step("combine", "insert", because, here, inserted, here.shape))
            here = changes_last(simplify(inserted))
            further = rewriting_steps("combine", inserted, here)
            if not further:
                steps[-1] = with_fields(steps[-1], after=here)
            steps += further
        return steps, here

    def _read_off(self, total: Node) -> tuple[list[Step], Node | IndexForm]:
        """``df = tr(Gᵀ dX)`` says that ``∂f/∂X = G``; ``dy = J dx`` that ``∂y/∂x = J``."""
        change, root = leaf(self.by), self.lines[-1]
        tensor = _by_leaf(total, change)
        derivative = matrix_or_indices(tensor)
        name = name_text(str(self.by.parameters[0]))
        because = f"the derivative by {name} is what multiplies d{name}"
        if not total.shape and len(change.axes) == 2:
            because = f"df = tr(Gᵀ·d{name}) means ∂f/∂{name} = G: what stands before d{name}, transposed"
        named = leaf_of(root.node, root.name, self.by)
        if isinstance(derivative, IndexForm):
            places = derivative.tensor.free
            shown = IndexForm(derivative.tensor._replace(terms=(Term(S.One, (Factor(named, places),)),)))
            return [Step("combine", "read off", because, shown, derivative, derivative.shape)], derivative
        law, applied = _law(derivative, change, total)
        trace = next((part for part in (total, *total.args) if part.operator.name == TRACE), total)
        as_law = trace is total or trace.args[0].operator.name != "matmul"
        steps: list[Step] = []
        if as_law and write(applied) != write(total):
            steps.append(Step("combine", "read off", law, total, applied, total.shape))
        return [*steps, Step("combine", "read off", because, named, derivative, derivative.shape)], derivative


def _by_leaf(total: Node, change: Node) -> Tensor:
    if change not in depends(total, change):
        return Tensor((), fresh(total), fresh(change))
    return differentiate(total, change)


def _law(derivative: Node, change: Node, total: Node) -> tuple[str, Node]:
    """How the derivative meets the differential, and the differential written so."""
    if len(change.axes) < len(change.shape):
        return "", total
    if not total.shape and len(change.axes) == 2:
        product = build.apply("matmul", build.transpose(derivative), change)
        return "df = tr(Gᵀ·dX)", build.apply(TRACE, product)
    if not change.shape or not derivative.shape:
        return "dy = (dy/dx) dx", build.apply("multiply", derivative, change)
    if not total.shape:
        return "df = (∂f/∂x)·dx", build.apply("matmul", derivative, change)
    return "dy = J·dx", build.apply("matmul", derivative, change)


def changes_last(node: Node) -> Node:
    """``2u₂*du₁``, ``u₂·du₁``: where the order is free, the differential stands last."""
    done: dict[Node, Node] = {}
    changing: set[Node] = set()
    for part in topological([node]):
        args = [done[arg] for arg in part.args]
        if part.operator.name == "differential" or any(arg in changing for arg in part.args):
            changing.add(part)
            if part.operator.name in ("multiply", "dot"):
                args = [done[arg] for arg in sorted(part.args, key=lambda arg: (arg in changing, is_change(done[arg])))]
        done[part] = part.func(*args) if args else part
    return done[node]


def is_change(node: Node) -> bool:
    """Whether a value is a differential itself."""
    return node.operator.name == "differential"


def _general(definition: Node, moving: Collection[Node]) -> str:
    """The law for the operator itself, ``d(A·B) = dA·B + A·dB``; what does not move stays, ``d(a²) = 2a*da``."""
    operator = definition.operator
    letters = operator.argument_names if len(operator.argument_names) == len(definition.args) else tuple("abcdefgh")
    if len(letters) < len(definition.args) or operator.name in ("loop_sum", "element"):
        return ""
    held = [build.is_number(arg) and not any(leaf in moving for leaf in variables(arg)) for arg in definition.args]
    names = [
        arg if kept else build.variable(letter, arg.shape)
        for letter, arg, kept in zip(letters, definition.args, held, strict=False)
    ]
    changing = [name for name, kept in zip(names, held, strict=True) if not kept]
    if not changing:
        return ""
    line = Line("y", build.variable("y", definition.shape), definition.func(*names), definition)
    total = Differentials([line], [], changing[0])._differential(line, changing)
    return (
        "" if total is None else f"d({write(line.definition)}) = {write(replace(total, {line.node: line.definition}))}"
    )


def wanted(lines: Sequence[Line]) -> bool:
    """Whether a value on the way is a matrix."""
    return any(len(line.node.axes) == 2 for line in lines[:-1])
