"""What a derivation makes when one of its steps is done wrong: a factor left out, a path forgotten, a term lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as with_fields

from sympy.core.singleton import S

from mcalc.ask import turned_for
from mcalc.calculus.differentiate import differentiate
from mcalc.calculus.local_rules import local_rule
from mcalc.checking.factors import constant, is_diagonal, plain
from mcalc.checking.findings import SIGN
from mcalc.derivation.derivation import Step
from mcalc.derivation.locals import leaf_of, matrix_or_indices
from mcalc.derivation.natural import work_on
from mcalc.language.formulas import read_value
from mcalc.language.shapes import Reading
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.networks.networks import Factor, Index, Term, fresh
from mcalc.notation.said import clipped
from mcalc.notation.writing import write
from mcalc.table.records import ShapeMismatch
from mcalc.table.sentences import Formula, Sentence, filled, linked
from mcalc.tree import build
from mcalc.tree.node import Node, depends, replace, topological, variables

_MOST_EDGES = 60
_MOST_PAIRS = 80

Edge = tuple[Node, int]


@dataclass(frozen=True)
class Variant:
    """What the derivative would be under a mistake, the finding that this is, and the step where it happens.

    `also` are the findings, with their words, of further mistakes that are made with it; `factor_cost` is how much
    of its usual cost a factor or a transpose beside it has; `alone`, whether it explains an answer only as it stands.
    """

    finding: str
    cost: float
    words: str
    expression: Expression
    step: Step | None = None
    edge: Edge | None = None
    also: tuple[tuple[str, str], ...] = ()
    factor_cost: float = 1.0
    alone: bool = False


Mistake = Callable[["Variants"], Iterator[Variant]]
MISTAKES: list[Mistake] = []
"""Every way in which a step may be done wrong."""


def mistake(maker: Mistake) -> Mistake:
    """One more way."""
    MISTAKES.append(maker)
    return maker


class Variants:
    """The derivation of one derivative, with ways to do it wrong."""

    def __init__(self, reading: Reading, by: Node, layout: str) -> None:
        self.reading, self.by, self.layout = reading, by, layout
        self.work = work_on(reading, by, every=True)
        self.natural = self.work.derive()
        self.root = self.work.prepared.root
        self.touched = depends(self.root, self.work.by)
        self.nodes: dict[Node, Node] = getattr(self.work, "nodes", {})
        self.meaning = {line.node: line.meaning for line in self.work.lines}
        self.work.steps = [self._with_names(step) for step in self.work.steps]

    # Steps

    def _with_names(self, step: Step) -> Step:
        leaves = variables(step.after) if isinstance(step.after, Node) else []
        return with_fields(step, names=tuple((leaf, self.meaning[leaf]) for leaf in leaves if leaf in self.meaning))

    def step_of(self, node: Node, arg: Node) -> Step | None:
        """The step in which `node` is differentiated by `arg`, or what uses `node` where that has no name."""
        named = {line.node: line for line in self.work.lines}
        line = named.get(self.nodes.get(node, node))
        if line is None:
            line = next(
                (line for line in self.work.lines if self.nodes.get(node) in topological([line.definition])), None
            )
        if line is None:
            return None
        inner = self.nodes.get(arg, arg)
        leaves = [leaf for leaf in variables(inner) if leaf in named or leaf is self.work.by] if inner.args else [inner]
        for leaf in leaves:
            side = leaf_of(line.node, line.name, leaf)
            for step in self.work.steps:
                if step.stage == "differentiate" and (step.before is side or _names(step.before, side)):
                    return step
        return None

    def chain_step(self) -> Step | None:
        """The step that multiplies along the paths, and adds them."""
        found = [step for step in self.work.steps if "chain rule" in step.rule]
        return found[-1] if found else None

    # Edges: node by argument

    def edges(self) -> list[Edge]:
        """The operators on the way to the variable, with the argument through which the way leads."""
        found = [
            (node, at)
            for node in topological([self.root])
            if node in self.touched and node.args
            for at, arg in enumerate(node.args)
            if arg in self.touched
        ]
        return found[:_MOST_EDGES]

    def edited(self, edits: Mapping[Edge, str]) -> Expression | None:
        """The derivative with the local derivatives of some edges left out, or replaced by one."""
        left_out = False

        def rule_of(node: Node, at: int, indices: tuple[Index, ...]) -> tuple[list[Term], tuple[Index, ...]]:
            nonlocal left_out
            edit = edits.get((node, at))
            if edit is None:
                return local_rule(node, at, indices)
            left_out = True
            arg = node.args[at]
            if edit == "drop":
                return [], fresh(arg)
            if len(arg.axes) == len(indices) and all(a == i.size for a, i in zip(arg.axes, indices, strict=True)):
                return [Term(S.One, ())], indices
            if not arg.axes or not indices:
                return [Term(S.One, ())], fresh(arg)
            raise ShapeMismatch("no identity")

        try:
            tensor = differentiate(self.root, self.work.by, rule_of)
            return self._laid_out(matrix_or_indices(tensor), self.reading.value, self.by) if left_out else None
        except ShapeMismatch:
            return None

    def _laid_out(self, found: Expression, value: Node, by: Node) -> Expression:
        return turned_for(found, value, by, self.layout)

    def all(self) -> Iterator[Variant]:
        """Every version of the derivative in which one step is done wrong."""
        for maker in MISTAKES:
            yield from maker(self)

    def identity_kind(self, edge: Edge) -> tuple[str, float, str]:
        """What it is called where the factor of an edge is left out."""
        node, at = edge
        step = self.step_of(node, node.args[at])
        local = step.after if step is not None and isinstance(step.after, Node) else None
        shown = Sentence("one of the factors")
        if local is not None:
            shown = filled("the factor {}", clipped(replace(local, self.meaning)))
        if _is_mask(node, at):
            return "missing-mask", 1.0, shown
        if local is not None and constant(local) is not None:
            if constant(local) == -1:
                return SIGN, 1.15, "a minus is lost on the way"
            return "factor", 1.5, filled("{} is missing", shown)
        if local is not None and plain(local) and node is self.root:
            return "factor", 1.5, filled("{} is missing", shown)
        return "chain", 1.5, filled("{} is missing", shown)

    @mistake
    def _without_factors(self) -> Iterator[Variant]:
        for edge in self.edges():
            node, at = edge
            if node.operator.name in ("add", "transpose", "sum", "loop_sum", "element"):
                continue
            found = self.edited({edge: "identity"})
            if found is not None:
                finding, cost, words = self.identity_kind(edge)
                yield Variant(finding, cost, words, found, self.step_of(node, node.args[at]), edge)

    @mistake
    def _without_paths(self) -> Iterator[Variant]:
        edges = self.edges()
        branches = [edge for edge in edges if sum(edge[0] is other[0] for other in edges) > 1]
        forks = list(branches)
        users: dict[Node, list[Edge]] = {}
        for node, at in edges:
            users.setdefault(node.args[at], []).append((node, at))
        forks += [edge for uses in users.values() if len(uses) > 1 for edge in uses if edge not in forks]
        for edge in forks:
            if len(set(edge[0].args)) < len(edge[0].args):
                continue
            found = self.edited({edge: "drop"})
            if found is None or (isinstance(found, Node) and build.is_zero(found)):
                continue
            node, at = edge
            arg = node.args[at]
            within: str = self._name(arg)
            if arg is self.work.by:
                within = filled("the {} of {}", self._name(arg), self._name(node))
            passed = within if edge in branches else self._name(node)
            words = filled("the path through {} is left out", passed)
            yield Variant(
                "missing-term", 1.45, words, found, self.chain_step() or self.step_of(node, node.args[at]), edge
            )

    def _name(self, node: Node) -> Formula:
        value = self.work.prepared.origin.get(node, node)
        shown = write(value)
        return Formula(f"`{shown}`" if len(shown) < 40 else f"`{shown[:37]}…`", box=value)

    @mistake
    def _between(self) -> Iterator[Variant]:
        """``∂u/∂v`` for values u and v on the way: what stands before u or behind v is missing."""
        inner = [node for node in topological([self.root]) if node in self.touched]
        pairs = [
            (u, v)
            for u in reversed(inner)
            for v in inner
            if v is not u and (u is not self.root or v is not self.work.by)
        ]
        for u, v in pairs[:_MOST_PAIRS]:
            if v not in depends(u, v) or u.loops or v.loops or not self._separates(u) or not self._separates(v):
                continue
            try:
                found = self._laid_out(matrix_or_indices(differentiate(u, v)), u, v)
            except ShapeMismatch:
                continue
            if isinstance(found, Node) and (build.is_zero(found) or not variables(found)) and u is not self.root:
                continue
            missing = []
            if u is not self.root:
                missing.append(filled("the outer derivative, that of the whole by {},", self._name(u)))
            if v is not self.work.by:
                missing.append(filled("the inner derivative {},", self._derivative(v)))
            step = self._step_below(v) if v is not self.work.by else self.step_of(self.root, u)
            if v is self.work.by and self._only_summed(u):
                diagonal = isinstance(found, Node) and is_diagonal(found)
                finding = "missing-diag" if diagonal else "missing-sum"
                words = "the sum makes a row of the diagonal matrix" if diagonal else "that of the rows"
                yield Variant(finding, 1.4, words, found, step)
                continue
            cost = 1.7 + 0.3 * (len(missing) - 1) + (0.2 if u is not self.root else 0)
            cost += 0.3 if _rank(found) != _rank(self.natural) else 0.0
            yield Variant("chain", cost, Sentence(linked(" and ", missing), " is missing"), found, step)

    @mistake
    def _product_of_derivatives(self) -> Iterator[Variant]:
        """``(uv)' = u'v'`` and ``(u/v)' = u'/v'``, where these rules are sums."""
        root, by = self.root, self.work.by
        if root.operator.name not in ("multiply", "divide") or root.axes or by.axes:
            return
        found = [matrix_or_indices(differentiate(arg, by)) for arg in root.args]
        slopes = [slope for slope in found if isinstance(slope, Node) and not build.is_zero(slope)]
        if len(slopes) == len(root.args):
            words = f"the derivatives of {' and '.join(map(self._name, root.args))} are each taken by themselves"
            whole = self._laid_out(build.apply(root.operator.name, *slopes), self.reading.value, self.by)
            yield Variant("wrong", 1.3, words, whole, self.chain_step())

    def _derivative(self, node: Node) -> str:
        """The derivative of a value on the way by the variable, where it is short: ``that of X·w, X``."""
        try:
            found = matrix_or_indices(differentiate(node, self.work.by))
        except ShapeMismatch:
            return filled("that of {}", self._name(node))
        if not isinstance(found, Node):
            return filled("that of {}", self._name(node))
        return filled("{}, that of {}", clipped(found), self._name(node))

    def _separates(self, node: Node) -> bool:
        """Whether every path from the value to the variable passes the node."""
        if node is self.root or node is self.work.by:
            return True
        leaf = build.variable("…", node.shape)
        return self.work.by not in depends(replace(self.root, {node: leaf}), self.work.by)

    def _only_summed(self, node: Node) -> bool:
        """Whether the value is the sum of the node's entries."""
        return self.root.operator.name in ("sum", "mean") and self.root.args[0] is node

    def _step_below(self, node: Node) -> Step | None:
        arg = next((arg for arg in node.args if arg in self.touched), None)
        return None if arg is None else self.step_of(node, arg)


def _is_mask(node: Node, at: int) -> bool:
    """Whether the local derivative of an edge is a condition."""
    operator = node.operator
    if not operator.elementwise or not operator.rules:
        return False
    formula = operator.rule(at).formula
    if not isinstance(formula, str):
        return False
    slope = read_value(formula, {**dict(zip(operator.argument_names, node.args, strict=False)), "y": node}).operator
    return slope.indicator or slope.is_cases or slope.is_step


def _names(side: object, leaf: Node) -> bool:
    """Whether the left side of a step is the leaf with its indices."""
    if not isinstance(side, IndexForm):
        return False
    factors: list[Factor] = [factor for term in side.tensor.terms for factor in term.factors]
    return len(factors) == 1 and factors[0].node is leaf


def _rank(expression: Expression) -> int:
    return sum(size != 1 for size in expression.shape)
