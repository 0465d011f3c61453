"""Readings that no one means: an error that shows the whole corrected input."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mcalc.language.habits import COLUMN, MATRIX, ROW, SCALAR, UNHEARD_OF, habit
from mcalc.language.parser import Syntax, parse
from mcalc.language.ranks import of_vectors, parts_of, rank_of, terms, value_rank
from mcalc.language.shapes import Reader, Reading
from mcalc.language.syntax import walk
from mcalc.problems import Problem, Span

_TURNED = {COLUMN: ROW, ROW: COLUMN, MATRIX: MATRIX, SCALAR: SCALAR}
Edit = tuple[int, int, str]
ReadAgain = Callable[[Reader], Reading]


def reject_misreading(reader: Reader, ranks: Mapping[str, int], read_again: ReadAgain) -> None:
    """Raises Problem where a small letter is a matrix, or a capital a vector, only because of a sign mistyped;
    and where a name is stretched over a matrix. A correction is one if it can be `read_again`."""
    small = [name for name in reader.open_names if ranks[name] == MATRIX and not _may_be_a_matrix(reader, name)]
    capitals = [name for name in reader.open_names if ranks[name] == COLUMN and habit(name) == MATRIX]
    factors = [pair for pair in products_by_letter(reader) if sum(ranks.get(name, MATRIX) for name in pair) in (1, 2)]
    if small or capitals or factors:
        meant = {**ranks, **dict.fromkeys(small, COLUMN), **dict.fromkeys(capitals, MATRIX)}
        for capital, letter in factors:
            meant |= {capital: MATRIX, letter: COLUMN}
        found = _Correction(reader, meant, read_again)
        text = found.text()
        if text is not None and text != reader.program.source:
            scalars = [name for pair in factors for name in pair if ranks.get(name) == SCALAR]
            otherwise = {**dict.fromkeys(scalars[:1], "scalar"), **dict.fromkeys(small[:1], "n,n")}
            raise found.problem(text, otherwise)
        if small:
            raise _no_matrix(reader, small[0])
    _reject_stretched(reader, ranks)


def _may_be_a_matrix(reader: Reader, name: str) -> bool:
    """Whether the name is the argument of a function of matrices, or data with a row for each index."""
    if reader.evidence.costs[name][MATRIX] < UNHEARD_OF:
        return True
    nodes = (node for _, syntax in reader.evidence.statements for node in walk(syntax))
    return any(
        node.children and node.children[0].value == name and node.children[0].kind == "name"
        for node in nodes
        if (node.kind == "call" and of_vectors(node)) or (node.kind == "index" and len(node.children) == 3)
    )


def products_by_letter(reader: Reader) -> list[tuple[str, str]]:
    """The capitals that have `*` for the product with a vector, by their letters: ``norm(A*x - b)``."""
    nodes = (node for syntax in reader.statements() for node in walk(syntax))
    pairs = [
        (node.children[0].value, node.children[1].value)
        for node in nodes
        if node.kind == "infix" and node.value == "*" and all(child.kind == "name" for child in node.children)
    ]
    return [
        (one, other)
        for one, other in dict.fromkeys(pairs)
        if habit(one) == MATRIX and habit(other) == COLUMN and {one, other} & {*reader.open_names}
    ]


def _no_matrix(reader: Reader, name: str) -> Problem:
    place = next(node for one in reader.statements() for node in walk(one) if node.value == name)
    return Problem(
        f"`{name}` would have to be a matrix here.",
        [Span(place.start, place.end)],
        f"the matrix product is `@`, and `{name}'` lies down; if `{name}` is a matrix, -s {name}=n,n",
        reader.program.source,
    )


class _Correction:
    """The text with `@` for the other products, and rows for columns before matrices, where shapes ask for it."""

    def __init__(self, reader: Reader, meant: Mapping[str, int], read_again: ReadAgain) -> None:
        self.reader, self.source, self.read_again = reader, reader.program.source, read_again
        declared = {name: rank_of(one.shape) for name, one in reader.declared.items()}
        self.ranks: dict[str, int] = {**declared, **meant}
        self.edits: list[Edit] = []
        self.first: Syntax | None = None

    def text(self) -> str | None:
        """The corrected input, if it is one that is read as it is meant."""
        for name, syntax in [*self.reader.definitions.items(), ("", self.reader.program.value)]:
            rank = self._rank(syntax)
            if rank is None:
                return None
            self.ranks[name] = rank
        text = self.source
        for start, end, new in sorted(set(self.edits), reverse=True):
            text = text[:start] + new + text[end:]
        return text if self.edits and self._reads(text) else None

    def _reads(self, text: str) -> bool:
        reader = self.reader
        try:
            again = type(reader)(parse(text), reader.declared, reader.names, reader.dimensions, reader.loops, None)
            return not any("is read as" in note for note in self.read_again(again).notes)
        except Problem:
            return False

    def _rank(self, root: Syntax) -> int | None:
        done: dict[int, int] = {}
        edited: set[int] = set()
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            parts = parts_of(node)
            if not ready and parts:
                stack += [(node, True), *((part, False) for part in reversed(parts))]
                continue
            if parts:
                rank = self._value(node, [done[id(part)] for part in parts], edited)
            else:
                rank = self.ranks.get(node.value, MATRIX if node.value == "I" else SCALAR) if node.kind == "name" else 0
            if rank is None:
                return None
            done[id(node)] = rank
        return done[id(root)]

    def _value(self, node: Syntax, ranks: list[int], edited: set[int]) -> int | None:
        if node.kind == "infix" and node.value in "+-":
            return self._sum(node, ranks)
        if len(ranks) > 2:
            whole = max(ranks)
            return whole if all(rank in (whole, SCALAR) for rank in ranks) else None
        follows = node.kind == "infix" and node.value == "." and id(node.children[0]) in edited
        fits = value_rank(node, ranks)
        if node.kind != "infix" or node.value not in "*@." or (fits is not None and not follows):
            return fits
        product = node._replace(value="@")
        turned = [_TURNED[ranks[0]], ranks[1]]
        sign = node.options[0][1]
        rank = value_rank(product, ranks)
        if rank is None and value_rank(product, turned) is not None and self._lie_down(node.children[0]):
            rank = value_rank(product, turned)
        if rank is not None:
            if node.value != "@":
                self.edits.append((sign.start, sign.end, "@"))
            edited.add(id(node))
            self.first = self.first or node
        return rank

    def _sum(self, node: Syntax, ranks: list[int]) -> int | None:
        """A column beside a matrix is meant as a row, added to every row; a row beside a column as a column."""
        whole = next((rank for rank in (MATRIX, COLUMN) if rank in ranks), max(ranks))
        for term, rank in zip(terms(node), ranks, strict=True):
            if rank in (whole, SCALAR) or value_rank(node, (whole, rank)) == whole:
                continue
            lying = _lying_factor(term)
            if whole == COLUMN and lying is not None:
                self.edits.append((lying.options[0][1].start, lying.end, ""))
            elif whole != MATRIX or value_rank(node, (whole, ROW)) != whole or not self._lie_down(term):
                return None
            self.first = self.first or node
        return whole

    def _lie_down(self, part: Syntax) -> bool:
        """Writes the part as a row; whether it can be done with a sign alone."""
        if part.kind not in ("name", "call", "index") and self.source[part.end - 1] != ")":
            return False
        self.edits.append((part.end, part.end, "'"))
        return True

    def problem(self, text: str, otherwise: Mapping[str, str]) -> Problem:
        """The error whose hint is the whole corrected input."""
        assert self.first is not None
        node, spans = self.first, [Span(self.first.start, self.first.end)]
        hint = f"write `{text}`"
        for name, shape in list(otherwise.items())[:1]:
            hint += f"; if `{name}` is a {'matrix' if shape == 'n,n' else shape}, -s {name}={shape}"
        if node.value == "*":
            return Problem("`*` is the element-wise product, and the matrix product is `@`.", spans, hint, self.source)
        if node.value != "@" and node.value != ".":
            what = (
                "A column and a row are not added."
                if len(text) < len(self.source)
                else "A column is not added to a matrix."
            )
            return Problem(what, spans, hint, self.source)
        return Problem("A column cannot stand to the left of a matrix.", spans, hint, self.source)


def _lying_factor(term: Syntax) -> Syntax | None:
    """The transpose that makes a row of a term: itself, or the last factor of a product with scalars."""
    while term.kind == "infix" and term.value == "*":
        term = next((part for part in term.children[::-1] if part.kind == "transpose"), term.children[0])
    return term if term.kind == "transpose" else None


def _reject_stretched(reader: Reader, ranks: Mapping[str, int]) -> None:
    """A name that stands in a sum with a matrix, and is none."""
    for node, parts, shape in reader.sums:
        if rank_of(shape) != MATRIX or id(node) in reader.evidence.guards:
            continue
        matrix = next(part for part, own in parts if rank_of(own) == MATRIX)
        for part, own in parts:
            name, alone = reader.evidence.reach(part)
            if not alone or own or ranks.get(name) != SCALAR or reader.evidence.is_number(name):
                continue
            source = reader.program.source
            here = source[part.start : part.end]
            place = next(one for one in walk(part) if one.value == name)
            row = source[: place.end] + "'" + source[place.end :]
            diagonal = f", `{here}*I` for the diagonal" if shape[0] == shape[1] else ""
            raise Problem(
                f"It is not said how `{name}` is added to the matrix.",
                [
                    Span(part.start, part.end, f"{here}: a scalar, if nothing is declared"),
                    Span(matrix.start, matrix.end, f"{'×'.join(map(str, shape))}"),
                ],
                f"write `{row}` for a row over all rows{diagonal}; one number for all entries is -s {name}=scalar",
                source,
            )
