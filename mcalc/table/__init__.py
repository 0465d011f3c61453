"""The operator table: one record an operator, everything about it in one place.

Element-wise rules are scalar formulas in the argument ``a`` (and ``b``) and the value ``y``. All other rules
are in index notation, as a textbook prints them: the value carries the indices ``i, j``, the argument of the
derivative ``k, l``; repeated indices are summed. ``value`` is the index notation of the operator itself,
where it is a product or a sum of products. ``numpy`` is its numeric meaning, which shares nothing with the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mcalc.table import shapes as shapes
from mcalc.table.records import Notation, Operator, Rule

TABLE: dict[str, Operator] = {}
CALLS: dict[str, list[Operator]] = {}

ADDITION, PRODUCT, NEGATION, DOT, POWER, POSTFIX, ATOM = 20, 30, 35, 40, 50, 60, 100


def _record(name: str, arguments: str, **fields: Any) -> None:
    operator = Operator(name, arguments, **fields)
    TABLE[name] = operator
    for call in operator.calls:
        CALLS.setdefault(call, []).append(operator)


def _infix(text: str, ascii: str, latex: str, level: int, right: int = 1) -> Notation:
    return Notation("infix", text, ascii, latex, level, right)


def _named(ascii: str, latex: str = "", text: str = "") -> Notation:
    return Notation("call", text or ascii, ascii, latex)


# Leaves --------------------------------------------------------------------------------------------------------

_record(
    "variable",
    "",
    title="variable",
    doc="a name",
    shape=shapes.given,
    numpy=lambda np, *_: None,
    notation=Notation("name"),
)
_record(
    "number",
    "",
    title="number",
    doc="an exact number",
    shape=shapes.scalar,
    numpy=lambda np, value: float(value),
    notation=Notation("number"),
)
_record(
    "pi",
    "",
    title="number",
    doc="the ratio of a circle's circumference to its diameter",
    shape=shapes.scalar,
    numpy=lambda np: np.pi,
    notation=Notation("constant", "π", "pi", r"\pi"),
    calls=("pi",),
)
_record(
    "dimension",
    "",
    title="dimension",
    doc="a dimension used as a number",
    shape=shapes.scalar,
    numpy=lambda np, size: size,
    notation=Notation("dimension"),
)
_record(
    "loop_index",
    "",
    title="index",
    doc="a running index used as a number",
    shape=shapes.scalar,
    numpy=lambda np, index: index,
    notation=Notation("dimension"),
)
_record(
    "partial",
    "",
    title="derivative",
    doc="a derivative by its name, ∂u/∂x",
    shape=shapes.given,
    numpy=lambda np, *_: None,
    notation=Notation("partial"),
)
_record(
    "differential",
    "",
    title="differential",
    doc="the differential dX",
    shape=shapes.given,
    numpy=lambda np, *_: None,
    notation=Notation("differential"),
)
_record(
    "ones",
    "",
    title="ones",
    doc="a vector or matrix of ones",
    shape=shapes.given,
    numpy=lambda np, *sizes: np.ones(sizes),
    notation=Notation("filled", "1⃗", "ones", r"\vec{1}"),
    value="1",
    example="ones(n)",
)
_record(
    "zeros",
    "",
    title="zeros",
    doc="a vector or matrix of zeros",
    shape=shapes.given,
    numpy=lambda np, *sizes: np.zeros(sizes),
    notation=Notation("filled", "0⃗", "zeros", r"\vec{0}"),
    value="0",
    example="zeros(m,n)",
)
_record(
    "eye",
    "",
    title="identity",
    doc="the identity matrix; `I` is the one of the size that fits",
    shape=shapes.identity_shape,
    numpy=lambda np, size: np.eye(size),
    notation=Notation("identity", "I", "eye", "I"),
    value="δ[i,j]",
    example="eye(n)",
)
_record(
    "unit",
    "",
    title="unit vector",
    doc="the vector with 1 at the place given, 0 elsewhere: `unit(2, n)`",
    shape=lambda same, args, index, size: (size,),
    numpy=lambda np, index, size: np.eye(size)[index - 1],
    of_one="1",
    notation=Notation("unit", "unit", "unit", "e"),
    example="unit(2,n)",
)

_record(
    "delta",
    "",
    title="Kronecker delta",
    doc="1 where the two indices are equal, else 0",
    shape=shapes.scalar,
    numpy=lambda np, i, j: 1 - (i != j),
    notation=Notation("delta", "δ", "delta", r"\delta"),
)

# Arithmetic ----------------------------------------------------------------------------------------------------

_record(
    "add", "a b", title="sum rule", doc="element-wise sum; a scalar is expanded", shape=shapes.elementwise,
    numpy=lambda np, *terms: np.total(*terms), notation=Notation("sum", " + ", " + ", " + ", ADDITION),
    rules=(Rule("a", "1", "each term is differentiated by itself"),), elementwise=True, variadic=True, commutative=True,
    example="w + x", written_as="a + b",
)  # fmt: skip
_record(
    "negative", "a", title="negation", doc="element-wise negation", shape=shapes.elementwise,
    numpy=lambda np, a: -a, notation=Notation("negative", "−", "-", "-", ADDITION), value="-a[i,j]",
    rules=(Rule("a", "-1", "a minus sign stays"),), elementwise=True, example="-x", written_as="-a", exact=True,
)  # fmt: skip
_record(
    "multiply", "a b", title="element-wise product", doc="element-wise product; a scalar is expanded", shape=shapes.elementwise,
    numpy=lambda np, *factors: np.multiplied(*factors), notation=Notation("product", " ⊗ ", "*", r" \otimes ", PRODUCT),
    rules=(Rule("a", "b", "the derivative of a product by one factor is the other"),), value="a[i,j] b[i,j]",
    elementwise=True, variadic=True, commutative=True, calls=("hadamard", "multiply"), example="w * x", written_as="a * b",
)  # fmt: skip
_record(
    "divide", "a b", title="element-wise quotient", doc="element-wise quotient; a scalar is expanded", shape=shapes.elementwise,
    numpy=lambda np, a, b: a / b, notation=Notation("quotient", " ⊘ ", "/", r" \oslash ", PRODUCT, 1),
    rules=(Rule("a", "1/b", "the denominator stays"), Rule("b", "-a/b^2", "1/b has the derivative −1/b²")),
    value="a[i,j] b[i,j]^-1", elementwise=True, care="b may not be 0", example="w / x", written_as="a / b", domain="positive",
)  # fmt: skip
_record(
    "power", "a b", title="power rule", doc="element-wise power", shape=shapes.elementwise,
    numpy=lambda np, a, b: np.raised(a, b), notation=Notation("power", "^", "^", "^", POWER),
    rules=(Rule("a", "b*a^(b - 1)", "the exponent comes down, and is one less"), Rule("b", "y*log(a)", "an exponential, times the logarithm of its base")),
    value="a[i,j]^b", elementwise=True, calls=("pow",), care="a negative number has only powers with a whole exponent, and no derivative by the exponent", example="x ^ 2", written_as="a ^ b", domain="positive", whole="matrix_power",
)  # fmt: skip

# Products ------------------------------------------------------------------------------------------------------

_record(
    "matmul", "A B", title="matrix product", doc="the product of matrices, or of a matrix and a vector", shape=shapes.product,
    numpy=lambda np, a, b: a @ b, notation=_infix("·", "@", " ", DOT),
    rules=(Rule("A", "δ[i,k] B[l,j]", "row i of the product is row i of A times B"), Rule("B", "A[i,k] δ[j,l]", "a product is linear in its right factor: A stays")),
    value="A[i,k] B[k,j]", calls=("matmul",), example="A @ B",
)  # fmt: skip
_record(
    "dot", "a b", title="dot product", doc="the dot product, sum(a*b)", shape=shapes.two_vectors,
    numpy=lambda np, a, b: a @ b, notation=_infix("·", ".", r" \cdot ", DOT),
    rules=(Rule("a", "b[k]", "each element is multiplied by its partner"), Rule("b", "a[k]", "each element is multiplied by its partner")),
    value="a[k] b[k]", commutative=True, calls=("dot", "inner"), definition="sum(a*b)", example="w . x", written_as="a . b",
)  # fmt: skip
_record(
    "outer", "a b", title="outer product", doc="the outer product a bᵀ", shape=shapes.outer_shape,
    numpy=lambda np, a, b: np.outer(a, b), notation=Notation("outer", "·", "@", " ", DOT),
    rules=(Rule("a", "δ[i,k] b[j]", "row i is bᵀ times aᵢ"), Rule("b", "a[i] δ[j,k]", "column j is a times bⱼ")),
    value="a[i] b[j]", calls=("outer",), example="x @ y'", written_as="a @ b'",
)  # fmt: skip
_record(
    "transpose", "A", title="transpose", doc="rows become columns", shape=shapes.transposed,
    numpy=lambda np, a: a.T, notation=Notation("postfix", "ᵀ", "'", "^{T}", POSTFIX),
    rules=(Rule("A", "δ[i,l] δ[j,k]", "the same elements, their indices exchanged"),), value="A[j,i]", of_one="A", calls=("transpose",), example="A'", written_as="A'", exact=True,
)  # fmt: skip

# Comparisons, masks --------------------------------------------------------------------------------------------

_flat = "a step is flat: its derivative is 0 wherever it has one"
_SIDES = {"g": (("1", "a - b"), ("0", "b - a")), "l": (("1", "b - a"), ("0", "a - b"))}
for _name, _text, _ascii, _latex, _opposite, _compare in (
    ("greater", " > ", " > ", " > ", "less_equal", lambda np, a, b: np.where(a > b, 1.0, 0.0)),
    ("less", " < ", " < ", " < ", "greater_equal", lambda np, a, b: np.where(a < b, 1.0, 0.0)),
    ("greater_equal", " ≥ ", " >= ", r" \ge ", "less", lambda np, a, b: np.where(a >= b, 1.0, 0.0)),
    ("less_equal", " ≤ ", " <= ", r" \le ", "greater", lambda np, a, b: np.where(a <= b, 1.0, 0.0)),
):
    _record(
        _name, "a b", title="comparison", doc="1 where it holds, 0 elsewhere", shape=shapes.elementwise, numpy=_compare,
        notation=_infix(_text, _ascii, _latex, 10), rules=(Rule("a", "0", _flat), Rule("b", "0", _flat)),
        elementwise=True, indicator=True, exact=True, opposite=_opposite, branches=_SIDES[_name[0]], care="where a and b are equal the value jumps; the derivative is given as 0", example=f"w{_ascii}x", written_as=f"a{_ascii}b",
    )  # fmt: skip


def _at_ties(shared: str, strict: str) -> Callable[[Any], str]:
    """Where the two arguments are equal on an open set, ``max(x, relu(x))``, the first counts there."""
    return lambda node: shared if node.parameters else strict


_record(
    "maximum", "a b", title="maximum", doc="the larger of the two, element-wise", shape=shapes.elementwise,
    numpy=lambda np, a, b, *_: np.maximum(a, b), notation=_named("max", r"\max"),
    rules=(Rule("a", _at_ties("a >= b", "a > b"), "the maximum moves with an argument only where that one is the larger"), Rule("b", "b > a", "the maximum moves with an argument only where that one is the larger")),
    elementwise=True, calls=("max", "maximum"), commutative=True, care="where a and b are equal, both derivatives are 0, as in the paper; where they are equal on an open set, the first counts there", kinks=("a > b",), example="max(w, x)",
    branches=(("a", "a - b"), ("b", "b - a")), first_counts=True, exact=True,
)  # fmt: skip
_record(
    "minimum", "a b", title="minimum", doc="the smaller of the two, element-wise", shape=shapes.elementwise,
    numpy=lambda np, a, b, *_: np.minimum(a, b), notation=_named("min", r"\min"),
    rules=(Rule("a", _at_ties("a <= b", "a < b"), "the minimum moves with an argument only where that one is the smaller"), Rule("b", "b < a", "the minimum moves with an argument only where that one is the smaller")),
    elementwise=True, calls=("min", "minimum"), commutative=True, definition="-max(-a, -b)", care="where a and b are equal, both derivatives are 0; where they are equal on an open set, the first counts there", kinks=("a < b",), example="min(w, x)",
    branches=(("a", "b - a"), ("b", "a - b")), first_counts=True, exact=True,
)  # fmt: skip
_record(
    "where", "c a b", title="case distinction", doc="a where c holds, b elsewhere", shape=shapes.elementwise,
    numpy=lambda np, c, a, b: np.where(c != 0, a, b), notation=Notation("cases", "where", "where"),
    rules=(Rule("c", "0", _flat), Rule("a", "where(c, 1, 0)", "where the condition holds, the value is a"), Rule("b", "where(c, 0, 1)", "where it does not, the value is b")),
    elementwise=True, calls=("where",), care="the condition is taken as fixed: where it switches, the value may jump, and has no derivative", example="where(x > w, x^2, w)", exact=True,
)  # fmt: skip

# Element-wise functions: name, rule, LaTeX, numeric meaning, domain, other spellings -------------------------------

_FUNCTIONS: tuple[tuple[str, str, str, Callable[..., Any], str, tuple[str, ...]], ...] = (
    ("exp", "y", r"\exp", lambda np, a: np.exp(a), "any", ()),
    ("log", "1/a", r"\ln", lambda np, a: np.log(a), "positive", ("ln",)),
    ("sqrt", "1/(2*y)", "", lambda np, a: np.sqrt(a), "positive", ()),
    ("abs", "sign(a)", "", lambda np, a: np.abs(a), "any", ("absolute",)),
    ("sign", "0", r"\operatorname{sign}", lambda np, a: np.sign(a), "any", ("sgn", "signum")),
    ("sin", "cos(a)", r"\sin", lambda np, a: np.sin(a), "any", ()),
    ("cos", "-sin(a)", r"\cos", lambda np, a: np.cos(a), "any", ()),
    ("tan", "1 + y^2", r"\tan", lambda np, a: np.tan(a), "unit", ()),
    ("asin", "1/sqrt(1 - a^2)", r"\arcsin", lambda np, a: np.arcsin(a), "unit", ("arcsin",)),
    ("acos", "-1/sqrt(1 - a^2)", r"\arccos", lambda np, a: np.arccos(a), "unit", ("arccos",)),
    ("atan", "1/(1 + a^2)", r"\arctan", lambda np, a: np.arctan(a), "any", ("arctan",)),
    ("sinh", "cosh(a)", r"\sinh", lambda np, a: np.sinh(a), "any", ()),
    ("cosh", "sinh(a)", r"\cosh", lambda np, a: np.cosh(a), "any", ()),
    ("tanh", "1 - y^2", r"\tanh", lambda np, a: np.tanh(a), "any", ()),
    ("asinh", "1/sqrt(a^2 + 1)", r"\operatorname{arsinh}", lambda np, a: np.arcsinh(a), "any", ("arcsinh",)),
    ("acosh", "1/sqrt(a^2 - 1)", r"\operatorname{arcosh}", lambda np, a: np.arccosh(a), "above one", ("arccosh",)),
    ("atanh", "1/(1 - a^2)", r"\operatorname{artanh}", lambda np, a: np.arctanh(a), "unit", ("arctanh",)),
    ("sigmoid", "y*(1 - y)", r"\sigma", lambda np, a: 1 / (1 + np.exp(-a)), "any", ("logistic", "expit", "sigma")),
    ("softplus", "sigmoid(a)", r"\operatorname{softplus}", lambda np, a: np.logaddexp(0, a), "any", ()),
    ("relu", "a > 0", r"\operatorname{relu}", lambda np, a: np.maximum(a, 0), "any", ()),
    ("leaky_relu", "where(a > 0, 1, 0.01)", r"\operatorname{leaky\,relu}", lambda np, a: np.where(a > 0, a, a / 100), "any", ()),
    ("elu", "exp(min(a, 0))", r"\operatorname{elu}", lambda np, a: np.where(a > 0, a, np.exp(np.minimum(a, 0)) - 1), "any", ()),
    ("gelu", "(1 + erf(a/sqrt(2)))/2 + a*exp(-a^2/2)/sqrt(2*pi)", r"\operatorname{gelu}", lambda np, a: a * (1 + np.erf(a / np.sqrt(2))) / 2, "any", ()),
    ("silu", "sigmoid(a) + y*(1 - sigmoid(a))", r"\operatorname{silu}", lambda np, a: a / (1 + np.exp(-a)), "any", ("swish",)),
    ("erf", "2/sqrt(pi)*exp(-a^2)", r"\operatorname{erf}", lambda np, a: np.erf(a), "any", ()),
    ("step", "0", r"\operatorname{step}", lambda np, a: np.where(a > 0, 1.0, 0.0), "any", ("heaviside",)),
)  # fmt: skip
_NOTATIONS = {"abs": Notation("fence", "abs", "abs", "|"), "sqrt": Notation("root", "sqrt", "sqrt", r"\sqrt")}
_MEANINGS = {
    "exp": "the exponential function", "log": "the natural logarithm", "sqrt": "the square root", "abs": "the absolute value", "sign": "1, 0 or -1",
    "leaky_relu": "a where a > 0, 0.01*a elsewhere", "elu": "a where a > 0, exp(a) - 1 elsewhere",
    "gelu": "a times the normal distribution function at a", "erf": "the error function", "step": "1 where a > 0, 0 elsewhere",
}  # fmt: skip
_DEFINITIONS = {
    "sqrt": "a^(1/2)", "abs": "max(a, -a)", "sign": "(a > 0) - (a < 0)", "tan": "sin(a)/cos(a)", "step": "a > 0",
    "sinh": "(exp(a) - exp(-a))/2", "cosh": "(exp(a) + exp(-a))/2", "tanh": "sinh(a)/cosh(a)",
    "asinh": "log(a + sqrt(a^2 + 1))", "acosh": "log(a + sqrt(a^2 - 1))", "atanh": "log((1 + a)/(1 - a))/2",
    "sigmoid": "1/(1 + exp(-a))", "softplus": "log(1 + exp(a))", "silu": "a*sigmoid(a)", "gelu": "a*(1 + erf(a/sqrt(2)))/2",
    "relu": "max(0, a)", "leaky_relu": "where(a > 0, a, 0.01a)", "elu": "where(a > 0, a, exp(a) - 1)",
}  # fmt: skip
_CARE = {
    "log": "the argument must be positive", "sqrt": "the argument may not be negative, and at 0 the slope is infinite",
    "tan": "not at the odd multiples of π/2", "acosh": "the argument is at least 1, and at 1 the slope is infinite",
    **dict.fromkeys(("asin", "acos"), "the argument lies between -1 and 1, and at both ends the slope is infinite"),
    "atanh": "the argument lies between -1 and 1", "abs": "at 0 there is a kink; the derivative is given as 0",
    **dict.fromkeys(("sign", "step"), "at 0 the value jumps; the derivative is given as 0"),
    "relu": "at 0 there is a kink; the derivative is given as 0, as in the paper",
    "leaky_relu": "at 0 there is a kink; the derivative is given as 0.01",
}  # fmt: skip
_KINKS = dict.fromkeys(("abs", "sign", "relu", "leaky_relu", "elu", "step"), ("a > 0",))
_OF_POSITIVE = {
    **dict.fromkeys(("abs", "relu", "leaky_relu", "elu"), "a"),
    **dict.fromkeys(("sign", "step"), "1"),
}
_BRANCHES = {
    "abs": (("a", "a"), ("-a", "-a")),
    "sign": (("1", "a"), ("-1", "-a")),
    "relu": (("a", "a"), ("0", "-a")),
    "step": (("1", "a"), ("0", "-a")),
    "leaky_relu": (("a", "a"), ("a/100", "-a")),
    "elu": (("a", "a"), ("exp(a) - 1", "-a")),
}
_SENTENCES = {
    "relu": "the slope is 1 where the argument is positive, and 0 elsewhere (by convention also at the kink)",
    "sign": _flat,
    "step": _flat,
}
_WHOLE = {"exp": "expm", "log": "logm", "sqrt": "sqrtm"}
for _name, _rule, _latex, _numpy, _domain, _others in _FUNCTIONS:
    _record(
        _name, "a", title="ln" if _name == "log" else _name, doc=(_MEANINGS.get(_name) or _DEFINITIONS.get(_name) or f"the function {_name}") + ", element-wise", shape=shapes.elementwise, numpy=_numpy,
        notation=_NOTATIONS.get(_name, _named(_name, _latex, {"sigmoid": "σ", "log": "ln"}.get(_name, ""))),
        rules=(Rule("a", _rule, _SENTENCES.get(_name, f"the derivative of y = {_name}(a) is {_rule}")),),
        value="a[i,j]^1/2" if _name == "sqrt" else None,
        elementwise=True, indicator=_name == "step", exact=_name in ("abs", "sign", "step", "relu"), domain=_domain, calls=(_name, *_others), example=f"{_name}(x)",
        definition=_DEFINITIONS.get(_name, ""), care=_CARE.get(_name, ""), where_positive=_OF_POSITIVE.get(_name, ""), branches=_BRANCHES.get(_name, ()), kinks=_KINKS.get(_name, ()), whole=_WHOLE.get(_name, ""),
    )  # fmt: skip

# Reductions ----------------------------------------------------------------------------------------------------


def _by_axis(whole: str, down: str, across: str) -> Callable[[Any], str]:
    """The formula over all entries, down the columns (axis 0 of a matrix), across the rows (axis 1)."""

    def choose(node: Any) -> str:
        arg, axis = node.args[0], node.parameters[0] if node.parameters else None
        if axis is None or len(arg.axes) < 2:
            return down if axis == 0 and _is_row(arg) else whole
        return across if axis else down

    return choose


def _is_row(node: Any) -> bool:
    return len(node.shape) == 2 and node.shape[0] == 1


Formula = str | Callable[[Any], str]


def _of_entries(scalar: str, entry: str, whole: Formula, down: Formula, across: Formula) -> Callable[[Any], str]:
    """As `_by_axis`; besides, the derivative where there is one entry: of a scalar, and down the columns of a row."""

    def choose(node: Any) -> str:
        arg, axis = node.args[0], node.parameters[0] if node.parameters else None
        if not arg.axes:
            return scalar
        if axis == 0 and _is_row(arg):
            return "δ[i,l]" if entry == "1" else entry
        formula = whole if axis is None or len(arg.axes) < 2 else across if axis else down
        return formula if isinstance(formula, str) else formula(node)

    return choose


def _lines_at_extreme(compare: str) -> tuple[str, str]:
    """1 at the entries that are the extreme of their column, of their row."""
    return f"(a {compare} ones(height(a)) @ y')", f"(a {compare} y @ ones(width(a))')"


def _asked_at_extreme(compare: str) -> Callable[[Any], str]:
    """The condition by which an entry is the extreme; of one entry there is none to ask."""
    return _of_entries("", "", f"a {compare} y", *_lines_at_extreme(compare))


def _at_extreme(compare: str) -> Callable[[Any], str]:
    """1 at the entry that is the extreme of all, of its column, of its row; in equal parts where several are."""
    down, across = _lines_at_extreme(compare)
    return _of_entries(
        "1",
        "1",
        f"(a {compare} y)[k,l] sum(a {compare} y)^-1",
        f"δ[i,l] {down}[k,l] sum({down}, axis=0)[l]^-1",
        f"δ[i,k] {across}[k,l] sum({across}, axis=1)[k]^-1",
    )


def _along(vector: str, rows: str, columns: str) -> Callable[[Any], str]:
    """The formula of a vector, of each row of a matrix, of each column (axis 0)."""
    row = vector.translate(str.maketrans("ik", "jl"))

    def choose(node: Any) -> str:
        if len(node.axes) < 2:
            return row if _is_row(node) else vector
        return columns if node.parameters == (0,) else rows

    return choose


_record(
    "sum", "a", title="sum of the elements", doc="the sum of all entries, or along an axis", shape=shapes.reduction,
    numpy=lambda np, a, axis=None: np.sum(a) if axis is None else np.sum(a, axis=axis), calls=("sum",), keywords=("axis",),
    notation=_named("sum", r"\operatorname{sum}"),
    rules=(Rule("a", _by_axis("1", "δ[i,l]", "δ[i,k]"), "every element counts once"),), value=_by_axis("a[k,l]", "a[k,i]", "a[i,k]"), example="sum(x)",
)  # fmt: skip
_record(
    "mean", "a", title="mean", doc="the mean of all entries, or along an axis", shape=shapes.reduction,
    numpy=lambda np, a, axis=None: np.mean(a) if axis is None else np.mean(a, axis=axis), calls=("mean", "average"), keywords=("axis",),
    notation=_named("mean", r"\operatorname{mean}"),
    rules=(Rule("a", _by_axis("size(a)^-1", "height(a)^-1 δ[i,l]", "width(a)^-1 δ[i,k]"), "every element counts one n-th"),),
    value=_by_axis("size(a)^-1 a[k,l]", "height(a)^-1 a[k,i]", "width(a)^-1 a[i,k]"), definition="sum(a)/n", example="mean(x)",
)  # fmt: skip
_record(
    "max", "a", title="largest element", doc="the largest entry, or the largest along an axis", shape=shapes.reduction,
    numpy=lambda np, a, axis=None: np.max(a) if axis is None else np.max(a, axis=axis), calls=("max", "maximum", "amax"), keywords=("axis",),
    notation=_named("max", r"\max"), rules=(Rule("a", _at_extreme(">="), "the largest element moves with the entry where it is taken; where several are, in equal parts with each"),), care="where several entries are the largest, each takes an equal part of the derivative", kinks=(_asked_at_extreme(">="),), example="max(x)", picks=True, exact=True,
)  # fmt: skip
_record(
    "min", "a", title="smallest element", doc="the smallest entry, or the smallest along an axis", shape=shapes.reduction,
    numpy=lambda np, a, axis=None: np.min(a) if axis is None else np.min(a, axis=axis), calls=("min", "minimum", "amin"), keywords=("axis",),
    notation=_named("min", r"\min"), rules=(Rule("a", _at_extreme("<="), "the smallest element moves with the entry where it is taken; where several are, in equal parts with each"),), definition="-max(-a)", care="where several entries are the smallest, each takes an equal part of the derivative", kinks=(_asked_at_extreme("<="),), example="min(x)", picks=True, exact=True,
)  # fmt: skip
_record(
    "prod", "a", title="product of the elements", doc="the product of all entries, or along an axis", shape=shapes.reduction,
    numpy=lambda np, a, axis=None: np.prod(a) if axis is None else np.prod(a, axis=axis), calls=("prod", "product"), keywords=("axis",),
    notation=_named("prod", r"\operatorname{prod}"),
    rules=(Rule("a", _of_entries("1", "1", "y a[k,l]^-1", "y[i] δ[i,l] a[k,l]^-1", "y[i] δ[i,k] a[k,l]^-1"), "the product of the others: the whole product, divided by the entry (no entry is 0)"),), care="the rule divides by the entries, so none may be 0", example="prod(x)",
)  # fmt: skip
_record(
    "var", "a", title="variance", doc="the mean of (a - mean(a))^2 over all entries, or along an axis; it divides by n", shape=shapes.reduction,
    numpy=lambda np, a, axis=None: np.var(a) if axis is None else np.var(a, axis=axis), calls=("var", "variance"), keywords=("axis",),
    notation=_named("var", r"\operatorname{var}"),
    rules=(Rule("a", _of_entries(
        "0", "0", "2 size(a)^-1 (a - mean(a))[k,l]",
        "2 height(a)^-1 δ[i,l] a[k,l] - 2 height(a)^-1 δ[i,l] mean(a, axis=0)[l]",
        "2 width(a)^-1 δ[i,k] a[k,l] - 2 width(a)^-1 δ[i,k] mean(a, axis=1)[k]",
    ), "twice the distance from the mean, over n; what the mean itself adds cancels, as the distances add up to 0"),), definition="mean((a - mean(a))^2)", example="var(x)",
)  # fmt: skip
_record(
    "norm", "a", title="norm", doc="the Euclidean norm; of a matrix, Frobenius's", shape=shapes.scalar,
    numpy=lambda np, a: np.sqrt(np.sum(a * a)), notation=Notation("fence", "norm", "norm", r"\|"), calls=("norm", "norm2", "norm_2", "norm_fro", "frobenius"), whole="norm_spec", whole_calls=("norm2", "norm_2"),
    rules=(Rule("a", "a[k,l] y^-1", "the norm grows along the unit vector a/‖a‖"),), definition="sqrt(sum(a^2))", care="at 0 there is no derivative, as the rule divides by the norm; code gives 0 there", example="norm(X)",
)  # fmt: skip
_record(
    "norm1", "a", title="1-norm", doc="the sum of the absolute values", shape=shapes.scalar,
    numpy=lambda np, a: np.sum(np.abs(a)), notation=Notation("fence", "norm1", "norm1", r"\|", right=1), calls=("norm1", "norm_1"),
    rules=(Rule("a", "sign(a)[k,l]", "each absolute value has the slope ±1"),), definition="sum(abs(a))", care="an entry that is 0 has a kink; its derivative is given as 0", kinks=("a > 0",), example="norm1(X)", branches=(("sum(abs(a))", ""),),
)  # fmt: skip
_record(
    "norm_inf", "a", title="maximum norm", doc="the largest absolute value of the entries", shape=shapes.scalar,
    numpy=lambda np, a: np.max(np.abs(a)), notation=_named("norm_inf", r"\operatorname{norm}_{\infty}"), calls=("norm_inf", "norminf", "norm_max"),
    rules=(Rule("a", lambda node: "sign(a)[k,l] (abs(a) >= y)[k,l] sum(abs(a) >= y)^-1" if node.args[0].axes else "sign(a)", "the slope is ±1 at the entry where the largest absolute value is taken, shared equally where several are"),), definition="max(abs(a))", care="where several entries are the largest, each takes an equal part of the derivative; at 0 it is 0", kinks=("a > 0", "abs(a) >= y"), example="norm_inf(x)", branches=(("max(abs(a))", ""),), exact=True,
)  # fmt: skip
_record(
    "logsumexp", "a", title="logsumexp", doc="log(sum(exp(a))) of all entries, or along an axis, computed without overflow", shape=shapes.reduction,
    numpy=lambda np, a, axis=None: np.logsumexp(a) if axis is None else np.logsumexp_along(a, axis), calls=("logsumexp", "lse", "log_sum_exp"), keywords=("axis",),
    rules=(Rule("a", _of_entries(
        "1", "1", lambda node: "softmax(a)[k]" if len(node.args[0].axes) == 1 else "exp(a - y)[k,l]", "δ[i,l] softmax(a, axis=0)[k,l]", "δ[i,k] softmax(a)[k,l]",
    ), "the derivative of logsumexp is softmax"),), definition="log(sum(exp(a)))", example="logsumexp(x)",
)  # fmt: skip
_record(
    "softmax", "a", title="softmax", doc="exp(a)/sum(exp(a)); of a matrix, each row, or along the axis given", shape=shapes.along_rows,
    numpy=lambda np, a, axis=None: np.softmax(a) if axis is None else np.transpose(np.softmax(a.T)), of_one="1", calls=("softmax",), keywords=("axis",),
    rules=(Rule("a", _along(
        "y[i] δ[i,k] - y[i] y[k]", "y[i,j] δ[i,k] δ[j,l] - δ[i,k] y[i,j] y[i,l]", "y[i,j] δ[i,k] δ[j,l] - δ[j,l] y[i,j] y[k,j]",
    ), "every output falls as another rises: diag(p) − p pᵀ"),), definition="exp(a)/sum(exp(a))", example="softmax(x)",
)  # fmt: skip
_record(
    "log_softmax", "a", title="log-softmax", doc="log(softmax(a)), computed without overflow", shape=shapes.along_rows,
    numpy=lambda np, a, axis=None: np.log_softmax(a) if axis is None else np.transpose(np.log_softmax(a.T)), of_one="0", calls=("log_softmax", "logsoftmax"), keywords=("axis",),
    rules=(Rule("a", _along(
        "δ[i,k] - softmax(a)[k]", "δ[i,k] δ[j,l] - δ[i,k] softmax(a)[i,l]", "δ[i,k] δ[j,l] - δ[j,l] softmax(a, axis=0)[k,j]",
    ), "the argument, less what logsumexp takes away"),), definition="log(softmax(a))", example="log_softmax(x)",
)  # fmt: skip

# Matrices ------------------------------------------------------------------------------------------------------

_record(
    "tr", "A", title="trace", doc="the sum of the diagonal", shape=shapes.trace_shape, numpy=lambda np, a: np.traced(a),
    notation=_named("tr", r"\operatorname{tr}"), rules=(Rule("A", "δ[k,l]", "only the diagonal counts"),), value="A[k,k]", calls=("tr", "trace"), definition="sum(diagonal(A))", example="tr(A)",
)  # fmt: skip
_record(
    "inv", "A", title="inverse", doc="the inverse matrix", shape=shapes.square, numpy=lambda np, a: np.linalg.inv(a),
    notation=Notation("inverse", "inv", "inv", "^{-1}"), rules=(Rule("A", "-y[i,k] y[l,j]", "d(A⁻¹) = −A⁻¹ dA A⁻¹"),), of_one="1/A", calls=("inv", "inverse"), domain="square", care="the matrix must be invertible", example="inv(A)",
)  # fmt: skip
_record(
    "det", "A", title="determinant", doc="the determinant", shape=shapes.of_square, numpy=lambda np, a: np.linalg.det(a),
    notation=_named("det", r"\det"), rules=(Rule("A", "y inv(A)[l,k]", "Jacobi's formula: det(A) A⁻ᵀ"),), of_one="A", calls=("det", "determinant"), domain="square", care="the rule is written with inv(A), so the matrix must be invertible", example="det(A)",
)  # fmt: skip
_record(
    "logdet", "A", title="log-determinant", doc="log|det(A)|", shape=shapes.of_square, numpy=lambda np, a: np.linalg.slogdet(a)[1],
    notation=_named("logdet", r"\operatorname{logdet}"), rules=(Rule("A", "inv(A)[l,k]", "Jacobi's formula, divided by the determinant: A⁻ᵀ"),), of_one="log(abs(A))", calls=("logdet", "log_det"), domain="square", definition="log(abs(det(A)))", care="the matrix must be invertible", example="logdet(A)",
)  # fmt: skip
_record(
    "diag", "a", title="diagonal matrix", doc="the matrix with the vector on its diagonal; of a matrix, its diagonal", shape=shapes.diag_shape,
    numpy=lambda np, a: np.diag(a), notation=_named("diag", r"\operatorname{diag}"),
    rules=(Rule("a", "δ[i,j] δ[i,k]", "element i stands at (i, i)"),), value="δ[i,j] a[i]", of_one="a", calls=("diag",), example="diag(x)", exact=True,
)  # fmt: skip
_record(
    "diagonal", "A", title="diagonal", doc="the diagonal of a matrix", shape=shapes.diagonal_shape, numpy=lambda np, a: np.diag(a),
    notation=_named("diagonal", r"\operatorname{diag}"), rules=(Rule("A", "δ[i,k] δ[i,l]", "element i comes from (i, i)"),), value="A[i,i]", of_one="A", calls=("diagonal", "diag_part"), example="diagonal(A)", exact=True,
)  # fmt: skip


def _kron(argument: str, other: str, own: str, others: str) -> Callable[[Any], str]:
    """Row i of the value pairs a row of A with one of B, and column j so: the two are told apart by selections."""

    def choose(node: Any) -> str:
        pieces: list[str] = []
        letters: list[str] = []
        shapes = [(*arg.shape, 1, 1)[:2] for arg in node.args]
        if argument == "B":
            shapes.reverse()
        for at, (index, mine, inner, measure) in enumerate((("i", "k", "s", "height"), ("j", "l", "t", "width"))):
            size, times = shapes[0][at], shapes[1][at]
            if size == 1 or times == 1:
                pieces += [f"δ[{index},{mine}]"] * (size != 1)
                letters.append(index)
            else:
                pieces.append(f"{own}({measure}({argument}), {measure}({other}))[{index},{mine}]")
                pieces.append(f"{others}({measure}({other}), {measure}({argument}))[{index},{inner}]")
                letters.append(inner)
        return " ".join([*pieces, f"{other}[{','.join(letters)}]"])

    return choose


# Structure -----------------------------------------------------------------------------------------------------

_record(
    "stack",
    "a",
    sentence="each part fills its own places",
    title="stack",
    doc="scalars and vectors, one below the other",
    shape=shapes.stacked,
    numpy=lambda np, *parts: np.stacked(*parts),
    notation=Notation("stack"),
    variadic=True,
    example="[f; g]",
    written_as="[a; b]",
    exact=True,
)
_record(
    "stack_rows",
    "a",
    sentence="each part fills its own rows",
    title="stack",
    doc="rows and matrices, one below the other",
    shape=shapes.stacked_rows,
    numpy=lambda np, *parts: np.vstack(parts),
    notation=Notation("stack"),
    variadic=True,
    example="[x'; w']",
    written_as="[a'; b']",
    exact=True,
)
_record(
    "grid",
    "a",
    sentence="each entry fills its own place",
    title="matrix",
    doc="a matrix of scalars, row by row",
    shape=shapes.grid,
    numpy=lambda np, *parts: np.grid(*parts),
    notation=Notation("grid"),
    variadic=True,
    example="[a, b; c, d]",
    written_as="[a, b; c, d]",
    exact=True,
)
_record(
    "element",
    "A",
    sentence="an element moves with itself alone",
    title="element",
    doc="an element, a row or a part, counted from 1",
    shape=shapes.element_shape,
    numpy=lambda np, *_: None,
    notation=Notation("element", level=POSTFIX),
    example="x[1]",
    written_as="A[i,j]",
    of_one="A",
    exact=True,
)
_record(
    "loop_sum",
    "a",
    sentence="every term of the sum counts once",
    title="sum over data",
    doc="the sum over a running index",
    shape=shapes.elementwise,
    numpy=lambda np, *_: None,
    notation=Notation("loop"),
    example="sum(y[i]*X[i] for i in 1..N)",
    written_as="sum(E for i in 1..N)",
)
_record(
    "kron", "A B", title="Kronecker product", doc="the Kronecker product: every entry of A times B", shape=shapes.kron_shape,
    numpy=lambda np, a, b: np.kron(a, b), notation=_named("kron", r"\operatorname{kron}"),
    rules=(Rule("A", _kron("A", "B", "repeat", "tile"), "every entry of A multiplies a block, and the block is B"), Rule("B", _kron("B", "A", "tile", "repeat"), "B stands in every block, multiplied by an entry of A")),
    calls=("kron", "kronecker"), example="kron(A, B)",
)  # fmt: skip
_record(
    "vec", "A", title="vectorization", doc="the columns of a matrix, one below the other", shape=shapes.vec_shape, numpy=lambda np, a: np.ravel(a.T),
    notation=_named("vec", r"\operatorname{vec}"), rules=(Rule("A", "tile(height(A), width(A))[i,k] repeat(width(A), height(A))[i,l]", "the same elements: the row changes with every place, the column after a whole column"),), of_one="A",
    calls=("vec", "vectorize"), example="vec(A)", exact=True,
)  # fmt: skip
_record(
    "repeat", "m p", title="repetition", doc="the identity of size m with every row p times: `repeat(m, p)`", shape=shapes.repeated, numpy=lambda np, *sizes: np.repeat(np.eye(sizes[-2]), sizes[-1], axis=0),
    notation=_named("repeat", r"\operatorname{repeat}"),
)  # fmt: skip
_record(
    "tile", "m p", title="repetition", doc="the identity of size m, p times one below the other: `tile(m, p)`", shape=shapes.repeated, numpy=lambda np, *sizes: np.tile(np.eye(sizes[-2]), (sizes[-1], 1)),
    notation=_named("tile", r"\operatorname{tile}"),
)  # fmt: skip

# Functions that are refused, and why --------------------------------------------------------------------------------

REFUSED: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("expm", "logm", "sqrtm", "funm"), ("is a function of the matrix as a whole, not of its entries: its derivative is no formula in products of matrices", "the element-wise functions are `exp(A)`, `log(A)` and `sqrt(A)`")),
    **dict.fromkeys(("cholesky", "chol", "qr", "svd", "eig", "eigh", "eigvals", "lu"), ("is a factorization of a matrix: its derivative is no formula in products of matrices", "`inv`, `det`, `logdet` and `tr` are there")),
    **dict.fromkeys(("pinv", "matrix_power", "rank"), ("is not one of the functions that mcalc differentiates", "`inv(A)` is the inverse, `A @ A` the product of a matrix with itself")),
}  # fmt: skip
