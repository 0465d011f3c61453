"""The derivative without one of its terms, factors or entries, or with the sign of one turned."""

from __future__ import annotations

from collections.abc import Iterator

from mcalc.checking.factors import plain
from mcalc.checking.findings import SIGN
from mcalc.checking.proof import multiplied_out
from mcalc.checking.variants import Variant
from mcalc.derivation.derivation import Step
from mcalc.notation.said import clipped
from mcalc.table.records import ShapeMismatch
from mcalc.table.sentences import filled
from mcalc.tree import build
from mcalc.tree.node import Node, replace, topological

_STACKS = ("stack", "grid")


def without_terms(right: Node, step: Step | None = None) -> Iterator[Variant]:
    """Each as what the mistake would make of the derivative, as it is written and multiplied out."""
    seen: set[bytes] = set()
    for form in (right, multiplied_out(right)):
        for node in topological([form]):
            name = node.operator.name
            if name == "add":
                found = _of_sum(node)
            elif name in ("multiply", "divide"):
                found = _of_product(node)
            elif name in _STACKS:
                found = _of_entries(node)
            else:
                continue
            for finding, cost, words, new in found:
                if new.shape != node.shape:
                    continue
                whole = replace(form, {node: new})
                if whole.canon not in seen or finding == SIGN:
                    seen.add(whole.canon)
                    yield Variant(finding, cost, words, whole, step)


Changed = tuple[str, float, str, Node]


def _of_sum(node: Node) -> Iterator[Changed]:
    for at, term in enumerate(node.args):
        shown = clipped(term)
        rest = [arg for number, arg in enumerate(node.args) if number != at]
        try:
            yield (
                "missing-term",
                1.5,
                filled("the term {}", shown),
                rest[0] if len(rest) == 1 else build.apply("add", *rest),
            )
            yield SIGN, 1.35, filled("that of the term {}", shown), build.apply("add", *rest, build.negated(term))
        except ShapeMismatch:
            continue


def _of_product(node: Node) -> Iterator[Changed]:
    for at, factor in enumerate(node.args):
        if node.operator.name == "divide":
            rest = node.args[0] if at == 1 else build.apply("divide", build.number(1), node.args[1])
        else:
            others = [arg for number, arg in enumerate(node.args) if number != at]
            rest = others[0] if len(others) == 1 else build.apply("multiply", *others)
        shown = clipped(factor)
        if factor.operator.indicator:
            yield "missing-mask", 1.0, shown, rest
        elif factor.operator.name in ("sum", "loop_sum"):
            yield "missing-sum", 1.9, filled("the factor {}", shown), rest
        else:
            yield ("factor" if plain(factor) else "chain"), 1.9, filled("the factor {} is missing", shown), rest


def _of_entries(node: Node) -> Iterator[Changed]:
    for at, entry in enumerate(node.args):
        if entry.shape or build.is_zero(entry):
            continue
        zeros = (*node.args[:at], build.number(0), *node.args[at + 1 :])
        turned = (*node.args[:at], build.negated(entry), *node.args[at + 1 :])
        shown = clipped(entry)
        yield "missing-term", 1.6, filled("the entry {}", shown), node.func(*zeros)
        yield SIGN, 1.4, filled("that of the entry {}", shown), node.func(*turned)
