"""A formula set in a notation: a run of pieces, each with its width and the cost of a new line before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Piece(NamedTuple):
    """A text that no line breaks.

    `kind` is TeX's class of atom (ord op bin rel open close punct inner), which gives the space between two pieces;
    `size` how far it reaches from the axis: what a bracket around it must cover; `cut` the operator before which a line
    may begin (rel sum product comma); `depth` the brackets it stands in; `lead` what begins the line then, the dot of a
    product that is not written inside a line. `core` holds, of a piece with a subscript alone, base and subscript: a
    superscript goes above it. `opens`: it begins with a digit, or with one below an arrow; `built`: it is a fraction.
    """

    text: str
    kind: str = "ord"
    width: float = 0.0
    size: float = 0.5
    cut: str = ""
    depth: int = 0
    lead: str = ""
    core: tuple[str, float, str, float] | None = None
    scripted: bool = False
    opens: str = ""
    built: bool = False


Run = list[Piece]


def deeper(run: Run) -> Run:
    """The run one bracket further in."""
    return [piece._replace(depth=piece.depth + 1) for piece in run]


def cut(run: Run, kind: str, lead: str = "") -> Run:
    """The run, before which a line may begin."""
    return [run[0]._replace(cut=kind, lead=lead), *run[1:]]


def tallest(run: Run) -> float:
    """The height of the tallest piece."""
    return max((piece.size for piece in run), default=0.5)


PENALTY = {"rel": 10, "comma": 15, "sum": 20, "product": 150}
LINE, DEPTH, OVERFULL, RAGGED = 100, 200, 10_000, 30
_DEEPEST_INDENT = 3


def broken(run: Run, width_of: Callable[[Run], float], rooms: tuple[float, float], indent: float) -> list[Run]:
    """The run as the cheapest lines: the first in ``rooms[0]``, the others in ``rooms[1]``, `indent` in for a bracket.

    A line costs `LINE`, and `RAGGED` times the square of its free share (the last one's is free); a cut costs its
    `PENALTY`, and `DEPTH` for every bracket around it; what sticks out costs `OVERFULL` and by how much.
    """
    if width_of(run) <= rooms[0]:
        return [run]
    places = [0, *(at for at, piece in enumerate(run) if at and piece.cut), len(run)]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(places)):
        options: list[tuple[float, int]] = []
        for start in range(end - 1, -1, -1):
            line = run[places[start] : places[end]]
            room = rooms[0] if start == 0 else rooms[1] - indentation(line, indent)
            wide = width_of(line)
            cost = best[start][0] + LINE
            if start:
                cost += PENALTY[line[0].cut] + DEPTH * line[0].depth
            if wide > room:
                cost += OVERFULL + 100 * (wide - room) / max(room, 1.0)
            elif end < len(places) - 1:
                cost += RAGGED * ((room - wide) / room) ** 2
            options.append((cost, start))
            if wide > 1.5 * room and len(options) > 1:
                break
        best.append(min(options))
    cuts: list[tuple[int, int]] = []
    at = len(places) - 1
    while at:
        cuts.append((places[best[at][1]], places[at]))
        at = best[at][1]
    return [run[one:other] for one, other in reversed(cuts)]


def indentation(line: Sequence[Piece], indent: float) -> float:
    """How far a line that is not the first stands in."""
    return indent * min(line[0].depth, _DEEPEST_INDENT)
