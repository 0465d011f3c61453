"""The table of rewritings: ``name: before -> after [when condition(name) …] | what a reader is told``.

A name's letter says what it stands for: A, B, C matrices; u, v vectors; s, t scalars; a, b anything, entry by entry.
The definitions of the operator table are rows as well, see `rows`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from mcalc.language.elaborate import read_formula
from mcalc.language.parser import parse_expression
from mcalc.rewriting.forms import ALGEBRA, CHAIN, SUM, Form
from mcalc.rewriting.patterns import Row, both_ways, reversed_scale
from mcalc.rewriting.reading import canonical, raw
from mcalc.rewriting.signs import keeping
from mcalc.table import CALLS, COMPARISONS, TABLE
from mcalc.table.sentences import Formula, Sentence, told
from mcalc.tree import build
from mcalc.tree.node import Node, dimension

ROWS = """
# functions by their names
tanh of doubled exponentials: (exp(2a) - 1)/(1 + exp(2a)) -> tanh(a) | {(e^(2a) - 1)/(e^(2a) + 1)} is {tanh(a)}
tanh of falling exponentials: (1 - exp(-2a))/(1 + exp(-2a)) -> tanh(a) | {(1 - e^(-2a))/(1 + e^(-2a))} is {tanh(a)}
sigmoid of a quotient: exp(a)/(1 + exp(a)) -> sigmoid(a) | {e^a/(1 + e^a)} is the logistic function {σ(a)}
sigmoid turned round: 1/(1 + exp(a)) -> sigmoid(-a) | {1/(1 + e^a)} is the logistic function {σ(-a)}
tanh by the logistic function: 2sigmoid(2a) - 1 -> tanh(a) | {2σ(2a) - 1} is {tanh(a)}
logarithm of a logistic function: log(1 - sigmoid(a)) -> -softplus(a) | {log(σ(-a))} is {-softplus(a)}
sigmoid times exponential: exp(a)*(1 - sigmoid(a)) -> sigmoid(a) | {e^a*σ(-a)} is {σ(a)}
perfect square: 1 - 2a + a^2 -> (1 - a)^2 | {1 - 2a + a²} is the square of {1 - a}
softmax: exp(u)/sum(exp(u)) -> softmax(u) | {e^u} over its sum is the softmax
softmax by logsumexp: exp(u - logsumexp(u)) -> softmax(u) | {e^(u - logsumexp(u))} is the softmax
cosh: exp(a) + exp(-a) -> 2cosh(a) | {e^a + e^(-a)} is twice the hyperbolic cosine
sinh: exp(a) - exp(-a) -> 2sinh(a) | {e^a - e^(-a)} is twice the hyperbolic sine
tanh: sinh(a)/cosh(a) -> tanh(a) | sinh over cosh is tanh
tanh times exponential: exp(a)*(1 - tanh(a)) -> 1/cosh(a) | {1 - tanh(a)} is {e^-a} over {cosh(a)}
tanh times falling exponential: exp(-a)*(1 + tanh(a)) -> 1/cosh(a) | {1 + tanh(a)} is {e^a} over {cosh(a)}
tan: sin(a)/cos(a) -> tan(a) | sine over cosine is the tangent
circle: sin(a)^2 + cos(a)^2 -> 1 | {sin² + cos²} is 1
hyperbola: cosh(a)^2 - sinh(a)^2 -> 1 | {cosh² - sinh²} is 1
cosine of the sine: 1 - sin(a)^2 -> cos(a)^2 | {1 - sin²} is {cos²}
sine of the cosine: 1 - cos(a)^2 -> sin(a)^2 | {1 - cos²} is {sin²}
cosh of sinh: 1 + sinh(a)^2 -> cosh(a)^2 | {1 + sinh²} is {cosh²}
sinh of cosh: cosh(a)^2 - 1 -> sinh(a)^2 | {cosh² - 1} is {sinh²}
log softmax: log(softmax(u)) -> u - logsumexp(u) | the logarithm of a softmax is {u - logsumexp(u)}
# diagonal matrices
ones by diagonal: ones(n)'@diag(v) -> v' | {1⃗ᵀ·diag(v) = vᵀ}
diagonal by ones: diag(v)@ones(n) -> v | {diag(v)·1⃗ = v}
two diagonals: diag(u)@diag(v) -> diag(u*v) | {diag(u)·diag(v) = diag(u ⊗ v)}
diagonal times vector: diag(u)@v -> u*v | {diag(u)·v = u ⊗ v}
row times diagonal: v'@diag(u) -> (u*v)' | {vᵀ·diag(u) = (u ⊗ v)ᵀ}
diagonal times product: diag(u)@A@v -> u*(A@v) | {diag(u)·A·v = u ⊗ A·v}
product times diagonal: v'@A@diag(u) -> (u*(A'@v))' | {vᵀ·A·diag(u) = (u ⊗ Aᵀ·v)ᵀ}
diagonal times long product: diag(u)@A@B@v -> u*(A@B@v) | {diag(u)·A·B·v = u ⊗ A·B·v}
sum of diagonals: diag(u) + diag(v) -> diag(u + v) | {diag(u) + diag(v) = diag(u + v)}
diagonals about a product: diag(u)@(A*B)@diag(v) -> (u@v')*A*B | rows scaled by {u}, columns by {v}: times {u·vᵀ}
diagonal of a product: (A*B)@ones(n) -> diagonal(A@B') when product(B) | row sums of {A⊗B} are the diagonal of {A·Bᵀ}
a matrix beside its inverse: (A*inv(A)')@ones(n) -> ones(n) | row sums of {A ⊗ inv(A)ᵀ} are the diagonal of I
an inverse beside its matrix: (inv(A)*A')@ones(n) -> ones(n) | row sums of {inv(A) ⊗ Aᵀ} are the diagonal of I
a symmetric matrix beside its inverse: (A*inv(A))@ones(n) -> ones(n) when symmetric(A) | row sums of {A ⊗ inv(A)} are 1
# vectors of ones, sums
rows of a softmax: softmax(A)@ones(n) -> ones(n) | each row of a softmax adds up to 1
columns of a softmax: ones(n)'@softmax(A, axis=0) -> ones(n)' | each column of a softmax adds up to 1
distances from the mean: sum(v - mean(v)) -> 0 | the distances from the mean add up to 0
variance: mean((v - mean(v))^2) -> var(v) | the mean of the squared distances from the mean is the variance
# traces, inverses, determinants
inverse cancels: inv(A)@A -> eye(n) | a matrix times its inverse is the identity
inverse cancels on the right: A@inv(A) -> eye(n) | the inverse times its matrix is the identity
orthogonal: A'@A -> eye(n) when orthogonal(A) | the columns of an orthogonal matrix are orthonormal
orthogonal on the right: A@A' -> eye(n) when orthogonal(A) | the rows of an orthogonal matrix are orthonormal
length kept: norm(A@v) -> norm(v) when orthogonal(A) | an orthogonal matrix keeps the length of a vector
determinant of an inverse: det(inv(A)) -> 1/det(A) | the determinant of the inverse is the inverse of the determinant
logdet of an inverse: logdet(inv(A)) -> -logdet(A) | the logarithm of the determinant of the inverse is the negative one
determinant of a transpose: det(A') -> det(A) | a matrix and its transpose have the same determinant
logdet of a transpose: logdet(A') -> logdet(A) | a matrix and its transpose have the same log-determinant
determinant of a rank-one update: det(eye(n) + u@v') -> 1 + u.v | {det(I + u·vᵀ) = 1 + u·v}
row before a rank-one update: v'@inv(eye(n) + u@v') -> v'/(1 + u.v) | {vᵀ·(I + u·vᵀ) = (1 + u·v)*vᵀ}
rank-one update before a column: inv(eye(n) + u@v')@u -> u/(1 + u.v) | {(I + u·vᵀ)·u = (1 + u·v)*u}
trace of kron: tr(kron(A,B)) -> tr(A)*tr(B) | the trace of a Kronecker product is the product of the traces
# masks and kinks
sign over size: sign(a)/abs(a) -> 1/a | the sign over the size is the inverse
sign over abs: a/abs(a) -> sign(a) | a over its size is its sign
sign times abs: abs(a)*sign(a) -> a | the size with its sign is the value
abs over value: abs(a)/a -> sign(a) | the size over the value is its sign
sign over value: sign(a)/a -> 1/abs(a) | the sign over the value is the inverse of its size
larger of two signs: max(a, -a) -> abs(a) | the larger of {a} and {-a} is {abs(a)}
larger of two signs, turned: max(-a, a) -> abs(a) | the larger of {-a} and {a} is {abs(a)}
value by cases: where(a > 0, a, 0) -> relu(a) | {a} where it is positive, else 0, is {relu(a)}
value by cases, from 0: where(a >= 0, a, 0) -> relu(a) | {a} where it is not negative, else 0, is {relu(a)}
value by cases, turned: where(0 > a, 0, a) -> relu(a) | 0 where {a} is negative, else {a}, is {relu(a)}
value times sign: a*sign(a) -> abs(a) | a with its sign made positive is its size
value where positive: a*(a > 0) -> relu(a) | {a} where it is positive, and 0 elsewhere, is {relu(a)}
abs of square: abs(a)^2 -> a^2 | the square of the size is the square
square where positive: a*(a > 0)*max(0, a) -> max(0, a)^2 | where {a} is positive, it is {max(0, a)}
square of relu: a*(a > 0)*relu(a) -> relu(a)^2 | where {a} is positive, it is {relu(a)}
square where negative: a*(0 > a)*min(0, a) -> min(0, a)^2 | where {a} is negative, it is {min(0, a)}
square where negative, turned: a*(0 > a)*min(a, 0) -> min(a, 0)^2 | where {a} is negative, it is {min(a, 0)}
relu where positive: (a > 0)*relu(a) -> relu(a) | where {a} is not positive, {relu(a)} is 0 already
max where positive: (a > 0)*max(0, a) -> max(0, a) | where {a} is not positive, {max(0, a)} is 0 already
min where negative: (0 > a)*min(0, a) -> min(0, a) | where {a} is not negative, {min(0, a)} is 0 already
max where positive, turned: (a > 0)*max(a, 0) -> max(a, 0) | where {a} is not positive, {max(a, 0)} is 0 already
min where negative, turned: (0 > a)*min(a, 0) -> min(a, 0) | where {a} is not negative, {min(a, 0)} is 0 already
abs of positive: abs(a) -> a when positive(a) | what is positive is its own size
relu of positive: relu(a) -> a when positive(a) | relu changes nothing that is positive
sign of positive: sign(a) -> 1 when positive(a) | what is positive has the sign 1
positive: a > 0 -> 1 when positive(a) | it is positive
"""

_SHAPES = {**dict.fromkeys("ABC", "nn"), **dict.fromkeys("uvwab", "n"), **dict.fromkeys("st", "")}


_OPENED = {"mean": "sum"}
"""Operators that canonical forms write by others."""


@cache
def _letters() -> Mapping[str, Node]:
    return {name: build.variable(name, tuple(map(dimension, shape))) for name, shape in _SHAPES.items()}


def _value(text: str) -> Node:
    return read_formula(parse_expression(text), _letters())


def side(text: str) -> Form:
    """A side of a row, canonical."""
    value = _value(text)
    return canonical(raw([value])[value])


class Text(NamedTuple):
    """A row as it is written, or the definition of an operator; it is read when it is first needed."""

    name: str
    rule: str
    sentence: str

    @property
    def heads(self) -> frozenset[str]:
        """Heads that `before` has: the row fits only forms that have them all."""
        before = self.rule.partition("->")[0]
        called = (CALLS.get(word, ()) for word in _CALL.findall(before))
        signs = (head for sign, head in _SIGNS.items() if sign in before)
        names = (found[0].name for found in called if len(found) == 1)
        return frozenset([*(_OPENED.get(name, name) for name in names), *signs])

    def sides(self) -> tuple[Form, Form]:
        """Before and after, without the number in front of the first."""
        before, after = self.rule.partition(" when ")[0].split("->")
        return reversed_scale(side(before.strip()), side(after.strip()))

    def read(self) -> Row:
        """The row."""
        rule, _, when = self.rule.partition(" when ")
        conditions = tuple((word.partition("(")[0], word.partition("(")[2].rstrip(")")) for word in when.split())
        return Row(self.name, *self.sides(), conditions, self.sentence, rule)


_SIGNS = {"@": CHAIN, **{f" {sign} ": head for sign, head in COMPARISONS.items()}}
_CALL = re.compile(r"(\w+)\(")


@cache
def _written() -> tuple[Text, ...]:
    found = []
    for line in ROWS.strip().splitlines():
        if line and not line.startswith("#"):
            head, _, sentence = line.rpartition("|")
            name, _, rule = head.partition(":")
            found.append(Text(name.strip(), rule.strip(), told(sentence.strip())))
    return tuple(found)


@cache
def _defined() -> tuple[Text, ...]:
    found = []
    for operator in TABLE.values():
        if operator.recognized:
            call = f"{operator.calls[0]}(a)"
            sentence = Sentence(Formula(operator.definition), " is ", Formula(call), ", by its definition")
            found.append(Text(operator.name, f"{operator.definition} -> {call}", sentence))
    return tuple(found)


def written_rows() -> list[Row]:
    """The rows as they are written in the table, in its order."""
    return [text.read() for text in _written()]


def defined_rows() -> list[Row]:
    """The definitions of the operator table, from the definition to the name."""
    return [text.read() for text in _defined()]


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


Placed = tuple[tuple[int, ...], Row]
"""A row with its place in the table: of the rows that fit, the first is taken."""


@cache
def waiting() -> Mapping[frozenset[str], tuple[tuple[int, Text], ...]]:
    """The texts of the table with their places, by the operators that they call."""
    known = {text.name for text in _written()}
    texts = (*_written(), *(text for text in _defined() if text.name not in known))
    found: dict[frozenset[str], list[tuple[int, Text]]] = {}
    for place, text in enumerate(texts):
        found.setdefault(text.heads, []).append((place, text))
    return {heads: tuple(group) for heads, group in found.items()}


@cache
def rows_with(heads: frozenset[str]) -> tuple[Placed, ...]:
    """The rows that call these operators, with the transposes of those about products of matrices."""
    plain: list[tuple[tuple[int, ...], Text, Row]]
    plain = [((0, place), text, text.read()) for place, text in waiting()[heads]]
    plain += [
        ((1, place[1], at), text, other)
        for place, text, row in plain
        for at, other in enumerate(_with_other_signs(text, row))
    ]
    written_so = {row.before for _, _, row in plain}
    return tuple(
        ((*place, at), one)
        for place, _, row in plain
        for at, one in enumerate(both_ways(row))
        if one is row or one.before not in written_so
    )


@cache
def rows() -> tuple[Row, ...]:
    """Every row, with the transposes of those about products of matrices."""
    return tuple(row for _, row in sorted((placed for heads in waiting() for placed in rows_with(heads)), key=place))


def place(placed: Placed) -> tuple[int, ...]:
    """What the rows are sorted by."""
    return placed[0]


def _with_other_signs(text: Text, row: Row) -> Iterator[Row]:
    """The row for values in which a difference in it was typed the other way round, and is kept so."""
    for part in _differences(row.before):
        with keeping({part}):
            before, after = text.sides()
            yield row._replace(before=before, after=after)


def _differences(form: Form) -> Iterator[Form]:
    if form.head == SUM and len(form.args) > 1 and any(c < 0 for c in form.par):
        yield form
    for arg in form.args:
        yield from _differences(arg)
