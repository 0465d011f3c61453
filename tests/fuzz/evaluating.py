"""Random evaluations and derivatives at points, judged digit by digit: ``python -m fuzz.evaluating``."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
import numpy as np
import sympy

from fuzz.making import Maker
from fuzz.meanings import Outside
from fuzz.precise import NotJudged, truth
from fuzz.terms import Program, whole
from mcalc.ask import derive
from mcalc.language.parser import canonical_name
from mcalc.numbers.decimals import decimal
from mcalc.numbers.evaluation import Number, Slope, values_of
from mcalc.numbers.fitting import fit
from mcalc.numbers.value import of_numbers
from mcalc.problems import Problem

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
)


@dataclass
class Tally:
    """What came of each evaluation, the failures with their commands, and the seconds that each took."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: str, command: str) -> None:
        self.counts[verdict.partition(":")[0].partition(" (")[0]] += 1
        if verdict.startswith(("wrong", "fault", "of another", "refused, though")):
            self.failures.append(f"{verdict}: {command}")

    def summary(self) -> str:
        times = self.seconds
        count = max(1, len(times))
        slow, quick = sum(t > SLOW for t in times), 100 * sum(t < QUICK for t in times) / count
        return (
            f"{len(times)} evaluations: {dict(self.counts.most_common())}; over {SLOW:g} s: {slow}, "
            f"under {1000 * QUICK:g} ms: {quick:.1f} %, the slowest {max(times, default=0):.2f} s"
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
        start, found, problem = time.perf_counter(), None, ""
        try:
            fitted = fit(text, values, shapes, [canonical_name(name)] if name else [])
            (found,) = values_of([fitted.reading.value], fitted)
            if name:
                derivation = derive(text, canonical_name(name), fitted.declared, "jacobian", verify=False)
                (found,) = values_of([derivation.natural], fitted, Slope((derivation.wrt[0],)))
        except Problem as one:
            found, problem = None, one.message
            if one.spans:
                tally.add("not read", command)
                continue
        except FAULTS as fault:
            tally.add("fault", f"{type(fault).__name__} {command}")
            continue
        finally:
            tally.seconds.append(time.perf_counter() - start)
            if tally.seconds[-1] > SLOW:
                tally.failures.append(f"slow, {tally.seconds[-1]:.1f} s: {command}")
        try:
            right = truth(program, point, name)
            right = np.moveaxis(right.reshape(np.size(point[name]), -1), 0, -1) if name else right
        except (Outside, ZeroDivisionError, ValueError):
            tally.add("refused" if problem or "complex" in problem else _complex(found), command)
            continue
        except (NotJudged, OverflowError, IndexError, mpmath.libmp.NoConvergence, np.exceptions.AxisError):
            tally.add("not judged", command)
            continue
        if found is None:
            tally.add(f"refused, though there is a value ({problem})", command)
        else:
            tally.add(judged(found, right), command)


def _complex(found: Number | None) -> str:
    """What lies outside a domain of real numbers may be complex, or a boundary that is inside for mcalc."""
    return "complex or beside a domain" if found is not None else "refused"


def run(seed: int, count: int) -> Tally:
    tally = Tally()
    number = 0
    while len(tally.seconds) < count:
        evaluate(f"{seed}.{number}", tally)
        number += 1
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    tally = run(options.seed, options.count)
    print(f"seed {options.seed}; {tally.summary()}")
    print("\n".join(tally.failures))


if __name__ == "__main__":
    main()
