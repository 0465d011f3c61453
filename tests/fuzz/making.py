"""Random programs: every operator of the table that can be typed, in all shapes, the risky combinations often."""

from __future__ import annotations

from fuzz.meanings import ALONG, OF_SQUARE, REDUCTIONS, UNARY
from fuzz.risky import Risky
from fuzz.terms import COMPARISONS, Program, Shape, Term
from mcalc.table import TABLE


class Maker(Risky):
    """One program; `make` gives a term of the shape wanted."""

    def program(self) -> Program:
        while True:
            depth = self.random.choice([1, 2, 2, 3, 3, 4])
            value = self._defined(depth) if self.chance(0.15) else self.top(depth)
            program = Program(tuple(self.definitions), value, self.declared, self.sizes, self.chance(0.4)).trimmed()
            if program.declared and program.length() < 60:
                return program
            self.declared, self.definitions = {}, []

    def _defined(self, depth: int) -> Term:
        """A named intermediate value, used by name where a term of its shape is wanted."""
        shape = self.shape()
        name = next(name for name in ("u", "h_1", "r", "s_2", "U") if name not in self.declared)
        term = self.make(shape, depth - 1)
        if name in self.declared or term.kind == "variable":
            return self.top(depth)
        self.definitions.append((name, term))
        used = Term("variable", (), (name,), shape)
        other = self.make(shape, max(0, depth - 2))
        joined = self.random.choice(["add", "multiply", "maximum", "same"])
        whole = used if joined == "same" else Term(joined, (used, other), (), shape)
        return whole if self.chance(0.4) else self._reduce(whole)

    def top(self, depth: int) -> Term:
        if self.chance(0.35):
            return self.risky(depth)
        if self.chance(0.55):
            return self.make((), depth)
        return self.make(self.shape(), depth) if self.chance(0.8) else self.other(depth)

    def make(self, shape: Shape, depth: int) -> Term:
        if depth <= 0 or self.chance(0.08):
            return self.leaf(shape)
        if self.chance(0.5):
            return self._elementwise(shape, depth - 1)
        if shape == ():
            return self._scalar(depth - 1)
        if len(shape) == 1:
            return self._vector(shape, depth - 1)
        return self._row(shape, depth - 1) if shape[0] == "1" else self._matrix(shape, depth - 1)

    def _beside(self, shape: Shape, depth: int) -> Term:
        """Of the same shape, or a scalar that is stretched."""
        return self.make(() if shape and self.chance(0.25) else shape, depth)

    def _elementwise(self, shape: Shape, depth: int) -> Term:
        way = self.random.choice(["function"] * 5 + ["add", "add", "multiply", "multiply", "divide", "power", "power"])
        if self.chance(0.3):
            way = self.random.choice(
                ["negative", "compare", "maximum", "minimum", "where", "subtract", "three", "angle"]
            )
        a = self.make(shape, depth)
        if way == "function":
            kind = self.random.choice(sorted(UNARY.keys() & TABLE.keys()))
            return Term(kind, (self.within(UNARY[kind], a),), (), shape, self.spelled(kind))
        if way == "negative":
            return Term("negative", (a,), (), shape)
        if way == "power":
            return self._power(a, depth)
        if way == "where":
            condition = self._comparison(shape, depth - 1)
            cases = "cases" if self.chance(0.3) else "where"
            return Term("where", (condition, a, self._beside(shape, depth)), (), shape, cases)
        if way == "compare":
            return Term("multiply", (self._comparison(shape, depth - 1), a), (), shape)
        b = self._beside(shape, depth)
        if way == "subtract":
            return Term("add", (a, Term("negative", (b,), (), b.shape)), (), shape)
        if way == "three":
            return Term(self.random.choice(["add", "multiply"]), (a, b, self._beside(shape, depth)), (), shape)
        if way == "angle":
            return Term("atan2", (a, self.within("positive", b)), (), shape, self.spelled("atan2"))
        if way == "divide":
            return Term(way, (a, self.within("positive", b)), (), shape, self.random.choice(["", "", "", "./"]))
        pair = (b, a) if self.chance(0.3) else (a, b)
        signs = ["", "", "", "", "", ".*", "⊗", "⊙", "multiply", "hadamard"] if way == "multiply" else [""]
        spelled = self.spelled(way) if way in ("maximum", "minimum") else self.random.choice(signs)
        if way == "multiply" and pair[0].kind == "number" and pair[1].shape == shape and self.chance(0.7):
            spelled = "scaled"
        return Term(way, pair, (), shape, spelled)

    def _comparison(self, shape: Shape, depth: int) -> Term:
        pair = (self.make(shape, depth), self._beside(shape, depth))
        kind = self.random.choice(sorted(COMPARISONS))
        sign = {"greater_equal": "≥", "less_equal": "≤"}.get(kind, "") if self.chance(0.3) else ""
        return Term(kind, pair, (), shape, sign)

    def _power(self, a: Term, depth: int) -> Term:
        drawn = self.random.random()
        if drawn < 0.7:
            return Term(
                "power", (a, Term("number", (), (self.random.choice("22233401"),))), (), a.shape, self.superscript()
            )
        positive = self.within("positive", a)
        if drawn < 0.85 or len(a.shape) == 2:
            number = self.random.choice(["0.5", "1.5", "2.5"])
            return Term("power", (positive, Term("number", (), (number,))), (), a.shape)
        if drawn < 0.9:
            return Term("power", (self.two(), a), (), a.shape)
        return Term("power", (positive, self._beside(a.shape, depth)), (), a.shape)

    def superscript(self) -> str:
        return self.random.choice(["", "", "", "²", "pow", "**", ".^"])

    def _scalar(self, depth: int) -> Term:
        way = self.random.choice(
            ["reduce"] * 6 + ["dot", "dot", "quadratic", "square", "square", "loop", "loop", "row"]
        )
        dim = self.dim()
        if way == "reduce":
            shape = self.shape()
            wide = self.other(depth) if self.chance(0.2) else self.make(shape or (dim,), depth)
            return self._reduce(wide)
        if way == "loop":
            return self.loop((), depth)
        if way == "dot":
            pair = (self.make((dim,), depth), self.make((dim,), depth))
            return Term("dot", pair, (), (), self.random.choice([".", " . ", "·", "dot", "inner"]))
        if way == "row":
            row = Term("transpose", (self.make((dim,), depth),), (), ("1", dim))
            return Term("matmul", (row, self.make((dim,), depth)))
        if way == "quadratic":
            rows, columns = self._wide(), self._wide()
            row = Term("transpose", (self.leaf((rows,)),), (), ("1", rows))
            left = Term("matmul", (row, self.make((rows, columns), depth)), (), ("1", columns))
            return Term("matmul", (left, self.leaf((columns,))))
        kind = self.random.choice(["tr", "tr", "det", "logdet"])
        size = self._wide()
        a = self.make((size, size), depth)
        return Term(kind, (a if kind == "tr" else self.regular(a),), (), (), self.spelled(kind))

    def _vector(self, shape: Shape, depth: int) -> Term:
        (size,) = shape
        way = self.random.choice(["matvec"] * 3 + ["along", "along", "reduce", "reduce", "diagonal", "part", "loop"])
        other = self._wide()
        if way == "matvec":
            return Term("matmul", (self.make((size, other), depth), self.make((other,), depth)), (), shape)
        if way == "along":
            kind = self.random.choice(sorted(ALONG.keys() & TABLE.keys()))
            return Term(kind, (self.make(shape, depth),), (), shape, self.spelled(kind))
        if way == "reduce":
            kind = self.random.choice([name for name in sorted(REDUCTIONS) if name in TABLE and TABLE[name].keywords])
            axis = self.random.choice("01")
            a = self.make((other, size) if axis == "0" else (size, other), depth)
            return Term(kind, (a,), (axis,), shape, self.spelled(kind))
        if way == "diagonal" and size != "1":
            return Term(
                "diagonal", (self.make((size, size), depth),), (), shape, self.random.choice(["diagonal", "diag"])
            )
        if way == "loop":
            return self.loop(shape, depth)
        by_row = self.chance(0.5) and other != "1"
        a = self.make((other, size) if by_row else (size, other), depth)
        return Term("element", (a,), ("1",) if by_row else (":", "1"), shape)

    def _row(self, shape: Shape, depth: int) -> Term:
        if self.chance(0.5):
            return Term("transpose", (self.make(shape[1:], depth),), (), shape, self.turn())
        other = self._wide()
        return Term("matmul", (self._turned(("1", other)), self.make((other, shape[1]), depth)), (), shape)

    def _matrix(self, shape: Shape, depth: int) -> Term:
        rows, columns = shape
        ways = ["transpose", "transpose", "product", "product", "product", "outer", "along", "along"]
        if rows == columns:
            ways += ["inv", "inv", "diag", "diag"]
        way = self.random.choice(ways)
        if way == "transpose":
            return Term("transpose", (self.make((columns, rows), depth),), (), shape, self.turn())
        if way == "product":
            other = self._wide()
            spelled = "matmul" if self.chance(0.1) else ""
            return Term(
                "matmul", (self.make((rows, other), depth), self.make((other, columns), depth)), (), shape, spelled
            )
        if way == "outer":
            spelled = self.random.choice(["", "", "outer"])
            return Term("outer", (self.make((rows,), depth), self.make((columns,), depth)), (), shape, spelled)
        if way == "along":
            kind = self.random.choice(sorted(ALONG.keys() & TABLE.keys()))
            axis = self.random.choice([(), ("0",), ("1",)])
            return Term(kind, (self.make(shape, depth),), axis, shape, self.spelled(kind))
        if way == "diag":
            return Term("diag", (self.make((rows,), depth),), (), shape, "diag")
        kind = next(name for name in OF_SQUARE if name == way)
        return Term(kind, (self.regular(self.make(shape, depth)),), (), shape, self.spelled(kind))
