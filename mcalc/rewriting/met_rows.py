"""The rows of the table that an engine needs by now, by what they begin with, and where they fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from mcalc.rewriting.beside import INVERSE_BESIDE, LONGEST_INVERTED, inverse_beside
from mcalc.rewriting.forms import CHAIN, SUM, Form, make
from mcalc.rewriting.outlook import Term
from mcalc.rewriting.patterns import Row, Sieve, after_of, each, is_name, sieve
from mcalc.rewriting.shapes import chain_shape
from mcalc.rewriting.table import Placed, place, rows_with, waiting

Fit = tuple[Row, Form, Form]
"""A row, what it replaces, and by what."""
Sieved = tuple[Row, Sieve]
Groups = frozenset[frozenset[str]]
"""Sets of heads, each what some rows wait for."""


class Places:
    """Rows by what they begin with: of those about products of matrices the first two factors, of others the head."""

    def __init__(self, placed: Iterable[Placed]) -> None:
        self.by_head: dict[str, list[tuple[Row, frozenset[str]]]] = defaultdict(list)
        self.widest = 0
        self._chains: dict[str, list[Sieved]] = defaultdict(list)
        self._beginnings: dict[tuple[str, str], list[Sieved]] = {}
        for _, row in placed:
            if row.before.head == CHAIN:
                first = row.before.args[0]
                self._chains["" if is_name(first) else first.head].append((row, sieve(row.before.args)))
                self.widest = max(self.widest, len(row.before.args))
            else:
                needed = frozenset(arg.head for arg in row.before.args if not is_name(arg))
                self.by_head[row.before.head].append((row, needed))

    def beginning(self, first: str, second: str) -> list[Sieved]:
        """The rows about products that begin so, those with a letter in the first place last."""
        found = self._beginnings.get((first, second))
        if found is None:
            rows = (*self._chains.get(first, ()), *self._chains.get("", ()))
            found = self._beginnings[first, second] = [row for row in rows if row[1].heads[1] in ("", second)]
        return found


@cache
def _awaited() -> frozenset[str]:
    """The heads that some row waits for."""
    return frozenset().union(*waiting())


@lru_cache(maxsize=512)
def _ready(heads: frozenset[str]) -> Groups:
    """The rows that wait for no other heads, by what they wait for."""
    return frozenset(group for group in waiting() if group <= heads)


@lru_cache(maxsize=128)
def _places(ready: Groups) -> Places:
    """Rows of the table, once for all engines that have met the same."""
    return Places(sorted((placed for group in ready for placed in rows_with(group)), key=place))


class MetRows:
    """Rows are read once all heads in them were met; rows that are given are known at once, and no others."""

    def __init__(self, given: Iterable[Row] | None = None) -> None:
        self.heads: set[str] = set()
        self._ready = None if given is not None else _ready(frozenset())
        if self._ready is not None:
            self._know(_places(self._ready))
        else:
            self._know(Places(((at,), row) for at, row in enumerate(given or ())))

    def meet(self, head: str) -> None:
        """A head not met before: the rows that waited for it are read."""
        self.heads.add(head)
        if self._ready is None or head not in _awaited():
            return
        ready = _ready(_awaited() & self.heads)
        if ready != self._ready:
            self._ready = ready
            self._know(_places(ready))

    def _know(self, places: Places) -> None:
        self._places = places
        self.by_head = places.by_head
        self._widest = places.widest
        self._unfit: set[tuple[Form, ...]] = set()  # factors side by side from whose first place on no row fits
        self.ways: dict[Form, list[list[Term]] | None] = {}

    def first_fitting(self, parts: Sequence[Form], start: int, inverses: bool) -> tuple[int, Fit] | None:
        """The first place from `start` on from which a row fits, and the row with what it replaces, and by what."""
        for at in range(start, len(parts) - 1):
            if inverses or tuple(parts[at : at + self._widest]) not in self._unfit:
                found = self.fitting(parts, at, inverses)
                if found is not None:
                    return at, found
        return None

    def fitting(self, parts: Sequence[Form], at: int, inverses: bool) -> Fit | None:
        """The first row that fits from a place on: the row, what it replaces, and by what."""
        ahead = tuple(parts[at : at + self._widest])
        if not inverses and ahead in self._unfit:
            return None
        for row, seen in self._places.beginning(parts[at].head, parts[at + 1].head):
            width = len(seen.heads)
            if at + width > len(parts) or not seen.lets_through(parts, at):
                continue
            window = parts[at : at + width]
            bound = next((way for way in each(row.before.args, window, {}) if row.holds(way)), None)
            if bound is not None:
                before = make(CHAIN, window, (), chain_shape(window))
                return row, before, after_of(row, bound, before)
        beside = inverse_beside(parts[at : at + LONGEST_INVERTED + 1]) if inverses else None
        if beside is None:
            self._unfit.add(ahead)
            return None
        width, found = beside
        return INVERSE_BESIDE, make(CHAIN, parts[at : at + width], (), chain_shape(parts[at : at + width])), found

    def may_fit(self, head: str, inside: set[str]) -> bool:
        """Whether a row may fit a sum, a product or a function of parts with these heads."""
        for _, needed in self.by_head.get(head, ()):
            if not needed or (needed <= inside if head == SUM else not needed.isdisjoint(inside)):
                return True
        return False

    def fits_across(self, parts: Sequence[Form], *borders: int) -> bool:
        """Whether a row fits factors of a product of matrices on both sides of one of these places; none is inverse."""
        starts = {at for border in borders for at in range(max(0, border - self._widest + 1), border)}
        return any(at + 1 < len(parts) and self.fitting(parts, at, False) is not None for at in starts)
