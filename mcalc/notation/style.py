"""How an author wants things set: read where a name or a sign is spelt, unknown to the boxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace

from mcalc.problems import Problem

VALUES = {
    "vector": ("bold", "arrow", "plain"),
    "matrix": ("plain", "bold"),
    "row_of_data": ("bold", "plain"),
    "transpose": ("T", "top", "sf", "prime"),
    "hadamard": ("auto", "otimes", "odot", "circ"),
    "derivative": ("partial", "d", "D", "nabla"),
    "size": ("display", "inline"),
    "exponential": ("exp", "e"),
    "functions": ("operatorname", "mathop"),
}
"""What each key may be; ``NAME=\\command`` besides spells a name or a function by the author's own macro."""


@dataclass(frozen=True)
class Style:
    """The setter's table: of each thing the first of `VALUES` is the default.

    `macros` spell names and functions; `widest` is the width in em from which on fractions and roots are written as
    products and powers, which lines can break.
    """

    vector: str = "bold"
    matrix: str = "plain"
    row_of_data: str = "bold"
    transpose: str = "T"
    hadamard: str = "auto"
    derivative: str = "partial"
    size: str = "display"
    exponential: str = VALUES["exponential"][0]
    functions: str = "operatorname"
    macros: Mapping[str, str] = field(default_factory=dict)
    widest: float = 1e9

    def with_pairs(self, pairs: Iterable[str]) -> Style:
        """The style with ``KEY=VALUE`` changed; raises `Problem` where there is no such key or value."""
        style = self
        for pair in pairs:
            key, sign, value = pair.partition("=")
            key, value = key.strip(), value.strip()
            if not sign or not value:
                raise Problem(f"A style is KEY=VALUE, not {pair}.", hint=f"the keys are {', '.join(VALUES)}")
            if key in VALUES and value in VALUES[key]:
                style = replace(style, **{key: value})  # type: ignore[arg-type]
            elif key in VALUES:
                raise Problem(f"The style `{key}` is one of {', '.join(VALUES[key])}, not {value}.")
            elif value.startswith("\\"):
                style = replace(style, macros={**style.macros, key: value})
            else:
                hint = f"the keys are {', '.join(VALUES)}; a macro for a name is {key}=\\command"
                raise Problem(f"There is no style `{key}`.", hint=hint)
        return style

    def changed(self) -> dict[str, str]:
        """What is not the default."""
        plain = Style()
        found = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != getattr(plain, f.name)}
        found.pop("widest", None)
        return {**found, **found.pop("macros", {})}


DEFAULT = Style()
