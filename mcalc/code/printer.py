"""Statements of a target from lowered values: the source of each value, and the order of its axes there."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Collection, Sequence, Set
from fractions import Fraction

from sympy.core.expr import Expr
from sympy.core.numbers import Rational

from mcalc.code import source
from mcalc.code.layouts import wanted_orders
from mcalc.code.library import SourceModule
from mcalc.code.program import Result
from mcalc.code.sizes import SizeReader
from mcalc.code.source import POWER, Source
from mcalc.code.targets import DTYPE, LIKE, Target
from mcalc.code.values import Reference, Summand, Value, is_number, reachable
from mcalc.numbers.arrays import HELPERS
from mcalc.table.roles import CASES, DELTA
from mcalc.tree.node import Node

Axes = tuple[int, ...]
Written = tuple[Source, Sequence[int]]
Rule = Callable[["Printer", Value], Written]
LETTERS = "ijklmnpqrstuvabcdefghowxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONG, _LONGEST = 88, 104
_SMALL_POWER = 4
_DECIMAL = 100
RULES: dict[str, Rule] = {}
"""How a value is written, by its operation; the modules that write them fill it."""


def rule(*operations: str) -> Callable[[Rule], Rule]:
    """Notes what writes these operations."""

    def note(written: Rule) -> Rule:
        RULES.update(dict.fromkeys(operations, written))
        return written

    return note


class Printer:
    """The statements so far, and the source of each value.

    With `parts`, a set of values each, a statement goes to the body of the first part that has its value: what no part
    has is computed once, in the first body. The parameters `inner` are those of functions inside.
    """

    def __init__(
        self,
        target: Target,
        parameters: Sequence[Node],
        results: Sequence[Result],
        parts: Sequence[Set[Value]] = (),
        inner: Collection[Node] = (),
    ) -> None:
        self.target, self.parameters, self.parts = target, list(parameters), list(parts)
        self.bodies: list[list[str]] = [[] for _ in range(len(self.parts) + 1)]
        self.here = self.temporaries = 0
        self.numbers: set[str] = set()
        typed = any(node.shape for node in self.parameters if node not in inner)
        self.module = SourceModule(target, self.number_names, typed)
        self.trial = SourceModule(target, self.number_names, False)
        self.taken = {
            target.alias,
            "jax",
            "math",
            "scipy",
            "sum",
            "range",
            "float",
            LIKE,
            DTYPE,
            *HELPERS,
            *keyword.kwlist,
        }
        self.names = {node: self.free_name(node.parameters[0]) for node in self.parameters}
        self.spelled = {str(node.parameters[0]): name for node, name in self.names.items()}
        shapes = [(name, node.shape) for node, name in self.names.items()]
        axes = [(size, f"{name}.shape[{at}]") for name, shape in shapes for at, size in enumerate(shape)]
        self.sizes = SizeReader(axes, self.free_name)
        self.order = reachable([one.value for one, _ in results])
        self.wanted = wanted_orders(self.order, results)
        self.users: dict[Value, list[Value]] = {}
        self.uses: dict[Value, int] = {}
        for value in self.order:
            for arg, _ in value.args:
                self.users.setdefault(arg, []).append(value)
                handed = bool(arg.args) and self.part(arg) != self.part(value)  # to another body: by a name
                self.uses[arg] = self.uses.get(arg, 0) + 1 + handed
        for one, _ in results:
            self.uses[one.value] = self.uses.get(one.value, 0) + 1
        self.results = {one.value for one, _ in results}
        self.done: dict[Value, tuple[Source, Axes]] = {}
        self.masks: set[Value] = set()
        self.factors: dict[Value, tuple[str, bool]] = {}

    # Names and statements

    def part(self, value: Value) -> int:
        """In which part of the code the value is computed."""
        return next((k + 1 for k, part in enumerate(self.parts) if value in part), 0)

    @property
    def lines(self) -> list[str]:
        """The lines of the part that is being written."""
        return self.bodies[self.here]

    def free_name(self, wanted: str) -> str:
        """The name, with strokes behind it where it is taken."""
        name = identifier(wanted)
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def number_names(self) -> set[str]:
        """The names of sizes and of numbers."""
        return {*self.sizes.names.values(), *self.numbers}

    def named(self, found: Source) -> Source:
        """The source under a name, by a statement."""
        if found.text.isidentifier():
            return found
        if found.negated is not None:
            return -self.named(found.negated)
        name = self.new_name()
        self.lines.append(f"{name} = {found.text}")
        if self.module.is_number(found):
            self.numbers.add(name)
        return Source(name, rank=found.rank)

    def new_name(self) -> str:
        """A name for an intermediate array."""
        self.temporaries += 1
        return self.free_name(f"t{self.temporaries}")

    def short(self, parts: Sequence[Source]) -> list[Source]:
        """The parts of one line; where it would be long, the long ones among them by name."""
        if sum(len(part.text) for part in parts) <= _LONG or len(parts) == 1:
            return list(parts)
        return [self.named(part) if len(part.text) > _LONG // 2 else part for part in parts]

    # Values

    def value(self, value: Value) -> tuple[Source, Axes]:
        """The source of a value, and which of its axes stand there in order."""
        if value not in self.done:
            for below in reachable([value], self.done.__contains__):
                if below is value or below.operation not in ("fill", DELTA):
                    self._write(below)
        return self.done[value]

    def _write(self, value: Value) -> None:
        self.here = self.part(value)
        found, axes = RULES[value.operation](self, value)
        found = found.of_rank(len(axes))
        again = self.uses.get(value, 1) > 1 and not found.small
        longest = _LONGEST if value in self.results else _LONG
        if (again or len(found.text) > longest) and value.operation != DELTA:
            found = self.named(found)
        self.done[value] = found, tuple(axes)

    def axes(self, one: Reference) -> list[int]:
        """The indices of a reference in the order of the array."""
        return [one.ids[k] for k in self.value(one.value)[1]]

    def whole(self, one: Reference) -> Source:
        """The array of a reference, as it is."""
        return self.value(one.value)[0]

    def at(self, one: Reference, order: Sequence[int]) -> Source:
        """The array with its axes in this order; None stands for those that it lacks."""
        found, axes = self.value(one.value)
        return self.placed(found, [one.ids[k] for k in axes], order)

    def placed(self, found: Source, axes: Sequence[int], order: Sequence[int]) -> Source:
        """The array with its axes in the order asked for."""
        have = [index for index in order if index in axes]
        if len(set(axes)) < len(axes):
            found, axes = self.diagonals(found, axes)
        if have != list(axes):
            if len(have) == 2:
                found = found.of_rank(2).T
            else:
                moved = ", ".join(str(list(axes).index(index)) for index in have)
                found = Source(f"{found.above(POWER)}.{self.target.moved}({moved})", rank=len(have))
        missing = [index not in axes for index in order]
        while missing and missing[0]:
            missing.pop(0)
        return found[tuple(None if one else slice(None) for one in missing)] if any(missing) else found

    def diagonals(self, found: Source, axes: Sequence[int]) -> tuple[Source, list[int]]:
        """The array with a repeated index once."""
        if len(axes) == 2:
            return self.module.diagonal(found).of_rank(1), [axes[0]]
        out = list(dict.fromkeys(axes))
        letters = Source(repr(form([axes], out)), rank=None)
        return self.module.einsum(letters, found).of_rank(len(out)), out

    def full(self, one: Reference, axes: Sequence[int], value: Value) -> Source:
        """The array with exactly these axes, of `value`, those that it lacks filled in."""
        found = self.at(one, axes)
        return found if set(one.ids) >= set(axes) else self.spread(found, [value.sizes[index] for index in axes])

    def spread(self, found: Source, sizes: Sequence[Expr]) -> Source:
        """An array of these sizes from one that lacks some of its axes."""
        shown = [self.sizes.write(size) for size in sizes]
        if found.rank:
            shape = f"({', '.join(map(str, shown))}{',' * (len(shown) == 1)})"
            return Source(f"{self.target.alias}.broadcast_to({found}, {shape})", rank=len(sizes))
        if found.text in ("0", "0.0"):
            return self.module.zeros(shown).of_rank(len(sizes))
        ones = self.module.ones(shown).of_rank(len(sizes))
        return ones if found.text in ("1", "1.0") else found * ones

    def layout(self, value: Value) -> list[int]:
        """The order of the axes of a value that is computed entry by entry."""
        if value in self.wanted:
            return list(self.wanted[value])
        every = [self.axes(arg) for arg in value.args if arg.value.operation != "fill"]
        full = sorted((axes for axes in every if len(axes) == value.rank), key=lambda axes: axes != sorted(axes))
        if full:
            return full[0]

        def place(index: int) -> int:
            return max((-axes.index(index) for axes in every if index in axes), default=0)

        return sorted(range(value.rank), key=place)

    # Entry by entry

    def power(self, base: Source, power: Fraction) -> Source:
        """Small powers as products, a half as a root."""
        if power == 1:
            return base
        whole, half = divmod(power, 1)
        if power.denominator <= 2 and power <= _SMALL_POWER:
            if power != Fraction(1, 2) and not base.small:
                base = self.named(base)
            parts = [base] * int(whole)
            if half:
                parts.append(self.module.sqrt(base).of_rank(base.rank or 0))
            return source.multiplied(*parts)
        exponent = source.number(Rational(power.numerator, power.denominator))
        found: Source = self.module.raised(base, exponent)
        return found

    def floated(self, mask: Source) -> Source:
        """The condition as 1.0 and 0.0."""
        found: Source = self.module.where(mask, source.piece(1.0), source.piece(0.0))
        return found.of_rank(mask.rank or 0)

    def total(self, terms: Sequence[Summand], out: Sequence[int]) -> Source:
        """Terms that are taken away last; a number behind arrays."""
        terms = sorted(terms, key=lambda term: (term[0] < 0, is_number(term[1]) and len(terms) > 2))
        found: Source | None = None
        for weight, one in terms:
            part = self.times(abs(weight), self.at(one, out))
            part = -part if weight < 0 else part
            if found is not None and len(found.text) + len(part.text) > _LONG:
                found = self.named(found.of_rank(len(out))) if len(found.text) > _LONG // 2 else found
                part = self.named(part) if len(part.text) > _LONG // 2 else part
            found = part if found is None else found + part
        assert found is not None
        return found

    def times(self, weight: Fraction, found: Source) -> Source:
        """``c·a``, as a product, a quotient or both."""
        if found.text == "1":
            return source.number(Rational(weight.numerator, weight.denominator))
        times, by = in_parts(weight)
        if times != "1":
            found = Source(times) * found
        return found / Source(by) if by else found

    def stays_mask(self, value: Value) -> bool:
        """Whether a mask is used only as a factor beside others, or as a condition."""

        def as_factor(user: Value) -> bool:
            if user.operation == "product" and not user.sums:
                return all(power > 0 for (arg, _), power in zip(user.args, user.weights, strict=True) if arg is value)
            return user.parameters == (CASES,) and all(arg is not value for arg, _ in user.args[1:])

        return value not in self.results and all(map(as_factor, self.users.get(value, ())))


def in_parts(number: Fraction) -> tuple[str, str]:
    """``3`` and ``4`` of ``3*x/4``; of what was typed as a decimal that alone, and nothing to divide by."""
    shown = source.number(Rational(number.numerator, number.denominator))
    if number.denominator >= _DECIMAL and shown.level == source.ATOM:
        return shown.text, ""
    return str(number.numerator), "" if number.denominator == 1 else str(number.denominator)


def identifier(wanted: str) -> str:
    """A name as Python takes it."""
    return wanted if wanted.isidentifier() else "".join(c if c.isalnum() else "_" for c in wanted)


def form(axes: Sequence[Sequence[int]], out: Sequence[int]) -> str:
    """``ij,jk->ik``, the letters in order of first appearance."""
    letters: dict[int, str] = {}
    for index in (index for ids in axes for index in ids):
        letters.setdefault(index, LETTERS[len(letters)])
    words = ["".join(letters[index] for index in ids) for ids in (*axes, out)]
    return ",".join(words[:-1]) + "->" + words[-1]
