"""What a Python program and a notebook get: a derivation and a verdict with all that can be made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from mcalc.checking.verdict import Check
from mcalc.code.as_sympy import expression
from mcalc.derivation.derivation import Derivation
from mcalc.render import code, verdict, write
from mcalc.render.companions import Wanted

_LONGEST_REPR = 200


@dataclass(repr=False)
class Answer(Derivation):
    """``∂value/∂variable``, derived and checked; as text, LaTeX, an expression of SymPy's, a function of arrays."""

    @classmethod
    def of(cls, derivation: Derivation) -> Self:
        """The derivation, and those that it is made of, as answers."""
        given = {field.name: getattr(derivation, field.name) for field in fields(Derivation)}
        return cls(**given | {"parts": tuple(cls.of(part) for part in derivation.parts)})

    def to_sympy(self) -> Any:
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
        return code.function(self, library, Wanted(product, with_value, structured))

    def latex(self, steps: bool = False) -> str:
        """The answer in LaTeX, for amsmath; with `steps` the derivation, sentences and `align*`."""
        if not steps:
            return super().latex()
        return "\n".join(
            line for line in write(replace(self, command="explain"), "latex").split("\n") if line[:1] != "%"
        )

    def __repr__(self) -> str:
        by = ", ".join(dict.fromkeys(self.wrt))
        answer = "; ".join(str(self).split("\n"))
        short = answer if len(answer) <= _LONGEST_REPR else answer[:_LONGEST_REPR] + "…"
        return f"<mcalc: the derivative of {self.source.strip()!r} by {by} is {short}>"

    def _repr_latex_(self) -> str:
        return self.latex(steps=True) if self.command == "explain" else super()._repr_latex_()

    def _repr_html_(self) -> str:
        return write(self, "html")


@dataclass
class Verdict(Check):
    """The verdict on an answer, true where it is right; as text the report that `mcalc check` prints."""

    @classmethod
    def of(cls, check: Check) -> Self:
        """The verdict with its report."""
        return cls(**{field.name: getattr(check, field.name) for field in fields(Check)})

    def __str__(self) -> str:
        return verdict.write(self)
