"""What mcalc prints, mcalc reads: every answer, in text and in ASCII, has the value it had."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcalc.api import derive
from mcalc.calculus.index_form import IndexForm, write_expression
from mcalc.derivations.derivation import Derivation
from mcalc.expressions.common_parts import program
from mcalc.expressions.records import LoopIndex
from mcalc.expressions.tree import Node
from mcalc.language.parser import parse
from mcalc.language.shapes import Declaration, read_program
from mcalc.numbers.numeric import draw_point, draw_sizes, evaluate, evaluate_tensor
from mcalc.numbers.program import Program

CASES = {
    case["id"]: case
    for case in map(json.loads, (Path(__file__).parent / "corpus" / "cases.jsonl").read_text("utf-8").splitlines())
}
PROGRAMS = {
    "ones": ("sum(x)", "x", {"x": "n"}),
    "identity": ("x + a", "x", {"x": "n", "a": "scalar"}),
    "cases": ("max(0, w.x + b)*y", "w", {"w": "n", "x": "n", "b": "scalar", "y": "scalar"}),
    "data": ("sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)/N", "w", {}),
    "stack": ("[x; A@x]", "x", {"A": "m,n", "x": "n"}),
    "elements": ("[x[1]*x[2]; x[3]^2]", "x", {"x": "3"}),
    "two layers": ("sum((V@tanh(W@x + b) - y)^2)", "W", {"b": "m", "y": "k"}),
}


def declarations(derivation: Derivation) -> dict[str, Declaration]:
    return {
        name: Declaration(node.shape, node.parameters[1] if len(node.parameters) > 1 else frozenset())
        for name, node in derivation.reading.names.items()
    }


def read_again(derivation: Derivation, text: str) -> Any:
    if not isinstance(derivation.result, IndexForm):
        return read_program(parse(text), declarations(derivation), expected=derivation.shape).value
    letters = derivation.result.letters()
    free = {letters[index]: index.size for index in derivation.result.tensor.free}
    return read_program(parse(text), declarations(derivation), free_indices=free).value


def value_of(derivation: Derivation, node: Any, point: dict[str, Any], sizes: dict[str, int]) -> Any:
    """The value read back; with free indices, at every place."""
    if not isinstance(derivation.result, IndexForm):
        return evaluate(node, point, sizes)
    letters = derivation.result.letters()
    free = derivation.result.tensor.free
    loops = [LoopIndex(letters[index], index.size) for index in free]
    shape = tuple(int(index.size.xreplace({s: sizes[s.name] for s in index.size.free_symbols})) for index in free)
    program = Program([node], sizes, active=frozenset(loops))
    found = np.zeros(shape)
    for place in np.ndindex(*shape):
        running = {loop: at + 1 for loop, at in zip(loops, place, strict=True)}
        (found[place],) = program.run(point, running=running)
    return found


def check(derivation: Derivation) -> None:
    names = derivation.reading.names
    symbols = sorted({s for node in names.values() for size in node.shape for s in size.free_symbols}, key=str)
    sizes = draw_sizes(symbols)
    generator = np.random.default_rng(3)
    for kind in ("positive", "square"):
        point = draw_point(list(names.values()), sizes, kind, generator)
        result = derivation.result
        expected = (
            evaluate_tensor(result.tensor, point, sizes)
            if isinstance(result, IndexForm)
            else evaluate(result, point, sizes)
        )
        texts = [write_expression(result, dialect) for dialect in ("text", "ascii")]
        if isinstance(result, Node):
            texts += [text for text in (program(result, dialect, always=True) for dialect in ("text", "ascii")) if text]
        for text in texts:
            again = read_again(derivation, text)
            if not isinstance(result, IndexForm):
                assert again.shape == result.shape, text
            found = value_of(derivation, again, point, sizes)
            np.testing.assert_allclose(
                np.broadcast_to(found, np.shape(expected)), expected, rtol=1e-9, atol=1e-9, err_msg=text
            )


@pytest.mark.parametrize("name", CASES)
def test_corpus(name: str) -> None:
    case = CASES[name]
    kind = "hessian" if case["kind"] == "hessian" else "jacobian"
    if kind == "hessian":
        check(derive(case["expr"], case["wrt"], case["shapes"], kind, verify=False))
        return
    for by in case["wrt"].split(","):
        check(derive(case["expr"], by, case["shapes"], kind, verify=False))


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name: str) -> None:
    expression, by, shapes = PROGRAMS[name]
    check(derive(expression, by, shapes, verify=False))
