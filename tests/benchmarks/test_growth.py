"""How time of rewriting grows with the value. Prints a line a family with a fitted exponent; checks no times."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest
from growth import exponent

from mcalc.ask import read
from mcalc.rewriting import Engine, Typed, Writer, raw

Family = Callable[[int], tuple[str, dict[str, str]]]


def like_terms(size: int) -> tuple[str, dict[str, str]]:
    """A sum of vectors, each term twice."""
    names = [f"a_{at}" for at in range(size)]
    return " + ".join(names) + " + " + " + ".join(f"2{name}" for name in names), dict.fromkeys(names, "n")


def common_factor(size: int) -> tuple[str, dict[str, str]]:
    """A sum of products of matrices that share their last factor."""
    names = [f"A_{at}" for at in range(size)]
    return " + ".join(f"{name}'@{name}@B" for name in names), dict.fromkeys([*names, "B"], "n,n")


def long_trace(size: int) -> tuple[str, dict[str, str]]:
    """The trace of a product of matrices."""
    names = [f"A_{at}" for at in range(size)]
    return f"tr({'@'.join(names)})", dict.fromkeys(names, "n,n")


def diagonals(size: int) -> tuple[str, dict[str, str]]:
    """A product of matrices with two diagonal ones between each pair."""
    parts = "@".join(f"A_{at}@diag(u_{at})@diag(v_{at})" for at in range(size))
    shapes = {f"A_{at}": "n,n" for at in range(size)}
    return parts, shapes | {f"{letter}_{at}": "n" for letter in "uv" for at in range(size)}


FAMILIES: tuple[tuple[Family, Sequence[int]], ...] = (
    (like_terms, (125, 250, 500, 1000)),
    (common_factor, (60, 125, 250, 500)),
    (long_trace, (15, 30, 60, 120)),
    (diagonals, (15, 30, 60, 120)),
)


def simplified(text: str, shapes: dict[str, str]) -> tuple[float, int]:
    """The seconds of reading into forms, rewriting and writing, and the size of the result."""
    value = read(text, shapes).value
    start = time.process_time()
    typed = Typed()
    typed.learn([value])
    shown = Writer(typed).show(Engine(signs=typed.signs).simplify(raw([value])[value]))
    return time.process_time() - start, shown.key[0]


@pytest.mark.slow
@pytest.mark.parametrize(("family", "sizes"), FAMILIES, ids=[family.__name__ for family, _ in FAMILIES])
def test_growth(family: Family, sizes: Sequence[int]) -> None:
    simplified(*family(2))  # the table is read once
    found = [simplified(*family(size)) for size in sizes]
    times = " ".join(f"{size}: {1000 * seconds:.0f} ms" for size, (seconds, _) in zip(sizes, found, strict=True))
    print(f"\n{family.__doc__} {times}, grows as size^{exponent(sizes, [max(one, 1e-6) for one, _ in found]):.2f}")
    assert all(size > 0 for _, size in found)
