"""The engine: bottom up, each form once: its constructor, then the first row that fits, then the moves.

Every step is logged as a local equation, and what a form became as it stands, so that replaying the log reaches the
result without the engine. It ends: constructors are canonical, a row lowers its measure, a move lowers the cost, and
the number of moves tried is bounded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mcalc.rewriting.algebra import keeping, multiply, turned
from mcalc.rewriting.constructors import SENTENCES, construct, facts
from mcalc.rewriting.forms import CHAIN, ONE, PRODUCT, SUM, TURNED, Form, chain_shape, is_column, make
from mcalc.rewriting.matching import applied
from mcalc.rewriting.moves import MOVES, Move
from mcalc.rewriting.patterns import Row, built, each, is_name
from mcalc.rewriting.table import rows

ARITHMETIC = "arithmetic"
_BUDGET = 2000
"""Moves that are tried for one value; then it stays as the rows leave it."""
_STEPS = 200_000


INVERSE_BESIDE = Row("inverse of a product", ONE, ONE, (), "B·(A·B)⁻¹ is A⁻¹")


def inverse_beside(one: Form, other: Form) -> Form | None:
    """``B (A B)⁻¹ = A⁻¹`` and ``(A B)⁻¹ A = B⁻¹``, all of them square; None where it is not so."""
    for inverse, factor, last in ((other, one, True), (one, other, False)):
        row = _inverted(inverse)
        if row is None or factor.shape != inverse.shape:
            continue
        near, rest = (row[-1], row[:-1]) if last else (row[0], row[1:])
        if near is factor and all(part.shape == factor.shape for part in rest):
            inner = make(CHAIN, rest, (), factor.shape) if len(rest) > 1 else rest[0]
            return construct("inv", (inner,), (), factor.shape)
    return None


def _inverted(form: Form) -> tuple[Form, ...] | None:
    """The factors of what a form is the inverse of."""
    inner = form.args[0] if form.head == "inv" else None
    if form.head == TURNED and form.args[0].head == "inv":
        inner = turned(form.args[0].args[0])
    return inner.args if inner is not None and inner.head == CHAIN else None


class Entry(NamedTuple):
    """A use of a row, of a move or of arithmetic: ``before = after`` is what it says; `node` became `result`."""

    name: str
    before: Form
    after: Form
    sentence: str
    node: Form
    result: Form


class Engine:
    """Simplifies forms, remembers them, and logs what it does; `log` is the list of entries, in order."""

    def __init__(
        self, moves: Sequence[Move] = MOVES, table: Iterable[Row] | None = None, signs: set[Form] | None = None
    ):
        self.moves = moves
        self.log: list[Entry] = []
        self.memo: dict[Form, Form] = {}
        self.signs = signs if signs is not None else set()
        self.budget, self.steps = _BUDGET, _STEPS
        self.table = tuple(rows() if table is None else table)
        self._by_head: dict[str, list[tuple[Row, frozenset[str]]]] = defaultdict(list)
        self._chains: dict[str, list[Row]] = defaultdict(list)
        for row in self.table:
            if row.before.head == CHAIN:
                first = row.before.args[0]
                self._chains["" if is_name(first) else first.head].append(row)
            else:
                needed = frozenset(arg.head for arg in row.before.args if not is_name(arg))
                self._by_head[row.before.head].append((row, needed))
        self._trial: Engine | None = None
        self._scout: Engine | None = None

    def simplify(self, root: Form) -> Form:
        """The cheapest form reached; every part once."""
        with keeping(self.signs):
            return self._simplified(root)

    def _simplified(self, root: Form) -> Form:
        memo = self.memo
        stack: list[tuple[Form, Form | None]] = [(root, None)]
        while stack:
            t, waiting = stack.pop()
            if t in memo:
                continue
            if waiting is not None:
                memo[t] = memo[waiting]
                continue
            todo = [a for a in t.args if a not in memo]
            if todo:
                stack.append((t, None))
                stack.extend((a, None) for a in reversed(todo))
                continue
            new = self._step(t)
            if new is t:
                memo[t] = t
            else:
                stack.append((t, new))
                stack.append((new, None))
        return memo[root]

    def _step(self, t: Form) -> Form:
        """One step at a form whose arguments are simple; the form itself where there is nothing to do."""
        args = tuple(self.memo[a] for a in t.args)
        here = t if args == t.args else make(t.head, args, t.par, t.shape)
        facts.clear()
        new = construct(t.head, args, t.par, t.shape)
        if new is not here:
            sentence = "; ".join(SENTENCES[fact] for fact in dict.fromkeys(facts))
            self._note(ARITHMETIC, here, new, sentence, here, new)
            return new
        if here is not t:
            return here
        self.steps -= 1
        if self.steps < 0:
            return t
        found = self._along(t) if t.head == CHAIN else self._by_rows(t)
        if found is not t:
            return found
        return self._by_moves(t) if t.args else t

    def _by_rows(self, t: Form) -> Form:
        candidates = self._by_head.get(t.head)
        if not candidates:
            return t
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
        if t.head == PRODUCT:
            return self._picked(t)
        return t

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
        """The rows about products at every place, in one pass: after a use the place before is tried again."""
        parts, at = list(t.args), 0
        uses: list[tuple[Row, Form, Form]] = []
        while at + 1 < len(parts):
            for row in (*self._chains.get(parts[at].head, ()), *self._chains.get("", ())):
                width = len(row.before.args)
                window = parts[at : at + width]
                if len(window) < width or any(
                    not is_name(p) and p.head != w.head for p, w in zip(row.before.args, window, strict=True)
                ):
                    continue
                bound = next((way for way in each(row.before.args, window, {}) if row.holds(way)), None)
                if bound is None:
                    continue
                after = built(row.after, bound)
                before = make(CHAIN, window, (), chain_shape(window))
                uses.append((row, before, after))
                parts[at : at + width] = after.args if after.head == CHAIN else [after]
                at = max(at - 1, 0)
                break
            else:
                found = inverse_beside(parts[at], parts[at + 1])
                if found is None:
                    at += 1
                    continue
                before = make(CHAIN, parts[at : at + 2], (), chain_shape(parts[at : at + 2]))
                uses.append((INVERSE_BESIDE, before, found))
                parts[at : at + 2] = [found]
                at = max(at - 1, 0)
        if not uses:
            return t
        whole = make(CHAIN, parts, (), t.shape) if len(parts) > 1 else parts[0]
        for row, before, after in uses:
            self._note(row.name, before, after, row.sentence, t, whole)
        return whole

    def _by_moves(self, t: Form) -> Form:
        for move in self.moves:
            if self.budget <= 0:
                return t
            self.budget -= 1
            found = move.find(t, self._scouted, self._reduced)
            if found is not None and found is not t and found not in self.memo:
                self._note(move.name, t, found, move.sentence, t, found)
                return found
        return t

    def _note(self, name: str, before: Form, after: Form, sentence: str, node: Form, result: Form) -> None:
        self.log.append(Entry(name, before, after, sentence, node, result))

    # Trials: what was tried once is known

    def _reduced(self, t: Form) -> Form:
        """The form by the rows alone."""
        if self._trial is None:
            self._trial = Engine((), self.table, self.signs)
        return self._trial._simplified(t)

    def _scouted(self, t: Form) -> Form:
        """The form by rows and moves, without a line in the log."""
        if self._scout is None:
            self._scout = Engine(self.moves, self.table, self.signs)
            self._scout._trial, self._scout._scout = self._trial, self._scout
            self._scout.budget = self.budget
        return self._scout._simplified(t)


def replayed(root: Form, log: Iterable[Entry]) -> Form:
    """What the log makes of a form, by its equations alone."""
    became = {entry.node: entry.result for entry in log}
    done: dict[Form, Form] = {}
    stack: list[tuple[Form, Form | None]] = [(root, None)]
    while stack:
        t, waiting = stack.pop()
        if t in done:
            continue
        if waiting is not None:
            done[t] = done[waiting]
            continue
        todo = [a for a in t.args if a not in done]
        if todo:
            stack.append((t, None))
            stack.extend((a, None) for a in todo)
            continue
        here = make(t.head, (done[a] for a in t.args), t.par, t.shape)
        new = became.get(here, here)
        if new is here and here is t:
            done[t] = t
        else:
            stack.append((t, new))
            stack.append((new, None))
    return done[root]
