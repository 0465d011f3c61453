"""Shapes of what is made of forms: of a transpose, of a product of matrices, of entries one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from sympy.core.singleton import S

from mcalc.table.records import Shape


class Shaped(Protocol):
    """What has a shape; a `Form` is it."""

    shape: Shape


def is_wide(shape: Shape) -> bool:
    """Whether it is the shape of a matrix that is neither a row nor a column."""
    return len(shape) == 2 and shape[0] is not S.One and shape[1] is not S.One


def turned_shape(shape: Shape) -> Shape:
    """The shape of the transpose: of a column n a row 1×n, of m×n n×m."""
    if len(shape) == 1:
        return (S.One, shape[0])
    if len(shape) == 2:
        return (shape[1],) if shape[0] is S.One else (shape[1], shape[0])
    return shape


def chain_shape(parts: Sequence[Shaped]) -> Shape:
    """The shape of a product of matrices, rows and columns."""
    height, width = (*parts[0].shape, S.One)[0], (*parts[-1].shape, S.One)[1]
    if height is S.One and width is S.One:
        return ()
    return (height,) if width is S.One else (height, width)


def widest(forms: Iterable[Shaped]) -> Shape:
    """The shape of an element-wise operation: scalars are expanded."""
    best: Shape = ()
    for form in forms:
        if len(form.shape) > len(best):
            best = form.shape
    return best
