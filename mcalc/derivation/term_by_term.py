"""Scalars by the rules that one knows from school: ``∂f/∂x = 3y*∂(x²)/∂x = 6x*y``, where y is held constant."""

from __future__ import annotations

from dataclasses import replace as with_fields

from mcalc.calculus.differentiate import differentiate
from mcalc.derivation.derivation import Step
from mcalc.derivation.locals import leaf_of, matrix_or_indices
from mcalc.derivation.reasons import CONSTANT, because_local, constant, core, joined, named, rule_name
from mcalc.derivation.rewritten import rewriting_steps
from mcalc.networks.index_form import partial
from mcalc.notation.writing import write
from mcalc.rewriting.answers import simplify
from mcalc.tree import build
from mcalc.tree.node import Node, depends, replace, topological

_PARTS = ("stack", "grid")
_OPENED = "multiplied out"


def term_by_term(root: Node, by: Node, name: str) -> list[Step]:
    """The derivative of a sum of powers of a scalar, or of a stack of such, from ``∂name/∂by`` to what it is."""
    result = matrix_or_indices(differentiate(root, by))
    assert isinstance(result, Node)
    entries = [_Entry(part, by) for part in (root.args if root.operator.name in _PARTS else (root,))]
    before: Node = leaf_of(root, name, by)
    steps: list[Step] = []
    held = [entry.held for entry in entries]
    if any(entry.is_held for entry in entries):
        beside = [part for entry in entries for part in entry.beside]
        because = constant(beside) if named(beside) else CONSTANT
        kept = _beside(root, held)
        steps.append(Step("differentiate", rule_name(root, by), because, before, kept, result.shape))
        before = kept
    after = _beside(root, [entry.differentiated for entry in entries])
    because = joined([entry.because for entry in entries])
    steps.append(Step("differentiate", rule_name(entries[0].core, by), because, before, after, result.shape))
    if write(after) != write(result):
        further = rewriting_steps("differentiate", after, result)
        opened = after.operator.name != result.operator.name == "add"
        steps += [with_fields(step, because=_OPENED) for step in further] if opened and len(further) == 1 else further
    return [*steps[:-1], with_fields(steps[-1], after=result)]


def _beside(root: Node, entries: list[Node]) -> Node:
    """The entries where those of the value stand; of a scalar the one."""
    if root.operator.name not in _PARTS:
        return entries[0]
    return build.apply(root.operator.name, *entries, parameters=root.parameters)


class _Entry:
    """A scalar: what multiplies it and the terms that do not move are put aside, the `core` is differentiated."""

    def __init__(self, whole: Node, by: Node) -> None:
        self.by, self.moves = by, by in depends(whole, by)
        inner = core(whole, by)
        moving = [term for term in inner.args if by in depends(term, by)] if inner.operator.name == "add" else [inner]
        whole_sum = len(moving) == len(inner.args)
        self.core = moving[0] if len(moving) == 1 else inner if whole_sum else build.apply("add", *moving)
        self.whole, self.inner = whole, inner
        self.is_held = self.moves and self.core is not whole
        self.beside: list[Node] = []
        while self.is_held and whole is not self.core:
            own = [arg for arg in whole.args if by in depends(arg, by)]
            self.beside += [arg for arg in whole.args if arg not in own]
            whole = own[0] if whole is not inner and len(own) == 1 else self.core

    @property
    def held(self) -> Node:
        """``3y*∂(x²)/∂x``: the derivative of the core still to be taken."""
        if not self.moves:
            return build.number(0)
        leaf = partial(self.core, str(self.by.parameters[0]), ())
        return self._with(leaf) if self.is_held else leaf

    def _with(self, part: Node) -> Node:
        """The whole with another value in place of what is differentiated, behind the constants that multiply it."""
        return _constants_first(replace(self.whole, {self.inner: part}), part)

    @property
    def terms(self) -> tuple[Node, ...]:
        """The terms of the core."""
        return self.core.args if self.core.operator.name == "add" else (self.core,)

    @property
    def differentiated(self) -> Node:
        """``9(1 + 2x)``: each term differentiated where it stands."""
        if not self.moves:
            return build.number(0)
        slopes = [matrix_or_indices(differentiate(term, self.by)) for term in self.terms]
        nodes = [slope for slope in slopes if isinstance(slope, Node)]
        total = nodes[0] if len(nodes) == 1 else build.apply("add", *nodes)
        return self._with(total) if nodes[1:] else simplify(replace(self.whole, {self.inner: total}))

    @property
    def because(self) -> str:
        """The rules by which the terms are differentiated."""
        if not self.moves:
            return ""
        several = [self.core.operator.rule(0).sentence] if len(self.terms) > 1 else []
        return joined([*several, *(because_local(term, self.by) for term in self.terms if term.args)])


def _constants_first(node: Node, part: Node) -> Node:
    """``3y*∂(x²)/∂x``: in products the part last."""
    if node is part or not node.args:
        return node
    args = [_constants_first(arg, part) for arg in node.args]
    if node.operator.name == "multiply":
        args.sort(key=lambda arg: part in topological([arg]))
    return node.func(*args)
