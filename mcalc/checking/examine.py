"""Is the answer the derivative, and if not, how is it wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mcalc.api import derive, in_layout
from mcalc.calculus.index_form import Expression, IndexForm
from mcalc.checking.answer import (
    Mismatch,
    Scope,
    as_row,
    read_text,
    running_indices,
    scope,
    unknown_name,
    unknown_names,
)
from mcalc.checking.compare import Agreement, Ground, agreement, at_kinks
from mcalc.checking.corrections import Correction, Corrector
from mcalc.checking.example import Example, smallest
from mcalc.checking.explain import Explained, explanation
from mcalc.checking.findings import Finding
from mcalc.checking.points import Indexed, Stacked, Valued
from mcalc.checking.proof import proved_equal
from mcalc.checking.readings import right_elsewhere
from mcalc.checking.relation import Scalars
from mcalc.checking.search import shape_of, turned_shape
from mcalc.choices import LAYOUTS
from mcalc.derivations.derivation import Derivation, sizes_shown
from mcalc.expressions import build
from mcalc.expressions.notation import write
from mcalc.expressions.records import LoopIndex
from mcalc.expressions.tree import Node, topological, variables
from mcalc.language.parser import Syntax
from mcalc.problems import Problem


@dataclass
class Check:
    """The verdict on an answer: `right`, or wrong with `findings`, the main one first.

    `proven` by rewriting, else the answer agrees at `points` random points; `answer` is None where its shapes
    do not fit. `where` is the condition of an answer that is right in another reading than the one `taken`.
    """

    derivation: Derivation
    text: str
    answer: Valued | None
    right: bool
    proven: bool = False
    points: int = 0
    findings: tuple[Finding, ...] = ()
    example: Example | None = None
    notes: tuple[str, ...] = field(default=())
    where: str = ""
    taken: str = ""

    def __bool__(self) -> bool:
        return self.right

    def __str__(self) -> str:
        from mcalc.checking.report import write as report

        return report(self)


def check(
    source: str,
    wrt: str | Sequence[str],
    answer: str,
    shapes: Mapping[str, Any] | None = None,
    layout: str = "paper",
    symmetric: str = "free",
    order: int = 1,
    verify: bool = True,
    elsewhere: bool = True,
) -> Check:
    """Whether the answer is ``∂value/∂variable`` in the layout, and if not, how it is wrong; raises Problem."""
    command = "hessian" if order == 2 else "jacobian"
    derivation = derive(source, wrt, shapes, command, layout, verify, symmetric=symmetric)
    if derivation.parts:
        raise Problem(
            "One derivative is checked at a time, and here are several variables.", hint="name one of them: --wrt x"
        )

    def read_otherwise() -> Check | None:
        again = partial(check, layout=layout, symmetric=symmetric, order=order, verify=verify, elsewhere=False)
        return (
            right_elsewhere(derivation, shapes, lambda other: again(source, wrt, answer, other)) if elsewhere else None
        )

    try:
        found = _Examination(derivation, answer).run()
        return found if found.right else read_otherwise() or found
    except Mismatch as problem:
        if other := read_otherwise():
            return other
        raise _problem(problem, answer) from None
    except Problem as problem:
        if other := read_otherwise():
            return other
        raise (problem if problem.source else problem.with_source(answer)) from None


def _problem(problem: Mismatch, text: str) -> Problem:
    """Shapes in the answer that nothing makes fit."""
    from mcalc.problems import Span

    spans = []
    for syntax, shape in problem.marked:
        part = text[syntax.start : syntax.end]
        label = (
            ""
            if shape is None
            else f"{part if len(part) < 24 else 'this'}: {sizes_shown(shape) if shape else 'scalar'}"
        )
        spans.append(Span(syntax.start, syntax.end, label))
    texts = [text[syntax.start : syntax.end] for syntax, _ in problem.parts]
    hint = problem.cause.hint.format(*texts).replace("''", "") if problem.cause.hint else ""
    return Problem("In the answer: " + problem.cause.message, spans, hint, text)


def _boundary(condition: Node) -> str:
    """``z = 0`` of ``z > 0``."""
    left, right = condition.args if not build.is_zero(condition.args[0]) else condition.args[::-1]
    return f"{write(left)} = {write(right)}"


class _Examination:
    """One answer against one derivative."""

    def __init__(self, derivation: Derivation, text: str) -> None:
        self.derivation, self.text = derivation, text
        declared = set(derivation.reading.names) - set(derivation.reading.assumed)
        result = derivation.result
        assert isinstance(result, Node | IndexForm)
        self.right: Expression = result
        self.scope: Scope = scope(derivation.reading, result, text)
        self.syntax: Syntax = as_row(read_text(text, declared, self.scope.names), result.shape)
        self.free: list[LoopIndex] = []

    def run(self) -> Check:
        base, given = self._read()
        if base is None:
            return self._wrong(None, None, given)
        target: Valued = self.right
        notes: list[str] = []
        stacked = Stacked(self.right) if isinstance(self.right, IndexForm) else None
        if isinstance(base, Node) and stacked is not None and base.shape == stacked.shape:
            target = stacked
            notes.append("as the Jacobian of vec(Y) by vec(X), columns one below the other")
        variables = list(self.derivation.reading.names.values())
        ground = Ground.of(self.derivation.value, target, [base], variables)
        if not ground.samples:
            raise Problem("No point was found where the expression and its derivative are real and finite.", status=3)
        found = agreement(ground, base)
        if found.right and shape_of(base) == shape_of(target):
            edges = dict.fromkeys(_boundary(edge) for edge in at_kinks(ground, target, base))
            if edges:
                at = " and ".join(edges)
                notes.append(f"At the kink, {at}, it takes another value than the paper's; any is as good there.")
            proven = isinstance(base, Node) and isinstance(target, Node) and proved_equal(target, base)
            if ground.unmet and not proven:
                unmet = " or ".join(dict.fromkeys(write(condition) for condition in ground.unmet))
                notes.append(f"No point was found where {unmet}: there the two are not compared.")
            return Check(self.derivation, self.text, base, True, proven, len(found.agree), notes=tuple(notes))
        return self._wrong(base, found, given, ground)

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

    def wrapped(self, node: Node) -> Valued:
        """A value at free indices, where the derivative is one."""
        if isinstance(self.right, IndexForm) and not node.shape:
            letters = self.right.letters()
            return Indexed(node, tuple(LoopIndex(letters[i], i.size) for i in self.right.tensor.free))
        return node

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
        differing = [] if found is None else [ground.samples[at].spot for at in found.differ]
        layout_alone = all(finding.name in ("other-layout", "transposed", "shape") for finding in findings)
        example = None
        for alone in (True,) if layout_alone else (False, True):
            if base is not None and example is None:
                example = smallest(ground, self.derivation.value, base, ground.right, differing, alone)
        return Check(self.derivation, self.text, base, False, findings=findings, example=example)

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
        words = f"with the matrix product the answer is {sizes_shown(one)}, and the derivative is {sizes_shown(other)}"
        last = Finding("shape", words, True) if one != other else Finding("wrong", "with the matrix product too", True)
        return Finding(best.finding, best.words, True, part=best.part), last

    def _unexplained(self, base: Valued, found: Agreement | None, ground: Ground) -> Finding:
        one, other = shape_of(base), shape_of(ground.right)
        if one != other:
            return Finding(
                "shape", f"the answer is {sizes_shown(one)}, and the derivative is {sizes_shown(other)}", True
            )
        if found is not None and not found.agree and not found.differ:
            return Finding("wrong", "it has no value where the expression is differentiable")
        if found is not None and not found.differ and found.undefined:
            return Finding(
                "only-part-of-domain", "the answer has a value; elsewhere it has none", False, len(found.agree)
            )
        count = len(found.differ) if found is not None else 0
        words = f"it differs at {count} of {len(ground.samples)} random points"
        return Finding("wrong", words, False, count)

    # What the explanation asks

    @property
    def others(self) -> list[str]:
        """The layouts in which the transpose of the derivative is the derivative."""
        derivation = self.derivation
        if len(derivation.by) != 1 or not isinstance(derivation.natural, Node) or not isinstance(self.right, Node):
            return []
        found = []
        for layout in LAYOUTS:
            form = in_layout(derivation.natural, derivation.value, derivation.by[0], layout)
            turned = isinstance(form, Node) and form.shape == turned_shape(self.right.shape)
            own = form is derivation.result or (isinstance(form, Node) and form.canon == self.right.canon)
            if layout != derivation.layout and turned and not own:
                found.append(layout)
        return found

    def scalars(self) -> Scalars:
        """What a constant factor may be made of."""
        reading = self.derivation.reading
        symbols = {symbol for node in reading.names.values() for size in node.shape for symbol in size.free_symbols}
        symbols |= {s for loop in running_indices(reading.value).values() for s in loop.size.free_symbols}
        inner: dict[Node, None] = {}
        for node in topological([reading.value]):
            if not node.shape and not node.loops and node.operator.name not in ("number", "dimension"):
                inner.setdefault(node)
        if any(node.operator.name in ("det", "logdet") for node in topological([reading.value])):
            square = [
                node for node in reading.names.values() if len(node.shape) == 2 and node.shape[0] == node.shape[1]
            ]
            inner.update(dict.fromkeys(build.apply("det", node) for node in square))
        named = sorted(inner, key=lambda node: bool(node.args))
        return Scalars(sorted(symbols, key=str), [node for node in named if variables(node)][:14])

    def corrector(self) -> Corrector:
        return Corrector(self.scope, self.text, sorted(self.scope.dimensions)[:3])


__all__ = ["Check", "Explained", "check"]
