"""A formula over lines that fit: as it is, else its wide fractions as products, else its widest parts by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, count, pairwise
from math import inf

from mcalc.notation.boxes import Box, Cases, Fraction, Grid, Name, Number, Root, Sign, replaced, within
from mcalc.notation.pieces import Piece, Run, broken, indentation, tallest
from mcalc.notation.typeset import Typeset
from mcalc.notation.widths import width_of
from mcalc.tree.names import unused, without_subscripts

INDENT = 1.0
"""How far a later line stands in, in em: a quad."""
_SHARES = (0.75, 0.4)
_LEAST_NAMED = 0.1
_LEADING = 1.5
"""From one line to the next, in em."""


@dataclass(frozen=True)
class Fitted:
    """The lines of a formula, the width of the last, and the parts that have got names, each with its formula.

    `over` is how far the widest sticks out, `tall` how high they are together, `widest` the width of the widest part
    that no line can break.
    """

    lines: tuple[str, ...]
    last: float
    named: tuple[tuple[Name, Box], ...] = ()
    over: float = 0.0
    tall: float = 0.0
    widest: float = 0.0


class Fitting:
    """Breaks formulas for a line of `room` em; the names that it gives are none of `taken`, and none twice.

    What no line can break is no wider than `narrow` where that can be had without names: for pages that get narrower.
    """

    def __init__(self, setter: Typeset, room: float, taken: Iterable[str] = (), narrow: float = inf) -> None:
        self.setter, self.room, self.narrow = setter, room, narrow
        self.taken = set(taken)
        self.letters: Iterator[str] | None = None

    def fit(self, root: Box, room: float, before: Sequence[Piece] = (), naming: bool = True) -> Fitted:
        """The lines, the first behind the pieces `before`; without `naming` what is too wide stays so."""
        found: Fitted | None = None
        shares = [share * room for share in _SHARES] + [self.narrow] * (self.narrow < inf)
        for widest in (1e9, *shares):
            setter = self.setter if widest == 1e9 else self.other(widest)
            one = self.lines(setter, [*before, *setter.whole_run(root)], room)
            if found is None or one.over < found.over - 0.01 or self.is_narrower(one, found):
                found = one
            if not one.over and one.widest <= self.narrow:
                return one
        assert found is not None
        return self.by_name(root, room, before, found) if naming and found.over else found

    def is_narrower(self, one: Fitted, other: Fitted) -> bool:
        """Whether a formula that fits as well has less that no line can break, where that matters."""
        return self.narrow < inf and one.over <= other.over and one.widest < other.widest - 0.01

    def other(self, widest: float) -> Typeset:
        """A printer for lines of another width."""
        setter = type(self.setter)(replace(self.setter.style, widest=widest), tuple(self.setter.names))
        setter.hadamard = self.setter.hadamard
        return setter

    def lines(self, setter: Typeset, run: Run, room: float) -> Fitted:
        """The run by the cheapest cuts, each further line a quad in."""
        found = broken(run, width_of, (room, room - INDENT), INDENT)
        rooms = [room - (INDENT + indentation(line, INDENT) if at else 0) for at, line in enumerate(found)]
        over = max(width_of(line) - own for line, own in zip(found, rooms, strict=True))
        last = width_of(found[-1]) + (room - rooms[-1])
        texts = tuple(setter.line(line, not at) for at, line in enumerate(found))
        tall = sum(max(_LEADING, 2 * tallest(line)) for line in found)
        return Fitted(texts, last, (), max(over, 0.0), tall, max(map(widest_part, found)))

    def by_name(self, root: Box, room: float, before: Sequence[Piece], found: Fitted) -> Fitted:
        """With names for the parts that no line can break, those that recur first, until it fits."""
        named: list[tuple[Name, Box]] = []
        while found.over:
            part = self.widest(root, _LEAST_NAMED * room)
            if part is None:
                break
            wanted = self.setter.write(part)
            name = Name(self.letter(root))
            root = replaced(root, partial(self.as_name, name, type(part), wanted))
            named.append((name, part))
            found = self.fit(root, room, before, naming=False)
        order = {box.word: at for at, box in enumerate(within([root])) if isinstance(box, Name)}
        named.sort(key=lambda pair: order.get(pair[0].word, len(order)))
        return replace(found, named=tuple(named))

    def as_name(self, name: Name, kind: type, wanted: str, box: Box) -> Box | None:
        """The name, where it is written as what it is to stand for."""
        return name if type(box) is kind and self.setter.write(box) == wanted else None

    def letter(self, root: Box) -> str:
        """A letter that nothing else has."""
        if self.letters is None:
            names = {box.word for box in within([root]) if isinstance(box, Name)}
            taken = self.taken | names | set(self.setter.names)
            stems = unused(chain("srqt", (f"s{'s' * more}" for more in count(1))), taken)
            stem = next(without_subscripts(stems, taken))
            self.letters = (f"{stem}_{number}" for number in count(1))
        return next(self.letters)

    def widest(self, root: Box, least: float) -> Box | None:
        """A scalar that no line can break: a denominator, a radicand, an entry of a matrix; one that recurs, if any."""
        whole: dict[str, tuple[float, Box]] = {}
        uses: dict[str, int] = {}
        for box in within([root]):
            for part in _unbroken(box):
                if not isinstance(part, Name | Sign | Number):
                    text = self.setter.write(part)
                    uses[text] = uses.get(text, 0) + 1
                    whole.setdefault(text, (width_of(self.setter.whole_run(part)), part))
        wide = {text: pair for text, pair in whole.items() if pair[0] > least}
        if not wide:
            return None
        text = max(wide, key=lambda text: (min(uses[text], 2), wide[text][0]))
        return wide[text][1]


def widest_part(run: Run) -> float:
    """The width of the widest part between two places where a line may break."""
    cuts = [0, *(at for at, piece in enumerate(run) if at and piece.cut), len(run)]
    return max(width_of(run[start:end]) for start, end in pairwise(cuts))


def _unbroken(box: Box) -> list[Box]:
    if isinstance(box, Fraction) and box.kind != "oslash":
        return [box.below]
    if isinstance(box, Root):
        return [box.inner]
    if isinstance(box, Grid):
        ranks = box.ranks if box.kind == "stack" else (0,) * len(box.rows)
        return [cell for row, rank in zip(box.rows, ranks, strict=True) if not rank for cell in row]
    return [box.value, box.other] if isinstance(box, Cases) and not box.rank else []
