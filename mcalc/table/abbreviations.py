"""Functions that are short for others, and are read as these: ``std(a)`` is ``sqrt(var(a))``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Abbreviation:
    """``name(arguments)`` is read as `formula`, and prints as that.

    An axis goes to the first function in it that takes one; `along` an axis alone it is short for anything. `at` has
    formulas for certain last arguments, ``norm(x, 1)``.
    """

    name: str
    arguments: str
    formula: str
    along: bool = False
    at: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def reduces(self) -> bool:
        """Whether it makes one number of many: where an axis is left out."""
        return bool(re.search(r"\b(sum|mean|var|norm)\(", self.formula))

    @property
    def example(self) -> str:
        """As it is called: ``std(a)``."""
        axis = ", axis=0" if self.along else ""
        return f"{self.name}({', '.join(self.argument_names)}{axis})"

    @property
    def meaning(self) -> str:
        """What the example is read as: ``sqrt(var(a))``."""
        return re.sub(r"(sum\([^()]*)\)", r"\1, axis=0)", self.formula) if self.along else self.formula

    @property
    def argument_names(self) -> tuple[str, ...]:
        """``("a", "b")``."""
        return tuple(self.arguments.split())


_RECORDS = (
    Abbreviation("rsqrt", "a", "1/sqrt(a)"),
    Abbreviation("log1p", "a", "log(1 + a)"),
    Abbreviation("expm1", "a", "exp(a) - 1"),
    Abbreviation("log2", "a", "log(a)/log(2)"),
    Abbreviation("log10", "a", "log(a)/log(10)"),
    Abbreviation("logit", "a", "log(a/(1 - a))"),
    Abbreviation("hypot", "a b", "sqrt(a^2 + b^2)"),
    Abbreviation("sec", "a", "1/cos(a)"),
    Abbreviation("csc", "a", "1/sin(a)"),
    Abbreviation("erfc", "a", "1 - erf(a)"),
    Abbreviation("normcdf", "a", "(1 + erf(a/sqrt(2)))/2"),
    Abbreviation("normpdf", "a", "exp(-a^2/2)/sqrt(2*pi)"),
    Abbreviation("softsign", "a", "a/(1 + abs(a))"),
    Abbreviation("std", "a", "sqrt(var(a))"),
    Abbreviation("mse", "a b", "mean((a - b)^2)"),
    Abbreviation("norm", "a", "sqrt(sum(a^2))", along=True),
    Abbreviation("norm", "a p", "sum(abs(a)^p)^(1/p)", at={"1": "norm1(a)", "2": "norm2(a)", "inf": "norm_inf(a)"}),
)
ABBREVIATIONS: dict[str, tuple[Abbreviation, ...]] = {
    name: tuple(record for record in _RECORDS if record.name == name)
    for name in dict.fromkeys(record.name for record in _RECORDS)
}
"""Those of a name, ``norm`` along an axis and ``norm`` with an exponent."""
