"""A text in another notation, written as mcalc reads it: the whole corrected input, where there is one.

A row of `ROWS` rewrites one level of the text's pieces and says what it found; the rows run from the innermost
brackets out. Which product two values side by side mean is told by the ranks of their names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from mcalc.language.habits import GREEK_NAMES
from mcalc.language.pasted import calls, latex, products, sums
from mcalc.language.pasted import pieces as text_pieces
from mcalc.language.pasted.pieces import Pieces
from mcalc.language.pasted.ranks import NotUnique, Ranks
from mcalc.language.pasted.rewriting import Rewriting, Row, Slip
from mcalc.language.spelling import canonical_name

_NAME = re.compile(r"[^\W\d²³¹]+")
_WORD = re.compile(r"[^\W\d²³¹][^\W²³¹]*")
_VECTORS = re.compile(
    r"[A-Z'’′ᵀ@·.|‖∑Σ]|sum|norm|mean|softmax|exp|log|sigmoid|relu|tanh|\\(mathbf|boldsymbol|bm|vec)\b"
)
"""What speaks of vectors or matrices: where nothing does, all names are numbers."""
ROWS: tuple[Row, ...] = (
    calls.openings,  # d/dx f -> f
    calls.fractions,  # ½x -> 1/2*x
    latex.latex,  # \frac{a}{b} -> a/b
    calls.between,  # x dot y -> x@y
    calls.exponentials,  # e^{-x} -> exp(-x)
    sums.sums,  # sum_i x_i -> sum(x[i] for i in 1..n)
    latex.scripts,  # A^{T} -> A', W_{hh} -> W_hh
    products.dotted_transposes,  # X.' -> X'
    products.centred_dots,  # w \\cdot x -> w.x
    latex.bars,  # ||x||_2 -> norm(x)
    calls.quoted,  # norm(A, 'fro') -> norm(A)
    calls.prefixes,  # np.exp(x) -> exp(x)
    calls.dotted,  # sin.(x) -> sin(x)
    calls.methods,  # x.mean() -> mean(x)
    calls.square_calls,  # Max[0, z] -> max(0, z)
    calls.constants,  # E^x -> exp(x)
    calls.elements,  # x(2) -> x[2]
    products.inverses,  # A^(-1) -> inv(A)
    products.backslashes,  # A\b -> inv(A)@b
    products.arguments_without_brackets,  # sin x -> sin(x)
    products.side_by_side,  # x^T A x -> x'@A@x
    products.dots,  # x/norm(x) . y -> (x/norm(x)) . y
    products.stars,  # x'*A*x -> x'@A@x
)


def rewritten(source: str, ranks: Mapping[str, int], wanted: Collection[str] = ()) -> tuple[str, list[Slip]]:
    """The text as mcalc reads it, and what was found in the order of the text; as it is where that is not unique.

    Where values stand side by side, or a name that is wanted does not stand by itself, short names may be several
    letters; where one `*` is the product of matrices, all are: then the text is read once more, knowing it.
    """
    pieces = text_pieces.read(source)
    if pieces is None:
        return source, []
    used, products = _standing_alone(pieces), "@" in source
    letters = {word for word in wanted if len(word) == 1 or word in GREEK_NAMES}
    hidden = not letters <= set(map(canonical_name, _NAME.findall(source)))
    found, slips = _rewritten(source, pieces, Rewriting(Ranks(ranks, used, hidden), products, glued=hidden))
    guessed = found == source and bool(slips) and not _VECTORS.search(source)
    if guessed:
        ranks = dict.fromkeys(_WORD.findall(source), 0) | {**ranks}
        found, slips = _rewritten(source, pieces, Rewriting(Ranks(ranks, used, guessed=True), products))
    glued, starred = any(slip.together for slip in slips), any(slip.starred for slip in slips)
    foreign = any(slip.certain for slip in slips)
    if glued or starred or foreign:
        known = Ranks(ranks, used, glued or hidden, guessed)
        return _rewritten(source, pieces, Rewriting(known, products, starred, foreign, hidden))
    return found, slips


def _rewritten(source: str, pieces: Pieces, rewriting: Rewriting) -> tuple[str, list[Slip]]:
    try:
        found = text_pieces.write(_level(pieces, rewriting))
    except NotUnique:
        found = source
    return found, sorted((slip for slip in rewriting.slips if slip.start >= 0), key=lambda slip: slip.start)


def _level(pieces: Pieces, rewriting: Rewriting) -> Pieces:
    """The pieces between two brackets, the inner ones first."""
    pieces = tuple(
        replace(piece, inside=_level(piece.inside, rewriting)) if piece.is_group else piece for piece in pieces
    )
    for row in ROWS:
        pieces = row(pieces, rewriting)
    return pieces


def _standing_alone(pieces: Pieces) -> set[str]:
    """The names that the text uses as values, and not only before brackets or a dot: ``F + F.sum()``, ``x(x + 1)``."""
    found: set[str] = set()
    for place, piece in enumerate(pieces):
        if piece.is_group:
            found |= _standing_alone(piece.inside)
        following = pieces[place + 1] if place + 1 < len(pieces) else None
        applied = following is not None and (following.text == "." or (following.is_group and not following.before))
        after_dot = place > 0 and pieces[place - 1].text == "."
        if piece.kind == "name" and not applied and not after_dot:
            found.add(piece.text)
    return found


__all__ = ["ROWS", "Slip", "rewritten"]
