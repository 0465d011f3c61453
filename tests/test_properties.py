"""Random programs over the whole table of operators: right, read back, simplified, in any order of the terms.

``MCALC_EXAMPLES=100000 pytest -m slow tests/test_properties.py`` tries that many.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from typing import Any, NamedTuple

import numpy as np
import pytest
from cases_at_points import read
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from test_reading_back import read_again, value_of

import mcalc
from mcalc.derivation import Derivation
from mcalc.language import Reading
from mcalc.networks import IndexForm
from mcalc.notation import write_expression
from mcalc.numbers import KINDS, Program, draw_point, evaluate, evaluate_tensor, fitting_sizes
from mcalc.rewriting import simplify
from mcalc.table import COMPARISONS, TABLE, ShapeMismatch
from mcalc.tree import Node, dimension, topological

MANY = int(os.environ.get("MCALC_EXAMPLES", "2000"))
DEPTH = 6
SHAPES = {
    "a": "scalar",
    "b": "scalar",
    "x": "n",
    "w": "n",
    "y": "m",
    "A": "m,n",
    "X": "m,n",
    "B": "n,n",
    "S": "n,n:symmetric",
}

# Programs ----------------------------------------------------------------------------------------------------------

n, m = dimension("n"), dimension("m")
LEAVES: dict[Any, tuple[str, ...]] = {
    (): ("a", "b", "a", "2", "n"),
    (n,): ("x", "w", "x"),
    (m,): ("y",),
    (m, n): ("A", "X"),
    (n, n): ("B", "S", "B", "eye(n)"),
    (n, m): ("A'",),
    (dimension(1), n): ("x'", "w'"),
    (dimension(1), m): ("y'",),
    (dimension(2),): ("[a; b]",),
    (dimension(2), dimension(2)): ("[a, b; 3, a]",),
    (n + m,): ("[x; y]",),
    (n + 1,): ("[w; b]",),
    (m + n, n): ("[A; B]",),
    (m + 1, n): ("[A; x']",),
}
WITHIN: dict[str, tuple[str, ...]] = {  # what keeps an argument in the domain of the operator
    "positive": ("(1 + {}^2)", "exp({})", "{}"),
    "unit": ("(tanh({})/2)", "sin({})", "{}"),
    "above one": ("(2 + {}^2)", "cosh({})", "{}"),
    "square": ("({0}'@{0} + eye({rows}))", "({} + 4*eye({rows}))", "{}"),
}


@dataclass(frozen=True)
class Term:
    """A piece of a program: ``{}`` in the text stands for the arguments, `joined` if their order is free."""

    text: str
    args: tuple[Term, ...] = ()
    joined: bool = False
    operator: str = ""

    def write(self, turned: bool = False) -> str:
        args = [arg.write(turned) for arg in self.args]
        if self.joined:
            return "(" + self.text.join(args[::-1] if turned else args) + ")"
        return self.text.format(*args) if args else self.text


@dataclass(frozen=True)
class Way:
    """How a value of some shape is made: an operator of the table, the shapes of its arguments, the text around."""

    operator: str
    shapes: tuple[Any, ...]
    text: str
    joined: bool = False


@dataclass(frozen=True)
class Program_:
    """Definitions and a value; `turned`, with the terms of its sums and products in the other order."""

    definitions: tuple[tuple[str, Term], ...]
    value: Term

    def write(self, turned: bool = False) -> str:
        lines = [f"{name} = {term.write(turned)}" for name, term in self.definitions]
        return "; ".join([*lines, self.value.write(turned)])


def _texts(operator: Any) -> list[tuple[str, int, tuple[Any, ...]]]:
    """The ways to type an operator: the text, how many arguments, its parameters."""
    names = operator.argument_names
    if operator.name == "element":
        places = {"1": (1,), "2": (2,), "1,2": (1, 2), "2,1": (2, 1), ":,1": (None, 1)}
        return [("{}[" + text + "]", 1, tuple(p and dimension(p) for p in place)) for text, place in places.items()]
    if operator.name in ("stack", "stack_rows"):
        return [("[{}; {}]", 2, ())]
    if operator.name == "loop_sum":
        return []
    if operator.name == "grid":
        return [("[{}, {}; {}, 2]", 3, ())]
    if operator.variadic:
        joint = operator.notation.ascii
        return [(joint, 2, ()), (joint, 3, ())]
    if operator.written_as:
        text = re.sub("|".join(names), "{}", operator.written_as)
        return [(f"({text})", len(names), ())]
    if not operator.calls or not names:
        return []
    call = operator.calls[0]
    arguments = ", ".join("{}" for _ in names)
    plain = [(f"{call}({arguments})", len(names), ())]
    return plain + [(f"{call}({arguments}, axis={axis})", len(names), (axis,)) for axis in (0, 1) if operator.keywords]


@cache
def ways() -> dict[Any, list[Way]]:
    """By the shape of the value: every operator with every choice of arguments that its shape rule lets through."""
    found: dict[Any, list[Way]] = {shape: [] for shape in LEAVES}
    for operator in TABLE.values():
        for text, count, parameters in _texts(operator):
            for shapes in product(LEAVES, repeat=count):
                if operator.name == "grid":
                    shape = (dimension(2), dimension(2)) if shapes == ((), (), ()) else None
                else:
                    try:
                        shape = operator.shape(lambda one, other: one == other, shapes, *parameters)
                    except ShapeMismatch:
                        continue
                if shape in found and not (operator.name == "transpose" and not shape):
                    found[shape].append(Way(operator.name, shapes, text, operator.name in ("add", "multiply")))
    return found


def one_by_one(name: str) -> bool:
    return len(TABLE[name].arguments) == 1 and TABLE[name].elementwise


Choose = Callable[[Any], Any]
"""One of the options given."""


class Writer:
    """A program, by one choice after the other; it does not grow beyond `size` operators."""

    def __init__(self, choose: Choose, size: int) -> None:
        self.choose, self.size = choose, size
        self.definitions: list[tuple[str, Any, Term]] = []
        self.loops = 0

    def program(self, depth: int) -> Program_:
        for number in range(self.choose((0, 0, 1, 2))):
            shape = self.choose(((), (n,), (n,), (m,), (n, n), (m, n)))
            term = self.term(shape, self.choose((1, 2, 3)))
            self.definitions.append((f"u_{number}", shape, term))
        value = self.term(self.choose(((), (), (n,), (n,), (m,), (n, n), (m, n), (dimension(1), n))), depth)
        return Program_(tuple((name, term) for name, _, term in self.definitions), value)

    def leaf(self, shape: Any) -> Term:
        own = [name for name, its, _ in self.definitions if its == shape]
        letters = "ij"[: self.loops]
        running = {(): ["y[{}]", "{}"], (n,): ["X[{}]"]}.get(shape, [])
        running = [text.format(letter) for text in running for letter in letters]
        return Term(self.choose((*LEAVES[shape], *own, *own, *own, *running, *running)))

    def term(self, shape: Any, depth: int) -> Term:
        if depth <= 0 or self.size <= 0:
            return self.leaf(shape)
        by_operator: dict[str, list[Way]] = {}
        for way in ways()[shape]:
            by_operator.setdefault(way.operator, []).append(way)
        names = [name for name in by_operator for _ in range(1 if one_by_one(name) else 3)]
        if self.loops < 2:
            names += ["loop_sum"] * 3
        name = self.choose(names)
        self.size -= 1
        if name == "loop_sum":
            letter = "ij"[self.loops]
            self.loops += 1
            body = self.term(shape, depth - 1)
            self.loops -= 1
            return Term("sum({} for " + letter + " in 1..m)", (body,), operator=name)
        way = self.choose(by_operator[name])
        args = [self.term(arg, depth - 1 - self.choose((0, 0, 1, 2))) for arg in way.shapes]
        operator = TABLE[name]
        if operator.domain in WITHIN:
            args = [self.within(operator.domain, arg, shape) for arg, shape in zip(args, way.shapes, strict=True)]
        if name == "power" and way.shapes[0] == shape:
            low = ("2", "3") if len(shape) == 2 else ("0.5", "(-1)")
            low = ("2", "3") if len(shape) == 2 else ("0.5", "(-1)")
            args[1] = self.choose((Term("2"), Term("3"), args[1], *(Term(text) for text in low)))
        return Term(way.text, tuple(args), way.joined, name)

    def within(self, domain: str, arg: Term, shape: Any) -> Term:
        text = self.choose(WITHIN[domain])
        if domain == "square":
            text = text.replace("{rows}", str(shape[0]))
        text = text.replace("{0}", "{}")
        return Term(text, (arg,) * text.count("{}")) if text != "{}" else arg


@st.composite
def programs(draw: Any, depth: int = DEPTH, size: int = 12) -> Program_:
    writer = Writer(lambda options: draw(st.sampled_from(options)), size)
    return writer.program(draw(st.integers(1, depth)))


def random_programs(seed: int, depth: int = DEPTH, size: int = 12) -> Iterator[Program_]:
    generator = random.Random(seed)
    while True:
        yield Writer(lambda options: generator.choice(list(options)), size).program(generator.randint(1, depth))


def shapes_of(program: str) -> dict[str, str]:
    names = set(re.findall(r"[A-Za-z_]\w*", program))
    return {name: shape for name, shape in SHAPES.items() if name in names}


# Points ------------------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where a program and its derivative are finite and not at the mercy of rounding."""

    point: dict[str, Any]
    sizes: dict[str, int]
    derivative: Any
    tolerance: float


def value_at(result: Node | IndexForm, point: dict[str, Any], sizes: dict[str, int]) -> Any:
    if isinstance(result, IndexForm):
        return evaluate_tensor(result.tensor, point, sizes)
    return evaluate(result, point, sizes)


def place_of(derivation: Derivation) -> Place | None:
    variables = list(derivation.reading.names.values())
    generator = np.random.default_rng(7)
    sizes = next(fitting_sizes([derivation.value], variables))
    roots = [node for node in (derivation.value, derivation.result) if isinstance(node, Node)]
    program = Program(roots, sizes)
    for kind in KINDS * 2:
        point: dict[str, Any] = {**sizes, **draw_point(variables, sizes, kind, generator)}
        try:
            with np.errstate(all="ignore"):
                before, after = program.run(point), program.run(point, generator=generator)
                slope = value_at(derivation.result, point, sizes)
        except np.linalg.LinAlgError:
            continue
        if not all(np.isfinite(found).all() and np.abs(found).max() < 1e8 for found in (*before, *after, slope)):
            continue
        scale = max(1.0, np.abs(slope).max())
        if max(np.abs(one - other).max() for one, other in zip(before, after, strict=True)) < 1e-7 * scale:
            return Place(point, sizes, slope, 1e-6 * scale)
    return None


def close(found: Any, expected: Any, tolerance: float, text: str) -> None:
    np.testing.assert_allclose(
        np.broadcast_to(found, np.shape(expected)), expected, rtol=1e-6, atol=tolerance, err_msg=text
    )


# Properties --------------------------------------------------------------------------------------------------------


def at_a_kink(reading: Reading) -> bool:
    """Whether somewhere two arguments of a maximum or of a comparison are equal: what holds there is a convention."""
    variables = list(reading.names.values())
    sizes = next(fitting_sizes([reading.value], variables))
    compared = {"max", "min", *COMPARISONS.values()}
    nodes = [node for node in topological([reading.value]) if compared & {node.operator.name, *node.operator.calls}]
    for kind in KINDS:
        point = draw_point(variables, sizes, kind, np.random.default_rng(3))
        for node in nodes:
            try:
                with np.errstate(all="ignore"):
                    values = Program(node.args, sizes, active=node.loops).run(
                        point, running=dict.fromkeys(node.loops, 1)
                    )
            except np.linalg.LinAlgError:
                continue
            one = np.ravel(values[0])
            # log(exp(a)) and a differ by rounding
            if (
                np.any(np.isclose(one, np.ravel(values[1]), 1e-9))
                if len(values) > 1
                else len(np.unique(one)) < len(one)
            ):
                return True
    return False


def check(program: Program_) -> None:
    text, turned = program.write(), program.write(turned=True)
    shapes = shapes_of(text)
    for by in shapes:
        reading = read(text, shapes, (by,))
        if at_a_kink(reading):
            continue
        derivation = mcalc.jacobian(text, by, shapes)
        place = place_of(derivation)
        if place is None:
            continue
        reads_back(derivation, place)
        simplifies(derivation.value, place)
        if isinstance(derivation.result, Node):
            simplifies(derivation.result, place)
        if turned != text:
            other = mcalc.jacobian(turned, by, shapes, verify=False)
            assert other.shape == derivation.shape
            close(value_at(other.result, place.point, place.sizes), place.derivative, place.tolerance, turned)


def reads_back(derivation: Derivation, place: Place) -> None:
    for dialect in ("text", "ascii"):
        text = write_expression(derivation.result, dialect)
        again = read_again(derivation, text)
        if isinstance(derivation.result, Node):
            assert again.shape == derivation.result.shape, text
        close(value_of(derivation, again, place.point, place.sizes), place.derivative, place.tolerance, text)


def simplifies(node: Node, place: Place) -> None:
    once = simplify(node)
    assert once.shape == node.shape
    expected = evaluate(node, place.point, place.sizes)
    close(
        evaluate(once, place.point, place.sizes), expected, 1e-6 * max(1.0, np.abs(expected).max()), f"{node} -> {once}"
    )
    twice = simplify(once)
    assert twice is once or write_expression(twice, "ascii") == write_expression(once, "ascii")


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def _random_programs(part: int) -> Callable[[], None]:
    """One of several parts, so that they run side by side."""
    test = given(programs(depth=4, size=5))(check)
    return seed(part)(settings(max_examples=60, deadline=None, database=None, suppress_health_check=QUIET)(test))


for _part in range(8):
    globals()[f"test_random_programs_{_part}"] = _random_programs(_part)


@pytest.mark.slow
@settings(max_examples=MANY, deadline=None, suppress_health_check=QUIET)
@given(programs())
def test_very_many_random_programs(program: Program_) -> None:
    check(program)


def test_every_operator_is_met() -> None:
    """The programs above are made of all the operators of the table that can be typed."""
    typed = {operator.name for operator in TABLE.values() if operator.rules or operator.sentence}
    met: set[str] = set()
    for program in islice(random_programs(1), 1800):
        text = program.write()
        read(text, shapes_of(text))
        terms = [program.value, *(term for _, term in program.definitions)]
        while terms:
            term = terms.pop()
            met.add(term.operator)
            terms += term.args
    assert typed <= met
