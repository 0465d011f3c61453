"""What the table's ``numpy`` functions see as ``np`` when code is written: calls become the source of calls."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from mcalc.code import source
from mcalc.code.source import POWER, Operand, Source
from mcalc.code.targets import DTYPE, LIKE, Target
from mcalc.numbers.arrays import HELPERS
from mcalc.table import REPETITIONS
from mcalc.table.roles import CASES
from mcalc.tree.open import OpenFunction

_NAME = re.compile(r"(?<![\w.])[^\W\d][\w.]*")
_WORDS = frozenset({"sum", "for", "in", "range", "float"})
_FILLED = ("ones", "zeros", "eye", "arange")
_RANKS = {"eye": 2}
_OF_SIZES = (*_FILLED, *REPETITIONS, "logsumexp_along")


class Name(Source):
    """A name of the array library: called, it writes the call."""

    __slots__ = ("path", "write")

    def __init__(self, text: str, path: str, write: Callable[..., Source]) -> None:
        super().__init__(text)
        self.path, self.write = path, write

    def __call__(self, *arguments: Operand, **options: object) -> Source:
        return self.write(self.path, arguments, options)

    def __getattr__(self, name: str) -> Name:
        return Name(f"{self.text}.{name}", f"{self.path}.{name}", self.write)


class SourceModule:
    """The functions of a target's library, by NumPy's names; notes the helpers that the code uses.

    `number_names` are the names in the code that stand for numbers of Python's; `of_arrays` says that there are arrays
    among the parameters, whose type of numbers is kept. `functions` are the open ones in use, by the names of their
    parameters. Noted besides: whether the parameters must be floats, as an
    integer has no negative powers, and whether the scalars must have that type, as a function is called of them alone.
    """

    def __init__(self, target: Target, number_names: Callable[[], Collection[str]], of_arrays: bool) -> None:
        self._target, self._number_names = target, number_names
        self._typed = of_arrays and not target.of_tensors
        self.helpers: list[str] = []
        self.functions: dict[OpenFunction, str] = {}
        self.of_floats = self.typed_scalars = False

    def __getattr__(self, name: str) -> Any:
        return Name(f"{self._target.alias}.{name}", name, self._call)

    def is_number(self, written: Source) -> bool:
        """Whether the source is made of numbers of Python's alone."""
        alias = self._target.alias
        known = {*self._number_names(), *_WORDS, f"{alias}.pi", f"{alias}.inf"}
        return all(name in known or name.startswith("math.") for name in _NAME.findall(written.text))

    def tensor(self, written: Source) -> Source:
        """The source as an array, where it is a number and the library's functions take none."""
        if not self._target.of_tensors or not self.is_number(written):
            return written
        return Source(f"{self._target.alias}.tensor({written}, **{LIKE})")

    def _call(self, name: str, arguments: Sequence[Operand], options: Mapping[str, object]) -> Source:
        if name == CASES:
            return self._chosen(source.piece(arguments[0]), *arguments[1:])
        given = [one if isinstance(one, Source) else Source(_argument(one)) for one in arguments]
        if self._target.of_tensors and name not in _OF_SIZES:
            if hasattr(math, name) and all(map(self.is_number, given)):
                return Source(f"math.{name}({', '.join(map(str, given))})")
            given = [self.tensor(one) for one in given]
        elif self._typed and not self._target.weak and name not in _OF_SIZES and all(one.rank == 0 for one in given):
            if given and all(map(self.is_number, given)):
                shown = ", ".join(map(str, given))
                return Source(f"math.{name}({shown})" if hasattr(math, name) else f"float(np.{name}({shown}))")
            self.typed_scalars = True
        return self._written(name, given, options)

    def _written(self, name: str, arguments: Sequence[Source], options: Mapping[str, object]) -> Source:
        target, shown = self._target, list(map(str, arguments))
        for option, value in options.items():
            if renamed := target.options.get(option, option):
                shown.append(f"{renamed}={_argument(value)}")
        if name in _FILLED:
            shown += [f"**{LIKE}"] if target.of_tensors else self._dtype()
        spelled = target.spelled.get(name)
        if spelled is None and name in HELPERS:
            spelled = name + "({})"
            if name not in self.helpers:
                self.helpers.append(name)
        if spelled is not None and "{0}" in spelled:
            return Source(spelled.format(*(one.above(POWER) for one in arguments)), rank=None)
        rank = arguments[0].rank if name in REPETITIONS else _RANKS.get(name)
        return Source((spelled or f"{target.alias}.{name}({{}})").format(", ".join(shown)), rank=rank)

    def _dtype(self) -> list[str]:
        """The argument that makes an array of the parameters' type."""
        return [f"{DTYPE}={DTYPE}"] if self._typed else []

    def _chosen(self, condition: Source, *cases: Operand) -> Source:
        """``np.where(condition, a, b)``; where a is 1 and b is 0, the condition as a number."""
        entries = [Source(_entry(case), rank=case.rank if isinstance(case, Source) else 0) for case in cases]
        mask = [one.text for one in entries] == ["1.0", "0.0"]
        if not self._target.of_tensors:
            fixed = self._typed and all(map(self.is_number, entries))
            if fixed and mask:
                found = Source(f"{self._target.alias}.asarray({condition}, {DTYPE})", rank=None)
            else:
                found = self._written(CASES, [condition, *entries], {})
                if fixed:
                    found = Source(f"{found}.astype({DTYPE})", rank=None)
                elif not self._target.weak and all(one.rank == 0 for one in entries):
                    self.typed_scalars = True
        elif mask:
            made = self.tensor(condition)
            found = made if made is not condition else Source(f"({condition}).to(**{LIKE})")
        else:
            if all(map(self.is_number, entries)):
                entries[0] = self.tensor(entries[0])
            if self.is_number(condition):
                condition = Source(f"{self._target.alias}.tensor({condition})")
            found = self._written(CASES, [condition, *entries], {})
        if mask:
            found.condition = condition
        return found

    # What the table asks of `mcalc.numbers.arrays`, written out

    def total(self, *terms: Source) -> Source:
        """``a + b + …``."""
        return source.total(*terms)

    def multiplied(self, *factors: Source) -> Source:
        """The product; by a mask it is a choice, ``np.where(c, a, 0.0)``, as 0 times infinity is no number."""
        mask = next((one for one in factors if isinstance(one, Source) and one.condition is not None), None)
        rest = [one for one in factors if one is not mask]
        if mask is None or mask.condition is None or all(self.is_number(source.piece(one)) for one in rest):
            return source.multiplied(*factors)
        return self._chosen(mask.condition, self.multiplied(*rest), 0)

    def raised(self, a: Source, b: Source) -> Source:
        """``a**b``; by what is no whole number of floating-point numbers alone."""
        if not b.text.isdigit():
            self.of_floats = True
        return a**b

    def single(self, entry: Source, rank: int) -> Source:
        """The array of so many axes that has one entry."""
        sizes = Source("(1,)" if rank == 1 else f"({', '.join(['1'] * rank)})")
        if self.is_number(entry) and not self._target.of_tensors:
            return Source(f"{self._target.alias}.full({', '.join([sizes.text, entry.text, *self._dtype()])})")
        return self._written("reshape", [entry, sizes], {})

    def traced(self, a: Source) -> Source:
        """The trace; a number is its own."""
        return self._written("trace", [a], {}) if a.rank == 2 else a

    def stacked(self, *parts: Source) -> Source:
        """Numbers and vectors one below the other."""
        if all(part.rank == 0 for part in parts):
            return self._array(list(parts))
        return self._joined("hstack", parts)

    def vstack(self, parts: Sequence[Source]) -> Source:
        """Rows and matrices one below the other."""
        return self._joined("vstack", parts)

    def _joined(self, name: str, parts: Sequence[Source]) -> Source:
        return Source(f"{self._target.alias}.{name}({', '.join([self._listed(parts), *self._dtype()])})")

    def grid(self, *parts: Operand) -> Source:
        """One list a row; without the axis of a single row or column."""
        entries = [part for part in parts if isinstance(part, Source)]
        rows, columns = (part for part in parts if isinstance(part, int))
        return self._array(entries, columns if rows > 1 and columns > 1 else 0)

    def _array(self, entries: Sequence[Source], columns: int = 0) -> Source:
        """An array of scalars, in rows of so many columns."""
        alias, fixed = self._target.alias, all(map(self.is_number, entries))
        if self._target.of_tensors and not fixed:
            stacked = f"{alias}.stack({self._listed(entries)})"
            return Source(f"{stacked}.reshape(-1, {columns})" if columns else stacked)
        shown = [_entry(entry) for entry in entries]
        if columns:
            shown = [f"[{', '.join(shown[at : at + columns])}]" for at in range(0, len(shown), columns)]
        inner = f"[{', '.join(shown)}]"
        if self._target.of_tensors:
            return Source(f"{alias}.tensor({inner}, **{LIKE})")
        return Source(f"{alias}.array({', '.join([inner, *self._dtype()])})")

    def _listed(self, parts: Sequence[Source]) -> str:
        return f"[{', '.join(_entry(self.tensor(part)) for part in parts)}]"


def _argument(value: object) -> str:
    if isinstance(value, (tuple, list)):
        parts = [_argument(part) for part in value]
        return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
    return str(value)


def _entry(part: Operand) -> str:
    """An entry of an array typed out: a float, so that the array is one of floats."""
    text = str(part)
    return f"{text}.0" if text.lstrip("-").isdigit() else text
