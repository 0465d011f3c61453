"""An operator by itself: in which shapes it is taken, its Jacobians there, and its definition in simpler operators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mcalc.ask import derive, read, shapes_by_letter
from mcalc.calculus.differentiate import differentiate
from mcalc.derivation.derivation import Derivation
from mcalc.language.declarations import Declaration
from mcalc.language.shapes import Reading
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.boxes import Box
from mcalc.notation.drawing import Drawn
from mcalc.notation.partials import derivative
from mcalc.notation.writing import write
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.numeric import draw_point, evaluate, evaluate_tensor, fitting_sizes
from mcalc.table.records import Array, Operator, Shape, ShapeMismatch
from mcalc.tree import build
from mcalc.tree.node import Node, dimension

_M, _N, _K, _L = (dimension(name) for name in "mnkl")
_SHAPES: dict[int, tuple[tuple[Shape, ...], ...]] = {
    1: (((),), ((_N,),), ((_M, _N),), ((_N, _N),)),
    2: (
        ((), ()),
        ((_N,), ()),
        ((_M,), (_N,)),
        ((_N,), (_N,)),
        ((_M, _N), (_N,)),
        ((_M, _N), (_K, _L)),
        ((_M, _K), (_K, _N)),
        ((_M, _N), (_M, _N)),
    ),
    3: (((), (), ()), ((_N,), (_N,), (_N,)), ((_M, _N), (_M, _N), (_M, _N))),
}
_POINTS = 3


@dataclass(frozen=True)
class Form:
    """The operator of arguments of certain shapes."""

    node: Node

    def jacobian(self, argument: Node) -> tuple[Box, Expression]:
        """``∂y/∂argument``, with its indices where it has no matrix form, and what it is in the arguments and y."""
        shapes = {str(arg.parameters[0]): Declaration(arg.shape) for arg in self.node.args}
        name = str(argument.parameters[0])
        derivation = derive(
            f"y = {write(self.node, 'ascii')}; y", name, shapes, "explain", verify=False, method="chain"
        )
        steps = [step for step in derivation.steps if step.stage in ("differentiate", "combine")]
        alone = len(derivation.lines) == 1 and len(steps) == 1
        found = steps[0].after if alone and not isinstance(steps[0].after, Drawn) else derivation.natural
        above: list[str] = []
        below: list[str] = []
        if isinstance(found, IndexForm):
            letters, tensor = found.letters(), found.tensor
            above, below = ([letters[index] for index in part] for part in (tensor.value, tensor.variable))
        return derivative(("y", len(self.node.axes), above), [(name, len(argument.axes), below)]), found

    def passed_on(self, argument: Node) -> Node | None:
        """``∂f/∂argument`` from ``∂f/∂y``, which is G of a matrix y, gᵀ of a column y; None without a matrix form."""
        declared = {str(arg.parameters[0]): Declaration(arg.shape) for arg in self.node.args}
        name = "G" if len(self.node.axes) == 2 else "g"
        declared[name] = Declaration(self.node.shape)
        value = f"sum({name} .* ({write(self.node, 'ascii')}))"
        natural = derive(value, str(argument.parameters[0]), declared, verify=False).natural
        return natural if isinstance(natural, Node) else None


def forms(operator: Operator) -> list[Form]:
    """The shapes that the operator takes, small ones first; general ones stand for special ones.

    What has no rule of its own, as a stack, has none.
    """
    found: list[Form] = []
    for shapes in _SHAPES[len(operator.argument_names)] if operator.rules else ():
        arguments = [build.variable(name, shape) for name, shape in zip(operator.argument_names, shapes, strict=True)]
        for parameters in ((), *([(0,), (1,)] if operator.keywords and len(shapes[0]) == 2 else ())):
            try:
                applied = build.apply(operator.name, *arguments, parameters=parameters)
            except ShapeMismatch:
                continue
            declared = {
                name: Declaration(arg.shape) for name, arg in zip(operator.argument_names, arguments, strict=True)
            }
            node = read(write(applied, "ascii"), declared).value
            ranks = node.parameters, [len(shape) for shape in shapes]
            known = [(form.node.parameters, [len(arg.shape) for arg in form.node.args]) for form in found]
            if node.operator is operator and list(node.args) == arguments and ranks not in known:
                found.append(Form(node))
    return found


def example_of(operator: Operator) -> Reading:
    """The operator's example, its names of the shapes that their letters say."""
    return read(operator.example, shapes_by_letter(operator.example))


def defined(operator: Operator) -> tuple[Reading, dict[str, str]]:
    """The definition, read in the shapes of the operator's example; and those shapes as they are declared."""
    example = example_of(operator).value
    names = zip(operator.argument_names, example.args, strict=True)
    shapes = {name: ",".join(map(str, arg.shape)) or "scalar" for name, arg in names}
    return read(operator.definition, shapes), shapes


def derived(operator: Operator, argument: str) -> Derivation:
    """The definition differentiated, step by step."""
    return derive(operator.definition, argument, defined(operator)[1], "explain", method="chain")


@dataclass(frozen=True)
class Agreement:
    """How far apart, relative to their size, the definition and the operator are, and their derivatives."""

    points: int
    values: float
    derivatives: float


def agreement(operator: Operator, argument: str) -> Agreement:
    """The definition against the NumPy meaning, its derivative by its steps against the rule of the table."""
    reading, _ = defined(operator)
    arguments = [reading.names[name] for name in operator.argument_names]
    value = build.apply(operator.name, *arguments)
    by = reading.names[argument]
    rule, natural = differentiate(value, by), derived(operator, argument).natural
    apart, far, points = 0.0, 0.0, 0
    for point, sizes in islice(_points(operator, value, arguments), 40):
        ours, theirs = evaluate(reading.value, point, sizes), evaluate(value, point, sizes)
        if isinstance(natural, IndexForm):
            steps = evaluate_tensor(natural.tensor, point, sizes)
        else:
            steps = evaluate(natural, point, sizes)
        table = evaluate_tensor(rule, point, sizes).reshape(np.shape(steps))
        if not (np.isfinite(theirs).all() and np.isfinite(table).all()):
            continue
        apart, far = max(apart, _distance(ours, theirs)), max(far, _distance(steps, table))
        points += 1
        if points == _POINTS:
            break
    return Agreement(points, apart, far)


def _points(
    operator: Operator, value: Node, arguments: list[Node]
) -> Iterator[tuple[dict[str, Array], dict[str, int]]]:
    generator = np.random.default_rng(3)
    for sizes in fitting_sizes([value], arguments):
        for _ in range(10):
            yield draw_point(arguments, sizes, operator.domain, generator), sizes


def _distance(one: object, other: object) -> float:
    return float(np.abs(np.subtract(one, other)).max() / max(np.abs(other).max(), 1e-3))
