"""The complex step: ``f'(x)·v = Im f(x + ihv)/h`` with h so small that nothing cancels and no kink is passed.

Comparisons look at real parts, and functions that are not analytic by themselves (the absolute value, the
variance) are written as the analytic ones that they are near a real point.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

from mcalc.numbers.arithmetic import Arithmetic
from mcalc.numbers.arrays import Random, array_module
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.differences import ROUNDING, TINY
from mcalc.numbers.jitter import JITTER, Jitter
from mcalc.numbers.program import Program
from mcalc.numbers.steps import Point
from mcalc.table.records import Array, Numpy

STEP = 1e-30
EXACT = 1e-11
"""From which relative distance on a slope is another one than the complex step's."""
_CHAOTIC = 1e-3


def complex_step(
    program: Program, point: Point, name: str, direction: Array, generator: Random | Jitter | None = None
) -> Array | None:
    """The derivative in a direction, of a program with `ANALYTIC` arithmetic; None where a part has none to offer."""
    moved = {**point, name: point[name] + 1j * STEP * direction}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            (value,) = program.run(moved, generator=generator)
        except (TypeError, np.exceptions.ComplexWarning, np.linalg.LinAlgError):
            return None
    slope = np.imag(value) / STEP
    return slope if np.isfinite(slope).all() else None


def allowance(slope: Array, moved: Array) -> Array:
    """What rounding may do to a slope that a change by 1 of all values on the way moves by `moved`; NaN: anything."""
    uncertainty = moved * ROUNDING + TINY
    chaotic = (moved * JITTER > _CHAOTIC * np.abs(slope)) & (np.abs(slope) > uncertainty)
    return np.where(chaotic, np.nan, uncertainty)


class _Analytic(Arithmetic):
    """Complex numbers that lie next to real ones."""

    def array(self, value: Array) -> Array:
        """The value as an array, complex where it already is."""
        found = np.asarray(value)
        return found if found.dtype.kind == "c" else found.astype(float)

    def scalar(self, value: Array | int) -> Array:
        """The value as one number."""
        return np.complex128(value) if np.iscomplexobj(value) else np.float64(value)

    @property
    def module(self) -> Numpy:
        """NumPy, continued analytically from the real numbers."""
        return _module


class _AnalyticModule:
    """NumPy's functions near the real line."""

    def __getattr__(self, name: str) -> Any:
        return getattr(array_module, name)

    @property
    def linalg(self) -> _AnalyticAlgebra:
        """Linear algebra, continued likewise."""
        return _algebra

    def abs(self, a: Array) -> Array:
        """``a`` or ``−a``, by the sign of the real part."""
        return np.where(np.real(a) < 0, -a, a)

    def sign(self, a: Array) -> Array:
        """The sign of the real part."""
        return np.sign(np.real(a))

    def var(self, a: Array, axis: int | None = None) -> Array:
        """``mean((a − mean a)²)``, without a conjugate."""
        return np.mean((a - np.mean(a, axis=axis, keepdims=True)) ** 2, axis=axis)

    def logaddexp(self, a: Array, b: Array) -> Array:
        """``ln(eᵃ + eᵇ)``, the larger real part taken out."""
        top = np.where(np.real(a) > np.real(b), a, b)
        return top + np.log1p(np.exp(-self.abs(a - b)))

    def erf(self, a: Array) -> Array:
        """``erf(x) + iy·2/√π·exp(−x²)``: erf is the integral of that."""
        real = np.real(a)
        return np.erf(real) + 1j * np.imag(a) * (2 / math.sqrt(math.pi)) * np.exp(-real * real)

    def raised(self, a: Array, b: Array) -> Array:
        """A negative base has whole powers alone, and their sign is that of the parity."""
        turned = np.real(a) < 0
        whole = np.isreal(b) & (np.real(b) == np.round(np.real(b)))
        sign = np.where(turned, np.where(whole, 1.0 - 2.0 * (np.real(b) % 2), np.nan), 1.0)
        return sign * np.power(np.asarray(np.where(turned, -a, a), dtype=complex), b)

    def grid(self, *parts: Array) -> Array:
        """The entries as a matrix; the last two arguments are its rows and columns."""
        return np.array(parts[:-2]).reshape(parts[-2:])


class _AnalyticAlgebra:
    def __getattr__(self, name: str) -> Any:
        return getattr(array_module.linalg, name)

    def slogdet(self, a: Array) -> tuple[Array, Array]:
        """The sign, and the logarithm of ``±det`` that is real for real matrices; not a number where that is 0."""
        sign, logarithm = np.linalg.slogdet(a)
        return np.sign(np.real(sign)), logarithm + 1j * np.divide(np.imag(sign), np.real(sign))


_module, _algebra = _AnalyticModule(), _AnalyticAlgebra()
ANALYTIC = _Analytic()
