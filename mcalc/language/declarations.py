"""Declared shapes and properties, ``A=m,n`` and ``S=n,n:symmetric``, and dimensions made equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from sympy.core.add import Add
from sympy.core.expr import Expr
from sympy.core.mul import Mul
from sympy.core.singleton import S
from sympy.core.symbol import Dummy

from mcalc.language.open_functions import is_signature, signature, signature_text
from mcalc.language.parser import canonical_name, own_name, parse_expression
from mcalc.language.sizes import Sizes
from mcalc.problems import Problem, nearest
from mcalc.table.records import Shape
from mcalc.tree.names import size_text
from mcalc.tree.open import Signature
from mcalc.tree.properties import ALSO_CALLED, PROPERTIES


@dataclass(frozen=True)
class Declaration:
    """A declared shape and properties: ``n,n:symmetric``; a `column` is a vector declared as ``m,1``.

    What is declared as a `function` is an open one, ``n->m``, and no value."""

    shape: Shape
    properties: frozenset[str] = frozenset()
    column: bool = False
    function: Signature | None = None

    def __str__(self) -> str:
        if self.function is not None:
            return signature_text(self.function)
        sizes = ",".join(size_text(size) for size in self.shape) or "scalar"
        return ":".join([sizes, *([",".join(sorted(self.properties))] if self.properties else [])])


Given = str | int | Sequence[str | int] | Declaration
"""What a program may give as a shape: ``"m,n"``, ``3``, ``("m", "n")``."""


def parse_declarations(text: str) -> list[tuple[str, Declaration]]:
    """``A=m,n``, ``S=n,n:symmetric``, several as in ``b1=h,b2=k`` or ``x,y=n``; raises Problem."""
    pieces = [part.strip() for part in text.split("=")]
    if len(pieces) < 2 or not all(pieces):
        raise Problem(f"A shape is declared as NAME=SHAPE, and this is `{text}`.", hint=_FOR_EXAMPLE)
    found: list[tuple[str, Declaration]] = []
    names = [name.strip() for name in pieces[0].split(",")]
    for piece in pieces[1:-1]:
        shape, comma, following = piece.rpartition(",")
        if not comma:
            raise Problem(f"A shape is declared as NAME=SHAPE, and this is `{text}`.", hint=_FOR_EXAMPLE)
        found += _of_all(names, shape, text)
        names = [following.strip()]
    return found + _of_all(names, pieces[-1], text)


def _of_all(names: Sequence[str], shape: str, text: str) -> list[tuple[str, Declaration]]:
    for name in names:
        if not canonical_name(name).isidentifier():
            raise Problem(
                f"A shape is declared for a name, and this is `{name or text}`.",
                hint="for example -s x=n -s A=m,n; several names of one shape are -s x,y=n",
            )
    one = declaration(shape)
    return [(name, one) for name in names]


_FOR_EXAMPLE = "for example -s x=n -s A=m,n -s b=scalar -s S=n,n:symmetric"


def declaration(given: Given) -> Declaration:
    """``m,n``, with properties after a colon or a blank; a number, or a sequence of sizes; raises Problem."""
    if isinstance(given, Declaration):
        return given
    if isinstance(given, str) and is_signature(given):
        return Declaration((), function=signature(given))
    if not isinstance(given, str):
        sizes = list(given) if isinstance(given, Sequence) else [given]
        if any(isinstance(size, bool) or not isinstance(size, str | int) for size in sizes):
            raise Problem(f"A size is a name or a whole number, and this shape is {given!r}.", hint=_FOR_EXAMPLE)
        given = ",".join(map(str, sizes)) or "scalar"
    return _declared(given)


@lru_cache(256)
def _declared(given: str) -> Declaration:
    sizes_text, _, tail = given.partition(":")
    words = tail.replace(",", " ").split()
    parts = [part.strip() for part in _without_brackets(sizes_text.strip()).split(",")]
    *last, word = parts[-1].split() or [""]
    while last and word.isalpha() and (word in PROPERTIES or len(word) > 3):
        words.append(word)
        *last, word = last
    parts[-1] = " ".join([*last, word])
    properties = frozenset(words)
    unknown = sorted(properties - PROPERTIES.keys())
    if unknown:
        meant = ALSO_CALLED.get(unknown[0].lower())
        near = [meant] if meant else nearest(unknown[0], PROPERTIES)
        hint = f"did you mean `{near[0]}`?" if near else "the properties are " + ", ".join(sorted(PROPERTIES))
        raise Problem(f"There is no property named `{unknown[0]}`.", hint=hint)
    parts = [part for part in parts if part]
    if parts == ["scalar"] or sizes_text.strip() == "()":
        return Declaration((), properties)
    if not parts or len(parts) > 2:
        raise Problem(
            f"A shape is `scalar`, `n` or `m,n`, and this is `{given.strip()}`.",
            hint="values are scalars, vectors and matrices",
        )
    shape = tuple(_size(part) for part in parts)
    column = len(shape) == 2 and shape[1] == 1 != shape[0]
    if column:
        shape = shape[:1]
    for word in sorted(properties):
        if PROPERTIES[word].fits(shape):
            continue
        if PROPERTIES[word].needs == "square":
            raise Problem(
                f"Only a square matrix is {word}, and this is `{','.join(parts)}`.",
                hint=f"for example -s S=n,n:{word}",
            )
        raise Problem(
            f"Only a vector is declared as {word}, and this is `{','.join(parts)}`.",
            hint=f"for example -s y=k:{word}",
        )
    return Declaration(shape, properties, column)


def declarations(given: Mapping[str, Given] | None) -> dict[str, Declaration]:
    """What a program declares, each name and each dimension in one spelling; raises Problem."""
    if given is not None and not isinstance(given, Mapping):
        raise Problem(
            f"Shapes are given by name, and this is {given!r}.", hint='for example shapes={"x": "n", "A": "m,n"}'
        )
    found: dict[str, Declaration] = {}
    for name, shape in (given or {}).items():
        own = canonical_name(name)
        if own in found:
            raise Problem(f"The shape of `{name}` is declared twice.", hint="keep one of the two spellings")
        found[own] = declaration(shape)
    symbols = {symbol.name: symbol for one in found.values() for size in one.shape for symbol in size.free_symbols}
    alike = {symbol: symbols[own_name(name, symbols)] for name, symbol in symbols.items()}
    if all([symbol is one for symbol, one in alike.items()]):
        return found
    return {name: replace(one, shape=tuple(size.xreplace(alike) for size in one.shape)) for name, one in found.items()}


def names_declared(declared: Mapping[str, Declaration]) -> list[str]:
    """The names and the dimensions of their shapes, each in its spelling."""
    sizes = {symbol.name for one in declared.values() for size in one.shape for symbol in size.free_symbols}
    return [*declared, *sorted(sizes - set(declared))]


def _without_brackets(text: str) -> str:
    """``m, n`` of ``(m, n)``, but all of ``(k+d)*2``."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and at < len(text) - 1:
            return text
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text


@cache
def _size(text: str) -> Expr:
    """A name, a whole number, or a sum or product of those, read by the grammar; raises Problem."""
    try:
        return Sizes({}, {}, lambda size: size, folding=False).size_of(parse_expression(text))
    except Problem:
        raise Problem(
            f"A dimension is a name, a whole number from 1 on, or a sum or product of those, and this is `{text}`.",
            hint="for example -s A=m,n or -s x=3 or -s W=k,k+d",
        ) from None


class Dimensions:
    """Dimensions made equal: a symbol stands for whatever it was found equal to.

    What several symbols could be, as in ``a·b = p·q``, waits until `settle`: then factor by factor, term by term, in
    the order of `sizes`. (With columns before rows the factors of vec(X) meet those of kron(A, B).)
    """

    def __init__(self, sizes: Iterable[Expr] = ()) -> None:
        self.known: dict[Expr, Expr] = {}
        self.order: dict[Expr, int] = {}
        for size in sizes:
            self.order.setdefault(size, len(self.order))
        self.waiting: list[tuple[Expr, Expr]] = []

    def find(self, size: Expr) -> Expr:
        """The dimension that this one is the same as."""
        passed = []
        while size in self.known:
            passed.append(size)
            size = self.known[size]
        for known in passed[:-1]:
            self.known[known] = size
        if size.is_Symbol or size.is_Integer:
            return size
        return size.xreplace({symbol: self.find(symbol) for symbol in size.free_symbols})

    def same(self, one: Expr, other: Expr) -> bool:
        """Whether the two are, or can be made, equal; they are made so."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return True
        for this, that in ((one, other), (other, one)):
            if isinstance(this, Dummy) and this not in that.free_symbols:
                self.known[this] = that
                return True
        found = self._only_unknown(one, other)
        if found is None:
            return False
        if not found:
            self.waiting.append((one, other))
        return True

    def _only_unknown(self, one: Expr, other: Expr) -> bool | None:
        """Whether the one unknown of an equation is found; None where nothing solves it."""
        difference = (one - other).expand()
        unknown = [symbol for symbol in difference.free_symbols if isinstance(symbol, Dummy)]
        if len(unknown) != 1:
            return False if len(unknown) > 1 and self._pairs(one, other) else None
        slope = difference.coeff(unknown[0], 1)
        rest = difference - slope * unknown[0]
        if slope == 0 or unknown[0] in rest.expand().free_symbols:
            return None
        value = (-rest / slope).cancel().factor()
        whole = all(coefficient.is_Integer for coefficient in value.expand().as_coefficients_dict().values())
        if not whole or value.as_numer_denom()[1] != 1 or (value.is_Integer and value < 1) or value.is_negative:
            return None
        self.known[unknown[0]] = value.expand() if value.expand().is_Add else value
        return True

    def _pairs(self, one: Expr, other: Expr) -> list[tuple[Expr, Expr]]:
        """The factors of two products, or the terms of two sums, in order, without those that both have."""
        for split in (Mul, Add):
            left, right = ([*self._parts(split, size)] for size in (one, other))
            for part in list(left):
                if part in right:
                    left.remove(part)
                    right.remove(part)
            pairs = list(zip(left, right, strict=False))
            if len(left) == len(right) and all(isinstance(a, Dummy) or isinstance(b, Dummy) for a, b in pairs):
                return pairs
        return []

    def settle(self) -> None:
        """Equations that were left open, now that everything else is known; those that never end stay open."""
        rounds = 4 * len(self.waiting) + 8
        while self.waiting and rounds:
            rounds -= 1
            for at, (one, other) in enumerate(self.waiting):
                one, other = self.find(one), self.find(other)
                if one == other or self._only_unknown(one, other) is not False:
                    del self.waiting[at]
                    break
            else:
                one, other = map(self.find, self.waiting.pop(0))
                for this, that in self._pairs(one, other):
                    self.same(this, that)

    def _parts(self, split: Expr, size: Expr) -> Iterator[Expr]:
        """The factors, or the terms, each as often as it stands there, in order."""
        parts = split.make_args(size.factor() if split is Mul else size.expand())

        def order(part: Expr) -> tuple[int, int, str]:
            base = part.as_base_exp()[0]
            return (self.order.get(base, len(self.order)), getattr(base, "dummy_index", 0), str(part))

        for part in sorted(parts, key=order):
            base, power = part.as_base_exp() if split is Mul else (part, S.One)
            yield from [base] * int(power) if power.is_Integer and power > 0 else [part]
