"""What programs are made of: names, numbers, entries and constants; and what keeps an argument in a domain."""

from __future__ import annotations

from random import Random

from fuzz.terms import Declared, Shape, Term
from mcalc.language import canonical_name
from mcalc.table import CALLS, TABLE
from mcalc.tree import name_key

USUAL = {0: "a b c y z t", 1: "x w v u y z b", 2: "A B W X M S Y"}


def _key(name: str) -> str:
    """What the spellings of one name have in common: t1 and t_1, λ and lambda."""
    return name_key(canonical_name(name))


ODD = (
    *(
        "i",
        "j",
        "k",
        "l",
        "n",
        "m",
        "p",
        "q",
        "e",
        "g",
        "d",
        "s",
        "f",
        "h",
        "r",
        "o",
        "N",
        "T",
        "I",
        "G",
        "D",
        "E",
        "F",
    ),
    *("H", "K", "L", "P", "Q", "R", "U", "V", "Z", "delta", "pi", "lambda", "theta", "Sigma", "np", "jnp", "math"),
    *("torch", "def", "class", "t_1", "t1", "u_1", "x_hat", "alpha_2", "w_", "θ", "λ", "Σ"),
)
WORDS = ("symmetric", "psd", "diagonal", "orthogonal")
TYPED = frozenset(
    name
    for name, operator in TABLE.items()
    if operator.example or operator.calls or operator.written_as or name in ("delta", "repeat", "tile")
)
"""The operators of mcalc's table that can be typed."""


def call_of(kind: str) -> tuple[str, ...]:
    """The names by which a user can call the operator."""
    return TABLE[kind].calls if kind in TABLE else ()


class Leaves:
    """The state of one program under construction, and its leaves."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)
        self.declared: dict[str, Declared] = {}
        self.definitions: list[tuple[str, Term]] = []
        self.loops: list[tuple[str, str]] = []
        self.reserved: set[str] = set()
        """Names that the program has used in another meaning: π, the transpose ``.T``, Kronecker's δ."""
        self.odd = self.random.random() < 0.3
        names = self.random.sample(["n", "m", "k", "p", "q", "N", "d"], 3)
        self.dims = ["n", "m"] if self.random.random() < 0.6 else names[: self.random.choice([1, 2, 3])]
        if self.chance(0.1):
            self.dims.append(self.random.choice(["1", "2", "3"]))
        if self.chance(0.05):
            self.dims.append(self.random.choice([f"{self.dims[0]} + {self.dims[-1]}", f"2*{self.dims[0]}"]))
        self.sizes = self._sizes()

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def _sizes(self) -> dict[str, int]:
        """Mostly all different, sometimes equal, sometimes 1."""
        symbols = [dim for dim in self.dims if dim.isalpha()]
        if self.chance(0.15):
            return dict.fromkeys(symbols, self.random.choice([1, 2, 3]))
        numbers = self.random.sample([2, 3, 4] if self.chance(0.8) else [1, 2, 3], 3)
        return dict(zip(symbols, numbers, strict=False))

    def dim(self) -> str:
        return self.random.choice(self.dims)

    def shape(self) -> Shape:
        drawn = self.random.random()
        if drawn < 0.35:
            return ()
        if drawn < 0.65:
            return (self.dim(),)
        return ("1", self._wide()) if drawn < 0.72 else (self._wide(), self._wide())

    def _simple(self) -> str:
        return self.random.choice([dim for dim in self.dims if dim.isalpha()])

    def _wide(self) -> str:
        """A dimension that is not declared as 1, so that a matrix of it is no row."""
        return self.random.choice([dim for dim in self.dims if dim != "1"] or ["2"])

    def leaf(self, shape: Shape) -> Term:
        options = [self._known, self._known, self._known, self._fresh]
        if self.loops:
            options += [self._indexed] * 5
        if shape == ():
            options += [self._number, self._number, self._part]
        elif len(shape) == 2 and shape[0] == "1":
            options = [self._turned]
        else:
            options += [self._constant]
        while True:
            found = self.random.choice(options)(shape)
            if found is not None:
                return found

    def variable(self, shape: Shape) -> Term:
        """A variable, never a constant."""
        return self._known(shape) or self._fresh(shape)

    def _known(self, shape: Shape) -> Term | None:
        names = [name for name, declared in self.declared.items() if declared.shape == shape]
        names = [name for name in names if all(name != letter for letter, _ in self.loops)]
        return Term("variable", (), (self.random.choice(names),), shape) if names else self._fresh(shape)

    def _fresh(self, shape: Shape) -> Term:
        usual = USUAL[len(shape)].split()
        pool = list(ODD) if self.odd and self.chance(0.7) else usual
        self.random.shuffle(pool)
        taken = {*self.declared, *self.dims, *(name for name, _ in self.definitions), *(one for one, _ in self.loops)}
        taken = {_key(name) for name in {*taken, *self.reserved}}
        name = next((one for one in (*pool, *usual, *ODD) if _key(one) not in taken), "x_9")
        word = ""
        if len(shape) == 2 and shape[0] == shape[1] and self.chance(0.25):
            word = self.random.choice(WORDS)
        elif self.chance(0.05):
            word = "positive"
        self.declared[name] = Declared(shape, word)
        return Term("variable", (), (name,), shape)

    def _number(self, shape: Shape) -> Term:
        if self.chance(0.15) and self._plain():
            if self.chance(0.5):
                return Term("dimension", (), (self.dim(),))
            self.reserved.add("pi")
            return Term("pi")
        return Term("number", (), (self.random.choice(["2", "3", "1", "0.5", "4", "1.5", "0", "10"]),))

    def _plain(self) -> bool:
        return "pi" not in self.declared and all(dim.isalpha() for dim in self.dims)

    def two(self) -> Term:
        return Term("number", (), ("2",))

    def _part(self, shape: Shape) -> Term:
        if self.chance(0.6):
            return Term("element", (self.variable((self.dim(),)),), ("1",))
        return Term("element", (self.variable((self._wide(), self._wide())),), ("1", "1"))

    def _turned(self, shape: Shape) -> Term:
        return Term("transpose", (self.leaf(shape[1:]),), (), shape, self.turn())

    def turn(self) -> str:
        if self.chance(0.1):
            return "transpose"
        marks = ["'"] * 12 + ["ᵀ", "ᵀ"] + ([".T", "^T"] if "T" not in self.declared else [])
        mark = self.random.choice(marks)
        if "T" in mark:
            self.reserved.add("T")
        return mark

    def _constant(self, shape: Shape) -> Term | None:
        if len(shape) == 1 and self.chance(0.3):
            return Term("unit", (), ("1", *shape), shape)
        if len(shape) == 2 and shape[0] == shape[1] and self.chance(0.6):
            return self.identity(shape[0])
        return Term(self.random.choice(["ones", "ones", "zeros"]), (), shape, shape)

    def identity(self, size: str) -> Term:
        return Term("eye", (), (size,), (size, size))

    def _indexed(self, shape: Shape) -> Term | None:
        """``x[i]``, ``X[i]``, ``A[i,j]``, ``i``."""
        letter, size = self.random.choice(self.loops)
        if len(shape) == 1:
            return Term("element", (self.variable((size, shape[0])),), (letter,), shape)
        if shape:
            return None
        drawn = self.random.random()
        if drawn < 0.15:
            return Term("loop_index", (), (letter,))
        if drawn < 0.3 and len(self.loops) > 1 and "delta" not in self.declared:
            self.reserved.add("delta")
            return Term("delta", (), tuple(one for one, _ in self.loops[:2]))
        if drawn < 0.7:
            return Term("element", (self.variable((size,)),), (letter,))
        other, columns = self.random.choice(self.loops)
        return Term("element", (self.variable((size, columns)),), (letter, other))

    def spelled(self, kind: str) -> str:
        """One of the names by which the operator is called; an own name of the program is not one."""
        calls = [call for call in call_of(kind) if call not in self.declared]
        if not calls or self.chance(0.8):
            return kind if kind in calls else (calls or [kind])[0]
        call = self.random.choice(calls)
        return (
            call if len({one.name for one in CALLS[call]} - {kind, "maximum", "minimum", "max", "min"}) == 0 else kind
        )

    def within(self, domain: str, a: Term) -> Term:
        """The argument kept in the domain of the operator; sometimes left to the point."""
        if not domain or self.chance(0.3):
            return a
        square = Term("power", (a, self.two()), (), a.shape)
        if domain == "positive":
            if self.chance(0.5):
                return Term("add", (Term("number", (), ("1",)), square), (), a.shape)
            return Term("exp", (a,), (), a.shape, "exp")
        if domain in ("unit", "small"):
            if self.chance(0.5):
                return Term("divide", (Term("tanh", (a,), (), a.shape, "tanh"), self.two()), (), a.shape)
            return Term("sin", (a,), (), a.shape, "sin")
        return Term("add", (self.two(), square), (), a.shape)

    def regular(self, a: Term) -> Term:
        """A square matrix made invertible."""
        size, drawn = a.shape[0], self.random.random()
        if drawn < 0.35:
            return a
        if drawn < 0.7:
            four = Term("multiply", (Term("number", (), ("4",)), self.identity(size)), (), a.shape)
            return Term("add", (a, four), (), a.shape)
        product = Term("matmul", (Term("transpose", (a,), (), a.shape), a), (), a.shape)
        return Term("add", (product, self.identity(size)), (), a.shape)

    def make(self, shape: Shape, depth: int) -> Term:
        """A term of the shape."""
        raise NotImplementedError
