"""What a reader may have meant otherwise: notes that are true, and rare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mcalc.language.corrections import products_by_letter
from mcalc.language.evidence import is_constant
from mcalc.language.habits import COLUMN, MATRIX, SCALAR, habit, is_greek
from mcalc.language.parser import Syntax
from mcalc.language.ranks import is_sign, rank_of
from mcalc.language.shapes import Reader
from mcalc.language.syntax import walk
from mcalc.table.records import Shape
from mcalc.table.sentences import Sentence, as_typed, filled
from mcalc.tree.names import name_text


def remarks(reader: Reader, ranks: Mapping[str, int]) -> Iterator[str]:
    """The notes on a reading."""
    if reader.open_names and not reader.evidence.signs:
        yield from _all_scalars(reader, ranks)
    signed = _signed(reader) if ranks else set[str]()
    for node, parts, shape in reader.sums:
        if not (ranks or rank_of(shape) == MATRIX) or id(node) in reader.evidence.guards:
            continue
        for part, own in parts:
            name, alone = reader.evidence.reach(part)
            if not own and alone and name in ranks and not reader.evidence.is_number(name) and len(shape) == 1:
                size = str(shape[0])
                told = f"{{}}: scalar, stretched over {{}} elements; -s {name}={size} for a vector"
                yield filled(told, as_typed(name_text(name)), as_typed(size))
            elif not own and rank_of(shape) == MATRIX and shape[0] == shape[1] and not is_constant(part):
                text = reader.program.source[part.start : part.end]
                told = "{} is added to every entry of the matrix; {} is the diagonal"
                yield filled(told, as_typed(text), as_typed(f"{_factor(part, text)}*I"))
            elif alone and ranks.get(name) == COLUMN and is_greek(name) and name not in signed:
                beside = _beside(reader, parts, part)
                if beside:
                    told = f"{{}}: {{}}, as {{}} stands beside it; -s {name}=scalar for one number"
                    yield filled(told, as_typed(name_text(name)), as_typed(str(own[0])), as_typed(beside))


def _all_scalars(reader: Reader, ranks: Mapping[str, int]) -> Iterator[str]:
    """Nothing spoke of vectors, but the letters did: several of them, a capital, or the argument of a function."""
    vectors = [name for name in reader.open_names if habit(name) != SCALAR]
    nodes = (node for syntax in reader.statements() for node in walk(syntax))
    applied = any(node.kind == "call" and any(child.value in vectors for child in node.children) for node in nodes)
    if any(ranks.values()) or not vectors:
        return
    if len(vectors) > 1 or habit(vectors[0]) == MATRIX or applied:
        which = Sentence("all names are scalars")
        if len(ranks) == 1:
            which = filled("{} is a scalar", as_typed(name_text(vectors[0])))
        first = next((name for name in vectors if habit(name) == COLUMN), vectors[0])
        product = ", `@` for the matrix product" if products_by_letter(reader) else ""
        yield Sentence(which, f"; -s {first}=n for the element-wise Jacobian{product}")


def _signed(reader: Reader) -> set[str]:
    """The names that are themselves transposed, indexed, or factors of a product."""
    nodes = (node for syntax in reader.statements() for node in walk(syntax))
    return {child.value for node in nodes if is_sign(node) and node.kind != "call" for child in node.children}


def _beside(reader: Reader, parts: list[tuple[Syntax, Shape]], part: Syntax) -> str:
    """The text of the term that gave a name its shape."""
    for other, own in parts:
        if other is not part and own:
            return reader.program.source[other.start : other.end]
    return ""


def _factor(part: Syntax, text: str) -> str:
    return f"({text})" if part.kind == "infix" and part.value in "+-" else text
