"""The canonical tree: a form is a head applied to forms; equal forms are one object.

Five heads carry the algebra, every other head is an operator of the table with its arguments:

- `NUMBER`: a rational number, in ``par``.
- `SUM`: ``Σ cᵢ·tᵢ``; ``args`` are the terms and ``par`` their rational coefficients.
- `PRODUCT`: ``Π bᵢ^eᵢ``, entry by entry; ``args`` are the bases and ``par`` their rational exponents.
- `CHAIN`: ``A·B·…``, a flat row of matrices and vectors; a column is ``(n,)``, a row ``(1, n)``.
- `TURNED`: a transpose.

`make` takes a form as it stands; the constructors of `algebra`, `products` and `functions` make it canonical.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from sympy.core.expr import Expr
from sympy.core.singleton import S

from mcalc.rewriting.heads import known_operator
from mcalc.rewriting.rationals import Rational, absolute, coefficient_cost, odd, rational
from mcalc.table.records import LoopIndex, Parameter, Parameters, Shape
from mcalc.table.roles import INVERSE, NORM
from mcalc.tree.interning import Interned
from mcalc.tree.marks import own_mark
from mcalc.tree.node import all_loops, free_loops

NUMBER, SUM, PRODUCT, CHAIN, TURNED = "number", "+", "*", "@", "'"
ALGEBRA = frozenset({SUM, PRODUCT, CHAIN, TURNED})

_forms: Interned[Form] = Interned()
_held = _forms.entries


class Form:
    """``head(*args)`` with parameters and shape, what it costs to read, and whether ``-form`` costs no more.

    It is `uneven` where it is, or has in it, a difference whose sign could be turned, or a norm. Of a matrix, `gain` is
    how many transposes fewer there are where it is turned over: inside a sum, a product or a row of matrices.
    """

    __slots__ = (
        *("__weakref__", "args", "cost", "digest", "gain", "head", "loops"),
        *("other_way", "par", "shape", "turns", "uneven"),
    )
    head: str
    args: tuple[Form, ...]
    par: Parameters
    shape: Shape
    cost: int
    gain: int
    digest: bytes
    turns: bool
    uneven: bool
    loops: frozenset[LoopIndex]
    other_way: Form | None

    def __repr__(self) -> str:
        inside = ", ".join(map(repr, self.args))
        marks = ", ".join(map(str, self.par))
        return f"{self.head}({inside}{' | ' if inside and marks else ''}{marks})"


def make(head: str, args: Iterable[Form] = (), par: Iterable[Parameter] = (), shape: Iterable[Expr] = ()) -> Form:
    """The form as it stands; nothing is rewritten."""
    args, par, shape = tuple(args), tuple(par), tuple(shape)
    key = (head, par, shape, *args)
    held = _held.get(key)
    if held is not None and (found := held()) is not None:
        return found
    found = Form()
    found.head, found.args, found.par, found.shape = head, args, par, shape
    loops = True in [bool(arg.loops) for arg in args] or not args or (par and head not in ALGEBRA)
    found.loops = _loops(found) if loops else _NO_LOOPS
    within = True in [arg.uneven for arg in args]
    found.turns = (within or head == SUM) and _turns(found)
    found.uneven = within or found.turns or head == NORM
    found.gain = _gain(found) if len(shape) == 2 else 0
    found.cost = _cost(found)
    found.other_way = None
    marks = b"".join([own_mark(head, par, shape), *[arg.digest for arg in args]])
    found.digest = blake2b(marks, digest_size=12).digest()
    _forms.keep(key, found)
    return found


# What a form is --------------------------------------------------------------------------------------------------


def number(value: Rational) -> Form:
    """A rational number."""
    return make(NUMBER, (), (value,))


def ones(shape: Sequence[Expr]) -> Form:
    """``1⃗`` of the shape; of a scalar's the number 1."""
    return make("ones", (), shape, shape) if shape else ONE


def zeros(shape: Sequence[Expr]) -> Form:
    """``0⃗`` of the shape; of a scalar's the number 0."""
    return make("zeros", (), shape, shape) if shape else ZERO


def identity(size: Expr) -> Form:
    """``I``, size by size."""
    return make("eye", (), (size,), (size, size))


def is_zero(form: Form) -> bool:
    """Whether every entry is 0, by the form alone."""
    return form is ZERO or form.head == "zeros" or (form.head == TURNED and form.args[0].head == "zeros")


def is_row(form: Form) -> bool:
    """Whether it is 1×n, and no scalar."""
    return len(form.shape) == 2 and form.shape[0] is _UNIT and form.shape[1] is not _UNIT


def is_column(form: Form) -> bool:
    """Whether it is a vector, n."""
    return len(form.shape) == 1


def is_matrix(form: Form) -> bool:
    """Whether it is m×n, and no row."""
    return len(form.shape) == 2 and form.shape[0] is not _UNIT


_UNIT = S.One
_NO_LOOPS: frozenset[LoopIndex] = frozenset()


def scaled_parts(form: Form) -> tuple[Rational, Form]:
    """The number in front, and the rest."""
    if form.head == SUM and len(form.args) == 1:
        return form.par[0], form.args[0]
    if form.head == NUMBER:
        return form.par[0], ONE
    return 1, form


def _loops(form: Form) -> frozenset[LoopIndex]:
    if form.head in _CONSTANT:
        return frozenset()
    free = all_loops(form.args)
    return free if form.head in ALGEBRA else free_loops(form.head, form.par, free)


_CONSTANT = frozenset({NUMBER, "ones", "zeros", "eye", "dimension"})


# What it costs to read: tokens, brackets and commas apart ------------------------------------------------------------


def power_cost(base: Form, exponent: Rational) -> int:
    """What ``base^exponent`` takes to read, a root or a whole exponent less than another."""
    cost = base.cost + (exponent < 0 and _has_fraction(base))
    exponent = absolute(exponent)
    if exponent == 1:
        return cost
    if exponent * 2 == 1:
        return cost + 1
    return cost + (2 if exponent.denominator == 1 else 4)


def _has_fraction(form: Form) -> bool:
    """Whether it is a sum with a fraction bar in it: below another it is harder to read."""
    return form.head == SUM and any(
        t.head == PRODUCT
        and not has_mean(t)
        and any(e < 0 and b.shape == form.shape for b, e in zip(t.args, t.par, strict=True))
        for t in form.args
    )


def _turns(form: Form) -> bool:
    """Whether ``-form`` may be written with the sign in one of its differences."""
    if form.head == SUM:
        if len(form.args) < 2 or all([c > 0 for c in form.par]):
            return False
        constants = [c for c, t in zip(form.par, form.args, strict=True) if t is ONE or t.head == "eye"]
        return not constants or constants[0] <= 0 or sum([1 if c > 0 else -1 for c in form.par]) == 0
    if form.head in (PRODUCT, CHAIN, TURNED):
        turning = [arg for arg in form.args if arg.turns]
        if form.head == PRODUCT and turning:
            turning = [arg for arg, e in zip(form.args, form.par, strict=True) if arg.turns and odd(e)]
        times = Counter(_untransposed(form.args)) if turning else {}
        return any([times[arg] == 1 for arg in _untransposed(turning)])
    return bool(form.args) and form.args[0].turns and (form.head == INVERSE or known_operator(form.head).linear)


def stands_twice(arg: Form, form: Form) -> bool:
    """Whether a factor, or its transpose, is a factor once more: its sign is then not turned in one place alone."""
    return _untransposed(form.args).count(*_untransposed([arg])) > 1


def _untransposed(forms: Sequence[Form]) -> list[Form]:
    """The forms, each transpose as what it is the transpose of."""
    return [form.args[0] if form.head == TURNED else form for form in forms]


def opened_content(c: Rational, core: Form) -> Form | None:
    """``c·(a + b)`` as ``c·a + c·b`` where that is shorter: ``18x + 9`` for ``9(2x + 1)``."""
    if core.head != SUM or len(core.args) < 2 or len(core.args) > 4 or c == 1:
        return None
    whole = coefficient_cost(c) + _sum_cost(core.args, core.par)
    pairs = [rational(c * k) for k in core.par]
    if all(k < 0 for k in pairs) or _sum_cost(core.args, pairs) >= whole:
        return None
    return make(SUM, core.args, pairs, core.shape)


def _sum_cost(args: Iterable[Form], par: Iterable[Rational]) -> int:
    """The terms with the signs between them."""
    written = [
        coefficient_cost(c, True) if t.head == NUMBER else t.cost if c == 1 else coefficient_cost(c) + t.cost
        for c, t in zip(par, args, strict=True)
    ]
    return sum(written) + len(written) - 1


def _cost(form: Form) -> int:
    head, args = form.head, form.args
    if head == NUMBER:
        return coefficient_cost(form.par[0], True) + (form.par[0] < 0)
    if head == SUM:
        written = _sum_cost(args, form.par)
        if len(args) == 1:
            opened = opened_content(absolute(form.par[0]), args[0])
            if opened is not None:
                written = min(written, _sum_cost(opened.args, opened.par))
        minus = all([c < 0 for c in form.par]) and not (len(args) == 1 and _hides_sign(args[0]))
        turned = _turned_cost(form)
        return written + minus if turned is None else min(written + minus, turned)
    if head == PRODUCT:
        if form.par.count(1) == len(args):
            return sum([b.cost for b in args]) + len(args) - 1
        below = sum([e < 0 for e in form.par])
        fraction = 1 + (below > 0) if below == len(args) else 0
        costs = [b.cost if e == 1 else power_cost(b, e) for b, e in zip(args, form.par, strict=True)]
        written = sum(costs) + len(args) - 1
        return written + fraction - (2 if below and has_mean(form) else 0)
    if head == CHAIN:
        return row_cost(args, form.shape)
    if head in ("ones", "zeros"):
        return 1 + max(1, len(form.par))
    if head == TURNED:
        return 1 + args[0].cost
    if head == "sum" and is_dot(form):
        return args[0].cost
    operator = known_operator(head)
    if operator.notation.kind in ("infix", "power", "sum", "product", "quotient"):
        return sum(arg.cost for arg in args) + len(args) - 1
    return 1 + sum(arg.cost for arg in args)


def row_cost(parts: Sequence[Form], shape: Shape) -> int:
    """What a product of matrices takes to read; where all are turned, that is said once."""
    turned = 1
    if shape and parts[-1].head == TURNED:
        rows = [at for at, part in enumerate(parts) if part.shape and part.shape[0] is _UNIT and is_row(part)]
        last = parts[rows[0] :] if rows else parts
        turned = len(last) if all([part.head == TURNED for part in last]) else 1
    return sum([part.cost for part in parts]) + len(parts) - 1 - (turned - 1)


def is_dot(form: Form) -> bool:
    """Whether a sum is written as a dot product: over the products of the entries of two columns."""
    inner = form.args[0]
    if form.par or inner.head != PRODUCT or not is_column(inner):
        return False
    return inner.par == (1, 1) and all(is_column(b) for b in inner.args)


def has_mean(form: Form) -> bool:
    """Whether a sum is divided by the number of its entries, and so is written as a mean."""
    sizes = {b.par[0] for b, e in zip(form.args, form.par, strict=True) if b.head == "dimension" and e == -1}
    return bool(sizes) and any(
        ((b.head == "sum" and e == 1 and not b.par) or (b.head == NORM and e == 2))
        and all(size in sizes or size == 1 for size in b.args[0].shape)
        for b, e in zip(form.args, form.par, strict=True)
    )


def _turned_cost(form: Form) -> int | None:
    """What a sum of matrices costs as the transpose of a sum; None where it is not written so."""
    return None if form.gain < 2 else _sum_cost(form.args, form.par) + 1 - form.gain


def _gain(form: Form) -> int:
    if not is_matrix(form) or form.shape[1] is _UNIT:
        return 0
    if form.head == TURNED:
        return 1
    if form.head == SUM or form.head == PRODUCT:
        return sum([arg.gain for arg in form.args])
    if form.head == CHAIN:
        return gain_of_row(form.args)
    return 0 if form.head in ("eye", "diag", "ones", "zeros") else -1


def gain_of_row(parts: Sequence[Form]) -> int:
    """How many of the factors of a product of matrices are transposes, and not names."""
    heads = [part.head for part in parts]
    return 2 * heads.count(TURNED) + heads.count("eye") + heads.count("diag") - len(heads)


def _hides_sign(form: Form) -> bool:
    return form.turns or (form.head == SUM and any(c < 0 for c in form.par))


ONE, ZERO = number(1), number(0)
