"""Scalar, vector, matrix or row: what a part of a text in another notation is likely to be, and its products."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from operator import eq

from mcalc.language.habits import GREEK_NAMES, base, habit
from mcalc.language.pasted.pieces import Piece, Pieces, name
from mcalc.language.spelling import canonical_name
from mcalc.later import Later
from mcalc.table import CALLS
from mcalc.table.abbreviations import ABBREVIATIONS
from mcalc.table.records import Shape, ShapeMismatch

ROW = 3
TRANSPOSES = ("'", "’", "′", "ᵀ", ".'")
POWERS = ("^", "**", ".^")
KEYWORDS = frozenset(("for", "in", "if", "otherwise"))
PRODUCTS = {(2, 2): 2, (2, 1): 1, (ROW, 2): ROW, (ROW, 1): 0, (1, ROW): 2}


@cache
def _shapes() -> Mapping[int, Shape]:
    """A shape of each rank, every axis of one size."""
    sympy = Later("sympy")
    n, one = sympy.Symbol("n", integer=True, positive=True), sympy.S.One
    return {0: (), 1: (n,), 2: (n, n), ROW: (one, n)}


class NotUnique(Exception):
    """There are several ways to write the text as mcalc reads it, or none that is known."""


def is_call(word: str) -> bool:
    """Whether the word is a function of mcalc's."""
    return (word in CALLS or word in ABBREVIATIONS) and word != "pi"


def operand_end(pieces: Sequence[Piece], start: int) -> int:
    """Where the operand ends that begins at a place: a name, a number, a group and what is attached to it."""
    if start >= len(pieces):
        return start
    first = pieces[start]
    if first.kind not in ("name", "number", "group") or first.text in KEYWORDS:
        return start
    place = start + 1
    while place < len(pieces):
        piece = pieces[place]
        called = place == start + 1 and first.kind == "name" and is_call(first.text) and piece.text == "("
        attached = piece.is_group and not piece.before and (called or piece.text == "[")
        if attached or piece.text in TRANSPOSES or (piece.kind == "mark" and piece.text.isnumeric()):
            place += 1
        elif piece.text == "." and place + 1 < len(pieces) and pieces[place + 1].text == "T":
            place += 2
        elif piece.text in POWERS:
            place += 1
            if place < len(pieces) and pieces[place].text in ("-", "−", "+"):
                place += 1
            if place < len(pieces):
                place += 1
        else:
            break
    return place


def operand_start(pieces: Sequence[Piece]) -> int:
    """Where the operand begins that ends the pieces."""
    place = len(pieces) - 1
    while place > 0:
        piece = pieces[place]
        attached = piece.is_group and not piece.before
        before = pieces[place - 1]
        called = before.kind == "name" and (is_call(before.text) or habit(before.text) != 2)
        if piece.text in TRANSPOSES or (attached and (called or piece.text == "[")):
            place -= 1
        elif before.text in POWERS or (piece.text == "T" and before.text == "."):
            place -= 2
        else:
            break
    return max(place, 0)


def product_of(left: int, right: int) -> tuple[str, int]:
    """The sign between two values, and the rank of their product."""
    if left == 0 or right == 0:
        return "*", max(left, right)
    if (left, right) not in PRODUCTS:
        raise NotUnique
    return "@", PRODUCTS[left, right]


def _added(terms: Sequence[tuple[int, str]]) -> int:
    """The rank of a sum; names beside a dot product are the numbers that it is: ``w.x + b - y``."""
    if (0, "product") in terms:
        terms = [term for term in terms if term[1] != "name"]
    ranks = {rank for rank, _ in terms} - {0}
    if len(ranks) > 1:
        raise NotUnique
    return max(ranks, default=0)


def _rank_of_part(rank: int, places: Pieces) -> int:
    """Of an entry, a row, a column, a range: each place that is no range takes one axis."""
    kept = [True]
    for piece in places:
        if piece.text == ",":
            kept.append(True)
        elif piece.text in (":", ".", ".."):
            kept[-1] = False
    if rank == ROW:
        return ROW if len(kept) == 2 and not kept[1] else 0
    return max(0, rank - sum(kept))


class Ranks:
    """The ranks of the names of a text: as declared, or `guessed` from all of it, else by the habit of the letter.

    `values` stand by themselves somewhere in the text; with `glued`, ``Ax`` may be two names.
    """

    def __init__(
        self, known: Mapping[str, int], values: Collection[str] = (), glued: bool = False, guessed: bool = False
    ) -> None:
        self.known = {canonical_name(name): rank for name, rank in known.items()}
        self.values, self.glued, self.guessed = values, glued, guessed

    def is_value(self, word: str) -> bool:
        """Whether the name was declared or stands alone in the text, so that it is no prefix and no function."""
        return self.is_known(word) or (word in self.values and not is_call(word))

    def is_known(self, word: str) -> bool:
        """Whether the name was declared, in any spelling."""
        return canonical_name(word) in self.known

    def all_declared(self, words: Collection[str]) -> bool:
        """Whether what the names are was said, so that nothing about them needs to be guessed."""
        return all(self.is_known(word) for word in words if not is_call(word))

    def of_name(self, word: str) -> int:
        """The rank of a name: what is declared, else what its letter says."""
        if self.is_known(word):
            return self.known[canonical_name(word)]
        greek = word.rstrip("0123456789").split("_")[0]
        return 2 if word == "I" or (greek[:1].isupper() and greek.lower() in GREEK_NAMES) else habit(word)

    def of(self, pieces: Sequence[Piece]) -> int:
        """The rank of a sum of products of operands; raises `NotUnique` where the ranks do not fit."""
        terms: list[tuple[int, str]] = []
        rank: int | None = None
        sign, made, place = "", "", 0
        while place < len(pieces):
            end = operand_end(pieces, place)
            if end == place:
                if pieces[place].text in ("+", "-", "−", ",", ";", "<", ">", "<=", ">="):
                    terms += [] if rank is None else [(rank, made)]
                    rank = None
                sign = pieces[place].text
                place += 1
                continue
            one = self._of_operand(pieces[place:end])
            if rank is None:
                rank, made = one, "name" if end == place + 1 and pieces[place].kind == "name" else ""
            elif sign in ("@", ".", "·", ""):
                left = ROW if sign and rank == 1 and one == 1 else rank
                rank, made = product_of(left, one)[1], "product"
            else:
                matrices = sign == "*" and rank and one and (rank, one) in PRODUCTS
                rank, made = product_of(rank, one)[1] if matrices else max(rank, one), ""
            sign, place = "", end
        return _added([*terms, *([] if rank is None else [(rank, made)])])

    def product(self, left: Pieces, right: Pieces) -> str:
        """The sign between two values side by side; to the right of a matrix a letter is a vector: ``X beta``."""
        one, other = self.of(left), self.of(right)
        if one in (2, ROW) and other == 0 and len(right) == 1 and self._is_letter(right[0]):
            other = 1
        return product_of(one, other)[0]

    def _is_letter(self, piece: Piece) -> bool:
        """Whether it is a small letter, Latin or Greek, of which nothing was said."""
        greek = canonical_name(piece.text).lower() in GREEK_NAMES
        return piece.kind == "name" and not self.is_known(piece.text) and (greek or len(base(piece.text)) == 1)

    def is_factor(self, word: Piece, brackets: Piece) -> bool:
        """Whether a name before brackets is a factor, ``A(x - b)``, and no function.

        It was declared, or stands by itself elsewhere, or is a matrix by its letter before a sum or a product.
        """
        if is_call(word.text):
            return False
        signs = any(piece.kind == "mark" and piece.text != "," for piece in brackets.inside)
        told = self.is_known(word.text) and not self.guessed
        return told or word.text in self.values or (self.of_name(word.text) == 2 and signs)

    def _of_operand(self, pieces: Sequence[Piece]) -> int:
        first, rest = pieces[0], list(pieces[1:])
        if first.kind == "number":
            rank = 0
        elif first.is_group:
            rank = self.of(first.inside)
        elif rest and rest[0].is_group and rest[0].text == "(" and is_call(first.text):
            rank = self._of_call(first.text, rest.pop(0))
        else:
            rank = self.of_name(first.text)
        while rest and rest[0].is_group and rest[0].text == "[":
            rank = _rank_of_part(rank, rest.pop(0).inside)
        for at, piece in enumerate(rest):
            turned = piece.text in TRANSPOSES or (piece.text == "T" and rest[at - 1].text in (".", "^"))
            if turned:
                rank = {0: ROW, 1: ROW, ROW: 1}.get(rank, rank)
        return rank

    def _of_call(self, word: str, call: Piece) -> int:
        arguments: list[list[Piece]] = [[]]
        for piece in call.inside:
            if piece.text == "," and not piece.is_group:
                arguments.append([])
            else:
                arguments[-1].append(piece)
        named = [argument for argument in arguments if any(piece.text == "=" for piece in argument)]
        axis = tuple(int(one[-1].text) for one in named if one[0].text == "axis" and one[-1].text in ("0", "1"))
        ranks = [self.of(argument) for argument in arguments if argument not in named]
        if word not in CALLS:
            reduces = any(record.reduces for record in ABBREVIATIONS[word])
            return len(axis) if reduces else max(ranks, default=0)
        counted = [(len(ranks) if one.variadic else len(one.argument_names), one) for one in CALLS[word]]
        enough = [(count, one) for count, one in counted if 0 < count <= len(ranks)]
        for count, operator in [pair for pair in enough if pair[0] == len(ranks)] or enough:
            known = _shapes()
            try:
                shape = operator.shape(eq, [known[rank] for rank in ranks[:count]], *axis)
            except ShapeMismatch:
                continue
            return next((rank for rank, one in known.items() if one == shape), len(shape))
        return max(ranks, default=0)

    def taken_apart(self, operand: Pieces) -> Pieces:
        """``Ax`` as A@x, ``xx'`` as x@x': a short name that is several letters written together."""
        first = operand[0]
        word = first.text
        letters = word.isascii() or (word[:1].isascii() and canonical_name(word[1:]) in GREEK_NAMES)
        glued = first.kind == "name" and 2 <= len(word) <= 4 and letters and word.isalpha()
        known = word in self.known or is_call(word) or word.lower() in GREEK_NAMES or word.islower()
        if not (self.glued and glued) or known:
            return operand
        found: list[Piece] = [replace(first, text=word[0])]
        for letter in word[1:]:
            sign = self.product(tuple(found), (name(letter),))
            found += [Piece("mark", sign), name(letter)]
        return (*found, *operand[1:])
