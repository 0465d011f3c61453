"""What each operator of the table is as a value: most are products and totals, a few stay operations of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from sympy.core.expr import Expr

from mcalc.code.algebra import diagonal, product, reduced, summed, total
from mcalc.code.operations import Axes, Meanings, called, of_rows, ordered, places_along
from mcalc.code.values import (
    ONE_TIME,
    Index,
    Reference,
    build,
    delta,
    factors_of,
    fresh,
    is_indicator,
    is_number,
    leaf,
    lost,
    number,
    opened,
    renamed,
)
from mcalc.numbers.axes import places
from mcalc.table.records import LoopIndex, Slice
from mcalc.table.roles import (
    ABSOLUTE,
    CASES,
    DELTA,
    DETERMINANT,
    DIAGONAL,
    INVERSE,
    LARGEST,
    LEAST,
    LOG_OF_DETERMINANT,
    LOG_OF_SHARES,
    LOG_OF_SUM,
    LOGARITHM,
    NORM,
    PRODUCT,
    ROOT,
    SHARES,
    TRACE,
    VARIANCE,
)
from mcalc.tree.node import Node
from mcalc.tree.properties import SYMMETRIC

Rule = Callable[["Meanings", Node, Axes], Reference]
_HALF, _LESS = Fraction(1, 2), Fraction(-1)


def _variable(translator: Meanings, node: Node, axes: Axes) -> Reference:
    name, *properties = node.parameters
    symmetric = bool(properties and properties[0] & SYMMETRIC)
    return Reference(leaf("variable", node.axes, (name, symmetric)), tuple(axes))


def _unit(translator: Meanings, node: Node, axes: Axes) -> Reference:
    place = node.parameters[0]
    if not axes:
        return number(1)
    if not isinstance(place, LoopIndex):
        return called(translator, node, axes)
    loop = translator.loop(place)
    if loop.size == axes[0].size:
        return delta(loop, axes[0])
    return build("map", [places_along(loop), places_along(axes[0])], {loop, axes[0]}, ("equal",))


def _delta(translator: Meanings, node: Node, axes: Axes) -> Reference:
    """1 where two places are equal: of running indices over one range it is the network's δ."""
    loops = [translator.loop(place) for place in node.parameters if isinstance(place, LoopIndex)]
    if len(loops) == 2 and loops[0].size == loops[1].size:
        return product(1, [(delta(*loops), ONE_TIME)], set(loops))
    args = [
        places_along(translator.loop(place)) if isinstance(place, LoopIndex) else translator.size(place)
        for place in node.parameters
    ]
    return build("map", args, set(loops), ("equal",))


def _matrix_product(translator: Meanings, node: Node, axes: Axes) -> Reference:
    left, right = node.args
    name, many = node.operator.name, len(left.axes)
    column = name == "matmul" and (len(left.shape) == 1 or left.shape[-1] == 1)
    inner: list[Index] = []
    if name != "outer" and left.axes and right.axes and not column:
        inner = [fresh(left.axes[-1])]
        many -= 1
    ids = [*axes[:many], *inner], [*inner, *axes[many:]]
    factors = [(translator.reference(arg, own), ONE_TIME) for arg, own in zip(node.args, ids, strict=True)]
    out = {index for one, _ in factors for index in one.ids} - set(inner)
    return product(1, [*factors, *lost(inner, factors)], out)


def _loop_sum(translator: Meanings, node: Node, axes: Axes) -> Reference:
    loop = translator.loop(node.parameters[0])
    inner = translator.reference(node.args[0], axes)
    factors = [(inner, ONE_TIME)]
    if loop not in inner.ids:
        factors.append((translator.size(loop.size), ONE_TIME))
    return product(1, factors, set(inner.ids) - {loop})


def _trace(translator: Meanings, node: Node, axes: Axes) -> Reference:
    if not node.args[0].axes:
        return translator.reference(node.args[0], ())
    index = fresh(node.args[0].axes[0])
    one = translator.reference(node.args[0], [index, index])
    found = product(1, [(one, ONE_TIME)], one.ids)
    return summed(found, [index])


def _diagonal(translator: Meanings, node: Node, axes: Axes) -> Reference:
    argument = node.args[0]
    if not argument.axes:
        return translator.reference(argument, ())
    if len(argument.axes) == 2:
        one = translator.reference(argument, [axes[0], axes[0]])
        return product(1, [(one, ONE_TIME)], one.ids)
    one = translator.reference(argument, axes[:1])
    if len(axes) == 1:
        return one
    return product(1, [(one, ONE_TIME), (delta(*axes), ONE_TIME)], {*axes, *one.ids})


def _square(translator: Meanings, node: Node, axes: Axes) -> Reference:
    """inv, det, logdet, of a matrix."""
    argument = node.args[0]
    if not argument.axes:
        return _of_one(node.operator.name, translator.reference(argument, ()))
    found, whole = translator.whole(argument)
    if node.operator.name == INVERSE:  # on the axes of its argument, exchanged
        renamed_ids = dict(zip(whole, axes, strict=True))
        return ordered(INVERSE, [(renamed(found, renamed_ids), axes)], axes, ())
    return (
        _determinant(found, whole)
        if node.operator.name == DETERMINANT
        else ordered(LOG_OF_DETERMINANT, [(found, whole)], (), ())
    )


def _determinant(one: Reference, axes: Sequence[int]) -> Reference:
    """Of a product of square matrices the product of theirs; of a matrix and its transpose it is one value."""
    value = one.value
    square = len({*value.sizes, *(size for arg, _ in value.args for size in arg.axes)}) == 1
    ranks = [arg.rank for arg, _ in value.args]
    plain = value.operation == "product" and value.parameters == (1, (1, 1)) and len(value.sizes) == 3
    inner = all(value.rank in ids for _, ids in value.args)
    if plain and square and inner and value.rank == 2 and ranks == [2, 2]:
        factors = [_determinant(arg, arg.ids) for arg in opened(one)]
        return product(1, [(factor, ONE_TIME) for factor in factors], ())
    whole = [index for index in one.ids if index in axes]
    return ordered(DETERMINANT, [(one, whole if len(whole) == len(axes) else axes)], (), ())


def _of_one(name: str, entry: Reference) -> Reference:
    if name == LOG_OF_DETERMINANT:
        return elementwise(LOGARITHM, [elementwise(ABSOLUTE, [entry])])
    return product(1, [(entry, _LESS)], entry.ids) if name == INVERSE else entry


def _norm(translator: Meanings, node: Node, axes: Axes) -> Reference:
    one, whole = translator.whole(node.args[0])
    squares = _power(one, Fraction(2))
    return product(1, [(summed(squares, whole), _HALF)], set(one.ids) - set(whole))


def _reduced(translator: Meanings, node: Node, axes: Axes) -> Reference:
    """sum, mean, var, max, min, prod, logsumexp: of all entries, or along an axis."""
    argument, name = node.args[0], node.operator.name
    axis = node.parameters[0] if node.parameters else None
    if not argument.axes:
        return number(0) if name == VARIANCE else translator.reference(argument, ())
    if len(argument.axes) < 2 and axes:  # down the columns of a row
        return number(0) if name == VARIANCE else translator.reference(argument, axes)
    if axis is None or len(argument.axes) < 2:
        one, gone = translator.whole(argument)
    else:
        gone = (fresh(argument.axes[int(axis)]),)
        one = translator.reference(argument, [*gone, *axes] if int(axis) == 0 else [*axes, *gone])
    below = [(translator.size(index.size), _LESS) for index in gone]

    def mean(of: Reference) -> Reference:
        return product(1, [(summed(of, gone), ONE_TIME), *below], set(of.ids) - set(gone))

    if name == "sum":
        return summed(one, gone)
    if name == "mean":
        return mean(one)
    if name == VARIANCE:
        return mean(_power(total([(ONE_TIME, one), (_LESS, mean(one))]), Fraction(2)))
    return reduced(name, one, gone)


def _along_rows(translator: Meanings, node: Node, axes: Axes) -> Reference:
    """softmax and log_softmax; the axis along which they go is the value's last."""
    one = translator.reference(node.args[0], axes)
    if not axes:
        return number(1 if node.operator.name == SHARES else 0)
    along = axes[0] if node.parameters == (0,) and len(axes) == 2 else axes[-1]
    if along in one.ids:
        return of_rows(node.operator.name, one, along)
    size = translator.size(along.size)
    if node.operator.name == SHARES:
        return product(1, [(size, _LESS)], ())
    return product(-1, [(build("map", [size], (), (LOGARITHM,)), ONE_TIME)], ())


def elementwise(name: str, args: Sequence[Reference]) -> Reference:
    """The operator of values entry by entry, sums and products as such."""
    out = {index for arg in args for index in arg.ids}
    if name == "add":
        return total([(ONE_TIME, arg) for arg in args])
    if name == "negative":
        return product(-1, [(args[0], ONE_TIME)], out)
    if name == "multiply":
        return product(1, [(arg, ONE_TIME) for arg in args], out)
    if name == "divide":
        return product(1, [(args[0], ONE_TIME), (args[1], _LESS)], out)
    if name == ROOT:
        return product(1, [(args[0], _HALF)], out)
    if name == "power" and is_number(args[1]) and args[1].value.parameters[0].denominator in (1, 2):
        return _power(args[0], args[1].value.parameters[0])
    if name == CASES and is_indicator(args[0].value) and is_number(args[1], 1) and is_number(args[2], 0):
        return args[0]
    return build("map", args, out, (name,))


def _power(base: Reference, power: Fraction) -> Reference:
    """``base^power``; the square of a root is what it is the root of."""
    value = base.value
    root = value.operation == "product" and len(value.args) == 1 and not value.sums and value.weights == (_HALF,)
    if root and value.coefficient == 1 and power.denominator == 1:
        (base, _), power = factors_of(base)[1][0], power / 2
    return product(1, [(base, power)], base.ids)


def _element(translator: Meanings, node: Node, axes: Axes) -> Reference:
    rest = list(axes)
    ids: list[Index | None] = []
    cuts: list[tuple[Expr | int, ...] | None] = []
    argument = node.args[0]
    for place, size in zip(places(node), argument.axes, strict=True):
        cut: tuple[Expr | int, ...] | None = None
        if isinstance(place, LoopIndex):
            cut = None if place.size == size else (1, place.size)
            ids.append(translator.loop(place))
        elif place is None:
            ids.append(rest.pop(0))
        elif isinstance(place, Slice) and place.lower != place.upper:
            cut = (place.lower, place.upper)
            ids.append(rest.pop(0))
        else:
            cut = (place.lower if isinstance(place, Slice) else place,)
            ids.append(None)
        cuts.append(cut)
    chosen = [index for index in ids if index is not None]
    if not any(cuts):
        return _of_diagonal(translator.reference(argument, chosen))
    found, whole = translator.whole(argument)
    kept = [fresh(index.size) for index in chosen]
    part = ordered("part", [(found, whole)], kept, (tuple(cuts),))
    one = renamed(part, dict(zip(kept, chosen, strict=True)))
    return _of_diagonal(one)


def _of_diagonal(one: Reference) -> Reference:
    return diagonal(one) if len(set(one.ids)) < len(one.ids) else one


RULES: dict[str, Rule] = {
    "variable": _variable,
    "number": lambda translator, node, axes: number(node.parameters[0]),
    "pi": lambda translator, node, axes: Reference(leaf("pi"), ()),
    "dimension": lambda translator, node, axes: translator.size(node.parameters[0]),
    "loop_index": lambda translator, node, axes: places_along(translator.loop(node.parameters[0])),
    "ones": lambda translator, node, axes: number(1),
    "zeros": lambda translator, node, axes: number(0),
    "eye": lambda translator, node, axes: delta(*axes) if axes else number(1),
    "unit": _unit,
    DELTA: _delta,
    "transpose": lambda translator, node, axes: translator.reference(node.args[0], axes[::-1]),
    **dict.fromkeys(("matmul", "dot", "outer"), _matrix_product),
    "loop_sum": _loop_sum,
    TRACE: _trace,
    **dict.fromkeys(("diag", DIAGONAL), _diagonal),
    **dict.fromkeys((INVERSE, DETERMINANT, LOG_OF_DETERMINANT), _square),
    NORM: _norm,
    **dict.fromkeys(("sum", "mean", VARIANCE, LARGEST, LEAST, PRODUCT, LOG_OF_SUM), _reduced),
    **dict.fromkeys((SHARES, LOG_OF_SHARES), _along_rows),
    "element": _element,
}
