"""Answers as lines of a page: by each of the variables, in the names of what recurs in them."""

from __future__ import annotations

from mcalc.derivation.derivation import Derivation, left_box, shared_name
from mcalc.documents.blocks import Equations, Line, joined
from mcalc.networks.index_form import IndexForm
from mcalc.notation.boxes import Name
from mcalc.notation.drawing import Slices
from mcalc.notation.in_names import InNames
from mcalc.notation.results import named_results


def common_lines(names: InNames) -> list[Equations]:
    """What several answers have in common, said once before them."""
    lines = tuple(Line(name, box) for name, box in names.shared)
    return [Equations(lines, "common")] if lines else []


def answer_lines(derivation: Derivation, names: InNames, lhs: bool = False) -> list[Equations]:
    """The answer by each of the variables, with its left side where it needs one."""
    found: list[Equations] = []
    boxes, name = iter(zip(names.answers, names.own, strict=True)), ""
    for part in derivation.parts or (derivation,):
        by = ("by ", *joined([Name(name) for name in part.wrt])) if derivation.parts else ()
        if isinstance(part.result, Slices):
            lines = [Line(left, right, role="entry") for left, right in part.result.lines()]
        else:
            box, named = next(boxes)
            indexed = isinstance(part.result, IndexForm)
            told = lhs or bool(derivation.parts) or indexed or bool(named)
            name = name or (shared_name(derivation) if told else "")
            left = left_box(part, name) if told else None
            lines = [Line(left, box, (), part.shape, named=tuple(named), role="index" if indexed else "")]
        found.append(Equations(tuple(lines), "answer", part=by))
    return found


def names_of_parts(derivation: Derivation) -> InNames:
    """The answers, but for those of one entry a line, in the names of what recurs in them."""
    results = [part.result for part in derivation.parts or (derivation,)]
    return named_results([result for result in results if not isinstance(result, Slices)], derivation.naming)
