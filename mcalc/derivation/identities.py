"""The identities that shorten a product of Jacobians, each with its name: the reasons a derivation gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mcalc.tree import build
from mcalc.tree.node import Node


class Identity(NamedTuple):
    """``left·right = result`` wherever `result` finds the pattern."""

    statement: str
    result: Callable[[Node, Node], Node | None]


def _is(node: Node, name: str) -> bool:
    return node.operator.name == name


def _upright(row: Node) -> Node:
    return row.args[0] if _is(row, "transpose") else build.apply("transpose", row)


def _is_row(node: Node) -> bool:
    return len(node.shape) == 2 and node.shape[0] == 1


def _ones_row(node: Node) -> bool:
    return _is_row(node) and (_is(node, "ones") or (_is(node, "transpose") and _is(node.args[0], "ones")))


def _scaled(one: Node, other: Node) -> Node | None:
    if build.is_number(one, 1) and not one.shape:
        return other
    if build.is_number(other, 1) and not other.shape:
        return one
    return None


def _pointwise(one: Node, other: Node) -> Node:
    parts = [*(one.args if _is(one, "multiply") else (one,)), *(other.args if _is(other, "multiply") else (other,))]
    parts = [part for part in parts if not _is(part, "ones")] or [parts[0]]
    return parts[0] if len(parts) == 1 else build.apply("multiply", *parts)


def _ones_by_diag(one: Node, other: Node) -> Node | None:
    return build.transpose(other.args[0]) if _ones_row(one) and _is(other, "diag") else None


def _diag_by_ones(one: Node, other: Node) -> Node | None:
    return one.args[0] if _is(one, "diag") and _is(other, "ones") and len(other.shape) == 1 else None


def _ones_by_column(one: Node, other: Node) -> Node | None:
    return build.apply("sum", other) if _ones_row(one) and len(other.shape) == 1 else None


def _plain_row(node: Node) -> bool:
    return _is_row(node) and not _is(_upright(node), "matmul")


def _row_by_diag(one: Node, other: Node) -> Node | None:
    if not _plain_row(one) or not _is(other, "diag"):
        return None
    return build.apply("transpose", _pointwise(_upright(one), other.args[0]))


def _diag_by_diag(one: Node, other: Node) -> Node | None:
    if not _is(one, "diag") or not _is(other, "diag"):
        return None
    return build.apply("diag", _pointwise(one.args[0], other.args[0]))


def _diag_by_column(one: Node, other: Node) -> Node | None:
    return _pointwise(one.args[0], other) if _is(one, "diag") and len(other.shape) == 1 else None


def _row_by_column(one: Node, other: Node) -> Node | None:
    return build.apply("dot", _upright(one), other) if _plain_row(one) and len(other.shape) == 1 else None


IDENTITIES: tuple[Identity, ...] = (
    Identity("1·A = A", _scaled),
    Identity("I·A = A", lambda one, other: other if _is(one, "eye") and other.shape else None),
    Identity("A·I = A", lambda one, other: one if _is(other, "eye") and one.shape else None),
    Identity("1⃗ᵀ·diag(v) = vᵀ: the diagonal lies down as a row", _ones_by_diag),
    Identity("diag(v)·1⃗ = v", _diag_by_ones),
    Identity("1⃗ᵀ·v = sum(v)", _ones_by_column),
    Identity("uᵀ·diag(v) = (u ⊗ v)ᵀ", _row_by_diag),
    Identity("diag(u)·diag(v) = diag(u ⊗ v)", _diag_by_diag),
    Identity("diag(u)·v = u ⊗ v", _diag_by_column),
    Identity("uᵀ·v = u·v", _row_by_column),
)


def _parts(factor: Node, divided: bool = False) -> tuple[list[Node], Node | None]:
    """The scalars of a factor, one under its fraction bar too where `divided`, and what they multiply."""
    if not factor.shape:
        return ([] if build.is_number(factor, 1) else [factor]), None
    if _is(factor, "negative"):
        scalars, rest = _parts(factor.args[0], divided)
        return [build.number(-1), *scalars], rest
    if _is(factor, "divide") and divided and factor.args[0].shape and not factor.args[1].shape:
        scalars, rest = _parts(factor.args[0], divided)
        return [build.apply("divide", build.number(1), factor.args[1]), *scalars], rest
    if _is(factor, "multiply") and sum(bool(arg.shape) for arg in factor.args) == 1:
        return [arg for arg in factor.args if not arg.shape], next(arg for arg in factor.args if arg.shape)
    return [], factor


def _scalars_in_front(factors: Sequence[Node], uses: list[Use]) -> list[Node]:
    several = sum(bool(factor.shape) for factor in factors) > 1
    split = [_parts(factor, several) for factor in factors]
    scalars = [scalar for some, _ in split for scalar in some]
    rest = [part for _, part in split if part is not None]
    ordered = [*scalars, *rest]
    if any(some and part is not None for some, part in split) and len(rest) > 1:
        uses.append(Use("a scalar factor stands in front", raw_product(factors), raw_product(ordered), tuple(ordered)))
    return ordered or [build.number(1)]


class Use(NamedTuple):
    """One use of an identity: the two sides, and the whole product after it."""

    statement: str
    before: Node
    after: Node
    row: tuple[Node, ...]


def raw_product(factors: Sequence[Node]) -> Node:
    """The factors multiplied as they stand, nothing rewritten."""
    groups: list[Node] = []
    for factor in factors:
        if groups and groups[-1].shape and factor.shape:
            groups[-1] = build.apply("matmul", groups[-1], factor)
        else:
            groups.append(factor)
    if sum(bool(group.shape) for group in groups) > 1:
        whole = raw_product([factor for factor in factors if factor.shape])
        groups = [*(factor for factor in factors if not factor.shape), whole]
    return groups[0] if len(groups) == 1 else build.apply("multiply", *groups)


def shorten(factors: Sequence[Node]) -> tuple[list[Node], list[Use]]:
    """The product with every identity applied that fits two neighbours, and the uses in order."""
    uses: list[Use] = []
    row = _scalars_in_front(factors, uses)
    changed = True
    while changed and len(row) > 1:
        changed = False
        for at in range(len(row) - 1):
            one, other = row[at], row[at + 1]
            for identity in IDENTITIES:
                result = identity.result(one, other)
                if result is not None:
                    row[at : at + 2] = [result]
                    if identity.statement != "1·A = A":
                        uses.append(Use(identity.statement, raw_product((one, other)), result, tuple(row)))
                    changed = True
                    break
            if changed:
                break
    return row, uses
