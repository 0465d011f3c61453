"""The rules that a derivation names, and what a reader asks of it: a record each, shown by ``mcalc rules NAME``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mcalc.table.sentences import told


@dataclass(frozen=True)
class Example:
    """A command that mcalc runs itself: ``gradient "sum(x)" --wrt x``."""

    command: str
    source: str
    variable: str
    shapes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    layout: str = "paper"


@dataclass(frozen=True)
class NamedRule:
    """A rule by its name: its law, what it says in words, examples; `also` are other names of it.

    What is a formula in the law and in the words stands between braces.
    """

    name: str
    law: str
    told: str
    examples: tuple[Example, ...] = ()
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "law", told(self.law, own=True))
        object.__setattr__(self, "told", told(self.told, own=True))


_STRETCHED = {"x": "n", "z": "scalar"}

RULES = (
    NamedRule(
        "introduce intermediate variables",
        "{y = f(g(x))}   is   {u₁ = g(x)}, {u₂ = f(u₁)}",
        "Each operator gets a name for its value. Then every derivative that is needed is that of one operator.",
        (Example("explain", "sin(x^2)", "x"),),
        ("introduce", "intermediate variables", "four steps"),
        ("single-variable chain rule", "vector chain rule"),
    ),
    NamedRule(
        "single-variable chain rule",
        "{∂y/∂x = ∂y/∂u*∂u/∂x}",
        "One path leads from {x} to {y}, and all on it are scalars: the derivatives along it are multiplied.",
        (Example("explain", "sin(x^2)", "x"),),
        (),
        ("single-variable total-derivative chain rule", "vector chain rule"),
    ),
    NamedRule(
        "single-variable total-derivative chain rule",
        "{∂y(x, u)/∂x = ∂y/∂x + ∂y/∂u*∂u/∂x}",
        "{x} moves {y} directly, and through {u} as well. The products along the paths are added, whatever the "
        "operator is: they are added for {x*u} too. {∂y/∂x} on the right holds {u} constant; on the left "
        "everything moves that {x} moves.",
        (Example("explain", "x + x^2", "x"),),
        ("total derivative", "total-derivative chain rule", "why are paths added"),
        ("single-variable chain rule",),
    ),
    NamedRule(
        "vector chain rule",
        "{∂y/∂x = ∂y/∂u·∂u/∂x}   {(m×k)·(k×n) = m×n}",
        "The Jacobians along a path are multiplied, the outermost first: their order matters, as of all matrices. "
        "Several paths are added. Where both Jacobians are diagonal, so is the product: {diag(f′)·diag(g′) = "
        "diag(f′ ⊗ g′)}.",
        (Example("explain", "f(g(x))", "x", {"x": "n"}),),
        ("Jacobians multiply",),
        ("single-variable chain rule", "element-wise diagonal condition"),
    ),
    NamedRule(
        "element-wise diagonal condition",
        "{∂y[i]/∂x[j] = 0} for {i ≠ j}, so {∂y/∂x = diag(∂y[i]/∂x[i])}",
        "Element {i} of the value depends on element {i} of {x} alone. So all entries off the diagonal are 0, and "
        "what stands on it is the derivative of each element by its own.",
        (Example("jacobian", "w*x", "w", {"w": "n", "x": "n"}), Example("jacobian", "f(x)", "x", {"f": "elementwise"})),
        ("why is this Jacobian diagonal", "diagonal", "diagonal Jacobian"),
        ("vector chain rule", "when is a Jacobian square"),
    ),
    NamedRule(
        "scalar expansion",
        "{x + z = x + z*1⃗},   {∂(x + z)/∂z = 1⃗},   {∂(x*z)/∂z = x}",
        "A scalar beside a vector stands for a vector of its copies. It moves every element, so the derivative by it "
        "is a column with an entry for each.",
        (Example("jacobian", "x + z", "z", _STRETCHED), Example("jacobian", "x*z", "z", _STRETCHED)),
        ("expansion", "broadcasting"),
        ("why is the derivative by a scalar a column", "1⃗"),
    ),
    NamedRule(
        "vector sum reduction",
        "{∂ sum(f(x))/∂x = 1⃗ᵀ·∂f/∂x}",
        "Every element counts once, so the rows of the Jacobian of {f} are added up. Of an element-wise {f} that "
        "leaves the row of its derivatives.",
        (Example("gradient", "sum(x^2)", "x", {"x": "n"}), Example("gradient", "sum(f(x))", "x")),
        ("sum reduction", "sum of the elements"),
        ("1⃗", "why is a gradient a row"),
    ),
    NamedRule(
        "layout",
        "{∂y/∂x} of {m} outputs and {n} inputs:   paper and numerator {m×n},   denominator {n×m}",
        "The paper's layout has a row for each output and a column for each input, so a gradient is a row. The "
        "denominator layout is its transpose. A scalar by a matrix has the shape of the matrix here, as in most "
        "books; the numerator layout turns it.",
        (
            Example("jacobian", "A@x", "x"),
            Example("jacobian", "A@x", "x", layout="denominator"),
            Example("gradient", "tr(A@X)", "X"),
            Example("gradient", "tr(A@X)", "X", layout="numerator"),
        ),
        ("layouts", "numerator layout", "denominator layout", "another layout"),
        ("why is a gradient a row", "where does the transpose come from"),
    ),
    NamedRule(
        "why is a gradient a row",
        "{∂y/∂x} is {m×n}; a scalar {y} is one output, so {m = 1} and {∂y/∂x} is {1×n}",
        "A Jacobian has a row for each output. A scalar has one output, hence one row: the gradient lies down. "
        "As a row it multiplies a change of {x} to give the change of {y}, {dy = (∂y/∂x)·dx}. An update {w − "
        "η(∂y/∂w)ᵀ} therefore needs a transpose.",
        (Example("gradient", "w.x + b", "w"), Example("gradient", "w.x + b", "w", layout="denominator")),
        ("gradient", "row", "why does a gradient lie down"),
        ("layout", "where does the transpose come from"),
    ),
    NamedRule(
        "why is the derivative by a scalar a column",
        "{∂y/∂z} is {m×n}; a scalar {z} is one input, so {n = 1} and {∂y/∂z} is {m×1}",
        "A Jacobian has a column for each input. One scalar is one input, hence one column: the derivative of a vector "
        "by a scalar stands.",
        (Example("jacobian", "x*z", "z", _STRETCHED),),
        ("column", "why does the derivative by a scalar stand", "derivative by a scalar"),
        ("scalar expansion", "layout"),
    ),
    NamedRule(
        "when is a Jacobian square",
        "{∂y/∂x} is {m×n}: square where {y} has as many elements as {x}",
        "An element-wise operator has one output for each input, so its Jacobian is square, and diagonal besides. "
        "Of {f(x)} with {m} outputs it is {m×n}.",
        (Example("jacobian", "exp(x)", "x", {"x": "n"}), Example("jacobian", "W@x", "x")),
        ("square", "square Jacobian"),
        ("element-wise diagonal condition",),
    ),
    NamedRule(
        "where does the transpose come from",
        "{∂(w·x)/∂w = xᵀ}, {∂(A·x)/∂x = A}, {∂(xᵀ·A)/∂x = Aᵀ} as a Jacobian",
        "A transpose comes from the layout, or from the product. {w·x = sum(w ⊗ x)}, and the gradient of a scalar "
        "lies down: the {x} beside {w} is laid down, {xᵀ}. A row times a matrix is the transpose of the "
        "transposed matrix times a column, {xᵀ·A = (Aᵀ·x)ᵀ}. The transpose of a product turns its order round, "
        "{(A·B)ᵀ = Bᵀ·Aᵀ}.",
        (Example("gradient", "w.x", "w"), Example("gradient", "x'@A@x", "x")),
        ("where a transpose comes from", "why a transpose", "transposes"),
        ("why is a gradient a row", "layout"),
    ),
    NamedRule(
        "1⃗",
        "{1⃗ᵀ·x = sum(x)},   {x·1⃗ᵀ}: {n} columns, each {x},   {diag(x)·1⃗ = x}",
        "The column of ones, of the length that fits. It adds up what it multiplies from the left, and repeats "
        "what it multiplies from the right. {1⃗·1⃗ᵀ} is the matrix of ones, and no identity.",
        (Example("gradient", "sum(x)", "x"), Example("jacobian", "x - mean(x)", "x", {"x": "n"})),
        ("ones", "vector of ones", "1", "all-ones vector"),
        ("vector sum reduction", "scalar expansion"),
    ),
    NamedRule(
        "constant rule",
        "{∂c/∂x = 0}",
        "What does not depend on {x} does not move with it. Under ∂ the other variables are held constant.",
        (Example("jacobian", "3x^2*y", "y"),),
        ("held constant", "what is held constant", "constant"),
        ("constant multiple",),
    ),
    NamedRule(
        "constant multiple",
        "{∂(c*u)/∂x = c*∂u/∂x}",
        "A factor that does not depend on {x} stays as it is; {u/c} is a multiple as well, by {1/c}.",
        (Example("jacobian", "3x^2*y", "y"), Example("jacobian", "x/c", "x")),
        ("multiple",),
        ("product rule",),
    ),
    NamedRule(
        "product rule",
        "{∂(u*v)/∂x = v*∂u/∂x + u*∂v/∂x}",
        "Both factors move with {x}: each is differentiated with the other held, and the two are added.",
        (Example("jacobian", "x*sin(x)", "x"),),
        (),
        ("constant multiple", "single-variable total-derivative chain rule"),
    ),
    NamedRule(
        "quotient rule",
        "{∂(u/v)/∂x = (v*∂u/∂x − u*∂v/∂x)/v²}",
        "The numerator over {v}, and {1/v} has the derivative {−1/v²}.",
        (Example("jacobian", "sin(x)/x", "x"),),
        ("quotient",),
        ("product rule",),
    ),
    NamedRule(
        "difference rule",
        "{∂(u − v)/∂x = ∂u/∂x − ∂v/∂x}",
        "Each term is differentiated by itself, with its sign.",
        (Example("jacobian", "y - W@x", "x"),),
        (),
        ("sum rule",),
    ),
    NamedRule(
        "gradient by several variables",
        "{∇f = [∂f/∂x, ∂f/∂y]},   of second derivatives the matrix of all pairs",
        "By several scalars the derivatives stand side by side in one row, a column for each variable, as in a "
        "Jacobian. Under each ∂ the other variables are held constant.",
        (Example("gradient", "3x^2*y", "x,y"),),
        ("collect", "several variables", "nabla", "∇"),
        ("why is a gradient a row", "constant rule"),
    ),
    NamedRule(
        "case distinction",
        "{(z > 0)*v} is {0⃗} where {z ≤ 0}, {v} where {z > 0}",
        "A condition counts 1 where it holds and 0 where it fails; as a factor of the whole it makes two cases. "
        "At the kink itself there is no derivative; the paper takes 0 there.",
        (Example("gradient", "max(0, w.x + b)", "w"),),
        ("cases", "kink", "kinks"),
        (),
    ),
    NamedRule(
        "differential",
        "{df = (∂f/∂x)·dx} of a vector {x},   {df = tr(Gᵀ·dX)} means {∂f/∂X = G}",
        "Instead of derivatives the small changes are followed through the operators: {d(A·B) = dA·B + A·dB}. "
        "Under the trace factors may be turned in a circle, {tr(A·B) = tr(B·A)}, until {dX} stands last; what stands "
        "before it is the derivative, transposed.",
        (Example("explain", "norm(A@X@B - C)^2", "X"),),
        ("read off", "differentials", "method differential"),
        ("layout",),
    ),
    NamedRule(
        "index notation",
        "{(A·B)[i,j] = Σₖ A[i,k] B[k,j]},   {δ[i,k]} is 1 where {i = k}, else 0",
        "Entry by entry every rule is one of scalars. A repeated index is summed; a {δ} leaves of a sum the one "
        "term in which its indices are equal. Results with three indices and more have no matrix form, and stay so.",
        (Example("jacobian", "inv(X)", "X"),),
        ("entry by entry", "matrix form", "contract", "delta", "δ", "Kronecker's delta", "indices"),
        ("differential",),
    ),
    NamedRule(
        "substitute back",
        "with {u₁ = g(x)}:   {f′(u₁)} is {f′(g(x))}",
        "The names of the intermediate values are replaced by what they stand for, and the whole is simplified.",
        (Example("explain", "sin(x^2)", "x"),),
        ("substitute", "insert the derivatives", "insert the Jacobians", "insert", "simplify"),
        ("introduce intermediate variables",),
    ),
    NamedRule(
        "as declared",
        "differentiated as if every entry were free; then {Sᵀ = S}, {Qᵀ·Q = I}, … are used",
        "What is declared of a variable (symmetric, orthogonal, positive, …) is used after the last derivative. "
        "`--symmetric constrained` and `--symmetric entries` give the derivatives within the symmetric matrices.",
        (Example("gradient", "x'@S@x", "x", {"S": "n,n:symmetric"}),),
        ("declared", "symmetric", "within symmetric matrices"),
        (),
    ),
    NamedRule(
        "open function",
        "{∂f(x)/∂x = f′(x)},   {∂f(g(x))/∂x = f′(g(x))·g′(x)}",
        "A function of which nothing is known but the shapes of its argument and its value. {f′(x)} is its "
        "Jacobian, a row for each output and a column for each element of {x}; of an element-wise {f} the vector "
        "on the diagonal.",
        (Example("jacobian", "f(g(x))", "x", {"x": "n"}),),
        ("open functions", "f(x)"),
        ("vector chain rule", "element-wise diagonal condition"),
    ),
)
