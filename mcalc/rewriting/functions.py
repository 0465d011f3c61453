"""Functions in canonical form: linear ones let numbers and scalars out, odd and even ones the sign."""

from __future__ import annotations

from collections.abc import Sequence
from operator import eq

from mcalc.rewriting.algebra import add, multiply, negative, scaled, split, with_scalars
from mcalc.rewriting.constructors import CONSTRUCTORS, OTHERS, Constructor, construct, facts
from mcalc.rewriting.forms import (
    CHAIN,
    NUMBER,
    ONE,
    PRODUCT,
    SUM,
    TURNED,
    ZERO,
    Form,
    is_column,
    is_matrix,
    is_row,
    is_zero,
    make,
    number,
    ones,
    scaled_parts,
    zeros,
)
from mcalc.rewriting.heads import known_operator
from mcalc.rewriting.known import declared, is_nonnegative
from mcalc.rewriting.products import turned
from mcalc.rewriting.rationals import absolute, over, rational
from mcalc.rewriting.shapes import chain_shape, widest
from mcalc.rewriting.traces import BARE, dimension, size_of
from mcalc.table import CONTRARY, TABLE
from mcalc.table.records import LoopIndex, Parameter, Parameters, Same, Shape
from mcalc.table.roles import ABSOLUTE, EXPONENTIAL, INVERSE, LOGARITHM, NORM
from mcalc.tree import build


def shape_of(head: str, args: Sequence[Form], par: Sequence[Parameter] = ()) -> Shape:
    """The shape of an operator on arguments of these shapes; raises `ShapeMismatch`."""
    if head == CHAIN:
        return chain_shape(args)
    if head in (SUM, PRODUCT):
        return widest(args)
    if head == TURNED:
        shape = args[0].shape
        return () if not shape else build.apply("transpose", build.variable("A", shape)).shape
    return tuple(known_operator(head).shape(eq, [arg.shape for arg in args], *par))


def apply(head: str, *args: Form, par: Parameters = (), shape: Shape | None = None) -> Form:
    """The operator on canonical arguments."""
    if shape is None:
        shape = shape_of(head, args, par)
    return construct(head, args, tuple(par), shape)


def _function(head: str, args: tuple[Form, ...], par: Parameters, shape: Shape) -> Form:
    operator = known_operator(head)
    if len(args) == 1 and operator.linear:
        return _linear(head, args[0], par, shape)
    if operator.shift and args[0].head == SUM and is_column(args[0]):
        return _shifted(head, args[0], par, shape)
    if len(args) == 1 and (operator.parity or operator.complementary):
        c, rest = scaled_parts(args[0])
        if c < 0:
            inside = make(head, (scaled(rational(-c), rest),), par, shape)
            if operator.complementary:
                facts.append("complement")
                return add([(1, ONE), (-1, inside)], shape)
            facts.append("minus")
            return inside if operator.parity == "even" else negative(inside)
    if len(args) == 1 and operator.elementwise and is_matrix(args[0]):
        return _of_straight(head, args[0], par)
    return make(head, args, par, shape)


def _shifted(head: str, form: Form, par: Parameters, shape: Shape) -> Form:
    """``f(v + s)``, which is f(v), or f(v) + s: the number s is added to every entry."""
    pairs = list(zip(form.par, form.args, strict=True))
    kept = [(c, a) for c, a in pairs if a.shape]
    moved = [(c, a) for c, a in pairs if not a.shape]
    if not moved:
        return make(head, (form,), par, shape)
    inside = make(head, (add(kept, form.shape),), par, shape)
    if known_operator(head).shift == "out":
        facts.append("shift")
        return add([(1, inside), *moved], shape)
    facts.append("unseen")
    return inside


def _of_straight(head: str, inside: Form, par: Parameters) -> Form:
    """``f(A)ᵀ`` of ``f(Aᵀ)``, and of all that is shorter turned over."""
    if inside.gain > 0:
        other = turned(inside)
        return turned(make(head, (other,), par, other.shape))
    return make(head, (inside,), par, inside.shape)


def _linear(head: str, form: Form, par: Parameters, shape: Shape) -> Form:
    c, scalars, rest = split(form)
    if head == "loop_sum":
        return _over_running(form, par, shape)
    if scalars or c != 1:
        facts.append("linear")
    if is_zero(rest):
        facts.append("zero")
        return zeros(shape)
    return with_scalars(c, scalars, _of_bare(head, rest, par, shape))


def _of_bare(head: str, form: Form, par: Parameters, shape: Shape) -> Form:
    maker = BARE.get(head) if not par else None
    found = maker(form, shape) if maker is not None else None
    return make(head, (form,), par, shape) if found is None else found


def _over_running(form: Form, par: Parameters, shape: Shape) -> Form:
    """``Σᵢ c·v = c·Σᵢ v``, ``Σᵢ vᵀ = (Σᵢ v)ᵀ``, and ``Σᵢ v = n·v`` where v does not change with i."""
    loop: LoopIndex = par[0]
    c, rest = scaled_parts(form)
    if is_zero(rest):
        return zeros(shape)
    if loop not in rest.loops:
        return with_scalars(c, [(dimension(loop.size), 1)], rest)
    if rest.head == PRODUCT:
        pairs = list(zip(rest.args, rest.par, strict=True))
        outside = [(b, e) for b, e in pairs if loop not in b.loops]
        if outside:
            inside = multiply([(b, e) for b, e in pairs if loop in b.loops])
            whole = multiply([(make(head_of_sums, (inside,), par, inside.shape), 1), *outside], shape)
            return scaled(c, whole)
    if rest.head == TURNED and is_row(rest):
        column = rest.args[0]
        return scaled(c, turned(make(head_of_sums, (column,), par, column.shape)))
    return scaled(c, make(head_of_sums, (rest,), par, shape))


head_of_sums = "loop_sum"


def _norm(args: tuple[Form, ...], par: Parameters, shape: Shape) -> Form:
    c, scalars, rest = split(args[0])
    out = [(b, e) for b, e in scalars if is_nonnegative(b)]
    inside = multiply([(rest, 1), *((b, e) for b, e in scalars if not is_nonnegative(b))])
    if not inside.shape:
        return with_scalars(absolute(c), out, construct(ABSOLUTE, (inside,), (), ()))
    if is_zero(inside):
        return ZERO
    if inside.head == TURNED:
        inside = inside.args[0]
    other = turned(inside)
    if inside.head == CHAIN and other.cost < inside.cost:
        inside = other
    if c != 1 or out:
        facts.append("linear")
    return with_scalars(absolute(c), out, make(NORM, (inside,), (), ()))


def _mean(args: tuple[Form, ...], par: Parameters, shape: Shape) -> Form:
    if par and len(args[0].shape) == 2:
        size = dimension(args[0].shape[par[0]])
        return multiply([(_along_axis(args[0], par[0]), 1), (size, -1)], shape)
    return multiply([(construct("sum", args, (), ()), 1), (size_of(args[0].shape), -1)], ())


def _along_axis(form: Form, axis: int) -> Form:
    """``A·1⃗``: the sum over the columns of a matrix; over its rows ``Aᵀ·1⃗``."""
    whole = form if axis else turned(form)
    return construct(CHAIN, (whole, ones(form.shape[axis : axis + 1])), (), (form.shape[1 - axis],))


def _sum(args: tuple[Form, ...], par: Parameters, shape: Shape) -> Form:
    if par and len(args[0].shape) == 2:
        return _along_axis(args[0], par[0])
    return _linear("sum", args[0], par, shape)


def _inverse(args: tuple[Form, ...], par: Parameters, shape: Shape) -> Form:
    c, scalars, rest = split(args[0])
    if is_zero(rest) or c == 0:
        return make(INVERSE, args, par, shape)
    if c != 1 or scalars:
        facts.append("front")
        inner = construct(INVERSE, (rest,), (), shape)
        return with_scalars(over(1, c), [(s, -e) for s, e in scalars], inner)
    if rest.head == INVERSE:
        facts.append("inverse")
        return rest.args[0]
    if rest.head == "eye":
        return rest
    if rest.head == "diag":
        return construct("diag", (multiply([(rest.args[0], -1)]),), (), shape)
    if rest.head == TURNED:
        return turned(construct(INVERSE, (rest.args[0],), (), shape))
    if "orthogonal" in declared(rest):
        return turned(rest)
    if rest.head in (SUM, CHAIN) and len(rest.args) <= 12:
        other = turned(rest)
        if other is not rest and (other.cost, other.digest) < (rest.cost, rest.digest):
            return turned(make(INVERSE, (other,), (), shape))
    return make(INVERSE, (rest,), (), shape)


def _exponential(args: tuple[Form, ...], par: Parameters, shape: Shape) -> Form:
    c, rest = scaled_parts(args[0])
    if rest.head == LOGARITHM:
        return multiply([(rest.args[0], c)], shape)
    if is_zero(args[0]):
        return ones(shape)
    return _of_straight(EXPONENTIAL, args[0], par) if is_matrix(args[0]) else make(EXPONENTIAL, args, par, shape)


def _is_one(form: Form) -> bool:
    """Whether every entry is 1."""
    return form is ONE or form is ones(form.shape)


def _logarithm(args: tuple[Form, ...], par: Parameters, shape: Shape) -> Form:
    if _is_one(args[0]):
        return zeros(shape)
    if args[0].head == EXPONENTIAL:
        return args[0].args[0]
    return _function(LOGARITHM, args, par, shape)


def _power(args: tuple[Form, ...], par: Parameters, shape: Shape) -> Form:
    """Powers with a numeric exponent are products; ``(b^p)^k`` with a whole k has the exponent k·p."""
    base, exponent = args
    if _is_one(base):
        return ones(shape)
    if exponent.head == NUMBER and abs(exponent.par[0]) < _LARGEST_POWER:
        return multiply([(base, exponent.par[0])], shape)
    return make("power", args, par, shape)


_LARGEST_POWER = 50


def _compare(head: str, holds: Same, mirrored: str | None) -> Constructor:
    def constructor(args: tuple[Form, ...], par: Parameters, shape: Shape) -> Form:
        """``a < b`` is ``b > a``; what is compared stands on the left, a number alone on the right."""
        if mirrored is not None:
            return construct(mirrored, args[::-1], par, shape)
        if args[0].head == NUMBER and args[1].head == NUMBER:
            return number(int(bool(holds(args[0].par[0], args[1].par[0]))))
        return make(head, args, par, shape)

    return constructor


def _by_traits(head: str) -> Constructor:
    return lambda args, par, shape: _function(head, args, par, shape)


OTHERS.append(_by_traits)
CONSTRUCTORS.update(
    {
        NORM: _norm,
        "mean": _mean,
        "sum": _sum,
        INVERSE: _inverse,
        EXPONENTIAL: _exponential,
        LOGARITHM: _logarithm,
        "power": _power,
    }
)
CONSTRUCTORS.update(
    (one.name, _compare(one.name, one.holds, CONTRARY.get(one.name))) for one in TABLE.values() if one.holds is not None
)
CONSTRUCTORS[NUMBER] = lambda args, par, shape: number(par[0])
CONSTRUCTORS["dimension"] = lambda args, par, shape: dimension(par[0])
