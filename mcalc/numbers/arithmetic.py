"""What a program computes with: floating-point numbers, and whatever else offers the same four things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcalc.expressions.records import Operator
from mcalc.numbers.arrays import array_module
from mcalc.numbers.arrays import array_module as np


class NotReal(Exception):
    """An operator that is meant of real numbers meets a complex one."""

    def __init__(self, operator: Operator) -> None:
        super().__init__(f"{operator.name} of a complex number")
        self.operator = operator


class Arithmetic:
    """Real floating-point numbers: what is not real is not a number."""

    module: Any = array_module

    def array(self, value: Any) -> Any:
        return np.asarray(value, dtype=float)

    def scalar(self, value: Any) -> Any:
        return np.float64(value)

    def call(self, operator: Operator, values: Sequence[Any], parameters: Sequence[Any]) -> Any:
        return operator.numpy(self.module, *values, *parameters)


REAL = Arithmetic()
