"""What a Python program sees: ``help(mcalc)`` is a page to work from, and README lists what there is."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import mcalc


def test_the_examples_of_the_help_are_real() -> None:
    found = doctest.testmod(mcalc)
    assert found.attempted >= 6 and not found.failed


def test_everything_public_is_documented_and_in_the_readme() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    section = readme.partition("## In Python")[2].partition("\n## ")[0]
    for name in mcalc.__all__:
        assert f"`{name}`" in section
        assert inspect.getdoc(getattr(mcalc, name))


def test_what_the_help_says_of_an_answer_is_there() -> None:
    answer = mcalc.jacobian("W@x + b", "x")
    assert answer.reading.assumed == ("W", "x", "b") and answer.verified and answer.steps[0].rule
    assert answer.notes == () or all(isinstance(note, str) for note in answer.notes)
