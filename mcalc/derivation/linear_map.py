"""A derivative of order 3 or 4 in matrices: as the map ``dX ↦ A·dX·B``, and as ``∂vec(Y)/∂vec(X) = Bᵀ ⊗ A``."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from sympy.core.numbers import Rational
from sympy.core.singleton import S

from mcalc.calculus.differentiate import matrix_places, renamed
from mcalc.derivation.derivation import Derivation, value_name
from mcalc.derivation.differentials import leaf
from mcalc.networks.networks import Factor, Tensor, Term, fresh
from mcalc.notation.boxes import Box, Call, Derivative, Nabla, Name, Row, equation
from mcalc.notation.common_parts import LEGIBLE
from mcalc.notation.writing import box_of, written
from mcalc.rewriting.answers import author_of, matrix_form, simplify
from mcalc.table import TABLE, shapes
from mcalc.table.roles import VEC
from mcalc.tree import build
from mcalc.tree.node import Node, depends
from mcalc.tree.operations import kronecker, turning


def linear_map(tensor: Tensor, variable: Node) -> Node | None:
    """``dY`` as an expression in dX, shaped as Y; None where it has no matrix form."""
    change = leaf(build.variable(str(variable.parameters[0]), variable.shape))
    own = fresh(variable)
    terms = renamed(tensor.terms, tensor.variable, own)
    moved = [term.times(Term(S.One, (Factor(change, own),))) for term in terms]
    places = matrix_places(tensor.value, ())
    return None if places is None else matrix_form(moved, *places)


def of_columns(change: Node, variable: Node) -> Node | None:
    """``Σ Bᵀ ⊗ A`` of ``Σ A·dX·B``, as ``vec(A X B) = (Bᵀ ⊗ A) vec(X)``; None where a term is not of this form.

    Where dX stands turned, the commutation matrix K turns it: ``vec(Xᵀ) = K vec(X)``.
    """
    if change.operator.shape is shapes.vec_shape:
        change = change.args[0]
    moving = leaf(build.variable(str(variable.parameters[0]), variable.shape))
    if not change.shape or len(moving.shape) != 2 or 1 in (*change.shape, *moving.shape):
        return None
    parts = [_columns(part, moving) for part in (change.args if change.operator.name == "add" else (change,))]
    return None if None in parts else build.total([part for part in parts if part is not None])


def _columns(change: Node, moving: Node) -> Node | None:
    """``∂vec(Y)/∂vec(X)`` of one term of dY; of ``dX ⊗ C`` what stands before ``vec(dX)`` in its columns."""
    if change.operator.shape is shapes.kron_shape and len(change.shape) == 2:
        return _of_kronecker(change, moving)
    sides = _sides(change, moving)
    if sides is None:
        return _of_entries(change, moving)
    return build.total([build.scaled(side.coefficient, side.scalars, _product(side, moving)) for side in sides])


def _of_entries(change: Node, moving: Node) -> Node | None:
    """``vec(C ⊗ Z) = diag(vec(C))·vec(Z)``, entry by entry, and what stands about such a product.

    ``vec(A·Z·B) = (Bᵀ ⊗ A)·vec(Z)``, ``vec(Zᵀ) = K·vec(Z)``. None where dX is in more than one factor, or not linear.
    """
    name = change.operator.name
    parts = build.row_of(change) if name == "matmul" else list(change.args)
    at = [place for place, part in enumerate(parts) if moving in depends(part, moving)]
    if name == "add" and len(at) == len(parts):
        columns = [_columns(part, moving) for part in parts]
        return None if None in columns else build.total([one for one in columns if one is not None])
    if len(at) != 1 or not parts[at[0]].shape or 1 in parts[at[0]].shape:
        return None
    part = parts[at[0]]
    if name in ("multiply", "divide", "negative"):
        return _weighted(change, moving)
    inner = _columns(part, moving)
    if inner is None:
        return None
    if name == "transpose":
        return build.chain((turning(*part.shape), inner)) if len(part.shape) == 2 else inner
    if name == "outer":
        side = _Side(right=(build.transpose(parts[1]),)) if at == [0] else _Side(left=(parts[0],))
        part = part if at == [0] else build.transpose(part)
    elif name == "matmul":
        side = _Side(left=tuple(parts[: at[0]]), right=tuple(parts[at[0] + 1 :]))
    else:
        return None
    return build.chain((_product(side, part), inner))


def _weighted(change: Node, moving: Node) -> Node | None:
    """``vec(C ⊗ Z) = diag(vec(C))·vec(Z)`` with all that Z is multiplied and divided by, entry by entry."""
    sign, part, shape = S.One, change, change.shape
    arrays: list[tuple[Node, Rational]] = []
    scalars: list[tuple[Node, Rational]] = []
    while part.operator.name in ("multiply", "divide", "negative"):
        name, inside = part.operator.name, [arg for arg in part.args if moving in depends(arg, moving)]
        if len(inside) != 1 or inside[0].shape != shape or (name == "divide" and inside[0] is not part.args[0]):
            return None
        sign = -sign if name == "negative" else sign
        others = [arg for arg in part.args if arg is not inside[0]]
        if any(arg.shape not in ((), shape) for arg in others):
            return None
        for arg in others:
            (arrays if arg.shape else scalars).append((arg, S.NegativeOne if name == "divide" else S.One))
        part = inside[0]
    inner = None if part is moving else _columns(part, moving)
    if part is not moving and inner is None:
        return None
    factors = [] if inner is None else [inner]
    if arrays:
        weights = simplify(build.elementwise_product(arrays))
        factors.insert(0, build.apply("diag", build.apply(VEC, weights) if len(shape) == 2 else weights))
    product = build.chain(factors) if factors else build.identity(prod(shape))
    return build.scaled(sign, scalars, product)


def _of_kronecker(change: Node, moving: Node) -> Node | None:
    """``vec(A ⊗ B) = (I ⊗ (K ⊗ I)·(I ⊗ vec(B)))·vec(A)``, for A m×n and B p×q: K turns a q×m matrix.

    By B it is ``(I ⊗ K ⊗ I)·(vec(A) ⊗ I)``. (Magnus and Neudecker, Matrix Differential Calculus, theorem 3.10)
    """
    one, other = change.args
    (height, width), (inner_height, inner_width) = one.shape, other.shape
    between = kronecker(turning(inner_width, height), build.identity(inner_height))
    by_first = moving in depends(one, moving)
    if by_first == (moving in depends(other, moving)):
        return None
    if by_first:
        beside = kronecker(build.identity(height), build.apply(VEC, other))
        product = kronecker(build.identity(width), build.chain((between, beside)))
    else:
        beside = kronecker(build.apply(VEC, one), build.identity(inner_height * inner_width))
        stays = 1 in (inner_width, height)
        product = beside if stays else build.chain((kronecker(build.identity(width), between), beside))
    moved = one if by_first else other
    inner = None if moved is moving else _columns(moved, moving)
    product = simplify(product)
    return product if moved is moving else None if inner is None else build.chain((product, inner))


class _Side(NamedTuple):
    """``c Π scalars · A·dX·B``: what stands left and right of dX, or of dXᵀ."""

    coefficient: Rational = S.One
    scalars: tuple[tuple[Node, Rational], ...] = ()
    left: tuple[Node, ...] = ()
    right: tuple[Node, ...] = ()
    turned: bool = False

    def transposed(self) -> _Side:
        """The side of the transpose of the whole."""
        left, right = (tuple(map(build.transpose, reversed(side))) for side in (self.right, self.left))
        return self._replace(left=left, right=right, turned=not self.turned)


def _product(side: _Side, moving: Node) -> Node:
    height, width = (*moving.shape, S.One)[:2]
    if side.turned:
        height, width = width, height
    left = build.chain(side.left) if side.left else build.identity(height)
    right = build.chain(side.right) if side.right else build.identity(width)
    product = kronecker(simplify(build.transpose(right)), left)
    if not side.turned:
        return product
    commuting = turning(*moving.shape)
    return commuting if not side.left and not side.right else build.chain((product, commuting))


def _sides(term: Node, moving: Node) -> list[_Side] | None:
    """The terms of an expression linear in dX; None where it stands beside anything but matrices."""
    if term is moving:
        return [_Side()]
    name = term.operator.name
    if name == "transpose":
        inside = _sides(term.args[0], moving)
        return None if inside is None else [side.transposed() for side in inside]
    parts = build.row_of(term) if name == "matmul" else list(term.args)
    at = [place for place, part in enumerate(parts) if moving in depends(part, moving)]
    if name == "add" and len(at) == len(parts):
        sums = [_sides(part, moving) for part in parts]
        return None if None in sums else [side for some in sums if some is not None for side in some]
    if name not in ("negative", "multiply", "divide", "matmul") or len(at) != 1 or (name == "divide" and at != [0]):
        return None
    found = _sides(parts[at[0]], moving)
    others = [*parts[: at[0]], *parts[at[0] + 1 :]]
    if found is not None and name == "multiply" and len(term.shape) == 1 and parts[at[0]].shape == term.shape:
        weights = [part for part in others if part.shape]
        others = [part for part in others if not part.shape]
        if weights:  # u ⊗ dX·v is diag(u)·dX·v
            left = build.apply("diag", build.elementwise_product([(part, S.One) for part in weights]))
            found = [side._replace(left=(left, *side.left)) for side in found]
    if found is None or (name != "matmul" and any(part.shape for part in others)):
        return None
    if name == "negative":
        return [side._replace(coefficient=-side.coefficient) for side in found]
    if name == "matmul":
        before, after = tuple(parts[: at[0]]), tuple(parts[at[0] + 1 :])
        return [side._replace(left=before + side.left, right=side.right + after) for side in found]
    power = S.One if name == "multiply" else S.NegativeOne
    numbers = [part.parameters[0] ** power for part in others if build.is_number(part)]
    scalars = tuple((part, power) for part in others if not build.is_number(part))
    return [
        side._replace(coefficient=prod(numbers, start=side.coefficient), scalars=side.scalars + scalars)
        for side in found
    ]


def other_boxes(derivation: Derivation) -> list[Box]:
    """The derivative said in matrices, ``dX ↦ A·dX·B`` and ``∂vec(y)/∂vec(X) = kron(Bᵀ, A)``.

    What nobody could read written out is not said once more.
    """
    natural = derivation.natural
    if isinstance(natural, Node) or natural.weight() > LEGIBLE:
        return []
    variable = derivation.by[-1]
    with author_of([derivation.value]):
        change = linear_map(natural.tensor, variable)
    if change is None:
        return []
    moving = box_of(leaf(build.variable(str(variable.parameters[0]), variable.shape)))
    forms: list[Box] = [Row("relation", (moving, box_of(change)), ("", "maps"))]
    with author_of([derivation.value]):
        product = of_columns(change, variable)
    if product is not None:
        value: Box = Name(value_name(derivation), len(derivation.value.axes))
        if derivation.is_second:
            value = Nabla(value)
        above = Call(TABLE[VEC], (value,)) if len(derivation.value.axes) > 1 or derivation.is_second else value
        quotient = Derivative(above, (Call(TABLE[VEC], (box_of(variable),)),))
        forms.append(equation(quotient, box_of(product)))
    return forms


def other_forms(derivation: Derivation, dialect: str = "text") -> list[str]:
    """The same, in a notation."""
    return [written(form, dialect) for form in other_boxes(derivation)]
