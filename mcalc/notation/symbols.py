"""Names, numbers and signs as typeset notations set them; a printer says how each is spelt."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from sympy.core.expr import Expr
from sympy.core.numbers import Rational

from mcalc.notation.boxes import Box, Decimal, Name, Number, Sign, Size
from mcalc.notation.of_numbers import rational
from mcalc.notation.pieces import Piece, Run, deeper, tallest
from mcalc.notation.spelling import Spelling
from mcalc.notation.style import DEFAULT, Style
from mcalc.notation.widths import (
    BRACKET_SHARES,
    BRACKETS,
    DIGIT,
    DISPLAY,
    GREEK_WIDTHS,
    LEANING,
    SCRIPT,
    SHRUNK,
    SIGN_WIDTHS,
    SMALL,
    WIDE,
    width_of,
    word_width,
)
from mcalc.table.roles import DELTA, KRONECKER
from mcalc.tree.letters import names_in_use
from mcalc.tree.names import ACCENTS, CAPITALS, GREEK, name_parts, size_words

LETTER_OF = GREEK | CAPITALS
VARIANTS = frozenset(("varepsilon", "vartheta", "varpi", "varrho", "varsigma", "varphi"))
"""The other shapes of Greek letters, which TeX has under names of their own."""
"""The Greek letters by their names; omicron looks as a Latin letter does."""
_CUTS = {"plus": "sum", "minus": "sum", **dict.fromkeys(("hadamard", "dot", "oslash", KRONECKER), "product")}


class Leaves(Spelling):
    """Leaves, brackets and scripts; `size` is TeX's style at the place that is set."""

    def __init__(self, style: Style = DEFAULT, names: Sequence[str] = ()) -> None:
        self.style, self.size = style, DISPLAY
        self.names = frozenset(names) | names_in_use()
        self.hadamard = "otimes" if style.hadamard == "auto" else style.hadamard

    @property
    def shrunk(self) -> float:
        """How much smaller than the text."""
        return SHRUNK[self.size]

    @property
    def smaller(self) -> int:
        """The size of what is in a fraction."""
        return min(self.size + 1, SMALL)

    @property
    def script(self) -> int:
        """The size of what stands above or below."""
        return SCRIPT if self.size < SCRIPT else SMALL

    # Pieces

    def mark(self, join: str, kind: str = "bin") -> Piece:
        """An operator between two parts; a line may begin before it."""
        width = SIGN_WIDTHS.get(join, WIDE) * self.shrunk
        return Piece(self.sign(join), kind, width, cut=_CUTS.get(join, "rel"))

    def minus(self) -> Piece:
        """The sign before a formula."""
        return Piece(self.sign("minus"), "ord", WIDE * self.shrunk)

    def digits(self, text: str) -> Run:
        """A number at the present size."""
        width = sum(0.278 if letter == "." else DIGIT for letter in text) * self.shrunk
        return [Piece(self.number(text), width=width, opens="digit")]

    def script_digits(self, text: str) -> Run:
        """A number in a script."""
        return [Piece(self.number(text), width=DIGIT * len(text) * SHRUNK[self.script])]

    def bracketed(self, run: Run, kind: str = "(") -> Run:
        """In brackets of the size that covers the run; only what is taller than TeX's largest makes one piece."""
        size = tallest(run)
        _, step, width = next(row for row in BRACKETS if size <= row[0])
        width *= BRACKET_SHARES[kind]
        opening, closing = self.fence(kind, step)
        if step == BRACKETS[-1][1]:
            whole = self.text([Piece(opening, "open"), *run, Piece(closing, "close")])
            return [Piece(self.whole(whole), "inner", 2 * width + width_of(run, self.size), size)]
        return [Piece(opening, "open", width, size), *deeper(run), Piece(closing, "close", width, size)]

    def whole(self, text: str) -> str:
        """Brackets that grow, and what they hold."""
        return text

    def scripted(self, base: Run, below: Run | None, above: Run | None) -> Run:
        """The scripts go to the last piece of the base; ``u₁`` and ``ᵀ`` stand in one column."""
        *front, last = base
        sub, sup = (self.text(run) if run else "" for run in (below, above))
        wide, high = (width_of(run, SCRIPT) + 0.05 if run else 0.0 for run in (below, above))
        inner, room = last.text, last.width
        if last.core and not sub:
            inner, room, sub, wide = last.core
        elif last.scripted:
            inner = self.grouped(inner)
        core = (inner, room, sub, wide) if sub and not sup else None
        piece = Piece(
            self.scripts(inner, sub, sup), last.kind, room + max(wide, high), max(last.size, 0.6 if above else 0.5),
            last.cut, last.depth, last.lead, core, True, last.opens, last.built,
        )  # fmt: skip
        return [*front, piece]

    # Names

    def letters(self, word: str, look: str) -> tuple[str, float]:
        """A name as it is spelt, and how wide it is."""
        if word in LETTER_OF or word in VARIANTS:
            width = GREEK_WIDTHS.get(word, 0.7) * (1.15 if look == "bold" else 1)
            return self.spell(word, look), width * self.shrunk
        spread = 1.08 if look == "italic" and len(word) > 1 else 1.0
        return self.spell(word, look), word_width(word, look) * self.shrunk * spread

    def look(self, rank: int) -> str:
        """italic, bold, arrow or upright, as the style has it for a rank."""
        look = {1: self.style.vector, 2: self.style.matrix}.get(rank, "italic")
        return "italic" if look == "plain" else look

    def _name(self, part: Name, places: tuple[str, ...] = (), rank: int | None = None, small: bool = False) -> Run:
        """The name, its subscripts and accents; with `places` an element or a row of it."""
        if part.word in self.style.macros:
            return self.scripted([Piece(self.style.macros[part.word], width=0.6)], self.places(places), None)
        word, *rest = name_parts(part.word)
        if small:
            word = word.lower()
        elif part.made and part.rank == 2 and word.upper() not in self.names:
            word = word.upper()
        look = self.look(part.rank if rank is None else rank)
        text, width = self.letters(word, look)
        below = [sub for sub in rest if sub not in ACCENTS]
        for accent in (sub for sub in rest if sub in ACCENTS):
            text = self.accent(accent, text)
        if any(below) and places:
            return self.scripted(self.bracketed(self._name(part)), self.places(places), None)
        below += places
        if below and look == "italic":
            width -= LEANING.get(word, 0.0) * self.shrunk
        piece = Piece(text, width=width)
        return self.scripted([piece], self.places(below), None) if below else [piece]

    def places(self, places: Sequence[str]) -> Run:
        """Subscripts: letters beside one another, anything longer between commas."""
        shrunk = SHRUNK[self.script]
        together = all(len(place) == 1 and place.isalpha() for place in places)
        run: Run = []
        for at, place in enumerate(places):
            if at and not together:
                run.append(Piece(self.comma, "ord", 0.278 * shrunk))
            place = place.replace("*", "")
            word = len(place) > 1 and place.isalpha()
            shown = (
                self.spell(place, "italic" if place in LETTER_OF else "upright") if word else self.index(place or "_")
            )
            run.append(Piece(shown, width=word_width(place, "upright" if word else "italic") * shrunk))
        return run

    # Numbers, sizes, signs

    def _number(self, part: Number) -> Run:
        text = rational(part.value)
        if "/" in text and self.size < SCRIPT:
            return self.built(Number(Rational(part.value.p)), Number(Rational(part.value.q)))
        return self.digits(text)

    def _decimal(self, part: Decimal) -> Run:
        digits, mark, exponent = part.digits.partition("e")
        if not mark:
            return self.digits(digits)
        power = self.scripted(self.digits("10"), None, self.script_digits(str(int(exponent))))
        return [*self.digits(digits), self.mark("dot"), *power]

    @abstractmethod
    def built(self, above: Box, below: Box) -> Run:
        """A fraction, built up."""

    def _size(self, part: Size) -> Run:
        return self.size_run(part.size)

    def size_run(self, size: Expr) -> Run:
        """A dimension: ``n+1``, ``2n``, ``k^2n``; or the letter of a running index."""
        text = str(size) if isinstance(size, str) else size_words(size).replace("*", "")
        if text.isidentifier():
            return self._name(Name(text))
        run: Run = []
        words, at = [], 0
        while at < len(text):
            end = at + 1
            while end < len(text) and text[at].isalnum() and (text[end].isalnum() or text[end] == "_"):
                if text[at].isdigit() != text[end].isdigit() and text[at].isdigit():
                    break
                end += 1
            words.append(text[at:end])
            at = end
        raised = False
        for word in words:
            if raised:
                run = self.scripted(run, None, self.script_digits(word))
            elif word in "+-":
                run.append(Piece(self.sign("plus" if word == "+" else "minus"), "bin", WIDE * self.shrunk, cut="sum"))
            elif word[0].isdigit():
                run += self.digits(word)
            elif word[0].isalpha():
                run += self._name(Name(word))
            elif word != "^":
                run.append(Piece(self.index(word), width=0.389))
            raised = word == "^"
        return run

    def transposed(self) -> Run:
        """The sign of a transpose, by another letter where T is a name."""
        letter = self.style.transpose
        if letter == "T" and "T" in self.names:
            letter = "top"
        return [Piece(self.transpose_sign(letter), width=0.723 * SHRUNK[self.script])]

    @abstractmethod
    def transpose_sign(self, letter: str) -> str:
        """The sign of a transpose in the style asked for."""

    def _sign(self, part: Sign) -> Run:
        if part.kind == "unit":
            return self.scripted(
                [Piece(self.spell("e", self.look(1)), width=0.527)], self.places(part.places[:1]), None
            )
        if part.kind == DELTA:
            return self.scripted([Piece(self.sign(DELTA), width=0.444)], self.places(part.places), None)
        if part.kind == "pi" and part.renamed:
            head = Piece(self.function("arccos", False), "op", word_width("arccos", "upright") * self.shrunk)
            return [head, *self.bracketed([self.minus(), *self.digits("1")])]
        if part.kind == "eye" and part.renamed:
            below = self.within(self.script, Size(part.places[0]))
            return self.scripted([Piece(self.spell("Id", "upright"), width=0.9)], below, None)
        if part.kind in ("ones", "zeros"):
            return self._filled(part)
        kind = "inner" if part.kind == "across" else "ord"
        return [Piece(self.sign(part.kind), kind, SIGN_WIDTHS[part.kind] * self.shrunk)]

    @abstractmethod
    def within(self, size: int, part: Box) -> Run:
        """The pieces of a part at another size."""

    def _filled(self, part: Sign) -> Run:
        digit = "1" if part.kind == "ones" else "0"
        wide = len(part.places) == 2 and not part.row
        if wide and part.kind == "zeros":
            first, second = (self.within(self.script, Size(size)) for size in part.places)
            first, second = (self.bracketed(run) if len(run) > 1 else run for run in (first, second))
            times = Piece(self.sign("times"), "bin", WIDE * SHRUNK[self.script])
            return self.scripted(self.digits(digit), [*first, times, *second], None)
        piece = Piece(self.accent("arrow", self.number(digit)), width=DIGIT * self.shrunk, opens="arrow")
        if wide:
            return [piece, *self.scripted([piece], None, self.transposed())]
        return self.scripted([piece], None, self.transposed()) if part.row else [piece]
