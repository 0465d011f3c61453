"""A derivative in the paper's layout: its value, its lines and the steps to it; alone, or with others in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as with_fields
from typing import NamedTuple

from mcalc.derivation.at_once import is_at_once
from mcalc.derivation.derivation import Line, Step
from mcalc.derivation.derive import Work
from mcalc.derivation.differentials import wanted_by
from mcalc.derivation.fixed_sizes import ENTRIES, written_out
from mcalc.derivation.in_one_pass import OnePass
from mcalc.derivation.known import Known
from mcalc.derivation.prepare import Prepared, prepare
from mcalc.derivation.rewritten import recognized
from mcalc.language.shapes import Reading
from mcalc.networks.index_form import Expression
from mcalc.notation.results import write_expression
from mcalc.rewriting.answers import author_of, length_of
from mcalc.rewriting.explaining import ENTRYWISE, runs_between, said_of
from mcalc.rewriting.naming import Named, functions_named, is_definition
from mcalc.rewriting.one_form import is_one_form
from mcalc.tree import build
from mcalc.tree.node import Node, replaced, variables


class Natural(NamedTuple):
    """The steps to a derivative, its intermediate variables, and its value."""

    steps: tuple[Step, ...]
    lines: tuple[Line, ...]
    value: Expression


@dataclass(frozen=True)
class Naturals:
    """The derivatives of one program; `typed` are its values as declared and as they are differentiated.

    `method` is the one that was asked for, and of an answer `explained` or not the one that is taken.
    """

    typed: Sequence[Node]
    asked: str
    method: str
    told: bool
    known: Known = field(default_factory=Known)
    by_paths: Known = field(default_factory=Known)
    functions: dict[Node, Named] = field(default_factory=dict)

    def alone(self, free: Reading, by: Node, cases: bool = True, named: int = 0) -> Natural:
        """The derivative of a reading with its variables free, as if nothing had been declared of them."""
        naming, functions = self._named(free.value)
        naming = [one for one in naming if by in variables(one.before)]
        value = in_parts(free, functions)
        work = work_on(value, by, cases, named, self.method, self.told, known=self.known)
        natural = work.derive()
        if naming and is_definition(functions[free.value]):
            typed = work_on(free, by, cases, named, self.method, self.told, known=self.known)
            as_typed = typed.derive()
            if self.asked == "chain" or length_of(as_typed) <= length_of(natural):
                naming, value, work, natural = [], free, typed, as_typed
        if self.method == "index" or any(step.rule == "differential" for step in work.steps):
            with author_of(self.typed):
                usual = work_on(value, by, cases, named, "chain", told=False, known=self.by_paths).derive()
            if not _written_alike(usual, natural):
                said = ENTRYWISE
                if isinstance(natural, Node) and isinstance(usual, Node):
                    said = said_of(runs_between(natural, usual), natural, usual)
                work.steps.append(Step("substitute", "simplify", said, natural, usual, usual.shape))
                natural = usual
        return _in_entries([*map(recognized, naming), *work.steps], work.lines, natural)

    def together(self, free: Reading, by: Sequence[Node], cases: bool = True) -> dict[Node, Natural]:
        """The derivatives by those of the variables that are found in one pass.

        Where nothing is told of them, these are the vectors and matrices; none where the value is a function that was
        typed out, or a stack. What is told is told in one pass where it is long.
        """
        if self.told:
            return self._told_together(free, by) if cases and any(variable.shape for variable in by) else {}
        named, functions = self._named(free.value)
        known = set(variables(free.value))
        wide = [variable for variable in by if variable.axes and variable in known]
        typed_out = named and is_definition(functions[free.value])
        if typed_out or len(wide) < 2 or free.value.operator.name == "stack":
            return {}
        value = in_parts(free, functions)
        prepared, names = _prepared(value.value, _bound(value), wide)
        work = OnePass(prepared, wide[0], names, cases, told=False, known=self.known, others=tuple(wide[1:]))
        found = work.derive_all()
        return {} if found is None else {one: _in_entries(work.steps, work.lines, found[one]) for one in wide}

    def _told_together(self, free: Reading, by: Sequence[Node]) -> dict[Node, Natural]:
        """The derivations of a scalar that are told as one; none where another answer would come out of it."""
        if len(by) < 2 or free.value.axes or self.method not in ("", "chain") or self._named(free.value)[0]:
            return {}
        alone = [work_on(free, by[0], method=self.method, known=self.known)]
        for one in by[1:]:
            same = alone[0].prepared.by_any
            alone.append(with_fields(alone[0], by=one) if same else work_on(free, one, method=self.method))
        prepared, names = alone[0].prepared, alone[0].names
        alike = all(work.prepared.root is prepared.root and work.names == names for work in alone)
        if not alike or _has_own_way(alone):
            return {}
        work = OnePass(prepared, by[0], names, method=self.method, known=self.known, others=tuple(by[1:]))
        found = work.told_by_each()
        if not found:
            return {}
        with author_of(self.typed):
            untold = Naturals(self.typed, self.asked, "chain", told=False, known=self.by_paths)
            usual = untold.together(free, by)
            answers = {one: (usual.get(one) or untold.alone(free, one)).value for one in by}
        if any(not _written_alike(value, answers[one]) for one, (_, value) in found.items()):
            return {}
        return {one: _in_entries(work.steps, work.lines, value) for one, (work, value) in found.items()}

    def _named(self, value: Node) -> Named:
        """The functions that were typed out in a value, named once for all variables."""
        if value not in self.functions:
            self.functions[value] = functions_named(value)
        return self.functions[value]


def _has_own_way(works: Sequence[Work]) -> bool:
    """Whether one of the derivations of a value is found at once, or by differentials, and not along paths."""
    root, by = works[0].prepared.root, [work.by for work in works]
    if not set(by).issubset(variables(root)) or any(is_at_once(root, work.by, work.names) for work in works):
        return True
    return works[0].method == "" and bool(wanted_by(root, by))


def _written_alike(one: Expression, other: Expression) -> bool:
    """Whether two answers are one text; those that are not even one form are not."""
    if one is other:
        return True
    if isinstance(one, Node) and isinstance(other, Node) and not is_one_form(one, other):
        return False
    return write_expression(one) == write_expression(other)


def _in_entries(steps: Sequence[Step], lines: Sequence[Line], value: Expression) -> Natural:
    whole = written_out(value)
    if whole is None:
        return Natural(tuple(steps), tuple(lines), value)
    last = Step("substitute", "simplify", ENTRIES, value, whole, whole.shape)
    return Natural((*steps, last), tuple(lines), whole)


def in_parts(reading: Reading, parts: Mapping[Node, Node]) -> Reading:
    """The reading with parts of its program exchanged."""
    bound = {name: parts.get(node, node) for name, node in reading.bound.items()}
    return with_fields(reading, value=parts[reading.value], bound=bound)


def work_on(
    reading: Reading,
    by: Node,
    cases: bool = True,
    named: int = 0,
    method: str = "chain",
    told: bool = True,
    every: bool = False,
    known: Known | None = None,
) -> Work:
    """The expression made ready to be derived; the variable is free, whatever was declared of it."""
    plain = build.variable(str(by.parameters[0]), by.shape)
    value, bound = reading.value, _bound(reading)
    if by is not plain:
        undeclared = replaced([value, *bound.values()], {by: plain})
        value, bound = undeclared[value], {name: undeclared[node] for name, node in bound.items()}
    prepared, names = _prepared(value, bound, [plain])
    return Work(prepared, plain, names, cases, named, method, told, every, known or Known())


def _bound(reading: Reading) -> dict[str, Node]:
    """What the text calls its values, but for names of names."""
    return {name: node for name, node in reading.bound.items() if node.args}


def _prepared(value: Node, bound: Mapping[str, Node], by: Sequence[Node]) -> tuple[Prepared, dict[Node, str]]:
    """The value ready to be differentiated, and what the text calls the values in it."""
    prepared = prepare(value, by, frozenset(bound.values()))
    return prepared, {prepared.place[node]: name for name, node in bound.items() if node in prepared.place}
