"""Best first over the readings of a text: the cheapest ranks come first, whose dimensions may fit or not."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import count

from mcalc.language.prices import Best, Given, Prices


class Search:
    """Names are settled only where their places disagree, or where a reading was tried and did not fit."""

    def __init__(self, prices: Prices, most: int, given: Given | None = None) -> None:
        self.prices, self.most = prices, most
        self.order = count()
        self.waiting: list[tuple[int, float, int, Given, Best | None]] = []
        self._push(0, 0.0, given or {}, None)
        self.found: tuple[int, Given, Best] | None = None

    def next(self) -> Best | None:
        """The cheapest reading that is left."""
        while self.waiting and self.most:
            late, price, _, given, best = heapq.heappop(self.waiting)
            if best is None:
                self.most -= 1
                best = self.prices.best(given)
                if best is not None:
                    self._push(late, best.price, given, best)
            elif best.torn:
                for rank in sorted(given.get(best.torn, range(3 if best.torn in self.prices.evidence.places else 4))):
                    self._push(late, price, {**given, best.torn: frozenset({rank})}, None)
            else:
                self.found = late, given, best
                return best
        return None

    def exclude(self, involved: Iterable[str]) -> None:
        """Of what is like the last reading found nothing more: first the names involved are read otherwise."""
        assert self.found is not None
        late, given, best = self.found
        for later, names in ((late, involved), (late + 1, self.prices.evidence.open_names)):
            for name in names:
                here = best.ranks[name]
                others = frozenset(given.get(name, range(3))) - {here}
                if others:
                    self._push(later, best.price, {**given, name: others}, None)
                given = {**given, name: frozenset({here})}

    def _push(self, late: int, price: float, given: Given, best: Best | None) -> None:
        heapq.heappush(self.waiting, (late, price, next(self.order), given, best))
