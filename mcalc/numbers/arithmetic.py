"""What a program computes with: floating-point numbers, and whatever else offers the same four things."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from mcalc.numbers.arrays import array_module
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.per_place import PerPlace
from mcalc.table.records import Array, Numpy, Operator, Parameter


class NotReal(Exception):
    """An operator that is meant of real numbers meets a complex one."""

    def __init__(self, operator: Operator) -> None:
        super().__init__(f"{operator.name} of a complex number")
        self.operator = operator


class Arithmetic:
    """Real floating-point numbers: what is not real is not a number."""

    module: Any = array_module
    has_axes = True
    """Whether arrays may have axes in front for points and for data."""
    takes_exact = False
    """Whether values that are known exactly are taken as they are."""

    @property
    def calls_plainly(self) -> bool:
        """Whether the operators' functions are called as they are."""
        return type(self).call is Arithmetic.call

    @cached_property
    def per_place(self) -> PerPlace:
        """The module, with reductions that leave the axis of the points alone."""
        return PerPlace(self.module)

    def lays(self, operator: Operator) -> bool:
        """Whether what the operator is of may have such axes."""
        return self.has_axes

    def array(self, value: Array) -> Array:
        """The value as an array of numbers of this kind."""
        return np.asarray(value, dtype=float)

    def scalar(self, value: Array | int) -> Array:
        """The value as one number of this kind."""
        return np.float64(value)

    def call(self, operator: Operator, values: Sequence[Array], parameters: Sequence[Parameter]) -> Array:
        """The operator's numeric meaning, of values of this kind."""
        return operator.numpy(self.module, *values, *parameters)

    def is_finite(self, value: Array) -> bool:
        """Whether every entry is a real and finite number."""
        return not np.iscomplexobj(value) and bool(np.isfinite(value).all())


class _ComplexModule:
    """NumPy's functions, with complex values where there are no real ones."""

    def __getattr__(self, name: str) -> Any:
        return getattr(array_module, name)

    def sqrt(self, a: Array) -> Array:
        """``√a``, of a negative number imaginary."""
        return np.emath.sqrt(a)

    def log(self, a: Array) -> Array:
        """``ln a = ln|a| + iπ`` of a negative number."""
        return np.emath.log(a)

    # On their branch cuts the inverse functions have the values that these logarithms have.

    def arcsin(self, a: Array) -> Array:
        """``−i ln(ia + √(1 − a²))``."""
        a = np.asarray(a)
        return -1j * np.log(1j * a + np.emath.sqrt(1 - a * a))

    def arccos(self, a: Array) -> Array:
        """``π/2 − arcsin a``."""
        return np.pi / 2 - self.arcsin(a)

    def arctanh(self, a: Array) -> Array:
        """``(ln(1 + a) − ln(1 − a))/2``."""
        a = np.asarray(a)
        return (np.emath.log(1 + a) - np.emath.log(1 - a)) / 2

    def arccosh(self, a: Array) -> Array:
        """``arccosh a``, complex below 1."""
        return np.arccosh(np.asarray(a, dtype=complex))

    def raised(self, a: Array, b: Array) -> Array:
        """``a^b``, complex where a negative number has no real power."""
        if np.iscomplexobj(a) or np.iscomplexobj(b):
            return np.power(np.asarray(a, dtype=complex), b)
        real = np.power(a, b, dtype=float)
        return np.where(np.isnan(real), np.power(np.asarray(a, dtype=complex), b), real)

    def grid(self, *parts: Array) -> Array:
        """The entries as a matrix; the last two arguments are its rows and columns."""
        return np.array(parts[:-2]).reshape(parts[-2:])


class Complex(Arithmetic):
    """Floating-point numbers, complex where they must be: the root of -1 is i."""

    has_axes = False  # each value for itself is real or is not

    @property
    def module(self) -> Numpy:
        """NumPy with complex values where there are no real ones."""
        return _ComplexModule()

    def array(self, value: Array) -> Array:
        """The value as an array, real as long as it is."""
        found = np.asarray(value)
        return found if found.dtype.kind in "fc" else found.astype(float)

    def scalar(self, value: Array | int) -> Array:
        """The value as one number; a complex one without an imaginary part is real."""
        if not np.iscomplexobj(value):
            return np.float64(value)
        return np.complex128(value) if value.imag else np.float64(value.real)

    def call(self, operator: Operator, values: Sequence[Array], parameters: Sequence[Parameter]) -> Array:
        """The operator's meaning; raises `NotReal` where it is of real numbers, and a complex one is met."""
        if operator.of_reals and any(np.iscomplexobj(value) for value in values):
            raise NotReal(operator)
        found = operator.numpy(self.module, *values, *parameters)
        return found.real if np.iscomplexobj(found) and not np.any(np.imag(found)) else found


REAL = Arithmetic()
COMPLEX = Complex()
