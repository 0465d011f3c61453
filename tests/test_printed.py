"""What is printed in LaTeX, Typst and MathML says what it should: read as a reader reads a page, it has the same value.

The reader in `pages/` shares nothing with mcalc: it lays the symbols out, tries every reading of equal standing, and
calls ambiguous what has two.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mcalc
from mcalc.derivation import Derivation
from mcalc.networks import IndexForm
from mcalc.notation import box_of, element, printer
from mcalc.numbers import draw_point, evaluate, evaluate_tensor, fitting_sizes
from mcalc.tree import Node, topological, variables

sys.path.insert(0, str(Path(__file__).parent / "pages"))

import latex_read
import mathml_read
import pagemath
import typst_read

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "corpus" / "cases.jsonl").read_text("utf-8").splitlines()
]
READERS = {
    "latex": lambda text: latex_read.read(text),
    "typst": lambda text: typst_read.read(f"$ {text} $"),
    "mathml": lambda text: mathml_read.read(element(text)),
}
POINTS = (("positive", 3), *(("square", seed) for seed in range(30)))
"""Where a formula is evaluated: at the first of these random points where it has a value."""


def values(derivation: Derivation) -> Iterator[Node | IndexForm]:
    """The value and the result, where they can be evaluated at a point."""
    for value in (derivation.value, derivation.result):
        if isinstance(value, IndexForm) or (isinstance(value, Node) and not value.loops):
            yield value


def verdict(derivation: Derivation, value: Node | IndexForm, notation: str) -> tuple[str, str]:
    """How the printed formula reads at a point, and the formula."""
    roots = [value] if isinstance(value, Node) else value.nodes()
    names = list({*derivation.reading.names.values(), *(name for root in roots for name in variables(root))})
    names.sort(key=str)
    text = printer(notation).write(box_of(value))
    drawn = product(fitting_sizes([derivation.value, *roots], names), POINTS)
    for sizes, (domain, seed) in drawn:
        point = draw_point(names, sizes, domain, np.random.default_rng(seed))
        try:
            want = (
                evaluate(value, point, sizes)
                if isinstance(value, Node)
                else evaluate_tensor(value.tensor, point, sizes)
            )
        except (np.linalg.LinAlgError, ValueError, KeyError):
            continue
        if not np.isfinite(want).all() or badly_conditioned(roots, point, sizes):
            continue
        arrays = {name: np.asarray(array) for name, array in point.items()}
        read = pagemath.judge(READERS[notation](text), arrays, dict(sizes), np.asarray(want, float), 0)
        return read[0], f"{text}: {read[1]}"
    return "no point", text


def badly_conditioned(roots: list[Node], point: dict[str, Any], sizes: dict[str, int]) -> bool:
    """Whether an inverse is of a matrix that is nearly singular: then the last digits differ."""
    inner = [node.args[0] for node in topological(roots) if node.operator.domain == "square"]
    return any(np.linalg.cond(evaluate(node, point, sizes)) > 1e4 for node in inner if not node.loops)


@pytest.mark.parametrize("notation", list(READERS))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_is_printed_has_the_value(case: dict[str, Any], notation: str) -> None:
    found = getattr(mcalc, case["kind"])(case["expr"], case["wrt"], case["shapes"], verify=False)
    with found.apart():
        for part in found.parts or (found,):
            for value in values(part):
                told, text = verdict(part, value, notation)
                assert told == "right", text


MISREAD = [
    (r"2 \mathbf{a} \cdot \mathbf{x} \mathbf{b}^{T}", "ambiguous"),
    (r"2 (\mathbf{a} \cdot \mathbf{x}) \mathbf{b}^{T}", "right"),
    (r"2 (\mathbf{a} \cdot \mathbf{x}) \mathbf{a}^{T}", "wrong"),
]


@pytest.mark.parametrize(("text", "expected"), MISREAD)
def test_the_reader_tells_right_from_wrong(text: str, expected: str) -> None:
    generator = np.random.default_rng(1)
    a, b, x = (generator.normal(size=3) for _ in range(3))
    want = 2 * (a @ x) * b[None, :]
    assert pagemath.judge(latex_read.read(text), {"a": a, "b": b, "x": x}, {"n": 3}, want, 0)[0] == expected
