"""How time of a whole derivation grows with what is read and printed. Prints a line a family; checks no times.

The exponents are over the characters of question and answer together, as Hessians and products are quadratic by output:
of the time, and of the function calls, which no noise moves; of these also from the last size but one to the last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from families import (
    Family,
    Question,
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
from growth import calls, exponent, uncollected

from mcalc.ask import derive
from mcalc.checking import examined as check
from mcalc.derivation import answer_text
from mcalc.pages import write
from mcalc.question import Question as Asked

FAMILIES: tuple[tuple[Family, Sequence[int], int], ...] = (
    (reused, (16, 64, 256), 16),
    (reused_twice_derived, (4, 8, 16), 8),
    (net, (16, 64, 256), 32),
    (net_by_all, (16, 32, 64), 16),
    (net_twice_by_x, (16, 32, 64), 8),
    (net_twice_by_weights, (16, 32, 64), 8),
    (recurrent, (16, 64, 256), 16),
    (softmaxes, (16, 32, 64), 16),
    (attention, (16, 32, 64), 4),
    (nested_softmaxes, (16, 32), 4),
    (entries, (8, 16, 24), 16),
    (sines, (50, 100, 200), 100),
    (wide, (100, 400, 2000), 200),
    (polynomial, (100, 200, 400), 200),
    (matrices, (30, 60, 120), 30),
    (powers, (30, 60, 120), 30),
)
"""Each with the sizes that are derived, and the one that is explained and checked."""
NAMES = [family.__name__ for family, _, _ in FAMILIES]


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def explained(question: Question) -> tuple[float, int]:
    """The seconds that the derivation in words takes, and its characters."""
    command, text, wrt, shapes = question
    words: list[str] = []
    order = 2 if command == "hessian" else 1
    taken = seconds(
        lambda: words.append(write(derive(text, wrt, shapes, "explain", verify=False, order=order), "text"))
    )
    return taken, len(words[0])


def checked(question: Question) -> float:
    """The seconds that the check of mcalc's own answer takes."""
    command, text, wrt, shapes = question
    answers = derive(text, wrt, shapes, command=command, verify=False)
    lines = answer_text(answers, "ascii").splitlines()
    values = [line for line in lines if " = " not in line]
    named = [line for line in lines if " = " in line]
    shown = "; ".join([*named, f"[{', '.join(values)}]" if answers.parts else values[0]])
    asked = Asked(text, wrt, shapes, layout="", order=2 if command == "hessian" else 1)
    return seconds(lambda: check(asked, shown))


@pytest.mark.slow
@pytest.mark.parametrize(("family", "size"), [(family, size) for family, _, size in FAMILIES], ids=NAMES)
def test_explained_and_checked(family: Family, size: int) -> None:
    """What the derivation in words, and the check of mcalc's own answer, take beside the derivation alone."""
    small, question = family(2), family(size)
    derived(small), explained(small), checked(small)  # the tables are read once
    with uncollected():  # as the command line has it
        alone = min(derived(question)[0] for _ in range(2))
        told, characters = min(explained(question) for _ in range(2))
        compared = min(checked(question) for _ in range(2))
    half = family(size // 2)
    lengths = [explained(half)[1] + len(half[1]), characters + len(question[1])]
    by_calls = exponent(lengths, [calls(partial(explained, one)) for one in (half, question)])
    print(
        f"\n{family.__doc__} {size}: {1000 * alone:.0f} ms, explained {told / alone:.1f} times as long in "
        f"{characters} characters, by calls at last (read + printed)^{by_calls:.2f}, "
        f"checked {compared / alone:.1f} times"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("family", "sizes"), [(family, sizes) for family, sizes, _ in FAMILIES], ids=NAMES)
def test_growth(family: Family, sizes: Sequence[int]) -> None:
    derived(family(2))  # the tables are read once
    with uncollected():  # as the command line has it
        found = [derived(family(size)) for size in sizes]
    times = " ".join(f"{size}: {1000 * seconds:.0f} ms" for size, (seconds, _) in zip(sizes, found, strict=True))
    lengths = [length for _, length in found]
    by_time = exponent(lengths, [max(seconds, 1e-6) for seconds, _ in found])
    counts = [calls(partial(derived, family(size))) for size in sizes]
    by_calls, last = exponent(lengths, counts), exponent(lengths[-2:], counts[-2:])
    print(
        f"\n{family.__doc__} {times}, grows as (read + printed)^{by_time:.2f}, "
        f"by calls ^{by_calls:.2f} and at last ^{last:.2f}"
    )
    assert all(length > 0 for length in lengths)
