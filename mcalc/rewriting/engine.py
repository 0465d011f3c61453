"""The engine: bottom up, each form once: its constructor, then the first row that fits, then the moves.

Every step is logged as a local equation, and what a form became as it stands, so that replaying the log reaches the
result without the engine. It ends: constructors are canonical, a row lowers its measure, a move lowers the cost, and
the number of moves tried is bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from mcalc.rewriting.algebra import multiply
from mcalc.rewriting.beside import has_inverse, where_positive
from mcalc.rewriting.constructors import SENTENCES, SILENT, construct, facts
from mcalc.rewriting.forms import (
    CHAIN,
    PRODUCT,
    SUM,
    Form,
    is_column,
    make,
    ones,
)
from mcalc.rewriting.log import Entry
from mcalc.rewriting.matching import applied
from mcalc.rewriting.met_rows import MetRows
from mcalc.rewriting.moves import MOVES, Move
from mcalc.rewriting.patterns import Row
from mcalc.rewriting.products import added_up, is_ones
from mcalc.rewriting.signs import keeping, turned
from mcalc.table import COMPARISONS
from mcalc.table.sentences import linked, told

ARITHMETIC = "arithmetic"
"""What goes unsaid unless nothing else is to be said: numbers in front, factors of 1, an order."""
_BUDGET, _FOR_EACH = 6000, 60
"""Moves that are tried for one value, or for each part of a large one; then it stays as the rows leave it."""
_STEPS = 200_000


class Engine:
    """Simplifies forms, remembers them, and logs what it does; `log` is the list of entries, in order, if it `logs`."""

    def __init__(
        self,
        moves: Sequence[Move] = MOVES,
        table: Iterable[Row] | None = None,
        signs: set[Form] | None = None,
        typed: Collection[Form] = (),
        rows: MetRows | None = None,
        logs: bool = True,
    ):
        self.moves = moves
        self.logs = logs
        self.log: list[Entry] = []
        self.memo: dict[Form, Form] = {}
        self._constructed: set[Form] = set()  # a constructor makes nothing else of what it has made
        self.signs = signs if signs is not None else set()
        self.typed = typed
        self.budget, self.steps = _BUDGET, _STEPS
        self.rows = MetRows(table) if rows is None else rows
        self._moves_by_head: dict[str, list[tuple[int, Move | None]]] = {}
        self._trial: Engine | None = None
        self._scout: Engine | None = None
        self._scouting, self._scout_budget = False, _BUDGET

    def beside(self) -> Engine:
        """An engine with a log of its own, to which is known what was tried here."""
        other = Engine(self.moves, None, self.signs, self.typed, self.rows)
        other._trial, other._scout = self._trial, self._scout
        return other

    def simplify(self, root: Form) -> Form:
        """The cheapest form reached; every part once."""
        budget = max(_BUDGET, _FOR_EACH * self._unknown(root))
        self.budget, self.steps = budget, _STEPS
        self._scout_budget = budget
        if self._scout is not None:
            self._scout.budget = budget
        with keeping(self.signs, self.typed):
            return self._simplified(root)

    def _unknown(self, root: Form) -> int:
        """How many parts the form has of which it is not known what they become."""
        met, stack = {root}, [root]
        while stack:
            new = [a for a in stack.pop().args if a not in met and a not in self.memo]
            met.update(new)
            stack += new
        return len(met)

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
                stack.extend([(a, None) for a in reversed(todo)])
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
        if t.head not in self.rows.heads:
            self.rows.meet(t.head)
        args = tuple([self.memo[a] for a in t.args])
        facts.clear()
        new = t
        if args != t.args or t not in self._constructed:
            new = construct(t.head, args, t.par, t.shape)
            self._constructed.add(new)
            if self.logs:
                self._note_facts(t if args == t.args else make(t.head, args, t.par, t.shape), new)
        if new is not t:
            return new
        self.steps -= 1
        if self.steps < 0:
            return t
        found = self._added_up(self._along(t), t) if t.head == CHAIN else self._by_rows(t)
        if found is not t:
            return found
        return self._by_moves(t) if t.args else t

    def _by_rows(self, t: Form) -> Form:
        candidates = self.rows.by_head.get(t.head, ())
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
        picked = self._picked(t) if t.head == PRODUCT and "unit" in present else t
        masked = picked is t and t.head == PRODUCT and COMPARISONS[">"] in present
        return self._where_positive(t) if masked else picked

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
            use = self.rows.fitting(ends, 0, has_inverse(ends)) if any(map(is_ones, ends)) else None
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
        while (fit := self.rows.first_fitting(parts, at, inverses)) is not None:
            at, use = fit
            row, before, after = use
            if run and run[-1][0].name != row.name:
                now = self._told(run, now, parts, t)
                run = []
            run.append(use)
            parts[at : at + len(before.args)] = after.args if after.head == CHAIN else [after]
            inverses = has_inverse(parts)
            at = max(at - 1, 0)
        return self._told(run, now, parts, t) if run else now

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
            if move is None or (move.in_vain is not None and move.in_vain(t, self.rows)):
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

    def _note_facts(self, here: Form, new: Form) -> None:
        if new is not here:
            told = [fact for fact in dict.fromkeys(facts) if fact not in SILENT] or list(dict.fromkeys(facts))
            sentence = linked("; ", (SENTENCES[fact] for fact in told))
            name = ARITHMETIC if all(fact in SILENT for fact in told) else sentence
            self._note(name, here, new, sentence, here, new)

    def _note(self, name: str, before: Form, after: Form, sentence: str, node: Form, result: Form) -> None:
        if self.logs:
            self.log.append(Entry(name, before, after, sentence, node, result))

    # Trials: what was tried once is known

    def _reduced(self, t: Form) -> Form:
        """The form by the rows alone."""
        if self._trial is None:
            self._trial = Engine((), None, self.signs, self.typed, self.rows, logs=False)
        return self._trial._simplified(t)

    def _scouted(self, t: Form) -> Form:
        """The form by rows and moves, without a line in the log."""
        if self._scouting:
            return self._simplified(t)
        if not self.logs:
            return self._scouted_here(t)
        if self._scout is None:
            self._scout = Engine(self.moves, None, self.signs, self.typed, self.rows, logs=False)
            self._scout._trial, self._scout._scouting = self._trial, True
            self._scout.budget = self.budget
        return self._scout._simplified(t)

    def _scouted_here(self, t: Form) -> Form:
        """Where there is no log, what is found stays known; the moves that are tried have their own bound."""
        budget, self.budget, self._scouting = self.budget, self._scout_budget, True
        try:
            return self._simplified(t)
        finally:
            self._scout_budget, self.budget, self._scouting = self.budget, budget, False
