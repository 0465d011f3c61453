"""Values over named axes: a value is an operation on references, a reference is a value with an index at each axis.

A value's own indices are ``0 … rank - 1``, its axes, and from ``rank`` on those that are summed inside. Equal values
are one object, whatever the order of their axes: a transpose is a reference with its indices exchanged, a column of
ones is an index that is not carried, a running index is an index like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from itertools import count
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sympy.core.expr import Expr
from sympy.core.numbers import Rational

from mcalc.table import COMPARISONS
from mcalc.table.records import Parameters, Shape
from mcalc.table.roles import DELTA, STEP

Ids = tuple[int, ...]
Key: TypeAlias = "tuple[str, tuple[tuple[int, Ids], ...], Parameters, Shape, int]"
"""What equal values have in common."""
Remembered = TypeVar("Remembered")
Power = Fraction
ONE_TIME = Fraction(1)


class Index(int):
    """An index outside of a value: a number that knows the size over which it runs."""

    size: Expr


class Value:
    """``operation(args; parameters)``: `sizes` of its axes first, then of the indices that are summed inside."""

    __slots__ = ("args", "memory", "operation", "parameters", "rank", "serial", "sizes")

    def __init__(
        self,
        operation: str,
        args: tuple[Reference, ...],
        parameters: Parameters,
        sizes: Shape,
        rank: int,
        serial: int,
    ) -> None:
        self.operation, self.args, self.parameters, self.sizes = operation, args, parameters, sizes
        self.rank, self.serial = rank, serial
        self.memory: dict[Hashable, Any] = {}

    def __repr__(self) -> str:
        inner = ", ".join(f"v{value.serial}{list(ids)}" for value, ids in self.args)
        return f"v{self.serial} = {self.operation}({inner}; {self.parameters})"

    @property
    def axes(self) -> Shape:
        """The sizes of its axes."""
        return self.sizes[: self.rank]

    @property
    def sums(self) -> bool:
        """Whether it sums over an index of its own."""
        return len(self.sizes) > self.rank

    @property
    def coefficient(self) -> Fraction:
        """Of a product."""
        found: Fraction = self.parameters[0]
        return found

    @property
    def weights(self) -> tuple[Fraction, ...]:
        """The powers of a product, the coefficients of a total."""
        found: tuple[Fraction, ...] = self.parameters[-1]
        return found


class Reference(NamedTuple):
    """A value, and an index at each of its axes; one that is repeated takes the diagonal."""

    value: Value
    ids: Ids


Factor = tuple[Reference, Power]
Summand = tuple[Fraction, Reference]


class _Pool:
    """The values and indices of one piece of code, numbered from the start, so that its text never varies."""

    def __init__(self, inner: Collection[Expr]) -> None:
        self.values: dict[Key, Value] = {}
        self.serials, self.indices = count(), count()
        self.inner = frozenset(inner)
        self.magnitudes: dict[Expr, float] = {}


_POOL: ContextVar[_Pool] = ContextVar("values")


@contextmanager
def pool(inner: Collection[Expr] = ()) -> Iterator[None]:
    """Values made inside are kept till its end; the sizes `inner` are thought to be small, as a rank is."""
    token = _POOL.set(_Pool(inner))
    try:
        yield
    finally:
        _POOL.reset(token)


def current() -> _Pool:
    """The values and indices of the code that is being written."""
    return _POOL.get()


def make(operation: str, args: Iterable[Reference], parameters: Parameters, sizes: Iterable[Expr], rank: int) -> Value:
    """The value, one object for all that are equal."""
    args, sizes = tuple(args), tuple(sizes)
    held = _POOL.get()
    key = _key(operation, args, parameters, sizes, rank)
    found = held.values.get(key)
    if found is None:
        found = held.values[key] = Value(operation, args, parameters, sizes, rank, next(held.serials))
    return found


def _key(operation: str, args: Iterable[Reference], parameters: Parameters, sizes: Shape, rank: int) -> Key:
    return operation, tuple((value.serial, ids) for value, ids in args), parameters, sizes, rank


def fresh(size: Expr) -> Index:
    """An index that nothing else has, of a size."""
    found = Index(next(_POOL.get().indices))
    found.size = size
    return found


def size_of(index: int) -> Expr:
    """Over what an index outside of a value runs."""
    assert isinstance(index, Index)
    return index.size


def fresh_axes(value: Value) -> tuple[Index, ...]:
    """An index for each axis."""
    return tuple(map(fresh, value.axes))


def build(
    operation: str,
    references: Sequence[Reference],
    out: Collection[int],
    parameters: Parameters = (),
    weights: Sequence[Fraction] | None = None,
) -> Reference:
    """The value over the indices `out`, the others summed; with weights, powers or coefficients, arguments commute."""
    if weights is not None:
        references, weights = _ordered(references, weights, out)
        parameters = (*parameters, tuple(weights))
    seen = list(dict.fromkeys(index for _, ids in references for index in ids))
    outside = [index for index in seen if index in out]
    every = outside + [index for index in seen if index not in out]
    local = {index: place for place, index in enumerate(every)}
    args = [Reference(value, tuple(local[index] for index in ids)) for value, ids in references]
    sizes = list(map(size_of, every))
    return Reference(make(operation, args, parameters, sizes, len(outside)), tuple(outside))


def _ordered(
    references: Sequence[Reference], weights: Sequence[Fraction], out: Collection[int]
) -> tuple[list[Reference], list[Fraction]]:
    """In an order that depends on the values and on how their indices meet, and not on the names of these."""
    met: dict[int, list[tuple[int, int, str]]] = {}
    for (value, ids), weight in zip(references, weights, strict=True):
        for at, index in enumerate(ids):
            met.setdefault(index, []).append((value.serial, at, str(weight)))
    colours = {index: (index in out, sorted(places)) for index, places in met.items()}

    def key(k: int) -> tuple[int, str, list[tuple[bool, list[tuple[int, int, str]]]]]:
        value, ids = references[k]
        return value.serial, str(weights[k]), [colours[index] for index in ids]

    order = sorted(range(len(references)), key=key)
    return [references[k] for k in order], [weights[k] for k in order]


def leaf(operation: str, sizes: Sequence[Expr] = (), parameters: Parameters = ()) -> Value:
    """A value without arguments."""
    return make(operation, (), parameters, sizes, len(sizes))


def opened(reference: Reference) -> list[Reference]:
    """The arguments of the value on the indices of the reference; what is summed inside gets new ones."""
    value, ids = reference
    names = [*ids, *map(fresh, value.sizes[value.rank :])]
    return [Reference(arg, tuple(names[k] for k in places)) for arg, places in value.args]


def renamed(reference: Reference, names: Mapping[Any, int]) -> Reference:
    """The same value with other indices."""
    return Reference(reference.value, tuple(names.get(index, index) for index in reference.ids))


def delta(one: int, other: int) -> Reference:
    """δ of two indices."""
    size = size_of(one)
    return Reference(leaf(DELTA, (size, size)), (one, other))


def number(value: Rational | Fraction | int) -> Reference:
    """An exact number."""
    exact = Fraction(int(value.p), int(value.q)) if isinstance(value, Rational) else Fraction(value)
    return Reference(leaf("number", (), (exact,)), ())


def is_number(reference: Reference, value: int | None = None) -> bool:
    """Whether it is a number, or this one."""
    found = reference.value
    return found.operation == "number" and (value is None or found.parameters[0] == value)


def of_size(size: Expr) -> Reference:
    """A dimension as a number."""
    return number(size) if size.is_Integer else Reference(leaf("dimension", (), (size,)), ())


def constant(value: Value) -> bool:
    """Whether it is the number 1."""
    return value.operation == "number" and value.parameters[0] == 1


def is_indicator(value: Value) -> bool:
    """Whether its entries are 0 and 1 by a comparison."""
    return value.operation == "map" and value.parameters[0] in COMPARED


COMPARED = {**{name: sign for sign, name in COMPARISONS.items()}, STEP: ">", "equal": "=="}
"""The masks, by the name of the operator, with their signs; a step compares with 0."""


def factors_of(reference: Reference) -> tuple[Fraction, list[Factor]]:
    """The coefficient and the factors of a product; anything else is its own only factor."""
    value = reference.value
    if value.operation == "product":
        return value.coefficient, list(zip(opened(reference), value.weights, strict=True))
    if value.operation == "number":
        return value.parameters[0], []
    return ONE_TIME, [(reference, ONE_TIME)]


def terms_of(reference: Reference) -> list[Summand]:
    """The terms of a sum with their weights; of anything else itself."""
    value = reference.value
    if value.operation == "total":
        return list(zip(value.weights, opened(reference), strict=True))
    return [(ONE_TIME, reference)]


def reachable(roots: Iterable[Value], known: Callable[[Value], bool] = lambda value: False) -> list[Value]:
    """All values below the roots, arguments first, without recursion; not those that are known, and what is below."""
    order: list[Value] = []
    seen: set[Value] = set()
    stack = [(value, False) for value in list(roots)[::-1]]
    while stack:
        value, done = stack.pop()
        if done:
            order.append(value)
        elif value not in seen and not known(value):
            seen.add(value)
            stack.append((value, True))
            stack += [(arg, False) for arg, _ in reversed(value.args)]
    return order


def remembered(value: Value, name: str, compute: Callable[[Value], Remembered]) -> Remembered:
    """A property that follows from those of the arguments, computed once for each value."""
    if name not in value.memory:
        for below in reachable([value], lambda one: name in one.memory):
            below.memory[name] = compute(below)
    return value.memory[name]


def has_delta(value: Value) -> bool:
    """Whether it is δ, or a product or a total that has one."""
    found: bool = remembered(value, DELTA, _has_delta)
    return found


def _has_delta(value: Value) -> bool:
    if value.operation not in ("product", "total"):
        return value.operation == DELTA
    return any(arg.memory[DELTA] for arg, _ in value.args)


def known_negative(value: Value) -> Value | None:
    """The total with all signs turned, where it was made before this one."""
    turned = _key("total", value.args, (tuple(-weight for weight in value.weights),), value.sizes, value.rank)
    found = _POOL.get().values.get(turned)
    return found if found is not None and found.serial < value.serial else None


def lost(indices: Iterable[int], factors: Sequence[Factor]) -> list[Factor]:
    """The sizes of the summed indices that no factor carries any more: each counts as often as it runs."""
    carried = {index for one, _ in factors for index in one.ids}
    return [(of_size(size_of(index)), ONE_TIME) for index in indices if index not in carried]
