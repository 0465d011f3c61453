"""Lines through the space of the variables, and where on them a condition changes.

All points of all lines are asked at once; every interval between two points whose answers differ is divided until
the change is found to twelve digits of the line's parameter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.conditions import counted, margin
from mcalc.numbers.layout import ENTRIES_AT_ONCE
from mcalc.numbers.numeric import having_properties
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes
from mcalc.table.records import Array
from mcalc.tree import build
from mcalc.tree.node import Node
from mcalc.tree.operations import above

_PARTS, _FEWER_PARTS, _MANY = 32, 8, 64
"""Into how many parts an interval is divided at a time, and of many intervals each."""
_EXACT, _EXACT_DOMAIN, _CLOSE = 1e-11, 1e-8, 0.4
_PEAK_ROUNDS, _PEAKS = 4, 12
_PER_CHANGE, _PER_LINE, _AT_ONCE = 4, 48, 240


class Answers(NamedTuple):
    """For each point a row: what holds, last whether the domain's values are finite; and the margins of conditions."""

    rows: Array
    margins: Array


class Asked:
    """What is asked at many points at once: conditions, the signs of `places`, and whether `domain` is finite."""

    def __init__(
        self,
        conditions: Sequence[Node],
        variables: Sequence[Node],
        sizes: Sizes,
        domain: Sequence[Node],
        places: Sequence[Node],
    ) -> None:
        self.conditions, self.variables = conditions, variables
        self.free = [at for at, condition in enumerate(conditions) if not condition.loops]
        measured = [*(margin(conditions[at]) for at in self.free), *places]
        self.holding = [
            *(counted(condition) for condition in conditions),
            *(above(place, build.number(0)) for place in places),
        ]
        self.ends = (0, len(self.holding), len(self.holding) + len(measured), None)
        names = dict.fromkeys((str(variable.parameters[0]) for variable in variables), np.empty(0))
        self.program = Program([*self.holding, *measured, *domain], sizes, varied=names)
        shapes = [[int(np.prod(self.program.shapes[n], dtype=int)) for n in part] for part in (self.holding, measured)]
        self.columns = [int(end) for end in np.cumsum([0, *shapes[0]])]
        self.measured = [int(end) for end in np.cumsum([0, *shapes[1]])]
        """Where the columns of each condition, and of each margin, start and end."""

    def at(self, points: Mapping[str, Array]) -> Answers:
        """What the conditions and their margins are at points, a row each."""
        count = len(next(iter(points.values())))
        step = max(1, ENTRIES_AT_ONCE // self.program.entries)
        pieces = []
        for start in range(0, count, step):
            here = {name: value[start : start + step] for name, value in points.items()}
            pieces.append(self._at(here, min(step, count - start)))
        return Answers(*map(np.concatenate, zip(*pieces, strict=True)))

    def _at(self, points: Mapping[str, Array], count: int) -> Answers:
        with np.errstate(all="ignore"):
            values = [np.reshape(value, (count, -1)) for value in self.program.run_all(points, count)]
        holding, measured, domain = (values[a:b] for a, b in pairwise(self.ends))
        finite = np.ones((count, 1), bool)
        for value in domain:
            finite &= np.isfinite(value).all(axis=1, keepdims=True)
        for at, margins in zip(self.free, measured, strict=False):
            holding[at] = np.where(np.isnan(margins), -1.0, holding[at])
        rows = np.concatenate([*holding, finite], axis=1)
        margins = np.concatenate([*measured, np.zeros((count, 0))], axis=1)
        return Answers(np.where(np.isnan(rows), -1.0, rows).astype(np.int32), margins)


class Lines(NamedTuple):
    """``base + t·direction``, one row for each line, by the name of the variable."""

    base: dict[str, Array]
    direction: dict[str, Array]

    @classmethod
    def of(cls, rows: Sequence[tuple[Mapping[str, Array], Mapping[str, Array]]]) -> Lines:
        """The lines through pairs of a base and a direction."""
        return cls(*({name: np.array([row[at][name] for row in rows]) for name in rows[0][at]} for at in (0, 1)))

    def __len__(self) -> int:
        return len(next(iter(self.base.values())))

    def at(self, variables: Sequence[Node], line: Array, t: Array) -> dict[str, Array]:
        """Points on the lines of the numbers given, with what is declared of the variables brought about."""
        points = {}
        for variable in variables:
            name = str(variable.parameters[0])
            base = self.base[name][line]
            moved = base + np.reshape(t, (-1, *[1] * (base.ndim - 1))) * self.direction[name][line]
            points[name] = having_properties(variable, moved)
        return points


class Brackets(NamedTuple):
    """Intervals of lines, and the rows of answers and the margins at both ends."""

    line: Array
    low: Array
    high: Array
    before: Array
    after: Array
    falling: Array
    rising: Array

    def chosen(self, index: Array) -> Brackets:
        """Those at the places of `index`."""
        return Brackets(*(part[index] for part in self))


class Followed(NamedTuple):
    """What following lines gave: the points asked first with their answers, and the kinks as narrow intervals."""

    points: dict[str, Array]
    answers: Answers
    t: Array
    kinks: Brackets
    peaks: list[tuple[dict[str, Array], Array]]


def follow(asked: Asked, lines: Lines, grid: Array) -> Followed:
    """Every change of an answer on the lines that the points of the grid and the peaks between them show."""
    t = np.tile(grid, len(lines))
    points = lines.at(asked.variables, np.repeat(np.arange(len(lines)), len(grid)), t)
    answers = asked.at(points)
    rows, margins = (part.reshape(len(lines), len(grid), -1) for part in answers)
    seen: list[tuple[dict[str, Array], Array]] = []
    every = np.broadcast_to(grid, (len(lines), len(grid)))
    found = _joined([_changes(np.arange(len(lines)), every, rows, margins), *_peaks(asked, lines, grid, margins, seen)])
    brackets = _limited(found, _PER_CHANGE)
    while (wide := _wide(brackets)).any():
        parts = _divided(asked, lines, brackets.chosen(wide))
        more = len(parts.line) > np.count_nonzero(wide)
        brackets = _joined([brackets.chosen(~wide), parts])
        brackets = _limited(brackets, 2 * _PER_CHANGE) if more else brackets
    return Followed(points, answers, t, brackets, seen)


def _changes(line: Array, t: Array, rows: Array, margins: Array) -> Brackets:
    """The intervals between neighbours of a line whose answers differ."""
    which, at = np.nonzero((rows[:, 1:] != rows[:, :-1]).any(axis=2))
    low, high = (which, at), (which, at + 1)
    return Brackets(line[which], t[low], t[high], rows[low], rows[high], margins[low], margins[high])


def _wide(brackets: Brackets) -> Array:
    """Which are not narrow yet; where nothing but the domain ends, its end need not be so exact."""
    kinks = (brackets.before != brackets.after)[:, :-1].any(axis=1)
    exact = np.where(kinks, _EXACT, _EXACT_DOMAIN)
    return brackets.high - brackets.low > exact * (1 + np.abs(brackets.low))


def _joined(pieces: Sequence[Brackets]) -> Brackets:
    return Brackets(*map(np.concatenate, zip(*pieces, strict=True)))


def _divided(asked: Asked, lines: Lines, brackets: Brackets) -> Brackets:
    """The parts of each interval at whose ends the answers differ."""
    t = _places(brackets, _PARTS if len(brackets.line) <= _MANY else _FEWER_PARTS)
    answers = asked.at(lines.at(asked.variables, np.repeat(brackets.line, t.shape[1]), t.ravel()))
    rows, margins = (
        np.concatenate([first[:, None], inner.reshape(*t.shape, -1), last[:, None]], axis=1)
        for first, inner, last in (
            (brackets.before, answers.rows, brackets.after),
            (brackets.falling, answers.margins, brackets.rising),
        )
    )
    every = np.concatenate([brackets.low[:, None], t, brackets.high[:, None]], axis=1)
    return _changes(brackets.line, every, rows, margins)


def _places(brackets: Brackets, parts: int) -> Array:
    """Where each interval is divided: evenly, and where a margin changes its sign also closely round its zero.

    The zero is that of the secant; a straight margin's kink is found at once, and others with few divisions.
    """
    low, width = brackets.low[:, None], (brackets.high - brackets.low)[:, None]
    even = low + width * np.arange(1, parts) / parts
    crossing = np.sign(brackets.falling) * np.sign(brackets.rising) < 0
    if not crossing.any():
        return even
    which = np.argmax(crossing, axis=1)[:, None]
    before, after = (np.abs(np.take_along_axis(side, which, 1)) for side in (brackets.falling, brackets.rising))
    with np.errstate(all="ignore"):
        zero = low + width * (before / (before + after))
    close = _CLOSE * _EXACT * (1 + np.abs(zero))
    half = parts // 4
    apart = close * np.maximum(width / close, 1.0) ** (np.arange(half) / half)
    seldom = low + width * np.arange(1, parts - 2 * half) / (parts - 2 * half)
    guessed = np.clip(np.concatenate([zero - apart, zero + apart, seldom], axis=1), low, low + width)
    guessed.sort(axis=1)
    return np.where(crossing.any(axis=1, keepdims=True) & np.isfinite(zero), guessed, even)


def _limited(brackets: Brackets, most: int) -> Brackets:
    """Of many changes of one kind on one line the nearest, and of many in all some of each kind."""
    kinds: dict[object, int] = {}
    lengths: dict[int, int] = {}
    kept = []
    sides = np.concatenate([brackets.before, brackets.after], axis=1)
    line_of, bytes_of, width = brackets.line.tolist(), sides.tobytes(), sides.itemsize * sides.shape[1]
    for at in np.argsort(np.abs(brackets.low) + np.abs(brackets.high), kind="stable").tolist():
        line, kind = line_of[at], bytes_of[at * width : (at + 1) * width]
        kinds[line, kind] = kinds.get((line, kind), 0) + 1
        if kinds[line, kind] <= most and lengths.get(line, 0) < _PER_LINE:
            lengths[line] = lengths.get(line, 0) + 1
            kinds[kind] = kinds.get(kind, 0) + 1
            kept.append((kinds[kind], at))
    return brackets.chosen(np.array([at for _, at in sorted(kept)[:_AT_ONCE]], int))


def _peaks(
    asked: Asked, lines: Lines, grid: Array, margins: Array, seen: list[tuple[dict[str, Array], Array]]
) -> list[Brackets]:
    """Where a margin comes near 0 between two points and may pass it, ``sin(x) > 0.9999``: changes found there."""
    size, side = np.abs(margins), np.sign(margins)
    near = (size[:, 1:-1] < size[:, :-2]) & (size[:, 1:-1] < size[:, 2:])
    near &= (side[:, 1:-1] * side[:, :-2] > 0) & (side[:, 1:-1] * side[:, 2:] > 0)
    chosen: dict[tuple[int, int], int] = {}
    for column in range(min(near.shape[2], _PEAKS)):
        for line in range(len(lines)):
            at = np.nonzero(near[line, :, column])[0]
            lowest = at[np.argsort(size[line, at + 1, column])][:3]
            for place in {*map(int, lowest), *map(int, at[np.argsort(np.abs(grid[at + 1]))][:2])}:
                chosen.setdefault((line, place + 1), column)
    if not chosen:
        return []
    line, at = (np.array(part) for part in zip(*chosen, strict=True))
    column, which = np.array(list(chosen.values())), np.arange(len(chosen))
    low, high = grid[at - 1], grid[at + 1]
    found = []
    for _ in range(_PEAK_ROUNDS):
        t = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, _PARTS // 2 + 1)
        points = lines.at(asked.variables, np.repeat(line, t.shape[1]), t.ravel())
        answers = asked.at(points)
        seen.append((points, answers.margins))
        rows, apart = (part.reshape(*t.shape, -1) for part in answers)
        found.append(_changes(line, t, rows, apart))
        own = np.abs(apart[which[:, None], np.arange(t.shape[1]), column[:, None]])
        lowest = np.clip(np.argmin(np.where(np.isnan(own), np.inf, own), axis=1), 1, t.shape[1] - 2)
        low, high = t[which, lowest - 1], t[which, lowest + 1]
    return found
