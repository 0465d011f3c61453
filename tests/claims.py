"""What the sentences of a derivation claim, each kind with how it can be false: of values, shapes, paths and names.

A sentence of no kind that is listed is a fault as well: whoever adds one says here what it claims.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from test_steps import Unfit, Values, choices, loops_of, nodes_of

from mcalc.ask import read
from mcalc.derivation import Derivation, Step, clauses, core, listed
from mcalc.networks import Expression, IndexForm
from mcalc.notation import write, write_expression
from mcalc.numbers import Program, dimensions
from mcalc.rewriting import ENTRYWISE, IN_ORDER, MOVES, SENTENCES
from mcalc.rewriting import rewritings as rows
from mcalc.table import NORM, TRACE, lies
from mcalc.tree import Node, name_text, variables


@dataclass
class Told:
    """A sentence where it is told: the step, those before it, and the values of all names at a point."""

    values: Values
    derivation: Derivation
    step: Step
    earlier: list[Step]
    running: Mapping[Any, int]

    def number(self, expression: Expression) -> Any:
        found = np.asarray(self.values.expression(expression, self.running), dtype=float)
        if not np.isfinite(found).all() or np.abs(found).max(initial=0) > 1e7:
            raise Unfit
        return found

    @property
    def leaves(self) -> list[Node]:
        """The derivatives that are told of."""
        return [node for node in nodes_of(self.step.before) if node.name == "partial"]

    @property
    def leaf(self) -> Node:
        """The ``∂u/∂x`` that is told of."""
        return self.leaves[0]

    @property
    def differentiated(self) -> list[Node]:
        """All values below what is differentiated."""
        lines = {line.name: line.definition for line in self.derivation.lines}
        above = [leaf.parameters[0] for leaf in self.leaves]
        return [node for part in above for node in nodes_of(part if isinstance(part, Node) else lines[part])]

    @property
    def definition(self) -> Node:
        """What is differentiated."""
        above = self.leaf.parameters[0]
        lines = {line.name: line.definition for line in self.derivation.lines}
        return above if isinstance(above, Node) else lines.get(above, self.derivation.value)

    @property
    def argument(self) -> Node:
        """What it is differentiated by."""
        return self.values.nodes[self.leaf.parameters[1]]

    @property
    def core(self) -> Node:
        """What is differentiated, without the constants that multiply it."""
        return core(self.definition, self.argument)

    @property
    def slope(self) -> Any:
        """What was found; of a core with constants around it, times those."""
        return self.number(self.step.after)

    @property
    def jacobian(self) -> Any:
        """The same, a row for each element of the value and a column for each of the argument."""
        return self.slope.reshape(-1, int(np.prod(dimensions(self.argument.axes, self.values.sizes))))

    @property
    def paths(self) -> list[list[str]]:
        """The paths that are multiplied, a term each: the names passed, the value first."""
        after = self.step.after
        if isinstance(after, IndexForm):
            terms = [[factor.node for factor in term.factors] for term in after.tensor.terms]
        else:
            terms = [nodes_of(top) for top in (after.args if after.name == "add" else (after,))]
        found = []
        for nodes in terms:
            below = {n.parameters[0]: n.parameters[1] for n in nodes if n is not None and n.name == "partial"}
            path = [next(name for name in below if name not in below.values())]
            while path[-1] in below:
                path.append(below[path[-1]])
            found.append(path)
        return sorted(found, key=len)


Holds = Callable[[re.Match[str], Told], bool]
KINDS: list[tuple[re.Pattern[str], Holds]] = []


def claim(*patterns: str) -> Callable[[Holds], Holds]:
    def kind(holds: Holds) -> Holds:
        KINDS.extend((re.compile(pattern), holds) for pattern in patterns)
        return holds

    return kind


def false_claims(derivation: Derivation, values: Values) -> Iterator[tuple[str, str]]:
    """The sentences that do not hold at a point, and those of no kind."""
    earlier: list[Step] = []
    for step in derivation.steps:
        loops = sorted(loops_of(step.before, values) | loops_of(step.after, values), key=str)
        running = next(iter(choices(loops, values.sizes)))
        told = Told(values, derivation, step, earlier, running)
        for clause in clauses(step.because):
            kinds = ((match, holds) for pattern, holds in KINDS if (match := pattern.fullmatch(clause)))
            match, holds = next(kinds, (None, None))
            if match is None or holds is None:
                yield clause, "a sentence of no kind that is listed"
            elif step.stage == "outline" and holds in OF_SLOPES:
                if not _is_known(clause, told):
                    yield clause, "is no rule of what is differentiated"
            elif not holds(match, told):
                yield clause, f"{write_expression(step.before)} = {write_expression(step.after)}"
        earlier.append(step)


def _is_known(clause: str, told: Told) -> bool:
    """Of an outline: whether it is the rule of an operator in what is differentiated."""
    rules = {rule.sentence for node in told.differentiated for rule in node.operator.rules}
    elementwise = any(node.operator.elementwise for node in told.differentiated)
    return any(clause in clauses(sentence) for sentence in rules) or (elementwise and "element-wise" in clause)


def near(one: Any, other: Any) -> bool:
    return np.shape(one) == np.shape(other) and bool(np.allclose(one, other, rtol=1e-6, atol=1e-8))


# Shapes of Jacobians, and where they are not 0


@claim("element-wise diagonal condition: each element depends on its own alone")
def _diagonal(_: re.Match[str], told: Told) -> bool:
    found = told.jacobian
    return found.shape[0] == found.shape[1] and not (found - np.diag(np.diag(found))).any()


@claim("the scalar stands beside every element: one input, so its derivative stands as a column")
def _column(_: re.Match[str], told: Told) -> bool:
    shape = told.step.shape
    return not told.argument.axes and len(told.definition.axes) == len(shape) > 0 and not lies(shape)


@claim("only the diagonal counts", r"element i (?:stands at|comes from) \(i, i\)")
def _on_the_diagonal(match: re.Match[str], told: Told) -> bool:
    return all(len(set(place)) == 1 for place in np.argwhere(told.slope))


@claim("an output rises with its own input and falls with every other of the same sum")
def _shares(_: re.Match[str], told: Told) -> bool:
    own = np.diag(told.jacobian)
    others = (told.jacobian - np.diag(own)) * np.sign(own[0])
    return bool((own * own[0] > 0).all() and (others <= 1e-12).all() and (others < 0).any())


@claim("every (?:element|term) counts (?:once|one n-th)")
def _alike(_: re.Match[str], told: Told) -> bool:
    counted = told.slope[told.slope != 0]
    return bool(counted.size) and near(counted, np.full(counted.shape, counted[0]))


@claim("the norm grows along the unit vector a/‖a‖")
def _along(_: re.Match[str], told: Told) -> bool:
    inner = told.number(told.core.args[0]).ravel()
    found = told.slope.ravel()
    return bool(np.isclose(abs(found @ inner), np.linalg.norm(found) * np.linalg.norm(inner)))


@claim("each absolute value has the slope ±1", r"the derivative of abs\(a\) is sign\(a\)")
def _of_one_size(_: re.Match[str], told: Told) -> bool:
    sizes = np.abs(told.slope[told.slope != 0])
    return bool(sizes.size) and near(sizes, np.full(sizes.shape, sizes[0]))


@claim(
    "the (?:maximum|minimum) moves with the (?:larger|smaller) argument",
    "the (?:maximum|minimum) moves with an argument only where that one is the (?:larger|smaller)",
    r"the slope is 1 where the argument is positive, and 0 elsewhere \(by convention also at the kink\)",
)
def _picked(match: re.Match[str], told: Told) -> bool:
    values = [told.number(arg) for arg in told.core.args] + [np.zeros(())]
    mine = next(at for at, arg in enumerate(told.core.args) if told.argument in variables(arg))
    sign = -1 if match[0].startswith("the minimum") else 1
    larger = np.broadcast_to(sign * (values[mine] - values[1 - mine]) > 0, told.number(told.core).shape).ravel()
    slopes = told.jacobian
    return near(larger, (np.diag(slopes) if told.argument.axes else slopes[:, 0]) != 0)


OF_SLOPES = {_diagonal, _on_the_diagonal, _shares, _alike, _along, _of_one_size, _picked}

# What stays, what is held


@claim(
    "a product is linear in its right factor: the left one stays",
    "a dot product by one side is the other, lying down",
    "the derivative of a product by one factor is the other",
    "row i of the product is row i of the left factor, times the right one",
    "row i is bᵀ times aᵢ",
    "column j is a times bⱼ",
    "a constant factor stays",
    "the denominator stays",
    "a minus sign stays",
    "each part fills its own (?:places|rows)",
    "each entry fills its own place",
    "an element moves with itself alone",
    "the same elements, their indices exchanged",
    "a value moves with itself, element by element",
    "every entry of [AB] multiplies a block, and the block is [AB]",
    "the same elements: the row changes with every place, the column after a whole column",
)
def _stays(match: re.Match[str], told: Told) -> bool:
    """What is linear has a derivative in which the argument does not occur; a dot product's lies down."""
    if not told.leaves:
        return told.step.rule in ("differential", "stack") and _equal(told)
    if match[0].startswith("a dot product") and not lies(told.leaf.shape):
        return False
    several = told.core.name in ("add", "stack", "stack_rows", "grid") or len(told.leaves) > 1
    return several or told.argument not in nodes_of(told.step.after)


@claim("both factors move: each in turn, the other held", "numerator and denominator move: the quotient rule")
def _both(match: re.Match[str], told: Told) -> bool:
    names = ("divide",) if match[0].startswith("numerator") else ("multiply", "matmul", "dot", "outer")
    products = [node for node in told.differentiated if node.name in names]
    return any(sum(told.argument in variables(arg) for arg in node.args) > 1 for node in products)


@claim("‖(a|A)‖² = (?:a·a|tr.Aᵀ·A.), where both factors vary alike")
def _square(match: re.Match[str], told: Told) -> bool:
    line = {line.name: line.definition for line in told.derivation.lines}
    changes = [node for node in nodes_of(told.step.before) if node.name == "differential"]
    definition = line[changes[0].parameters[0]] if changes else told.core
    squares = [node for node in nodes_of(definition) if node.name == "power" and node.args[0].name == NORM]
    if not squares:
        return False
    square = squares[0]
    inner = square.args[0].args[0]
    own = told.number(inner)
    return (match[1] == "A") == (len(inner.axes) == 2) and near(told.number(square), (own * own).sum())


@claim("a sum is differentiated term by term", "a constant does not move", "the others are held constant")
def _terms(match: re.Match[str], told: Told) -> bool:
    below = nodes_of(_whole(told))
    constant = any(not variables(arg) for node in below for arg in node.args)
    return constant if match[0].startswith("a constant") else any(len(node.args) > 1 for node in below)


@claim("(.*) (?:is|are) held constant")
def _held(match: re.Match[str], told: Told) -> bool:
    """What is held occurs, does not move itself, and a total derivative holds nothing."""
    names = set(re.split(", | and ", match[1]))
    changes = [node for node in nodes_of(told.step.before) if node.name == "differential"]
    moving = {told.derivation.wrt[0]} if changes else {told.leaf.parameters[1]}
    if changes:
        moving |= {line.name for line in told.derivation.lines}
    inside = {name_text(str(node.parameters[0])) for node in variables(_whole(told))}
    total = not changes and told.leaf.parameters[3]
    return names <= inside and not names & {name_text(name) for name in moving} and not total


def _whole(told: Told) -> Node:
    changes = [node for node in nodes_of(told.step.before) if node.name == "differential"]
    if not changes:
        return told.definition
    return next(line.definition for line in told.derivation.lines if line.name == changes[0].parameters[0])


@claim(r"(\S+) does not occur: the value does not move with it")
def _absent(match: re.Match[str], told: Told) -> bool:
    return match[1] not in {name_text(str(node.parameters[0])) for node in variables(told.derivation.value)}


# Laws of functions


@claim(r"the derivative of (?:y = )?(\S+\(a\)) is (.*)")
def _law(match: re.Match[str], told: Told) -> bool:
    return is_slope(match[1], match[2])


@cache
def is_slope(function: str, slope: str) -> bool:
    """Whether that is the slope of a function of one number, by differences."""
    shapes = {"a": "scalar", "y": "scalar"}
    value, derivative = (Program([read(text, shapes).value], {}) for text in (function, slope))

    def of(a: float) -> float:
        return float(value.run({"a": np.array(a)})[0])

    measured = {a: (of(a + 1e-6) - of(a - 1e-6)) / 2e-6 for a in (0.3, 0.6, 0.9)}
    return all(near(derivative.run({"a": np.array(a), "y": np.array(of(a))})[0], m) for a, m in measured.items())


RULES = {
    "1/b has the derivative −1/b²": "divide",
    "the exponent comes down, and is one less": "power",
    "an exponential, times the logarithm of its base": "power",
    "d(A⁻¹) = −A⁻¹ dA A⁻¹": "inv",
    "Jacobi's formula: det(A) A⁻ᵀ": "det",
    "Jacobi's formula, divided by the determinant: A⁻ᵀ": "logdet",
    "the derivative of logsumexp is softmax": "logsumexp",
    "a step is flat: its derivative is 0 wherever it has one": "",
    "twice the distance from the mean, over n; what the mean itself adds cancels, as the distances add up to 0": "var",
}


@claim(*(re.escape(clause) for sentence in RULES for clause in clauses(sentence)))
def _of_operator(match: re.Match[str], told: Told) -> bool:
    """The rule of that operator, and of that one of its arguments."""
    name = next(name for sentence, name in RULES.items() if match[0] in clauses(sentence))
    if name == "":
        return not told.slope.any()
    at = {"1/b has the derivative −1/b²": 1, "an exponential, times the logarithm of its base": 1}.get(match[0], 0)
    own = [node.args[at] for node in told.differentiated if node.name == name]
    return any(told.argument.parameters[0] == leaf.parameters[0] for part in own for leaf in variables(part))


@claim("of an open function the derivative goes by its name", "a row for each output, a column for each element")
@claim("of an open function the derivative goes by its name: a row for each output, a column for each element")
def _open(match: re.Match[str], told: Told) -> bool:
    return told.core.operator.open is not None and any(node.operator.open for node in nodes_of(told.step.after))


@claim(r"unit\(k,n\) is 1 at place k and 0 elsewhere")
def _unit(_: re.Match[str], told: Told) -> bool:
    return any(node.name == "unit" for node in nodes_of(told.step.after))


# Chain rules


def _above(told: Told, root: str) -> set[str]:
    """The names that a name is made of, and itself."""
    lines = {line.name: line.definition for line in told.derivation.lines}
    found: set[str] = set()
    stack = [root]
    while stack:
        name = stack.pop()
        if name in lines and name not in found:
            found.add(name)
            stack += [str(node.parameters[0]) for node in variables(lines[name])]
    return found


def _complete(told: Told) -> bool:
    """Whether the paths lead over all that is made of the variable, or over what was joined of that before."""
    value, target = told.leaf.parameters[:2]
    lines = {line.name: line.definition for line in told.derivation.lines}
    users = {name for name in _above(told, value) if target in {str(v.parameters[0]) for v in variables(lines[name])}}
    joined: set[str] = set()
    for step in told.earlier:
        leaves = [node for node in nodes_of(step.before) if node.name == "partial"] if step.stage == "combine" else []
        if leaves and leaves[0].parameters[1] == target and leaves[0].parameters[0] != value:
            joined |= _above(told, leaves[0].parameters[0])
    paths = told.paths
    whole = all(path[0] == value and path[-1] == target for path in paths)
    return whole and {path[-2] for path in paths} - joined == users - joined


@claim(
    "(?P<one>one path), scalars alone",
    "(?P<one>one path), with (?:the )?(?P<kinds>vectors and matrices|vectors?|matrix|matrices)(?: (?P<names>.*))?",
    "(?P<each>a path for every) .*",
    r"(?P<target>\S+) reaches (?P<value>\S+) (?P<ways>.*?)(?: for every (?P<every>.*))?",
)
def _paths(match: re.Match[str], told: Told) -> bool:
    paths, parts = told.paths, match.groupdict()
    if not _complete(told):
        return False
    if parts.get("each"):
        return len(paths) == 1 and _is_summed(told)
    if parts.get("ways"):
        ways = ["directly" if len(path) == 2 else f"through {listed(path[-2:0:-1])}" for path in paths]
        plain = re.sub(r" as well as | and (?=through|directly)|, (?=through|directly)", "|", match["ways"])
        said = f"along {len(paths)} paths" if plain.startswith("along") else "|".join(ways)
        ends = [name_text(name) for name in told.leaf.parameters[:2]]
        return plain == said and [match["value"], match["target"]] == ends
    ranks = {len(told.values.nodes[name].axes) for path in paths for name in path} - {0}
    own = {name_text(name): node for name, node in told.values.nodes.items()}
    names = re.split(", | and ", match["names"]) if parts.get("names") else []
    named = {len(own[name].axes) for name in names} or ranks
    kind = (parts.get("kinds") or "").rstrip("s").replace("matrice", "matrix")
    expected = {"": set(), "vector": {1}, "matrix": {2}, "vectors and matrix": {1, 2}}[kind]
    return len(paths) == 1 and not _is_summed(told) and (ranks == expected if not names else named == expected)


def _is_summed(told: Told) -> bool:
    after = told.step.after
    loops = isinstance(after, IndexForm) and any(term.loops for term in after.tensor.terms)
    return loops or any(node.name == "loop_sum" for node in nodes_of(after))


@claim("the paths are added", "the single-variable rule follows one alone")
def _added(_: re.Match[str], told: Told) -> bool:
    return len(told.paths) > 1 or _is_summed(told)


@claim("Jacobians are multiplied, the outermost first", "the derivatives are multiplied")
def _outermost_first(match: re.Match[str], told: Told) -> bool:
    """The product's factors as they are written are the paths, from the value down."""
    text = write_expression(told.step.after)
    written = [term for path in told.paths for term in (f"∂{name_text(a)}" for a in path[:-1])]
    return all(name in text for name in written) and (match[0][0] == "J") == any(
        told.values.nodes[name].axes for path in told.paths for name in path
    )


@claim("the Jacobians are inserted", "a δ leaves only the terms where its two indices are equal")
@claim("each factor is replaced by its value", "the derivatives found above are inserted")
def _inserted(match: re.Match[str], told: Told) -> bool:
    left = {node for node in nodes_of(told.step.after) if node.name == "partial"}
    return not left & {node for node in nodes_of(told.step.before) if node.name == "partial"} or match[0][0] != "e"


@claim("the first index counts rows, the second columns", "the entries side by side", "the entries below each other")
def _as_a_matrix(match: re.Match[str], told: Told) -> bool:
    shape = told.step.shape
    kind = "side by side" if lies(shape) else "below" if len(shape) == 1 else "rows"
    return kind in match[0]


@claim("one (?:row and one )?column for each of ([^;]*)", "the mixed derivatives are equal in either order")
def _collected(match: re.Match[str], told: Told) -> bool:
    names = match[1].split(", ") if match.lastindex else list(told.derivation.wrt)
    return names == list(told.derivation.wrt) and told.step.shape[-1] == len(names)


# Differentials


@claim("the differentials of the others are inserted, one in the next")
def _all_put_in(match: re.Match[str], told: Told) -> bool:
    """None of an intermediate variable is left."""
    left = {str(n.parameters[0]) for n in nodes_of(told.step.after) if n.name == "differential"}
    return _equal(told) and left == {told.derivation.wrt[0]}


@claim(r"d(\S+) is inserted")
def _change_inserted(match: re.Match[str], told: Told) -> bool:
    own = {name_text(n.parameters[0]) for n in nodes_of(told.step.before) if n.name == "differential"}
    left = {name_text(n.parameters[0]) for n in nodes_of(told.step.after) if n.name == "differential"}
    return match[1] in own - left


@claim("df = tr\\(Gᵀ·d(\\S+)\\) means ∂f/∂\\1 = G: what stands before d\\1, transposed")
def _read_off(match: re.Match[str], told: Told) -> bool:
    """The line before is ``tr(M·dX)``, times a number, and what is read off is Mᵀ."""
    total = told.earlier[-1].after
    change = next(node for node in nodes_of(total) if node.name == "differential")
    found, direction = told.slope, told.number(change)
    trace = any(node.name == TRACE for node in nodes_of(total))
    return trace and found.shape == direction.shape and near((found * direction).sum(), told.number(total))


@claim(r"the derivative by (\S+) is what multiplies d\1")
def _what_multiplies(match: re.Match[str], told: Told) -> bool:
    return any(
        name_text(n.parameters[0]) == match[1] for n in nodes_of(told.earlier[-1].after) if n.name == "differential"
    )


@claim(
    r"d(?P<inner>\(.*\)| \S+) = (?P<change>.*)",
)
def _law_of_changes(match: re.Match[str], told: Told) -> bool:
    change = match["change"].removesuffix(": each factor varies in turn")
    return is_change(match["inner"].strip(), change)


@cache
def is_change(inner: str, change: str) -> bool:
    """``d(A·B) = dA·B + A·dB``: whether that is the change of the value to first order, at random values."""
    names = sorted(set(re.findall(r"(?<![\w])d([a-hA-H])(?![\w(])", change)))
    flat = change in ("0⃗", "0")
    for small in ("n", "scalar", "n,n"):
        shapes = {**dict.fromkeys("abcdefgh", small), **dict.fromkeys("ABCDEFGH", "n,n")}
        every = {**shapes, **{f"z{ord(name)}": shapes[name] for name in names}}
        typed = re.sub(r"(?<![\w])d([a-hA-H])(?![\w(])", lambda found: f"z{ord(found[1])}", "0*a" if flat else change)
        try:
            programs = [Program([read(text, every).value], {"n": 3}) for text in (inner, typed)]
        except Exception:
            continue
        generator = np.random.default_rng(3)
        point = {
            name: generator.uniform(0.5, 1.5, {"n": (3,), "n,n": (3, 3)}.get(shape, ()))
            for name, shape in every.items()
        }

        def at(step: float, program: Any = programs[0], point: Any = point) -> Any:
            return np.asarray(program.run({**point, **{n: point[n] + step * point[f"z{ord(n)}"] for n in names}})[0])

        measured = (at(1e-5) - at(-1e-5)) / 2e-5
        found = np.asarray(programs[1].run(point)[0])
        if np.isfinite(measured).all():
            return bool(np.allclose(found, measured, rtol=1e-5, atol=1e-7))
    return False


# Rewritings: both sides are equal, and what the words speak of is there


def _equal(told: Told) -> bool:
    sides = (told.step.before, told.step.after)
    if any(
        node.name == "partial" and isinstance(node.parameters[0], Node) for side in sides for node in nodes_of(side)
    ):
        return True
    before, after = map(told.number, sides)
    return bool(np.abs(before - after).max(initial=0) <= 1e-5 * max(1e-3, np.abs(before).max(initial=0)))


def _has(side: Expression, *names: str) -> bool:
    return any(node.name in names for node in nodes_of(side))


@claim("a symmetric matrix is its own transpose")
def _symmetric(_: re.Match[str], told: Told) -> bool:
    sides = [told.step.before, *(sub.before for sub in told.step.substeps), *_definitions(told)]
    turned = {node.args[0] for side in sides for node in nodes_of(side) if node.name == "transpose"}
    square = [node for node in turned if len(node.axes) == 2 and node.shape[0] == node.shape[1]]
    return _equal(told) and any(near(found, found.T) for found in map(told.number, square))


def _definitions(told: Told) -> list[Node]:
    """The meanings of the names in a step, which substitution has put there."""
    used = {node for side in (told.step.before,) for node in nodes_of(side)}
    return [line.meaning for line in told.derivation.lines if line.node in used]


@claim("a trace may be turned in a circle", "a matrix and its transpose have one trace")
def _trace_turned(_: re.Match[str], told: Told) -> bool:
    return _equal(told) and _has(told.step.after, TRACE, "sum", "dot", "matmul", "norm")


@claim("a scalar is its own trace", "a sum over products of entries is a trace")
def _own_trace(match: re.Match[str], told: Told) -> bool:
    entries = match[0].startswith("a sum")
    return _equal(told) and _has(told.step.after, TRACE, "sum") and (entries or not _has(told.step.before, TRACE))


@claim("the transpose of a product turns its order round", "each term transposed")
def _order_round(_: re.Match[str], told: Told) -> bool:
    meanings = [node for side in _definitions(told) for node in nodes_of(side)]
    return _equal(told) and (_has(told.step.before, "transpose", "dot", "outer") or any(meanings))


@claim("S is symmetric", r"(\S+) is (.*)(?<!constant)(?<!itself)(?<!order)")
def _declared(match: re.Match[str], told: Told) -> bool:
    known = set(told.derivation.reading.names)
    if told.step.rule != "as declared":
        return _listed_rewriting(match, told)
    name = match[0].split(" is ")[0]
    node = told.derivation.reading.names.get(name)
    return (
        name in known and node is not None and set(match[0].split(" is ")[1].split(" and ")) == set(node.parameters[1])
    )


_OTHERS = {
    *(SENTENCES[fact] for fact in SENTENCES),
    *(move.sentence for move in MOVES),
    *(row.sentence for row in rows()),
    *(named.name for named in (*MOVES, *rows())),
    *(ENTRYWISE, IN_ORDER, "multiplied out", "written as the answer", "every derivative inserted"),
    "it is linear in what moves: what multiplies that stays",
    "what multiplies it is gathered in a row",
    "the differential is linear in those of what it is made of",
    "where z is positive, max(0, z) is z",
    "a unit vector picks one entry",
    "a diagonal matrix has its entries at a δ: diag(v)[i,j] = δ[i,j]*v[i]",
    "written out entry by entry",
    "the condition counts 1 where it holds, 0 where it fails",
    "products written as in the expression",
    "B·(A·B)⁻¹ is A⁻¹",
}


@claim(".*")
def _listed_rewriting(match: re.Match[str], told: Told) -> bool:
    """One of the table's sentences, or an equation of two values; the line itself holds."""
    text = match[0]
    if text in _OTHERS:
        law = re.fullmatch("([^:;]*) = ([^:;]*)", text)
        return _equal(told) and (law is None or is_law(law[1], law[2]))
    if re.fullmatch("the (denominator|numerator) layout writes the transpose", text):
        return _equal(told)
    if found := re.fullmatch("the dot product (.*)", text):
        return any(near(told.number(told.step.after), value) for value in of_text(found[1], told))
    if text == "the residual":
        return _has(told.step.after, "negative") and any(_has(line.definition, NORM) for line in told.derivation.lines)
    if found := re.fullmatch("(.*) written out", text):
        names = set(re.split(", | and ", found[1]))
        before, after = map(_names, (told.step.before, told.step.after))
        return names <= before and not names & after
    if text.startswith("with ") or (re.match(r"\S+ = ", text) and told.step.rule == "substitute back"):
        return _equal(told) and all(_is_meaning(part, told) for part in text.removeprefix("with ").split(", "))
    if found := re.fullmatch(r"(∂.*/∂\S+) = (.*)", text):
        leaves = [n for n in nodes_of(told.step.before) if n.name == "partial" and write(n) == found[1]]
        return bool(leaves) and any(near(told.number(leaves[0]), value) for value in of_text(found[2], told))
    subs = {f"{write_expression(sub.before)} = {write_expression(sub.after)}": sub for sub in told.step.substeps}
    return text in subs and near(told.number(subs[text].before), told.number(subs[text].after))


def _names(side: Expression) -> set[str]:
    return {name_text(str(node.parameters[0])) for node in nodes_of(side) if node.name == "variable"}


def _is_meaning(text: str, told: Told) -> bool:
    """``u₁ = A·x``: a name with what it stands for, or with its definition."""
    name, _, meaning = text.partition(" = ")
    lines = [line for line in told.derivation.lines if name_text(line.name) == name]
    return not meaning or any(meaning in f"{write(line.meaning)} {write(line.definition)}" for line in lines)


def of_text(text: str, told: Told) -> Iterator[Any]:
    """The value of a text in the names of the problem, read anew; where no name tells a size, of every size."""
    names = told.derivation.reading.names
    shapes = {name: ",".join(map(str, node.shape)) or "scalar" for name, node in names.items()}
    for loop, place in told.running.items():
        text = re.sub(rf"(?<=[\[,]){loop.name}(?=[\],])", str(place), text)
    value, sizes = read(text, shapes).value, told.values.sizes
    free = {str(symbol) for node in nodes_of(value) for size in node.shape for symbol in size.free_symbols} - set(sizes)
    for chosen in product(set(sizes.values()), repeat=len(free)):
        own = {**sizes, **dict(zip(sorted(free), chosen, strict=True))}
        yield np.asarray(Program([value], own).run(dict(told.values.point))[0])


@cache
def is_law(left: str, right: str) -> bool:
    """``vᵀ·diag(u) = (u ⊗ v)ᵀ``: whether both sides have one value at random vectors and matrices."""
    if not re.search("[·⊗]", left):
        return True
    shapes = {**dict.fromkeys("uv", "n"), **dict.fromkeys("AB", "n,n"), "n": "scalar"}
    values = []
    for text in (left, right):
        program = Program([read(text, {k: s for k, s in shapes.items() if k != "n"}).value], {"n": 3})
        generator = np.random.default_rng(5)
        point = {k: generator.uniform(0.5, 1.5, (3,) if s == "n" else (3, 3)) for k, s in shapes.items() if k != "n"}
        values.append(np.asarray(program.run(point)[0]))
    return near(*values)
