"""What the operator table is made of: a record an operator, a rule an argument, and the shape rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from mcalc.table.sentences import told

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sympy.core.expr import Expr

Shape: TypeAlias = "tuple[Expr, ...]"
"""``()`` a scalar, ``(n,)`` a column, ``(m, n)`` a matrix, ``(1, n)`` a row."""
Same: TypeAlias = "Callable[[Expr, Expr], bool]"
"""Whether two sizes are equal, or may be."""
Parameter = Any
"""What an operator takes besides values, each its own: a name and what was declared of it, a number, an axis, an index."""
Parameters = tuple[Parameter, ...]
Meaning = Callable[..., Any]
"""The numeric meaning of an operator: of `Numpy`, the arguments and the parameters."""
Numpy = Any
"""NumPy, or what stands in for it: exact numbers, complex ones, bounds, many points at once, source text."""
Array: TypeAlias = "NDArray[Any]"
"""Numbers of whatever kind, one or many."""


class Valued(Protocol):
    """What a formula of the table may ask of the value that it is taken for; `Node` is it."""

    operator: Operator
    parameters: Parameters
    shape: Shape

    @property
    def args(self) -> tuple[Valued, ...]:
        """The arguments."""

    @property
    def axes(self) -> Shape:
        """The sizes other than 1 of a row or a column."""


Formula = str | Callable[[Valued], str]
"""A formula, or the one that is chosen by the shapes: of a vector, of the rows of a matrix."""


ADDITION, PRODUCT, NEGATION, DOT, POWER, POSTFIX, ATOM = 20, 30, 35, 40, 50, 60, 100
"""How closely a notation binds, from the loosest on."""
FLAT = "a step is flat: its derivative is 0 wherever it has one"


def lies(shape: Shape) -> bool:
    """Whether a value of the shape lies down, 1×n: a row."""
    return len(shape) == 2 and is_one(shape[0])


def is_one(size: Expr) -> bool:
    """Whether a dimension is 1; a symbol is not, and is not compared, which takes SymPy long."""
    return bool(size.is_Integer and size == 1)


@dataclass(frozen=True)
class LoopIndex:
    """The running index ``i`` of ``sum(… for i in 1..N)``."""

    name: str
    size: Expr

    def __str__(self) -> str:
        return self.name

    def apart_from(self, taken: Collection[LoopIndex]) -> LoopIndex:
        """A running index over the same range, by a name of its own."""
        names = {loop.name for loop in taken}
        letters = chain("ijklpqrst", (f"{self.name}_{number}" for number in count(1)))
        return LoopIndex(next(letter for letter in letters if letter not in names), self.size)


@dataclass(frozen=True)
class Slice:
    """``lower..upper``, both included, counted from 1."""

    lower: Expr
    upper: Expr

    def __str__(self) -> str:
        return f"{self.lower}..{self.upper}"


class ShapeMismatch(Exception):
    """The shapes do not fit: a sentence, the positions of the arguments in conflict, and what to write.

    In the hint ``{0}``, ``{1}`` stand for the text of the arguments.
    """

    def __init__(self, message: str, positions: Sequence[int] = (), hint: str = "") -> None:
        super().__init__(message)
        self.message, self.positions, self.hint = message, tuple(positions), hint


@dataclass(frozen=True)
class Rule:
    """``∂y/∂argument``: the formula as a textbook prints it, and the sentence that explains it.

    An element-wise operator's formula is a scalar expression in its arguments and its value ``y``. Any
    other is in index notation: the value carries ``i, j``, the argument ``k, l``, repeated indices are summed.
    """

    argument: str
    formula: Formula
    sentence: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "sentence", told(self.sentence))


@dataclass(frozen=True)
class Notation:
    """How an operator is written: a kind that the printers know, its symbols and its precedence.

    Where typesetting writes a call as an infix, `sign` is the name of what stands between: kron for ``A ⊗ B``. Of a
    fence, `below` is what stands at its foot, `of_matrix` what does with a matrix inside: ``‖A‖_F``.
    """

    kind: str
    text: str = ""
    ascii: str = ""
    latex: str = ""
    level: int = 100
    right: int = 0
    sign: str = ""
    below: str = ""
    of_matrix: str = ""

    @property
    def spoken(self) -> str:
        """The name of a function as it is typeset: ``arsinh``."""
        return self.latex.removeprefix("\\operatorname{").removesuffix("}").replace("\\,", "_").removeprefix("\\")


@dataclass(frozen=True)
class Convention:
    """Where a value has no derivative, and what its derivative `is_taken` to be there.

    `where` is one of ``an entry is 0``, ``all are 0``, ``both are equal``, ``several are the largest``, ``several are
    the least``; the entries are those of `of`, a formula of the argument ``a``.
    """

    where: str
    is_taken: str
    of: str = "a"


@dataclass(frozen=True)
class Operator:
    """Everything there is to know about an operator, in one place.

    `definition` is the operator in terms of others, of arguments shaped as in its example: ``exp(a)/sum(exp(a))``.
    `care` says what holds at its kinks and at the ends of its domain, `where_positive` what an element-wise one is
    of a positive argument. `kinks` are the conditions that its derivatives ask, ``a > 0``: formulas in its arguments
    and its value ``y``; an empty one asks nothing. `branches` are the values of a piecewise one, each with what is
    positive where it holds; one that `picks` is one of the entries of its argument. Of two arguments that are equal on
    an open set, an operator with `first_counts` moves with the first there; its nodes have a parameter then. `of_one`
    is its value at a vector of one element or a 1×1 matrix, in terms of the entry, where it does not take a scalar;
    without arguments, the one entry that it is. What is `exact` chooses among entries, moves them or turns their
    signs, and so never rounds. `whole` is the function of a matrix for which this one, of the entries, is mistaken, by
    the spellings `whole_calls`, or by every one of its own. A `linear` one lets numbers and scalars out, one of
    `parity` ``odd`` or ``even`` the sign of its argument; a `nonnegative` one is never below 0. `bounds` are its least
    and its largest value, one that `overflows` is infinite soon; `price` is what an entry takes, in nanoseconds.
    `open` is the function with nothing known of it that it is.

    The entries of a column that `adds_up` have the sum 1. A number added to every entry of a column comes out of one
    whose `shift` is ``out``, and changes nothing where it is ``unseen``. Code computes one `by_definition` as that says. One that
    `spreads` repeats each row of an identity before the next comes. A `complementary` one has ``f(-a) = 1 - f(a)``. One that is
    `recognized` is what its definition is read as where a derivative has that; of one that is `dissolved` a rewriting
    that does without it is taken though it may be longer. A comparison `holds` of two numbers or not; `mirrored` is
    the one that it is with its arguments changed over, ``b > a`` for ``a < b``. `in_library` is how a library for arrays
    spells it where that is not as NumPy does: ``torch.amax({})``.

    An operator `of_reals` compares, or is meant of real numbers alone. `no_value` says where it has none though its
    arguments do, ``b is 0``, and `convention` what its derivative is taken to be where it has none. `compared_as` is
    what stands for it when two forms of one value are compared; nothing where it stands for itself. `at_many` says of
    what its numeric meaning is taken at many points at once: of the ``entries`` of each, of its ``rows``, of
    ``matrices``; of an element-wise one that needs no word. A value is `positive` ``always``, or where its arguments
    are, ``of positive``; one that `turns_with_argument` has ``f(Aᵀ) = f(A)ᵀ``. A `polynomial` of the entries has a derivative
    everywhere, though its rule divides. `elsewhere` are the names that other tools have for it, and `bars` how mathematics prints it, ``|a|`` of a number and ``|A|`` of a matrix: mcalc does not read these, and
    says what to write.
    """

    name: str
    arguments: str
    title: str
    doc: str
    shape: Callable[..., Shape]
    numpy: Meaning
    rules: tuple[Rule, ...] = ()
    notation: Notation = Notation("call")
    calls: tuple[str, ...] = ()
    value: Formula | None = None
    elementwise: bool = False
    variadic: bool = False
    commutative: bool = False
    indicator: bool = False
    domain: str = "any"
    example: str = ""
    keywords: tuple[str, ...] = ()
    written_as: str = ""
    sentence: str = ""
    opposite: str = ""
    definition: str = ""
    care: str = ""
    of_one: str = ""
    whole: str = ""
    whole_calls: tuple[str, ...] = ()
    kinks: tuple[Formula, ...] = ()
    where_positive: str = ""
    branches: tuple[tuple[str, str], ...] = ()
    picks: bool = False
    exact: bool = False
    first_counts: bool = False
    linear: bool = False
    parity: str = ""
    nonnegative: bool = False
    bounds: tuple[int, int] | None = None
    overflows: bool = False
    price: float = 3.0
    adds_up: bool = False
    shift: str = ""
    complementary: bool = False
    recognized: bool = False
    dissolved: bool = False
    holds: Same | None = None
    mirrored: str = ""
    of_reals: bool = False
    no_value: str = ""
    convention: Convention | None = None
    compared_as: Formula = ""
    by_definition: bool = False
    spreads: bool = False
    at_many: str = ""
    positive: str = ""
    turns_with_argument: bool = False
    polynomial: bool = False
    elsewhere: tuple[str, ...] = ()
    bars: tuple[str, ...] = ()
    in_library: Mapping[str, str] = field(default_factory=dict)
    open: Any = None

    def __post_init__(self) -> None:
        for name in ("doc", "sentence", "care"):
            object.__setattr__(self, name, told(getattr(self, name)))

    @property
    def argument_names(self) -> tuple[str, ...]:
        """``("a", "b")``."""
        return tuple(self.arguments.split())

    @property
    def is_cases(self) -> bool:
        """Whether it is a condition and what holds with it and without it: ``where(c, a, b)``."""
        return self.notation.kind == "cases"

    @property
    def is_step(self) -> bool:
        """Whether it is 1 of every positive number, and so flat there: a sign, a step."""
        return self.where_positive == "1"

    @property
    def takes_axis(self) -> bool:
        """Whether it may be taken along an axis: ``sum(A, axis=0)``."""
        return "axis" in self.keywords

    def rule(self, position: int) -> Rule:
        """The rule by the argument at a position; a variadic operator has one for all."""
        return self.rules[0 if self.variadic else position]


def infix(text: str, ascii: str, latex: str, level: int, right: int = 1) -> Notation:
    """``a + b``, with its sign in each notation."""
    return Notation("infix", text, ascii, latex, level, right)


def called(ascii: str, latex: str = "", text: str = "") -> Notation:
    """``name(a)``, with its name in each notation."""
    return Notation("call", text or ascii, ascii, latex)
