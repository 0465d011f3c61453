"""Derivatives in numbers: at a point, at each of many, along a descent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.evaluating.descents import Descent, compiled, train
    from mcalc.evaluating.tables import tabulate
    from mcalc.evaluating.values import evaluation

__getattr__ = door(__name__)
