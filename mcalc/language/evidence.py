"""What in a text speaks for the shapes of its names, beside the habit of their letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from mcalc.language.habits import (
    COLUMN,
    DATA,
    MATRIX,
    SCALAR,
    SCALAR_LETTERS,
    TIE,
    UNHEARD_OF,
    base,
    habit,
    is_number,
    prices,
)
from mcalc.language.parser import Syntax
from mcalc.language.ranks import is_sign, is_sum, of_vectors, operator_of, terms, value_rank
from mcalc.language.syntax import walk


class Evidence:
    """What a program says of its names: `statements` are its definitions in order, and the value."""

    def __init__(
        self,
        statements: Sequence[tuple[str, Syntax]],
        declared: Mapping[str, int],
        open_names: Sequence[str],
    ) -> None:
        self.statements, self.declared, self.open_names = statements, declared, open_names
        self.bound = {name: syntax for name, syntax in statements if name}
        nodes = [node for _, syntax in statements for node in walk(syntax)]
        self.places = dict.fromkeys(open_names, 0)
        for node in nodes:
            if node.kind == "name" and node.value in self.places:
                self.places[node.value] += 1
        self.signs = any(declared.values()) or any(map(is_sign, nodes))
        self.costs = {name: list(prices(name)) for name in (*open_names, *declared)}
        self.thresholds = {
            name
            for node in nodes
            if node.kind == "infix" and node.value in ("<", ">", "<=", ">=")
            for name, alone in map(self.reach, node.children)
            if alone and habit(name) == SCALAR
        }
        self.guards = {
            id(part) for node in nodes for part in _guarded(node) if part.kind == "infix" and part.value == "+"
        }
        begun = {id(node.children[0]) for node in nodes if is_sum(node)}
        self.sums = {id(node): terms(node) for node in nodes if is_sum(node) and id(node) not in begun}
        self.scales = {place: self._scales(sides) for place, sides in self.sums.items()}
        self.held: dict[str, str] = {}
        for node in nodes:
            self._weigh(node)
        for name, costs in self.costs.items():
            self.costs[name] = [price + TIE * rank for rank, price in enumerate(costs)]

    # What the text makes of the habit of a letter

    def _weigh(self, node: Syntax) -> None:
        """`x[i]` may be a row of data; a reduction holds vectors; in a sum a letter says little."""
        if node.kind == "index" and len(node.children) == 2 and node.children[0].value in self.costs:
            costs = self.costs[node.children[0].value]
            costs[MATRIX] = min(4, costs[MATRIX])
        elif len(node.children) == 1 and self._reduces(node):
            self._reduction(node)
        sides = self.sums.get(id(node), [])
        beside = [term for term in sides[: -1 if id(node) in self.guards else None] if not is_constant(term)]
        beside = list(takewhile(lambda term: not self.is_line(term), beside))
        if len(beside) > 1:
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
        """Whether the name is a number by habit, or a threshold that something is held against."""
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

    def _scales(self, sides: Sequence[Syntax]) -> list[str]:
        """The g of ``g*(x - m)/s + b``, a normalisation: of the shape of b."""
        tops = [term.children[0] for term in sides if term.kind == "infix" and term.value == "/"]
        return [
            top.children[0].value
            for top in tops
            if top.kind == "infix"
            and top.value == "*"
            and top.children[0].value in self.places
            and top.children[1].kind == "infix"
            and top.children[1].value == "-"
        ]


def _guarded(node: Syntax) -> Sequence[Syntax]:
    """What is under a root or a stroke: something added there keeps it from zero."""
    operator = operator_of(node)
    if operator is not None and operator.notation.kind == "root":
        return node.children[:1]
    return node.children[1:] if node.kind == "infix" and node.value == "/" else ()


def is_constant(node: Syntax) -> bool:
    """Whether there is no name in it but pi."""
    return all(
        part.kind in ("number", "prefix", "infix") or (part.kind == "name" and part.value == "pi")
        for part in walk(node)
    )


def _letter(node: Syntax) -> str:
    return base(node.value) if node.kind == "name" else ""
