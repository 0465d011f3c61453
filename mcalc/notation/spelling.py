"""How a notation spells things: what is different between LaTeX, MathML and Typst."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from mcalc.notation.pieces import Run


class Spelling(ABC):
    """How a notation spells things: what is different between LaTeX, MathML and Typst."""

    signs: ClassVar[dict[str, str]]
    comma: ClassVar[str] = ","
    thin: ClassVar[str] = ""

    @abstractmethod
    def text(self, run: Run) -> str:
        """Pieces side by side, with what separates them."""

    @abstractmethod
    def line(self, run: Run, first: bool) -> str:
        """A line of a broken formula: a further one begins with its operator."""

    @abstractmethod
    def spell(self, word: str, look: str) -> str:
        """A letter or word, italic, bold, arrow or upright."""

    @abstractmethod
    def number(self, text: str) -> str:
        """A number; of a fraction both sides of its stroke."""

    @abstractmethod
    def accent(self, name: str, text: str) -> str:
        """arrow, hat, tilde, bar or dot above."""

    @abstractmethod
    def scripts(self, base: str, below: str, above: str) -> str:
        """Each of the two may be empty."""

    @abstractmethod
    def grouped(self, text: str) -> str:
        """One atom, which may have scripts of its own."""

    @abstractmethod
    def fraction(self, above: str, below: str) -> str:
        """One above the other."""

    @abstractmethod
    def root(self, inner: str) -> str:
        """The square root of what is inside."""

    @abstractmethod
    def fence(self, kind: str, step: int) -> tuple[str, str]:
        """The brackets ( [ | norm, in one of TeX's sizes; step 5 grows with what it holds."""

    @abstractmethod
    def big_sum(self, below: str, above: str) -> str:
        """Σ between its limits."""

    @abstractmethod
    def matrix(self, rows: list[list[str]], roomy: bool) -> str:
        """Rows between brackets, further apart where they are `roomy`."""

    @abstractmethod
    def branches(self, rows: list[tuple[str, str, str]]) -> str:
        """Cases: a value, `if` or `otherwise`, and the condition."""

    @abstractmethod
    def function(self, word: str, greek: bool) -> str:
        """The name of a function, or of one that is a Greek letter."""

    def index(self, text: str) -> str:
        """A subscript as it is, a digit, a letter or ``1:3``."""
        return text

    def sign(self, name: str) -> str:
        """A sign by its name: plus, minus, dot, …"""
        return self.signs[name]
