"""What rounding may do to values, tried out: factors a little off 1, the same ones each time."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.table.records import Array

JITTER = 1e-10
_FEW, _MANY = 1 << 9, 1 << 16
"""How many factors of a seed are drawn at first, and kept at most."""
_KEPT: dict[int, Array] = {}


class Jitter:
    """``1 + JITTER·u``, u between -1 and 1, one after the other; two of one seed give the same.

    Of so many points that are there ``1 + copies`` times, those `beside` come first and are left as they are.
    """

    __slots__ = ("beside", "rest", "seed", "taken")

    def __init__(self, seed: int, beside: int = 0) -> None:
        self.seed, self.beside, self.taken = seed, beside, 0
        self.rest: Random | None = None

    def factors(self, shape: tuple[int, ...]) -> Array:
        """What a value of this shape is multiplied by."""
        if not self.beside:
            return self._next(shape)
        found = np.empty(shape)
        found[: self.beside] = 1.0
        found[self.beside :] = self._next((shape[0] - self.beside, *shape[1:]))
        return found

    def _next(self, shape: tuple[int, ...]) -> Array:
        start, end = self.taken, self.taken + prod(shape)
        if end > _MANY:
            self.rest = self.rest or np.random.default_rng((self.seed, 1))
            return drawn(self.rest, shape)
        self.taken = end
        known = _KEPT.get(self.seed)
        if known is None or len(known) < end:
            known = _KEPT[self.seed] = drawn(np.random.default_rng(self.seed), (max(_FEW, 2 * end),))
        return known[start:end].reshape(shape)


def drawn(generator: Random, shape: tuple[int, ...]) -> Array:
    """Such factors from a generator."""
    return 1 + JITTER * generator.uniform(-1, 1, shape)


def factors_of(source: Random | Jitter) -> Callable[[tuple[int, ...]], Array]:
    """The factors, by the shape of the value."""
    return source.factors if isinstance(source, Jitter) else lambda shape: drawn(source, shape)
