"""What a Python program and a notebook get: a derivation, a verdict, numbers, with all that can be made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from sympy.core.basic import Basic

from mcalc.checking.verdict import Check
from mcalc.code import derivative
from mcalc.code.as_sympy import expression
from mcalc.code.wanted import Wanted
from mcalc.derivation.derivation import Derivation
from mcalc.documents import write as write_page
from mcalc.documents.options import PLAIN
from mcalc.evaluating.values import Evaluation, evaluation
from mcalc.language.parser import canonical_name
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.value import Value, of_numbers
from mcalc.numbers.values import read_value
from mcalc.pages import verdict
from mcalc.pages.evaluation import page
from mcalc.pages.shown import write
from mcalc.question import Question
from mcalc.table.records import Array

_LONGEST_REPR = 200


@dataclass(repr=False)
class Answer(Derivation):
    """``∂value/∂variable``, derived and checked; as text, LaTeX, an expression of SymPy's, a function of arrays."""

    @classmethod
    def of(cls, derivation: Derivation) -> Self:
        """The derivation, and those that it is made of, as answers."""
        given = {field.name: getattr(derivation, field.name) for field in fields(Derivation)}
        return cls(**given | {"parts": tuple(cls.of(part) for part in derivation.parts)})

    def to_sympy(self) -> Basic | tuple[Basic, ...]:
        """The answer as an expression of SymPy's: a column is n×1, a scalar no matrix; of several parts a tuple.

        Raises `mcalc.problems.Problem` with status 3 where SymPy has no such expression.
        """
        parts = tuple(expression(part.in_symbols) for part in self.parts)
        return parts or expression(self.in_symbols)

    def function(
        self, library: str = "numpy", product: str = "", with_value: bool = False, structured: bool = False
    ) -> Callable[..., Any]:
        """The derivative as a function of arrays, of the library ``numpy``, ``jax`` or ``torch``: that of ``-f numpy``.

        Its parameters are the names of the expression in order of first appearance, its result has the shape
        value.shape + variable.shape. A `product` with a vector, the last parameter, is ``jvp``, ``vjp`` or ``hvp``;
        `with_value` the value comes first; `structured` it returns two functions, ``matvec`` and ``todense``.
        Raises `mcalc.problems.Problem` where the library is unknown or not installed.
        """
        return derivative.function(self, library, Wanted(product, with_value, structured))

    def latex(self, steps: bool | None = None) -> str:
        """The answer in LaTeX, for amsmath; with `steps`, as of `explain`, the derivation in sentences and `align*`."""
        if not (self.command == "explain" if steps is None else steps):
            return super().latex()
        return "\n".join(
            line for line in write(replace(self, command="explain"), "latex").split("\n") if line[:1] != "%"
        )

    def write(self, form: str) -> str:
        """What ``-f`` prints: ``text``, ``markdown``, ``html``, ``typst``, ``numpy``, …; raises Problem."""
        return write(self, form)

    def __repr__(self) -> str:
        by = ", ".join(dict.fromkeys(self.wrt))
        return f"<mcalc: the derivative of {self.source.strip()!r} by {by} is {_in_one_line(str(self))}>"

    def _repr_latex_(self) -> str:
        return self.latex() if self.command == "explain" else super()._repr_latex_()

    def _repr_html_(self) -> str:
        return write(self, "html")


@dataclass(repr=False)
class Verdict(Check):
    """The verdict on an answer, true where it is right; as text the report that `mcalc check` prints."""

    @classmethod
    def of(cls, check: Check) -> Self:
        """The verdict with its report."""
        return cls(**{field.name: getattr(check, field.name) for field in fields(Check)})

    def __str__(self) -> str:
        return verdict.write(self)

    def __repr__(self) -> str:
        first, *_ = str(self).split("\n")
        return f"<mcalc: {_in_one_line(first)}>"

    def _repr_html_(self) -> str:
        return verdict.write(self, "html")


@dataclass(frozen=True, repr=False)
class Evaluated(Evaluation):
    """Numbers: ``float`` of one, ``array`` of many; as text what `mcalc eval` prints, exact with its decimals."""

    @classmethod
    def of(cls, question: Question, at: Mapping[str, object]) -> Self:
        """The value of an expression, or its derivative, where the names have these values; raises Problem."""
        values = {name: _value(name, given) for name, given in ((canonical_name(name), at[name]) for name in at)}
        found = evaluation(question, values)
        return cls(**{field.name: getattr(found, field.name) for field in fields(Evaluation)})

    @property
    def array(self) -> Array | tuple[Array, ...]:
        """The numbers as an array; by several names one array for each."""
        arrays = tuple(answer.number.array for answer in self.answers)
        return arrays[0] if len(arrays) == 1 else arrays

    def __float__(self) -> float:
        return float(np.asarray(self.array).item())

    def __str__(self) -> str:
        return write_page(page(self), "text", PLAIN)

    def __repr__(self) -> str:
        shown = "; ".join(line for line in str(self).split("\n") if not line.startswith("#"))
        return f"<mcalc: {self.fitted.source.strip()!r} is {_in_one_line(shown)}>"

    def _repr_html_(self) -> str:
        return write_page(page(self), "html", PLAIN)


def _value(name: str, given: Any) -> Value:
    return read_value(name, given) if isinstance(given, str) else of_numbers(name, given)


def _in_one_line(text: str) -> str:
    line = "; ".join(text.split("\n"))
    return line if len(line) <= _LONGEST_REPR else line[:_LONGEST_REPR] + "…"
