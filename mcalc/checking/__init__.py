"""Is an answer the derivative, and if not, how is it wrong: read it, compare it, explain it, show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.checking.examine import check as examined
    from mcalc.checking.findings import KINDS
    from mcalc.checking.operator import Agreement, Form, agreement, defined, example_of, forms
    from mcalc.checking.points import Field as PointsField
    from mcalc.checking.points import Spot

__getattr__ = door(__name__)
