"""How much of a derivation is shown: the key line, the paper's steps, or every rewriting with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mcalc.derivation.derivation import Derivation, Line, Step, chains, own_name
from mcalc.derivation.outline import outline
from mcalc.derivation.reasons import clauses, joined
from mcalc.derivation.statements import by_variable
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.notation.drawing import Drawn
from mcalc.notation.results import write_expression
from mcalc.notation.said import equated
from mcalc.rewriting.constructors import QUIET, SENTENCES
from mcalc.rewriting.engine import ARITHMETIC
from mcalc.rewriting.explaining import IN_ORDER
from mcalc.rewriting.moves import MOVES
from mcalc.table.sentences import Sentence
from mcalc.tree import node as tree
from mcalc.tree.node import Node, variables

_LONGEST_REASON = 48
"""A longer equation is no reason: the law that is used again is named by its name."""
_LONGEST_BETWEEN = 72
"""A longer line that is but a stage on the way to the next is not read."""

_WITHOUT_FORMULA = frozenset({ARITHMETIC, *(move.name for move in MOVES)})
"""What has no formula of its own: of a whole line its equation would say again what stands there."""
_GO_ON = frozenset({"substitute back", "simplify", "insert", "insert the derivatives"})
_UNSAID = frozenset({IN_ORDER, *(SENTENCES[fact] for fact in (*QUIET, "squares"))})


def at_detail(derivation: Derivation, detail: str) -> Derivation:
    """The derivation with the steps of that level, ``outline``, ``normal`` or ``full``: the same data at each."""
    told: set[str] = set()
    seen: dict[int, Step] = {}
    return _at(derivation, "outline" if detail == "brief" else detail, told, seen)


def shown(derivation: Derivation) -> Derivation:
    """The derivation at the level that was chosen for it, else the usual one."""
    return derivation if derivation.detail else at_detail(derivation, "normal")


def _at(derivation: Derivation, detail: str, told: set[str], seen: dict[int, Step]) -> Derivation:
    """The derivation at that level; the steps that one before it has as well were `seen`, and are not told again."""
    parts = tuple(_at(part, detail, told, seen) for part in derivation.parts)
    own = [step for step in derivation.steps if id(step) not in seen]
    goes_on = len(own) < len(derivation.steps) and not parts
    if detail == "outline":  # of several derivatives each has its own lines
        steps = _told_once(derivation.steps if parts else _outline(derivation), told)
        return replace(derivation, steps=tuple(steps), parts=parts, detail=detail)
    if not parts:
        seen.update((id(step), step) for step in own)
        derivation = replace(derivation, steps=tuple(own))
    steps = _as_taught(derivation.steps, told) if detail == "normal" else _every_rewriting(derivation)
    return replace(derivation, steps=tuple(steps), parts=parts, detail=detail, goes_on=goes_on)


def _as_taught(steps: Sequence[Step], told: set[str]) -> Iterator[Step]:
    """The paper's steps: each reason told once, the names and the cases put in within one line."""
    merged: list[Step] = []
    for step in steps:
        before = merged[-1] if merged else None
        if before is not None and before.rule == "substitute back" and before.after is step.before:
            if step.rule == "case distinction":
                merged[-1] = replace(before, after=step.after, because="")
                continue
            if step.rule == "simplify" and _is_long(before.after):
                merged[-1] = replace(step, before=before.before)
                continue
        if before is not None and before.rule in _GO_ON and before.after is step.before and _is_quiet(step):
            merged[-1] = replace(before, after=step.after)
            continue
        merged.append(replace(step, because="") if step.rule == "insert the Jacobians" else step)
    yield from _told_once(merged, told)


def _is_long(value: Expression | Drawn) -> bool:
    """Whether a line is longer than one reads; of a value with so many parts that is so, however it is written."""
    many = isinstance(value, Node) and value.key[0] > 3 * _LONGEST_BETWEEN
    return many or len(write_expression(value)) > _LONGEST_BETWEEN


def _is_quiet(step: Step) -> bool:
    """Whether a line is arithmetic with numbers, signs and ones, or order alone, which goes unsaid."""
    return step.rule == "simplify" and bool(step.because) and _UNSAID.issuperset(clauses(step.because))


def _told_once(steps: Iterable[Step], told: set[str]) -> Iterator[Step]:
    """The steps, a reason that was told left out; a line of which all was told is one with the line before it."""
    last: Step | None = None
    for step in steps:
        now = step if step.stage == "introduce" else _with_what_is_new(step, told)
        all_told = now.rule == "simplify" and not now.because
        if all_told and last is not None and last.rule in _GO_ON and last.after is now.before:
            last = replace(last, after=now.after)
            continue
        if last is not None:
            yield last
        last = now
    if last is not None:
        yield last


def _with_what_is_new(step: Step, told: set[str]) -> Step:
    """The step with the reasons that are new; of a law that is used again, what it does in the line, or its name."""
    new = [clause for clause in clauses(step.because) if clause not in told]
    because = joined(new)
    if not new and step.because and step.rule == "simplify" and step.substeps:
        used = step.substeps[0]
        local = equated(used.before, used.after)
        short = len(local) <= _LONGEST_REASON and not _printed_alike(used.before, used.after)
        short = short and not (used.rule in _WITHOUT_FORMULA and _printed_alike(used.before, step.before))
        names = [] if used.rule == ARITHMETIC else [Sentence(used.rule)]
        because = next((said for said in ([local, *names] if short else names) if said not in told), Sentence(""))
        new = [because]
    told.update(new)
    return replace(step, because=because)


def _outline(derivation: Derivation) -> Iterator[Step]:
    """What is known of each operator applied in a line, by each variable; over sums over data the key line alone."""
    for part in by_variable(derivation):
        if part.steps[0].stage == "differentiate" and own_name(part):
            yield from part.steps
            continue
        named = {step.before for step in part.steps if step.stage == "introduce"}
        lines = tuple(line for line in part.lines if line.node in named)
        steps = list(outline(lines, part.by[-1]))
        if not steps:
            yield from _key_line(part)
            continue
        last = [step for step in part.steps if step.stage in ("combine", "substitute", "differentiate")]
        reached = isinstance(last[-1].after, IndexForm) or _printed_alike(last[-1].after, steps[-1].after)
        if reached:
            steps[-1] = replace(steps[-1], after=last[-1].after)
        yield from steps
        if not reached:
            because = last[-1].because if last[-1].rule == "case distinction" else "written as the answer"
            before = steps[-1].after
            yield replace(last[-1], stage="outline", because=because, before=before, substeps=())
        yield from (step for step in part.steps if step.stage in ("collect", "layout", "components"))


def _printed_alike(one: Expression | Drawn, other: Expression | Drawn) -> bool:
    """Whether a line would say again what the one before it says."""
    return one is other or write_expression(one) == write_expression(other)


def _key_line(derivation: Derivation) -> Iterator[Step]:
    """The chain rule that gives the derivative, or where there is none the one rule, and then the result."""
    own = [step for step in derivation.steps if step.stage in ("combine", "differentiate")]
    if not own:
        yield from derivation.steps
        return
    if any(step.rule == "differential" for step in own):
        yield from (step for step in derivation.steps if step.stage not in ("introduce", "differentiate"))
        return
    key = chains(own)[-1][0]
    yield replace(key, stage="combine")
    later = [step for step in derivation.steps if step.stage in ("differentiate", "combine", "substitute")]
    last = later[-1].after
    if last is not key.after:
        yield Step("combine", "result", "every derivative inserted", key.after, last, key.shape)
    yield from (step for step in derivation.steps if step.stage in ("collect", "layout", "components"))


def _every_rewriting(derivation: Derivation) -> Iterator[Step]:
    for step in derivation.steps:
        if step.rule == "substitute back" and isinstance(step.before, Node):
            yield from _name_by_name(step, derivation.lines)
        elif step.stage == "differentiate":
            yield from step.substeps
            yield replace(step, substeps=())
        else:
            yield step


def _name_by_name(step: Step, lines: tuple[Line, ...]) -> Iterator[Step]:
    """The intermediate variables replaced one after the other, the last one first."""
    now = step.before
    assert isinstance(now, Node)
    for line in reversed(lines):
        if line.node not in variables(now):
            continue
        then = tree.replace(now, {line.node: line.definition})
        yield replace(step, before=now, after=then, because=Sentence(equated(line.node, line.definition)))
        now = then
    if now is not step.after and not _printed_alike(now, step.after):
        yield replace(step, before=now, rule="as typed", because="products written as in the expression")
