"""Random programs, seeded: weighted to powers of dot products, mixed orders, odd names, equal sizes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

SCALARS = ("a", "b", "delta", "pi", "T", "I", "c_1", "eta", "j")
VECTORS = ("x", "y", "w", "i", "T", "delta", "pi", "p_1", "u_1", "e")
MATRICES = ("A", "B", "W", "I", "T", "pi", "delta", "j", "X_hat", "k")
SIZES = ("n", "n", "n", "m", "k", "p", "3")
FUNCTIONS = ("exp", "tanh", "sin", "gelu", "sigmoid", "softplus", "abs", "relu", "sqrt", "step")


@dataclass(frozen=True)
class Case:
    """What is typed: an expression, its shapes, one variable or two."""

    expression: str
    shapes: dict[str, str]
    wrt: str


class Generator:
    """Expressions of a wanted kind over names that are declared as they come up."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.sizes = [self.random.choice(SIZES) for _ in range(2)]
        self.names: dict[str, tuple[str, ...]] = {}

    def name(self, shape: tuple[str, ...]) -> str:
        known = [name for name, own in self.names.items() if own == shape]
        if known and self.random.random() < 0.6:
            return self.random.choice(known)
        pool = (SCALARS, VECTORS, MATRICES)[len(shape)]
        free = [name for name in pool if name not in self.names and name not in self.sizes]
        if not free:
            return self.random.choice(known) if known else self.literal(shape)
        name = self.random.choice(free)
        self.names[name] = shape
        return name

    def literal(self, shape: tuple[str, ...]) -> str:
        return f"ones({','.join(shape)})" if shape else self.random.choice(("2", "3", "0.5"))

    def scalar(self, depth: int) -> str:
        n, m = self.sizes
        if depth <= 0:
            return self.name(())
        power = self.random.choice(("^2", "^3", "^(-1)", "^(1/2)", "", "", ""))
        kind = self.random.randrange(13)
        if kind < 3:
            return (
                f"({self.vector(n, depth - 1)}).({self.vector(n, depth - 1)})"
                if not power
                else (f"(({self.vector(n, depth - 1)}).({self.vector(n, depth - 1)})){power}")
            )
        if kind < 5:
            row, column = self.vector(n, depth - 2), self.vector(m, depth - 2)
            return f"(({row})'@({self.matrix(n, m, depth - 2)})@({column})){power}"
        if kind == 5:
            return f"norm({self.vector(n, depth - 1)}){power}"
        if kind == 6:
            return f"norm({self.matrix(n, m, depth - 1)}){power}"
        if kind == 7:
            return f"sum({self.matrix(n, m, depth - 1)}){power}"
        if kind == 8:
            return f"tr({self.matrix(n, n, depth - 1)}){power}"
        if kind == 9:
            return f"({self.scalar(depth - 1)})*({self.scalar(depth - 1)})"
        if kind == 10:
            return f"({self.scalar(depth - 1)} {self.random.choice('+-/')} {self.scalar(depth - 1)}){power}"
        if kind == 11:
            left, middle, right = self.name((n,)), self.name((n, m)), self.name((m,))
            index = self.random.choice([letter for letter in "ijlqrs" if letter not in self.names])
            return f"sum({left}[{index}]*{middle}[{index}]·{right} for {index} in 1..{n}){power}"
        return f"{self.random.choice(('exp', 'log', 'sqrt', 'tanh'))}({self.scalar(depth - 1)})"

    def vector(self, n: str, depth: int) -> str:
        other = self.random.choice(self.sizes)
        if depth <= 0:
            return self.name((n,))
        kind = self.random.randrange(8)
        if kind == 0:
            return f"(({self.matrix(n, other, depth - 1)})@({self.vector(other, depth - 1)}))"
        if kind == 1:
            return f"(({self.matrix(other, n, depth - 1)})'@({self.vector(other, depth - 1)}))"
        if kind == 2:
            return f"(({self.scalar(depth - 1)})*({self.vector(n, depth - 1)}))"
        if kind == 3:
            return f"({self.vector(n, depth - 1)} {self.random.choice('+-')} {self.vector(n, depth - 1)})"
        if kind == 4:
            return f"({self.vector(n, depth - 1)} * {self.vector(n, depth - 1)})"
        if kind == 5:
            return f"{self.random.choice(FUNCTIONS)}({self.vector(n, depth - 1)})"
        if kind == 6:
            return f"(outer({self.vector(n, depth - 1)}, {self.vector(other, depth - 1)})@{self.vector(other, 0)})"
        return f"softmax({self.vector(n, depth - 1)})"

    def matrix(self, m: str, n: str, depth: int) -> str:
        other = self.random.choice(self.sizes)
        if depth <= 0:
            return self.name((m, n)) if m != n or self.random.random() < 0.9 else f"eye({n})"
        kind = self.random.randrange(9)
        if kind == 0:
            return f"(({self.matrix(m, other, depth - 1)})@({self.matrix(other, n, depth - 1)}))"
        if kind == 1:
            return f"({self.matrix(n, m, depth - 1)})'"
        if kind == 2:
            return f"(({self.scalar(depth - 1)})*{self.matrix(m, n, depth - 1)})"
        if kind == 3:
            return f"({self.matrix(m, n, depth - 1)} {self.random.choice('+-')} {self.matrix(m, n, depth - 1)})"
        if kind == 4:
            return f"({self.matrix(m, n, depth - 1)} * {self.matrix(m, n, depth - 1)})"
        if kind == 5:
            return f"{self.random.choice(FUNCTIONS)}({self.matrix(m, n, depth - 1)})"
        if kind == 6:
            return f"outer({self.vector(m, depth - 1)}, {self.vector(n, depth - 1)})"
        if kind == 7 and m == n:
            return self.random.choice((f"diag({self.vector(n, depth - 1)})", f"inv({self.matrix(n, n, 0)})"))
        return f"({self.matrix(m, n, depth - 1)}){self.random.choice(('^2', '^3', '/2'))}"


def program(seed: int, order: int) -> Case | None:
    """A program to be differentiated once or twice; None where it has no variable."""
    made = Generator(seed)
    depth = made.random.choice((2, 2, 3))
    m, n = made.sizes
    expression = (
        made.scalar(depth)
        if order == 2
        else made.random.choice(
            (lambda: made.scalar(depth), lambda: made.vector(n, depth), lambda: made.matrix(m, n, depth))
        )()
    )
    if not made.names:
        return None
    shapes = {name: ",".join(shape) or "scalar" for name, shape in made.names.items()}
    by = [made.random.choice(list(made.names)) for _ in range(order)]
    return Case(expression, shapes, ",".join(dict.fromkeys(by)))
