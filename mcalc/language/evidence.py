"""What speaks for a reading: every part of a text has a price for each rank, and the least sum is the reading.

The prices are in strict order: one of these outweighs any number of those after it. A misfit is no reading at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mcalc.language.habits import (
    COLUMN,
    DATA,
    MATRIX,
    RAISED,
    ROW,
    SCALAR,
    SCALAR_LETTERS,
    UNHEARD_OF,
    base,
    habit,
    is_number,
    prices,
)
from mcalc.language.parser import Syntax
from mcalc.language.ranks import counted_rank, is_sign, of_vectors, operator_of, parts_of, terms, value_rank, walk

MISFIT, SIGN, LIKE, CAPITAL, VALUE = 1e11, 1e8, 1e5, 1e4, 1e3
"""A scalar where vectors are meant; a name unlike what it stands beside; a capital as a vector; a value that is no scalar."""

SCALE, STRETCHED, DIVISOR, LYING, TIE = RAISED + 4, RAISED + 2.5, 2.0, 1.0, 0.01
"""Among habits: g in g*(x - m)/s + b, log(b) in a sum, a matrix as a divisor, a row, a rank more."""

Price = tuple[float, tuple[int, ...]]
Table = dict[int, Price]
"""rank → its least price, and the ranks of the parts that have it"""


class Best(NamedTuple):
    """The cheapest reading; where places of one name disagree, its price is a lower bound, and `torn` the name."""

    price: float
    ranks: dict[str, int]
    torn: str


class Evidence:
    """The prices of the readings of a program: `statements` are its definitions in order, and the value."""

    def __init__(
        self,
        statements: Sequence[tuple[str, Syntax]],
        declared: Mapping[str, int],
        open_names: Sequence[str],
        lenient: bool = False,
    ) -> None:
        self.statements, self.declared, self.open_names = statements, declared, open_names
        self.lenient = lenient
        self.bound = {name: syntax for name, syntax in statements if name}
        nodes = [node for _, syntax in statements for node in walk(syntax)]
        self.used = [
            tuple(dict.fromkeys(node.value for node in walk(syntax) if node.kind == "name")) for _, syntax in statements
        ]
        self.places = dict.fromkeys(open_names, 0)
        for node in nodes:
            if node.kind == "name" and node.value in self.places:
                self.places[node.value] += 1
        self.signs = any(declared.values()) or any(map(is_sign, nodes))
        self.costs = {name: list(prices(name, CAPITAL)) for name in (*open_names, *declared)}
        self.thresholds = {
            name
            for node in nodes
            if node.kind == "infix" and node.value in ("<", ">", "<=", ">=")
            for name, alone in map(self.reach, node.children)
            if alone and habit(name) == SCALAR
        }
        self.guards = {id(part) for node in nodes for part in _guarded(node) if part.kind == "infix" and part.value == "+"}
        self.scales = {id(node): self._scales(node) for node in nodes if terms(node)}
        self.held: dict[str, str] = {}
        for node in nodes:
            self._weigh(node)
        for name, costs in self.costs.items():
            self.costs[name] = [price + TIE * rank for rank, price in enumerate(costs)]
        self.memo: dict[tuple[object, ...], tuple[Table, dict[int, Table]]] = {}

    # What the text makes of the habit of a letter

    def _weigh(self, node: Syntax) -> None:
        """`x[i]` may be a row of data; a reduction holds vectors; in a sum a letter says little."""
        if node.kind == "index" and len(node.children) == 2 and node.children[0].value in self.costs:
            costs = self.costs[node.children[0].value]
            costs[MATRIX] = min(4, costs[MATRIX])
        elif len(node.children) == 1 and self._reduces(node):
            self._reduction(node)
        beside = [term for term in terms(node) if not is_constant(term)]
        if len(beside) > 1 and id(node) not in self.guards and not any(map(self.is_line, beside)):
            for name, alone in map(self.reach, beside):
                if alone and name in self.costs and not self.is_number(name) and self.costs[name][SCALAR] == 0:
                    self.costs[name][COLUMN] = min(0.5, self.costs[name][COLUMN])

    def _reduces(self, node: Syntax) -> bool:
        """Whether it is a function of one vector or matrix."""
        return node.kind == "call" and of_vectors(node) and value_rank(node, (COLUMN,)) is not None

    def _reduction(self, call: Syntax) -> None:
        """Where nothing in it is a vector by habit all names are: ``sum(a*b)``, ``sum(exp(log_var) + mu^2)``."""
        names: dict[str, None] = {}
        stack = [call.children[0]]
        while stack:
            for node in walk(stack.pop()):
                if is_sign(node):
                    return
                if node.kind == "name" and node.value not in names:
                    names[node.value] = None
                    stack += [self.bound[node.value]] if node.value in self.bound else []
        free = [name for name in names if name in self.costs and not self.is_number(name)]
        if all(self.costs[name][SCALAR] == 0 for name in free) and not any(self.declared.get(name) for name in names):
            for name in free:
                self.costs[name] = [2, 0, UNHEARD_OF]
                self.held[name] = call.value

    def is_number(self, name: str) -> bool:
        return is_number(name) or name in self.thresholds

    def reach(self, node: Syntax) -> tuple[str, bool]:
        """(name, True) of ``b``, ``-b``, ``2b``, ``b/2``; (name, False) of ``log(b)``, ``b^2``; else ("", False)."""
        alone = True
        while node.kind != "name":
            if node.kind == "infix" and node.value in "^*/" and node.children[1].kind == "number":
                alone = alone and node.value != "^"
                node = node.children[0]
            elif node.kind == "infix" and node.value == "*" and node.children[0].kind == "number":
                node = node.children[1]
            elif node.kind == "prefix" or (node.kind == "call" and len(node.children) == 1 and not of_vectors(node)):
                alone = alone and node.kind == "prefix"
                node = node.children[0]
            else:
                return "", False
        return (node.value, alone) if node.value in self.costs else ("", False)

    def is_line(self, node: Syntax) -> bool:
        """``X@w`` or ``m*x``: what stands beside it is an intercept."""
        while node.kind == "prefix":
            node = node.children[0]
        if node.kind != "infix" or node.value not in "*@":
            return False
        left, right = node.children
        if node.value == "@":
            return left.kind == "name" and base(left.value) in DATA and _letter(right) not in SCALAR_LETTERS
        return all(
            side.kind == "name" and side.value in self.costs and not is_number(side.value) for side in (left, right)
        )

    def _scales(self, node: Syntax) -> list[str]:
        """The g of ``g*(x - m)/s + b``, a normalisation: of the shape of b."""
        tops = [term.children[0] for term in terms(node) if term.kind == "infix" and term.value == "/"]
        return [
            top.children[0].value
            for top in tops
            if top.kind == "infix"
            and top.value == "*"
            and top.children[0].value in self.places
            and top.children[1].kind == "infix"
            and top.children[1].value == "-"
        ]

    # The price of a reading

    def best(self, given: Mapping[str, frozenset[int]]) -> Best | None:
        """The cheapest reading within the ranks given; None where there is none."""
        bound: dict[str, Table] = {}
        total, done, roots = 0.0, {}, []
        for (name, syntax), used in zip(self.statements, self.used, strict=True):
            key = (id(syntax), *((given.get(one), tuple(bound.get(one, ()))) for one in used))
            if key not in self.memo:
                self.memo[key] = self._read(syntax, given, bound)
            table, tables = self.memo[key]
            if name:
                table = {rank: found for rank, found in table.items() if rank in given.get(name, (rank,))}
                bound[name] = {rank: (0.0, ()) for rank in table}
            else:
                table = {rank: (price + (VALUE if rank else 0), picks) for rank, (price, picks) in table.items()}
            if not table:
                return None
            rank = min(table, key=lambda one: table[one][0])
            total += table[rank][0]
            done.update(tables)
            roots.append((name, syntax, rank))
        return self._picked(total, roots, done, given)

    def _picked(
        self, total: float, roots: list[tuple[str, Syntax, int]], tables: dict[int, Table], given: Mapping[str, frozenset[int]]
    ) -> Best:
        """The ranks of the names along the cheapest parts, and the first name whose places disagree."""
        ranks = {name: rank for name, _, rank in roots if name}
        torn = dict.fromkeys(
            name for scales in self.scales.values() for name in scales if len(given.get(name, range(3))) > 1
        )
        for _, syntax, top in roots:
            stack = [(syntax, top)]
            while stack:
                node, rank = stack.pop()
                if node.kind == "name" and ranks.setdefault(node.value, rank) != rank:
                    torn[node.value] = None
                picks = tables[id(node)][rank][1]
                if picks:
                    stack += zip(parts_of(node), picks, strict=True)
        for name in self.open_names:
            if not self.places[name]:
                ranks[name] = SCALAR
            elif name not in ranks:
                ranks[name] = min(given.get(name, range(3)), key=lambda rank: self.costs[name][rank])
        return Best(total, ranks, next(iter(torn), ""))

    def _read(
        self, root: Syntax, given: Mapping[str, frozenset[int]], bound: Mapping[str, Table]
    ) -> tuple[Table, dict[int, Table]]:
        """The table of a statement, and those of its parts; a loop, so that depth costs nothing."""
        done: dict[int, Table] = {}
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            parts = parts_of(node)
            if not ready and parts:
                stack += [(node, True), *((part, False) for part in parts)]
                continue
            table = self._fold(node, parts, [done[id(part)] for part in parts], given) if parts else self._leaf(node, given, bound)
            if not table:
                return {}, {}
            done[id(node)] = table
        return done[id(root)], done

    def _leaf(self, node: Syntax, given: Mapping[str, frozenset[int]], bound: Mapping[str, Table]) -> Table:
        name = node.value
        if node.kind == "call":
            rank = counted_rank(node)
            return {SCALAR if rank is None else rank: (0.0, ())}
        if node.kind == "fit":
            return {COLUMN: (0.0, ())}
        if node.kind != "name":
            return {SCALAR: (0.0, ())}
        if name in bound:
            return {rank: (0.0, ()) for rank in bound[name] if rank in given.get(name, (rank,))}
        if name in self.declared:
            return {self.declared[name]: (0.0, ())}
        if name in self.places:
            count = self.places[name]
            return {rank: (self.costs[name][rank] / count, ()) for rank in given.get(name, range(3))}
        return {MATRIX if name == "I" else SCALAR: (0.0, ())}

    def _fold(
        self, node: Syntax, parts: Sequence[Syntax], tables: Sequence[Table], given: Mapping[str, frozenset[int]]
    ) -> Table:
        """The parts together, at each rank that they can have."""
        if node.kind == "infix" and node.value in "+-":
            return self._beside(node, parts, tables, given, id(node) in self.guards)
        if _compares(node):
            return self._beside(node, parts, tables, given, True)
        states: dict[tuple[int, ...], Price] = {(): (0.0, ())}
        in_order = len(parts) < 5
        for table in tables:
            following: dict[tuple[int, ...], Price] = {}
            for ranks, (price, picks) in states.items():
                for rank, (more, _) in table.items():
                    key = (*ranks, rank) if in_order else tuple(sorted({*ranks, rank}))
                    if key not in following or price + more < following[key][0]:
                        following[key] = (price + more, (*picks, rank))
            states = following
        result: Table = {}
        for ranks, (price, picks) in states.items():
            value = value_rank(node, ranks if in_order else [ranks[at % len(ranks)] for at in range(len(parts))])
            if value is None and self.lenient:
                value, price = max(ranks), price + MISFIT
            if value is None:
                continue
            price += self._oddity(node, ranks)
            if value not in result or price < result[value][0]:
                result[value] = (price, picks)
        return result

    def _oddity(self, node: Syntax, ranks: Sequence[int]) -> float:
        """What a person would not write, though it fits."""
        if of_vectors(node) and SCALAR in ranks:
            return SIGN
        if of_vectors(node) and ranks == (ROW,) and node.kind == "call":
            return LYING
        if node.kind == "infix" and node.value == "." and ranks != (COLUMN, COLUMN):
            return LYING
        if node.kind == "infix" and node.value == "/" and ranks[1] == MATRIX and self.reach(node.children[1])[0]:
            return DIVISOR
        return 0

    def _beside(
        self,
        node: Syntax,
        operands: Sequence[Syntax],
        tables: Sequence[Table],
        given: Mapping[str, frozenset[int]],
        silent: bool,
    ) -> Table:
        """Operands side by side: like stands with like, save intercepts; of what is compared, thresholds (`silent`).

        One pass for each rank of the whole, with a line among the terms or without. Four facts are passed on: there
        is a line, a value is stretched, something that is no bare name has the rank, the rank is there at all.
        """
        result: Table = {}
        reached = [self.reach(operand) for operand in operands]
        lines = [not alone and node.kind == "infix" and node.value in "+-" and self.is_line(operand) for operand, (_, alone) in zip(operands, reached, strict=True)]
        constant = [is_constant(operand) for operand in operands]
        pair = Syntax("infix", node.value if node.kind == "infix" else "+", (), 0, 0)
        for whole in dict.fromkeys(rank for table in tables for rank in table):
            for line in (False, True) if any(lines) and whole else (False,):
                states: dict[tuple[bool, bool, bool, bool], tuple[float, object]] = {(False, False, False, False): (0.0, None)}
                for at, table in enumerate(tables):
                    name, alone = reached[at]
                    steps = []
                    for rank, (price, _) in table.items():
                        if rank == whole or (rank and value_rank(pair, (whole, rank)) == whole):
                            lined = bool(rank) and lines[at]
                            if line or not lined:
                                steps.append((lined, False, bool(rank) and not alone, rank == whole, price, rank))
                        elif not rank:
                            if name in self.places and not silent and not self.is_number(name):
                                if not (line and self.costs[name][SCALAR] < TIE):
                                    price += LIKE if alone else STRETCHED
                            steps.append((False, not alone and not constant[at], False, False, price, rank))
                        elif self.lenient:
                            steps.append((False, False, not alone, False, price + MISFIT, rank))
                    after: dict[tuple[bool, bool, bool, bool], tuple[float, object]] = {}
                    for flags, (so_far, picks) in states.items():
                        for lined, stretched, shaped, present, price, rank in steps:
                            key = (flags[0] or lined, flags[1] or stretched, flags[2] or shaped, flags[3] or present)
                            if key not in after or so_far + price < after[key][0]:
                                after[key] = (so_far + price, (picks, rank))
                    states = after
                for (lined, stretched, shaped, present), (price, picks) in states.items():
                    if lined == line and present:
                        if whole and stretched and not shaped and not (silent and node.kind == "infix" and node.value in "+-"):
                            price += LIKE
                        if whole not in result or price < result[whole][0]:
                            result[whole] = (price, _unlinked(picks))
        if COLUMN in result:
            bare = [name for name, alone in reached if alone and name in self.places and self.costs[name][SCALAR] < TIE]
            if bare:
                price, picks = result[COLUMN]
                scalars = [one for one in self.scales.get(id(node), ()) if given.get(one) == {SCALAR}]
                result[COLUMN] = (price + SCALE * len(scalars), picks)
        return result


def _unlinked(picks: object) -> tuple[int, ...]:
    found = []
    while isinstance(picks, tuple):
        picks, rank = picks
        found.append(rank)
    return tuple(reversed(found))


def _compares(node: Syntax) -> bool:
    """Whether its operands are held against one another."""
    if node.kind == "infix":
        return node.value in ("<", ">", "<=", ">=")
    operator = operator_of(node)
    return operator is not None and operator.name in ("maximum", "minimum")


def _guarded(node: Syntax) -> Sequence[Syntax]:
    """What is under a root or a stroke: something added there keeps it from zero."""
    operator = operator_of(node)
    if operator is not None and operator.name == "sqrt":
        return node.children[:1]
    return node.children[1:] if node.kind == "infix" and node.value == "/" else ()


def is_constant(node: Syntax) -> bool:
    return all(
        part.kind in ("number", "prefix", "infix") or (part.kind == "name" and part.value == "pi")
        for part in walk(node)
    )


def _letter(node: Syntax) -> str:
    return base(node.value) if node.kind == "name" else ""
