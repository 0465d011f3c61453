"""Sums as they stand on paper: ``sum_i x_i^2``, ``Σ_{i=1}^N (y_i - w.x_i)^2``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from mcalc.language.pasted import pieces as text_pieces
from mcalc.language.pasted.latex import scripts
from mcalc.language.pasted.pieces import Piece, Pieces, group, name, sign
from mcalc.language.pasted.products import arguments_without_brackets, side_by_side, stars
from mcalc.language.pasted.ranks import is_call
from mcalc.language.pasted.rewriting import Rewriting
from mcalc.table import ELSEWHERE

_INDEX = re.compile(r"([^\W\d_])(?:=1)?(?:\s*(?:\.\.\.?|…)\s*(\w+))?")
_LOW = re.compile(r"[ᵢⱼₖₗₘₙₚ]+\Z")
_LOOSE = frozenset(("+", "-", "−", ",", ";", "<", ">", "<=", ">=", "="))
_LETTERS = ("n", "m", "N")
_SUM = ELSEWHERE["∑"]
_SIGN = "∑"
_HEADS = frozenset((_SUM, _SIGN, "Σ"))


def sums(pieces: Pieces, at: Rewriting) -> Pieces:
    """``sum_i x_i^2`` is ``sum(x[i]^2 for i in 1..n)``: what is summed goes on to the next sign of a sum."""
    for place, piece in enumerate(pieces):
        found = _opening(pieces, place)
        if found is None:
            continue
        letter, top, start = found
        end = next((i for i in range(start, len(pieces)) if pieces[i].text in _LOOSE), len(pieces))
        letter = letter or next(iter(_indices(pieces[start:end])), "")
        whole = not letter and piece.text == _SIGN
        if end == start or not (letter or whole) or (pieces[start].text == "(" and not found[0]):
            continue
        at.found("A sum has its index behind what is summed.", piece, pieces[end - 1], "write `sum(… for i in 1..n)`")
        inner = _with_index(scripts(sums(pieces[start:end], at), at), letter)
        for row in (arguments_without_brackets, side_by_side, stars):
            inner = row(inner, at)
        if len(inner) == 1 and inner[0].is_group and inner[0].text == "(":
            inner = inner[0].inside
        last = top or next(word for word in _LETTERS if word not in _words(pieces))
        loop = () if whole else text_pieces.read(f" for {letter} in 1..{last}") or ()
        call: Pieces = (name(_SUM, piece), group("(", (*inner, *loop)))
        if place and is_call(pieces[place - 1].text):
            call = (group("(", call),)
        elif place and pieces[place - 1].kind in ("name", "number", "group"):
            call = (sign("*"), call[0].tight(), call[1])
        return (*pieces[:place], *call, *sums(pieces[end:], at))
    return pieces


def _opening(pieces: Pieces, place: int) -> tuple[str, str, int] | None:
    """The index of the sum that begins at a place, its last value where that is said, and where the summand begins."""
    word, after = pieces[place].text, place + 1
    head, _, index = word.partition("_")
    if head not in _HEADS:
        return None
    if not index and not word.endswith("_") and after < len(pieces) and pieces[after].text == "_":
        after += 1
    if not index and after < len(pieces) and (pieces[after].text == "{" or after > place + 1):
        index = text_pieces.write(pieces[after].inside or (pieces[after],)).replace(" ", "")
        after += 1
    if not index and after < len(pieces) and _LOW.fullmatch(pieces[after].text):
        index, after = unicodedata.normalize("NFKC", pieces[after].text), after + 1
    if not index and head != _SUM:
        return "", "", after
    found = _INDEX.fullmatch(index)
    if found is None:
        return None
    top = found[2] or ""
    if after + 1 < len(pieces) and pieces[after].text == "^":
        top = text_pieces.write(pieces[after + 1].inside or (pieces[after + 1].tight(),))
        after += 2
    return found[1], top, after


def _with_index(pieces: Pieces, letter: str) -> Pieces:
    """``x_i`` as x[i], ``a_ij`` as a[i,j]."""
    found: list[Piece] = []
    for piece in pieces:
        word, index = _parted(piece.text)
        if piece.is_group:
            found.append(replace(piece, inside=_with_index(piece.inside, letter)))
        elif piece.kind == "name" and word and letter in index and len(index) <= 2 and index.isalpha():
            found += [replace(piece, text=word), group("[", text_pieces.read(",".join(index)) or ())]
        else:
            found.append(piece)
    return tuple(found)


def _parted(text: str) -> tuple[str, str]:
    """``x_i`` and ``xᵢ`` as x and i."""
    low = _LOW.search(text)
    if low is not None:
        return text[: low.start()].rstrip("_"), unicodedata.normalize("NFKC", low[0])
    word, _, index = text.rpartition("_")
    return word, index


def _indices(pieces: Pieces) -> list[str]:
    """The letters that names carry below: the i of ``w_i``."""
    found: list[str] = []
    for piece in pieces:
        word, index = _parted(piece.text)
        if piece.is_group:
            found += _indices(piece.inside)
        elif piece.kind == "name" and word and len(index) == 1 and index.isalpha():
            found.append(index)
    return found


def _words(pieces: Pieces) -> set[str]:
    return {piece.text for piece in pieces if piece.kind == "name"}.union(*(_words(p.inside) for p in pieces))
