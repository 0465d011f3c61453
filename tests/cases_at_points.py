"""The corpus as values: each case read, with a point that honours its domain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from mcalc.calculus import derivative
from mcalc.calculus import differentiated as differentiate
from mcalc.language import Reading, declaration, parse, read_program
from mcalc.numbers import draw_point, fitting_sizes

CORPUS = [json.loads(line) for line in (Path(__file__).parent / "corpus" / "cases.jsonl").read_text().splitlines()]
FIRST_ORDER = [case for case in CORPUS if case["kind"] != "hessian"]


def read(text: str, shapes: dict[str, str], wanted: tuple[str, ...] = ()) -> Reading:
    return read_program(parse(text), {name: declaration(shape) for name, shape in shapes.items()}, wanted)


def derivatives(text: str, shapes: dict[str, str], wrt: str) -> tuple[Reading, list[tuple[Any, Any]]]:
    """The reading, and for each variable its node and the derivative by it."""
    names = tuple(wrt.split(","))
    reading = read(text, shapes, names)
    found = [reading.names[name] for name in names]
    return reading, [(node, derivative(differentiate(reading.value, node))) for node in found]


def point_of(case: dict[str, Any], reading: Reading) -> tuple[dict[str, Any], dict[str, int]]:
    generator = np.random.default_rng(11)
    variables = list(reading.names.values())
    sizes = next(found for found in fitting_sizes([reading.value], variables) if tall(case, found))
    point = draw_point(variables, sizes, "any", generator)
    for name, word in case.get("domain", {}).items():
        point[name] = _of_domain(word, point[name], generator)
    return point, sizes


def tall(case: dict[str, Any], sizes: dict[str, int]) -> bool:
    """Whether X has as many rows as columns where X'X is inverted."""
    return "inv(X'@X)" not in case["expr"] or sizes.get("m", sizes.get("N", 9)) >= sizes["n"]


def _of_domain(word: str, value: Any, generator: Any) -> Any:
    if word == "positive":
        return generator.uniform(0.3, 1.7, value.shape if hasattr(value, "shape") else ())
    if word == "unit":
        return generator.uniform(0.1, 0.8, np.shape(value))
    if word in ("posdet", "spd"):
        return 2 * np.eye(len(value)) + 0.2 * (value if word == "posdet" else value @ value.T)
    if word == "labels":
        return np.where(np.arange(len(value)) % 2 == 0, 1.0, -1.0)
    if word == "onehot":
        return np.eye(len(value))[1]
    return {"large": 20 + 0 * value, "neglarge": -20 + 0 * value, "small": 0.2 * value}[word]
