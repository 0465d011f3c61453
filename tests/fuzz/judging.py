"""The verdict on each derivative of a program: right, wrong, unreadable, refused, fault, slow."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sympy_values import value_of

from fuzz.answers import Scene, Unreadable, headed, of_code, of_text, of_tree, other_lines, sections_of, sizes_of
from fuzz.asking import Question, expected_of, in_layout
from fuzz.terms import Program
from fuzz.values import Expected, Unreliable
from mcalc.ask import derive
from mcalc.numbers import evaluate
from mcalc.pages import write
from mcalc.problems import Problem

SLOW, HANGING, MOST_IN_SYMPY = 5.0, 20.0, 80
WORDS = ("wrong", "unreadable", "fault", "alarm", "slow", "not finite", "refused", "right")
FAILING = WORDS[:4]
TRUE_REASONS = {
    "This gradient has no matrix form to differentiate again": "a second derivative needs a gradient in matrices",
    "SymPy has no": "SymPy has no such expression",
}
"""Refusals that say what is so; any other is one that should be looked at."""


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
    if not program.is_spoken():
        return None
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
    if not question.checked and any(verdict.word in FAILING for verdict in verdicts):
        return judge(program, replace(question, checked=True), seed)
    return Judged(program, question, tuple(verdicts), seconds)


def _failures(program: Program, question: Question, scene: Scene, expected: list[Expected]) -> Iterator[Verdict]:
    """What is amiss with the answer, in any of its forms."""
    declared = {name: str(one) for name, one in program.declared.items()}
    names = ",".join(question.names)
    given = {"layout": question.layout, "symmetric": question.symmetric, "form": "text", "verify": question.checked}
    derivation = _tried(lambda: derive(program.text(), names, declared, question.command, **given), "")
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
    laid_out = [in_layout(*pair, program, question) for pair in zip(expected, blocks, strict=True)]
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
        yield from _other_format(derivation, question.more, scene)


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


def _tried(compute: Callable[[], Any], place: str) -> Any:
    try:
        return compute()
    except Unreadable as problem:
        return Verdict("unreadable", place, plainly(str(problem)))
    except Problem as problem:
        return _refused(problem, place)
    except np.linalg.LinAlgError as fault:
        return Verdict("not finite", place, plainly(str(fault))) if place else _fault(fault, place)
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


def _other_format(derivation: Any, form: str, scene: Scene) -> Iterator[Verdict]:
    """Whether it can be had, and is JSON or Python where it says so, for SymPy with the value of the answer."""

    space: dict[str, Any] = {}

    def made() -> str:
        text = write(derivation, form)
        if form == "json":
            json.loads(text)
        elif form in ("sympy", "jax", "torch"):
            compiled = compile(text, f"<{form}>", "exec")
            if form == "sympy":
                exec(compiled, space)
        return text

    found = _tried(made, form)
    if isinstance(found, Verdict):
        yield found
    elif not found.strip():
        yield Verdict("fault", form, "nothing was printed")
    elif form == "sympy" and not derivation.parts and derivation.in_symbols.key[0] <= MOST_IN_SYMPY:
        try:
            value = value_of(space[derivation.command], scene.numbers(), scene.sizes)
        except Exception:  # SymPy's own evaluation of explicit matrices fails at times
            return
        wanted = np.squeeze(evaluate(derivation.in_symbols, scene.numbers(), scene.sizes))
        yield from _compared(lambda: value, Expected(wanted, 1e-6 * (1 + np.abs(wanted).max(initial=0))), form)


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
