"""The derivation by differentials: ``d tr(AX) = tr(A dX)``, so that the derivative by X can be read off.

Where a value on the way is a matrix, its Jacobian has more than two indices; its differential is a matrix again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields

from mcalc.calculus.differentiate import contract, differentiate
from mcalc.derivation.derivation import Line, Step
from mcalc.derivation.locals import leaf_of, leaf_tensor, matrix_or_indices
from mcalc.derivation.meanings import known_leaves
from mcalc.derivation.reasons import core, joined, own
from mcalc.derivation.varying import because_of, change_of, signs_in_front
from mcalc.networks.index_form import IndexForm
from mcalc.networks.networks import Factor, Tensor, Term, fresh
from mcalc.notation.boxes import Differential, Fence, Name, equation
from mcalc.notation.said import formula_of
from mcalc.notation.writing import alike, box_of, write
from mcalc.rewriting.answers import simplify
from mcalc.rewriting.constructors import SENTENCES
from mcalc.rewriting.explaining import is_order, runs_between, said_of
from mcalc.table import TABLE
from mcalc.table.roles import TRACE
from mcalc.table.sentences import Formula, Sentence
from mcalc.tree import build
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, depends, moving_with, replace, topological, variables

_LONG = 60
"""Into a longer differential all that is left is inserted at once: no one compares such lines."""
_VERY_LONG = 4000
"""A longer one is read off in two parts where all of its change comes through one vector."""
_WORTH_A_LINE = 5
"""A differential is simplified before the next one is inserted where that saves more signs."""


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
            args = [arg for arg in variables(line.definition) if arg in inner]
            changes = {arg: leaf(arg) for arg in args}
            total, because = change_of(line.definition, changes), because_of(line.definition, args)
            if total is None:
                total, because = self._differential(line, args), self._law(line, inner)
            if total is None:
                return None
            found[leaf(line.node)] = total
            title = line.definition.operator.title
            steps.append(Step("differentiate", title, because, leaf(line.node), total, line.node.shape))
        first = with_fields(steps.pop(), stage="combine", rule="differential")
        combined, total_change = self._insert(found, first)
        read, derivative = self._read_off(total_change)
        self.steps += [*steps, *combined, *read]
        return derivative

    def _law(self, line: Line, inner: Collection[Node]) -> str:
        """``d(det(A)) = det(A)*tr(inv(A)·dA)``: the law of the operator."""
        own = [leaf for leaf in variables(line.definition) if leaf in inner]
        said = core(line.definition, own[0]) if len(own) == 1 else line.definition
        return _general(said, inner) or "the differential is linear in those of what it is made of"

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

    def _insert(self, found: dict[Node, Node], first: Step) -> tuple[list[Step], Node]:
        """The differential of the value, that of each intermediate variable inserted in turn; into a long one all."""
        here, steps = first.after, [first]
        assert isinstance(here, Node)
        for at, line in reversed(list(enumerate(self.lines[:-1]))):
            if here.key[0] > _LONG and at > 1:
                return self._insert_all(found, at + 1, here, steps)
            inserted = replace(here, known_leaves({leaf(line.node): found[leaf(line.node)]}, [here]))
            if inserted is here:
                continue
            because = Sentence(Formula(f"d{name_text(line.name)}", own=True), " is inserted")
            raw, simple = signs_in_front(inserted), changes_last(simplify(inserted))
            steps.append(Step("combine", "insert", because, here, raw, here.shape))
            here = raw
            if at and len(write(simple)) < len(write(raw)) - _WORTH_A_LINE:
                said = said_of(runs_between(raw, simple), raw, simple)
                steps.append(Step("combine", "simplify", said, raw, simple, here.shape))
                here = simple
        return steps, here

    def _insert_all(
        self, found: dict[Node, Node], count: int, here: Node, steps: list[Step]
    ) -> tuple[list[Step], Node]:
        """The differentials of the first `count` intermediate variables, one in the next, inserted in `here`."""
        whole: dict[Node, Node] = {}
        for line in self.lines[:count]:
            change = leaf(line.node)
            whole[change] = replace(found[change], known_leaves(whole, [found[change]]))
        inserted = signs_in_front(replace(here, known_leaves(whole, [here])))
        because = "the differentials of the others are inserted, one in the next"
        return [*steps, Step("combine", "insert", because, here, inserted, here.shape)], inserted

    def _read_off(self, total: Node) -> tuple[list[Step], Node | IndexForm]:
        """``df = tr(Gᵀ dX)`` says that ``∂f/∂X = G``; ``dy = J dx`` that ``∂y/∂x = J``."""
        change, root = leaf(self.by), self.lines[-1]
        tensor = _by_leaf(total, change)
        derivative = matrix_or_indices(tensor)
        name, moved = own(str(self.by.parameters[0])), formula_of(change)
        because = Sentence("the derivative by ", name, " is what multiplies ", moved)
        named = leaf_of(root.node, root.name, self.by)
        if isinstance(derivative, IndexForm):
            _, value, variable = derivative.tensor
            shown = IndexForm(leaf_tensor(named, value, variable), beside=derivative)
            return [Step("combine", "read off", because, shown, derivative, derivative.shape)], derivative
        if len(change.axes) < len(change.shape):
            return [Step("combine", "read off", because, named, derivative, derivative.shape)], derivative
        before, applied = _applied(derivative, change, total)
        steps: list[Step] = []
        if not alike(applied, total):
            steps.append(Step("combine", "read off", _turned(total, applied, change), total, applied, total.shape))
        if not total.shape and len(change.axes) == 2:
            law = Formula(f"df = tr(Gᵀ·d{name})", own=True), " means ", Formula(f"∂f/∂{name} = G", own=True)
            because = Sentence(*law, ": what stands before ", moved, ", transposed")
        steps.append(Step("combine", "read off", because, named, before, derivative.shape))
        if not alike(before, derivative):
            turned = any(node.operator.name == "matmul" for node in topological([before]))
            said = SENTENCES["turned"] if turned else "each term transposed"
            steps.append(Step("combine", "simplify", said, before, derivative, derivative.shape))
        return [*steps[:-1], with_fields(steps[-1], after=derivative)], derivative


def _by_leaf(total: Node, change: Node) -> Tensor:
    if change not in depends(total, change):
        return Tensor((), fresh(total), fresh(change))
    through = _passed(total, change) if total.key[0] > _VERY_LONG and len(total.axes) == 2 else None
    if through is None:
        return differentiate(total, change)
    return contract(differentiate(total, through), differentiate(through, change))


def _passed(total: Node, change: Node) -> Node | None:
    """The outermost vector in a matrix that all of its change comes through: by it derivatives have fewer indices."""
    touched = depends(total, change)
    order = [node for node in topological([total]) if node in touched]
    down = {change: 1}
    for node in order:
        down[node] = down.get(node, 0) + sum(down[arg] for arg in node.args if arg in touched)
    up = dict.fromkeys(order, 0) | {total: 1}
    for node in reversed(order):
        for arg in node.args:
            if arg in touched:
                up[arg] += up[node]
    joints = (node for node in reversed(order) if down[node] * up[node] == down[total])
    return next((node for node in joints if len(node.axes) == 1), None)


def _applied(derivative: Node, change: Node, total: Node) -> tuple[Node, Node]:
    """The derivative as it is read off the differential, and the differential written so that it can be."""
    if not total.shape and len(change.axes) == 2:
        before = simplify(build.transpose(derivative))
        number, rest = _number_of(before)
        turned = rest.args[0] if rest.operator.name == "transpose" else build.apply("transpose", rest)
        product = build.apply(TRACE, build.apply("matmul", rest, change))
        return _times(number, turned), _times(number, product)
    if not change.shape or not derivative.shape:
        return derivative, build.apply("multiply", derivative, change)
    return derivative, build.apply("matmul", derivative, change)


def _times(number: Node | None, node: Node) -> Node:
    if number is None or not build.is_number(number, -1):
        return node if number is None else build.apply("multiply", number, node)
    return build.apply("negative", node)


def _number_of(node: Node) -> tuple[Node | None, Node]:
    """``2`` and ``Eᵀ·A`` of ``2Eᵀ·A``: the scalars in front, and what they multiply."""
    if node.operator.name == "negative":
        number, rest = _number_of(node.args[0])
        return build.negated(number or build.number(1)), rest
    if node.operator.name == "multiply":
        scalars, others = ([arg for arg in node.args if bool(arg.shape) is shaped] for shaped in (False, True))
        if scalars and len(others) == 1:
            return scalars[0] if len(scalars) == 1 else build.apply("multiply", *scalars), others[0]
    return None, node


def _turned(total: Node, applied: Node, change: Node) -> str:
    """Why the differential may be written with the change last."""
    if len(change.axes) < 2:
        return "" if is_order(total, applied) else "what multiplies it is gathered in a row"
    order = topological([total])
    traced = any(node.operator.name == TRACE for node in order)
    flipped = any(node.operator.name == "transpose" and change in topological([node]) for node in order)
    entries = any(node.operator.name == "sum" and len(node.args[0].axes) == 2 for node in order)
    told = [
        "a sum over products of entries is a trace" if entries else "",
        "a scalar is its own trace" if not entries and not traced else "",
        "a trace may be turned in a circle",
        "a matrix and its transpose have one trace" if traced and flipped else "",
    ]
    return joined(told)


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
    free = iter(letters)
    names = [
        arg if kept else build.variable(next(free), arg.shape) for arg, kept in zip(definition.args, held, strict=True)
    ]
    changing = [name for name, kept in zip(names, held, strict=True) if not kept]
    if not changing:
        return ""
    line = Line("y", build.variable("y", definition.shape), definition.func(*names), definition)
    total = Differentials([line], [], changing[0])._differential(line, changing)
    if total is None:
        return ""
    change, whole = replace(total, {line.node: line.definition}), box_of(line.definition)
    left = Differential(whole if isinstance(whole, Name) else Fence("group", whole))
    text = f"d({write(line.definition)}) = {write(change)}"
    return Sentence(Formula(text, box=equation(left, box_of(change))))


def wanted(root: Node, by: Node) -> bool:
    """Whether a value on the way is a matrix."""
    return by in wanted_by(root, [by])


def wanted_by(root: Node, by: Sequence[Node]) -> set[Node]:
    """The variables with a value on the way to them that is a matrix."""
    found = 0
    for node, bits in moving_with(root, by).items():
        if len(node.axes) == 2 and node.args and node is not root:
            found |= bits if node.operator.name not in ("transpose", "negative") else 0
    return {variable for at, variable in enumerate(by) if found >> at & 1}
