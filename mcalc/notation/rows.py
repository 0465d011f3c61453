"""Rows of boxes as typeset notations set them: a table of precedence, sums, products, chains of matrices."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from mcalc.notation.arranged import ONE, coefficient_of, in_every_entry, is_scaled, less, reads_as_kronecker, same
from mcalc.notation.boxes import (
    BigSum,
    Box,
    Call,
    Cases,
    Differential,
    Dot,
    Fraction,
    Mark,
    Nabla,
    Name,
    Power,
    Root,
    Row,
    Said,
    Sign,
    Size,
    Word,
    within,
)
from mcalc.notation.columns import text_of
from mcalc.notation.pieces import Piece, Run, cut
from mcalc.notation.symbols import LETTER_OF, Leaves
from mcalc.notation.widths import (
    DIGIT,
    DISPLAY,
    SCRIPT,
    SIGN_WIDTHS,
    SMALL,
    TEXT,
    THIN,
    width_of,
)
from mcalc.tree.names import size_text

CASES, RELATION, ADDITION, BIG, PRODUCT, DOT, CHAIN, FRACTION, POWER, ATOM = 5, 10, 20, 25, 30, 35, 40, 45, 50, 100
_LEVELS = {
    "sum": ADDITION,
    "product": PRODUCT,
    "entries": PRODUCT,
    "runs": PRODUCT,
    "chain": CHAIN,
    "relation": RELATION,
    "flat": RELATION,
    "sizes": PRODUCT,
    "space": RELATION,
}
_FEW = 3
"""A 1 has no more pieces."""
_DEEP = 150


class Rows(Leaves):
    """Boxes into runs, one method a box, each set once for each of TeX's sizes: here sums, products and their like."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.done: dict[tuple[Box, int], Run] = {}

    def write(self, root: Box, size: int | None = None) -> str:
        """A formula in the size that the style has, or with size TEXT one within a line."""
        return self.text(self.whole_run(root, size))

    def whole_run(self, root: Box, size: int | None = None) -> Run:
        """The run of a formula, in which the element-wise product has its sign by what else is there."""
        boxes = within([root])
        if self.style.hadamard == "auto":
            self.choose(boxes)
        self.names |= {box.word for box in boxes if isinstance(box, Name)}
        if len(boxes) > _DEEP:
            for inner in (SMALL, SCRIPT, TEXT, DISPLAY):
                self.size = inner
                for box in boxes:
                    self.run(box)
        self.size = size if size is not None else TEXT if self.style.size == "inline" else DISPLAY
        return self.run(root)

    def choose(self, boxes: Sequence[Box]) -> None:
        """⊙ is the element-wise product where ⊗ is Kronecker's, or would be read so: under `sum`, between squares."""
        if self.hadamard == "otimes" and any(map(reads_as_kronecker, boxes)):
            self.hadamard = "odot"
            self.done.clear()

    def is_opened(self, part: Box) -> bool:
        """Whether it is a fraction written on one line."""
        return isinstance(part, Fraction) and self.opened(part)

    @abstractmethod
    def opened(self, part: Fraction) -> bool:
        """Whether the coefficient of a fraction stands before it."""

    @abstractmethod
    def named(self, word: str, greek: bool = False) -> Piece:
        """The name of a function."""

    def sign(self, name: str) -> str:
        """The sign; that of an element-wise product as the whole formula has it."""
        return self.signs[self.hadamard] if name == "hadamard" else super().sign(name)

    def run(self, part: Box) -> Run:
        """The pieces of a box at the present size, made once."""
        key = part, self.size
        if key not in self.done:
            setter: Callable[[Any], Run] = getattr(self, "_" + type(part).__name__.lower())
            self.done[key] = setter(part)
        return self.done[key]

    def within(self, size: int, part: Box) -> Run:
        """The pieces of a part at another size."""
        before, self.size = self.size, size
        run = self.run(part)
        self.size = before
        return run

    def level(self, part: Box) -> int:
        """The precedence of the outermost operator."""
        if isinstance(part, Row | Fraction) and less(part) is not None:
            return ADDITION
        if isinstance(part, Row):
            if part.kind == "flat" and isinstance(part.parts[0], Word):
                return ATOM
            ends_in_sum = part.kind in ("product", "entries") and isinstance(part.parts[-1], BigSum)
            return BIG if ends_in_sum else _LEVELS[part.kind]
        if isinstance(part, Fraction):
            if self.opened(part):
                return min(PRODUCT, self.level(coefficient_of(part.above)[1] or ONE) + 10)
            return FRACTION if part.kind != "oslash" else PRODUCT
        if isinstance(part, Size):
            size = size_text(part.size)
            return (
                ADDITION if "+" in size or "-" in size else ATOM if size.isidentifier() or size.isdigit() else PRODUCT
            )
        if isinstance(part, Sign) and part.kind == "ones" and len(part.places) == 2 and not part.row:
            return CHAIN
        if isinstance(part, Call) and part.operator.notation.sign:
            return PRODUCT
        if isinstance(part, Said):
            return self.level(part.inner)
        if isinstance(part, Root) and width_of(self.run(part.inner), self.size) > self.style.widest:
            return POWER
        levels = {Dot: DOT, Power: POWER, Mark: POWER, BigSum: BIG, Cases: CASES, Differential: POWER, Nabla: POWER}
        return levels.get(type(part), ATOM)

    def at(self, part: Box, level: int) -> Run:
        """The part, in brackets where it binds more loosely than `level`."""
        return self.run(part) if self.level(part) >= level else self.bracketed(self.run(part))

    # Rows

    def _row(self, part: Row) -> Run:
        setter: Callable[[Row], Run] = getattr(self, f"_{part.kind}_row")
        return setter(part)

    def _sum_row(self, part: Row) -> Run:
        beside_matrix = 2 in part.ranks
        run: Run = []
        for at, (join, term, rank) in enumerate(zip(part.joins, part.parts, part.ranks, strict=True)):
            if beside_matrix and rank == 0:
                term = in_every_entry(term)
            inner = less(term)
            if inner is not None and join != "minus":
                join, term = "minus", inner
            elif inner is not None and at == 0:
                join, term = "", inner
            if join and (at or join == "minus"):
                run.append(self.mark(join) if at else self.minus())
            run += self.at(term, BIG if join != "minus" or isinstance(term, BigSum) else ADDITION + 1)
        return run

    def _product_row(self, part: Row) -> Run:
        inner = less(part)
        if inner is not None:
            return [self.minus(), *self.at(inner, ADDITION + 1)]
        run: Run = []
        for at, (join, factor) in enumerate(zip(part.joins, part.parts, strict=True)):
            last = at == len(part.parts) - 1
            level = PRODUCT
            if isinstance(factor, BigSum) or (isinstance(factor, Row) and isinstance(factor.parts[-1], BigSum)):
                level = BIG if last else ATOM
            elif isinstance(factor, Dot):
                level = DOT + 1
            elif (isinstance(factor, Call) and factor.operator.notation.sign) or self.is_opened(factor):
                level = PRODUCT + 1
            self.times(run, self.at(factor, level), join)
        return run

    _entries_row = _product_row

    def times(self, run: Run, own: Run, join: str) -> None:
        """Appends a factor: after ⊗, after a dot where digits would run together and behind a 1, else side by side."""
        if not run:
            run += own
        elif join == "hadamard":
            run += [self.mark("hadamard"), *own]
        elif (
            own[0].opens == "digit"
            or (own[0].opens and run[-1].opens == "digit")
            or (len(run) <= _FEW and text_of(run) == "1")
        ):
            run += [self.mark("dot"), *own]
        else:
            differential = own[0].text.startswith(self.total) or (len(run) > 1 and run[-2].text.startswith(self.total))
            if (own[0].built and run[-1].built) or differential:
                run.append(Piece(self.thin, "space", THIN))
            run += cut(own, "product", self.sign("dot"))

    @property
    def total(self) -> str:
        """The letter of a differential."""
        return self.sign("total")

    def _runs_row(self, part: Row) -> Run:
        run: Run = []
        for factor, rank in zip(part.parts, part.ranks, strict=True):
            self.times(run, self.at(factor, DOT + 1 if rank else POWER), "scalar")
        return run

    def _chain_row(self, part: Row) -> Run:
        run: Run = []
        count = 0
        for at, (factor, rank) in enumerate(zip(part.parts, part.ranks, strict=True)):
            following = part.parts[at + 1] if at + 1 < len(part.parts) else None
            count += 1
            if following is not None and rank == 2 and same(following, factor):
                continue
            own = self.run(factor) if at == 0 and is_scaled(factor) else self.at(factor, DOT + 1)
            if count > 1:
                own = self.scripted(self.at(factor, ATOM), None, self.script_digits(str(count)))
            count = 0
            self.times(run, own, "matrix")
        return run

    def _dot(self, part: Dot) -> Run:
        return [*self.at(part.left, CHAIN), self.mark("dot"), *self.at(part.right, CHAIN)]

    def _relation_row(self, part: Row) -> Run:
        run = self.at(part.parts[0], RELATION + 1)
        for join, side in zip(part.joins[1:], part.parts[1:], strict=True):
            run = [*run, self.mark(join, "rel"), *self.at(side, RELATION + 1)]
        return run

    def _flat_row(self, part: Row) -> Run:
        run: Run = []
        for join, inner in zip(part.joins, part.parts, strict=True):
            if join in ("thin", "space"):
                run.append(Piece(self.thin, "space", THIN))
            elif join in ("comma", "semicolon", "colon"):
                run.append(Piece(self.comma if join == "comma" else self.sign(join), "punct", SIGN_WIDTHS["comma"]))
            elif join == "slash":
                run.append(Piece(self.sign(join), "ord", DIGIT * self.shrunk))
            elif join:
                run.append(self.mark(join) if run else self.minus())
            run += self.run(inner)
        return run

    def _sizes_row(self, part: Row) -> Run:
        run: Run = []
        for at, size in enumerate(part.parts):
            run += [self.mark("times")] if at else []
            run += self.at(size, PRODUCT)
        return run

    def _space_row(self, part: Row) -> Run:
        """``w ∈ Rⁿ``: a name, and the space that its sizes span."""
        name, *sizes = part.parts
        real = Piece(self.spell("R", "bold"), width=0.862 * self.shrunk)
        above = self.within(self.script, Row("sizes", tuple(sizes), part.joins[1:])) if sizes else None
        return [*self.run(name), self.mark("in", "rel"), *(self.scripted([real], None, above) if above else [real])]

    def _said(self, part: Said) -> Run:
        return self.run(part.inner)

    def _word(self, part: Word) -> Run:
        return [self.named(part.text, part.text in LETTER_OF)]
