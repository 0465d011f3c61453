"""A replayer of the log that shares nothing with the engine: rows by search, everything else by plain algebra.

A form is read as a polynomial over names (SymPy adds and multiplies): entry by entry, a row as the column that it is,
products of matrices opened over sums. Of a row of the table, what its letters stand for is searched among the parts of
what it replaced; then its other side, with these, must be what it gave.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from math import prod
from typing import Any, NamedTuple

import sympy
from sympy import Add, Expr, Mul, Pow, S, Symbol

from mcalc.rewriting import Form, Row
from mcalc.table import TABLE

SCALAR, COLUMN, ROW, MATRIX = "s", "c", "r", "m"
_LETTERS = {**dict.fromkeys("ABC", (MATRIX,)), **dict.fromkeys("uvw", (COLUMN,)), **dict.fromkeys("st", (SCALAR,))}
_FLIPPED = {COLUMN: ROW, ROW: COLUMN, MATRIX: MATRIX, SCALAR: SCALAR}
_MOST_CHOICES = 40_000


class Value(NamedTuple):
    """A value: how many axes it has and which way it lies, and its entries as an expression over names."""

    rank: str
    expr: Expr


_known: dict[tuple[Any, ...], Symbol] = {}
_meaning: dict[Symbol, tuple[Any, ...]] = {}


def _name(rank: str, *key: Any) -> Expr:
    """The name of a part that is no sum and no product; a row has that of the column it is."""
    key = (COLUMN if rank == ROW else rank, *key)
    if key not in _known:
        _known[key] = Symbol(f"p{len(_known)}", positive=True)
        _meaning[_known[key]] = key
    return _known[key]


def _rank_of(symbol: Expr) -> str:
    found: str = _meaning[symbol][0] if symbol in _meaning else SCALAR
    return found


def _rank(shape: Sequence[Any]) -> str:
    return SCALAR if not shape else COLUMN if len(shape) == 1 else ROW if shape[0] == 1 else MATRIX


def _widest(values: Sequence[Value]) -> str:
    return max((value.rank for value in values), key=[SCALAR, COLUMN, ROW, MATRIX].index, default=SCALAR)


Env = dict[str, Value]


@cache
def value_of(form: Form) -> Value:
    """The form read."""
    return _value(form, None)


def _value(form: Form, bound: Env | None) -> Value:
    head, par = form.head, form.par
    if head == "variable" and bound is not None and str(par[0]) in bound:
        return bound[str(par[0])]
    args = [value_of(arg) if bound is None else _value(arg, bound) for arg in form.args]
    if head == "number":
        return Value(SCALAR, sympy.Rational(par[0].numerator, par[0].denominator))
    if head == "+":
        return Value(_widest(args), Add(*(_number(c) * arg.expr for c, arg in zip(par, args, strict=True))))
    if head == "*":
        return Value(_widest(args), Mul(*(arg.expr ** _number(e) for e, arg in zip(par, args, strict=True))))
    if head == "@":
        found = _chain(args)
        columns = [arg for arg in form.args if len(arg.shape) == 1]
        return (
            Value(found.rank, found.expr.subs(_name(SCALAR, "size", COLUMN), _count(columns[0]))) if columns else found
        )
    if head == "'":
        return turned(args[0])
    if head == "ones":
        return Value(COLUMN if len(par) == 1 else MATRIX, S.One)
    if head in ("eye", "zeros"):
        return Value(MATRIX if head == "eye" else _rank(form.shape), _name(MATRIX, "I") if head == "eye" else S.Zero)
    if not args:
        return Value(_rank(form.shape), _name(_rank(form.shape), head, str(par)))
    if head == "mean" and not par:
        return Value(SCALAR, _total(args[0], form.args[0]) / _count(form.args[0]))
    if head == "sum" and not par:
        return Value(SCALAR, _total(args[0], form.args[0]))
    if head == "sum" and args[0].rank == MATRIX:
        return _chain([args[0] if par[0] else turned(args[0]), Value(COLUMN, S.One)])
    if head == "norm":
        return Value(SCALAR, sympy.sqrt(_total(Value(args[0].rank, args[0].expr ** 2), form.args[0])))
    if head == "tr":
        count = S.One if not form.args[0].shape else _dimension(form.args[0].shape[0])
        whole = _over_terms(args[0], lambda value: _trace(_factors(value)))
        return Value(SCALAR, whole.subs(_name(SCALAR, "size", COLUMN), count))
    return _operator(head, args, par, form.shape)


def _total(value: Value, form: Form) -> Expr:
    """The sum over the entries; that of a constant counts them."""
    return _over_terms(value, _summed).subs(_name(SCALAR, "size", value.rank), _count(form))


def _count(form: Form) -> Expr:
    return Mul(*map(_dimension, form.shape))


def _dimension(size: Expr) -> Expr:
    return size if size.is_Integer else _name(SCALAR, "dimension", str((size,)))


def _number(c: Any) -> Expr:
    return sympy.Rational(c.numerator, c.denominator)


def _operator(head: str, args: list[Value], par: Sequence[Any], shape: Sequence[Any]) -> Value:
    operator = TABLE.get(head)
    first = args[0]
    if head == "exp":
        return Value(first.rank, _exponential(first))
    if head == "inv":
        c, rest = sympy.expand(first.expr).as_independent(*_arrays(first.expr), as_Add=False)
        return Value(MATRIX, _name(MATRIX, "inv", rest) / c)
    if operator is not None and operator.linear and len(args) == 1 and head not in ("loop_sum",):
        rank = {"diag": MATRIX, "diagonal": COLUMN}.get(head, _rank(shape))
        found = _over_terms(first, lambda value: _name(rank, head, str(par), value.expr))
        return Value(rank, found)
    rank = _widest(args) if operator is not None and operator.elementwise else _rank(shape)
    if len(args) == 1 and operator is not None and operator.parity:
        rest, c = first.expr, S.One
        if sympy.expand(rest).as_coeff_Mul()[0] < 0 or _leads_with_minus(rest):
            rest, c = sympy.expand(-rest), S.NegativeOne if operator.parity == "odd" else S.One
        return Value(rank, c * _name(rank, head, sympy.expand(rest)))
    if len(args) == 1 and operator is not None and operator.complementary and _leads_with_minus(first.expr):
        return Value(rank, 1 - _name(rank, head, str(par), (first.rank, sympy.expand(-first.expr))))
    return Value(rank, _name(rank, head, str(par), *((arg.rank, sympy.expand(arg.expr)) for arg in args)))


def _leads_with_minus(expr: Expr) -> bool:
    terms = sorted(Add.make_args(sympy.expand(expr)), key=lambda term: str(term.as_coeff_Mul()[1]))
    return bool(terms[0].as_coeff_Mul()[0] < 0)


def _exponential(value: Value) -> Expr:
    """``exp(c·a) = exp(a)^c``, and of a sum the product."""
    found = S.One
    for term in Add.make_args(sympy.expand(value.expr)):
        c, rest = term.as_coeff_Mul()
        key = _meaning.get(rest, ("", ""))
        found *= key[3][1] ** c if key[1] == "log" else _name(value.rank, "exp", rest) ** c
    return found


def _arrays(expr: Expr) -> list[Symbol]:
    return [symbol for symbol in expr.free_symbols if _rank_of(symbol) != SCALAR]


def _split(term: Expr) -> tuple[Expr, Expr]:
    """The scalars in front of a term, and what they multiply."""
    scalars, rest = S.One, S.One
    for factor in Mul.make_args(term):
        if _arrays(factor):
            rest *= factor
        else:
            scalars *= factor
    return scalars, rest


def _terms(value: Value) -> list[tuple[Expr, Value]]:
    found = [_split(term) for term in Add.make_args(sympy.expand(value.expr)) if term != 0]
    return [(scalars, Value(value.rank, rest)) for scalars, rest in found]


def _over_terms(value: Value, of: Any) -> Expr:
    return Add(*(scalars * of(rest) for scalars, rest in _terms(value)))


def _factors(value: Value) -> list[Value]:
    """A term as a row of matrices and vectors: its own, where it is the name of one."""
    if value.expr in _meaning and _meaning[value.expr][1] == "@":
        row = list(_meaning[value.expr][2])
        return [turned(part) for part in reversed(row)] if value.rank == ROW else row
    return [value]


def turned(value: Value) -> Value:
    """The transpose: a row is the column that it is; of a product the factors, turned, the other way round."""
    if value.rank != MATRIX:
        return Value(_FLIPPED[value.rank], value.expr)
    return Value(MATRIX, Add(*(scalars * _turned(rest.expr) for scalars, rest in _terms(value))))


def _turned(expr: Expr) -> Expr:
    if isinstance(expr, Mul):
        return Mul(*map(_turned, expr.args))
    if isinstance(expr, Pow):
        return _turned(expr.base) ** expr.exp
    if isinstance(expr, Add):
        return Add(*map(_turned, expr.args))
    if expr not in _meaning or _rank_of(expr) != MATRIX:
        return expr
    _, head, *rest = _meaning[expr]
    if head in ("I", "diag"):
        return expr
    if head == "@":
        return _chain([turned(part) for part in reversed(rest[0])]).expr
    if head == "'":
        return rest[0]
    if head == "variable":
        if "symmetric" in rest[0] or "psd" in rest[0]:
            return expr
        if "skew" in rest[0]:
            return -expr
    if head == "inv":
        c, inner = sympy.expand(_turned_sum(rest[0])).as_coeff_Mul()
        return _name(MATRIX, "inv", inner) / c
    operator = TABLE.get(head)
    if operator is not None and operator.elementwise and all(isinstance(arg, Expr) or arg[0] != COLUMN for arg in rest):
        return _name(MATRIX, head, *((arg[0], _turned_sum(arg[1])) if isinstance(arg, tuple) else arg for arg in rest))
    return _name(MATRIX, "'", expr)


def _turned_sum(expr: Expr) -> Expr:
    return sympy.expand(Add(*map(_turned, Add.make_args(sympy.expand(expr)))))


def _chain(parts: Sequence[Value]) -> Value:
    """The product of matrices, opened over their sums; what is a scalar in it stands in front."""
    height = parts[0].rank in (COLUMN, MATRIX)
    width = parts[-1].rank in (ROW, MATRIX)
    rank = MATRIX if height and width else COLUMN if height else ROW if width else SCALAR
    found = S.Zero
    for chosen in product(*(_terms(part) for part in parts)):
        row = [factor for _, value in chosen for factor in _factors(value)]
        found += Mul(*(scalars for scalars, _ in chosen)) * _bare(row, rank)
    return Value(rank, found)


def _bare(row: list[Value], rank: str) -> Expr:
    scalars, kept = S.One, list[Value]()
    for part in row:
        if part.rank == SCALAR:
            scalars *= part.expr
            continue
        if part.rank == MATRIX and part.expr == S.One:
            kept += [Value(COLUMN, S.One), Value(ROW, S.One)]
        elif not (part.rank == MATRIX and part.expr == _name(MATRIX, "I")):
            kept.append(part)
        start = next((at for at in range(len(kept) - 1, -1, -1) if kept[at].rank == ROW), None)
        if kept and kept[-1].rank == COLUMN and start is not None and start < len(kept) - 1:
            scalars *= _scalar(kept[start:])
            del kept[start:]
    if not kept:
        return scalars * (_name(MATRIX, "I") if rank == MATRIX else S.One)
    if len(kept) == 1 or (len(kept) == 2 and all(part.expr == S.One for part in kept)):
        return scalars * kept[0].expr
    if kept[0].rank == ROW:
        kept = [turned(part) for part in reversed(kept)]
    column = next((at for at, part in enumerate(kept) if part.rank == COLUMN), 0)
    diagonals = [at for at in range(column) if kept[at].expr in _meaning and _meaning[kept[at].expr][1] == "diag"]
    if diagonals:  # diag(u)·A·v is u ⊗ A·v
        at = diagonals[-1]
        scaled = _meaning[kept[at].expr][3] * _bare(kept[at + 1 : column + 1], COLUMN)
        return scalars * _chain([*kept[:at], Value(COLUMN, scaled), *kept[column + 1 :]]).expr
    if any(len(_terms(part)) != 1 or _terms(part)[0][0] != 1 for part in kept):
        return scalars * _chain(kept).expr
    return scalars * _name(rank, "@", tuple(kept))


def _scalar(row: list[Value]) -> Expr:
    """``uᵀ·A·…·v``: of two vectors a sum over products of entries, of more one of the two ways to read it."""
    if len(row) == 2:
        return _over_terms(Value(COLUMN, row[0].expr * row[1].expr), _summed)
    other = [turned(part) for part in reversed(row)]
    if any(len(_terms(part)) != 1 or _terms(part)[0][0] != 1 for part in other):
        parts = [_terms(part)[0] for part in other]
        sign = prod((c for c, _ in parts), start=S.One)
        other = [part for _, part in parts]
    else:
        sign = S.One
    if str(other) < str(row):
        return sign * _name(SCALAR, "@", tuple(other))
    return _name(SCALAR, "@", tuple(row))


def _summed(value: Value) -> Expr:
    """The sum over the entries of a term without scalars."""
    if value.rank == SCALAR:
        return value.expr
    if value.expr == S.One:
        return _name(SCALAR, "size", value.rank)
    units = [f for f in Mul.make_args(value.expr) if f in _meaning and _meaning[f][1] == "unit"]
    if units and value.rank == COLUMN:
        place = _meaning[units[0]][2].split(",")[0] + ",)"
        rest = value.expr / units[0]
        return rest if rest == S.One else _name(SCALAR, "element", place, rest)
    row = _factors(value)
    if value.expr in _meaning and _meaning[value.expr][1] == "diagonal":
        return _trace(_factors(Value(MATRIX, _meaning[value.expr][3])))
    if value.rank == MATRIX:
        factors = [f for base in Mul.make_args(value.expr) for f in _times(base)]
        if len(factors) == 2 and len(row) == 1:
            one, other = (_factors(Value(MATRIX, factor)) for factor in factors)
            return _trace([*(turned(part) for part in reversed(one)), *other])
        return _scalar([Value(ROW, S.One), *row, Value(COLUMN, S.One)]) if len(row) > 1 else _of_whole(value)
    if len(row) > 1:
        upright = row if row[0].rank == MATRIX else [turned(part) for part in reversed(row)]
        return _scalar([Value(ROW, S.One), *upright])
    chains = [f for f in Mul.make_args(value.expr) if f in _meaning and _meaning[f][1] == "@"]
    if chains:
        rest = value.expr / chains[0]
        return _scalar([Value(ROW, rest), *_factors(Value(COLUMN, chains[0]))])
    return _of_whole(value)


def _of_whole(value: Value) -> Expr:
    expr = min(value.expr, _turned(value.expr), key=str) if value.rank == MATRIX else value.expr
    if expr in _meaning and _meaning[expr][1] in ("softmax",) and value.rank != MATRIX:
        return S.One
    return _name(SCALAR, "sum", value.rank == MATRIX, expr)


def _times(factor: Expr) -> list[Expr]:
    if isinstance(factor, Pow) and factor.exp == 2:
        return [factor.base, factor.base]
    return [factor]


def _trace(row: Sequence[Value]) -> Expr:
    """The trace of a row of matrices: the least of its rotations and of those of its transpose."""
    row = [part for part in row if part.expr != _name(MATRIX, "I")]
    start = next((at for at, part in enumerate(row) if part.rank == ROW), None)
    if start is not None:
        return _bare([*row[start:], *row[:start]], SCALAR)
    if not row:
        return _name(SCALAR, "size", COLUMN)
    if len(row) == 1 and row[0].expr in _meaning and _meaning[row[0].expr][1] == "diag":
        return _over_terms(Value(COLUMN, _meaning[row[0].expr][3]), _summed)
    sign, other = S.One, list[Value]()
    for part in reversed(row):
        c, rest = _terms(turned(part))[0]
        sign, other = sign * c, [*other, rest]
    ways = [(S.One, row[at:] + row[:at]) for at in range(len(row))]
    ways += [(sign, other[at:] + other[:at]) for at in range(len(other))]
    c, best = min(ways, key=lambda way: str(way[1]))
    return c * _name(SCALAR, "tr", tuple(best))


# What is asked ------------------------------------------------------------------------------------------------------


def same(one: Value, other: Value) -> bool:
    """Whether the two are one by plain algebra: their difference, over one denominator, is 0."""
    difference = sympy.expand(one.expr - other.expr)
    if difference != 0:
        difference = sympy.expand(sympy.together(difference).as_numer_denom()[0])
    return bool(difference == 0) and (one.rank == other.rank or S.Zero in (one.expr, other.expr))


def replays(row: Row, before: Form, after: Form) -> bool:
    """Whether the row, for some meaning of its letters among the parts of `before`, gives `after`."""
    wanted, given = value_of(before), value_of(after)
    for bound in _meanings(row, before):
        for sign in (S.One, S.NegativeOne):
            left = _value(row.before, bound)
            if same(Value(left.rank, sign * left.expr), wanted) or _multiple(left, wanted):
                c = _ratio(left, wanted)
                right = _value(row.after, bound)
                rank = right.rank if right.rank != SCALAR else given.rank
                if c is not None and same(Value(rank, c * right.expr), given):
                    return True
    return False


def law_holds(name: str, before: Form, after: Form) -> bool:
    """Whether what has no formula in the table holds: by its own law, or by plain algebra."""
    return _LAWS.get(name, same)(value_of(before), value_of(after))


def _where_positive(before: Value, after: Value) -> bool:
    """``[z > 0]·max(0, z) = [z > 0]·z``."""
    changes: dict[Expr, Expr] = {}
    for mask in before.expr.free_symbols:
        if _meaning[mask][1] == "greater" and _meaning[mask][4] == (SCALAR, S.Zero):
            z = _meaning[mask][3]
            cut_off = [(SCALAR, S.Zero), z]
            for symbol in before.expr.free_symbols:
                _, head, _, *args = *_meaning[symbol], None
                if (head == "maximum" and args[:2] in (cut_off, cut_off[::-1])) or (head == "relu" and args[0] == z):
                    changes[symbol] = z[1]
    return bool(changes) and same(*(Value(side.rank, side.expr.subs(changes)) for side in (before, after)))


def _picked(before: Value, after: Value) -> bool:
    """``v ⊗ e = v[k]*e`` of the unit vector e at k."""
    units = [_meaning[symbol][2] for symbol in before.expr.free_symbols if _meaning[symbol][1] == "unit"]
    picked = {
        symbol: _meaning[symbol][3]
        for symbol in after.expr.free_symbols
        if _meaning[symbol][1] == "element" and any(unit.startswith(_meaning[symbol][2][:-2]) for unit in units)
    }
    return bool(picked) and same(before, Value(after.rank, after.expr.subs(picked)))


def _inverse_beside(before: Value, after: Value) -> bool:
    """``B·(A·B)⁻¹ = A⁻¹``, as A·B is what is inverted; ``(A·B)⁻¹·A = B⁻¹``."""
    row = _factors(before)
    if before.rank == ROW:
        row = [turned(part) for part in reversed(row)]
    kept = _meaning[after.expr]
    outer = Value(MATRIX, kept[2]) if kept[1] == "inv" else Value(MATRIX, _name(MATRIX, "I"))
    for at, rest, whole in ((-1, row[:-1], lambda rest: [outer, *rest]), (0, row[1:], lambda rest: [*rest, outer])):
        inverse = _meaning[row[at].expr]
        if inverse[1] == "inv" and same(_chain(whole(rest)), Value(MATRIX, inverse[2])):
            return True
    return False


def _by_entries(before: Value, after: Value) -> bool:
    """``[a; b]·[c, d] + I = [a*c + 1, a*d; b*c, b*d + 1]``: both as sums of entries times unit vectors."""
    sizes = [_sizes(symbol) for symbol in after.expr.free_symbols if _meaning[symbol][1] == "grid"]
    return bool(sizes) and same(*(Value(side.rank, _in_units(side.expr, sizes[0])) for side in (before, after)))


def _sizes(symbol: Expr) -> tuple[int, int]:
    height, width = map(int, _meaning[symbol][2].strip("()").split(","))
    return height, width


def _in_units(expr: Expr, sizes: tuple[int, int]) -> Expr:
    changes: dict[Expr, Expr] = {}
    for symbol in expr.free_symbols:
        _, head, *rest = _meaning.get(symbol, (SCALAR, ""))
        if head == "stack":
            changes[symbol] = Add(*(_unit(at, len(rest) - 1).expr * arg[1] for at, arg in enumerate(rest[1:], 1)))
        elif head == "grid":
            places = product(range(1, _sizes(symbol)[0] + 1), range(1, _sizes(symbol)[1] + 1))
            changes[symbol] = Add(
                *(_place(at, _sizes(symbol)) * arg[1] for at, arg in zip(places, rest[1:], strict=True))
            )
        elif head == "I":
            changes[symbol] = Add(*(_place((at, at), sizes) for at in range(1, sizes[0] + 1)))
        elif head == "@":
            changes[symbol] = _chain([Value(part.rank, _in_units(part.expr, sizes)) for part in rest[0]]).expr
    return expr.subs(changes, simultaneous=True)


def _unit(at: int, size: int) -> Value:
    return Value(COLUMN, _name(COLUMN, "unit", str((at, size))))


def _place(at: tuple[int, int], sizes: tuple[int, int]) -> Expr:
    return _chain([_unit(at[0], sizes[0]), turned(_unit(at[1], sizes[1]))]).expr


_LAWS = {
    "where positive": _where_positive,
    "unit vector": _picked,
    "inverse of a product": _inverse_beside,
    "entries of a matrix": _by_entries,
}


def _multiple(left: Value, wanted: Value) -> bool:
    return _ratio(left, wanted) is not None


def _ratio(left: Value, wanted: Value) -> Expr | None:
    """c where the second is c times the first, a number."""
    if left.expr == 0:
        return S.One if wanted.expr == 0 else None
    c = sympy.cancel(wanted.expr / left.expr)
    return c if c.is_Rational and left.rank == wanted.rank else None


def _meanings(row: Row, before: Form) -> Iterator[Env]:
    """Every way to choose the letters of a row among the parts of a form, and their negatives and transposes."""
    letters = sorted(_letters(row.before))
    parts = list(dict.fromkeys(_parts(before)))
    choices: list[list[Value]] = []
    for letter in letters:
        ranks = _LETTERS.get(letter, (SCALAR, COLUMN, ROW, MATRIX))
        values = [value_of(part) for part in parts]
        values += [turned(value) for value in values if value.rank != SCALAR]
        values += [Value(value.rank, -value.expr) for value in values]
        choices.append([value for value in dict.fromkeys(values) if value.rank in ranks])
    if prod(map(len, choices)) > _MOST_CHOICES:
        choices = [choice[: max(2, round(_MOST_CHOICES ** (1 / len(choices))))] for choice in choices]
    for chosen in product(*choices):
        yield dict(zip(letters, chosen, strict=True))


def _letters(pattern: Form) -> set[str]:
    if pattern.head == "variable":
        return {str(pattern.par[0])}
    return set().union(*map(_letters, pattern.args)) if pattern.args else set()


def _parts(form: Form) -> Iterator[Form]:
    stack = [form]
    while stack:
        part = stack.pop(0)
        yield part
        stack.extend(part.args)
