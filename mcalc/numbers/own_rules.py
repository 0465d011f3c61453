"""Rules of one's own, ``w = (w + lr)*dw``, and expressions to be looked at in each step of a descent.

They are read by mcalc's own parser. Every name of the loss may be used, every name with a value, the derivative by a
name as ``d`` before it, shaped like the name itself, and the rate as ``lr``, ``eta`` or ``rate``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mcalc.language.free_names import free_names
from mcalc.language.parser import canonical_name, own_name, parse
from mcalc.language.syntax import Syntax, walk
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.compiled import Compiled
from mcalc.numbers.descent import Arrays, Move
from mcalc.numbers.fitting import Fitted, fit
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import whole
from mcalc.numbers.value import Value, of_numbers
from mcalc.problems import Problem, Span, nearest
from mcalc.table.records import Array
from mcalc.tree.node import Node

RATES = ("lr", "eta", "rate")
_UPDATE = re.compile(r"\s*([^\W\d]\w*)\s*(?:=|:=|←)(?!=)\s*")
_IN_PLACE = re.compile(r"\s*([^\W\d]\w*)\s*([-+*/−])=\s*(.*)", re.DOTALL)
_EXAMPLE = 'for example --update "w = w - lr*dw"'


@dataclass(frozen=True)
class Text:
    """A piece of what was typed: read where it stands, so that carets point into the whole."""

    whole: str
    start: int
    end: int

    @property
    def alone(self) -> str:
        """The piece by itself."""
        return self.whole[self.start : self.end].strip()

    @property
    def padded(self) -> str:
        """The piece where it stands, blanks before it."""
        return re.sub(r"\S", " ", self.whole[: self.start]) + self.whole[self.start : self.end]

    def names(self) -> list[str]:
        """The names that are used, as they are typed first."""
        try:
            return free_names(parse(self.padded))[0]
        except Problem as problem:
            raise problem.with_source(self.whole) from None


def read_updates(texts: Sequence[str]) -> list[tuple[str, Text]]:
    """The name and the right side of each rule; raises Problem."""
    found: list[tuple[str, Text]] = []
    for text in texts:
        match = _UPDATE.match(text)
        if match is None or not text[match.end() :].strip():
            changed = _IN_PLACE.fullmatch(text)
            hint = f"write `{changed[1]} = {changed[1]} {changed[2]} ({changed[3]})`" if changed else _EXAMPLE
            raise Problem(f"A rule is given as NAME = EXPRESSION, and this is `{text.strip()}`.", hint=hint)
        name = own_name(canonical_name(match[1]), [one for one, _ in found])
        if any(name == one for one, _ in found):
            raise Problem(f"`{name}` is updated twice.", [Span(match.start(1), match.end(1))], "keep one", text)
        found.append((name, Text(text, match.end(), len(text))))
    return found


def read_shown(text: str) -> list[Text]:
    """The expressions between the commas that stand in no bracket."""
    found, start, depth = [], 0, 0
    for at, sign in enumerate(text + ","):
        depth += (sign in "([{") - (sign in ")]}")
        if (sign == "," and depth <= 0) or at == len(text):
            found.append(Text(text, start, at))
            start = at + 1
    return [one for one in found if one.alone]


class Names:
    """All that a rule may use at a step, with its values there."""

    def __init__(self, fitted: Fitted, loss: Compiled, given: Mapping[str, Value], start: Arrays, rate: float) -> None:
        self.fitted, self.loss, self.start = fitted, loss, dict(start)
        self.fixed = {name: value.array for name, value in {**given, **fitted.values}.items() if name not in start}
        for name in RATES:
            if name not in self.fixed and name not in start and name not in fitted.reading.bound:
                self.fixed[name] = np.float64(rate)
        self.derivatives = {f"d{name}": name for name in loss.wrt}
        for name, by in self.derivatives.items():
            if name in self.fixed or name in start or name in fitted.reading.bound:
                raise Problem(
                    f"`{name}` is a name of its own here, and would be the derivative by `{by}` as well.",
                    hint="give it another name",
                )
        bound = fitted.reading.bound
        self.bound = [name for name, node in bound.items() if not node.loops]
        self.program = Program([bound[name] for name in self.bound], fitted.sizes)
        self.values = {name: replace(of_numbers(name, array), loose=True) for name, array in self._shapes().items()}

    def _shapes(self) -> dict[str, Array]:
        arrays = {**self.fixed, **self.start}
        for name, by in self.derivatives.items():
            arrays[name] = np.zeros(np.shape(self.start[by]))
        for name in self.bound:
            shape = self.fitted.reading.bound[name].shape
            arrays[name] = np.zeros(tuple(whole(size, self.fitted.sizes) for size in shape))
        return arrays

    def at(self, here: Arrays, gradients: Arrays) -> dict[str, Array]:
        """The values of all names at a step."""
        point = {**self.fixed, **here}
        with np.errstate(all="ignore"):
            bound = self.program.run(point) if self.bound else []
        return {
            **point,
            **{name: gradients[by] for name, by in self.derivatives.items()},
            **dict(zip(self.bound, bound, strict=True)),
        }

    def read(self, text: Text) -> Formula:
        """The expression with the shapes of what it uses; raises Problem."""
        try:
            program = parse(text.padded, list(self.values))
            for name in free_names(program)[0]:
                if own_name(name, self.values) not in self.values and name not in ("pi", "I"):
                    raise self._unknown(name, [program.value, *(one for _, one, _ in program.bindings)])
            fitted = fit(text.padded, self.values)
        except Problem as problem:
            raise problem.with_source(text.whole) from None
        shape = tuple(whole(size, fitted.sizes) for size in fitted.reading.value.shape)
        return Formula(text, shape, Program([fitted.reading.value], fitted.sizes), fitted.reading.value)

    def _unknown(self, name: str, trees: Sequence[Syntax]) -> Problem:
        spans = [Span(node.start, node.end) for tree in trees for node in walk(tree) if node.value == name]
        near = nearest(name, list(self.values))
        listed = " and ".join(f"`{one}`" for one in self.derivatives)
        derivatives = f"{listed} {'is the derivative' if len(self.derivatives) == 1 else 'are the derivatives'}"
        hint = f"did you mean `{near[0]}`?" if near else f"give it one, --at {name}=…; {derivatives}"
        return Problem(f"`{name}` has no value.", spans[:1], hint)


@dataclass(frozen=True)
class Formula:
    """An expression that is computed at each step."""

    text: Text
    shape: tuple[int, ...]
    program: Program
    node: Node

    def at(self, point: Arrays) -> Array:
        """Its value, with all its axes; NaN where it has none."""
        try:
            with np.errstate(all="ignore"):
                (value,) = self.program.run(point)
        except np.linalg.LinAlgError:
            return np.full(self.shape, np.nan)
        return np.reshape(np.asarray(value, dtype=float), self.shape)


class OwnRule:
    """Rules that are applied one after the other; the derivatives are those from before the step."""

    def __init__(self, updates: Sequence[tuple[str, Text]], names: Names) -> None:
        self.names = names
        self.formulas = {self._changed(name, text): self._fitting(name, text) for name, text in updates}

    def mover(self, names: Sequence[str]) -> Move:
        """One formula after the other, each seeing what those before it have set."""

        def move(here: Arrays, gradients: Arrays, step: int) -> dict[str, Array]:
            after = dict(here)
            for name, formula in self.formulas.items():
                after[name] = formula.at(self.names.at(after, gradients))
            return after

        return move

    def _changed(self, name: str, text: Text) -> str:
        name = own_name(name, self.names.start)
        if name not in self.names.start:
            typed = _UPDATE.match(text.whole)
            raise Problem(
                f"`{name}` has no value to begin with.",
                [Span(*typed.span(1))] if typed else [],
                f"name it in --wrt, or give it one: --at {name}=0",
                text.whole,
            )
        return name

    def _fitting(self, name: str, text: Text) -> Formula:
        """The formula, of the shape of what it changes; raises Problem, with what to write if that is known."""
        wanted = np.shape(self.names.start[own_name(name, self.names.start)])
        try:
            found = self.names.read(text)
        except Problem as problem:
            better = self._transposed(text, wanted) if problem.spans else None
            if better is None:
                raise
            raise Problem(problem.message, problem.spans, f"write `{better}`", text.whole) from None
        if found.shape == wanted:
            return found
        better = self._transposed(text, wanted)
        hint = f"write `{better}`" if better else f"the two need one shape; `d{name}` has that of `{name}`"
        raise Problem(
            f"This is {_shape(found.shape)}, and `{name}` is {_shape(wanted)}.",
            [Span(text.start, len(text.whole.rstrip()))],
            hint,
            text.whole,
        )

    def _transposed(self, text: Text, wanted: tuple[int, ...]) -> str | None:
        """The rule with one transposition more or less, where that fits."""
        known = "|".join(re.escape(name) for name in sorted(self.names.values, key=len, reverse=True))
        fewer = [(match.start(), match.end(), "") for match in re.finditer(r"'|ᵀ|\.T\b", text.whole)]
        more = [(match.end(), match.end(), "'") for match in re.finditer(rf"(?<!\w)(?:{known})(?!\w|'|ᵀ)", text.whole)]
        for start, end, sign in [*fewer, *more]:
            if start < text.start:
                continue
            changed = text.whole[:start] + sign + text.whole[end:]
            try:
                found = self.names.read(Text(changed, text.start, len(changed)))
            except Problem:
                continue
            if found.shape == wanted:
                return changed.strip()
        return None


def _shape(shape: Sequence[int]) -> str:
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"a column of {shape[0]}"
    return f"a row of {shape[1]}" if shape[0] == 1 else f"a matrix, {shape[0]}×{shape[1]}"


def loosened(values: Mapping[str, Value], used: Collection[str]) -> dict[str, Value]:
    """The values, of which those that a rule uses need not occur in the loss."""
    used = {own_name(name, values) for name in used}
    return {name: replace(value, loose=value.loose or name in used) for name, value in values.items()}
