"""LaTeX, its scripts and the bars of mathematics, as mcalc writes them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from mcalc.language.habits import GREEK_NAMES
from mcalc.language.pasted import pieces as text_pieces
from mcalc.language.pasted.pieces import Piece, Pieces, group, name, sign
from mcalc.language.pasted.products import side_by_side
from mcalc.language.pasted.ranks import NotUnique, is_call
from mcalc.language.pasted.rewriting import Rewriting
from mcalc.table import BARS, CALLS, ELSEWHERE

_SPACING = frozenset(
    (r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\,", r"\;", r"\!", r"\:",
     r"\quad", r"\qquad", r"\limits")
)  # fmt: skip
_WRAPPERS = frozenset(
    (r"\mathbf", r"\boldsymbol", r"\bm", r"\vec", r"\mathrm", r"\operatorname", r"\text", r"\mathsf", r"\mathit")
)
_DROPPED = frozenset((r"\times",))
_SIGNS = {
    r"\odot": "*", r"\circ": "*", r"\oslash": "/", r"\top": "T", r"\intercal": "T", r"\Vert": "||", r"\lVert": "||",
    r"\rVert": "||", r"\|": "||", r"\lvert": "|", r"\rvert": "|", r"\vert": "|", r"\le": "<=", r"\leq": "<=",
    r"\ge": ">=", r"\geq": ">=",
}  # fmt: skip
_LETTERS = GREEK_NAMES | {"ell"}
_TURNED = frozenset(("T", "top", "intercal"))
_BARS = "write `abs(x)` for absolute values, `norm(x)` for a length, `det(A)` for a determinant"


def latex(pieces: Pieces, at: Rewriting) -> Pieces:
    r"""``\frac{a}{b}`` is ``a/b``, ``\mathbf{x}`` x, ``\log`` log; spacing and sizes of brackets go."""
    if not any(piece.kind == "command" for piece in pieces):
        return pieces
    found: list[Piece] = []
    rest = list(pieces)[::-1]
    while rest:
        piece = rest.pop()
        if piece.kind != "command" or _is_division(piece, found):
            found.append(piece)
            continue
        hint = "write the formula as on paper: `w.x + b`"
        at.found("mcalc reads plain notation, not LaTeX.", piece, piece, hint, together=True)
        word = piece.text[1:]
        if piece.text in _DROPPED:
            if rest:
                rest.append(replace(rest.pop(), before=" "))
        elif word == "cdot":
            found.append(replace(piece, kind="mark"))
        elif piece.text in _SIGNS:
            found.append(Piece("mark", _SIGNS[piece.text], piece.start, piece.end, piece.before))
        elif word in ("frac", "tfrac", "dfrac") and len(rest) > 1:
            above, below = _operand(rest.pop()), _operand(rest.pop())
            whole = (replace(above, before=piece.before), sign("/"), below)
            found += whole if not rest or _ends(rest[-1]) else (group("(", whole, piece),)
        elif piece.text in _WRAPPERS and rest:
            found.append(replace(_named(rest.pop()), before=piece.before or _apart(found)))
        elif _is_word(word) and not (rest and rest[-1].text == "_" and word in CALLS and word != ELSEWHERE["∑"]):
            found.append(Piece("name", word, piece.start, piece.end, piece.before or _apart(found)))
        elif piece.text not in _SPACING:
            raise NotUnique
    return tuple(found)


def _is_word(command: str) -> bool:
    r"""Whether the command is a letter or a function that mcalc writes as a word: ``\alpha``, ``\varphi``, ``\log``."""
    return command in CALLS or command.lower().removeprefix("var") in _LETTERS


def _apart(before: list[Piece]) -> str:
    """A blank after what would run together with a name."""
    return " " if before and before[-1].kind in ("name", "number") else ""


def _named(piece: Piece) -> Piece:
    r"""The x of ``\mathbf{x}``."""
    if not piece.is_group:
        return piece
    word = text_pieces.write(piece.inside).strip()
    return Piece("name" if word.isidentifier() else "mark", word, piece.start, piece.end)


def _operand(piece: Piece) -> Piece:
    """The numerator or denominator: as it is, or in parentheses."""
    if not piece.is_group:
        return piece.tight()
    single = len(piece.inside) == 1 and piece.inside[0].kind in ("name", "number")
    return piece.inside[0].tight() if single else group("(", piece.inside)


def _ends(piece: Piece) -> bool:
    return piece.kind == "mark" and piece.text in "+-−,;=<>"


def _is_division(piece: Piece, before: list[Piece]) -> bool:
    r"""``A\b``, ``(A + I) \ (I - A)``: a backslash between two values is no LaTeX command."""
    short = len(piece.text) <= 2 and piece.text[1:] not in ("|", ",", ";", "!", ":", "{", "}", "\\")
    return bool(before) and before[-1].kind in ("name", "group") and short


def scripts(pieces: Pieces, at: Rewriting) -> Pieces:
    """``A^{-1}`` is ``A^(-1)``, ``A^{T}`` and the ``A^T`` of ``A^TB`` A', ``W_{hh}`` W_hh."""
    found: list[Piece] = []
    for piece in pieces:
        before = found[-1] if found else None
        if before is None:
            found.append(piece)
        elif before.text == "^" and _is_turned_and_more(piece) and not at.ranks.is_known(piece.text):
            at.found(
                f"A name goes on after this `^T`: `{piece.text}` is one name.",
                before,
                piece,
                f"write `'@{piece.text[1:]}`",
                certain=len(found) > 1 and found[-2].kind == "name",
                together=True,
            )
            found[-1:] = [_transposed(before), replace(piece, text=piece.text[1:])]
        elif before.text == "^" and piece.text in _TURNED and len(found) > 1:
            found[-1] = _transposed(before)
        elif before.text == "^" and piece.is_group and piece.text == "{":
            at.found("A power is not in braces.", piece, piece, "write `x^(…)`")
            inner = piece.inside
            single = len(inner) == 1 and not inner[0].is_group
            if single and inner[0].text in _TURNED:
                found[-1] = _transposed(before)
            else:
                found.append(inner[0].tight() if single else group("(", inner))
        elif before.kind == "name" and piece.text == "_":
            found[-1] = replace(before, text=before.text + "_")
        elif before.kind == "name" and before.text.endswith("_") and not piece.before and piece.kind != "mark":
            word = text_pieces.write(piece.inside) if piece.is_group else piece.text
            if not word.isalnum():
                raise NotUnique
            if piece.is_group:
                at.found("A subscript is not in braces.", piece, piece, f"write `{before.text}{word}`")
            found[-1] = replace(before, text=before.text + word)
        else:
            found.append(piece)
    return tuple(found)


def _is_turned_and_more(piece: Piece) -> bool:
    """``TA``, ``Tx`` and ``TAx`` after a power sign, but not ``Tmax``."""
    rest = piece.text[1:]
    return piece.kind == "name" and piece.text[0] == "T" and (rest[:1].isupper() or 0 < len(rest) < 3)


def _transposed(power: Piece) -> Piece:
    return Piece("mark", "'", power.start, power.end)


def bars(pieces: Pieces, at: Rewriting) -> Pieces:
    """``||x||_2`` is norm(x), ``|A|`` of a matrix det(A), ``|a|`` of a number abs(a), ``log|A|`` logdet(A)."""
    found: list[Piece] = []
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        mark = {"‖": "||"}.get(piece.text, piece.text)
        if piece.kind != "mark" or mark not in ("|", "||"):
            found.append(piece)
            place += 1
            continue
        end = next((i for i in range(place + 1, len(pieces)) if pieces[i].text in (piece.text, mark)), None)
        if end is None or end == place + 1:
            raise NotUnique
        at.found("mcalc has no bars.", piece, pieces[end], _BARS, together=True)
        inner = side_by_side(pieces[place + 1 : end], at)
        place = end + 1
        if mark == "||":
            called, place = _norm(pieces, place)
        else:
            rank = at.ranks.of(inner)
            if rank not in (0, 2):
                raise NotUnique
            called = BARS["|A|" if rank == 2 else "|a|"]
        if found and found[-1].kind == "name" and is_call(found[-1].text):
            whole = BARS.get(f"{found[-1].text}|A|")
            if called != BARS["|A|"] or whole is None:
                raise NotUnique
            called, piece = whole, replace(found.pop(), start=piece.start)
        if found and found[-1].kind in ("name", "number"):
            piece = replace(piece, before=" ")
        found += [name(called, piece), group("(", inner)]
    return tuple(found)


def _norm(pieces: Pieces, place: int) -> tuple[str, int]:
    """Which norm the index after the bars names, and where the text goes on."""
    if place + 1 < len(pieces) and pieces[place].text == "_":
        called = BARS.get(f"||a||_{pieces[place + 1].text}")
        if called is None:
            raise NotUnique
        return called, place + 2
    low = ""
    if place < len(pieces) and pieces[place].text not in "²³":
        low = unicodedata.normalize("NFKC", pieces[place].text)
    if low != "" and pieces[place].text != low and f"||a||_{low}" in BARS:
        return BARS[f"||a||_{low}"], place + 1
    return BARS["||a||"], place
