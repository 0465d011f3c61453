"""Values as a careful author writes them: a node simplified, and sums of networks in matrix notation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.networks.index_form import Expression
from mcalc.networks.matrix_form import Piece, matrix_of
from mcalc.networks.networks import Factor, Index, Term, fresh
from mcalc.networks.pairs import Pair, Pairs, split_free
from mcalc.networks.parts import by_parts
from mcalc.networks.terms import terms_of, tidy
from mcalc.rewriting.alternatives import opposites
from mcalc.rewriting.engine import Engine
from mcalc.rewriting.forms import ONE, PRODUCT, SUM, Form, is_zero, make
from mcalc.rewriting.log import Replay
from mcalc.rewriting.rationals import rational
from mcalc.rewriting.reading import Typed, raw
from mcalc.rewriting.showing import Writer
from mcalc.table import REPETITIONS
from mcalc.table.records import Shape
from mcalc.table.roles import VEC
from mcalc.tree import build
from mcalc.tree.node import Node
from mcalc.tree.operations import kronecker

_UNDER_INDICES = frozenset({"loop_sum", *REPETITIONS})


class Author:
    """One engine and one writer for a question: what was simplified once is known, and written as it was typed.

    Of values that nobody typed, the order of the sums is kept, and no part as it stands there. What is not to be
    `told` is not logged.
    """

    def __init__(self, roots: Iterable[Node] = (), typed: bool = True, told: bool = True) -> None:
        self.typed = Typed(typed)
        self.learn(roots)
        self.engine = Engine(signs=self.typed.signs, typed=self.typed.order, logs=told)
        self.replay = Replay(self.engine.log)
        self.writer = Writer(self.typed)
        self.pieces: dict[tuple[int, Index | None, Index | None], tuple[Sequence[Term], list[Piece] | None]] = {}

    def learn(self, roots: Iterable[Node]) -> None:
        """The sums in these values are written as they stand there, those met first counting."""
        self.typed.learn(roots)

    def beside(self, entries: Iterable[Node]) -> None:
        """Values that stand beside each other: of two that differ in their sign, the one is written by the other."""
        self.learn(entries := list(entries))
        forms = raw(entries)
        self.writer.opposites |= opposites([self.engine.simplify(forms[entry]) for entry in entries])

    def simplified(self, form: Form) -> Node:
        """The form simplified, as a value."""
        return self.writer.show(self.engine.simplify(form))


_authors: list[Author] = []


@contextmanager
def author_of(roots: Iterable[Node], told: bool = True) -> Iterator[Author]:
    """Within it, values are written as the sums and signs in these were typed."""
    _authors.append(Author(roots, told=told))
    try:
        yield _authors[-1]
    finally:
        _authors.pop()


@contextmanager
def author_within(roots: Iterable[Node]) -> Iterator[Author]:
    """As `author_of`; where there is an author already, that one, who learns these values too."""
    if not _authors:
        with author_of(roots) as author:
            yield author
        return
    _authors[-1].learn(roots)
    yield _authors[-1]


def _author(roots: Iterable[Node]) -> Author:
    return _authors[-1] if _authors else Author(roots)


def simplify(node: Node) -> Node:
    """The same value, as a careful author writes it; simplified again, it stays as it is."""
    if not _UNDER_INDICES.isdisjoint(node.below):
        indices = fresh(node)
        found = matrix_form(terms_of(node, indices), *orientation(node.shape, indices)) if len(indices) <= 2 else None
        if found is not None:
            return found
    author = _author([node])
    return author.simplified(author.typed.raw([node])[node])


def simplified_within(node: Node) -> Node:
    """The same value for a larger one to be simplified: what it becomes is known then, and not written yet."""
    if not _authors or not _UNDER_INDICES.isdisjoint(node.below):
        return simplify(node)
    author = _authors[-1]
    author.engine.simplify(author.typed.raw([node])[node])
    return node


def beside_each_other(entries: Sequence[Node]) -> list[Node]:
    """Scalars simplified, of two opposites the one with a minus sign before the other."""
    author = _author(entries)
    author.beside(entries)
    return [author.simplified(author.typed.raw([entry])[entry]) for entry in entries]


def as_diagonal(node: Node) -> Node | None:
    """``diag(v)`` of a matrix that is one, though it is written ``diag(u)⁻¹``; None of any other."""
    author = _author([node])
    form = author.engine.simplify(author.typed.raw([node])[node])
    return build.apply("diag", author.writer.show(form.args[0])) if form.head == "diag" else None


def length_of(value: Expression) -> int:
    """How much there is to read in an answer, in tokens."""
    nodes = [value] if isinstance(value, Node) else value.nodes()
    forms = raw(nodes)
    return sum(forms[node].cost for node in nodes)


def is_symmetric(node: Node) -> bool:
    """Whether the matrix is its own transpose, once all is simplified."""
    engine = Engine()
    whole = raw([build.apply("add", node, build.apply("negative", build.apply("transpose", node)))])
    return is_zero(engine.simplify(list(whole.values())[-1]))


def orientation(shape: Shape, indices: Sequence[Index]) -> tuple[Index | None, Index | None]:
    """Which of the indices of a value counts its rows, and which its columns."""
    if len(indices) == 2:
        return indices[0], indices[1]
    if len(indices) == 1:
        return (None, indices[0]) if len(shape) == 2 and shape[0] == 1 else (indices[0], None)
    return None, None


def shape_between(row: Index | None, column: Index | None) -> Shape:
    """The shape of a value with these free indices."""
    if row is None:
        return () if column is None else (S.One, column.size)
    return (row.size,) if column is None else (row.size, column.size)


def matrix_form(
    terms: Sequence[Term], row: Index | None, column: Index | None, longest: int | None = None
) -> Node | None:
    """The sum of the terms in matrix notation, `row` for its rows and `column` for its columns; None if it has none.

    It is simplified, but for one of more than `longest` values and operators, which is one for a larger to be.
    """
    free = [index for index in (row, column) if index is not None]
    paired = split_free(terms, free)
    if paired is not None:
        found = _of_pairs(*paired, row, column)
        if found is not None:
            return found
    pieces = _pieces(terms, row, column)
    if pieces is None:
        return None
    if not pieces:
        return build.zeros(shape_between(row, column))
    written_out = by_parts(pieces, row, column)
    if written_out is not None:
        return simplify(written_out)
    shape = shape_between(row, column)
    if longest is not None:
        plain = build.total([build.scaled(*piece) for piece in pieces])
        if plain.key[0] > longest and plain.shape == shape:
            return plain
    return _summed(pieces, shape)


def has_matrix_form(terms: Sequence[Term], row: Index | None, column: Index | None) -> bool:
    """Whether the sum of the terms has a form in matrix notation, which is not written here."""
    free = [index for index in (row, column) if index is not None]
    if split_free(terms, free) is not None:
        return matrix_form(terms, row, column) is not None
    if all([_is_read_off(term, free) for term in terms]):
        return True
    pieces = _pieces(terms, row, column)
    if _authors:
        _authors[-1].pieces[id(terms), row, column] = terms, pieces  # holds the terms, whose id no others have then
    return pieces is not None


def _is_read_off(term: Term, free: Sequence[Index]) -> bool:
    """Whether no index is summed over: vectors and matrices at the free indices, multiplied entry by entry."""
    for node, indices, _ in term.factors:
        if len(indices) > 2 or (node is None and (len(free) < 2 or indices[0] is indices[1])):
            return False
        if not all([index in free for index in indices]):
            return False
    return True


def _pieces(terms: Sequence[Term], row: Index | None, column: Index | None) -> list[Piece] | None:
    """Each term in matrix notation; None where one has no such form."""
    known = _authors[-1].pieces.get((id(terms), row, column)) if _authors else None
    if known is not None:
        return known[1]
    pieces: list[Piece] = []
    for term in tidy(terms, [index for index in (row, column) if index is not None]):
        piece = matrix_of(term, row, column)
        if piece is None:
            return None
        pieces.append(piece)
    return pieces


def _of_pairs(terms: Sequence[Term], pairs: Pairs, row: Index | None, column: Index | None) -> Node | None:
    """``A ⊗ B`` where the two indices of a pair part, and ``vec(A)`` where a column is over the two of one."""
    if column is None and row in pairs:
        inside = matrix_form(tidy(terms, [*pairs[row]]), pairs[row].fast, pairs[row].slow)
        return None if inside is None else build.apply(VEC, inside)
    places = [index for index in (row, column) if index is not None]
    slow, fast = ([pairs[index][at] for index in places if index in pairs] for at in (0, 1))
    products: list[Node] = []
    for term in tidy(terms, [*slow, *fast, *(index for index in places if index not in pairs)]):
        stretched, rest = _stretched(term, None if row is None else pairs.get(row))
        product = None if term.loops else _of_parts(rest, pairs, row, column)
        if product is None:
            return None
        products.append(build.chain((*stretched, product)))
    return simplify(build.total(products)) if products else None


def _stretched(term: Term, pair: Pair | None) -> tuple[list[Node], Term]:
    """``diag(vec(A))`` of each factor A over the two indices of the rows' pair, and the rest of the term.

    An index that a δ sets equal to one of the two counts as that one.
    """
    stretched: list[Node] = []
    rest: list[Factor] = []
    equal = {f.indices[at]: f.indices[1 - at] for f in term.factors if f.node is None for at in (0, 1)}
    for factor in term.factors:
        indices = tuple(equal.get(index, index) if pair and index not in pair else index for index in factor.indices)
        if factor.node is None or pair is None or set(indices) != set(pair):
            rest.append(factor)
            continue
        entries = factor.node if indices[0] is pair.fast else build.transpose(factor.node)
        stretched.append(build.apply("diag", build.apply(VEC, build.raised(entries, factor.power))))
    return stretched, term._replace(factors=tuple(rest))


def _of_parts(term: Term, pairs: Pairs, row: Index | None, column: Index | None) -> Node | None:
    """``A ⊗ B``: A of what hangs together with the slow index of a pair, B of what does with the fast one."""
    places = [index for index in (row, column) if index is not None]
    parts = _parted(term, {pairs[index].fast for index in places if index in pairs})
    slow = {pairs[index].slow for index in places if index in pairs}
    if any(index in slow for factor in parts[1].factors for index in factor.indices):
        return None
    others = {index for index in places if index not in pairs}
    with_others = [any(not others.isdisjoint(f.indices) for f in part.factors) for part in parts]
    if all(with_others):
        return None
    with_others[0] = with_others[0] or not with_others[1]

    def own(index: Index | None, at: int) -> Index | None:
        if index in pairs:
            return pairs[index][at]
        return index if with_others[at] else None

    sides = [matrix_form([part], own(row, at), own(column, at)) for at, part in enumerate(parts)]
    return None if None in sides else kronecker(*(side for side in sides if side is not None))


def _parted(term: Term, fast: Iterable[Index]) -> tuple[Term, Term]:
    """The term as a product of what hangs together with the fast indices, last, and of the rest."""
    reached, rest = set(fast), list(term.factors)
    inside: list[Factor] = []
    while met := [factor for factor in rest if not reached.isdisjoint(factor.indices)]:
        inside += met
        rest = [factor for factor in rest if reached.isdisjoint(factor.indices)]
        reached.update(index for factor in met for index in factor.indices)
    return term._replace(factors=tuple(rest)), Term(S.One, tuple(inside))


def _summed(pieces: Sequence[Piece], shape: Shape) -> Node:
    """The raw terms added up, for the engine to begin with."""
    nodes = [node for piece in pieces for node, _ in piece.scalars]
    nodes += [piece.body for piece in pieces if piece.body is not None]
    author = _author(nodes)
    forms = author.typed.raw(nodes)
    parts = [(rational(piece.coefficient), _product(piece, forms, shape)) for piece in pieces]
    if len(parts) == 1 and parts[0][0] == 1 and parts[0][1].shape == shape:
        return author.simplified(parts[0][1])
    return author.simplified(make(SUM, (t for _, t in parts), (c for c, _ in parts), shape))


def _product(piece: Piece, forms: dict[Node, Form], shape: Shape) -> Form:
    if piece.body is not None and not piece.scalars and forms[piece.body].shape == shape:
        return forms[piece.body]
    powers: dict[Form, Rational] = {}
    for node, power in piece.scalars:
        powers[forms[node]] = powers.get(forms[node], 0) + rational(power)
    if piece.body is not None:
        powers[forms[piece.body]] = powers.get(forms[piece.body], 0) + 1
    return make(PRODUCT, powers, powers.values(), shape) if powers else ONE
