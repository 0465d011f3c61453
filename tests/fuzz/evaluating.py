"""Random evaluations and derivatives at points, judged digit by digit: ``python -m fuzz.evaluating``."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random
from statistics import median
from typing import Any

import mpmath
import numpy as np
import sympy

from fuzz.making import Maker
from fuzz.meanings import Outside
from fuzz.precise import NotJudged, truth
from fuzz.terms import Program, whole
from mcalc.evaluating import evaluation
from mcalc.language import canonical_name
from mcalc.numbers import Number, decimal, of_numbers
from mcalc.problems import Problem
from mcalc.question import Question
from mcalc.table import ShapeMismatch

SLOW, QUICK = 2.0, 0.05
FAULTS = (
    ArithmeticError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
    AssertionError,
    NameError,
    ShapeMismatch,
)


FAILURES = ("wrong", "fault", "of another", "refused, though", "a value where")


@dataclass
class Tally:
    """What came of each evaluation, the failures with their commands, and the seconds of the processor that each took.

    A derivative's include its own check, as those of the command do.
    """

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    slopes: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    told: Callable[[str], object] = str

    def fail(self, failure: str) -> None:
        """Keep a failure, and tell it at once: a run of ten thousand is long."""
        self.failures.append(failure)
        self.told(failure)

    def add(self, verdict: str, command: str) -> None:
        self.counts[verdict.partition(":")[0].partition(" (")[0]] += 1
        if verdict.startswith(FAILURES):
            self.fail(f"{verdict}: {command}")

    def summary(self) -> str:
        times = [_of_times("values", self.values), _of_times("derivatives", self.slopes)]
        return "; ".join([f"{self.count} evaluations: {dict(self.counts.most_common())}", *times])

    @property
    def count(self) -> int:
        """How many evaluations were made."""
        return len(self.values) + len(self.slopes)


def _of_times(name: str, seconds: list[float]) -> str:
    slow, quick = sum(t > SLOW for t in seconds), sum(t < QUICK for t in seconds)
    return (
        f"{len(seconds)} {name}: over {SLOW:g} s {slow}, under {1000 * QUICK:g} ms {100 * quick / len(seconds):.1f} %, "
        f"median {1000 * median(seconds):.1f} ms, the slowest {max(seconds):.2f} s"
    )


def point_of(program: Program, random: Random) -> tuple[dict[str, Any], bool]:
    """A fraction for each entry, and whether it is typed as a decimal."""
    kind = random.choice(["tenths", "tenths", "thousandths", "whole", "fractions", "wide", "large", "small"])

    def one() -> Fraction:
        digits = random.randint(1, 9999)
        sign = 1 if program.positive else random.choice([-1, 1])
        if kind == "whole":
            return Fraction(sign * random.randint(0 if not program.positive else 1, 4))
        if kind == "fractions":
            return Fraction(sign * random.randint(1, 9), random.randint(1, 5))
        power = {"tenths": -1, "thousandths": -3, "large": random.randint(-1, 2), "small": random.randint(-12, -4)}
        if kind == "wide":
            return sign * Fraction(digits) * Fraction(10) ** random.randint(-14, 8)
        count = random.randint(1, 30) if kind in ("tenths", "large") else digits
        return sign * Fraction(count) * Fraction(10) ** power[kind]

    def drawn(shape: list[int]) -> Any:
        found = np.empty(shape, dtype=object)
        for place in np.ndindex(*shape):
            found[place] = one()
        return found

    shapes = {n: [whole(size, program.sizes) for size in d.shape] for n, d in program.declared.items()}
    return {name: drawn(shape) for name, shape in shapes.items()}, kind not in ("whole", "fractions")


def written(point: dict[str, Any], rounded: bool) -> str:
    def entry(value: Fraction) -> str:
        return repr(float(value)) if rounded else str(value)

    texts = []
    for name, array in point.items():
        rows = [array.reshape(-1)] if array.ndim < 2 else list(array)
        body = ";".join(",".join(map(entry, row)) for row in rows)
        texts.append(f"--at '{name}={f'[{body}]' if array.ndim else body}'")
    return " ".join(texts)


def is_right(shown: str, right: Any, digits: int) -> bool:
    """Whether the text is the number, rounded to so many digits."""
    found = mpmath.mpf(shown)
    if abs(right) < mpmath.mpf(10) ** -120:
        return bool(abs(found) < mpmath.mpf(10) ** -120)
    unit = mpmath.mpf(10) ** (mpmath.floor(mpmath.log10(abs(right))) - digits + 1)
    if found == 0:
        return bool(abs(right) < mpmath.mpf(10) ** -300)
    return bool(abs(found - right) <= unit * mpmath.mpf("0.5001"))


def judged(number: Number, right: Any) -> str:
    shown = np.ravel(np.asarray(number.decimals, dtype=object))
    if len(shown) != right.size:
        return "of another shape"
    for one, other in zip(shown, right.ravel(), strict=True):
        if "i" in decimal(one, 15).replace("inf", ""):
            return "not judged"
        for digits in (6, 15):
            if not is_right(decimal(one, digits), +other, digits):
                return f"wrong: {decimal(one, digits)} for {mpmath.nstr(+other, 20)}"
    return "exact" if number.exact is not None else "right"


def evaluate(seed: str, tally: Tally) -> None:
    """A random program's value, and a derivative, at a random point."""
    random = Random(seed)
    maker = Maker(seed)
    program = maker.program()
    if any(declared.word for declared in program.declared.values()):
        return
    point, rounded = point_of(program, random)
    tally.kinds.update(program.kinds())
    to_exact = np.frompyfunc(lambda one: sympy.Rational(one.numerator, one.denominator), 1, 1)
    values = {
        canonical_name(name): of_numbers(
            canonical_name(name), np.asarray(to_exact(array), dtype=object), rounded=rounded
        )
        for name, array in point.items()
    }
    values |= {
        name: replace(of_numbers(name, np.array(size)), loose=True)
        for name, size in program.sizes.items()
        if name not in values
    }
    text, shapes = program.text(), {name: str(declared) for name, declared in program.declared.items()}
    for name in ("", random.choice(program.used())):
        options = " ".join(f"-s '{key}={one}'" for key, one in shapes.items())
        command = f'mcalc eval "{text}" {written(point, rounded)} {options}' + (f" --wrt {name}" if name else "")
        mpmath.mp.dps = 500
        start, found, problem = time.process_time(), None, ""
        try:
            found = evaluation(Question(text, name, shapes), values).answers[0].number
        except Problem as one:
            found, problem = None, one.message
            if one.spans:
                tally.add("not read", command)
                continue
        except FAULTS as fault:
            tally.add("fault", f"{type(fault).__name__} {command}")
            continue
        finally:
            taken = time.process_time() - start
            (tally.slopes if name else tally.values).append(taken)
            if taken > SLOW:
                tally.fail(f"slow, {taken:.1f} s: {command}")
        try:
            right = truth(program, point, name)
            right = np.moveaxis(right.reshape(np.size(point[name]), -1), 0, -1) if name else right
        except ZeroDivisionError:
            tally.add("refused" if problem else "a value where there is none", command)
            continue
        except (Outside, ValueError):
            tally.add("refused" if problem else "complex or beside a domain", command)
            continue
        except (NotJudged, OverflowError, IndexError, mpmath.libmp.NoConvergence, np.exceptions.AxisError):
            tally.add("not judged", command)
            continue
        if found is None:
            tally.add(f"refused, though there is a value ({problem})", command)
        else:
            tally.add(judged(found, right), command)


def run(seed: int, count: int, told: Callable[[str], object] = str, number: int = 0) -> Tally:
    """So many evaluations, those of the programs from this number on."""
    tally = Tally(told=told)
    while tally.count < count:
        evaluate(f"{seed}.{number}", tally)
        number += 1
        if number % 500 == 0:
            told(f"{number} programs, {tally.count} evaluations")
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--from", dest="number", type=int, default=0)
    options = parser.parse_args()
    tally = run(options.seed, options.count, lambda failure: print(failure, flush=True), options.number)
    print(f"seed {options.seed}; {tally.summary()}")


if __name__ == "__main__":
    main()
