"""Products as other notations write them: side by side, with the `*` of matrices, a backslash, a power of -1."""

from __future__ import annotations

from dataclasses import replace

from mcalc.language.pasted import pieces as text_pieces
from mcalc.language.pasted.pieces import Piece, Pieces, group, name, sign
from mcalc.language.pasted.ranks import (
    KEYWORDS,
    PRODUCTS,
    ROW,
    TRANSPOSES,
    NotUnique,
    is_call,
    operand_end,
    operand_start,
    product_of,
)
from mcalc.language.pasted.rewriting import Rewriting
from mcalc.table import ELSEWHERE
from mcalc.table.roles import INVERSE

_STARRED = "`*` is the element-wise product, and a transpose or an inverse beside it asks for `@`."
_TOGETHER = "write `*` (element by element) or `@` (the matrix product) between them"


def dotted_transposes(pieces: Pieces, at: Rewriting) -> Pieces:
    """``X.'`` is X'."""
    for piece in pieces:
        if piece.text == ".'":
            at.found("A transpose has no dot.", piece, piece, "write `X'`")
    return tuple(replace(piece, text="'") if piece.text == ".'" else piece for piece in pieces)


def inverses(pieces: Pieces, at: Rewriting) -> Pieces:
    """``A^-1`` of a matrix is inv(A), where the text is another notation in other places."""
    found: list[Piece] = []
    place = 0
    while place < len(pieces):
        power, length = _power(pieces, place)
        start = operand_start(found) if found else 0
        if power in ("-1", "−1") and found and at.ranks.of(tuple(found[start:])) == 2:
            found[start:] = _inverted(tuple(found[start:]))
            place += length
        else:
            found.append(pieces[place])
            place += 1
    return tuple(found)


def _inverted(matrix: Pieces) -> list[Piece]:
    whole = replace(group("(", inside(matrix)), start=matrix[0].start, end=matrix[-1].end)
    return [name(INVERSE, matrix[0]), whole]


def _power(pieces: Pieces, place: int) -> tuple[str, int]:
    """The text of ``^-1``, ``^(-1)`` and ``⁻¹`` after the sign, and how many pieces it takes."""
    if [piece.text for piece in pieces[place : place + 2]] == ["⁻", "¹"]:
        return "-1", 2
    if pieces[place].text not in ("^", "**") or place + 1 == len(pieces):
        return "", 0
    if pieces[place + 1].is_group:
        return text_pieces.write(pieces[place + 1].inside), 2
    return text_pieces.write(pieces[place + 1 : place + 3]), 3


def inside(value: Pieces) -> Pieces:
    """The value as an argument, without parentheses of its own."""
    return value[0].inside if len(value) == 1 and value[0].text == "(" else (value[0].tight(), *value[1:])


def backslashes(pieces: Pieces, at: Rewriting) -> Pieces:
    r"""``A\b`` solves A x = b: inv(A)@b."""
    found: list[Piece] = []
    for place, piece in enumerate(pieces):
        if piece.kind == "command" and found and found[-1].kind in ("name", "group"):
            start = operand_start(found)
            at.found("`\\` is not part of the notation.", piece, piece, "write `inv(A)@b`")
            found[start:] = [*_inverted(tuple(found[start:])), sign("@")]
            if piece.text[1:]:
                found.append(name(piece.text[1:]))
        else:
            found.append(piece.tight() if place and pieces[place - 1].kind == "command" else piece)
    return tuple(found)


def arguments_without_brackets(pieces: Pieces, at: Rewriting) -> Pieces:
    """``sin x`` is sin(x), ``log det(X)`` logdet(X), ``tr{A}`` tr(A)."""
    found: list[Piece] = []
    for piece in reversed(pieces):
        following = found[0] if found else None
        if piece.kind != "name" or not is_call(piece.text) or at.ranks.is_value(piece.text) or following is None:
            found.insert(0, piece)
            continue
        is_operand = following.kind in ("name", "number") and following.text not in KEYWORDS
        if not is_operand and not (following.is_group and following.text == "{"):
            found.insert(0, piece)
            continue
        sentence = "A function's argument is in parentheses."
        at.found(sentence, piece, following, f"write `{piece.text}(…)`")
        together = ELSEWHERE.get(f"{piece.text} {following.text}")
        if together is not None:
            found[0] = replace(following, text=together, before=piece.before)
        else:
            end = operand_end(found, 0)
            found[:end] = [piece, group("(", following.inside if following.is_group else tuple(found[:end]))]
    return tuple(found)


def centred_dots(pieces: Pieces, at: Rewriting) -> Pieces:
    r"""``\mathbf w \cdot \mathbf x`` is w.x, ``2 \cdot x`` 2*x, ``A \cdot x`` A@x."""
    found: list[Piece] = []
    for place, piece in enumerate(pieces):
        if piece.text == r"\cdot" and piece.kind == "mark" and found:
            end = operand_end(pieces, place + 1)
            one, other = at.ranks.of(found[operand_start(found) :]), at.ranks.of(pieces[place + 1 : end])
            piece = sign("." if one == other == 1 else product_of(one, other)[0])
        elif found and found[-1].start < 0 and place and pieces[place - 1].text == r"\cdot":
            piece = piece.tight()
        found.append(piece)
    return tuple(found)


def side_by_side(pieces: Pieces, at: Rewriting) -> Pieces:
    """``x^T A x`` is x'@A@x, ``lambda x`` lambda*x; a product under a stroke is one divisor."""
    found: list[Piece] = []
    chain: int | None = None
    place = 0
    while place < len(pieces):
        end = operand_end(pieces, place)
        if end == place:
            found.append(pieces[place])
            if pieces[place].text not in (".", "·"):
                chain = None
            place += 1
            continue
        whole, operand = pieces[place:end], at.ranks.taken_apart(pieces[place:end])
        if len(operand) > len(whole) and at.glued:
            at.found(f"`{whole[0].text}` is one name.", whole[0], whole[0], f"write `{text_pieces.write(operand)}`")
        place = end
        if chain is None or found[-1].text in (".", "·"):
            chain = len(found) if chain is None else chain
            found += operand
            continue
        left = tuple(found[chain:])
        if left[-1].kind == "number" and len(left) == 1:
            below = chain > 0 and found[chain - 1].text == "/" and operand[0].before
            found += [sign("*"), operand[0].tight(), *operand[1:]] if below else operand
            continue
        before = found[chain - 1].text if chain else ""
        last = left[operand_start(left) :] if len(left) > 1 and left[-2].text == INVERSE else left[-1:]
        one, other = (text_pieces.write((part[0].tight(), *part[1:])) for part in (last, operand[:1]))
        at.found(f"There is no operator between `{one}` and `{other}`.", left[-1], operand[0], _TOGETHER, together=True)
        called = left[-1].kind == "name" and operand[0].is_group and not operand[0].before
        called = called and not at.ranks.is_factor(left[-1], operand[0])
        if called or before in ("^", "**", ".^") or (before == "/" and at.ranks.of(left) == 0):
            raise NotUnique
        product = (sign(at.ranks.product(left, operand)), operand[0].tight(), *operand[1:])
        if before == "/":
            found[chain:] = [group("(", (*left, *product), replace(left[0], start=-1))]
        else:
            found += product
    return tuple(found)


def dots(pieces: Pieces, at: Rewriting) -> Pieces:
    """``x/norm(x) . y`` is ``(x/norm(x)) . y`` where the divisor is a number."""
    for place in range(1, len(pieces)):
        end = operand_end(pieces, place + 1)
        if pieces[place].text != "/" or end == place + 1 or end >= len(pieces) or pieces[end].text not in (".", "·"):
            continue
        start = operand_start(pieces[:place])
        while start > 1 and pieces[start - 1].text in ("@", "*", ".", "·"):
            start = operand_start(pieces[: start - 1])
        quotient, divisor = pieces[start:end], pieces[place + 1 : end]
        if at.ranks.of(divisor) == 0 and at.ranks.of(quotient):
            at.found("`.` binds closer than `/`.", pieces[place], pieces[end], "write `(a/b) . c`")
            return dots((*pieces[:start], group("(", quotient, quotient[0]), *pieces[end:]), at)
    return pieces


def stars(pieces: Pieces, at: Rewriting) -> Pieces:
    """``x'*A*x`` with the stars of the matrix product is x'@A@x, and then ``y.*v`` is y*v; not beside an `@`."""
    if at.knows_products:
        return pieces
    found: list[Piece] = []
    chain = place = 0
    while place < len(pieces):
        end = operand_end(pieces, place)
        if end == place:
            piece = pieces[place]
            if piece.text not in ("*", "@", ".", "/", ".*", "./"):
                chain = len(found) + 1
            dotted = at.starred and piece.text in (".*", "./", ".^")
            found.append(replace(piece, text=piece.text[1:]) if dotted else piece)
            place += 1
            continue
        operand = pieces[place:end]
        if len(found) > chain + 1 and pieces[place - 1].text == "*":
            left, star = tuple(found[chain:-1]), found[-1]
            one, other = at.ranks.of(left), at.ranks.of(operand)
            if one and other:
                asked = 2 in (one, other) and (_asks_for_product(left) or _asks_for_product(operand))
                outer = (one, other) == (1, ROW) and _texts(left) & _texts(operand)
                said = at.ranks.all_declared(_texts(left) | _texts(operand))
                product = (one == ROW != other) or asked or bool(outer) or (said and (one, other) == (2, 1))
                if product:
                    hint = "write `@` for the matrix product"
                    at.found(_STARRED, star, star, hint, certain=not said, starred=True)
                    product_of(one, other)
                if product or (at.starred and (one, other) in PRODUCTS):
                    found[-1] = replace(star, text="@")
        found += operand
        place = end
    return tuple(found)


def _texts(pieces: Pieces) -> set[str]:
    return {piece.text for piece in pieces if piece.kind == "name"}.union(*(_texts(p.inside) for p in pieces))


def _asks_for_product(operand: Pieces) -> bool:
    """Whether a transpose or an inverse stands at the place where the product is."""
    last = operand[-1]
    turned = last.text in TRANSPOSES or (last.text == "T" and len(operand) > 1 and operand[-2].text in (".", "^"))
    return turned or any(piece.text == INVERSE for piece in operand[-2:-1])
