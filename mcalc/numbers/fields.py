"""All numbers with bounds of so many digits, and the functions of them: ``f(v ± δ) = f(v) ± |f′(v)|·δ``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.bounds import EXACTLY, Bounded, Operand, TooFar, Unsure, bits_of, joined, magnitude

if TYPE_CHECKING:
    from mpmath import MPContext, mpf
    from sympy.core.expr import Expr

_LINEAR, _NEAR = -8, 4
_LARGEST = 300
_NOTHING = -1e80

Slope: TypeAlias = "Callable[[MPContext, mpf, mpf], mpf]"
"""In terms of the functions of so many digits, the argument and the value."""


class Function(NamedTuple):
    """The slope of a function of a number; how far it changes little: a sixteenth of `distance`, or of 1.

    `far`: of a large argument it ``grows``, ``levels off``, or ``vanishes`` where that is negative; one that levels off
    is ±1 but for ``2 exp(−|x|ᵖ)``, p being how it `settles`. `cut`: on the negative numbers it has two sides.
    `at_zero`: of 0 it is ``zero``, with a bound of its own, or ``no number``.
    """

    slope: Slope
    distance: Slope | None = None
    far: str = ""
    cut: bool = False
    at_zero: str = ""
    settles: int = 0


FUNCTIONS: dict[str, Function] = dict(
    exp=Function(lambda c, x, y: y, far="vanishes"),
    log=Function(lambda c, x, y: 1 / x, lambda c, x, y: x, cut=True, at_zero="no number"),
    log1p=Function(lambda c, x, y: 1 / (1 + x), lambda c, x, y: 1 + x, cut=True),
    sqrt=Function(lambda c, x, y: 1 / y, lambda c, x, y: x, cut=True, at_zero="zero"),
    sin=Function(lambda c, x, y: c.cosh(c.im(x)), far="grows"),
    cos=Function(lambda c, x, y: c.cosh(c.im(x)), far="grows"),
    tan=Function(lambda c, x, y: 1 + abs(y) ** 2, lambda c, x, y: 1 / (1 + abs(y)), far="grows"),
    arcsin=Function(lambda c, x, y: 1 / c.sqrt(1 - x * x), lambda c, x, y: (1 - x * x) / (1 + abs(x))),
    arccos=Function(lambda c, x, y: 1 / c.sqrt(1 - x * x), lambda c, x, y: (1 - x * x) / (1 + abs(x))),
    arctan=Function(lambda c, x, y: 1 / (1 + x * x), lambda c, x, y: (1 + x * x) / (1 + abs(x))),
    sinh=Function(lambda c, x, y: c.cosh(c.re(x)), far="grows"),
    cosh=Function(lambda c, x, y: c.cosh(c.re(x)), far="grows"),
    tanh=Function(lambda c, x, y: 1 + abs(y) ** 2, lambda c, x, y: 1 / (1 + abs(y)), far="levels off", settles=1),
    arcsinh=Function(lambda c, x, y: 1 / c.sqrt(1 + x * x), lambda c, x, y: (1 + x * x) / (1 + abs(x))),
    arccosh=Function(lambda c, x, y: 1 / c.sqrt(x * x - 1), lambda c, x, y: (x * x - 1) / (1 + abs(x))),
    arctanh=Function(lambda c, x, y: 1 / (1 - x * x), lambda c, x, y: (1 - x * x) / (1 + abs(x))),
    erf=Function(lambda c, x, y: 2 * c.exp(-x * x), lambda c, x, y: 1 / (1 + abs(x)), far="levels off", settles=2),
)
"""The functions that NumPy has and the operator table uses, by NumPy's names."""


class Field:
    """All numbers of so many digits: real ones, or complex ones where there is no real one."""

    def __init__(self, digits: int, real: bool = True, last: bool = False) -> None:
        import mpmath

        self.context = mpmath.MPContext()
        self.context.dps = digits
        self.bits = int(self.context.prec)
        self.real, self.last = real, last
        self.zero = self.context.mpf(0)
        self.nan = Bounded(self, self.context.nan)
        self.functions = {name: getattr(self.context, name.replace("arc", "a")) for name in FUNCTIONS}

    def rounded(self, value: mpf, error: float, exact: bool = False) -> Bounded:
        """A value that an operation has rounded."""
        if hasattr(value, "_mpc_"):
            if value.imag == 0:
                value = value.real
            elif self.real:
                return self.nan
        if not self.context.isfinite(value):
            return self.nan
        return Bounded(self, value, error if exact else joined(error, magnitude(value) - self.bits + 1))

    def number(self, value: Operand) -> Bounded:
        """Any number, with the bound that its conversion leaves."""
        if isinstance(value, Bounded):
            return value
        if isinstance(value, np.ndarray):
            return self.number(value[()])
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, (bool, int)):
            found = self.context.mpf(value)
            return self.rounded(found, EXACTLY, int(found) == value)
        if isinstance(value, (float, complex)):
            return self.rounded(self.context.convert(value), EXACTLY, True)
        if hasattr(value, "_mpf_") or hasattr(value, "_mpc_"):
            return self.rounded(+self.context.convert(value), EXACTLY)
        if hasattr(value, "is_Rational") and value.is_Rational:
            return self.number(int(value.p)) / int(value.q)
        return self.of_expression(value)

    def of_expression(self, value: Expr) -> Bounded:
        """A number as SymPy has it."""
        if value.is_Rational:
            return self.number(value)
        if value.is_Float:
            return self.number(float(value))
        name = type(value).__name__
        if name in ("Pi", "Exp1"):
            return self.rounded(self.context.mpf(self.context.pi if name == "Pi" else self.context.e), EXACTLY)
        if name == "ImaginaryUnit":
            return Bounded(self, self.context.mpc(0, 1))
        if not value.args:
            return self.nan
        args = [self.of_expression(arg) for arg in value.args]
        if name == "Add":
            return sum(args[1:], args[0])
        if name == "Mul":
            return math.prod(args[1:], start=args[0])
        if name == "Pow":
            return self.power(*args)
        if name == "Abs":
            return abs(args[0])
        name = "arc" + name[1:] if name[0] == "a" else name
        if name not in FUNCTIONS:
            raise TooFar(f"{name} has no digits")
        return self.function(name, args[0])

    def function(self, name: str, x: Bounded) -> Bounded:
        """``f(x) ± |f′(x)|·δ``."""
        context, value = self.context, x.value
        if not x.is_number:
            return self.nan
        size = x.size
        function = FUNCTIONS[name]
        if size > _LARGEST and x.is_real and function.far:
            if function.far == "vanishes" and value < 0:
                return Bounded(self, self.zero, _NOTHING)
            if function.far == "levels off":
                return Bounded(self, context.sign(value), _NOTHING)
            raise TooFar
        if function.settles and x.is_real and self._has_settled(x, function.settles):
            return Bounded(self, context.sign(value), 1 - self.bits)
        slope, distance = function.slope, function.distance
        if function.cut and not x.is_real and x.error >= magnitude(value.imag) and value.real < 0:
            raise Unsure
        if function.at_zero and x.may_be_zero:
            if x.error == EXACTLY:
                return x if function.at_zero == "zero" else self.nan
            if function.at_zero == "zero":
                return Bounded(self, self.zero, (joined(size, x.error) + 1) / 2)
            raise Unsure
        try:
            found = self.functions[name](value)
        except (ValueError, ZeroDivisionError):
            return self.nan
        if not context.isfinite(found) or (self.real and hasattr(found, "_mpc_") and found.imag != 0):
            if x.error != EXACTLY and distance is not None and x.error > magnitude(distance(context, value, found)):
                raise Unsure
            return self.nan
        if x.error == EXACTLY:
            square = function.at_zero == "zero" and found * found == value and bits_of(found) * 2 <= self.bits
            return self.rounded(found, EXACTLY, square or found == 0 or (value == 0 and name != "arccos"))
        near = _LINEAR if distance is None else magnitude(context.convert(distance(context, value, found))) - _NEAR
        if x.error > near:
            raise Unsure
        return self.rounded(found, magnitude(context.convert(slope(context, value, found))) + 1 + x.error)

    def _has_settled(self, x: Bounded, power: int) -> bool:
        """Whether ``2 exp(−|x|ᵖ)``, 1.44 bits for each ``|x|ᵖ``, is below the last digit, and not worth its time."""
        return x.error < x.size - _NEAR and 1.44 * 2.0 ** (power * (x.size - 0.1)) > self.bits + 1

    def power(self, a: Bounded, b: Bounded) -> Bounded:
        """``aᵇ``."""
        context = self.context
        if not (a.is_number and b.is_number):
            return self.nan
        if b.error == EXACTLY and b.is_real and b.value == int(b.value):
            return self._whole_power(a, int(b.value))
        if a.value == 0 and a.error == EXACTLY:
            return a if context.re(b.value) > 0 and b.error < b.size else self.nan
        if a.may_be_zero:
            if a.is_real and b.is_real and b.value > 0 and b.error == EXACTLY:
                return Bounded(self, self.zero, float(b.value) * (joined(a.size, a.error) + 1))
            raise Unsure
        if a.is_real and a.value < 0 and (b.error != EXACTLY):
            nearest = context.nint(b.value)
            if b.is_real and magnitude(b.value - nearest) <= b.error:
                raise Unsure
        if not a.is_real and a.error >= magnitude(a.value.imag) and a.value.real < 0:
            raise Unsure
        if b.size + max(0.0, math.log2(abs(a.size) + 1)) > _LARGEST:
            raise TooFar
        found = context.power(a.value, b.value)
        if self.real and hasattr(found, "_mpc_") and found.imag != 0:
            return self.nan
        relative = EXACTLY
        if a.error != EXACTLY:
            relative = b.size + a.error - a.size + 1
        if b.error != EXACTLY:
            relative = joined(relative, magnitude(context.convert(context.log(a.value))) + b.error + 1)
        if relative > _LINEAR:
            raise Unsure
        root = b.error == a.error == EXACTLY and 2 * b.value == 1 and found * found == a.value
        return self.rounded(found, magnitude(found) + relative, root and bits_of(found) * 2 <= self.bits)

    def _whole_power(self, a: Bounded, count: int) -> Bounded:
        if count == 0:
            return self.number(1)
        if count < 0:
            return self.nan if a.is_zero else self.number(1) / self._whole_power(a, -count)
        if a.masked:
            return a
        if math.log2(count) + max(0.0, math.log2(abs(a.size) + 1)) > _LARGEST and a.value != 0:
            raise TooFar
        found = a.value**count
        if a.error == EXACTLY:
            return self.rounded(found, EXACTLY, bits_of(a.value) * count <= self.bits)
        if a.error + math.log2(count) > a.size - _NEAR:
            if a.error + math.log2(count) > a.size + 1 or not math.isfinite(a.size):
                return Bounded(self, self.zero, count * joined(a.size, a.error) + 1)
            raise Unsure
        return self.rounded(found, math.log2(count) + magnitude(found) - a.size + a.error + 1)
