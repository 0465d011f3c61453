"""The rows of the table that an engine needs by now, by what they begin with, and where they fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mcalc.rewriting.beside import INVERSE_BESIDE, LONGEST_INVERTED, inverse_beside
from mcalc.rewriting.forms import CHAIN, SUM, Form, make
from mcalc.rewriting.outlook import Term
from mcalc.rewriting.patterns import Row, Sieve, after_of, each, is_name, sieve
from mcalc.rewriting.shapes import chain_shape
from mcalc.rewriting.table import Placed, place, rows_with, waiting

Fit = tuple[Row, Form, Form]
"""A row, what it replaces, and by what."""


class MetRows:
    """Rows are read once all heads in them were met; rows that are given are known at once, and no others."""

    def __init__(self, given: Iterable[Row] | None = None) -> None:
        self.heads: set[str] = set()
        self._rows: list[Placed] = [((place,), row) for place, row in enumerate(given or ())]
        self._waiting = set(waiting()) if given is None else set()
        self._sort()

    def meet(self, head: str) -> None:
        """A head not met before: the rows that waited for it are read."""
        self.heads.add(head)
        ready = [heads for heads in self._waiting if heads <= self.heads]
        if ready:
            self._waiting.difference_update(ready)
            self._rows += [placed for heads in ready for placed in rows_with(heads)]
            self._rows.sort(key=place)
            self._sort()

    def _sort(self) -> None:
        self.by_head: dict[str, list[tuple[Row, frozenset[str]]]] = defaultdict(list)
        self._chains: dict[str, list[tuple[Row, Sieve]]] = defaultdict(list)
        self._beginnings: dict[tuple[str, str], list[tuple[Row, Sieve]]] = {}
        self._unfit: set[tuple[Form, ...]] = set()  # factors side by side from whose first place on no row fits
        self.ways: dict[Form, list[list[Term]] | None] = {}
        self._widest = 0
        for _, row in self._rows:
            if row.before.head == CHAIN:
                first = row.before.args[0]
                self._chains["" if is_name(first) else first.head].append((row, sieve(row.before.args)))
                self._widest = max(self._widest, len(row.before.args))
            else:
                needed = frozenset(arg.head for arg in row.before.args if not is_name(arg))
                self.by_head[row.before.head].append((row, needed))

    def _beginning(self, first: str, second: str) -> list[tuple[Row, Sieve]]:
        """The rows about products that begin so, those with a letter in the first place last."""
        rows = (*self._chains.get(first, ()), *self._chains.get("", ()))
        found = [row for row in rows if row[1].heads[1] in ("", second)]
        self._beginnings[first, second] = found
        return found

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
        first, second = parts[at].head, parts[at + 1].head
        beginning = self._beginnings.get((first, second))
        for row, seen in self._beginning(first, second) if beginning is None else beginning:
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
