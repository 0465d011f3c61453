"""Random programs with answers: the derivative rewritten so that its value stays, and damaged so that it does not."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from sympy import Rational

import mcalc
from mcalc import Problem, tree
from mcalc.language import read_value
from mcalc.notation import write
from mcalc.numbers import JITTER, NotReal, Program, draw_point
from mcalc.table import ShapeMismatch
from mcalc.tree import Node, replace, topological, variables

SHAPES = {"x": "n", "y": "n", "z": "m", "A": "m,n", "B": "n,n", "s": "scalar", "t": "scalar", "u": "scalar"}
SMOOTH = ("sin", "cos", "exp", "tanh", "sigmoid", "atan", "softplus")
KINKED = ("relu", "abs", "leaky_relu", "elu")


class Case(NamedTuple):
    """A program, the variable, an answer to its derivative, and what was done to it."""

    program: str
    wrt: str
    shapes: dict[str, str]
    answer: str
    done: str


class Programs:
    """Random programs over scalars, vectors and matrices, with kinks and without."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def any(self) -> str:
        if self.random.random() < 0.4:
            return self.scalar(3, vectors=False)
        return self.scalar(3) if self.random.random() < 0.6 else self.vector(2)

    def _number(self) -> str:
        return self.random.choice(["2", "3", "1/2", "5", "0.25", "1/3", "10"])

    def _place(self) -> str:
        return self.random.choice(["0", "1", "2", "1/2", "5", "-3", "20", "300"])

    def scalar(self, depth: int, vectors: bool = True) -> str:
        pick = self.random.choice
        if depth == 0:
            return pick(["s", "t", "u"] if not vectors else ["s", "x.y", "sum(x)", "t"])
        inner = lambda: self.scalar(depth - 1, vectors)
        rules: list[Callable[[], str]] = [
            lambda: f"({inner()} + {inner()})",
            lambda: f"({inner()} - {inner()})",
            lambda: f"{inner()}*{inner()}",
            lambda: f"{self._number()}*{inner()}",
            lambda: f"{pick(SMOOTH)}({inner()}/4)",
            lambda: f"({inner()})^{pick('23')}",
            lambda: f"log(1 + ({inner()})^2)",
            lambda: f"{inner()}/(1 + ({inner()})^2)",
            lambda: f"{pick(KINKED)}({inner()} - {self._place()})",
            lambda: f"max({inner()}, {self._place()})",
            lambda: f"min({inner()}, {inner()})",
            lambda: f"where({inner()} > {self._place()}, {inner()}, {inner()})",
        ]
        if vectors:
            vector = lambda: self.vector(depth - 1)
            rules += [
                lambda: f"sum({vector()})",
                lambda: f"norm({vector()} + y)^2",
                lambda: f"sum(({vector()})*({vector()}))",
                lambda: f"logsumexp({vector()})",
                lambda: "x'@B@x",
                lambda: "sum((A@x - z)^2)",
            ]
        return pick(rules)()

    def vector(self, depth: int) -> str:
        pick = self.random.choice
        if depth <= 0:
            return pick(["x", "y", "B@x", "B'@y"])
        inner = lambda: self.vector(depth - 1)
        rules: list[Callable[[], str]] = [
            lambda: f"({inner()} + {inner()})",
            lambda: f"({inner()})*({inner()})",
            lambda: f"B@({inner()})",
            lambda: f"{self._number()}*({inner()})",
            lambda: f"{pick(SMOOTH)}({inner()})",
            lambda: f"{pick(KINKED)}({inner()} - {self._place()})",
            lambda: f"softmax({inner()})",
            lambda: f"max({inner()}, {self._place()})",
            lambda: f"({inner()})*(s - 2)",
        ]
        return pick(rules)()


def derived(programs: Programs, largest: int = 60) -> tuple[str, str, dict[str, str], Any]:
    """A program with a derivative that has a matrix form and depends on something."""
    while True:
        text = programs.any()
        names = [name for name in SHAPES if name in set(text.replace("sum", "").replace("norm", ""))]
        try:
            reading = (
                mcalc.jacobian(text, names[0], {n: SHAPES[n] for n in names}, verify=False).reading if names else None
            )
            if reading is None or not reading.names:
                continue
            wrt = programs.random.choice(list(reading.names))
            shapes = {name: SHAPES[name] for name in reading.names}
            found = mcalc.jacobian(text, wrt, shapes, verify=False)
        except Problem:
            continue
        if isinstance(found.result, Node) and found.result.key[0] <= largest and variables(found.result):
            return text, wrt, shapes, found


# Right answers ------------------------------------------------------------------------------------------------------


class Rewriting:
    """Steps on a tree that keep its value."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def rewritten(self, root: Node) -> tuple[Node, str]:
        done = []
        for _ in range(self.random.randint(1, 4)):
            ways = [self.commuted, self.multiplied_out, self.defined, self.factored, self.there_and_back, self.turned]
            way = self.random.choice(ways)
            new = way(root)
            if new is not None and new.shape == root.shape:
                root = new
                done.append(way.__name__)
        return root, " ".join(done)

    def _one(self, root: Node, fits: Callable[[Node], bool]) -> Node | None:
        found = [node for node in topological([root]) if not node.loops and fits(node)]
        return self.random.choice(found) if found else None

    def _put(self, root: Node, old: Node, new: Node) -> Node | None:
        try:
            return replace(root, {old: new}) if new.shape == old.shape else None
        except ShapeMismatch:
            return None

    def commuted(self, root: Node) -> Node | None:
        node = self._one(root, lambda n: n.operator.name in ("add", "multiply"))
        if node is None:
            return None
        args = list(node.args)
        self.random.shuffle(args)
        return self._put(root, node, tree.apply(node.operator.name, *args))

    def multiplied_out(self, root: Node) -> Node | None:
        def fits(n: Node) -> bool:
            return n.operator.name in ("multiply", "matmul") and any(a.operator.name == "add" for a in n.args)

        node = self._one(root, fits)
        if node is None:
            return None
        at = next(at for at, arg in enumerate(node.args) if arg.operator.name == "add")
        try:
            whole = node.args[at]
            parts = [part if part.shape == whole.shape or part.shape == () else None for part in whole.args]
            if None in parts or (node.operator.name == "matmul" and any(p.shape != whole.shape for p in whole.args)):
                return None
            terms = [tree.apply(node.operator.name, *node.args[:at], p, *node.args[at + 1 :]) for p in whole.args]
            if any(term.shape != node.shape for term in terms):
                return None
            return self._put(root, node, tree.apply("add", *terms))
        except ShapeMismatch:
            return None

    def defined(self, root: Node) -> Node | None:
        node = self._one(root, lambda n: n.operator.elementwise and bool(n.operator.definition) and len(n.args) == 1)
        if node is None:
            return None
        try:
            return self._put(root, node, read_value(node.operator.definition, {"a": node.args[0]}))
        except (ShapeMismatch, Problem):
            return None

    def factored(self, root: Node) -> Node | None:
        node = self._one(root, lambda n: bool(n.args) and n.operator.name not in ("transpose", "diag"))
        if node is None:
            return None
        number = tree.number(Rational(self.random.choice(["2", "3", "1/4", "7/2"])))
        return self._put(root, node, tree.apply("divide", tree.apply("multiply", number, node), number))

    def there_and_back(self, root: Node) -> Node | None:
        node = self._one(root, lambda n: bool(n.args) and n.operator.name not in ("transpose", "diag"))
        if node is None:
            return None
        more = tree.apply("multiply", tree.number(Rational(3, 2)), node)
        half = tree.apply("divide", node, tree.number(2))
        return self._put(root, node, tree.apply("add", more, tree.apply("negative", half)))

    def turned(self, root: Node) -> Node | None:
        node = self._one(root, lambda n: n.operator.name == "matmul" and all(len(a.shape) == 2 for a in n.args))
        if node is None:
            return None
        left, right = (tree.apply("transpose", arg) for arg in node.args)
        try:
            return self._put(root, node, tree.apply("transpose", tree.apply("matmul", right, left)))
        except ShapeMismatch:
            return None


def right_cases(seed: int) -> Iterator[Case]:
    programs, rewriting = Programs(seed), Rewriting(seed + 1)
    while True:
        text, wrt, shapes, found = derived(programs)
        node, done = rewriting.rewritten(found.result)
        if done:
            yield Case(text, wrt, shapes, write(node, "ascii"), done)


# Wrong answers ------------------------------------------------------------------------------------------------------


def exchanged(root: Node, old: Node, new: Node) -> Node | None:
    """The tree with a part exchanged for another of its shape."""
    return replace(root, {old: new}) if new.shape == old.shape else None


class Damaging:
    """Steps on a tree after which it has another value somewhere."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def damaged(self, root: Node) -> tuple[Node, str] | None:
        ways = [self.branch, self.term, self.factor, self.sign, self.other_side, self.coefficient, self.tiny_term]
        way = self.random.choice(ways)
        try:
            new = way(root)
        except ShapeMismatch:
            return None
        return None if new is None or new.shape != root.shape else (new, way.__name__)

    def _one(self, root: Node, fits: Callable[[Node], bool]) -> Node | None:
        found = [node for node in topological([root]) if not node.loops and fits(node)]
        return self.random.choice(found) if found else None

    def branch(self, root: Node) -> Node | None:
        asking = lambda n: n.operator.indicator or n.operator.name in ("where", "sign", "maximum", "minimum")
        node = self._one(root, asking)
        if node is None:
            return None
        if node.operator.name in ("where", "maximum", "minimum"):
            sides = [arg for arg in node.args[-2:] if arg.shape == node.shape]
            return exchanged(root, node, self.random.choice(sides)) if sides else None
        constant = self.random.choice([tree.number(0), tree.number(1)])
        whole = constant if not node.shape else tree.apply("multiply", constant, tree.ones(node.shape))
        return exchanged(root, node, whole)

    def term(self, root: Node) -> Node | None:
        node = self._one(root, lambda n: n.operator.name == "add")
        if node is None:
            return None
        at = self.random.randrange(len(node.args))
        rest = [arg for place, arg in enumerate(node.args) if place != at]
        return exchanged(root, node, tree.apply("add", *rest) if len(rest) > 1 else rest[0])

    def factor(self, root: Node) -> Node | None:
        node = self._one(root, lambda n: n.operator.name in ("multiply", "divide"))
        if node is None:
            return None
        if node.operator.name == "divide":
            return exchanged(root, node, node.args[0])
        at = self.random.randrange(len(node.args))
        rest = [arg for place, arg in enumerate(node.args) if place != at]
        return exchanged(root, node, tree.apply("multiply", *rest) if len(rest) > 1 else rest[0])

    def sign(self, root: Node) -> Node | None:
        sums = [node for node in topological([root]) if node.operator.name == "add"]
        node = self.random.choice([root, *(arg for whole in sums for arg in whole.args)])
        return exchanged(root, node, tree.apply("negative", node))

    def other_side(self, root: Node) -> Node | None:
        node = self._one(root, lambda n: len(n.shape) == 2 and n.shape[0] == n.shape[1] and n.shape[0] != 1)
        return None if node is None else exchanged(root, node, tree.apply("transpose", node))

    def coefficient(self, root: Node) -> Node | None:
        sums = [node for node in topological([root]) if node.operator.name == "add"]
        node = self.random.choice([root, *(arg for whole in sums for arg in whole.args)])
        nearly = tree.number(1 + Rational(self.random.choice([1, -1]), 10**9))
        return exchanged(root, node, tree.apply("multiply", nearly, node))

    def tiny_term(self, root: Node) -> Node | None:
        tiny = tree.number(Rational(1, 10 ** self.random.randint(6, 11)))
        leaves = [leaf for leaf in variables(root) if leaf.shape == root.shape]
        ones = tree.ones(root.shape) if root.shape else tree.number(1)
        return tree.apply("add", root, tree.apply("multiply", tiny, self.random.choice([ones, *leaves])))


def wrong_cases(seed: int) -> Iterator[Case]:
    programs, damaging = Programs(seed), Damaging(seed + 1)
    pick = programs.random.choice
    while True:
        text, wrt, shapes, found = derived(programs)
        if programs.random.random() < 0.2:
            inside = {1: wrt, 2: f"sum({wrt})"}[1 if SHAPES[wrt] == "scalar" else 2]
            far = (
                f"({text}) + {pick(['relu', '2*relu', 'abs'])}({inside} - {pick(['15', '40', '700', '1000', '20000'])})"
            )
            if found.value.axes:
                continue
            try:
                whole = mcalc.jacobian(far, wrt, shapes, verify=False)
            except Problem:
                continue
            answer, done = found.result, "far-off kink"
            if "abs" in far:
                slope = mcalc.jacobian(f"-({inside})", wrt, shapes, verify=False).result
                answer = tree.apply("add", answer, slope)
            text, found = far, whole
        else:
            damage = damaging.damaged(found.result)
            if damage is None:
                continue
            answer, done = damage
        if isinstance(found.result, Node) and differ(found.result, answer, list(found.reading.names.values())):
            yield Case(text, wrt, shapes, write(answer, "ascii"), done)


# An independent look at whether two trees differ ----------------------------------------------------------------------


def differ(one: Node, other: Node, names: list[Node]) -> bool:
    """Whether the two differ, beyond all rounding, at one of many points of all magnitudes: floating point alone."""
    generator = np.random.default_rng(3)
    for sizes in ({"n": 3, "m": 2}, {"n": 4, "m": 5}):
        pair, gap = Program([one, other], sizes), Program([tree.apply("add", one, tree.negated(other))], sizes)
        for at in range(240):
            scale = 10.0 ** generator.uniform(-1, 1 + 4 * (at % 2))
            point = draw_point(names, sizes, ("any", "positive")[at // 2 % 2], generator)
            each = generator.uniform(0, 1, len(point)) if at % 4 == 3 else np.ones(len(point))
            point = {name: value * scale ** each[k] for k, (name, value) in enumerate(point.items())}
            try:
                with np.errstate(all="ignore"):
                    a, b = pair.run(point)
                    largest = pair.largest(point)
                    apart = np.abs(gap.run(point)[0]).max()
                    moved = np.abs(pair.run(point, generator=generator)[0] - a).max()
            except (np.linalg.LinAlgError, NotReal, ValueError):
                continue
            if not (np.isfinite(a).all() and np.isfinite(b).all() and np.isfinite(largest)):
                continue
            rounding = max(1e-11 * largest, 1e-13 * moved / JITTER)
            if np.abs(np.asarray(a) - b).max() > rounding and apart > rounding:
                return True
    return False
