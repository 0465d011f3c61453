"""Text and ASCII, in one line: what is written reads back to the same value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mcalc.notation.boxes import (
    BigSum,
    Box,
    Call,
    Cases,
    Decimal,
    Derivative,
    Differential,
    Dot,
    Fence,
    Fraction,
    Grid,
    Index,
    Mark,
    Nabla,
    Name,
    Number,
    Of,
    Power,
    Root,
    Row,
    Said,
    Sign,
    Size,
    Typed,
)
from mcalc.notation.columns import text_of
from mcalc.notation.in_line import InLine, Written
from mcalc.notation.of_numbers import rational
from mcalc.notation.pieces import Piece, Run, cut
from mcalc.table.roles import DELTA, INVERSE, ROOT
from mcalc.tree.names import SUPERSCRIPTS, name_text, size_shown, size_text, size_words

ADDITION, PRODUCT, DOT, POWER, POSTFIX, ATOM = 20, 30, 40, 50, 60, 100
_RELATION, _LONGEST_MATRIX = 10, 100
_BETWEEN = {"comma": ", ", "semicolon": "; ", "thin": "*", "space": " "}
"""What stands between the parts of a row in a sentence."""
_TRANSPOSES = re.compile(r"T(?![^\W²³¹⁰⁴-⁹ᵀ])")
"""What behind `.` or `^` is read as a transpose."""


def _ends_so(part: Box) -> bool:
    """Whether its last part is a derivative ``∂f/∂w``."""
    while isinstance(part, Row):
        part = part.parts[-1]
    return isinstance(part, Derivative)


def _is_dots(part: Box) -> bool:
    return isinstance(part, Sign) and part.kind in ("across", "down", "aslant")


class Linear(InLine):
    """``text`` or ``ascii``: a run, and the level of its outermost operator, for each box."""

    # Leaves

    def _name(self, part: Name) -> Written:
        return [Piece(part.word if self.ascii else name_text(part.word))], ATOM

    def _number(self, part: Number) -> Written:
        text = rational(part.value)
        return [Piece(text)], PRODUCT if "/" in text else ATOM

    def _decimal(self, part: Decimal) -> Written:
        return [Piece(part.digits)], ATOM

    def _size(self, part: Size) -> Written:
        size = part.size
        if isinstance(size, str) or size.is_Symbol:
            return [Piece(size if isinstance(size, str) else size_text(size))], ATOM
        return [Piece(size_text(size))], ADDITION if size.is_Add else PRODUCT if size.is_Mul else POWER

    def _sign(self, part: Sign) -> Written:
        if part.kind == "pi" and part.renamed:
            return [Piece("acos(-1)")], ATOM
        if part.kind == "unit":
            return [Piece(f"unit({part.places[0]},{size_text(part.places[1])})")], ATOM
        if part.kind == DELTA:
            return [Piece(self.sign_of[DELTA] + f"[{','.join(part.places)}]")], POSTFIX
        symbol = self.sign_of[part.kind]
        if not part.places:
            return [Piece(symbol)], ATOM
        if self.ascii or part.told or part.renamed:
            return self.sized(part)
        if part.row:
            return [Piece(symbol + "ᵀ")], POSTFIX
        if part.kind == "ones" and len(part.places) > 1:
            return [Piece(symbol), self.joined("matrix"), Piece(symbol + "ᵀ")], DOT
        return self.sized(part) if part.kind == "zeros" and len(part.places) > 1 else ([Piece(symbol)], ATOM)

    def sized(self, part: Sign) -> Written:
        """``ones(m,n)``, ``eye(n)``: with the size."""
        if part.row:
            return [Piece(f"{part.kind}({size_text(part.places[1])})'")], POSTFIX
        return [Piece(f"{part.kind}({','.join(map(size_text, part.places))})")], ATOM

    def argument(self, part: Box) -> Run:
        """An argument that does not tell its size: ``tr(eye(n))``, where I would have lost n."""
        sized = isinstance(part, Sign) and part.kind in ("eye", "ones", "zeros")
        return self.sized(part)[0] if sized and isinstance(part, Sign) else self.run(part)

    # Rows

    def _row(self, part: Row) -> Written:
        setter: Callable[[Row], Written] = getattr(self, f"_{part.kind}_row")
        return setter(part)

    def _sum_row(self, part: Row) -> Written:
        run: Run = []
        for at, (join, term) in enumerate(zip(part.joins, part.parts, strict=True)):
            if join:
                run.append(self.joined(join, not at))
            run += self.at(term, ADDITION + (join == "minus"))
        return run, ADDITION

    def _product_row(self, part: Row) -> Written:
        run: Run = []
        for at, (join, factor) in enumerate(zip(part.joins, part.parts, strict=True)):
            level = PRODUCT
            if self.ascii and at:
                chained = any(part.ranks[:at]) and self.is_chain(factor)
                level += chained or (isinstance(factor, Row) and factor.kind == "product")
                level += isinstance(factor, Fraction) and factor.kind != "entry"
            own = self.at(factor, min(level, PRODUCT + 1))
            begins = own[0].text[0]
            front = text_of(run) if at == 1 else ""
            digits = at == 1 and front != "1" and not front.strip("0123456789.")
            if at and not (digits and (begins.isalpha() or begins in "({")):
                run.append(self.joined(join))
            run += own
        return run, PRODUCT

    def is_chain(self, part: Box) -> bool:
        """Whether it is a product of matrices."""
        return (isinstance(part, Row) and part.kind in ("chain", "runs")) or isinstance(part, Dot)

    def _entries_row(self, part: Row) -> Written:
        numbered = isinstance(part.parts[0], Number)
        level = PRODUCT if numbered and len(part.parts) == 2 else PRODUCT + 1
        run: Run = []
        for at, factor in enumerate(part.parts):
            if at:
                run.append(self.joined("entry"))
            run += self.run(factor) if not at and numbered else self.at(factor, level)
        return run, PRODUCT

    def _chain_row(self, part: Row) -> Written:
        level = PRODUCT if self.ascii else DOT
        run: Run = []
        for at, factor in enumerate(part.parts):
            if at:
                run.append(self.joined("matrix"))
            run += self.at(factor, level + 1)
        return run, level

    def _runs_row(self, part: Row) -> Written:
        run: Run = []
        for at, (factor, rank) in enumerate(zip(part.parts, part.ranks, strict=True)):
            own = self.run(factor)
            if at:
                run.append(self.joined("scalar"))
            chained = isinstance(factor, Row) and factor.kind == "chain"
            last = at == len(part.parts) - 1
            open_ = last and (not chained or (rank and not self.ascii))
            run += own if open_ else self.bracketed(own)
        return run, PRODUCT

    def _dot(self, part: Dot) -> Written:
        if self.ascii and not part.plain:
            return self.set(part.turned)
        return [*self.at(part.left, DOT), self.joined("dot"), *self.at(part.right, DOT + 1)], DOT

    def _relation_row(self, part: Row) -> Written:
        run = self.at(part.parts[0], _RELATION + 1)
        for join, side in zip(part.joins[1:], part.parts[1:], strict=True):
            run = [*run, self.joined(join), *self.at(side, _RELATION + 1)]
        return run, _RELATION

    def _flat_row(self, part: Row) -> Written:
        run: Run = []
        for join, inner in zip(part.joins, part.parts, strict=True):
            run += [Piece(_BETWEEN.get(join) or self.sign_of.get(join, ""))] if join else []
            run += self.run(inner)
        return run, _RELATION

    def _sizes_row(self, part: Row) -> Written:
        sizes = [size.size for size in part.parts if isinstance(size, Size)]
        shown = map(size_shown if len(sizes) > 1 else size_words, sizes)
        return [Piece(self.sign_of["times"].join(shown))], PRODUCT

    # Fractions, powers, marks

    def _fraction(self, part: Fraction) -> Written:
        wide = part.kind == "oslash" and part.rank
        sign = self.joined("oslash") if wide else Piece("/")
        # ∂f/∂w/N could be by w/N
        above = self.bracketed(self.run(part.above)) if _ends_so(part.above) else self.at(part.above, PRODUCT)
        return [*above, sign, *self.at(part.below, POWER)], PRODUCT

    def _power(self, part: Power) -> Written:
        base, exponent = self.at(part.base, POWER + 1), part.exponent
        if isinstance(exponent, Number) and exponent.value.is_Integer and exponent.value > 0 and not self.ascii:
            return [*base, Piece(str(exponent.value).translate(SUPERSCRIPTS))], POWER
        above = self.at(exponent, POWER)
        above = self.bracketed(above) if _TRANSPOSES.match(text_of(above)) else above
        return [*base, Piece("^"), *above], POWER

    def _mark(self, part: Mark) -> Written:
        if part.mark == "inverse":
            return self.bracketed(self.run(part.base), INVERSE), ATOM
        if isinstance(part.base, Grid) and part.base.kind == "stack" and not any(part.base.ranks):
            return [Piece("["), *self.inside(self.listed([row[0] for row in part.base.rows], ", ")), Piece("]")], ATOM
        return [*self.at(part.base, POSTFIX), Piece(self.sign_of["T"])], POSTFIX

    def listed(self, parts: Sequence[Box], between: str, told: bool = False) -> Run:
        """Parts with commas or semicolons between."""
        run: Run = []
        for at, part in enumerate(parts):
            own = self.argument(part) if told else self.run(part)
            run += own if not at else [Piece(between), *cut(own, "comma")]
        return run

    def _index(self, part: Index) -> Written:
        base = self.argument(part.base) if self.set(part.base)[1] >= POSTFIX else self.at(part.base, POSTFIX)
        return [*base, Piece(f"[{','.join(part.places)}]")], POSTFIX

    # Functions, sums, structure

    def _fence(self, part: Fence) -> Written:
        if part.kind == "truth":
            return self.set(part.inner)
        if part.kind == "square":
            return [Piece("["), *self.inside(self.run(part.inner)), Piece("]")], ATOM
        return self.bracketed(self.argument(part.inner), "" if part.kind == "group" else part.kind), ATOM

    def _typed(self, part: Typed) -> Written:
        return [Piece(f"`{part.text}`")], ATOM

    def _said(self, part: Said) -> Written:
        return [Piece(part.text)], ATOM

    def _root(self, part: Root) -> Written:
        return self.bracketed(self.run(part.inner), ROOT), ATOM

    def _call(self, part: Call) -> Written:
        symbol = getattr(part.operator.notation, self.dialect) or part.operator.name
        axis = "" if part.axis is None else f", axis={part.axis}"
        inner = self.inside(self.listed(part.args, ", ", told=True))
        return [Piece(symbol + "("), *inner, Piece(axis + ")")], ATOM

    def _of(self, part: Of) -> Written:
        return [*self.run(part.value), Piece("("), *self.inside(self.listed(part.args, ", ")), Piece(")")], ATOM

    def _bigsum(self, part: BigSum) -> Written:
        ending = Piece(f" for {part.index} in 1..{size_text(part.size)}", cut="rel", depth=1)
        return [Piece("sum("), *self.inside(self.run(part.body)), ending, Piece(")")], ATOM

    def _grid(self, part: Grid) -> Written:
        if part.kind == "stack":
            return [Piece("["), *self.inside(self.listed([row[0] for row in part.rows], "; ")), Piece("]")], ATOM
        if part.kind == "numbers":
            return [Piece(self.numbers(part))], ATOM
        run: Run = []
        for at, row in enumerate(part.rows):
            own = self.listed(row, ", ")
            run += own if not at else [Piece("; "), *cut(own, "comma")]
        opening, closing = ("[[", "]]") if len(part.rows) == 1 else ("[", "]")
        return [Piece(opening), *self.inside(run), Piece(closing)], ATOM

    def numbers(self, part: Grid) -> str:
        """A column ``[a; b]``, a row ``[a, b]ᵀ`` or a matrix ``[a, b; c, d]``, its columns aligned where it is wide."""
        dots = "..." if self.ascii else "…"
        rows = [[dots if _is_dots(cell) else self.write(cell) for cell in row] for row in part.rows]
        if len(rows) == 1:
            return f"[{', '.join(rows[0])}]{self.sign_of['T']}"
        line = f"[{'; '.join(', '.join(row) for row in rows)}]"
        if len(rows[0]) == 1 or len(line) <= _LONGEST_MATRIX:
            return line
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [", ".join(cell.rjust(wide) for cell, wide in zip(row, widths, strict=True)) for row in rows]
        return "[" + ";\n ".join(lines) + "]"

    def _cases(self, part: Cases) -> Written:
        if self.ascii and part.factored is not None:
            run, level = self.set(part.factored)
            return run, min(level, ADDITION + 1)
        first, second, asked = (self.run(side) for side in (part.value, part.other, part.condition))
        comma = Piece(", ")
        if self.ascii or part.opposite is None:
            second = [Piece("0")] if part.zero else second
            inner = [*asked, comma, *cut(first, "comma"), comma, *cut(second, "comma")]
            return [Piece("where("), *self.inside(inner), Piece(")")], ATOM
        inner = [*second, Piece(" if "), *self.run(part.opposite), Piece("; "), *cut(first, "comma"), Piece(" if ")]
        return [Piece("{ "), *self.inside([*inner, *asked]), Piece(" }")], ATOM

    def _derivative(self, part: Derivative) -> Written:
        sign = self.sign_of["d"]
        order = len(part.below)
        power = "" if order == 1 else f"^{order}" if self.ascii else str(order).translate(SUPERSCRIPTS)
        below = "".join(sign + self.write(place) for place in part.below)
        return [Piece(f"{sign}{power}{text_of(self.at(part.above, POSTFIX))}/{below}")], POWER

    def _differential(self, part: Differential) -> Written:
        return [Piece(("d" if part.sign == "total" else self.sign_of["d"]) + self.write(part.of))], ATOM

    def _nabla(self, part: Nabla) -> Written:
        if self.ascii:
            return [Piece(f"grad{'' if part.order == 1 else part.order}_{self.write(part.of)}")], ATOM
        power = "" if part.order == 1 else str(part.order).translate(SUPERSCRIPTS)
        return [Piece(f"∇{power}{self.write(part.of)}")], ATOM
