"""``X@W + b'``: a row beside a matrix is added to every row, ``1⃗·bᵀ``, and a column of its height to every column."""

from __future__ import annotations

from sympy.core.expr import Expr
from sympy.core.symbol import Dummy

from mcalc.language.parser import Syntax
from mcalc.table.records import Same, ShapeMismatch
from mcalc.table.shapes import has_one_entry
from mcalc.tree import build
from mcalc.tree.node import Node

Parts = list[tuple[Syntax, Node]]


def stretched(parts: Parts, same: Same, source: str) -> Parts:
    """The terms of a sum; where one is a matrix, its rows and columns are written out. Raises `ShapeMismatch`."""
    matrix = next((at for at, (_, node) in enumerate(parts) if _is_matrix(node)), None)
    if matrix is None or all(_is_matrix(node) or has_one_entry(node.shape) for _, node in parts):
        return parts
    rows, columns = parts[matrix][1].shape
    result = []
    for at, (syntax, node) in enumerate(parts):
        if _is_matrix(node) or has_one_entry(node.shape):
            result.append((syntax, node))
        elif len(node.shape) == 2:
            if not same(node.shape[1], columns):
                hint = f"write `{_turned(syntax, source)}` to add it to every column" if node.shape[1] == rows else ""
                raise ShapeMismatch("A row is as long as the matrix is wide.", (matrix, at), hint)
            result.append((syntax, _outer(build.ones((rows,)), node)))
        elif node.shape[0] == rows and not _unknown(rows):
            result.append((syntax, _outer(node, build.transpose(build.ones((columns,))))))
        else:
            raise ShapeMismatch("A column is not added to a matrix.", (matrix, at), _advice(parts, matrix, at, source))
    return result


def _is_matrix(node: Node) -> bool:
    return len(node.shape) == 2 and node.shape[0] != 1


def _unknown(size: Expr) -> bool:
    return any(isinstance(symbol, Dummy) for symbol in size.free_symbols)


def _may_be(one: Expr, other: Expr) -> bool:
    """Whether two sizes are equal, or would be for some size that is not known yet."""
    if one == other:
        return True
    plain = one.is_Atom and other.is_Atom
    return any(map(_unknown, (one, other))) if plain else _unknown(one - other)


def _outer(column: Node, row: Node) -> Node:
    """Column times row, the sign in front."""
    if row.operator.name == "negative":
        return build.apply("negative", _outer(column, row.args[0]))
    if column.operator.name == "negative":
        return build.apply("negative", _outer(column.args[0], row))
    upright = row.args[0] if row.operator.name == "transpose" else build.apply("transpose", row)
    return build.apply("outer", column, upright)


def _advice(parts: Parts, matrix: int, column: int, source: str) -> str:
    """The whole text with the column as a row, and what else may be meant."""
    (syntax, node), (_, other) = parts[column], parts[matrix]
    if node.shape[0] == other.shape[0]:
        return "declare both lengths to add it to every column, for example -s A=m,n -s x=m"
    found = []
    if _may_be(node.shape[0], other.shape[1]):
        found.append(f"write `{_turned(syntax, source)}` to add it to every row".replace("{", "{{").replace("}", "}}"))
    if syntax.kind == "name":
        text = source[syntax.start : syntax.end]
        if _may_be(other.shape[0], other.shape[1]):
            found.append(f"`{text}*I` for a number {text} on the diagonal")
        found.append(f"declare a scalar: -s {text}=scalar")
    return ", or ".join(found)


def _turned(syntax: Syntax, source: str) -> str:
    """The text with this part transposed; where it is long, the part alone."""
    text = source[syntax.start : syntax.end]
    if syntax.kind == "transpose" and text.endswith("'"):
        turned = text[:-1]
    else:
        grouped = not syntax.children or syntax.start < syntax.children[0].start or syntax.kind in ("call", "index")
        turned = f"{text}'" if grouped and syntax.kind != "prefix" else f"({text})'"
    whole = source[: syntax.start] + turned + source[syntax.end :]
    return whole.strip() if len(whole) < 60 and "\n" not in whole else turned
