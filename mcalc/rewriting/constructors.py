"""What makes a canonical form, by head, and what it says it has done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mcalc.rewriting.forms import Form
from mcalc.table.records import Parameters, Shape
from mcalc.table.sentences import told

Constructor = Callable[[tuple[Form, ...], tuple[Any, ...], Shape], Form]
CONSTRUCTORS: dict[str, Constructor] = {}
"""What makes a canonical form of a head: one for each head of the algebra, and one for each operator of the table."""


OTHERS: list[Callable[[str], Constructor]] = []
"""What makes the constructor of any other operator, by its traits."""


def construct(head: str, args: tuple[Form, ...], par: Parameters, shape: Shape) -> Form:
    """The canonical form of a head on canonical arguments."""
    maker = CONSTRUCTORS.get(head)
    if maker is None:
        maker = CONSTRUCTORS[head] = OTHERS[-1](head)
    return maker(args, par, shape)


facts: list[str] = []
"""What the constructors have done, since the list was last emptied: the words of `SENTENCES`."""

SENTENCES = {
    "open": "the parentheses are opened",
    "like": "like terms are added",
    "cancel": "equal terms cancel",
    "one": "factors of 1 are dropped",
    "numbers": "the numbers are multiplied and stand in front",
    "added": "numbers are added",
    "powers": "equal factors are one power",
    "quotient": "equal factors cancel",
    "content": "the common number stands in front",
    "front": "the number stands in front",
    "scalars": "a scalar factor stands in front",
    "added up": told("{1⃗ᵀ·v = sum(v)}"),
    "minus": "the minus sign stands in front",
    "into": "the minus sign goes into the difference",
    "dot": told("{sum(u ⊗ v) = u·v}"),
    "sides": "a term changes sides of a comparison with its sign",
    "blocks": "what is stacked is multiplied part by part, and the products are added",
    "entry": "an entry of what is stacked is an entry of one of the parts",
    "turned": "the transpose of a product turns its order round",
    "twice": "what is turned twice is as it was",
    "symmetric": "a symmetric matrix is its own transpose",
    "skew": "the transpose of a skew-symmetric matrix is its negative",
    "own negative": "turned round it is its own negative, so it is 0",
    "unit": "ones change nothing",
    "zero": "what is multiplied by 0 is 0",
    "identity": "the identity matrix changes nothing",
    "ones": "a matrix of ones is a column of ones times a row of ones",
    "expanded": "a constant is expanded over the vector",
    "scalar": "a row times a column is a scalar",
    "squares": "a sum of squares is the square of a norm",
    "trace": "a sum over products of entries is a trace",
    "circle": "a trace may be turned in a circle",
    "linear": "a linear function of a multiple is the multiple of it",
    "inverse": "the inverse of the inverse is the matrix itself",
    "counted": "a sum of ones counts them",
    "exponential": told("{1/e^a} is {e^(-a)}"),
    "shift": "a number added to every entry comes out",
    "unseen": "a number added to every entry changes nothing",
    "complement": told("{f(−a) = 1 − f(a)}, as of the logistic function {σ}"),
}

QUIET = (
    *("numbers", "scalars", "zero", "one", "front", "minus", "content", "identity", "unit"),
    *("expanded", "linear", "open", "turned", "twice"),
)
"""What is said only where there is nothing else to say, and then the first of these that was done."""

SILENT = frozenset(QUIET)
