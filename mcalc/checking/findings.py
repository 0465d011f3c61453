"""The table of findings: what an answer can have wrong, and the sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mcalc.derivation.derivation import Step
from mcalc.table.sentences import Sentence

SIGN = "sign"


class Kind(NamedTuple):
    """A way of being wrong: its name, and its sentence around the words about this answer."""

    name: str
    sentence: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("other-layout", "The layout is another one: {words}"),
        Kind("transposed", "A transpose is wrong: {words}"),
        Kind(SIGN, "A sign is wrong: {words}"),
        Kind("factor", "A constant factor is wrong: {words}"),
        Kind("missing-mask", "A condition is missing: {words}"),
        Kind("wrong-mask", "A condition is wrong: {words}"),
        Kind("chain", "The chain rule is not carried through: {words}"),
        Kind("missing-term", "A term is missing: {words}"),
        Kind("extra-term", "There is a term too many: {words}"),
        Kind("elementwise-for-product", "An element-wise product stands where a matrix product belongs: {words}"),
        Kind("product-for-elementwise", "A matrix product stands where an element-wise product belongs: {words}"),
        Kind("missing-diag", "A vector and its diagonal matrix are taken for each other: {words}"),
        Kind("missing-sum", "A sum is missing: {words}"),
        Kind("extra-sum", "There is a sum too many: {words}"),
        Kind("only-symmetric", "The answer is right only where {words}"),
        Kind("only-square", "The answer is right only where {words}"),
        Kind("only-part-of-domain", "The answer is right on a part of the domain only, where {words}"),
        Kind("shape", "The shape is wrong: {words}"),
        Kind("wrong", "The answer is not the derivative: {words}"),
    )
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: `proven` by rewriting, else seen at `points` random points.

    `step` is the step of the derivation from which the answer departs; `part` the place in the answer's text;
    `declare` the option with which it would be right.
    """

    name: str
    words: str
    proven: bool = False
    points: int = 0
    step: Step | None = None
    part: tuple[int, int] | None = None
    declare: str = ""

    @property
    def of_conditions(self) -> bool:
        """Whether it says under which conditions the answer is right, or which are missing."""
        return self.name.startswith("only-") or self.name.endswith("-mask")

    @property
    def condition(self) -> str:
        """``S is symmetric (-s S=n,n:symmetric)``, where the answer is right if that is declared."""
        return Sentence(self.words, f" ({self.declare})") if self.declare else ""

    @property
    def sentence(self) -> str:
        """The sentence of its kind, with its words."""
        kind = KINDS["only-symmetric" if self.condition else self.name]
        before, _, after = kind.sentence.partition("{words}")
        return Sentence(before, self.condition or self.words, after + ".")
