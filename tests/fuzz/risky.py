"""What went wrong before, or is likely to: combinations that chance alone makes too seldom."""

from __future__ import annotations

from fuzz.leaves import WORDS, Leaves
from fuzz.meanings import ALONG, REDUCTIONS, UNARY
from fuzz.terms import Declared, Shape, Term, times
from mcalc.table import TABLE


class Risky(Leaves):
    """Reuse, powers of products, ties, sums over one index, shapes that no variable has, products with a property."""

    def risky(self, depth: int) -> Term:
        ways = [
            self._reused,
            self._reused,
            self._powers,
            self._powers,
            self._tied,
            self._sums,
            self._parts,
            self._square,
        ]
        return self.random.choice(ways)(depth)

    def _reduce(self, a: Term) -> Term:
        kinds = sorted(REDUCTIONS.keys() & TABLE.keys())
        kind = self.random.choice([*kinds, "sum", "sum", "norm", "mean"])
        return Term(kind, (a,), (), (), self.spelled(kind))

    def _summed(self, a: Term) -> Term:
        """A scalar or the value itself: the Hessian needs a scalar, the Jacobian takes both."""
        return a if self.chance(0.3) else self._reduce(a)

    def _joined(self, a: Term, b: Term) -> Term:
        shape = a.shape or b.shape
        if self.chance(0.2):
            return Term("add", (a, b), (), shape)
        if self.chance(0.15):
            return Term("divide", (a, self.within("positive", b)), (), shape)
        return Term("multiply", (a, b), (), shape)

    def _reused(self, depth: int) -> Term:
        """``f(-W)*g(W')``: one matrix as it is, negated, transposed, scaled."""
        rows = self._wide()
        columns = rows if self.chance(0.5) else self._wide()
        base = self.variable((rows, columns)) if self.chance(0.7) else self.make((rows, columns), depth - 2)
        way = self.random.choice(["matrices", "vectors", "scalars"])
        one, other = (self._changed(base) for _ in range(2))
        if way == "scalars":
            return self._joined(self._reduce(one), self._reduce(other))
        if way == "vectors":
            one, other = self._along_axis(one, rows), self._along_axis(other, rows)
            return self._summed(self._joined(one, other))
        one, other = (self._mapped(a if a.shape == base.shape else _turned(a)) for a in (one, other))
        if rows == columns and self.chance(0.5):
            one = _turned(one)
        if self.chance(0.3):
            return self._summed(Term("matmul", (one, _turned(other)), (), (one.shape[0], other.shape[0])))
        return self._summed(self._joined(one, other))

    def _changed(self, a: Term) -> Term:
        way = self.random.choice(["same", "negative", "negative", "turned", "both", "scaled", "multiple"])
        if way in ("negative", "both"):
            a = Term("negative", (a,), (), a.shape)
        if way == "multiple":
            return Term("multiply", (Term("negative", (self.two(),)), a), (), a.shape)
        if way == "scaled":
            return Term("multiply", (self.leaf(()), a), (), a.shape)
        return _turned(a) if way in ("turned", "both") else a

    def _along_axis(self, a: Term, size: str) -> Term:
        """A vector over the rows of the base."""
        kind = self.random.choice([name for name in sorted(REDUCTIONS) if name in TABLE and TABLE[name].keywords])
        axis = "1" if a.shape[0] == size else "0"
        return Term(kind, (a,), (axis,), (size,), self.spelled(kind))

    def _mapped(self, a: Term) -> Term:
        if self.chance(0.5):
            kind = self.random.choice(sorted(ALONG.keys() & TABLE.keys()))
            return Term(kind, (a,), self.random.choice([(), ("0",), ("1",)]), a.shape, self.spelled(kind))
        if a.shape[0] == a.shape[1] and self.chance(0.3):
            return Term("inv", (self.regular(a),), (), a.shape, "inv")
        kind = self.random.choice(sorted(UNARY.keys() & TABLE.keys()))
        return Term(kind, (self.within(UNARY[kind], a),), (), a.shape, self.spelled(kind))

    def _powers(self, depth: int) -> Term:
        """``(w.x)^3*A``: a power, a root, a quotient of a product, beside something of any shape."""
        way = self.random.choice(["dot", "dot", "quadratic", "row", "sum"])
        dim = self._wide()
        x = self.variable((dim,))
        row = Term("transpose", (self.variable((dim,)),), (), ("1", dim))
        if way == "dot":
            product = Term("dot", (self.variable((dim,)), x), (), (), self.random.choice([".", " . "]))
        elif way == "quadratic":
            a = self.variable((dim, dim))
            product = Term("matmul", (Term("matmul", (row, a), (), ("1", dim)), x))
        elif way == "row":
            product = Term("matmul", (row, self.make((dim,), depth - 2)))
        else:
            product = self._reduce(self.make(self.shape() or (dim,), depth - 2))
        drawn = self.random.random()
        if drawn < 0.6:
            power = Term("power", (product, Term("number", (), (self.random.choice("2345"),))))
        elif drawn < 0.8:
            power = Term("sqrt", (self.within("positive", product),), (), (), "sqrt")
        else:
            power = Term("divide", (Term("number", (), ("1",)), self.within("positive", product)))
        return self._joined(power, self.leaf(self.shape())) if self.chance(0.8) else power

    def _tied(self, depth: int) -> Term:
        """``max(a, max(0, a))``: arguments that are equal on an open set."""
        shape = self.shape()
        a = self.make(shape, self.random.choice([0, 0, 1]))
        one, other = self._relative(a), self._relative(a)
        if self.chance(0.2):
            one = self._relative(one)
        if len(shape) == 1 and self.chance(0.2):
            axis = Term("stack", (one, other), (), (f"{shape[0]} + {shape[0]}",))
            return Term(self.random.choice(["max", "min", "norm_inf"]), (axis,))
        kind = self.random.choice(["maximum", "minimum"])
        return self._summed(Term(kind, (one, other), (), shape, self.spelled(kind)))

    def _relative(self, a: Term) -> Term:
        zero = Term("number", (), ("0",))
        drawn = self.random.choice(["same", "same", "relu", "abs", "max", "min", "where", "leaky", "negative"])
        if drawn in ("relu", "abs", "leaky"):
            kind = {"leaky": "leaky_relu"}.get(drawn, drawn)
            return Term(kind, (a,), (), a.shape, kind)
        if drawn in ("max", "min"):
            pair = (zero, a) if self.chance(0.5) else (a, zero)
            return Term({"max": "maximum", "min": "minimum"}[drawn], pair, (), a.shape, drawn)
        if drawn == "where":
            return Term("where", (Term("greater", (a, zero), (), a.shape), a, zero), (), a.shape, "where")
        return Term("negative", (Term("abs", (a,), (), a.shape, "abs"),), (), a.shape) if drawn == "negative" else a

    def _sums(self, depth: int) -> Term:
        """Two sums over a running index, multiplied; a power of one; one within the other."""
        shape = (self.dim(),) if self.chance(0.3) else ()
        one = self.loop(shape, min(depth, 2))
        if self.chance(0.4):
            power = Term("power", (one, self.two()), (), shape)
            return power if not shape or self.chance(0.3) else self._reduce(power)
        letter, size = one.data
        other = self.loop((), min(depth, 2), letter if self.chance(0.7) else "", size if self.chance(0.7) else "")
        return self._summed(self._joined(one, other))

    def loop(self, shape: Shape, depth: int, letter: str = "", size: str = "") -> Term:
        """``sum(E for i in 1..n)``; sometimes a mean."""
        taken = {*self.declared, *self.dims, *(one for one, _ in self.loops)}
        if not letter or letter in taken:
            letter = next((one for one in self.random.sample("ijklrs", 6) if one not in taken), "t_5")
        size = size or self._wide()
        self.loops.append((letter, size))
        body = self.make(shape, max(depth, 1))
        if not any(letter in term.data for term in body.walk()):
            body = Term("multiply", (Term("element", (self.variable((size,)),), (letter,)), body), (), shape)
        self.loops.pop()
        mean = "mean" if self.chance(0.15) else "sum"
        return Term("loop_sum", (body,), (letter, size), shape, mean)

    def _parts(self, depth: int) -> Term:
        a = self.other(depth)
        return self._summed(a) if self.chance(0.8) else self._summed(self._joined(a, self.leaf(())))

    def other(self, depth: int) -> Term:
        """A value of a shape that no variable has: stacked, cut, a Kronecker product, columns below each other."""
        way = self.random.choice(["stack", "slice", "vec", "kron", "kron", "grid", "rows", "block", "repeat"])
        dim, other = self._simple(), self._simple()
        if way == "stack":
            parts = (self.make((dim,), depth - 1), self.make((), depth - 1))
            return Term("stack", parts, (), (f"{dim} + 1",))
        if way == "slice":
            return Term("element", (self.make((dim,), depth - 1),), ("1..2",), ("2",))
        if way == "vec":
            size = f"{dim}*{other}"
            found = Term("vec", (self.make((dim, other), depth - 1),), (), (size,), self.spelled("vec"))
            if self.chance(0.8):
                return found
            return Term("matmul", (Term("commutation", (), (dim, other), (size, size)), found), (), (size,))
        if way == "grid":
            shape = ("2", "2")
            return Term("grid", tuple(self.make((), depth - 2) for _ in range(4)), shape, shape)
        if way == "rows":
            row = Term("transpose", (self.make((dim,), depth - 2),), (), ("1", dim))
            return Term("stack_rows", (self.make((other, dim), depth - 1), row), (), (f"{other} + 1", dim))
        if way == "block":
            return Term("element", (self.make((dim, other), depth - 1),), ("1..2", "1"), ("2",))
        if way == "repeat":
            kind = self.random.choice(["repeat", "tile"])
            selection = Term(kind, (), (dim, "2"), (f"{dim}*2", dim))
            return Term("matmul", (selection, self.make((dim,), depth - 1)), (), (f"{dim}*2",))
        if self.chance(0.4):
            pair = (self.make((dim,), depth - 1), self.make((other,), depth - 1))
            if self.chance(0.3):
                pair = (pair[0], Term("kron", (pair[1], self.variable((dim,))), (), (f"{other}*{dim}",), "kron"))
                return Term("kron", pair, (), (f"{dim}*{other}*{dim}",), "kron")
            return Term("kron", pair, (), (f"{dim}*{other}",), self.spelled("kron"))
        pair = (
            self.make((dim, other), depth - 1),
            self.make((other,) if self.chance(0.4) else (other, dim), depth - 2),
        )
        columns = f"{other}*{dim}" if len(pair[1].shape) == 2 else other
        return Term("kron", pair, (), (f"{dim}*{other}", columns), self.spelled("kron"))

    def _square(self, depth: int) -> Term:
        """A declared property, in products of the matrix with itself and with its transpose."""
        size = self._wide()
        a = self.variable((size, size))
        if self.chance(0.6):
            self.declared[a.data[0]] = Declared(a.shape, self.random.choice(WORDS))
        b = self._changed(a)
        way = self.random.choice(["trace", "trace", "quadratic", "kron", "logdet", "cube", "norm"])
        if way == "trace":
            return Term("tr", (Term("matmul", (a, b), (), a.shape),), (), (), "tr")
        if way == "cube":
            return Term("tr", (Term("matmul", (Term("matmul", (a, b), (), a.shape), a), (), a.shape),), (), (), "tr")
        if way == "kron":
            vector = self.variable((size,))
            pair = (a, vector) if self.chance(0.5) else (vector, a)
            shape = (times(size, size), size)
            return self._summed(Term("kron", pair, (), shape, "kron"))
        if way == "logdet":
            kind = self.random.choice(["logdet", "det"])
            inverse = Term("inv", (self.regular(b),), (), a.shape, "inv")
            trace = Term("tr", (Term("matmul", (inverse, self.variable(a.shape)), (), a.shape),), (), (), "tr")
            return Term("add", (Term(kind, (self.regular(a),), (), (), kind), trace))
        if way == "norm":
            return Term("norm", (Term("matmul", (b, self.variable((size,))), (), (size,)),), (), (), "norm")
        x = self.variable((size,))
        row = Term("transpose", (x,), (), ("1", size))
        inner = Term("inv", (self.regular(a),), (), a.shape, "inv") if self.chance(0.4) else a
        return Term("matmul", (Term("matmul", (row, inner), (), ("1", size)), self.variable((size,))))


def _turned(a: Term) -> Term:
    shape = a.shape[::-1] if len(a.shape) == 2 else ("1", *a.shape)
    return Term("transpose", (a,), (), shape, "'")
