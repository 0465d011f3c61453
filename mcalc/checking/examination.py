"""One answer against one derivative: right, right but for its layout or its decimals, or wrong, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as with_fields

from mcalc.checking.answer import (
    Mismatch,
    running_indices,
    unknown_name,
    unknown_names,
)
from mcalc.checking.case import Case
from mcalc.checking.changes import turned
from mcalc.checking.compare import Agreement, Ground, agreement, at_kinks, difference_of
from mcalc.checking.corrections import Correction, Corrector
from mcalc.checking.example import shown_point, smallest
from mcalc.checking.explain import explanation
from mcalc.checking.findings import Finding
from mcalc.checking.points import MODERATE, Stacked, Valued, shape_of, trees
from mcalc.checking.proof import is_same, proved_equal
from mcalc.checking.rounding import rounded_to
from mcalc.checking.search import turned_shape
from mcalc.checking.verdict import Check
from mcalc.checking.where_right import where_right
from mcalc.language.parser import Syntax
from mcalc.networks.index_form import IndexForm
from mcalc.notation.of_numbers import nearest
from mcalc.notation.said import equated, formula_of, shown_shape
from mcalc.notation.writing import write
from mcalc.problems import Problem
from mcalc.table.records import LoopIndex
from mcalc.table.sentences import filled, linked
from mcalc.tree import build
from mcalc.tree.node import Node, topological

_LONG = 100
"""If the two values have more parts than this together and are one form, they are not compared in numbers as well."""
_FEWEST = 3
"""At how many points two values that are not proven equal must be equal."""


def _boundary(condition: Node) -> str:
    """``z = 0`` of ``z > 0``."""
    left, right = condition.args if not build.is_zero(condition.args[0]) else condition.args[::-1]
    return equated(left, right)


class Examination(Case):
    """One answer against one derivative, examined."""

    def run(self, explain: bool = True) -> Check:
        """The verdict; raises Problem where nothing can be compared, `Mismatch` where the shapes do not fit."""
        base, given = self._read()
        if base is None:
            return self._wrong(None, None, given)
        target: Valued = self.right
        notes: list[str] = []
        stacked = Stacked(self.right) if isinstance(self.right, IndexForm) else None
        if isinstance(base, Node) and stacked is not None and base.shape == stacked.shape:
            target = stacked
            notes.append("as the Jacobian of vec(Y) by vec(X), columns one below the other")
        if self._is_settled(base, target):
            return Check(self.derivation, self.text, base, True, True)
        variables = list(self.derivation.reading.names.values())
        ground = Ground.of(self.derivation.value, target, [base], variables)
        if not ground.samples and not ground.beyond:
            raise Problem("No point was found where the expression and its derivative are real and finite.", status=3)
        found = agreement(ground, base)
        if found.wrong or shape_of(base) != shape_of(target):
            right = self._in_other_layout(base, ground) or self._rounded(base, ground)
            if right is None and not explain:
                return Check(
                    self.derivation, self.text, base, False, findings=(self._unexplained(base, found, ground),)
                )
            return right or self._unlike(base, found, ground)
        return self._right(base, ground, found, notes)

    def _is_settled(self, base: Valued, target: Valued) -> bool:
        """Whether the answer is the derivative as mcalc has it, which was computed at points, and too long for more."""
        verified = self.derivation.verified
        parts = sum(len(topological(trees(one))) for one in (base, target))
        return verified is not None and bool(verified.points) and parts > _LONG and is_same(target, base)

    def _in_other_layout(self, base: Valued, ground: Ground) -> Check | None:
        """The verdict that the answer is right in another layout; None where it is not, or one was asked for."""
        if not self.any_layout or not self.others or not isinstance(base, Node):
            return None
        turned = build.transpose(base)
        if turned.shape != self.right.shape:
            return None
        found = agreement(ground, turned)
        if found.wrong:
            return None
        right = self._right(turned, ground, found, [])
        return with_fields(right, answer=base, layout=self.others[-1], findings=(self.layout_finding(found),))

    def _rounded(self, base: Valued, ground: Ground) -> Check | None:
        """The verdict that the answer is right but for decimals with few digits; None where it is not."""
        places = rounded_to(self.scope, self.syntax, ground)
        if places is None:
            return None
        count = len(ground.samples)
        return Check(self.derivation, self.text, base, True, points=count, kinks=bool(ground.asked), rounded=places)

    def _unlike(self, base: Valued, found: Agreement, ground: Ground) -> Check:
        """Of a wrong answer that stands in another layout, the layout is set right first, and the rest is judged."""
        shapes = shape_of(base), shape_of(ground.right)
        if not isinstance(base, Node) or shapes[0] == shapes[1] or shapes[0] != turned_shape(shapes[1]):
            return self._wrong(base, found, [], ground)
        upright = build.transpose(base)
        set_right = agreement(ground, upright)
        if not set_right.wrong:
            return self._wrong(base, found, [], ground)
        whole = self.syntax
        self.syntax = turned(whole)
        wrong = self._wrong(upright, set_right, [], ground)
        self.syntax = whole
        names = {finding.name for finding in wrong.findings}
        if names & {"other-layout", "transposed"} or not self.others:
            return with_fields(wrong, answer=base)
        return with_fields(wrong, answer=base, findings=(*wrong.findings, self.layout_finding()))

    def _right(self, base: Valued, ground: Ground, found: Agreement, notes: list[str]) -> Check:
        target = ground.right
        proven = proved_equal(target, base)
        if not proven and found.exact < _FEWEST:
            raise Problem(
                "Not settled: the two are not shown to be equal by rewriting, and there are too few points where they "
                "can be compared.",
                hint="an answer in another form may be settled",
                status=3,
            )
        edges = dict.fromkeys(_boundary(edge) for edge in at_kinks(ground, target, base))
        if edges:
            told = "At the kink, {}, it takes another value than the paper's, or none; any is as good there."
            notes.append(filled(told, linked(" and ", edges)))
        if ground.unmet and not proven:
            unmet = linked(" or ", dict.fromkeys(formula_of(condition) for condition in ground.unmet))
            notes.append(filled("No point was found where {}: there the two are not compared.", unmet))
        kinks = bool(ground.asked)
        return Check(self.derivation, self.text, base, True, proven, found.exact, notes=tuple(notes), kinks=kinks)

    def _read(self) -> tuple[Valued | None, list[Correction]]:
        """The answer; None and what repairs it where its shapes do not fit."""
        unknown = unknown_names(self.syntax, self.scope, self.text)
        loops = running_indices(self.derivation.value)
        if unknown and all(name in loops for name in unknown):
            return None, self._summed([loops[name] for name in unknown])
        if unknown:
            raise unknown_name(unknown[0], self.syntax, self.derivation.reading, self.scope)
        try:
            return self.wrapped(self.scope.read(self.syntax)), []
        except Mismatch:
            sizes = [name for name in sorted(self.scope.dimensions)]
            return None, list(Corrector(self.scope, self.text, sizes).repaired(self.syntax))

    def _summed(self, loops: Sequence[LoopIndex]) -> list[Correction]:
        """The answer under the sums over the running indices that it names."""
        whole = self.syntax
        for loop in loops:
            at = Syntax("name", loop.name, (), whole.start, whole.end)
            size = str(loop.size)
            top = Syntax("number" if size.isdigit() else "name", size, (), whole.start, whole.end)
            one = Syntax("number", "1", (), whole.start, whole.end)
            whole = Syntax("comprehension", "sum", (whole, at, one, top), whole.start, whole.end)
        listed = " and ".join(loop.name for loop in loops)
        words = f"the answer is for one {listed}, and the derivative is the sum over all"
        return [Correction("missing-sum", 1.0, words, whole, self.scope.read(whole), (whole.start, whole.end))]

    def _wrong(
        self, base: Valued | None, found: Agreement | None, repairs: list[Correction], ground: Ground | None = None
    ) -> Check:
        if ground is None:
            roots = [self.wrapped(correction.node) for correction in repairs[:1]]
            ground = Ground.of(self.derivation.value, self.right, roots, list(self.derivation.reading.names.values()))
        explained = explanation(self, ground, base, repairs)
        findings = explained.findings if explained is not None else ()
        if base is None and not findings:
            findings = self._unfitting(repairs)
        if base is not None and not findings:
            findings = (self._unexplained(base, found, ground),)
        if base is not None and found is not None and not findings[0].of_conditions:
            within = where_right(ground, base, found)
            findings = findings if within is None else (with_fields(within, step=findings[0].step),)
        differing = [] if found is None else [ground.samples[at].spot for at in found.differ]
        layout_alone = all(finding.name in ("other-layout", "transposed", "shape") for finding in findings)
        example = None
        for alone in (True,) if layout_alone else (False, True):
            if base is not None and example is None and not self.derivation.reading.functions:
                example = smallest(ground, self.derivation.value, base, ground.right, differing, alone)
        notes = () if example is not None or found is None else self._beyond(ground, base, found)
        return Check(self.derivation, self.text, base, False, findings=findings, example=example, notes=notes)

    def _beyond(self, ground: Ground, base: Valued | None, found: Agreement) -> tuple[str, ...]:
        """How far the two are apart where floating-point numbers do not show it."""
        spots = [ground.samples[at].spot for at in found.differ] + found.strange
        if base is None or not spots or self.derivation.reading.functions:
            return ()
        spot = min(spots, key=lambda spot: (spot.kind not in MODERATE, sum(spot.sizes.values())))
        apart = write(build.number(nearest(float(difference_of(ground, base).size(spot)), 4)))
        return (
            f"At {', '.join(f'{name} = {value}' for name, value in shown_point(ground, spot))} it is off by {apart}.",
        )

    def _unfitting(self, repairs: list[Correction]) -> tuple[Finding, ...]:
        """Of an answer whose shapes do not fit: the product that is of the wrong kind; raises `Mismatch` otherwise."""
        swapped = [correction for correction in repairs if correction.finding == "elementwise-for-product"]
        try:
            self.scope.read(self.syntax)
        except Mismatch as problem:
            if not swapped or not (problem.syntax.kind == "infix" and problem.syntax.value == "*"):
                raise
        best = min(swapped, key=lambda correction: correction.cost)
        one, other = best.node.shape, self.right.shape
        told = "with the matrix product the answer is {}, and the derivative is {}"
        words = filled(told, shown_shape(one), shown_shape(other))
        last = Finding("shape", words, True) if one != other else Finding("wrong", "with the matrix product too", True)
        return Finding(best.finding, best.words, True, part=best.part), last

    def _unexplained(self, base: Valued, found: Agreement | None, ground: Ground) -> Finding:
        one, other = shape_of(base), shape_of(ground.right)
        if one != other:
            told = "the answer is {}, and the derivative is {}"
            return Finding("shape", filled(told, shown_shape(one), shown_shape(other)), True)
        if found is not None and not found.agree and not found.differ:
            return Finding("wrong", "it has no value where the expression is differentiable")
        if found is not None and not found.differ and found.undefined:
            return Finding(
                "only-part-of-domain", "the answer has a value; elsewhere it has none", False, len(found.agree)
            )
        count = len(found.differ) + len(found.strange) if found is not None else 0
        words = f"it differs at {count} of {len(ground.samples) + len(ground.beyond)} points"
        return Finding("wrong", words, False, count)
