"""Differentials that one writes down at once, of sums and products: each factor varies in turn, ``dA·B + A·dB``.

What is built of these alone gets no names of its own: ``E = A·X·B − C`` has the differential ``A·dX·B``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mcalc.derivation.reasons import constant, is_square_of_norm, joined, named, squared
from mcalc.table.roles import NORM, TRACE
from mcalc.table.sentences import Formula, Sentence, told
from mcalc.tree import build
from mcalc.tree.node import Node, depends, topological

_PRODUCTS = frozenset({"multiply", "matmul", "dot", "outer"})
_TERMS = frozenset({"add", "negative", "transpose"})
RESIDUALS = ("e", "E")
"""What a residual is called, a vector and a matrix."""
_MOST = 4
"""More factors that vary are not read in one line."""

EACH_IN_TURN = told("{d(A·B) = dA·B + A·dB}: each factor varies in turn")


def in_products(root: Node, by: Node, names: Collection[Node]) -> set[Node]:
    """The values below `root` that are sums and products within a sum or a product, and used nowhere else."""
    touched = depends(root, by)
    order = [node for node in topological([root]) if node in touched and node.args]
    users: dict[Node, list[Node]] = {}
    for node in order:
        for arg in node.args:
            if arg in touched:
                users.setdefault(arg, []).append(node)
    squares = [node.args[0] for node in order if is_square_of_norm(node)]
    inside = {norm for norm in squares if norm not in names and len(users[norm]) == 1}
    varying: dict[Node, int] = {}
    for node in order:
        own = [arg for arg in node.args if arg in touched]
        varying[node] = sum(varying[arg] if arg in inside else 1 for arg in own)
        if not is_of_products(node):
            continue
        for arg in own:
            free = bool(arg.args) and arg not in names and len(users[arg]) == 1 and is_of_products(arg)
            if free and varying[node] <= _MOST:
                inside.add(arg)
    return inside


def is_of_products(node: Node) -> bool:
    """Whether an operator is a sum, a product, or linear: its differential is the product rule."""
    operator = node.operator
    linear = operator.linear and operator.name not in ("loop_sum", "element")
    return linear or operator.name == "stack" or operator.name in _PRODUCTS or operator.name in _TERMS


def change_of(definition: Node, changes: Mapping[Node, Node]) -> Node | None:
    """The differential with each factor varied where it stands; None where it is of another kind.

    `changes` are the differentials of what varies, ``dX`` of X.
    """
    if definition in changes:
        return changes[definition]
    own = [at for at, arg in enumerate(definition.args) if any(part in changes for part in topological([arg]))]
    if is_square_of_norm(definition):
        inner = definition.args[0].args[0]
        change = change_of(inner, changes)
        return None if change is None else _alike(inner, change)
    if definition.operator.name == "stack":
        return _stacked(definition, changes)
    if not is_of_products(definition):
        return None
    if definition.operator.name == "dot" and definition.args[0] is definition.args[1]:
        change = change_of(definition.args[0], changes)
        return None if change is None else _alike(definition.args[0], change)
    terms: list[Node] = []
    for at in own:
        change = change_of(definition.args[at], changes)
        if change is None:
            return None
        terms.append(_varied(definition, at, change))
    return terms[0] if len(terms) == 1 else build.apply("add", *terms)


def _stacked(definition: Node, changes: Mapping[Node, Node]) -> Node | None:
    """``[dw; 0]``: each part varies in its place."""
    parts = []
    for part in definition.args:
        moves = any(below in changes for below in topological([part]))
        change = change_of(part, changes) if moves else build.zeros(part.shape)
        if change is None:
            return None
        parts.append(change)
    return build.apply("stack", *parts, parameters=definition.parameters)


def _alike(inner: Node, change: Node) -> Node:
    """``2tr(Eᵀ·dE)``, of a vector ``2e·de``."""
    if len(inner.axes) == 2:
        product = build.apply(TRACE, build.apply("matmul", build.transpose(inner), change))
    elif inner.axes:
        product = build.apply("dot", inner, change)
    else:
        product = build.apply("multiply", inner, change)
    return build.apply("multiply", build.number(2), product)


def _varied(node: Node, at: int, change: Node) -> Node:
    """The operator with the differential in place of one of its arguments; of a sum that alone."""
    if node.operator.name == "add":
        stretched = bool(node.axes) and not change.axes
        return build.apply("multiply", change, build.ones(node.shape)) if stretched else change
    if node.operator.name == "transpose":
        return build.transpose(change)
    if node.operator.name == "dot":
        return build.apply("dot", node.args[1 - at], change)
    args = [change if position == at else arg for position, arg in enumerate(node.args)]
    return build.apply(node.operator.name, *args, parameters=node.parameters)


def signs_in_front(node: Node) -> Node:
    """``−(A·dX)`` for ``A·(−dX)``: a minus sign stands in front of the product that it is in."""
    done: dict[Node, Node] = {}
    for part in topological([node]):
        args = [done[arg] for arg in part.args]
        negative = [arg.operator.name == "negative" for arg in args]
        if part.operator.name == "negative" and negative[0]:
            done[part] = args[0].args[0]
        elif part.operator.name not in ("add", "negative", "stack") and is_of_products(part) and any(negative):
            bare = [arg.args[0] if sign else arg for arg, sign in zip(args, negative, strict=True)]
            product = build.apply(part.operator.name, *bare, parameters=part.parameters)
            done[part] = build.apply("negative", product) if sum(negative) % 2 else product
        else:
            done[part] = part.func(*args) if args else part
    return done[node]


def because_of(definition: Node, moving: Collection[Node]) -> str:
    """What is held, and which rules vary the rest."""
    touched = {part for part in topological([definition]) if any(leaf in moving for leaf in topological([part]))}
    order = [node for node in topological([definition]) if node in touched and node.args]
    if is_square_of_norm(definition):
        return squared(definition)
    held = [arg for node in order for arg in node.args if arg not in touched]
    said = [name for name in named([definition]) if name in named(held)]
    several = any(node.operator.name in _PRODUCTS and _count(node, touched) > 1 for node in order)
    linear = [node.operator.calls[0] for node in reversed(order) if node.operator.linear and node.operator.calls]
    inside: list[str] = [Sentence(Formula(f"d {name}(A) = {name}(dA)")) for name in linear[:1]]
    inside += [node.operator.sentence for node in order if node.operator.name == "stack"][:1]
    return joined([*inside, EACH_IN_TURN if several else "", constant(held, said) if held else ""])


def _count(node: Node, touched: Collection[Node]) -> int:
    return sum(arg in touched for arg in node.args)


def letters_for(node: Node, root: Node) -> Sequence[str]:
    """``f`` of a scalar that is differentiated, ``E`` of a residual, whose norm is taken; else none but a number."""
    if node is root:
        return ("f", "F") if not node.axes else ("Y", "F") if len(node.axes) == 2 else ("y", "f")
    normed = any(part.operator.name == NORM and part.args[0] is node for part in topological([root]))
    difference = node.operator.name == "add" and any(arg.operator.name == "negative" for arg in node.args)
    residual = normed and difference
    return RESIDUALS[len(node.axes) - 1 :][:1] if residual and node.axes else ()
