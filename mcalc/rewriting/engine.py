"""The engine: bottom up, each form once: its constructor, then the first row that fits, then the moves.

Every step is logged as a local equation, and what a form became as it stands, so that replaying the log reaches the
result without the engine. It ends: constructors are canonical, a row lowers its measure, a move lowers the cost, and
the number of moves tried is bounded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from mcalc.rewriting.algebra import multiply
from mcalc.rewriting.beside import INVERSE_BESIDE, LONGEST_INVERTED, has_inverse, inverse_beside, where_positive
from mcalc.rewriting.constructors import SENTENCES, SILENT, construct, facts
from mcalc.rewriting.forms import (
    CHAIN,
    PRODUCT,
    SUM,
    Form,
    chain_shape,
    is_column,
    make,
    ones,
)
from mcalc.rewriting.log import Entry
from mcalc.rewriting.matching import applied
from mcalc.rewriting.moves import MOVES, Move
from mcalc.rewriting.patterns import Row, after_of, each, is_name
from mcalc.rewriting.products import added_up, is_ones
from mcalc.rewriting.signs import keeping, turned
from mcalc.rewriting.table import Placed, place, rows_with, waiting
from mcalc.table.sentences import linked, told

ARITHMETIC = "arithmetic"
"""What goes unsaid unless nothing else is to be said: numbers in front, factors of 1, an order."""
_BUDGET = 6000
"""Moves that are tried for one value; then it stays as the rows leave it."""
_STEPS = 200_000


class Engine:
    """Simplifies forms, remembers them, and logs what it does; `log` is the list of entries, in order."""

    def __init__(
        self,
        moves: Sequence[Move] = MOVES,
        table: Iterable[Row] | None = None,
        signs: set[Form] | None = None,
        typed: Collection[Form] = (),
    ):
        self.moves = moves
        self.log: list[Entry] = []
        self.memo: dict[Form, Form] = {}
        self._constructed: set[Form] = set()  # a constructor makes nothing else of what it has made
        self.signs = signs if signs is not None else set()
        self.typed = typed
        self.budget, self.steps = _BUDGET, _STEPS
        self._given = None if table is None else tuple(table)
        self._rows: list[Placed] = [((place,), row) for place, row in enumerate(self._given or ())]
        self._heads: set[str] = set()
        self._waiting = set(waiting()) if self._given is None else set()
        self._by_head: dict[str, list[tuple[Row, frozenset[str]]]] = {}
        self._chains: dict[str, list[Row]] = {}
        self._beginnings: dict[tuple[str, str], list[Row]] = {}
        self._unfit: set[tuple[Form, ...]] = set()  # factors side by side from whose first place on no row fits
        self._moves_by_head: dict[str, list[tuple[int, Move | None]]] = {}
        self._sort()
        self._trial: Engine | None = None
        self._scout: Engine | None = None

    def _meet(self, head: str) -> None:
        """A head not met before: the rows that waited for it are read."""
        self._heads.add(head)
        ready = [heads for heads in self._waiting if heads <= self._heads]
        if ready:
            self._waiting.difference_update(ready)
            self._rows += [placed for heads in ready for placed in rows_with(heads)]
            self._rows.sort(key=place)
            self._sort()

    def _sort(self) -> None:
        self._by_head, self._chains, self._beginnings = defaultdict(list), defaultdict(list), {}
        self._unfit, self._widest = set(), max((len(row.before.args) for _, row in self._rows), default=0)
        for _, row in self._rows:
            if row.before.head == CHAIN:
                first = row.before.args[0]
                self._chains["" if is_name(first) else first.head].append(row)
            else:
                needed = frozenset(arg.head for arg in row.before.args if not is_name(arg))
                self._by_head[row.before.head].append((row, needed))

    def simplify(self, root: Form) -> Form:
        """The cheapest form reached; every part once."""
        self.budget, self.steps = _BUDGET, _STEPS
        if self._scout is not None:
            self._scout.budget = _BUDGET
        with keeping(self.signs, self.typed):
            return self._simplified(root)

    def _simplified(self, root: Form) -> Form:
        memo = self.memo
        waits: set[Form] = set()  # for what it became; to become one of these again would go on for ever
        stack: list[tuple[Form, Form | None]] = [(root, None)]
        while stack:
            t, waiting = stack.pop()
            if t in memo:
                continue
            if waiting is not None:
                memo[t] = memo[waiting]
                waits.discard(t)
                continue
            todo = [a for a in t.args if a not in memo]
            if todo:
                stack.append((t, None))
                stack.extend((a, None) for a in reversed(todo))
                continue
            new = self._step(t)
            if new is t:
                memo[t] = t
            elif new in waits:
                if self.log and self.log[-1].result is new:
                    self.log.pop()
                memo[t] = make(t.head, tuple(memo[a] for a in t.args), t.par, t.shape)
                memo.setdefault(memo[t], memo[t])
            else:
                waits.add(t)
                stack.append((t, new))
                stack.append((new, None))
        return memo[root]

    def _step(self, t: Form) -> Form:
        """One step at a form whose arguments are simple; the form itself where there is nothing to do."""
        if t.head not in self._heads:
            self._meet(t.head)
        args = tuple([self.memo[a] for a in t.args])
        here = t if args == t.args else make(t.head, args, t.par, t.shape)
        facts.clear()
        new = here if here in self._constructed else construct(t.head, args, t.par, t.shape)
        self._constructed.add(new)
        if new is not here:
            told = [fact for fact in dict.fromkeys(facts) if fact not in SILENT] or list(dict.fromkeys(facts))
            sentence = linked("; ", (SENTENCES[fact] for fact in told))
            name = ARITHMETIC if all(fact in SILENT for fact in told) else sentence
            self._note(name, here, new, sentence, here, new)
            return new
        if here is not t:
            return here
        self.steps -= 1
        if self.steps < 0:
            return t
        found = self._added_up(self._along(t), t) if t.head == CHAIN else self._by_rows(t)
        if found is not t:
            return found
        return self._by_moves(t) if t.args else t

    def _by_rows(self, t: Form) -> Form:
        candidates = self._by_head.get(t.head, ())
        present = {arg.head for arg in t.args}
        for row, needed in candidates:
            if needed:
                here = needed & present
                if not here or (row.before.head == SUM and here != needed):
                    continue
            found = applied(row, t)
            if found is not None and found.whole is not t:
                self._note(row.name, found.before, found.after, row.sentence, t, found.whole)
                return found.whole
        if t.head == "sum" and t.args[0].head == CHAIN:
            return self._summed(t)
        if t.head == PRODUCT:
            picked = self._picked(t)
            return self._where_positive(t) if picked is t else picked
        return t

    def _added_up(self, found: Form, t: Form) -> Form:
        """``1⃗ᵀ·A·v`` to which no row applies is ``sum(A·v)``."""
        whole = added_up(t.args) if found is t else None
        if whole is not None:
            self._note(SENTENCES["added up"], t, whole, SENTENCES["added up"], t, whole)
        return found if whole is None else whole

    def _summed(self, t: Form) -> Form:
        """A sum over ``A·…·B`` is ``1⃗ᵀ·A·…·B·1⃗``, and so the rows about ones hold at its ends."""
        inner = t.args[0]
        above = turned(ones(inner.shape[:1]))
        parts = (above, *inner.args) if is_column(inner) else (above, *inner.args, ones(inner.shape[1:]))
        for at, width in ((0, 2), (len(parts) - 2, 2)):
            ends = parts[at : at + width]
            use = self._fitting(ends, 0, has_inverse(ends)) if any(map(is_ones, ends)) else None
            if use is not None:
                row, before, after = use
                whole = make(CHAIN, (*parts[:at], after, *parts[at + width :]), (), ())
                self._note(row.name, before, after, row.sentence, t, whole)
                return whole
        return t

    def _where_positive(self, t: Form) -> Form:
        """``(z > 0)*(max(0, z) - y) = (z > 0)*(z - y)``."""
        whole = where_positive(t)
        if whole is not None:
            self._note("where positive", t, whole, told("where {z} is positive, {max(0, z)} is {z}"), t, whole)
        return t if whole is None else whole

    def _picked(self, t: Form) -> Form:
        """``v * unit(k,n) = v[k] * unit(k,n)``."""
        unit = next((a for a, e in zip(t.args, t.par, strict=True) if a.head == "unit" and e == 1), None)
        if unit is None or not any(is_column(a) for a in t.args if a is not unit):
            return t
        powers = [
            (make("element", (a,), (unit.par[0],), ()) if a.shape and a is not unit else a, e)
            for a, e in zip(t.args, t.par, strict=True)
        ]
        whole = make(PRODUCT, (a for a, _ in powers), (e for _, e in powers), t.shape)
        if len({a for a, _ in powers}) < len(powers):
            whole = multiply(powers, t.shape)
        self._note("unit vector", t, whole, "a unit vector picks one entry", t, whole)
        return whole

    def _along(self, t: Form) -> Form:
        """The rows about products at every place, in one pass: after a use the place before is tried again.

        The uses of one row that follow one another are one step of the log.
        """
        parts, at = list(t.args), 0
        run: list[tuple[Row, Form, Form]] = []
        now, inverses = t, has_inverse(parts)
        while at + 1 < len(parts):
            window = tuple(parts[at : at + self._widest])
            use = None if window in self._unfit and not inverses else self._fitting(parts, at, inverses)
            if use is None:
                if not inverses:
                    self._unfit.add(window)
                at += 1
                continue
            row, before, after = use
            if run and run[-1][0].name != row.name:
                now = self._told(run, now, parts, t)
                run = []
            run.append(use)
            parts[at : at + len(before.args)] = after.args if after.head == CHAIN else [after]
            inverses = has_inverse(parts)
            at = max(at - 1, 0)
        return self._told(run, now, parts, t) if run else now

    def _beginning(self, first: str, second: str) -> list[Row]:
        """The rows about products that begin so, those with a letter in the first place last."""
        found = self._beginnings.get((first, second))
        if found is None:
            rows = (*self._chains.get(first, ()), *self._chains.get("", ()))
            found = [row for row in rows if is_name(row.before.args[1]) or row.before.args[1].head == second]
            self._beginnings[first, second] = found
        return found

    def _fitting(self, parts: Sequence[Form], at: int, inverses: bool) -> tuple[Row, Form, Form] | None:
        """The first row that fits from a place on: the row, what it replaces, and by what."""
        for row in self._beginning(parts[at].head, parts[at + 1].head):
            width = len(row.before.args)
            window = parts[at : at + width]
            if len(window) < width:
                continue
            bound = next((way for way in each(row.before.args, window, {}) if row.holds(way)), None)
            if bound is not None:
                before = make(CHAIN, window, (), chain_shape(window))
                return row, before, after_of(row, bound, before)
        beside = inverse_beside(parts[at : at + LONGEST_INVERTED + 1]) if inverses else None
        if beside is None:
            return None
        width, found = beside
        return INVERSE_BESIDE, make(CHAIN, parts[at : at + width], (), chain_shape(parts[at : at + width])), found

    def _told(self, run: Sequence[tuple[Row, Form, Form]], now: Form, parts: Sequence[Form], t: Form) -> Form:
        whole = make(CHAIN, parts, (), t.shape) if len(parts) > 1 else parts[0]
        for row, before, after in run:
            self._note(row.name, before, after, row.sentence, now, whole)
        return whole

    def _by_moves(self, t: Form) -> Form:
        for tried, move in self._moves_by_head.get(t.head) or self._moves_of(t.head):
            if self.budget < tried:
                self.budget = 0
                return t
            self.budget -= tried
            if move is None or (move.in_vain is not None and move.in_vain(t, self)):
                continue
            found = move.find(t, self._scouted, self._reduced)
            if found is not None and found is not t and found not in self.memo:
                self._note(move.name, t, found, move.sentence, t, found)
                return found
        return t

    def _moves_of(self, head: str) -> list[tuple[int, Move | None]]:
        """The moves that are about a head, each with how many are tried with it: those between count as tried."""
        places = [at for at, move in enumerate(self.moves) if head in move.heads]
        tried = [at - before for before, at in pairwise([-1, *places, len(self.moves) - 1])]
        self._moves_by_head[head] = [*zip(tried, [*(self.moves[at] for at in places), None], strict=True)]
        return self._moves_by_head[head]

    def may_fit(self, head: str, inside: set[str]) -> bool:
        """Whether a row may fit a sum, a product or a function of parts with these heads."""
        for _, needed in self._by_head.get(head, ()):
            if not needed or (needed <= inside if head == SUM else not needed.isdisjoint(inside)):
                return True
        return False

    def fits_between(self, parts: Sequence[Form], start: int, end: int) -> bool:
        """Whether a row fits factors of a product of matrices of which one stands in these places."""
        starts = range(max(0, start - self._widest + 1), min(end, len(parts) - 1))
        return has_inverse(parts) or any(self._fitting(parts, at, False) is not None for at in starts)

    def _note(self, name: str, before: Form, after: Form, sentence: str, node: Form, result: Form) -> None:
        self.log.append(Entry(name, before, after, sentence, node, result))

    # Trials: what was tried once is known

    def _reduced(self, t: Form) -> Form:
        """The form by the rows alone."""
        if self._trial is None:
            self._trial = Engine((), self._given, self.signs, self.typed)
        return self._trial._simplified(t)

    def _scouted(self, t: Form) -> Form:
        """The form by rows and moves, without a line in the log."""
        if self._scout is None:
            self._scout = Engine(self.moves, self._given, self.signs, self.typed)
            self._scout._trial, self._scout._scout = self._trial, self._scout
            self._scout.budget = self.budget
        return self._scout._simplified(t)
