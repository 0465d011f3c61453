"""How time of a whole derivation grows with what is read and printed. Prints a line a family; checks no times.

The exponent is over the characters of question and answer together, as Hessians and products are quadratic by output.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest
from families import (
    Family,
    attention,
    derived,
    entries,
    matrices,
    nested_softmaxes,
    net,
    net_by_all,
    net_twice_by_weights,
    net_twice_by_x,
    polynomial,
    powers,
    recurrent,
    reused,
    reused_twice_derived,
    sines,
    softmaxes,
    wide,
)
from growth import exponent

from mcalc.ask import derive
from mcalc.checking import examined as check
from mcalc.derivation import answer_text
from mcalc.pages import write
from mcalc.question import Question as Asked

FAMILIES: tuple[tuple[Family, Sequence[int]], ...] = (
    (reused, (8, 16, 32)),
    (reused_twice_derived, (4, 8, 16)),
    (net, (16, 32, 64)),
    (net_by_all, (8, 16, 32)),
    (net_twice_by_x, (4, 8, 16)),
    (net_twice_by_weights, (4, 8, 16)),
    (recurrent, (8, 16, 32)),
    (softmaxes, (8, 16, 32)),
    (attention, (2, 4, 8)),
    (nested_softmaxes, (2, 4, 6)),
    (entries, (8, 16, 24)),
    (sines, (50, 100, 200)),
    (wide, (100, 200, 400)),
    (polynomial, (100, 200, 400)),
    (matrices, (15, 30, 60)),
    (powers, (15, 30, 60)),
)


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


@pytest.mark.slow
@pytest.mark.parametrize(("family", "sizes"), FAMILIES, ids=[family.__name__ for family, _ in FAMILIES])
def test_explained_and_checked(family: Family, sizes: Sequence[int]) -> None:
    """What the derivation in words, and the check of mcalc's own answer, take beside the derivation alone."""
    command, text, wrt, shapes = family(sizes[1])
    order = 2 if command == "hessian" else 1
    derived(family(2))
    alone = min(derived(family(sizes[1]))[0] for _ in range(2))
    words: list[str] = []

    def explained() -> None:
        words.append(write(derive(text, wrt, shapes, "explain", verify=False, order=order), "text"))

    told = seconds(explained)
    answers = derive(text, wrt, shapes, command=command, verify=False)
    shown = "" if answers.parts else answer_text(answers, "ascii")
    question = Asked(text, wrt, shapes, layout="", order=order)
    checked = seconds(lambda: check(question, shown)) if shown else 0.0
    print(
        f"\n{family.__doc__} {sizes[1]}: {1000 * alone:.0f} ms, explained {told / alone:.1f} times as long in "
        f"{len(words[0])} characters, checked {checked / alone:.1f} times"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("family", "sizes"), FAMILIES, ids=[family.__name__ for family, _ in FAMILIES])
def test_growth(family: Family, sizes: Sequence[int]) -> None:
    derived(family(2))  # the tables are read once
    found = [derived(family(size)) for size in sizes]
    times = " ".join(f"{size}: {1000 * seconds:.0f} ms" for size, (seconds, _) in zip(sizes, found, strict=True))
    by_length = exponent([length for _, length in found], [max(seconds, 1e-6) for seconds, _ in found])
    print(f"\n{family.__doc__} {times}, grows as (read + printed)^{by_length:.2f}")
    assert all(length > 0 for _, length in found)
