"""Lines through the space of the variables, and where on them a condition changes.

All points of all lines are asked at once; every interval between two points whose answers differ is divided until
the change is found to twelve digits of the line's parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.asked import Answers, Asked
from mcalc.numbers.space import Space
from mcalc.table.records import Array

_PARTS, _FEWER_PARTS, _MANY = 32, 8, 64
"""Into how many parts an interval is divided at a time, and of many intervals each."""
_EXACT, _EXACT_DOMAIN, _CLOSE = 1e-11, 1e-8, 0.4
_PEAK_ROUNDS, _PEAKS = ((2, 128), (4, 16)), 12
"""How often a peak is divided, and into how many parts; many peaks often, into fewer."""
_BASE, _SAME, _APART = (-4.0, 0.0, 4.0), 1e-9, 1e-6
"""Where a parabola is taken from, how well it fits everywhere, and how far from 0 it stays."""
_PER_CHANGE, _PER_LINE, _AT_ONCE = 4, 48, 240


class Lines(NamedTuple):
    """``base + t·direction`` in a space, one row for each line."""

    space: Space
    base: Array
    direction: Array

    def at(self, line: Array, t: Array) -> dict[str, Array]:
        """Points on the lines of the numbers given."""
        return self.space.points(self.base[line] + t[:, None] * self.direction[line])

    def everywhere(self, grid: Array) -> dict[str, Array]:
        """Points on every line, one line after the other."""
        rows = self.base[:, None, :] + grid[:, None] * self.direction[:, None, :]
        return self.space.points(rows.reshape(-1, rows.shape[2]))


class Brackets(NamedTuple):
    """Intervals of lines, the rows of answers and the margins at both ends; another point, and the margins there."""

    line: Array
    low: Array
    high: Array
    before: Array
    after: Array
    falling: Array
    rising: Array
    other: Array
    beyond: Array

    def chosen(self, index: Array) -> Brackets:
        """Those at the places of `index`."""
        return Brackets(*[part[index] for part in self])


class Followed(NamedTuple):
    """What following lines gave: the points asked first with their answers, and the kinks as narrow intervals."""

    points: dict[str, Array]
    answers: Answers
    codes: Array
    t: Array
    kinks: Brackets
    peaks: list[tuple[dict[str, Array], Array]]


def follow(asked: Asked, lines: Lines, grid: Array) -> Followed:
    """Every change of an answer on the lines that the points of the grid and the peaks between them show."""
    count, each = len(lines.base), len(grid)
    points = lines.everywhere(grid)
    answers = asked.at(points)
    codes = asked.codes(answers.rows)
    rows, margins = (part.reshape(count, each, -1) for part in answers)
    seen: list[tuple[dict[str, Array], Array]] = []
    every = np.broadcast_to(grid, (count, each))
    apart = codes.reshape(count, each)
    changes = _changes(np.arange(count), every, rows, margins, apart[:, 1:] != apart[:, :-1])
    brackets = _limited(_joined([changes, *_peaks(asked, lines, grid, margins, seen)]), _PER_CHANGE)
    narrow: list[Brackets] = []
    while (wide := _wide(brackets)).any():
        if not wide.all():
            narrow.append(brackets.chosen(~wide))
            brackets = brackets.chosen(wide)
        parts = _divided(asked, lines, brackets)
        more = len(parts.line) > len(brackets.line)
        brackets = _limited(_joined([*narrow, parts]), 2 * _PER_CHANGE) if more else parts
        narrow = [] if more else narrow
    return Followed(points, answers, codes, every.ravel(), _joined([*narrow, brackets]), seen)


def _changes(line: Array, t: Array, rows: Array, margins: Array, differ: Array | None = None) -> Brackets:
    """The intervals between neighbours of a line whose answers differ."""
    which, at = np.nonzero((rows[:, 1:] != rows[:, :-1]).any(axis=2) if differ is None else differ)
    low, high, other = (which, at), (which, at + 1), (which, np.where(at > 0, at - 1, at + 2))
    ends = (t[low], t[high], rows[low], rows[high], margins[low], margins[high])
    return Brackets(line[which], *ends, t[other], margins[other])


def _wide(brackets: Brackets) -> Array:
    """Which are not narrow yet; where nothing but the domain ends, its end need not be so exact."""
    kinks = (brackets.before != brackets.after)[:, :-1].any(axis=1)
    exact = np.where(kinks, _EXACT, _EXACT_DOMAIN)
    return brackets.high - brackets.low > exact * (1 + np.abs(brackets.low))


def _joined(pieces: Sequence[Brackets]) -> Brackets:
    return pieces[0] if len(pieces) == 1 else Brackets(*map(np.concatenate, zip(*pieces, strict=True)))


def _divided(asked: Asked, lines: Lines, brackets: Brackets) -> Brackets:
    """The parts of each interval at whose ends the answers differ."""
    t = _places(brackets, _PARTS if len(brackets.line) <= _MANY else _FEWER_PARTS)
    answers = asked.at(lines.at(np.repeat(brackets.line, t.shape[1]), t.ravel()))
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

    The zero is that of a parabola; the kink of a margin of degree two is found at once, and others with few divisions.
    """
    low, width = brackets.low[:, None], (brackets.high - brackets.low)[:, None]
    crossing = np.sign(brackets.falling) * np.sign(brackets.rising) < 0
    if not crossing.any():
        return low + width * np.arange(1, parts) / parts
    which = np.argmax(crossing, axis=1)
    every = np.arange(len(which))
    there = (side[every, which] for side in (brackets.falling, brackets.rising, brackets.beyond))
    half = parts // 4
    seldom = low + width * np.arange(1, parts - 2 * half) / (parts - 2 * half)
    with np.errstate(all="ignore"):
        zero = low + _zero(width[:, 0], brackets.other - brackets.low, *there)[:, None]
        close = _CLOSE * _EXACT * (1 + np.abs(zero))
        apart = close * np.maximum(width / close, 1.0) ** (np.arange(half) / half)
        guessed = np.clip(np.concatenate([zero - apart, zero + apart, seldom], axis=1), low, low + width)
    guessed.sort(axis=1)
    found = crossing[every, which][:, None] & np.isfinite(zero)
    return guessed if found.all() else np.where(found, guessed, low + width * np.arange(1, parts) / parts)


def _zero(width: Array, other: Array, start: Array, end: Array, beyond: Array) -> Array:
    """The zero in ``0 … width`` of the parabola with values of unlike signs at both ends, and one elsewhere.

    ``q·x² + p·x + start = 0`` by Muller's formula; of the straight line where rounding leaves no such zero.
    """
    slope = (end - start) / width
    bent = ((beyond - end) / (other - width) - slope) / other
    p = slope - bent * width
    twice = p + np.copysign(np.sqrt(p * p - 4 * bent * start), p)
    near, far = -2 * start / twice, -twice / (2 * bent)
    straight = width * (start / (start - end))
    inside = (near >= 0) & (near <= width)
    return np.where(inside, near, np.where((far >= 0) & (far <= width), far, straight))


def _limited(brackets: Brackets, most: int) -> Brackets:
    """Of many changes of one kind on one line the nearest, and of many in all some of each kind."""
    if len(brackets.line) <= _AT_ONCE and np.bincount(brackets.line).max(initial=0) <= most:
        return brackets
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
    chosen = _near_zero(grid, margins[:, :, :_PEAKS])
    if not chosen:
        return []
    peaks = np.array([(line, at, column) for (line, at), column in chosen.items()])
    line, at, column = peaks[~_stays_apart(grid, margins, peaks)].T
    if not len(line):
        return []
    which, low, high = np.arange(len(line)), grid[at - 1], grid[at + 1]
    found = []
    rounds, parts = _PEAK_ROUNDS[len(line) > _PEAKS]
    for _ in range(rounds):
        t = low[:, None] + (high - low)[:, None] * (np.arange(parts + 1) / parts)
        points = lines.at(np.repeat(line, t.shape[1]), t.ravel())
        answers = asked.at(points)
        seen.append((points, answers.margins))
        rows, apart = (part.reshape(*t.shape, -1) for part in answers)
        found.append(_changes(line, t, rows, apart))
        own = np.abs(apart[which[:, None], np.arange(t.shape[1]), column[:, None]])
        lowest = np.clip(np.argmin(np.where(np.isnan(own), np.inf, own), axis=1), 1, t.shape[1] - 2)
        low, high = t[which, lowest - 1], t[which, lowest + 1]
    return found


def _stays_apart(grid: Array, margins: Array, peaks: Array) -> Array:
    """Of each peak whether the margin is a parabola, at all points of its line, and has no zero."""
    line, _, column = peaks.T
    values = margins[line, :, column]
    base = np.searchsorted(grid, _BASE)
    (x, y, z), (u, v, w) = grid[base], values[:, base].T
    with np.errstate(all="ignore"):
        slope = (v - u) / (y - x)
        a = (((w - v) / (z - y) - slope) / (z - x))[:, None]
        b = slope[:, None] - a * (x + y)
        c = u[:, None] - x * (b + a * x)
        size = _SAME * (np.abs(a) * grid * grid + np.abs(b * grid) + np.abs(c))
        same = (np.abs(c + grid * (b + a * grid) - values) <= size).all(axis=1)
        moved = b * b / (4 * a)
        lowest, apart = c - moved, _APART * (np.abs(c) + np.abs(moved))
        stays: Array = same & ((np.abs(lowest) > apart) & (lowest * a > 0))[:, 0]
    return stays


def _near_zero(grid: Array, margins: Array) -> dict[tuple[int, int], int]:
    """The points of lines at which a margin, of one sign, is nearer to 0 than beside them; and which margin it is."""
    size = np.abs(margins)
    near = (size[:, 1:-1] < size[:, :-2]) & (size[:, 1:-1] < size[:, 2:])
    if not near.any():
        return {}
    side = margins > 0
    near &= (side[:, 1:-1] == side[:, :-2]) & (side[:, 1:-1] == side[:, 2:]) & (size[:, 1:-1] > 0)
    chosen: dict[tuple[int, int], int] = {}
    for column, line in np.argwhere(near.any(axis=1).T).tolist():
        at = np.nonzero(near[line, :, column])[0]
        lowest = at[np.argsort(size[line, at + 1, column])][:3]
        for place in {*map(int, lowest), *map(int, at[np.argsort(np.abs(grid[at + 1]))][:2])}:
            chosen.setdefault((line, place + 1), column)
    return chosen
