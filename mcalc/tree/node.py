"""The tree: a value is an operator of the table applied to values; equal values are one object.

A ``Node`` is a ``sympy.Basic``: immutable, hashable, traversable. Nodes are interned, so a shared
subexpression is one node and the tree is a directed acyclic graph; every pass visits a node once.
SymPy's own ``replace``, ``subs``, ``xreplace``, ``free_symbols``, ``has``, ``latex`` and pickling hold of it.
Nothing here rewrites what the user typed: that is left to `mcalc.rewriting`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from sympy.core.basic import Basic
from sympy.core.expr import Expr
from sympy.core.numbers import Integer
from sympy.core.singleton import S
from sympy.core.symbol import Symbol

from mcalc.table import TABLE
from mcalc.table.records import LoopIndex, Operator, Parameter, Parameters, Shape, Slice
from mcalc.tree.interning import Interned
from mcalc.tree.marks import canonical, operators_of, reading_key

if TYPE_CHECKING:
    from sympy.printing.printer import Printer

_nodes: Interned[Node] = Interned()
_held = _nodes.entries


def dimension(value: int | str | Expr) -> Expr:
    """A dimension: a whole number, or a symbol for a positive whole number."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, int) or value.isdigit():
        return Integer(int(value))
    return Symbol(value, integer=True, positive=True)


class Node(Basic):
    """``operator(*args)`` with its shape; leaves carry their name or number in ``parameters``."""

    __slots__ = ("__weakref__", "axes", "below", "canon", "key", "loops", "operator", "parameters", "shape", "sign")
    args: tuple[Node, ...] = Basic._args  # the slot itself, which is read without a call
    operator: Operator
    parameters: Parameters
    shape: Shape
    axes: Shape
    """The dimensions that carry an index: an axis of size one carries none."""
    below: frozenset[str]
    """The names of the operators in the value, its own among them."""
    canon: bytes
    sign: int
    key: tuple[int, str, bytes]
    loops: frozenset[LoopIndex]

    def __new__(cls, operator: Operator, args: Sequence[Node], parameters: Parameters, shape: Shape) -> Node:
        identity = (id(operator), parameters, shape, *args)
        held = _held.get(identity)
        if held is not None and (found := held()) is not None:
            return found
        self = Basic.__new__(cls, *args)
        self.operator, self.parameters, self.shape = operator, parameters, shape
        self.axes = tuple([size for size in shape if size is not S.One])
        self.below = operators_of(self)
        self.loops = _free_loops(self) if parameters or any([arg.loops for arg in args]) else _NONE
        self.sign, self.canon = canonical(self)
        self.key = reading_key(self)
        _nodes.keep(identity, self)
        return self

    __eq__, __hash__ = object.__eq__, object.__hash__  # equal values are one object

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        known = self.operator if self.operator.open else self.operator.name
        return _restored, (known, self.args, self.parameters, self.shape)

    @property
    def func(self) -> Callable[[*tuple[Node, ...]], Node]:
        """What makes the value of its ``args`` again, or of others; raises `ShapeMismatch` where those do not fit."""
        return lambda *args: _made_of(self, args)

    @property
    def free_symbols(self) -> set[Expr]:
        """The variables below the value."""
        return set(variables(self))

    def matches(
        self, expr: Basic, repl_dict: dict[Basic, Basic] | None = None, old: bool = False
    ) -> dict[Basic, Basic] | None:
        """No value is a pattern: one matches itself alone."""
        return dict(repl_dict or {}) if expr is self else None

    def _eval_subs(self, old: Basic, new: Basic) -> Node | None:
        """A dimension stands in shapes and parameters, and is no argument."""
        return None if isinstance(old, Node) else resized(self, {old: new})

    def _xreplace(self, rule: Mapping[Basic, Basic]) -> tuple[Basic, bool]:
        values = {old: new for old, new in rule.items() if isinstance(old, Node)}
        sizes = {old: new for old, new in rule.items() if not isinstance(old, Node)}
        found = resized(replace(self, values), sizes)
        return found, found is not self

    @property
    def name(self) -> str:
        """The operator's name; of a variable, its own is ``parameters[0]``."""
        return self.operator.name

    def __repr__(self) -> str:
        return _printers[-1](self, "ascii")

    __str__ = __repr__

    def _sympystr(self, printer: Printer) -> str:
        return repr(self)

    def _latex(self, printer: Printer) -> str:
        return _printers[-1](self, "latex")

    def _sympyrepr(self, printer: Printer) -> str:
        return plainly(self)


def _restored(known: str | Operator, args: Sequence[Node], parameters: Parameters, shape: Shape) -> Node:
    """The value again; an operator of the table goes by its name."""
    return Node(TABLE[known] if isinstance(known, str) else known, args, parameters, shape)


def _made_of(node: Node, args: Sequence[Node]) -> Node:
    """The node's operator applied to other values."""
    before, after = [arg.shape for arg in node.args], [arg.shape for arg in args]
    shape = node.shape if after == before else node.operator.shape(operator.eq, after, *node.parameters)
    return Node(node.operator, args, node.parameters, shape)


def resized(root: Node, sizes: Mapping[Expr, Expr]) -> Node:
    """`root` with other dimensions in its shapes and its parameters."""
    done: dict[Node, Node] = {}

    def new(place: Parameter) -> Parameter:
        if isinstance(place, LoopIndex):
            return LoopIndex(place.name, new(place.size))
        if isinstance(place, Slice):
            return Slice(new(place.lower), new(place.upper))
        if isinstance(place, tuple):
            return tuple(map(new, place))
        return place.xreplace(sizes) if isinstance(place, Expr) else place

    for node in topological([root]) if sizes else ():
        done[node] = Node(node.operator, [done[arg] for arg in node.args], new(node.parameters), new(node.shape))
    return done.get(root, root)


def plainly(node: Node, dialect: str = "ascii") -> str:
    """``add(x, y)``: operators by their names, called."""
    parts = [*map(plainly, node.args), *map(str, node.parameters)]
    return f"{node.operator.name}({', '.join(parts)})" if node.args else "_".join(parts) or node.operator.name


_printers: list[Callable[[Node, str], str]] = [plainly]


class ValueName(str):
    """A value named by what it is, ``(A·b)``: as text, and with the value itself for whoever sets it otherwise."""

    __slots__ = ("value",)
    value: Node

    def __new__(cls, text: str, value: Node) -> ValueName:
        self = super().__new__(cls, f"({text})")
        self.value = value
        return self

    def __reduce__(self) -> tuple[type, tuple[str, Node]]:
        return ValueName, (self[1:-1], self.value)


def print_with(printer: Callable[[Node, str], str]) -> None:
    """Values are shown by `printer`, in ``ascii`` or ``latex``: `mcalc.notation` has one, and stands above the tree."""
    _printers.append(printer)


def _free_loops(node: Node) -> frozenset[LoopIndex]:
    """The running indices that the value depends on."""
    return free_loops(node.operator.name, node.parameters, all_loops(node.args))


class _Looped(Protocol):
    loops: frozenset[LoopIndex]


_NONE: frozenset[LoopIndex] = frozenset()


def all_loops(args: Iterable[_Looped]) -> frozenset[LoopIndex]:
    """The running indices of all the arguments; mostly there are none."""
    free = _NONE
    for arg in args:
        if arg.loops:
            free |= arg.loops
    return free


def free_loops(name: str, parameters: Sequence[Parameter], free: frozenset[LoopIndex]) -> frozenset[LoopIndex]:
    """The running indices that an operator's value depends on, by its parameters and those of its arguments."""
    if name == "loop_sum":
        return free - {parameters[0]}
    if name == "variable" and len(parameters) > 2:
        return frozenset(parameters[2])
    if name == "differential":
        return frozenset(parameters[1])
    own = [place for place in parameters if isinstance(place, LoopIndex)] if parameters else ()
    return free.union(own) if own else free


def topological(roots: Iterable[Node], into: Callable[[Node], Sequence[Node]] | None = None) -> list[Node]:
    """Every node below `roots` once, arguments before the nodes that use them; no recursion."""
    order: list[Node] = []
    seen: set[Node] = set()
    begun: list[tuple[Node, Iterator[Node]]] = []
    add, done = seen.add, order.append
    for root in roots:
        if root in seen:
            continue
        add(root)
        begun.append((root, iter(root.args if into is None else into(root))))
        while begun:
            node, left = begun[-1]
            for child in left:
                if child not in seen:
                    add(child)
                    children = child.args if into is None else into(child)
                    if children:
                        begun.append((child, iter(children)))
                        break
                    done(child)
            else:
                done(node)
                begun.pop()
    return order


def replace(root: Node, mapping: dict[Node, Node]) -> Node:
    """`root` with the nodes of `mapping` exchanged, from the leaves up."""
    return replaced([root], mapping)[root]


def replaced(roots: Iterable[Node], mapping: dict[Node, Node]) -> dict[Node, Node]:
    """What becomes of every node below `roots` when the nodes of `mapping` are exchanged."""
    done = dict(mapping)
    for node in topological(roots, lambda node: () if node in mapping else node.args):
        if node not in done:
            args = [done[arg] for arg in node.args]
            done[node] = node if all(map(operator.is_, args, node.args)) else _made_of(node, args)
    return done


def loops_below(roots: Iterable[Node]) -> set[Expr]:
    """Every running index that stands anywhere below `roots`, bound or free."""
    nodes = topological(roots)
    bound = {node.parameters[0] for node in nodes if node.operator.name == "loop_sum"}
    return bound.union(*(node.loops for node in nodes))


def with_loop(root: Node, old: LoopIndex, new: Parameter) -> Node:
    """`root` with a running index that is free in it by another name; a Σ over that name makes way."""
    if old not in root.loops:
        return root
    done: dict[Node, Node] = {}
    for node in topological([root], lambda node: [arg for arg in node.args if old in arg.loops]):
        args = [done.get(arg, arg) for arg in node.args]
        parameters = tuple(_renamed(place, old, new) for place in node.parameters)
        if node.operator.name == "loop_sum" and node.parameters[0] == new:
            other = new.apart_from({old, new, *loops_below(node.args)})
            args, parameters = [with_loop(with_loop(node.args[0], new, other), old, new)], (other,)
        done[node] = Node(node.operator, args, parameters, node.shape)
    return done[root]


def _renamed(place: Parameter, old: LoopIndex, new: Parameter) -> Parameter:
    if isinstance(place, tuple):
        return tuple(new if one == old else one for one in place)
    return new if place == old else place


def variables(root: Node) -> list[Node]:
    """The variables below `root`, in order of first appearance."""
    return [node for node in topological([root]) if node.operator.name == "variable"]


def have_names_in_common(one: Node, other: Node) -> bool:
    """Whether a variable stands in both."""
    return not set(variables(one)).isdisjoint(variables(other))


def depends(root: Node, *on: Node) -> set[Node]:
    """The nodes below `root`, itself included, whose value changes with one of `on`."""
    moving, touched = frozenset(on), set[Node]()
    for node in topological([root]):
        if node in moving or not touched.isdisjoint(node.args):
            touched.add(node)
    return touched


def moving_with(root: Node, by: Sequence[Node]) -> dict[Node, int]:
    """With which of the variables each value below `root` moves: a bit for each of them, in order."""
    bits = {variable: 1 << at for at, variable in enumerate(by)}
    found: dict[Node, int] = {}
    for node in topological([root]):
        own = bits.get(node, 0)
        for arg in node.args:
            own |= found[arg]
        found[node] = own
    return found
