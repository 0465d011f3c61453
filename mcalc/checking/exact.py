"""Whether two values are equal at a point, to fifty digits: a difference that is none shrinks with every digit more."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.checking.points import Field, Spot, Valued, trees
from mcalc.checking.proof import proved_equal
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.digits import digits
from mcalc.numbers.program import Program, UnboundIndex
from mcalc.rewriting.answers import author_of, simplify
from mcalc.table.records import Array, ShapeMismatch
from mcalc.tree import build
from mcalc.tree.node import Node
from mcalc.tree.properties import declared

DIGITS = 50
_STEPS = (DIGITS, 100, 200)
_VANISHED, _MOVED, _MARGIN = 1e-25, 3, 10


def precise_spot(spot: Spot, variables: Sequence[Node], count: int = DIGITS) -> Spot:
    """The spot in numbers of so many digits, at which what was declared of a variable holds to the last of them."""
    arithmetic = digits(count)
    point = {}
    for variable in variables:
        name = variable.parameters[0]
        value = arithmetic.array(spot.point[name])
        for record in declared(variable):
            value = arithmetic.array(record.mended(arithmetic.module, value))
        point[name] = value
    return spot._replace(point=point)


def precise_value(field: Field, spot: Spot, variables: Sequence[Node]) -> Array | None:
    """The value in floating-point numbers, of a field of fifty digits; None where it is not real and finite."""
    found = field.at(precise_spot(spot, variables))
    if found is None:
        return None
    value = np.array(found, dtype=float)
    return value if np.isfinite(value).all() else None


class Difference:
    """``right − answer`` at spots: simplified first, so that what is equal cancels and what is left counts."""

    def __init__(self, value: Node, right: Valued, answer: Valued, variables: Sequence[Node]) -> None:
        self.variables = list(variables)
        self.of = {"value": value, "right": right, "answer": answer}
        self.fields: dict[tuple[int, int], Field] = {}
        self.gaps: list[Node] = []
        self.programs: dict[tuple[object, ...], Program] = {}
        self.known: dict[int, tuple[Spot, Sequence[Array | None]]] = {}
        self.same_entries = not isinstance(right, Node) and proved_equal(right, answer)
        if isinstance(right, Node) and isinstance(answer, Node) and right.shape == answer.shape:
            plain = build.apply("add", right, build.negated(answer))
            try:
                with author_of(()):  # how a difference would be written does not matter
                    self.gaps = list(dict.fromkeys([simplify(plain), plain]))
            except ShapeMismatch:
                self.gaps = [plain]

    def _at(self, expression: Valued, spot: Spot, count: int) -> Array | None:
        key = (id(expression), count)
        if key not in self.fields:
            self.fields[key] = Field(expression, digits(count))
        return self.fields[key].at(spot)

    def _all_at(self, roots: Sequence[Node], spot: Spot, count: int) -> Sequence[Array | None]:
        """The values of trees, what they share computed once; None where one has none, of all where that ends it."""
        key = (tuple(map(id, roots)), count, *sorted(spot.sizes.items()))
        arithmetic = digits(count)
        try:
            if key not in self.programs:
                self.programs[key] = Program(roots, spot.sizes, arithmetic=arithmetic)
            found = self.programs[key].run(spot.point)
        except (np.linalg.LinAlgError, UnboundIndex, LookupError, ValueError, ArithmeticError):
            return [None for _ in roots]
        return [value if arithmetic.is_finite(value) else None for value in found]

    def _found(self, spot: Spot, count: int, seed: int | None = None) -> tuple[list[Array], float] | None:
        """The differences at the spot, each as an array, and how large the derivative is there.

        None where one side has no value, or another shape. With a `seed` at a spot beside it, by half the digits.
        """
        there, right = precise_spot(spot, self.variables, count), self.of["right"]
        if seed is not None:
            there = _beside(there, count, seed)
        if self.gaps:
            assert isinstance(right, Node)
            whole, *values = self._all_at([right, *self.gaps], there, count)
            found = [value for value in values if value is not None]
            return (found, _size(whole)) if whole is not None and len(found) == len(values) else None
        one, other = (self._at(self.of[side], there, count) for side in ("right", "answer"))
        if one is None or other is None or np.shape(one) != np.shape(other):
            return None
        return [one - other], _size(one)

    def defined(self, name: str, spot: Spot) -> bool:
        """Whether the value, its derivative or the answer is real and finite at the spot."""
        if self.is_proven and name != "answer":
            value, right, _ = self._confirming(spot)
            if right is not None:
                return name == "right" or value is not None
        return self._at(self.of[name], precise_spot(spot, self.variables), DIGITS) is not None

    def size(self, spot: Spot) -> float:
        """How large the difference is at the spot, in its largest entry."""
        found = self._found(spot, _STEPS[-1])
        return 0 if found is None else max(map(_size, found[0]), default=0)

    def vanishes(self, spot: Spot) -> bool | None:
        """Whether the two are equal at the spot; None where it cannot be told."""
        if self.is_proven and self._is_confirmed(spot):
            return True
        before: Sequence[Array] | None = None
        for count in _STEPS if self.gaps else _STEPS[1:]:
            found = self._found(spot, count)
            if found is None:
                return None
            gaps, whole = found
            # what is left of a simplified difference counts, however small it is beside the derivative
            if all(_size(gap) <= (0 if self.gaps else _last_digits(count) * whole) for gap in gaps):
                return True
            if before is not None and all(
                _size(gap) <= _VANISHED * _size(rough) for rough, gap in zip(before, gaps, strict=True)
            ):
                return True
            if (before is not None or not self.gaps) and self._stays(spot, count, gaps):
                return False
            before = gaps
        return None

    @property
    def is_proven(self) -> bool:
        """Whether rewriting has left nothing of the difference: then numbers confirm it, and one look does."""
        return self.same_entries or (len(self.gaps) > 1 and build.is_zero(self.gaps[0]))

    def _is_confirmed(self, spot: Spot) -> bool:
        """Whether the difference that is not simplified is none beside the derivative, but for the last ten digits."""
        _, right, gap = self._confirming(spot)
        return right is not None and gap is not None and bool(_size(gap) <= _last_digits(DIGITS) * _size(right))

    def _confirming(self, spot: Spot) -> Sequence[Array | None]:
        """The value, the derivative and the difference that is not simplified."""
        known = self.known.get(id(spot))
        if known is None:
            known = self.known[id(spot)] = spot, self._confirmed_at(precise_spot(spot, self.variables))
        return known[1]

    def _confirmed_at(self, spot: Spot) -> Sequence[Array | None]:
        value, right = self.of["value"], self.of["right"]
        if isinstance(value, Node) and isinstance(right, Node):
            return self._all_at([value, right, self.gaps[-1]], spot, DIGITS)
        found, one, other = (self._at(self.of[side], spot, DIGITS) for side in ("value", "right", "answer"))
        return [found, one, None if one is None or other is None else one - other]

    def _stays(self, spot: Spot, count: int, found: Sequence[Array]) -> bool:
        """Whether a difference is more than rounding on the way can have made, and is there beside the spot as well.

        Where a matrix is singular, or two sides of a condition are equal, it is not.
        """
        larger = [_size(gap) > self._rounding(spot, count, at) for at, gap in enumerate(found)]
        for seed in range(_MOVED if any(larger) else 0):
            moved = self._found(spot, count, seed)
            if moved is None:
                return False
            pairs = zip(larger, found, moved[0], strict=True)
            larger = [large and _size(gap - other) < _size(gap) / 2 for large, gap, other in pairs]
        return any(larger)

    def _rounding(self, spot: Spot, count: int, at: int) -> float:
        """What rounding can make of the largest value on the way to a difference."""
        there = precise_spot(spot, self.variables, count)
        roots = (
            [self.gaps[at]] if self.gaps else [tree for side in ("right", "answer") for tree in trees(self.of[side])]
        )
        sizes = [Field(root, digits(count)).largest(there) for root in roots if not root.loops]
        return _last_digits(count) * max(sizes, default=1)


def _last_digits(count: int) -> float:
    """What is left of one where all but the last ten digits are equal."""
    return digits(count).context.mpf(10) ** (_MARGIN - count)


def _beside(spot: Spot, count: int, seed: int) -> Spot:
    """A spot whose numbers are others by half the digits: far more than rounding, far less than what counts."""
    arithmetic, generator = digits(count), np.random.default_rng(seed)
    unit = arithmetic.context.mpf(10) ** -(count // 2)
    moves = {n: arithmetic.array(generator.uniform(-1, 1, np.shape(value))) for n, value in spot.point.items()}
    return spot._replace(point={name: value * (1 + unit * moves[name]) for name, value in spot.point.items()})


def _size(value: Array) -> float:
    flat = np.ravel(np.array(value, dtype=object))
    return max((abs(entry) for entry in flat), default=0)
