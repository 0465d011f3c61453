"""What a careful author writes: like terms merged, common factors taken out, signs and numbers in front."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sympy.core.numbers import Integer
from sympy.core.singleton import S

from mcalc.networks.matrix_form import matrix_of
from mcalc.networks.networks import Factor, Index, Term, counted, fresh
from mcalc.networks.parts import Entry, by_parts
from mcalc.networks.terms import MANY_TERMS, terms_of, tidy
from mcalc.table.records import Shape
from mcalc.tree import build
from mcalc.tree.node import Node, topological


def _entries(terms: Sequence[Term], row: Index | None, column: Index | None) -> list[Entry] | None:
    """The terms with their matrix forms, like ones merged; None if one of them has none."""
    free = [index for index in (row, column) if index is not None]
    merged: dict[tuple[Any, ...], Entry] = {}
    for term in (_oriented(term, row, column) for term in tidy(terms, free)):
        piece = matrix_of(term, row, column)
        if piece is None:
            return None
        if any(_vanishes(node) for node, power in piece.scalars if power.p > 0):
            continue
        sign = 1 if piece.body is None else piece.body.sign
        for node, power in piece.scalars:
            sign *= node.sign if build.odd(power) else 1
        key = (
            tuple(sorted((node.canon, str(power)) for node, power in piece.scalars)),
            None if piece.body is None else piece.body.canon,
        )
        if key in merged:
            before, its = merged[key].term, merged[key].piece
            old_sign = 1 if its.body is None else its.body.sign
            for node, power in its.scalars:
                old_sign *= node.sign if build.odd(power) else 1
            if its.coefficient == 0:
                merged[key] = Entry(term, piece)
                continue
            coefficient = its.coefficient + piece.coefficient * sign * old_sign
            scale = coefficient / its.coefficient
            merged[key] = Entry(
                before._replace(coefficient=before.coefficient * scale), its._replace(coefficient=coefficient)
            )
        else:
            merged[key] = Entry(term, piece)
    return [entry for entry in merged.values() if entry.piece.coefficient != 0]


def _oriented(term: Term, row: Index | None, column: Index | None) -> Term:
    """A symmetric matrix with the row's index first and the column's last; a skew one turned so changes the sign."""
    factors, sign = [], 1
    for f in term.factors:
        parity = 0
        if len(f.indices) == 2 and f.node is not None and f.indices[0] is not row and f.indices[1] is not column:
            parity = build.symmetry(f.node) if f.indices[1] is row or f.indices[0] is column else 0
        factors.append(f._replace(indices=f.indices[::-1]) if parity else f)
        sign *= parity if parity and build.odd(f.power) else 1
    return term._replace(coefficient=term.coefficient * sign, factors=tuple(factors))


@lru_cache(maxsize=512)
def _vanishes(node: Node) -> bool:
    """A sum over differences that is zero once it is opened: ``Σ(x − mean(x))``."""
    if node.operator.name != "sum" or node.args[0].operator.name != "add":
        return False
    (inside,) = node.args
    indices = fresh(inside)
    total = matrix_form([counted(term, indices) for term in terms_of(inside, indices)], None, None)
    return total is not None and build.is_zero(total)


def shape_between(row: Index | None, column: Index | None) -> Shape:
    """The shape of a value with a row index and a column index, or one of them, or none."""
    if row is None:
        return () if column is None else (Integer(1), column.size)
    return (row.size,) if column is None else (row.size, column.size)


def matrix_form(terms: Sequence[Term], row: Index | None, column: Index | None, breadth: int = 4) -> Node | None:
    """The sum of the terms in matrix notation, `row` for its rows and `column` for its columns; None if it has none.

    Of common factors, the `breadth` that save most are tried, fewer at each level, so that the work stays bounded.
    """
    entries = _entries(terms, row, column)
    if entries is None:
        return None
    if not entries:
        return build.zeros(shape_between(row, column))
    sizes = {abs(entry.piece.coefficient) for entry in entries}
    if len(entries) > 1 and len(sizes) == 1 and sizes != {S.One}:
        (size,) = sizes
        inner = matrix_form(
            [entry.term._replace(coefficient=entry.term.coefficient / size) for entry in entries], row, column
        )
        if inner is not None and inner.operator.name == "add":
            return build.scaled(size, (), inner)
        return inner if inner is None else _rescaled(inner, size, row, column)
    written_out = by_parts(entries, row, column)
    if written_out is not None:
        return written_out
    plain = build.total(_expanded(entries, row, column))
    if len(entries) == 1 or len(entries) > MANY_TERMS:
        return plain
    apart = _scalars_apart(entries, row, column, breadth)
    if apart is not None and apart.key[0] < plain.key[0]:
        return apart
    best = plain
    tried = 0
    for gain, signature in _common(entries, row, column):
        if gain <= 0 or tried == breadth:
            break
        grouped = _grouped(entries, signature, row, column, max(1, breadth // 2))
        tried += grouped is not None
        if grouped is not None and grouped.key[0] < best.key[0] and _fillers(grouped) <= _fillers(plain):
            best = grouped
            if None not in signature[2] and all(_has(entry, signature, row, column) for entry in entries):
                break
    return best


def sum_of(terms: Sequence[Term], row: Index | None, column: Index | None) -> Node | None:
    """The sum of the terms as they stand, like ones merged and no factor taken out; None if it has no matrix form."""
    entries = _entries(terms, row, column)
    if not entries:
        return None if entries is None else build.zeros(shape_between(row, column))
    return build.total(_expanded(entries, row, column))


def _has(entry: Entry, signature: Signature, row: Index | None, column: Index | None) -> bool:
    return any(_signature(factor, row, column) == signature for factor in entry.term.factors)


def _fillers(node: Node) -> int:
    """How many vectors of ones there are: a factor taken out must not leave a new one."""
    return sum(part.operator.name == "ones" for part in topological([node]))


def _rescaled(node: Node, size: Any, row: Index | None, column: Index | None) -> Node | None:
    indices = tuple(index for index in (row, column) if index is not None)
    terms = [term._replace(coefficient=term.coefficient * size) for term in terms_of(node, indices, open_sums=False)]
    return matrix_form(terms, row, column)


Signature = tuple[Any, ...]


def _signature(factor: Factor, row: Index | None, column: Index | None) -> Signature:
    """What a factor is and which of its indices are free: 0 the row, 1 the column, None summed."""
    places = tuple(0 if index is row else 1 if index is column else None for index in factor.indices)
    return (None if factor.node is None else factor.node.canon, factor.power, places)


def _common(entries: Sequence[Entry], row: Index | None, column: Index | None) -> list[tuple[int, Signature]]:
    """Factors that two terms or more share, by how much taking them out saves."""
    counts: dict[Signature, tuple[int, int]] = {}
    for entry in entries:
        seen = set()
        for factor in entry.term.factors:
            signature = _signature(factor, row, column)
            if signature in seen or (factor.node is not None and factor.node.loops & set(entry.term.loops)):
                continue
            seen.add(signature)
            size = 1 if factor.node is None else factor.node.key[0]
            counts[signature] = (counts.get(signature, (0, 0))[0] + 1, size)
    for (canon, power, places), (count, _) in list(counts.items()):
        for half in ((None, 1), (0, None)) if places == (0, 1) else ():
            if (canon, power, half) in counts:
                before, size = counts[canon, power, half]
                counts[canon, power, half] = (before + count, size)
    gains = [((count - 1) * (size + 1), signature) for signature, (count, size) in counts.items() if count > 1]
    return sorted(gains, key=lambda gain: (-gain[0], str(gain[1])))


def _expanded(entries: Sequence[Entry], row: Index | None, column: Index | None) -> list[Node]:
    """The terms of a sum; beside a vector a constant is written as the scalar that is expanded to it."""
    full = [entry.piece.body is None or entry.piece.body.operator.name != "ones" for entry in entries]
    if not any(full):
        return [entry.node for entry in entries]
    return [
        entry.node if whole else build.scaled(entry.piece.coefficient, entry.piece.scalars, None)
        for entry, whole in zip(entries, full, strict=True)
    ]


def _scalars_apart(entries: Sequence[Entry], row: Index | None, column: Index | None, breadth: int) -> Node | None:
    """The terms with every scalar factor that all of them share taken out at once; None if there is none."""
    shared = {node.canon: (node, power) for node, power in entries[0].piece.scalars if not node.loops}
    for entry in entries[1:]:
        known = {(node.canon, node.sign, power) for node, power in entry.piece.scalars}
        shared = {canon: (node, power) for canon, (node, power) in shared.items() if (canon, node.sign, power) in known}
    if not shared:
        return None
    indices = tuple(index for index in (row, column) if index is not None)
    rests: list[Term] = []
    for entry in entries:
        left = [pair for pair in entry.piece.scalars if pair[0].canon not in shared]
        rest = build.scaled(entry.piece.coefficient, left, entry.piece.body)
        rests += terms_of(rest, indices, open_sums=False)
    inner = matrix_form(rests, row, column, breadth)
    if inner is None:
        return None
    together = Term(S.One, tuple(Factor(node, (), power) for node, power in shared.values()))
    return matrix_form([term.times(together) for term in terms_of(inner, indices, open_sums=False)], row, column)


def _grouped(
    entries: Sequence[Entry], signature: Signature, row: Index | None, column: Index | None, breadth: int
) -> Node | None:
    """The terms with one common factor taken out of those that have it."""
    places = signature[2]
    open_row = any(place == 0 for place in places)
    open_column = any(place == 1 for place in places)
    inner = [Index(S.One) for place in places if place is None]
    rests: list[Term] = []
    others: list[Term] = []
    taken: Factor | None = None
    for entry in entries:
        factors = entry.term.factors
        chosen = next((f for f in factors if _signature(f, row, column) == signature), None)
        if chosen is None and len(places) == 2 and None in places:
            chosen, factors = _beside_identity(factors, signature, row, column)
        if chosen is None:
            others.append(entry.term)
            continue
        summed = [index for index, place in zip(chosen.indices, places, strict=True) if place is None]
        if len(set(summed)) < len(summed):
            return None
        for mine, theirs in zip(inner, summed, strict=True):
            mine.size = theirs.size
        renaming = dict(zip(summed, inner, strict=True))
        rest = [f for f in factors if f is not chosen]
        rests.append(
            Term(
                entry.term.coefficient,
                tuple(Factor(f.node, tuple(renaming.get(i, i) for i in f.indices), f.power) for f in rest),
                entry.term.loops,
            )
        )
        if taken is None:
            taken = Factor(chosen.node, tuple(renaming.get(i, i) for i in chosen.indices), chosen.power)
        elif (
            chosen.node is not None
            and taken.node is not None
            and chosen.node.sign != taken.node.sign
            and build.odd(chosen.power)
        ):
            rests[-1] = rests[-1]._replace(coefficient=-rests[-1].coefficient)
    assert taken is not None
    if taken.node is None:
        rests = [_on_one_index(term, column, row) for term in rests]
    rest_row = _still_free(row, open_row, rests)
    rest_column = _still_free(column, open_column, rests)
    if taken.node is None:
        rest_column = None
        if any(rest_row in f.indices for term in rests for f in term.factors) != all(
            any(rest_row in f.indices for f in term.factors) for term in rests
        ):
            return None
        if not any(row in f.indices for term in rests for f in term.factors):
            rest_row = None
    free = [index for index in (rest_row, rest_column) if index is not None]
    for index in inner:
        if rest_row is None:
            rest_row = index
        elif rest_column is None:
            rest_column = index
        else:
            return None
    if len(free) + len(inner) > 2:
        return None
    if rest_row is None and rest_column is not None:
        rest_row, rest_column = rest_column, None
    rest_node = matrix_form(rests, rest_row, rest_column, breadth)
    if rest_node is None:
        return None
    indices = tuple(index for index in (rest_row, rest_column) if index is not None)
    if build.is_zero(rest_node):
        return None if not others else matrix_form(others, row, column, breadth)
    sign = S.One
    if rest_node.operator.name == "add" and all(arg.operator.name == "negative" for arg in rest_node.args):
        sign, rest_node = S.NegativeOne, build.negated(rest_node)
    united = [term.times(Term(sign, (taken,))) for term in terms_of(rest_node, indices, open_sums=False)]
    return matrix_form([*others, *united], row, column, breadth)


def _on_one_index(term: Term, gone: Index | None, kept: Index | None) -> Term:
    """The term with its factors on one of two tied indices moved to the other."""
    if gone is None or kept is None:
        return term
    factors = (Factor(f.node, tuple(kept if i is gone else i for i in f.indices), f.power) for f in term.factors)
    return term._replace(factors=tuple(factors))


def _beside_identity(
    factors: tuple[Factor, ...], signature: Signature, row: Index | None, column: Index | None
) -> tuple[Factor | None, tuple[Factor, ...]]:
    """The factor A of a term where it is all that lies between row and column, as A·I or I·A."""
    whole = (*signature[:2], (0, 1))
    found = next((f for f in factors if _signature(f, row, column) == whole), None)
    if found is None:
        return None, factors
    at = signature[2].index(None)
    inner = Index(found.indices[at].size)
    moved = Factor(found.node, (inner, found.indices[1]) if at == 0 else (found.indices[0], inner), found.power)
    tie = Factor(None, (found.indices[at], inner))
    return moved, (*tuple(moved if f is found else f for f in factors), tie)


def _still_free(index: Index | None, taken: bool, rests: Sequence[Term]) -> Index | None:
    """A free index stays one of the rest unless the factor taken out was all that had it."""
    if index is None or not taken:
        return index
    return index if any(index in factor.indices for term in rests for factor in term.factors) else None
