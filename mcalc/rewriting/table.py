"""The table of rewritings: ``name: before -> after [when condition(name) …] | what a reader is told``.

A name's letter says what it stands for: A, B, C matrices; u, v vectors; s, t scalars; a, b anything, entry by entry.
The definitions of the operator table are rows as well, see `rows`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from mcalc.language.elaborate import read_formula
from mcalc.language.parser import parse_expression
from mcalc.rewriting.algebra import keeping
from mcalc.rewriting.forms import ALGEBRA, SUM, Form
from mcalc.rewriting.patterns import Row, both_ways, reversed_scale
from mcalc.rewriting.reading import canonical, raw
from mcalc.table import TABLE
from mcalc.tree import build
from mcalc.tree.node import Node, dimension

ROWS = """
# functions by their names
sigmoid of a quotient: exp(a)/(1 + exp(a)) -> sigmoid(a) | e^a/(1 + e^a) is the logistic function σ(a)
sigmoid turned round: 1/(1 + exp(a)) -> sigmoid(-a) | 1/(1 + e^a) is the logistic function σ(-a)
sigmoid times exponential: exp(a)*(1 - sigmoid(a)) -> sigmoid(a) | e^a*σ(-a) is σ(a)
perfect square: 1 - 2a + a^2 -> (1 - a)^2 | 1 - 2a + a² is the square of 1 - a
softmax: exp(u)/sum(exp(u)) -> softmax(u) | e^u over its sum is the softmax
softmax by logsumexp: exp(u - logsumexp(u)) -> softmax(u) | e^(u - logsumexp(u)) is the softmax
cosh: exp(a) + exp(-a) -> 2cosh(a) | e^a + e^-a is twice the hyperbolic cosine
sinh: exp(a) - exp(-a) -> 2sinh(a) | e^a - e^-a is twice the hyperbolic sine
tanh: sinh(a)/cosh(a) -> tanh(a) | sinh over cosh is tanh
tan: sin(a)/cos(a) -> tan(a) | sine over cosine is the tangent
circle: sin(a)^2 + cos(a)^2 -> 1 | sin² + cos² is 1
hyperbola: cosh(a)^2 - sinh(a)^2 -> 1 | cosh² - sinh² is 1
log softmax: log(softmax(u)) -> u - logsumexp(u) | the logarithm of a softmax is u - logsumexp(u)
# diagonal matrices
ones by diagonal: ones(n)'@diag(v) -> v' | 1⃗ᵀ·diag(v) = vᵀ: the diagonal lies down as a row
diagonal by ones: diag(v)@ones(n) -> v | diag(v)·1⃗ = v
two diagonals: diag(u)@diag(v) -> diag(u*v) | diag(u)·diag(v) = diag(u ⊗ v)
diagonal times vector: diag(u)@v -> u*v | diag(u)·v = u ⊗ v
row times diagonal: v'@diag(u) -> (u*v)' | vᵀ·diag(u) = (u ⊗ v)ᵀ
sum of diagonals: diag(u) + diag(v) -> diag(u + v) | diag(u) + diag(v) = diag(u + v)
diagonals about a product: diag(u)@(A*B)@diag(v) -> (u@v')*A*B | rows scaled by u, columns by v: times u·vᵀ
diagonal of a product: (A*B)@ones(n) -> diagonal(A@B') when product(B) | the row sums of A⊗B are the diagonal of A·Bᵀ
# vectors of ones, sums
ones and ones: ones(n)@ones(n)' -> ones(n,n) | a column of ones times a row of ones is a matrix of ones
distances from the mean: sum(v - mean(v)) -> 0 | the distances from the mean add up to 0
# traces, inverses, determinants
inverse cancels: inv(A)@A -> eye(n) | a matrix times its inverse is the identity
inverse cancels on the right: A@inv(A) -> eye(n) | the inverse times its matrix is the identity
orthogonal: A'@A -> eye(n) when orthogonal(A) | the columns of an orthogonal matrix are orthonormal
orthogonal on the right: A@A' -> eye(n) when orthogonal(A) | the rows of an orthogonal matrix are orthonormal
determinant of an inverse: det(inv(A)) -> 1/det(A) | the determinant of the inverse is the inverse of the determinant
logdet of an inverse: logdet(inv(A)) -> -logdet(A) | the logarithm of the determinant of the inverse is the negative one
determinant of a transpose: det(A') -> det(A) | a matrix and its transpose have the same determinant
logdet of a transpose: logdet(A') -> logdet(A) | a matrix and its transpose have the same log-determinant
trace of kron: tr(kron(A,B)) -> tr(A)*tr(B) | the trace of a Kronecker product is the product of the traces
# masks and kinks
sign over size: sign(a)/abs(a) -> 1/a | the sign over the size is the inverse
sign over abs: a/abs(a) -> sign(a) | a over its size is its sign
sign times abs: abs(a)*sign(a) -> a | the size with its sign is the value
abs of square: abs(a)^2 -> a^2 | the square of the size is the square
relu where positive: (a > 0)*relu(a) -> relu(a) | where a is not positive, relu(a) is 0 already
max where positive: (a > 0)*max(0, a) -> max(0, a) | where a is not positive, max(0, a) is 0 already
abs of positive: abs(a) -> a when positive(a) | what is positive is its own size
relu of positive: relu(a) -> a when positive(a) | relu changes nothing that is positive
sign of positive: sign(a) -> 1 when positive(a) | what is positive has the sign 1
positive: a > 0 -> 1 when positive(a) | it is positive
"""

_SHAPES = {**dict.fromkeys("ABC", "nn"), **dict.fromkeys("uvwab", "n"), **dict.fromkeys("st", "")}


def _value(text: str) -> Node:
    found = {name: build.variable(name, tuple(map(dimension, shape))) for name, shape in _SHAPES.items()}
    return read_formula(parse_expression(text), found)


def side(text: str) -> Form:
    """A side of a row, canonical."""
    value = _value(text)
    return canonical(raw([value])[value])


def _row(line: str) -> Row:
    head, _, sentence = line.rpartition("|")
    name, _, rule = head.partition(":")
    rule, _, when = rule.partition(" when ")
    conditions = tuple((word.partition("(")[0], word.partition("(")[2].rstrip(")")) for word in when.split())
    before, after = (text.strip() for text in rule.split("->"))
    return Row(name.strip(), *reversed_scale(side(before), side(after)), conditions, sentence.strip(), rule.strip())


def written_rows() -> list[Row]:
    """The rows as they are written in the table, in its order."""
    return [_row(line) for line in ROWS.strip().splitlines() if line and not line.startswith("#")]


def defined_rows() -> list[Row]:
    """The definitions of the operator table, from the definition to the name."""
    rows = []
    for operator in TABLE.values():
        if not operator.recognized:
            continue
        call = f"{operator.calls[0]}(a)"
        before, after = reversed_scale(side(operator.definition), side(call))
        sentence = f"{operator.definition} is {call}, by its definition"
        rows.append(Row(operator.name, before, after, (), sentence, f"{operator.definition} -> {call}"))
    return rows


_DISSOLVED = frozenset(operator.name for operator in TABLE.values() if operator.dissolved)
"""Heads that a row may dissolve at the price of a longer text."""


def measure(form: Form) -> tuple[int, int, int]:
    """What every row lowers: the heads that are left to dissolve, then the cost, then the number of operators."""
    count, names, stack = 0, 0, [form]
    while stack:
        part = stack.pop()
        count += part.head in _DISSOLVED
        names += part.head not in ALGEBRA
        stack.extend(part.args)
    return count, form.cost, names


@cache
def rows() -> tuple[Row, ...]:
    """Every row, with the transposes of those about products of matrices."""
    written = written_rows()
    known = {row.name for row in written}
    plain = written + [row for row in defined_rows() if row.name not in known]
    plain += [other for row in plain for other in _with_other_signs(row)]
    written_so = {row.before for row in plain}
    return tuple(one for row in plain for one in both_ways(row) if one is row or one.before not in written_so)


def _with_other_signs(row: Row) -> Iterator[Row]:
    """The row for values in which a difference in it was typed the other way round, and is kept so."""
    for part in _differences(row.before):
        with keeping({part}):
            before, after = (side(text.strip()) for text in row.source.partition(" when ")[0].split("->"))
            yield Row(row.name, *reversed_scale(before, after), row.when, row.sentence, row.source)


def _differences(form: Form) -> Iterator[Form]:
    if form.head == SUM and len(form.args) > 1 and any(c < 0 for c in form.par):
        yield form
    for arg in form.args:
        yield from _differences(arg)
