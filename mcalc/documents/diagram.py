"""A graph laid out: where its cards, labels and arrows stand; each format measures its own formulas, and draws them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mcalc.documents.flow import Card, Graph, Words
from mcalc.documents.layers import Item, arrange, connect

ROOM, GAP, MARGIN = 900, 28, 14
SIZE, SMALL, LINE, SMALL_LINE = 16, 13, 22, 18
CHIP, SHIFT = 38, 6
"""The way from a given value to its card, and how far the many cards of a stack stand out; all in pixels."""


class SetWords(NamedTuple):
    """Words in the notation of a format: how wide and how high they are."""

    text: str
    width: float
    height: float
    words: Words


class Held(NamedTuple):
    """What a card or a label holds: its lines, its role, the given values beside it."""

    lines: list[SetWords]
    role: str
    given: list[SetWords]
    stacked: bool


class Curve(NamedTuple):
    """A part of an arrow: straight down to `low`, then bent until it runs downwards at `end`."""

    low: float
    bend: tuple[float, float, float]
    end: tuple[float, float]


class Path(NamedTuple):
    """An arrow from `start`: with a point at its end, where it does not lead into a label."""

    start: tuple[float, float]
    curves: list[Curve]
    pointed: bool
    of_variable: bool


class Rect(NamedTuple):
    """A rectangle, by its left upper corner."""

    left: float
    top: float
    width: float
    height: float


class Diagram(ABC):
    """One graph: its arrows lie under its cards and labels. `room` is how wide it may become, where that can be."""

    def __init__(self, graph: Graph, room: float) -> None:
        placed = arrange(self.items(graph), room, GAP, 2)
        self.tops: dict[Item, float] = {}
        self.bottoms: list[float] = []
        top = 0.0
        for layer in placed.layers:
            self.tops |= dict.fromkeys(layer, top)
            top += max(item.height for item in layer)
            self.bottoms.append(top)
            top += _channel(layer)
        self.width, self.height = placed.width, self.bottoms[-1]
        self.placed = [item for layer in placed.layers for item in layer if isinstance(item.content, Held)]

    @abstractmethod
    def set(self, words: Words, small: bool) -> list[SetWords]:
        """Words over as many lines as they need."""

    def items(self, graph: Graph) -> list[Item]:
        """The cards and the labels between them."""
        boxes = {card.name: self.box(card) for card in graph.cards}
        labels = []
        for arrow in graph.arrows:
            label = self.label(arrow.lines, "label")
            connect(boxes[arrow.start], label)
            connect(label, boxes[arrow.end])
            labels.append(label)
        last = self.label(graph.answer, "label answer")
        connect(boxes[graph.cards[-1].name], last)
        return [*boxes.values(), *labels, last]

    def box(self, card: Card) -> Item:
        """The box of a card."""
        lines = self.set(Words(card.formula), False)
        given = [self.set(part, True)[0] for part in card.given]
        body = max(48.0, max(line.width for line in lines) + 28)
        beside = max((line.width + 16 + CHIP for line in given), default=0.0)
        height = max(sum(line.height for line in lines) + 14, sum(line.height + 14 for line in given) - 4)
        held = Held(lines, card.role, given, card.stacked)
        return Item(held, body + beside + SHIFT * card.stacked, height + SHIFT * card.stacked, None, body)

    def label(self, words: Sequence[Words], role: str) -> Item:
        """The label of an arrow."""
        lines = [line for one in words for line in self.set(one, True)]
        width = max(line.width for line in lines) + 20
        return Item(Held(lines, role, [], False), width, sum(line.height for line in lines) + 10, width / 2)

    # Where everything is

    def paths(self) -> Iterator[Path]:
        """The arrows: from each box to its labels, from each label on to its box, through what stands between."""
        for item in self.placed:
            assert isinstance(item.content, Held)
            for other in item.below:
                start = _port(item, other), self.tops[item] + item.height - SHIFT * item.content.stacked
                curves, last = [], item
                while True:
                    left, right = _port(last, other), _port(other, last)
                    above, below = self.bottoms[last.layer], self.tops[other]
                    curves.append(Curve(above, (left, (above + below) / 2, right), (right, below)))
                    if other.content is not None:
                        break
                    last, other = other, other.below[0]
                yield Path(start, curves, other.port is None, item.content.role == "variable")

    def rect(self, item: Item) -> Rect:
        """The rectangle of a card or label."""
        assert isinstance(item.content, Held)
        wide = item.width if item.port is not None else item.body
        return Rect(item.left, self.tops[item], wide, item.height - SHIFT * item.content.stacked)

    def lines(self, item: Item) -> Iterator[tuple[SetWords, float, float]]:
        """The lines of a card or label, each with where it begins and the top of its room."""
        rect, held = self.rect(item), item.content
        assert isinstance(held, Held)
        left = rect.left + (10 if item.port is not None else (rect.width - held.lines[0].width) / 2)
        top = rect.top + (rect.height - sum(line.height for line in held.lines)) / 2
        for line in held.lines:
            yield line, left, top
            top += line.height

    def given(self, item: Item) -> Iterator[tuple[SetWords, Rect, tuple[float, float, float]]]:
        """The given values on the right of a card, each with its rectangle, and its arrow: from, to, and how low."""
        rect, held = self.rect(item), item.content
        assert isinstance(held, Held)
        right = rect.left + rect.width
        top = rect.top + (rect.height - sum(line.height + 14 for line in held.given)) / 2
        for line in held.given:
            middle = top + (line.height + 14) / 2
            box = Rect(right + CHIP, middle - line.height / 2 - 3, line.width + 16, line.height + 6)
            yield line, box, (right + CHIP, right + SHIFT * held.stacked + 2, middle)
            top += line.height + 14


def _channel(layer: list[Item]) -> float:
    """The room for the arrows to the next layer: more where they run further sideways."""
    far = max((abs(_port(item, other) - _port(other, item)) for item in layer for other in item.below), default=0)
    return 22 + min(54.0, 0.2 * far)


def _port(item: Item, other: Item) -> float:
    return item.meets(other, 12)
