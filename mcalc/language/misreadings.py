"""Near-certain misreadings that are answered as they stand, with a note: ``exp(X)`` of a square matrix, ``e^x``, …"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from mcalc.language.habits import MATRIX
from mcalc.language.parser import Syntax
from mcalc.language.ranks import operator_of, rank_of
from mcalc.language.shapes import Applied, Reader
from mcalc.language.syntax import walk
from mcalc.table import CALLS, TABLE
from mcalc.table.records import Shape
from mcalc.table.sentences import as_typed, filled


def misreadings(reader: Reader) -> Iterator[str]:
    """The notes on what is read as it is written, and was hardly meant so."""
    products = any(node.kind == "infix" and node.value == "@" for node in _nodes(reader))
    for applied in reader.applied:
        if applied.operator == "power":
            yield from _power(reader, applied)
        elif applied.operator == "multiply":
            if not products and _of_matrices(reader, applied):
                yield "* is element by element; the matrix product is @"
            elif _of_matrices(reader, applied, "⊗"):
                yield "⊗ is element by element, as in the paper; the Kronecker product is kron(A, B)"
        elif applied.operator == "stack_rows" and applied.syntax.value == ",":
            if sum(rank_of(shape) == MATRIX and bool(reader.undeclared(part)) for part, shape in applied.parts) > 1:
                yield filled("the matrices of {} stand below each other", as_typed(_text(reader, applied.syntax)))
        elif applied.syntax.kind == "call" and len(applied.parts) == 1:
            yield from _whole(reader, applied)
    yield from _constants(reader)


def _nodes(reader: Reader) -> Iterator[Syntax]:
    return (node for statement in reader.statements() for node in walk(statement))


def _text(reader: Reader, syntax: Syntax) -> str:
    return reader.program.source[syntax.start : syntax.end]


def _is_square(shape: Shape) -> bool:
    return len(shape) == 2 and shape[0] == shape[1] != 1


def _power(reader: Reader, applied: Applied) -> Iterator[str]:
    """``X^2`` and ``X^p`` of a square matrix; `applied` has the base and the exponent."""
    (base, shape), (exponent, size) = applied.parts
    factor = rank_of(shape) == MATRIX and bool(reader.undeclared(base)) and _is_factor(reader, applied.syntax)
    if size or not (_is_square(shape) or (factor and base.kind == "name")):
        return
    if exponent.kind == "number" and exponent.value.isdigit():
        yield "^ is element-wise; the product of a matrix with itself is A @ A"
    else:
        text, power = _text(reader, base), _text(reader, exponent)
        yield _instead(f"{text}^{power}", TABLE["power"].whole, f"{text}, {power.removeprefix('(').removesuffix(')')}")


def _is_factor(reader: Reader, syntax: Syntax) -> bool:
    """Whether it stands beside an `@`: ``A@X^3``."""
    products = (node for node in _nodes(reader) if node.kind == "infix" and node.value == "@")
    return any(child is syntax for node in products for child in node.children)


def _whole(reader: Reader, applied: Applied) -> Iterator[str]:
    """A function of the entries that a matrix has another one of by the same name."""
    operator, (part, shape) = TABLE[applied.operator], applied.parts[0]
    spelled = not operator.whole_calls or applied.syntax.value in operator.whole_calls
    concerned = _is_square(shape) if operator.elementwise else rank_of(shape) == MATRIX
    if operator.whole and spelled and concerned:
        argument = _text(reader, part)
        yield _instead(f"{applied.syntax.value}({argument})", operator.whole, argument, operator.elementwise)


def _instead(written: str, whole: str, arguments: str, elementwise: bool = True) -> str:
    how = "element by element" if elementwise else "of all entries, as Frobenius's"
    told = f"{{}} is {how}; mcalc has no {{}}, the function of the matrix as a whole"
    if whole in CALLS:
        told = f"{{}} is {how}; as a function of the matrix it is {{}}"
    return filled(told, as_typed(written), as_typed(f"{whole}({arguments})"))


def _of_matrices(reader: Reader, applied: Applied, star: str = "*") -> bool:
    """Whether the sign stands between two matrices that no declaration made such, of different names.

    Where the text says ``.*`` for element by element, one matrix beside another name is enough.
    """
    if applied.syntax.kind != "infix":
        return False
    source = reader.program.source
    between = [source[one.end : other.start] for (one, _), (other, _) in pairwise(applied.parts)]
    if not any(star in text and ".*" not in text for text in between):
        return False
    matrices = [set(reader.undeclared(part)) for part, shape in applied.parts if rank_of(shape) == MATRIX]
    if star == "*" and any(sign in source for sign in (".*", "./")):
        named = [part for part, _ in applied.parts if reader.undeclared(part)]
        return any(matrices) and len(named) > 1
    return any(one and other and not one & other for one, other in combinations(matrices, 2))


def _constants(reader: Reader) -> Iterator[str]:
    """``e^x``, and ``exp(i*x)``: e and i are names like any other."""
    for node in _nodes(reader):
        if node.kind == "infix" and node.value == "^":
            base, exponent = node.children
            if _is_open(reader, base, "e") and exponent.kind != "number":
                yield "e is a name like any other; Euler's number is exp(1), and its power exp(…)"
        inner = node.children[-1:] if node.kind == "infix" and node.value == "^" else _argument(node)
        if any(_is_open(reader, factor, "i") for part in inner for factor in _factors(part)):
            yield "i is a name like any other; numbers are real, and there is no imaginary unit"


def _argument(node: Syntax) -> Sequence[Syntax]:
    operator = operator_of(node)
    return node.children if operator is not None and operator.elementwise and len(node.children) == 1 else ()


def _factors(node: Syntax) -> list[Syntax]:
    """The factors of a product, the sign and a divisor aside; of what is none, nothing."""
    while node.kind == "prefix" or (node.kind == "infix" and node.value == "/"):
        node = node.children[0]
    if node.kind != "infix" or node.value != "*":
        return []
    return [factor for child in node.children for factor in _factors(child) or [child]]


def _is_open(reader: Reader, node: Syntax, name: str) -> bool:
    return node.kind == "name" and node.value == name and name in reader.open_names
