"""What is asked of a program, at which point, and the derivatives that are expected there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from random import Random
from typing import Any

import numpy as np

from fuzz.answers import Scene
from fuzz.terms import Declared, Program, Shape, whole
from fuzz.values import Expected, Unreliable, first, second
from mcalc.formats import DERIVATION, showing
from mcalc.language import canonical_name

MOST_ENTRIES, CHECKED = 700, 0.3
OTHERS = tuple(form for form in showing(DERIVATION) if form not in ("text", "ascii", "numpy"))


@dataclass(frozen=True)
class Question:
    """A derivative to be asked for: `names` are the variables, two for a Hessian in blocks.

    Of `checked` answers mcalc does its own checks, as on the command line. They cost more than the answer: most
    questions are asked without, and with them only where something is amiss.
    """

    command: str
    names: tuple[str, ...]
    layout: str = "paper"
    more: str = ""
    symmetric: str = "free"
    checked: bool = True

    @property
    def order(self) -> int:
        return 2 if self.command == "hessian" else 1

    @property
    def blocks(self) -> list[tuple[str, ...]]:
        """The derivatives that are answered: of a Hessian by two variables all four."""
        return list(product(self.names, repeat=self.order))


def point_of(program: Program, seed: str) -> dict[str, Any]:
    """A value for each variable, with the property declared; raises Unreliable where such values stand alone."""
    random = Random(seed)

    def drawn(declared: Declared) -> Any:
        shape = [whole(size, program.sizes) for size in declared.shape]
        lower, upper = (0.3, 1.4) if program.positive or declared.word == "positive" else (-1.4, 1.4)
        value = np.array([random.uniform(lower, upper) for _ in range(int(np.prod(shape)))]).reshape(shape)
        if declared.word == "symmetric":
            return (value + value.T) / 2
        if declared.word == "psd":
            return value @ value.T / len(value) + 0.3 * np.eye(len(value))
        if declared.word == "diagonal":
            return np.diag(np.diag(value))
        if declared.word == "orthogonal" and len(value) == 1:
            raise Unreliable("a rotation in one dimension is 1 or -1, and max(S@W, S) is tied all round")
        return np.linalg.qr(value)[0] if declared.word == "orthogonal" else value

    return {name: drawn(declared) for name, declared in program.declared.items()}


def questions(program: Program, random: Random) -> Iterator[Question]:
    """Every variable, in both orders where the value is a scalar; other layouts and formats now and then."""
    names = program.used()
    scalar = not program.value.shape

    def asked(command: str, names: tuple[str, ...], **options: str) -> Question:
        more = random.choice(OTHERS) if random.random() < 0.15 else ""
        return Question(command, names, more=more, checked=random.random() < CHECKED, **options)

    for name in names:
        layout = random.choice(["paper"] * 8 + ["numerator", "denominator"])
        yield asked("gradient" if scalar and random.random() < 0.7 else "jacobian", (name,), layout=layout)
        if program.declared[name].word == "symmetric":
            command = random.choice(["gradient", "hessian"]) if scalar else "jacobian"
            yield asked(command, (name,), symmetric=random.choice(["constrained", "entries"]))
    if scalar:
        both = tuple(random.sample(names, 2)) if len(names) > 1 else ()
        for pair in [both, *((name,) for name in names if name not in both)]:
            if pair:
                yield asked("hessian", pair)


def expected_of(program: Program, question: Question, seed: str) -> tuple[Scene, list[Expected]]:
    """The point and the derivatives there, block by block; raises Unreliable where there are none to be had."""
    for attempt in range(4):
        tried = replace(program, positive=program.positive or attempt >= 2)
        try:
            point = point_of(tried, f"{seed}:{attempt}")
            found = [
                first(program, point, *names) if question.order == 1 else second(program, point, *names)
                for names in question.blocks
            ]
        except (Unreliable, IndexError) as reason:
            last = reason
        else:
            blocks = [_by_symmetric(one, question) for one in found]
            declared = {canonical_name(name): one for name, one in program.declared.items()}
            point = {canonical_name(name): value for name, value in point.items()}
            return Scene(declared, point, program.sizes), blocks
    raise Unreliable(str(last))


def _by_symmetric(found: Expected, question: Question) -> Expected:
    """By a matrix that is changed in pairs of entries: ``(G + Gᵀ)/2``, or entry for entry ``G + Gᵀ - G⊗I``."""
    array = found.array
    for last in (array.ndim - 1, array.ndim - 3)[: question.order if question.symmetric != "free" else 0]:
        turned = np.swapaxes(array, last - 1, last)
        if question.symmetric == "constrained":
            array = (array + turned) / 2
        else:
            diagonal = np.eye(array.shape[last]).reshape(
                [*array.shape[last - 1 : last + 1], *[1] * (array.ndim - 1 - last)]
            )
            array = array + turned - array * diagonal
    return replace(found, array=array)


def entries(program: Program, question: Question) -> int:
    """How many numbers the largest of the derivatives has."""
    shapes = [[program.value.shape, *(program.declared[name].shape for name in names)] for names in question.blocks]
    return max(prod(whole(size, program.sizes) for shape in block for size in shape) for block in shapes)


def in_layout(expected: Expected, names: tuple[str, ...], program: Program, question: Question) -> Expected:
    """Transposed where the layout asks: of a scalar by a matrix numerator, of all others denominator."""
    if question.layout == "paper" or not names:
        return expected
    value, by = ([size for size in shape if size != "1"] for shape in _shapes(program, names))
    by_matrix = not value and len(by) == 2
    turned = by_matrix if question.layout == "numerator" else not by_matrix
    squeezed = np.squeeze(expected.array)
    return replace(expected, array=squeezed.T if turned and len(value) + len(by) == 2 else squeezed)


def _shapes(program: Program, names: tuple[str, ...]) -> tuple[Shape, Shape]:
    """Of what is differentiated last, which for the second derivative is the gradient, and of the variable."""
    value = program.value.shape if len(names) == 1 else program.declared[names[0]].shape
    return value, program.declared[names[-1]].shape
