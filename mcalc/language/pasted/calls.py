"""Calls as other tools write them: prefixes, methods, square brackets, functions by another name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from mcalc.language.pasted import pieces as text_pieces
from mcalc.language.pasted.pieces import Piece, Pieces, group, name, sign
from mcalc.language.pasted.products import inside
from mcalc.language.pasted.ranks import is_call, operand_end, operand_start
from mcalc.language.pasted.rewriting import Rewriting
from mcalc.table import CALLS, ELSEWHERE
from mcalc.table.roles import EXPONENTIAL

PREFIXES = frozenset(["np", "numpy", "jnp", "torch", "jax", "F", "nn", "math", "scipy", "tf"])
"""The libraries and modules whose functions people paste with their prefix."""
INFIX = {
    "dot": "@", "matmul": "@", "mm": "@", "mv": "@", "Dot": "@", "pow": "^", "power": "^", "add": " + ",
    "subtract": " - ",
}  # fmt: skip
"""What other tools call, and mcalc writes with a sign between."""
POSTFIX = {"square": "^2", "t": "'"}
"""What other tools call, and mcalc writes with a sign behind."""
_LOOSE = frozenset(("+", "-", "−", ",", ";", "=", "<", ">"))
_ANGLES = {"⟨": "⟩", "<": ">"}
_QUOTES = frozenset("\"'")
_OPTIONS = frozenset(("unbiased", "correction", "keepdim", "keepdims"))


def prefixes(pieces: Pieces, at: Rewriting) -> Pieces:
    """``np.exp(x)`` is exp(x), ``torch.nn.functional.relu(x)`` relu(x); not where `np` is a value of the text."""
    found: list[Piece] = []
    place = 0
    while place < len(pieces):
        piece, end = pieces[place], place
        while end + 2 < len(pieces) and pieces[end + 1].text == "." and pieces[end + 2].kind == "name":
            end += 2
        called = end > place and end + 1 < len(pieces) and pieces[end + 1].is_group and not pieces[end + 1].before
        if not called or piece.text not in PREFIXES or at.ranks.is_value(piece.text):
            found.append(piece)
            place += 1
            continue
        word = ELSEWHERE.get(pieces[end].text, pieces[end].text)
        sentence = f"A function has no prefix: `{piece.text}.` is read as a value here."
        at.found(sentence, piece, pieces[end], f"write `{word}(…)`", certain=True)
        whole = _with_signs(word, _arguments(pieces[end + 1]), piece, (*found[-1:], *pieces[end + 2 : end + 3]))
        call = pieces[end + 1]
        found += [name(word, piece), replace(call, inside=_along_axis(call.inside))] if whole is None else whole
        place = end + 2
        if pieces[end].text == "slogdet" and place < len(pieces) and pieces[place].text == "[":
            place += 1
    return tuple(found)


def _with_signs(word: str, arguments: list[Pieces], like: Piece, around: Pieces) -> list[Piece] | None:
    """What other tools call and mcalc writes with signs, ``dot(a, b)`` as ``a@b``; in parentheses beside a sign."""
    if word in INFIX and len(arguments) == 2:
        found = [_operand(arguments[0]), sign(INFIX[word]), _operand(arguments[1])]
        if any(piece.text not in _LOOSE for piece in around):
            found = [group("(", tuple(found))]
    elif word in POSTFIX and len(arguments) == 1:
        found = [_operand(arguments[0]), *(text_pieces.read(POSTFIX[word]) or ())]
    else:
        return None
    return [replace(found[0], before=like.before), *found[1:]]


def _along_axis(part: Pieces) -> Pieces:
    """``dim=0`` as axis=0."""
    following = (*part[1:], None)
    return tuple(
        replace(piece, text="axis") if piece.text == "dim" and after is not None and after.text == "=" else piece
        for piece, after in zip(part, following, strict=False)
    )


def _operand(argument: Pieces) -> Piece:
    return argument[0].tight() if len(argument) == 1 else group("(", argument)


def _arguments(call: Piece) -> list[Pieces]:
    found: list[list[Piece]] = [[]]
    for piece in call.inside:
        if piece.text == ",":
            found.append([])
        else:
            found[-1].append(piece)
    return [tuple(part) for part in found if part]


def methods(pieces: Pieces, at: Rewriting) -> Pieces:
    """``x.mean()`` is mean(x), ``(x - y).pow(2)`` (x - y)^2."""
    found: list[Piece] = []
    place = 0
    while place < len(pieces):
        word = _method(pieces[place : place + 3]) if found else None
        if word is None:
            found.append(pieces[place])
            place += 1
            continue
        call = pieces[place + 2]
        start = operand_start(found)
        value = tuple(found[start:])
        at.found("mcalc has no methods.", pieces[place], call, f"write `{word}(…)`", certain=True)
        options = [part for part in _arguments(call) if part[0].text not in _OPTIONS]
        whole = _with_signs(word, [value, *options], value[0], (*found[:start][-1:], *pieces[place + 3 : place + 4]))
        if whole is None:
            inner = inside(value)
            for part in options:
                part = _along_axis(part)
                inner = (*inner, sign(","), replace(part[0], before=" "), *part[1:])
            whole = [name(word, replace(value[0], end=-1)), group("(", inner)]
        found[start:] = whole
        place += 3
    return tuple(found)


def dotted(pieces: Pieces, at: Rewriting) -> Pieces:
    """``sin.(x)`` is sin(x), as a function takes each entry by itself."""
    found: list[Piece] = []
    for piece in pieces:
        word, dot = (None, None, *found[-2:])[-2:]
        if dot is not None and dot.text == "." and word is not None and piece.text == "(" and not piece.before:
            plain = ELSEWHERE.get(word.text, word.text)
            if is_call(plain) and not at.ranks.is_value(word.text):
                told = "A function takes each entry by itself, and has no dot."
                at.found(told, word, piece, f"write `{plain}(…)`", certain=True, starred=True)
                found[-2:] = [name(plain, word)]
        found.append(piece)
    return tuple(found)


def _method(pieces: Pieces) -> str | None:
    """The function of ``.sum()``, ``.pow(2)``, ``.mean(axis=0)``; None where a dot product may be meant."""
    if len(pieces) < 3 or pieces[0].text != "." or pieces[1].kind != "name" or pieces[1].before:
        return None
    call, word = pieces[2], ELSEWHERE.get(pieces[1].text, pieces[1].text)
    if not call.is_group or call.text != "(" or call.before:
        return None
    with_signs = word in INFIX or word in POSTFIX
    bare = all(any(piece.text == "=" for piece in part) for part in _arguments(call))
    return word if with_signs or (is_call(word) and bare) else None


def square_calls(pieces: Pieces, at: Rewriting) -> Pieces:
    """``Max[0, z]`` is max(0, z), ``Trace(A)`` tr(A)."""
    found: list[Piece] = []
    for place, piece in enumerate(pieces):
        before = found[-1] if found else None
        if before is None or before.kind != "name" or not piece.is_group or piece.before:
            found.append(piece)
            continue
        word = ELSEWHERE.get(before.text, before.text)
        if piece.text == "[" and (is_call(word) or before.text in INFIX) and not at.ranks.is_value(before.text):
            at.found("A function's argument is in parentheses.", before, piece, f"write `{word}(…)`", certain=True)
            whole = _with_signs(
                before.text, _arguments(piece), before, (*found[:-1][-1:], *pieces[place + 1 : place + 2])
            )
            found[-1:] = [name(word, before), group("(", piece.inside)] if whole is None else whole
            continue
        word = before.text.lower() if before.text.lower() in CALLS and not is_call(before.text) else word
        if piece.text == "(" and word != before.text and not at.ranks.is_known(before.text):
            at.found(f"`{before.text}` is called `{word}` here.", before, before, f"write `{word}(…)`")
            found[-1] = name(word, before)
        found.append(piece)
    return tuple(found)


def openings(pieces: Pieces, at: Rewriting) -> Pieces:
    """``d/dx x^2``, ``∂/∂x x^2`` and ``lambda x: x^2`` are x^2: the command says what is asked of it."""
    heads = [piece.text for piece in pieces[:4]]
    length = 0
    if len(pieces) > 3 and heads[:2] == ["d", "/"] and re.fullmatch(r"d[^\W\d]", heads[2]):
        length = 3
    elif len(pieces) > 4 and heads[:3] == ["∂", "/", "∂"]:
        length = 4
    elif len(pieces) > 3 and heads[0] == "lambda" and heads[2] == ":":
        length = 3
    if not length:
        return pieces
    at.found("The text is the expression alone.", pieces[0], pieces[length - 1], "leave out what stands before it")
    rest = pieces[length:]
    inner = rest[0].inside if len(rest) == 1 and rest[0].text == "(" else rest
    return (inner[0].tight(), *inner[1:])


def fractions(pieces: Pieces, at: Rewriting) -> Pieces:
    """``½x`` is 1/2*x."""
    found: list[Piece] = []
    for place, piece in enumerate(pieces):
        above, stroke, below = unicodedata.normalize("NFKC", piece.text[:1]).partition("⁄")
        if not stroke or not above.isdecimal() or not below.isdecimal():
            found.append(piece)
            continue
        at.found(f"`{piece.text}` cannot stand here.", piece, piece, f"write `({above}/{below})`")
        found += [Piece("number", above, before=piece.before), sign("/"), Piece("number", below)]
        if piece.text[1:]:
            found += [sign("*"), name(piece.text[1:])]
        elif place + 1 < len(pieces) and pieces[place + 1].text not in (*_LOOSE, "*", "/", "@", "^"):
            found.append(sign("*"))
    return tuple(found)


def between(pieces: Pieces, at: Rewriting) -> Pieces:
    """``x dot y`` is x@y, ``⟨x, y⟩`` (x.y), ``A:B`` of two matrices sum(A*B), ``max(x, y, z)`` max(max(x, y), z)."""
    found: list[Piece] = []
    place = 0
    while place < len(pieces):
        piece, rest = pieces[place], pieces[place + 1 :]
        opens = piece.text in _ANGLES
        ends = (i for i, other in enumerate(rest if opens else ()) if other.text in _ANGLES.values())
        closing = next(ends, -1)
        inner = rest[: max(closing, 0)]
        pair = [part for part in _arguments(group("(", inner)) if part]
        if closing > 0 and len(pair) == 2 and not (found and piece.text == "<"):
            at.found("A dot product has its dot between.", piece, rest[closing], "write `x.y`")
            found.append(group("(", (_operand(pair[0]), sign("."), _operand(pair[1])), piece))
            place += closing + 2
            continue
        word = INFIX.get(piece.text, "")
        if word == "@" and found and rest and rest[0].text != "(" and found[-1].kind in ("name", "group"):
            at.found("A dot product has its dot between.", piece, piece, "write `x.y`")
            found.append(sign("@"))
            found += [rest[0].tight()]
            place += 2
            continue
        before = at.ranks.of(tuple(found[operand_start(found) :])) if found and rest else None
        matrices = before == 2 and at.ranks.of(rest[:1]) == 2
        if piece.text == ":" and matrices and rest[0].kind == "name":
            start = operand_start(found)
            at.found("A colon is no product.", piece, piece, "write `sum(A*B)`")
            found[start:] = [
                name(ELSEWHERE["∑"], found[start]),
                group("(", (*found[start:], sign("*"), rest[0].tight())),
            ]
            place += 2
            continue
        if piece.is_group and found and found[-1].kind == "name" and not piece.before:
            piece = _nested(found[-1], piece, at)
        found.append(piece)
        place += 1
    return tuple(found)


def _nested(word: Piece, call: Piece, at: Rewriting) -> Piece:
    """The call with two arguments where it has more, and is of two in any order."""
    arguments = _arguments(call)
    takes = {len(one.argument_names) for one in CALLS.get(word.text, ()) if one.commutative and not one.variadic}
    if takes != {2} or len(arguments) < 3 or at.ranks.is_value(word.text):
        return call
    at.found(f"`{word.text}` is of two, or of one vector.", word, call, f"write `{word.text}({word.text}(a, b), c)`")
    first = arguments[0]
    for other in arguments[1:]:
        inside_ = (*first, sign(","), replace(other[0], before=" "), *other[1:])
        first = (replace(word, before="", start=-1, end=-1), group("(", inside_))
    return replace(call, inside=first[1].inside)


def quoted(pieces: Pieces, at: Rewriting) -> Pieces:
    """``norm(A, 'fro')`` is norm(A)."""
    found: list[Piece] = []
    for piece in pieces:
        before = found[-1] if found else None
        *inner, comma, opening, word, closing = (None,) * 4 if len(piece.inside) < 5 else piece.inside
        if before is not None and comma and word and opening and closing and comma.text == ",":
            other = ELSEWHERE.get(f"{before.text} {word.text}")
            if other is not None and opening.text == closing.text and opening.text in _QUOTES:
                at.found("mcalc has no quotation marks.", opening, closing, f"write `{other}(…)`")
                found[-1], piece = replace(before, text=other), replace(piece, inside=tuple(inner))
        found.append(piece)
    return tuple(found)


def constants(pieces: Pieces, at: Rewriting) -> Pieces:
    """``E^x`` and ``Pi`` beside calls with square brackets are exp(x) and pi."""
    if not at.foreign:
        return pieces
    found: list[Piece] = []
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        if piece.text == "E" and place + 1 < len(pieces) and pieces[place + 1].text == "^":
            end = operand_end(pieces, place)
            found += [name(EXPONENTIAL, piece), group("(", inside(pieces[place + 2 : end]))]
            place = end
            continue
        found.append(replace(piece, text="pi") if piece.text == "Pi" else piece)
        place += 1
    return tuple(found)


def exponentials(pieces: Pieces, at: Rewriting) -> Pieces:
    """``e^{-x}`` is exp(-x): in braces e is Euler's number."""
    found: list[Piece] = []
    for piece in pieces:
        powered = len(found) > 1 and found[-1].text == "^" and found[-2].text == "e"
        if powered and piece.is_group and piece.text == "{" and not at.ranks.is_known("e"):
            at.found("Euler's number is not named.", found[-2], piece, "write `exp(…)`")
            found[-2:] = [name(EXPONENTIAL, found[-2]), group("(", piece.inside)]
        else:
            found.append(piece)
    return tuple(found)


def elements(pieces: Pieces, at: Rewriting) -> Pieces:
    """``x(2)`` is the element x[2]."""
    found: list[Piece] = []
    for piece in pieces:
        before = found[-1] if found else None
        entries = [part for part in piece.inside if part.text != ","]
        counted = bool(entries) and all(part.kind == "number" and part.text.isdecimal() for part in entries)
        named = before is not None and before.kind == "name" and not is_call(before.text) and len(before.text) <= 2
        if piece.is_group and piece.text == "(" and not piece.before and counted and named and before is not None:
            at.found("An element is in square brackets.", before, piece, f"write `{before.text}[1]`")
            piece = replace(piece, text="[")
        found.append(piece)
    return tuple(found)
