"""The explanation of a wrong answer: the cheapest hypothesis that holds, put into words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace as with_fields
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from mcalc.checking.assumptions import Assumption, assumptions, holds_there
from mcalc.checking.compare import Ground
from mcalc.checking.corrections import Correction
from mcalc.checking.declaring import declaration_for
from mcalc.checking.entrywise import entrywise
from mcalc.checking.findings import SIGN, Finding
from mcalc.checking.masks import exchanged_masks, masks, unmasked
from mcalc.checking.points import Stacked, Valued, shape_of
from mcalc.checking.proof import proved_equal
from mcalc.checking.relation import Factor, Relation, is_composed, relation
from mcalc.checking.search import Hit, Search, cost_of, turned_shape
from mcalc.checking.square import only_square
from mcalc.checking.steps import step_for
from mcalc.checking.terms import without_terms
from mcalc.checking.variants import Variant, Variants
from mcalc.derivation.derivation import Step
from mcalc.notation.boxes import Size
from mcalc.notation.said import formula_of, shown_shape
from mcalc.numbers.arrays import array_module as np
from mcalc.table.sentences import Formula, Sentence, filled, linked
from mcalc.tree import build
from mcalc.tree.node import Node, replace, variables
from mcalc.tree.properties import declared

if TYPE_CHECKING:
    from mcalc.checking.case import Case

_ENOUGH = 2.45
"""What costs more than this is looked for again with two mistakes at once."""
_SQUARE = 1.55
_FAR_FETCHED, _TOO_FAR, _MOST = 2.8, 3.1, 4.2


class Explained(NamedTuple):
    """The findings, the main one first, and what they cost to suppose."""

    findings: tuple[Finding, ...]
    cost: float


def explanation(case: Case, ground: Ground, base: Valued | None, repairs: Sequence[Correction]) -> Explained | None:
    """The findings that explain the answer; None where nothing does."""
    return Explanation(case, ground, base, repairs).run()


class Explanation:
    """The search for what explains an answer, over versions of it and of the derivative."""

    def __init__(self, case: Case, ground: Ground, base: Valued | None, repairs: Sequence[Correction]) -> None:
        self.case, self.ground, self.base, self.repairs = case, ground, base, repairs
        self.search = Search(ground, base, case.scalars())
        derivation = case.derivation
        self.corrector = case.corrector()
        self.variants: Variants | None = None
        if len(derivation.by) == 1 and not isinstance(ground.right, Stacked) and derivation.command != "hessian":
            self.variants = Variants(derivation.reading, derivation.by[0], derivation.layout)

    def run(self) -> Explained | None:
        """The cheapest hypothesis that holds, None where none does."""
        search = self.search
        if self.base is not None:
            search.answers.append(search.entry(self.base))
        search.rights.append(search.entry(self.ground.right))
        search.add_answers(self.repairs, self.case.wrapped)
        best = self._best()
        if best is None or best.cost > 1.0:
            search.add_rights(self._mistaken())
            search.add_rights(self._unmasked())
            search.add_answers(self.singles, self.case.wrapped)
            search.add_answers(self._masked(), self.case.wrapped)
            best = _cheaper(best, self._best(best))
            best = _cheaper(best, self._assumed(best))
        if best is None or best.cost > _SQUARE:
            square = self.square()
            if square is not None:
                return Explained((square,), _SQUARE)
        if best is None or best.cost > _ENOUGH:
            search.add_rights(self._twice_mistaken())
            search.add_answers(self._twice_corrected(), self.case.wrapped)
            best = _cheaper(best, self._best(best))
        return self._shape(best)

    def _shape(self, best: Explained | None) -> Explained | None:
        """The shapes alone, where an explanation of them would be far-fetched."""
        if best is not None and best.cost <= _FAR_FETCHED:
            return best
        if self.base is None:
            return best
        one, other = shape_of(self.base), shape_of(self.ground.right)
        if one in (other, turned_shape(other)):
            return best if best is not None and best.cost <= _TOO_FAR else None
        words = filled("the answer is {}, and the derivative is {}", shown_shape(one), shown_shape(other))
        return Explained((Finding("shape", words, True, step=self._step("shape", words)),), _FAR_FETCHED)

    # Versions of the answer and of the derivative

    @cached_property
    def singles(self) -> list[Correction]:
        """The answer with one part changed; where its shapes do not fit, with them repaired."""
        if self.base is None:
            return list(self.repairs)[:12]
        return list(self.corrector.corrections(self.case.syntax))

    def _twice_corrected(self) -> Iterator[Correction]:
        corrector, first = self.corrector, self.singles
        for one in sorted(first, key=lambda correction: correction.cost):
            for two in corrector.corrections(one.syntax, _TOO_FAR - 0.2 - one.cost):
                worse, lesser = (one, two) if one.cost >= two.cost else (two, one)
                words = one.words if one.words == two.words else Sentence(one.words, "; ", two.words)
                yield Correction(worse.finding, worse.cost + lesser.cost + 0.2, words, two.syntax, two.node, one.part)

    def _masked(self) -> Iterator[Correction]:
        right = self.ground.right
        if isinstance(self.base, Node) and isinstance(right, Node):
            for words, node in exchanged_masks(self.base, right):
                yield Correction("wrong-mask", 1.2, words, self.case.syntax, node)
            for node in unmasked(self.base):
                yield Correction(
                    "wrong-mask",
                    1.3,
                    "that of the answer is not one of the derivative",
                    self.case.syntax,
                    node,
                )

    def _unmasked(self) -> Iterator[Variant]:
        right = self.ground.right
        if isinstance(right, Node):
            asked = linked(" and ", map(formula_of, masks(right)))
            for node in unmasked(right):
                yield Variant("missing-mask", 1.05, filled("the derivative asks {}", asked), node)

    def _mistaken(self) -> Iterator[Variant]:
        if self.variants is not None:
            for variant in self.variants.all():
                half = variant.finding == "missing-term" and self._is_half(variant)
                yield with_fields(variant, cost=variant.cost + 0.3) if half else variant
        if isinstance(self.ground.right, Node):
            step = None if self.variants is None else self.variants.chain_step()
            yield from without_terms(self.ground.right, step)
            if self.base is not None and self.variants is not None:
                values = self.ground.values(self.ground.right, deciding=True)
                alike = all(value is None or np.allclose(value, value.flat[0]) for value in values)
                yield from entrywise(self.ground.right, shape_of(self.base), self.variants, alike)

    def _is_half(self, variant: Variant) -> bool:
        """Whether a path left out leaves half of the derivative: that is a factor 2, and no path."""
        values = self.search.entry(variant.expression).values.all()
        right = self.search.entry(self.ground.right).values.all()
        found = relation(values, right, self.search.spots, self.search.scalars, False)
        return found is not None and found.factor is not None and found.factor.number * 2 == 1

    def _twice_mistaken(self) -> Iterator[Variant]:
        if self.variants is None:
            return
        single = [e.origin for e in self.search.rights if isinstance(e.origin, Variant) and e.origin.edge is not None]
        for one, two in combinations([origin for origin in single if isinstance(origin, Variant)], 2):
            if one.edge is None or two.edge is None or one.edge == two.edge:
                continue
            edits = {v.edge: "drop" if v.finding == "missing-term" else "identity" for v in (one, two) if v.edge}
            found = self.variants.edited(edits)
            if found is not None:
                worse = one if one.cost >= two.cost else two
                words = Sentence(one.words, "; ", two.words)
                yield Variant(worse.finding, one.cost + two.cost + 0.2, words, found, worse.step)

    # Hypotheses

    def _best(self, before: Explained | None = None) -> Explained | None:
        for hit in self.search.hits(_MOST if before is None else before.cost):
            points = self.search.confirmed(hit)
            if points >= 3:
                return Explained(tuple(self._findings(hit, points)), hit.cost)
        return None

    def _assumed(self, best: Explained | None) -> Explained | None:
        if self.base is None:
            return None
        limit = best.cost if best is not None else 99.0
        found: Explained | None = None
        for assumption in assumptions(self.ground, self.base, self.case.derivation.wrt):
            if assumption.cost >= limit:
                continue
            relation = holds_there(self.ground, self.base, assumption, self.search.scalars)
            if relation is None:
                continue
            declare = self.declared(assumption) if relation == Relation(False, None) else ""
            cost = (assumption.cost if declare else assumption.undeclared_cost) + cost_of(relation)
            if cost < limit:
                limit = cost
                found = Explained(tuple(self._assumption_findings(assumption, relation, declare)), cost)
        return found

    def square(self) -> Finding | None:
        """The finding that the answer is right where two dimensions are equal."""
        return only_square(self.case)

    def declared(self, assumption: Assumption) -> str:
        """The option with which the answer is right, where what is assumed can be declared."""
        if not assumption.declared or assumption.of is None:
            return ""
        return declaration_for(self.case, assumption.of, assumption.declared)

    def _assumption_findings(self, assumption: Assumption, relation: Relation, declare: str) -> Iterator[Finding]:
        step = None if self.variants is None else step_for(self.variants, assumption.finding, assumption.words)
        proven = bool(declare) and self._proven_with(assumption)
        yield Finding(assumption.finding, assumption.words, proven, len(assumption.samples), step, declare=declare)
        yield from self._relation_findings(relation, False, len(assumption.samples))

    def _findings(self, hit: Hit, points: int) -> list[Finding]:
        proven = self.search.proven(hit)
        found: list[tuple[float, Finding]] = []
        origins = [origin for origin in (hit.answer.origin, hit.right.origin) if origin is not None]
        if sum(origin.finding.endswith("-mask") for origin in origins) == 2:
            words = "that of the answer is not that of the derivative"
            origins = [Variant("wrong-mask", 1.3, words, self.case.right)]
        for origin in origins:
            if origin.finding == "missing-sum" and self._is_diagonal():
                origin = Variant("missing-diag", origin.cost, self._one_line(), self.case.right)
            part = origin.part if isinstance(origin, Correction) else None
            step = origin.step if isinstance(origin, Variant) else None
            if step is None and self.variants is not None:
                step = step_for(
                    self.variants, origin.finding, origin.words, self.case.text[slice(*part)] if part else ""
                )
            found.append((origin.cost, Finding(origin.finding, origin.words, proven, points, step, part)))
            if isinstance(origin, Variant):
                found += [(origin.cost, Finding(name, words, proven, points)) for name, words in origin.also]
        findings = [finding for _, finding in sorted(found, key=lambda pair: -pair[0])]
        return findings + list(self._relation_findings(hit.relation, proven, points))

    def _proven_with(self, assumption: Assumption) -> bool:
        """Whether rewriting shows the answer right for a variable that has the property that is assumed."""
        answer, right, variable = self.base, self.ground.right, assumption.of
        if variable is None or not isinstance(answer, Node) or not isinstance(right, Node):
            return False
        words = frozenset({assumption.declared, *(record.name for record in declared(variable))})
        named = {variable: build.variable(str(variable.parameters[0]), variable.shape, words)}
        return proved_equal(replace(answer, named), replace(right, named))

    def _is_diagonal(self) -> bool:
        """Whether the answer is a diagonal matrix, and the derivative is none."""
        right = shape_of(self.ground.right)
        if self.base is None or len(shape_of(self.base)) != 2 or (len(right) == 2 and right[0] != 1):
            return False
        values = [value for value in self.ground.values(self.base, deciding=True) if value is not None]
        return bool(values) and all(
            value.ndim == 2 and np.array_equal(value, np.diag(np.diag(value))) for value in values
        )

    def _one_line(self) -> str:
        """Why the derivative is a row, and the diagonal matrix is none."""
        right = shape_of(self.ground.right)
        if self.base is None or self.case.derivation.value.shape:
            return "the sum makes a row of the diagonal matrix"
        form, size = ("column", right[0]) if len(right) == 1 else ("row", right[1])
        told = (
            f"the derivative of one value is one {form}, {{}}; the diagonal matrix, {{}}, is the derivative of {{}} "
            "values, each of a variable of its own"
        )
        count = Formula(str(size), box=Size(size))
        return filled(told, shown_shape(right), shown_shape(shape_of(self.base)), count)

    def _relation_findings(self, relation: Relation, proven: bool, points: int) -> Iterator[Finding]:
        if relation.factor is not None:
            yield from self._of_factor(relation.factor, proven, points)
        if relation.turned:
            others, own = self.case.others, self.case.derivation.layout
            if others:
                words = f"the answer stands as in the {others[-1]} layout, and the {own} layout has the transpose"
                yield Finding("other-layout", words, proven, points, self._step("other-layout", words))
            else:
                words = "the answer is the transpose of the derivative"
                yield Finding("transposed", words, proven, points, self._step("transposed", words))

    def _of_factor(self, factor: Factor, proven: bool, points: int) -> Iterator[Finding]:
        if factor.number < 0:
            words = "the answer has the opposite sign"
            yield Finding(SIGN, words, proven, points, self._step(SIGN, words))
            factor = Factor(-factor.number, factor.powers)
        if factor.number == 1 and not factor.powers:
            return
        finding = "factor"
        if factor.too_little:
            words = filled("the factor {} is missing", formula_of(factor.inverse.node))
            if any(node.args or not self._in_front(node) for node, _ in factor.powers if variables(node)):
                finding = "chain" if is_composed(self.case.derivation.value, self.case.derivation.by) else "wrong"
        else:
            words = filled("the answer is {} times the derivative", formula_of(factor.node))
            by = {node.parameters[0] for node in self.case.derivation.by}
            if any(leaf.parameters[0] in by for node, _ in factor.powers for leaf in variables(node)):
                finding = "wrong"
        yield Finding(finding, words, proven, points, self._step(finding, words))

    def _in_front(self, scalar: Node) -> bool:
        """Whether the scalar is a factor of the expression itself."""
        node = self.case.derivation.value
        while node.operator.name in ("negative", "divide", "multiply") and scalar not in node.args:
            node = max(node.args, key=lambda arg: arg.key[0])
        return scalar in node.args and node.operator.name in ("divide", "multiply")

    def _step(self, finding: str, words: str) -> Step | None:
        return None if self.variants is None else step_for(self.variants, finding, words)


def _cheaper(one: Explained | None, other: Explained | None) -> Explained | None:
    if one is None or other is None:
        return one or other
    return other if other.cost < one.cost else one
