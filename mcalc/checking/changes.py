"""The changes that one part of an answer may need, each with what it would show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from mcalc.checking.answer import Mismatch, Scope
from mcalc.checking.findings import SIGN
from mcalc.language.parser import Syntax
from mcalc.problems import Problem
from mcalc.table.roles import DIAGONAL, INVERSE

_PRODUCTS = ("@", ".")


@dataclass(frozen=True)
class Change:
    """What one part of an answer is exchanged for, and what that would show."""

    finding: str
    cost: float
    words: str
    new: Syntax


# Syntax made of syntax ---------------------------------------------------------------------------------------------


def turned(part: Syntax) -> Syntax:
    """``A'`` of A, A of ``A'``."""
    if part.kind == "transpose":
        return part.children[0]
    return Syntax("transpose", "", (part,), part.start, part.end)


def infix(symbol: str, left: Syntax, right: Syntax, of: Syntax) -> Syntax:
    """``a ∘ b`` in the place of a part."""
    return Syntax("infix", symbol, (left, right), of.start, of.end)


def call(name: str, part: Syntax, axis: str = "") -> Syntax:
    """``f(a)`` in the place of a part, along an axis if one is given."""
    options = (("axis", Syntax("number", axis, (), part.start, part.end)),) if axis else ()
    return Syntax("call", name, (part,), part.start, part.end, options)


def minus(part: Syntax) -> Syntax:
    """``-a`` of a, a of ``-a``."""
    if part.kind == "prefix" and part.value == "-":
        return part.children[0]
    return Syntax("prefix", "-", (part,), part.start, part.end)


def number(value: str, of: Syntax) -> Syntax:
    """A number in the place of a part."""
    return Syntax("number", value, (), of.start, of.end)


Maker = Callable[["Changes", Syntax, bool], Iterator[Change]]
MAKERS: list[Maker] = []
"""Every way in which a part of an answer may have to be changed."""


def way(maker: Maker) -> Maker:
    """One more way, of a part and whether it is the whole answer."""
    MAKERS.append(maker)
    return maker


class Changes:
    """Makes the changes of the parts of one answer; `source` is its text."""

    def __init__(self, scope: Scope, source: str, sizes: Sequence[str]) -> None:
        self.scope, self.source, self.sizes = scope, source, sizes

    def text(self, part: Syntax) -> str:
        """The part as it is typed, a long one cut short."""
        found = self.source[part.start : part.end].strip()
        return found if len(found) <= 40 else found[:37] + "…"

    def changes(self, part: Syntax, top: bool = False) -> Iterator[Change]:
        """Every change that the part may need; `top`: it is the whole answer."""
        for maker in MAKERS:
            yield from maker(self, part, top)

    @way
    def _transposed(self, part: Syntax, top: bool) -> Iterator[Change]:
        if part.kind in ("number", "fit") or top:
            return
        if part.kind == "transpose":
            inner = self.text(part.children[0])
            yield Change("transposed", 1.2, f"`{inner}` stands transposed, and should not be", turned(part))
        else:
            yield Change("transposed", 1.2, f"`{self.text(part)}` must be transposed", turned(part))

    @way
    def _products(self, part: Syntax, top: bool) -> Iterator[Change]:
        if part.kind == "infix" and part.value == "*":
            yield from self._as_product(part)
            yield from self._with_diag(part)
        elif part.kind == "infix" and part.value in _PRODUCTS:
            yield from self._as_elementwise(part)
            yield from self._ordered(part)
            yield from self._with_diag(part)
        elif self._is_square(part):
            words = f"`{self.text(part)}` squares the entries"
            base = part.children[0]
            yield Change("elementwise-for-product", 1.4, words, infix("@", base, base, part))
        elif part.kind == "infix" and part.value == "/":
            words = f"`{self.text(part)}` divides the entries, and the inverse matrix belongs there"
            left, right = part.children
            inverse = call(INVERSE, right)
            yield Change("elementwise-for-product", 1.5, words, inverse)
            for factors in ((left, inverse), (inverse, left), (left, turned(inverse)), (turned(inverse), left)):
                yield Change("elementwise-for-product", 1.5, words, infix("@", *factors, part))

    def _is_square(self, part: Syntax) -> bool:
        """Whether it is the element-wise square of a square matrix."""
        if part.kind != "infix" or part.value != "^" or part.children[1].value != "2":
            return False
        try:
            shape = self.scope.read(part.children[0]).shape
        except (Mismatch, Problem):
            return False
        return len(shape) == 2 and shape[0] == shape[1]

    def _as_product(self, part: Syntax) -> Iterator[Change]:
        left, right = part.children
        words = f"in `{self.text(part)}`"
        plain = ((left, right), (right, left))
        once = ((turned(left), right), (left, turned(right)), (turned(right), left), (right, turned(left)))
        both = ((turned(left), turned(right)), (turned(right), turned(left)))
        for cost, pairs in ((1.35, plain), (1.4, once), (1.5, both)):
            for pair in pairs:
                yield Change("elementwise-for-product", cost, words, infix("@", *pair, part))

    def _as_elementwise(self, part: Syntax) -> Iterator[Change]:
        left, right = part.children
        words = f"in `{self.text(part)}`"
        for cost, pair in ((1.35, (left, right)), (1.45, (turned(left), right)), (1.45, (left, turned(right)))):
            product = infix("*", *pair, part)
            yield Change("product-for-elementwise", cost, words, product)
            yield Change("product-for-elementwise", cost, words, call("diag", product))

    def _ordered(self, part: Syntax) -> Iterator[Change]:
        left, right = part.children
        words = f"in `{self.text(part)}` the factors stand in the wrong order"
        for cost, pair in ((2.2, (right, left)), (2.4, (turned(right), left)), (2.4, (right, turned(left)))):
            yield Change("wrong", cost, words, infix("@", *pair, part))
        words = f"in `{self.text(part)}` both factors must be transposed"
        yield Change("transposed", 1.6, words, infix("@", turned(left), turned(right), part))
        words = f"in `{self.text(part)}` the factors are transposed, and their order must be reversed"
        yield Change("transposed", 1.6, words, infix("@", turned(right), turned(left), part))

    def _with_diag(self, part: Syntax) -> Iterator[Change]:
        left, right = part.children
        for at, vector in enumerate((left, right)):
            bare = vector.children[0] if vector.kind == "transpose" else vector
            if bare.kind == "call" and bare.value == "diag":
                continue
            words = f"`{self.text(vector)}` where `diag({self.text(bare)})` belongs"
            factors = (call("diag", bare), right) if at == 0 else (left, call("diag", bare))
            yield Change("missing-diag", 1.3, words, infix("@", *factors, part))
            yield Change("missing-diag", 1.4, words, infix("@", *factors[::-1], part))

    @way
    def _signs(self, part: Syntax, top: bool) -> Iterator[Change]:
        if part.kind == "prefix" and part.value == "-" and not top:
            yield Change(SIGN, 1.3, f"that of `{self.text(part.children[0])}`", part.children[0])
        elif part.kind == "infix" and part.value in ("+", "-"):
            left, right = part.children
            other = "-" if part.value == "+" else "+"
            yield Change(SIGN, 1.3, f"that of `{self.text(right)}`", infix(other, left, right, part))
            if not (left.kind == "infix" and left.value in ("+", "-")):
                flipped = infix(part.value, minus(left), right, part)
                yield Change(SIGN, 1.3, f"that of `{self.text(left)}`", flipped)

    @way
    def _terms(self, part: Syntax, top: bool) -> Iterator[Change]:
        if part.kind == "infix" and part.value in ("+", "-"):
            left, right = part.children
            yield Change("extra-term", 1.6, f"`{self.text(right)}`", left)
            rest = minus(right) if part.value == "-" else right
            yield Change("extra-term", 1.6, f"`{self.text(left)}`", rest)
            for at, term in enumerate((left, right)):
                if term.kind == "infix" and term.value in ("+", "-"):
                    continue
                for value, words in self._constants():
                    scaled = infix("*", value(term), term, term)
                    pair = (scaled, right) if at == 0 else (left, scaled)
                    text = f"the term `{self.text(term)}` lacks the factor {words}"
                    yield Change("factor", 1.9, text, infix(part.value, *pair, part))

        elif part.kind == "stack":
            for at, entry in enumerate(part.children):
                for value, words in self._constants():
                    scaled = infix("*", value(entry), entry, entry)
                    entries = (*part.children[:at], scaled, *part.children[at + 1 :])
                    text = f"the entry `{self.text(entry)}` lacks the factor {words}"
                    yield Change("factor", 1.6, text, part._replace(children=entries))
                entries = (*part.children[:at], minus(entry), *part.children[at + 1 :])
                yield Change(SIGN, 1.3, f"that of the entry `{self.text(entry)}`", part._replace(children=entries))

    def _constants(self) -> Iterator[tuple[Callable[[Syntax], Syntax], str]]:
        def fraction(above: str, below: str) -> Callable[[Syntax], Syntax]:
            return lambda of: infix("/", self._leaf(above, of), self._leaf(below, of), of)

        for value in ("2", "3", "4", *self.sizes):
            yield partial(self._leaf, value), value
            yield fraction("1", value), f"1/{value}"

    def _leaf(self, text: str, of: Syntax) -> Syntax:
        return Syntax("number" if text.isdigit() else "name", text, (), of.start, of.end)

    @way
    def _factors(self, part: Syntax, top: bool) -> Iterator[Change]:
        if part.kind != "infix" or part.value not in ("*", "/", *_PRODUCTS):
            return
        left, right = part.children
        for gone, rest in ((right, left), (left, right)):
            if part.value == "/" and gone is left:
                rest = infix("/", number("1", part), right, part)
            if gone.kind == "infix" and gone.value in (">", "<", ">=", "<="):
                words = f"`{self.text(gone)}` should not be there"
                yield Change("wrong-mask", 1.4, words, rest)
                continue
            scalar = self._is_scalar(gone)
            words = f"the factor `{self.text(gone)}` should not be there"
            if part.value == "/" and gone is right:
                words = f"the division by `{self.text(gone)}` should not be there"
            yield Change("factor" if scalar else "wrong", 1.9 if scalar else 3.0, words, rest)

    def _is_scalar(self, part: Syntax) -> bool:
        try:
            return not self.scope.read(part).shape
        except (Mismatch, Problem):
            return False

    @way
    def _sums(self, part: Syntax, top: bool) -> Iterator[Change]:
        if part.kind == "call" and part.value in ("sum", "mean"):
            words = f"`{self.text(part)}`"
            yield Change("extra-sum", 1.3, words, part.children[0])
            yield Change("extra-sum", 1.4, words, turned(part.children[0]))
            if part.options:
                yield Change(
                    "missing-sum", 1.6, f"`{self.text(part)}` sums one axis alone", call("sum", part.children[0])
                )
            else:
                for axis in "01":
                    words = f"`{self.text(part)}` sums over both axes"
                    yield Change("extra-sum", 1.5, words, call("sum", part.children[0], axis))
        if part.kind not in ("number", "fit"):
            words = "that of the entries" if top else f"that of `{self.text(part)}`"
            yield Change("missing-sum", 1.4, words, call("sum", part))
            spread = Syntax("fit", "ones", (), part.end + 200_000, part.end + 200_000)
            spread = turned(spread) if part.kind == "transpose" else spread
            yield Change("missing-sum", 1.7, words, infix("*", call("sum", part), spread, part))
            for axis in "01":
                yield Change("missing-sum", 1.4, words, call("sum", part, axis))
                if top:
                    yield Change("missing-sum", 1.4, words, turned(call("sum", part, axis)))

    @way
    def _diag(self, part: Syntax, top: bool) -> Iterator[Change]:
        if part.kind == "call" and part.value in ("diag", DIAGONAL):
            inner = part.children[0]
            words = f"`{self.text(part)}` where `{self.text(inner)}` belongs"
            yield Change("missing-diag", 1.3, words, inner)
            yield Change("missing-diag", 1.35, words, turned(inner))
        elif part.kind not in ("number", "fit"):
            bare = part.children[0] if part.kind == "transpose" else part
            words = f"`{self.text(part)}` where `diag({self.text(bare)})` belongs"
            yield Change("missing-diag", 1.25, words, call("diag", bare))
            words = f"`{self.text(part)}` where `{self.text(part)}` times the identity belongs"
            identity = Syntax("name", "I", (), part.end + 100_000, part.end + 100_000)
            yield Change("missing-diag", 1.5, words, infix("*", part, identity, part))

    @way
    def _powers(self, part: Syntax, top: bool) -> Iterator[Change]:
        if part.kind == "infix" and part.value == "^":
            base, exponent = part.children
            words = f"the exponent in `{self.text(part)}` is wrong"
            for other in (infix("-", exponent, number("1", part), part), infix("+", exponent, number("1", part), part)):
                yield Change("wrong", 2.6, words, infix("^", base, other, part))
        elif part.kind in ("name", "call"):
            words = f"`{self.text(part)}` has the wrong power"
            for power in "23":
                yield Change("wrong", 2.8, words, infix("^", part, number(power, part), part))
