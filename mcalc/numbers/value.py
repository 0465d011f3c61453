"""A named number, vector or matrix, made of numbers: in floating point, and exact where they are known and few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.exact import EXACT
from mcalc.problems import Problem
from mcalc.table.records import Array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MOST_EXACT = 2000
EXAMPLE = 'for example --at x=1,2 --at "A=[1,2;3,4]" --at b=0.5 --at X=@data.csv'


@dataclass(frozen=True, eq=False)
class Value:
    """A named number, vector or matrix.

    `array` holds it in floating point; `exact` as SymPy numbers, where they are known and few. `rounded` says that
    a decimal point was in it, so that results are shown as decimals. `loose`: it came with a whole file, and may stay
    unused.
    """

    name: str
    array: Array
    exact: Array | None = None
    rounded: bool = False
    loose: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes: none of a number, one of a vector, two of a matrix."""
        return tuple(int(size) for size in self.array.shape)

    @property
    def described(self) -> str:
        """``a vector of 3 elements``."""
        if not self.shape:
            return "a number"
        if len(self.shape) == 1:
            return f"a vector of {self.shape[0]} element{'s' * (self.shape[0] != 1)}"
        return f"a {self.shape[0]}×{self.shape[1]} matrix"


def of_numbers(name: str, numbers: ArrayLike, rounded: bool | None = None, loose: bool = False) -> Value:
    """The value of NumPy or SymPy numbers; raises Problem where that is no array of up to two axes, all finite."""
    array = np.asarray(numbers)
    if array.dtype.kind in "USO" and not _all_numbers(array):
        raise Problem(f"The value of `{name}` has text in place of numbers.", hint=EXAMPLE)
    if array.ndim > 2:
        raise Problem(
            f"The value of `{name}` has {array.ndim} axes, and a value is a number, a vector or a matrix.",
            hint="give a slice of it, with one axis or two",
        )
    if array.size == 0:
        raise Problem(f"The value of `{name}` is empty.", hint="give at least one number")
    exact = None
    if array.size <= MOST_EXACT and array.dtype.kind in "Oiub":
        exact = EXACT.array(array)
    floats = _floating(array)
    if not np.isfinite(floats).all():
        place = tuple(int(at) + 1 for at in np.argwhere(~np.isfinite(floats))[0])
        where = f"`{name}[{','.join(map(str, place))}]`" if place else f"`{name}`"
        what = "not a number (NaN)" if np.isnan(floats).any() else "infinite"
        count = int(np.sum(~np.isfinite(floats)))
        more = f", and {count - 1} more" if count > 1 else ""
        raise Problem(f"The value of {where} is {what}{more}.", hint="every value must be a finite number")
    inexact = array.dtype.kind in "fc" if rounded is None else rounded
    return Value(name, floats, exact, inexact, loose)


def _all_numbers(array: Array) -> bool:
    return array.dtype.kind == "O" and all(hasattr(entry, "__complex__") for entry in array.ravel())


def _floating(array: Array) -> Array:
    if array.dtype.kind == "c" or (array.dtype.kind == "O" and any(complex(entry).imag for entry in array.ravel())):
        return array.astype(complex)
    return array.astype(float)
