"""What to write for a text in another notation: an error whose hint is the whole corrected input, if it is unique."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from mcalc.language.declarations import Declaration
from mcalc.language.parser import parse
from mcalc.language.pasted import Slip, rewritten
from mcalc.language.pasted.ranks import ROW
from mcalc.language.reading import read_program
from mcalc.problems import Problem, Span
from mcalc.table.records import lies

_SUSPECT = re.compile(
    r"[^A-Za-z0-9_\s+\-*/@^'(),;=.]|\.\s*\w*\s*\(|sum\s*_|\^\s*\(?\s*[^\W\d]|\.\s*T"
    r"|\A(?=[^@]*\*)(?=[^@]*(?:'|inv|\^\s*\(?\s*-|\(\s*1\s*,))[^@]*\Z"
)
"""A sign of another notation, a call behind a dot, a sum of its own, a name as an exponent; stars, a transpose or an
inverse, and no `@`.

A text without any of these, and without a row, is not certainly in another notation."""


def misread(source: str, declared: Mapping[str, Declaration]) -> None:
    """Raises the Problem of a text that mcalc can read, and that is certainly another notation: ``np.exp(x)``."""
    if _SUSPECT.search(source) is None and not any(lies(one.shape) for one in declared.values()):
        return
    corrected, slips = rewritten(source, _ranks(declared))
    for slip in slips:
        if slip.certain:
            raise _problem(slip, source, corrected, declared)


def suggested(
    problem: Problem, source: str, declared: Mapping[str, Declaration], wanted: Collection[str] = ()
) -> Problem:
    """The problem of a text that mcalc cannot read, with the whole corrected input where there is one.

    A problem that shows two shapes in conflict keeps its words.
    """
    corrected, slips = rewritten(source, _ranks(declared), wanted)
    if not slips or not _is_read(corrected, source, declared):
        return problem
    found = _problem(slips[0], source, corrected, declared)
    if any(span.label for span in problem.spans):
        return Problem(problem.message, problem.spans, found.hint, source, problem.status)
    return found


def _problem(slip: Slip, source: str, corrected: str, declared: Mapping[str, Declaration]) -> Problem:
    """The sentence at the first slip; the hint is the whole input, or else what to write in its place."""
    whole = _is_read(corrected, source, declared)
    hint = f"write `{' '.join(corrected.split())}`" if whole else slip.hint
    return Problem(slip.sentence, [Span(slip.start, slip.end)], hint, source)


def _is_read(corrected: str, source: str, declared: Mapping[str, Declaration]) -> bool:
    if corrected == source:
        return False
    try:
        read_program(parse(corrected, declared), declared)
    except Problem:
        return False
    return True


def _ranks(declared: Mapping[str, Declaration]) -> dict[str, int]:
    return {name: ROW if lies(one.shape) else len(one.shape) for name, one in declared.items()}
