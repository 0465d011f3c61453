"""The operator table as a page."""

from __future__ import annotations

from mcalc.checking.operator import example_of
from mcalc.documents.rows import Piece, Row, wrapped
from mcalc.notation.columns import pad, width
from mcalc.notation.textlines import broken
from mcalc.pages.operator import formula, left_side, written
from mcalc.table import TABLE
from mcalc.table.records import Operator
from mcalc.tree.names import shape_words

_WIDE, _MIDDLE, _EQUATION = 110, 76, 34


def _shown() -> list[Operator]:
    return [operator for operator in TABLE.values() if operator.example]


def rows(columns: int = 0) -> list[Row]:
    """Every operator: how it is written, its shapes, its Jacobian by each argument, the sentence.

    Lines are broken at `columns`, 0 for nowhere.
    """
    page: list[Row] = []
    for operator in _shown():
        page += _beside(operator, columns) if not columns or columns >= _WIDE else _below(operator, columns)
    return page


def example_shapes(operator: Operator) -> str:
    """``m×k, k×n → m×n``, of the example."""
    node = example_of(operator).value
    taken = ", ".join(shape_words(arg.shape) for arg in node.args)
    return f"{taken} → {shape_words(node.shape)}" if taken else shape_words(node.shape)


def derivatives(operator: Operator) -> list[tuple[str, str]]:
    """Of each argument, the rule as an equation, and its sentence where it is not that of another."""
    found: list[tuple[str, str]] = []
    for rule in operator.rules:
        told = any(rule.sentence == other.sentence for other in operator.rules[: len(found)])
        found.append((f"{left_side(operator, rule)} = {formula(operator, rule)}", "" if told else rule.sentence))
    return found or ([("", operator.sentence)] if operator.sentence else [])


def _beside(operator: Operator, columns: int) -> list[Row]:
    """A row a rule, in columns: operator, written, shapes, derivative, sentence; what is too long stands alone."""
    start = [
        Piece(pad(operator.name, 15), "heading"),
        Piece(pad(written(operator), 22)),
        Piece(pad(example_shapes(operator), 18), "shape"),
    ]
    indent = 15 + 22 + 18
    lines: list[Row] = []
    if any(not piece.text.endswith(" ") for piece in start):
        lines, start = [start], [Piece(" " * indent)]
    for equation, sentence in derivatives(operator) or [("", operator.doc)]:
        lines += _equation(start, equation, sentence, indent, columns)
        start = [Piece(" " * indent)]
    return lines


def _below(operator: Operator, columns: int) -> list[Row]:
    """A paragraph an operator; the sentences beside the derivatives where there is room, else under them."""
    page: list[Row] = [
        [
            Piece(operator.name, "heading"),
            Piece("   " + written(operator)),
            Piece("   " + example_shapes(operator), "shape"),
        ]
    ]
    for equation, sentence in derivatives(operator) or [("", operator.doc)]:
        if columns >= _MIDDLE:
            page += _equation([Piece("  ")], equation, sentence, 2, columns)
            continue
        page += [[Piece("  " + line)] for line in broken(equation, columns - 2) if equation]
        page += [[Piece("    " + line, "quiet")] for line in wrapped(sentence, columns - 4)]
    return page


def _equation(lead: Row, equation: str, sentence: str, indent: int, columns: int) -> list[Row]:
    """The derivative and beside it the sentence; a long derivative has its lines for itself."""
    lines: list[Row] = []
    if width(equation) >= _EQUATION:
        first, *rest = broken(equation, columns - indent) if columns else [equation]
        lines = [[*lead, Piece(first)], *([Piece(" " * indent + line)] for line in rest)]
        if not sentence:
            return lines
        lead, equation = [Piece(" " * (indent + 4))], ""
        indent += 4
    start = indent + _EQUATION if equation else indent
    first, *rest = wrapped(sentence, columns - start if columns else 0)
    lines.append([*lead, Piece(pad(equation, start - indent)), Piece(first, "quiet")])
    return lines + [[Piece(" " * start), Piece(line, "quiet")] for line in rest]


def readme_table() -> str:
    """The table of operators, as the README has it."""
    operators = _shown()
    lines = ["| operator | written | derivative | |", "|---|---|---|---|"]
    for operator in operators:
        derivatives = "<br>".join(
            f"`{left_side(operator, rule)} = {formula(operator, rule)}`" for rule in operator.rules
        )
        lines.append(
            f"| {operator.name} | `{written(operator)}` | {derivatives} | {operator.doc} |".replace(
                "log|det(A)|", "log abs(det(A))"
            )
        )
    return "\n".join(lines)
