"""The verdict on an answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from mcalc.checking.example import Example
from mcalc.checking.findings import Finding
from mcalc.checking.points import Valued
from mcalc.derivation.derivation import Derivation


@dataclass
class Check:
    """The verdict on an answer: `right`, or wrong with `findings`, the main one first.

    `proven` by rewriting, else equal to 50 digits at `points` points, on both sides of the `kinks` where there are
    any; `answer` is None where its shapes do not fit.
    """

    derivation: Derivation
    text: str
    answer: Valued | None
    right: bool
    proven: bool = False
    points: int = 0
    findings: tuple[Finding, ...] = ()
    example: Example | None = None
    notes: tuple[str, ...] = field(default=())
    parts: tuple[Check, ...] = ()
    kinks: bool = False
    layout: str = ""
    rounded: int | None = None
    """To how many digits the decimals of a right answer are rounded."""
    where: str = ""
    """The condition of an answer that is right in another reading than the one `taken`."""
    taken: str = ""
    error: float | None = None
    """The largest relative error of numbers that a program computes."""

    def __post_init__(self) -> None:
        self.layout = self.layout or self.derivation.layout

    @property
    def other_layout(self) -> bool:
        """Whether the answer stands in another layout than was asked for."""
        return self.layout != self.derivation.layout

    @property
    def is_own_form(self) -> bool:
        """Whether the answer is written as the derivative is, but for order and brackets; several of them each."""
        return all(one.right and one.proven and not one.points for one in self.parts or (self,))

    @property
    def only(self) -> str:
        """What a right answer is right but for: `` when rounded to 4 digits``, ``, in the denominator layout``."""
        other = f", in the {self.layout} layout" if self.other_layout else ""
        return (f" when rounded to {self.rounded} digits" if self.rounded else "") + other

    def __bool__(self) -> bool:
        return self.right
