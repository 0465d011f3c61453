"""Differentiation by contraction: the local rules, from the value down to the variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.calculus.differentiate import derivative
    from mcalc.calculus.differentiate import differentiate as differentiated

__getattr__ = door(__name__)
