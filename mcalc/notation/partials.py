"""Derivatives by their names: ``∂y/∂x``, ``∂u[i]/∂W[k,l]``, ``∂²f/∂a[i]∂X[k,l]``."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.notation.boxes import Box, Derivative, Index, Name
from mcalc.notation.writing import written

Place = tuple[str, int, Sequence[str]]
"""A name, its rank, and the letters of its indices, if it has any."""


def named(name: str, rank: int, letters: Sequence[str]) -> Box:
    """``W``, or with letters ``W[k,l]``."""
    return Index(Name(name, rank), tuple(letters)) if letters else Name(name, rank)


def derivative(above: Place, below: Sequence[Place]) -> Derivative:
    """``∂y[i]/∂W[k,l]``, of two variables ``∂²f/∂a[i]∂X[k,l]``; without letters ``∂y/∂W``."""
    return Derivative(named(*above), tuple(named(*place) for place in below))


def write_partial(above: str, below: str, value: Sequence[str], variable: Sequence[str], dialect: str) -> str:
    """``∂u[i]/∂W[k,l]``."""
    places = (above, len(value), value), (below, len(variable), variable)
    return written(derivative(places[0], [places[1]]), dialect)
