"""The verdict on each derivative of a program: right, wrong, unreadable, refused, fault, slow."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from random import Random
from typing import Any

import numpy as np

from fuzz.answers import Scene, Unreadable, headed, of_code, of_text, of_tree, other_lines, sections_of, sizes_of
from fuzz.terms import Declared, Program, Shape, whole
from fuzz.values import Expected, Unreliable, first, second
from mcalc.api import derive
from mcalc.problems import Problem
from mcalc.render import FORMATS, write

SLOW, HANGING, MOST_ENTRIES = 5.0, 20.0, 700
WORDS = ("wrong", "unreadable", "fault", "alarm", "slow", "not finite", "refused", "right")
FAILING = WORDS[:5]
OTHERS = tuple(form for form in FORMATS if form not in ("text", "ascii", "numpy"))
TRUE_REASONS = {
    "This gradient has no matrix form to differentiate again": "a second derivative needs a gradient in matrices",
    "SymPy has no": "SymPy has no such expression",
}
"""Refusals that say what is so; any other is one that should be looked at."""


@dataclass(frozen=True)
class Question:
    """A derivative to be asked for: `names` are the variables, two for a mixed second derivative."""

    command: str
    names: tuple[str, ...]
    layout: str = "paper"
    more: str = ""
    symmetric: str = "free"

    @property
    def order(self) -> int:
        return 2 if self.command == "hessian" else 1

    @property
    def blocks(self) -> list[tuple[str, ...]]:
        """The derivatives that are answered: of a Hessian by two variables all four."""
        return list(product(self.names, repeat=self.order))


@dataclass(frozen=True)
class Verdict:
    """What became of a question: the `kind` groups failures, `place` says in which form."""

    word: str
    place: str = ""
    kind: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.word, self.place, self.kind)


@dataclass(frozen=True)
class Judged:
    """A question and what was found amiss; nothing, where the answer is right in every form."""

    program: Program
    question: Question
    verdicts: tuple[Verdict, ...]
    seconds: float = 0.0

    @property
    def word(self) -> str:
        """The worst of the verdicts."""
        return min((verdict.word for verdict in self.verdicts), key=WORDS.index, default="right")


def point_of(program: Program, seed: str) -> dict[str, Any]:
    """A value for each variable, with the property declared."""
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
        return np.linalg.qr(value)[0] if declared.word == "orthogonal" else value

    return {name: drawn(declared) for name, declared in program.declared.items()}


def questions(program: Program, random: Random) -> Iterator[Question]:
    """Every variable, in both orders where the value is a scalar; other layouts and formats now and then."""
    names = program.used()
    scalar = not program.value.shape
    for name in names:
        layout = random.choice(["paper"] * 8 + ["numerator", "denominator"])
        more = random.choice(OTHERS) if random.random() < 0.15 else ""
        yield Question("gradient" if scalar and random.random() < 0.7 else "jacobian", (name,), layout, more)
        if program.declared[name].word == "symmetric":
            command = random.choice(["gradient", "hessian"]) if scalar else "jacobian"
            yield Question(command, (name,), symmetric=random.choice(["constrained", "entries"]))
    if scalar:
        both = tuple(random.sample(names, 2)) if len(names) > 1 else ()
        for pair in [both, *((name,) for name in names if name not in both)]:
            if pair:
                yield Question("hessian", pair, more=random.choice(OTHERS) if random.random() < 0.15 else "")


def expected_of(program: Program, question: Question, seed: str) -> tuple[Scene, list[Expected]]:
    """The point and the derivatives there, block by block; raises Unreliable where there are none to be had."""
    for attempt in range(4):
        tried = replace(program, positive=program.positive or attempt >= 2)
        point = point_of(tried, f"{seed}:{attempt}")
        try:
            found = [
                first(program, point, *names) if question.order == 1 else second(program, point, *names)
                for names in question.blocks
            ]
        except (Unreliable, IndexError) as reason:
            last = reason
        else:
            blocks = [_by_symmetric(one, question) for one in found]
            return Scene(program.declared, point, program.sizes), blocks
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


class Hanging(BaseException):
    """An answer that does not come; no `except Exception` keeps it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises Hanging after so many seconds of processor time."""

    def stop(*_: Any) -> None:
        raise Hanging

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def judge(program: Program, question: Question, seed: str) -> Judged | None:
    """The verdict, or None where no reliable derivative can be had at any point tried."""
    try:
        scene, expected = expected_of(program, question, seed)
    except Unreliable:
        return None
    started = time.process_time()
    try:
        with limited(HANGING):
            verdicts = list(dict.fromkeys(_failures(program, question, scene, expected)))
    except Hanging:
        verdicts = [Verdict("slow", "", "no answer")]
    seconds = time.process_time() - started
    if not verdicts and seconds > SLOW:
        verdicts = [Verdict("slow", "", "more than 5 seconds")]
    return Judged(program, question, tuple(verdicts), seconds)


def _failures(program: Program, question: Question, scene: Scene, expected: list[Expected]) -> Iterator[Verdict]:
    """What is amiss with the answer, in any of its forms."""
    declared = {name: str(one) for name, one in program.declared.items()}
    names = ",".join(question.names)
    given = {"command": question.command, "layout": question.layout, "symmetric": question.symmetric, "form": "text"}
    derivation = _tried(lambda: derive(program.text(), names, declared, **given), "")
    if isinstance(derivation, Verdict):
        yield derivation
        return
    blocks = question.blocks
    if not derivation.parts and len(blocks) > 1:
        array = np.array([one.array for one in expected]).reshape(len(question.names), -1)
        expected, blocks = [Expected(array, max(one.tolerance for one in expected))], [()]
    parts = derivation.parts or (derivation,)
    if len(parts) != len(blocks):
        yield Verdict("wrong", "", "another number of blocks")
        return
    laid_out = [_in_layout(*pair, program, question) for pair in zip(expected, blocks, strict=True)]
    for part, wanted in zip(parts, laid_out, strict=True):
        yield from _compared(lambda part=part: of_tree(part, scene), wanted, "tree")
    found = _tried(lambda: of_code(derivation, scene), "numpy")
    if isinstance(found, Verdict):
        yield found
    else:
        for array, wanted in zip(found if derivation.parts else (found,), expected, strict=True):
            yield from _compared(lambda array=array: array, wanted, "numpy")
    for form in ("text", "ascii"):
        page = _tried(lambda form=form: write(derivation, form), form)
        if isinstance(page, Verdict):
            yield page
            continue
        sections = sections_of(page) if derivation.parts else [page]
        for at, (section, part) in enumerate(zip(sections, parts, strict=True)):
            yield from _printed(section, form, part, scene, laid_out[at], expected[at], blocks[at])
    if question.more:
        yield from _other_format(derivation, question.more)


def _printed(
    page: str,
    form: str,
    part: Any,
    scene: Scene,
    laid_out: Expected,
    expected: Expected,
    names: tuple[str, ...],
) -> Iterator[Verdict]:
    """What is amiss with the lines of one derivative."""
    yield from _compared(lambda: of_text(page, part, scene), laid_out, form)
    lines = _tried(lambda: list(other_lines(page, part, scene, expected.array)), f"{form} line")
    if isinstance(lines, Verdict):
        yield lines
    else:
        for place, found, wanted in lines:
            loose = Expected(wanted, 10 * expected.tolerance)
            yield from _compared(lambda found=found: found, loose, f"{form} {place}")
    stated = _tried(lambda: sizes_of(page, scene), f"{form} sizes")
    if isinstance(stated, Verdict):
        yield stated
    elif stated is not None and [size for size in stated if size != 1] != list(np.squeeze(laid_out.array).shape):
        yield Verdict("wrong", f"{form} sizes")
    if not headed(page, scene, names):
        yield Verdict("wrong", f"{form} heading")


def _in_layout(expected: Expected, names: tuple[str, ...], program: Program, question: Question) -> Expected:
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


def _tried(compute: Callable[[], Any], place: str) -> Any:
    try:
        return compute()
    except Unreadable as problem:
        return Verdict("unreadable", place, plainly(str(problem)))
    except Problem as problem:
        return _refused(problem, place)
    except Exception as fault:
        return _fault(fault, place)


def _compared(compute: Callable[[], Any], expected: Expected, place: str) -> Iterator[Verdict]:
    found = _tried(lambda: np.squeeze(np.asarray(compute(), dtype=float)), place)
    if isinstance(found, Verdict):
        yield found
        return
    wanted = np.squeeze(expected.array)
    if found.size == 1 and place not in ("tree", "numpy"):
        found = np.broadcast_to(found, wanted.shape)
    if found.shape != wanted.shape:
        yield Verdict("wrong", place, "another shape")
    elif not np.isfinite(found).all():
        yield Verdict("not finite", place)
    elif not replace(expected, array=wanted).agrees(found):
        yield Verdict("wrong", place)


def _other_format(derivation: Any, form: str) -> Iterator[Verdict]:
    """Whether it can be had, and is JSON or Python where it says so."""

    def made() -> str:
        text = write(derivation, form)
        if form == "json":
            json.loads(text)
        elif form in ("sympy", "jax", "torch"):
            compiled = compile(text, f"<{form}>", "exec")
            if form == "sympy":
                exec(compiled, {})
        return text

    found = _tried(made, form)
    if isinstance(found, Verdict):
        yield found
    elif not found.strip():
        yield Verdict("fault", form, "nothing was printed")


def _refused(problem: Problem, place: str) -> Verdict:
    if problem.status == 1:
        return Verdict("alarm", place, plainly(problem.message))
    if "fault here" in problem.message:
        return Verdict("fault", place, plainly(problem.message))
    return Verdict("refused", place, plainly(problem.message))


def _fault(fault: Exception, place: str) -> Verdict:
    return Verdict("fault", place, plainly(f"{type(fault).__name__}: {fault}"))


def plainly(message: str) -> str:
    """The message without what differs from one program to the next."""
    message = re.sub(r"`[^`]*`|'[^']*'|(?<=dimension )[^ ]+", "…", message.split("\n")[0])
    return re.sub(r"\d+(\.\d+)?(e[-+]?\d+)?", "#", message)[:110]


def has_true_reason(verdict: Verdict) -> bool:
    return any(verdict.kind.startswith(start) for start in TRUE_REASONS)
