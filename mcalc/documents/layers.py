"""A graph laid out in layers from top to bottom, within a width; the unit is a column or a pixel.

Boxes and the labels of edges are both items: an edge runs box, label, box, so that no label can lie on another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_SWEEPS = 12
_STRAIGHT = 8.0


@dataclass(eq=False)
class Item:
    """A box, which an edge meets anywhere along its side, or, where `port` is given, a label beside its edge.

    Of a box's width, `body` is its own; what is more stands on its right. `left` and `layer` are what the layout finds.
    """

    content: object
    width: float
    height: float
    port: float | None = None
    body: float = 0.0
    above: list[Item] = field(default_factory=list)
    below: list[Item] = field(default_factory=list)
    left: float = 0.0
    layer: int = -1

    @property
    def anchor(self) -> float:
        """Where lines meet it, from its left."""
        return self.body / 2 if self.port is None else self.port

    @property
    def rigid(self) -> bool:
        """Whether lines meet it at a place of its own."""
        return self.port is not None

    @property
    def middle(self) -> float:
        """Where lines meet it, from the left of the picture."""
        return self.left + self.anchor

    def meets(self, other: Item, margin: float) -> float:
        """Where an edge to a neighbour leaves: straight on where it can, else where others do, or in the middle."""
        if self.port is not None:
            return self.middle
        side = self.below if other in self.below else self.above
        under = [near.middle for near in side if self._spans(near.middle, margin)]
        if self._spans(other.middle, margin):
            return other.middle
        return min(under, key=lambda place: abs(place - self.middle), default=self.middle)

    def _spans(self, place: float, margin: float) -> bool:
        return self.left + margin <= place <= self.left + self.body - margin


@dataclass(frozen=True)
class Placed:
    """The layers from the top, each from the left; edges run between neighbouring layers only."""

    layers: list[list[Item]]
    width: float


def connect(start: Item, end: Item) -> None:
    """A line from one item down to another."""
    start.below.append(end)
    end.above.append(start)


def arrange(items: Sequence[Item], room: float, gap: float, thin: float) -> Placed:
    """Layers no wider than `room` where that can be, `gap` between items; an edge that passes takes `thin`."""
    layers = _layered(items, room, gap, thin)
    _bend(layers, thin)
    _order(layers)
    _place(layers, room, gap)
    least = min(item.left for layer in layers for item in layer)
    for layer in layers:
        for item in layer:
            item.left -= least
    return Placed(layers, max(item.left + item.width for layer in layers for item in layer))


def _layered(items: Sequence[Item], room: float, gap: float, thin: float) -> list[list[Item]]:
    """Each item as high as it can stand under what it is made of; a full layer leaves the rest to the next."""
    depth: dict[Item, int] = {}
    for item in reversed(_downwards(items)):
        depth[item] = 1 + max((depth[other] for other in item.below), default=0)
    waiting = list(items)
    layers: list[list[Item]] = []
    while waiting:
        ready = [item for item in waiting if all(other.layer >= 0 for other in item.above)]
        ready.sort(key=lambda item: -depth[item])
        passing = {(a, b) for b in waiting for a in b.above if a.layer >= 0}
        layer: list[Item] = []
        used = len(passing) * (thin + gap)
        for item in ready:
            entering = sum(1 for pair in passing if pair[1] is item) * (thin + gap)
            if not layer or used - entering + item.width + gap <= room + gap:
                layer.append(item)
                used += item.width + gap - entering
        for item in layer:
            item.layer = len(layers)
        layers.append(layer)
        waiting = [item for item in waiting if item.layer < 0]
    return layers


def _downwards(items: Sequence[Item]) -> list[Item]:
    """Every item after those above it."""
    found: list[Item] = []
    missing = {item: len(item.above) for item in items}
    ready = [item for item in items if not item.above]
    while ready:
        item = ready.pop(0)
        found.append(item)
        for other in item.below:
            missing[other] -= 1
            if not missing[other]:
                ready.append(other)
    return found


def _bend(layers: list[list[Item]], thin: float) -> None:
    """An edge over several layers passes through an item in each."""
    for layer in list(layers):
        for item in list(layer):
            for at, end in enumerate(item.below):
                last = item
                for number in range(item.layer + 1, end.layer):
                    passing = Item(None, thin, 0, 0, layer=number)
                    layers[number].append(passing)
                    if last is item:
                        item.below[at] = passing
                    else:
                        last.below.append(passing)
                    passing.above.append(last)
                    last = passing
                if last is not item:
                    last.below.append(end)
                    end.above[end.above.index(item)] = last


# Order within the layers -------------------------------------------------------------------------------------------


def _order(layers: list[list[Item]]) -> None:
    """By the middle of the neighbours, down and up in turn; the order with the fewest crossings is kept."""
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            places = {item: at for other in layers for at, item in enumerate(other)}
            layer.sort(key=lambda item, places=places: _mean_place(item, places, downwards))  # type: ignore[misc]
        crossings = _crossings(layers)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    layers[:] = best


def _mean_place(item: Item, places: dict[Item, int], downwards: bool) -> float:
    others = item.above if downwards else item.below
    return sum(places[other] for other in others) / len(others) if others else places[item]


def _crossings(layers: list[list[Item]]) -> int:
    found = 0
    for layer in layers[:-1]:
        places = {item: at for at, item in enumerate(layers[layer[0].layer + 1])}
        ends = [[places[end] for end in item.below] for item in layer]
        for at, first in enumerate(ends):
            found += sum(one > other for second in ends[at + 1 :] for one in first for other in second)
    return found


# Places within the layers ------------------------------------------------------------------------------------------


def _place(layers: list[list[Item]], room: float, gap: float) -> None:
    for layer in layers:
        _apart(layer, [(room - item.width) / 2 for item in layer], [1.0] * len(layer), room, gap)
    for sweep in range(_SWEEPS):
        downwards, late = sweep % 2 == 0, sweep >= _SWEEPS // 2
        for layer in layers if downwards else reversed(layers):
            wanted, weights = [], []
            for item in layer:
                others = item.above if downwards else item.below
                if late or not others:
                    others = item.above + item.below
                pull = [
                    (_STRAIGHT if item.rigid and other.rigid else 1.0, _aim(item, other, late, gap / 2))
                    for other in others
                ]
                weight = sum(part for part, _ in pull)
                wanted.append(sum(part * left for part, left in pull) / weight if pull else item.left)
                weights.append(weight or 0.1)
            _apart(layer, wanted, weights, room, gap)
    for layer in [*layers, *reversed(layers)]:
        _straighten(layer, room, gap)


def _aim(item: Item, other: Item, late: bool, margin: float) -> float:
    """Where an item would stand for its edge to be straight: in the end, anywhere over or under the box will do."""
    if late and other.port is None:
        middle = min(max(item.middle, other.left + margin), other.left + other.body - margin)
        return middle - item.anchor
    if late and item.port is None:
        return min(max(item.left, other.middle + margin - item.body), other.middle - margin)
    return other.middle - item.anchor


def _apart(layer: list[Item], wanted: Iterable[float], weights: Sequence[float], room: float, gap: float) -> None:
    """The places in the room nearest to those wanted at which no two items touch: least squares, by pooling."""
    offsets = [0.0]
    for item in layer:
        offsets.append(offsets[-1] + item.width + gap)
    slack = max(room - offsets.pop() + gap, 0.0)
    pools: list[tuple[float, float, int]] = []
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, total, count = want - offset, weight, 1
        while pools and pools[-1][0] > mean:
            before, heavy, many = pools.pop()
            mean = (mean * total + before * heavy) / (total + heavy)
            total, count = total + heavy, count + many
        pools.append((mean, total, count))
    places = [min(max(mean, 0.0), slack) for mean, _, count in pools for _ in range(count)]
    for item, place, offset in zip(layer, places, offsets, strict=True):
        item.left = place + offset


def _straighten(layer: list[Item], room: float, gap: float) -> None:
    """An edge that passes is moved under or over its neighbour where there is room."""
    for at, item in enumerate(layer):
        for other in item.above + item.below:
            left = other.middle - item.anchor
            after_last = at == 0 or layer[at - 1].left + layer[at - 1].width + gap <= left
            before_next = at == len(layer) - 1 or left + item.width + gap <= layer[at + 1].left
            if item.rigid and other.rigid and 0 <= left <= room - item.width and after_last and before_next:
                item.left = left
                break
