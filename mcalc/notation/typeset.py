"""What LaTeX, MathML and Typst share: fractions built up, brackets as tall as what they hold, a table of precedence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy.core.numbers import Rational

from mcalc.notation.arranged import coefficient_of, is_row_slice, less
from mcalc.notation.boxes import (
    BigSum,
    Box,
    Call,
    Cases,
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
)
from mcalc.notation.pieces import Piece, Run, cut, tallest
from mcalc.notation.rows import ADDITION, ATOM, BIG, CHAIN, DOT, POWER, PRODUCT, Rows
from mcalc.notation.symbols import LETTER_OF
from mcalc.notation.widths import (
    BOLD_DIGIT,
    DIGIT,
    DISPLAY,
    SCRIPT,
    SHRUNK,
    SIGN_WIDTHS,
    TEXT,
    WIDE,
    width_of,
    word_width,
)
from mcalc.table import TABLE
from mcalc.table.roles import EXPONENTIAL, VEC
from mcalc.tree.open import OpenFunction


class Typeset(Rows):
    """What stands in rows: fractions, powers, functions, sums over data, brackets, matrices, derivatives."""

    # Fractions, scripts

    def opened(self, part: Fraction) -> bool:
        """Whether the coefficient stands before: of Σ, of sums and products of vectors, of what is wide."""
        if part.kind == "oslash":
            return False
        _, rest = coefficient_of(part.above)
        if rest is None:
            return False
        if isinstance(rest, BigSum) or (isinstance(rest, Row) and isinstance(rest.parts[-1], BigSum)):
            return True
        if part.rank and isinstance(rest, Row | Grid):
            return True
        return width_of(self.within(self.smaller, part.above), self.size) > self.style.widest

    def _fraction(self, part: Fraction) -> Run:
        if part.kind == "oslash":
            return [*self.at(part.above, PRODUCT), self.mark("oslash"), *self.at(part.below, POWER)]
        inner = less(part)
        if inner is not None:
            return [self.minus(), *self.at(inner, ADDITION + 1)]
        if self.opened(part):
            coefficient, rest = coefficient_of(part.above)
            assert rest is not None
            front = self.built(coefficient, part.below)
            level = BIG if self.level(rest) == BIG else DOT + 1 if isinstance(rest, Dot) else PRODUCT
            self.times(front, self.at(rest, level), "scalar")
            return front
        return self.built(part.above, part.below)

    def built(self, above: Box, below: Box) -> Run:
        """A fraction, and how tall it is."""
        over, under = (self.within(self.smaller, side) for side in (above, below))
        width = max(width_of(run, self.smaller) for run in (over, under)) + 0.24
        size = {DISPLAY: 0.94, TEXT: 0.75}.get(self.size, 0.6)
        size += 0.8 * max(0.0, tallest(over) - 0.6, tallest(under) - 0.6)
        return [Piece(self.fraction(self.text(over), self.text(under)), "ord", width, size, built=True)]

    def _power(self, part: Power) -> Run:
        exponent = self.within(self.script, part.exponent)
        if part.rank == 2:
            exponent = [Piece(self.sign("circ"), width=DIGIT * SHRUNK[self.script]), *exponent]
        run = self.run(part.base)
        if isinstance(part.base, Fraction | Root) or self.level(part.base) <= POWER:
            run = self.bracketed(run)
        return self.scripted(run, None, exponent)

    def _mark(self, part: Mark) -> Run:
        base = part.base
        if part.mark == "T" and isinstance(base, Grid) and base.kind == "stack":
            cells = [row[0] if not rank else Mark(row[0], "T") for row, rank in zip(base.rows, base.ranks, strict=True)]
            return self._grid(Grid((tuple(cells),), "grid"))
        if part.mark == "T" and isinstance(base, Index) and is_row_slice(base):
            return self._index(base, turned=False)
        minus = Piece(self.sign("minus"), "ord", WIDE * SHRUNK[self.script])
        if part.mark == "inverse":
            return self.scripted(self.at(base, ATOM), None, [minus, *self.script_digits("1")])
        if isinstance(base, Mark) and base.mark == "inverse":
            return self.scripted(self.at(base.base, ATOM), None, [minus, *self.transposed()])
        run = self.bracketed(self.run(base)) if isinstance(base, Fraction) else self.at(base, ATOM)
        return self.scripted(run, None, self.transposed())

    def _index(self, part: Index, turned: bool = True) -> Run:
        base = part.base
        places = tuple(place.replace("..", ":") for place in part.places)
        whole = all(":" not in place for place in places)
        if isinstance(base, Name):
            if part.rank == 0 and whole and len(places) == max(base.rank, 1):
                return self._name(base, places, 0)
            row = part.rank == 1 and base.rank == 2 and len(places) == 1 and whole
            if row and self.style.row_of_data == "bold" and base.word.lower() not in self.names:
                return self._name(base, places, 1, small=True)
            run = self._name(base, places, base.rank if part.rank else 0)
        elif isinstance(base, Fence) and base.kind == "truth" and isinstance(base.inner, Row) and part.rank == 0:
            sides = zip(base.inner.parts, base.inner.ranks, strict=True)
            entries = tuple(Index(side, part.places) if rank else side for side, rank in sides)
            run = self._fence(replace(base, inner=replace(base.inner, parts=entries, ranks=(0, 0))))
        else:
            run = (
                self.run(base)
                if self.level(base) == ATOM and not isinstance(base, Index)
                else self.bracketed(self.run(base))
            )
            run = self.scripted(run, self.places(places), None)
        return self.scripted(run, None, self.transposed()) if turned and is_row_slice(part) else run

    # Functions, sums, brackets

    def _fence(self, part: Fence) -> Run:
        if part.kind in ("group", "square"):
            return self.bracketed(self.run(part.inner), "(" if part.kind == "group" else "[")
        if part.kind == "truth":
            one = Piece(self.spell("1", "bold"), width=BOLD_DIGIT * self.shrunk, opens="bold")
            return [one, *self.bracketed(self.run(part.inner), "[")]
        notation, inner = TABLE[part.kind].notation, self.run(part.inner)
        if notation.latex == "|":
            return self.bracketed(inner, "|") if part.rank < 2 else [self.named(part.kind), *self.bracketed(inner)]
        if part.rank == 2 and not notation.of_matrix:
            inner = [self.named(VEC), *self.bracketed(inner)]
        run = self.bracketed(inner, "‖")
        below = self._foot(notation.below)
        if part.rank == 2 and notation.of_matrix:
            below = [Piece(self.spell(notation.of_matrix, "italic"), width=0.5)]
        return self.scripted(run, below, None) if below else run

    def _foot(self, below: str) -> Run:
        """What stands at the foot of a norm: a number, or the name of a sign."""
        return self.script_digits(below) if below.isdigit() else [Piece(self.sign(below), width=0.8)] if below else []

    def _root(self, part: Root) -> Run:
        inner = self.run(part.inner)
        width = width_of(inner, self.size)
        if width > self.style.widest:
            return self.scripted(self.bracketed(inner), None, self.within(self.script, Number(Rational(1, 2))))
        sign = (0.833 if tallest(inner) < 0.8 else 1.0) * self.shrunk**1.6
        return [Piece(self.root(self.text(inner)), "ord", width + sign, tallest(inner) + 0.1, scripted=True)]

    def named(self, word: str, greek: bool = False) -> Piece:
        """The name of a function."""
        if word in self.style.macros:
            return Piece(self.style.macros[word], "op", 2.0 * self.shrunk)
        width = 0.57 if greek else word_width(word, "upright")
        return Piece(self.function(word, greek), "ord" if greek else "op", width * self.shrunk)

    def _call(self, part: Call) -> Run:
        name = part.operator.name
        if name == EXPONENTIAL and self.style.exponential == "e" and len(part.args) == 1:
            base = Piece(self.spell("e", "italic"), width=0.466 * self.shrunk)
            return self.scripted([base], None, self.within(self.script, part.args[0]))
        if part.operator.notation.sign:
            one, other = (self.at(arg, DOT + 1 if self.level(arg) != CHAIN else POWER) for arg in part.args)
            return [*one, self.mark(part.operator.notation.sign), *other]
        if part.operator.open is not None:
            inner = self.listed(part.args)
            return [*self.unknown(part.operator.open), *self.bracketed(inner)]
        word, greek = part.operator.notation.spoken or name, False
        if word in LETTER_OF:
            greek = True
        inner = self.listed(part.args)
        run = [self.named(name if name in self.style.macros else word, greek)]
        if part.axis is not None:
            below = self.axis(str(part.axis))
            run = self.scripted(run, below, None)
        return [*run, *self.bracketed(inner)]

    def _of(self, part: Of) -> Run:
        return [*self.run(part.value), *self.bracketed(self.listed(part.args))]

    def listed(self, parts: Sequence[Box]) -> Run:
        """Arguments, with commas between them."""
        run: Run = []
        for at, part in enumerate(parts):
            own = self.run(part)
            run += own if not at else [Piece(self.comma, "punct", SIGN_WIDTHS["comma"]), *cut(own, "comma")]
        return run

    def unknown(self, function: OpenFunction) -> Run:
        """An open function: ``f'``, or ``∂₁f`` by one of several arguments."""
        run = self.run(Name(function.name))
        if len(function.orders) == 1:
            primes = [Piece(self.sign("prime"), width=0.275 * self.shrunk)] * function.orders[0]
            return [*run, *primes]
        if not function.places:
            return run
        sign = [Piece(self.sign("d"), "ord", SIGN_WIDTHS["d"] * self.shrunk)]
        return [*self.scripted(sign, self.script_digits(function.places), None), *run]

    def axis(self, number: str) -> Run:
        """``axis=0`` below the name of a function."""
        shrunk = SHRUNK[self.script]
        word = Piece(self.spell("axis", "upright"), width=1.7 * shrunk)
        return [word, Piece(self.sign("equals"), "rel", WIDE * shrunk), *self.script_digits(number)]

    def _bigsum(self, part: BigSum) -> Run:
        before, self.size = self.size, self.script
        below = [*self.size_run(part.index), self.mark("equals", "rel"), *self.digits("1")]
        above = self.size_run(part.size)
        self.size = before
        shown = self.size == DISPLAY
        wide = max(width_of(below, SCRIPT), width_of(above, SCRIPT))
        width = max(1.444, wide) if shown else 1.056 + wide
        sign = Piece(self.big_sum(self.text(below), self.text(above)), "op", width, 1.35 if shown else 0.75)
        return [sign, *self.at(part.body, DOT + 1 if isinstance(part.body, Dot) else BIG)]

    def _grid(self, part: Grid) -> Run:
        cells = [[self.within(TEXT, cell) for cell in row] for row in part.rows]
        roomy = len(cells) > 1 and any(tallest(cell) > 0.55 for row in cells for cell in row)
        columns = [max(width_of(row[at]) for row in cells) for at in range(len(cells[0]))]
        side = 0.417 + 0.11 * min(len(cells) - 1, 3)
        width = sum(columns) + len(columns) - 1 + 2 * side
        size = 0.6 * len(cells) * (1.25 if roomy else 1.0) + 0.05
        return [Piece(self.matrix([[self.text(cell) for cell in row] for row in cells], roomy), "inner", width, size)]

    def _cases(self, part: Cases) -> Run:
        branches: list[tuple[Box, Box | None]] = [(part.value, part.condition), (part.other, None)]
        if part.opposite is not None:
            branches = [(part.other, part.opposite), (part.value, part.condition)]
        rows = []
        width = conditions = 0.0
        for value, asked in branches:
            shown = self.within(TEXT, value)
            run = [] if asked is None else self.within(TEXT, asked)
            if asked is not None and not (isinstance(asked, Row) and asked.kind == "relation"):
                run = [*run, self.mark("neq", "rel"), *self.digits("0")]
            conditions = max(conditions, (4.12 if asked is None else 0.917) + width_of(run))
            width = max(width, width_of(shown))
            rows.append((self.text(shown), "otherwise" if asked is None else "if", self.text(run)))
        return [Piece(self.branches(rows), "inner", width + 1.0 + conditions + 0.926, 1.5)]

    # Derivatives

    def _derivative(self, part: Derivative) -> Run:
        if self.style.derivative in ("D", "nabla"):
            return self.operated(part)
        letter = "total" if self.style.derivative == "d" else "d"
        order = len(part.below)
        before, self.size = self.size, self.smaller
        sign = Piece(self.sign(letter), "ord", SIGN_WIDTHS[letter] * self.shrunk)
        above = self.scripted([sign], None, self.script_digits(str(order))) if order > 1 else [sign]
        above = [*above, *self.at(part.above, POWER)]
        further = sign._replace(cut="product")
        below = [
            piece for at, place in enumerate(part.below) for piece in (further if at else sign, *self.at(place, POWER))
        ]
        width = max(width_of(run, self.size) for run in (above, below)) + 0.24
        text = self.fraction(self.text(above), self.text(below))
        self.size = before
        size = 0.94 if self.size == DISPLAY else 0.75 if self.size == TEXT else 0.6
        return [Piece(text, "ord", width, size, built=True)]

    def operated(self, part: Derivative) -> Run:
        """``D_w f`` or ``∇_w f``, of second order ``D²_{x,w} f``."""
        letter = "nabla" if self.style.derivative == "nabla" else "derivation"
        sign = Piece(self.sign(letter), "ord", SIGN_WIDTHS[letter] * self.shrunk)
        before, self.size = self.size, self.script
        below: Run = []
        for at, place in enumerate(part.below):
            below += [*([Piece(self.comma, "punct", 0.278)] if at else []), *self.run(place)]
        self.size = before
        order = len(part.below)
        sized = self.scripted([sign], below, self.script_digits(str(order)) if order > 1 else None)
        return [*sized, Piece(self.thin, "inner", 0.167), *self.at(part.above, POWER)]

    def _differential(self, part: Differential) -> Run:
        return [Piece(self.sign(part.sign), "ord", SIGN_WIDTHS[part.sign] * self.shrunk), *self.at(part.of, POWER)]

    def _nabla(self, part: Nabla) -> Run:
        sign = [Piece(self.sign("nabla"), "ord", SIGN_WIDTHS["nabla"] * self.shrunk)]
        return [
            *(self.scripted(sign, None, self.script_digits(str(part.order))) if part.order > 1 else sign),
            *self.run(part.of),
        ]
