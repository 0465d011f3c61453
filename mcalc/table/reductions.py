"""Sums, means, extremes and norms of all entries, or along an axis; softmax."""

from __future__ import annotations

from collections.abc import Callable

from mcalc.table import shapes
from mcalc.table.records import (
    Convention,
    Formula,
    Notation,
    Operator,
    Rule,
    Valued,
    called,
    lies,
)


def _by_axis(whole: str, down: str, across: str) -> Callable[[Valued], str]:
    """The formula over all entries, down the columns (axis 0 of a matrix), across the rows (axis 1)."""

    def choose(node: Valued) -> str:
        arg, axis = node.args[0], node.parameters[0] if node.parameters else None
        if axis is None or len(arg.axes) < 2:
            return down if axis == 0 and lies(arg.shape) else whole
        return across if axis else down

    return choose


def _of_entries(scalar: str, entry: str, whole: Formula, down: Formula, across: Formula) -> Callable[[Valued], str]:
    """As `_by_axis`; besides, the derivative where there is one entry: of a scalar, and down the columns of a row."""

    def choose(node: Valued) -> str:
        arg, axis = node.args[0], node.parameters[0] if node.parameters else None
        if not arg.axes:
            return scalar
        if axis == 0 and lies(arg.shape):
            return "δ[i,l]" if entry == "1" else entry
        formula = whole if axis is None or len(arg.axes) < 2 else across if axis else down
        return formula if isinstance(formula, str) else formula(node)

    return choose


def _lines_at_extreme(compare: str) -> tuple[str, str]:
    """1 at the entries that are the extreme of their column, of their row."""
    return f"(a {compare} ones(height(a)) @ y')", f"(a {compare} y @ ones(width(a))')"


def _asked_at_extreme(compare: str) -> Callable[[Valued], str]:
    """The condition by which an entry is the extreme; of one entry there is none to ask."""
    return _of_entries("", "", f"a {compare} y", *_lines_at_extreme(compare))


def _at_extreme(compare: str) -> Callable[[Valued], str]:
    """1 at the entry that is the extreme of all, of its column, of its row; in equal parts where several are."""
    down, across = _lines_at_extreme(compare)
    return _of_entries(
        "1",
        "1",
        f"(a {compare} y)[k,l] sum(a {compare} y)^-1",
        f"δ[i,l] {down}[k,l] sum({down}, axis=0)[l]^-1",
        f"δ[i,k] {across}[k,l] sum({across}, axis=1)[k]^-1",
    )


def _along(vector: str, rows: str, columns: str) -> Callable[[Valued], str]:
    """The formula of a vector, of each row of a matrix, of each column (axis 0)."""
    row = vector.translate(str.maketrans("ik", "jl"))

    def choose(node: Valued) -> str:
        if len(node.axes) < 2:
            return row if lies(node.shape) else vector
        return columns if node.parameters == (0,) else rows

    return choose


def _of_a_vector(formula: str) -> Callable[[Valued], str]:
    return lambda node: formula if not node.parameters and len(node.axes) == 1 else ""


OPERATORS = (
    Operator(
        "sum",
        "a",
        title="sum of the elements",
        doc="the sum of all entries, or along an axis",
        shape=shapes.reduction,
        notation=called("sum", r"\operatorname{sum}"),
        calls=("sum",),
        keywords=("axis",),
        example="sum(x)",
        value=_by_axis("a[k,l]", "a[k,i]", "a[i,k]"),
        rules=(Rule("a", _by_axis("1", "δ[i,l]", "δ[i,k]"), "every element counts once"),),
        numpy=lambda np, a, axis=None: np.sum(a) if axis is None else np.sum(a, axis=axis),
        linear=True,
        at_many="entries",
        elsewhere=("Total", "∑", "Σ"),
        positive="of positive",
    ),
    Operator(
        "mean",
        "a",
        title="mean",
        doc="the mean of all entries, or along an axis",
        shape=shapes.reduction,
        notation=called("mean", r"\operatorname{mean}"),
        calls=("mean", "average"),
        keywords=("axis",),
        example="mean(x)",
        value=_by_axis("size(a)^-1 a[k,l]", "height(a)^-1 a[k,i]", "width(a)^-1 a[i,k]"),
        rules=(
            Rule(
                "a",
                _by_axis("size(a)^-1", "height(a)^-1 δ[i,l]", "width(a)^-1 δ[i,k]"),
                "every element counts one {n}-th",
            ),
        ),
        numpy=lambda np, a, axis=None: np.mean(a) if axis is None else np.mean(a, axis=axis),
        definition="sum(a)/n",
        linear=True,
        at_many="entries",
        elsewhere=("Mean",),
    ),
    Operator(
        "max",
        "a",
        title="largest element",
        doc="the largest entry, or the largest along an axis",
        shape=shapes.reduction,
        notation=called("max", r"\max"),
        calls=("max", "maximum", "amax"),
        keywords=("axis",),
        example="max(x)",
        rules=(
            Rule(
                "a",
                _at_extreme(">="),
                "the largest element moves with the entry where it is taken; where several are, in equal parts with each",
            ),
        ),
        numpy=lambda np, a, axis=None: np.max(a) if axis is None else np.max(a, axis=axis),
        in_library={"torch": "torch.amax({})"},
        care="where several entries are the largest, each takes an equal part of the derivative",
        kinks=(_asked_at_extreme(">="),),
        picks=True,
        exact=True,
        of_reals=True,
        at_many="entries",
        convention=Convention("several are the largest", "is shared among them equally"),
        elsewhere=("Max",),
    ),
    Operator(
        "min",
        "a",
        title="smallest element",
        doc="the smallest entry, or the smallest along an axis",
        shape=shapes.reduction,
        notation=called("min", r"\min"),
        calls=("min", "minimum", "amin"),
        keywords=("axis",),
        example="min(x)",
        rules=(
            Rule(
                "a",
                _at_extreme("<="),
                "the smallest element moves with the entry where it is taken; where several are, in equal parts with each",
            ),
        ),
        numpy=lambda np, a, axis=None: np.min(a) if axis is None else np.min(a, axis=axis),
        in_library={"torch": "torch.amin({})"},
        definition="-max(-a)",
        care="where several entries are the smallest, each takes an equal part of the derivative",
        kinks=(_asked_at_extreme("<="),),
        picks=True,
        exact=True,
        of_reals=True,
        at_many="entries",
        convention=Convention("several are the least", "is shared among them equally"),
        elsewhere=("Min",),
    ),
    Operator(
        "prod",
        "a",
        title="product of the elements",
        doc="the product of all entries, or along an axis",
        shape=shapes.reduction,
        notation=called("prod", r"\operatorname{prod}"),
        calls=("prod", "product"),
        keywords=("axis",),
        example="prod(x)",
        rules=(
            Rule(
                "a",
                _of_entries("1", "1", "y a[k,l]^-1", "y[i] δ[i,l] a[k,l]^-1", "y[i] δ[i,k] a[k,l]^-1"),
                "the product of the others: the whole product, divided by the entry (no entry is 0)",
            ),
        ),
        numpy=lambda np, a, axis=None: np.prod(a) if axis is None else np.prod(a, axis=axis),
        care="the rule divides by the entries, so none may be 0",
        at_many="entries",
        polynomial=True,
    ),
    Operator(
        "var",
        "a",
        title="variance",
        doc="the mean of {(a - mean(a))^2} over all entries, or along an axis; it divides by {n}",
        shape=shapes.reduction,
        notation=called("var", r"\operatorname{var}"),
        calls=("var", "variance"),
        keywords=("axis",),
        example="var(x)",
        rules=(
            Rule(
                "a",
                _of_entries(
                    "0",
                    "0",
                    "2 size(a)^-1 (a - mean(a))[k,l]",
                    "2 height(a)^-1 δ[i,l] a[k,l] - 2 height(a)^-1 δ[i,l] mean(a, axis=0)[l]",
                    "2 width(a)^-1 δ[i,k] a[k,l] - 2 width(a)^-1 δ[i,k] mean(a, axis=1)[k]",
                ),
                "twice the distance from the mean, over {n}; what the mean itself adds cancels, as the distances add up to 0",
            ),
        ),
        numpy=lambda np, a, axis=None: np.var(a) if axis is None else np.var(a, axis=axis),
        in_library={"torch": "torch.var({}, correction=0)"},
        definition="mean((a - mean(a))^2)",
        nonnegative=True,
        shift="unseen",
        of_reals=True,
        at_many="entries",
    ),
    Operator(
        "norm",
        "a",
        title="norm",
        doc="the Euclidean norm; of a matrix, Frobenius's",
        shape=shapes.scalar,
        notation=Notation("fence", "norm", "norm", r"\|", of_matrix="F"),
        calls=("norm", "norm2", "norm_2", "norm_fro", "frobenius"),
        example="norm(X)",
        rules=(Rule("a", "a[k,l] y^-1", "the norm grows along the unit vector {a/‖a‖}"),),
        numpy=lambda np, a: np.sqrt(np.sum(a * a)),
        definition="sqrt(sum(a^2))",
        care="at 0 there is no derivative, as the rule divides by the norm; code gives 0 there",
        whole="norm_spec",
        whole_calls=("norm2", "norm_2"),
        parity="even",
        nonnegative=True,
        of_reals=True,
        at_many="entries",
        convention=Convention("all are 0", "is taken to be 0"),
        compared_as="sqrt(sum(a*a))",
        elsewhere=("Norm", "norm fro"),
        bars=(
            "||a||",
            "||a||_2",
            "||a||_F",
        ),
    ),
    Operator(
        "norm1",
        "a",
        title="1-norm",
        doc="the sum of the absolute values",
        shape=shapes.scalar,
        notation=Notation("fence", "norm1", "norm1", r"\|", below="1"),
        calls=("norm1", "norm_1"),
        example="norm1(X)",
        rules=(Rule("a", "sign(a)[k,l]", "each absolute value has the slope ±1"),),
        numpy=lambda np, a: np.sum(np.abs(a)),
        definition="sum(abs(a))",
        by_definition=True,
        care="an entry that is 0 has a kink; its derivative is given as 0",
        kinks=("a > 0",),
        branches=(("sum(abs(a))", ""),),
        nonnegative=True,
        of_reals=True,
        at_many="entries",
        convention=Convention("an entry is 0", "counts an entry that is 0 as 0"),
        bars=("||a||_1",),
    ),
    Operator(
        "norm_inf",
        "a",
        title="maximum norm",
        doc="the largest absolute value of the entries",
        shape=shapes.scalar,
        notation=Notation("fence", "norm_inf", "norm_inf", r"\|", below="infinity"),
        calls=("norm_inf", "norminf", "norm_max"),
        example="norm_inf(x)",
        rules=(
            Rule(
                "a",
                lambda node: "sign(a)[k,l] (abs(a) >= y)[k,l] sum(abs(a) >= y)^-1" if node.args[0].axes else "sign(a)",
                "the slope is ±1 at the entry where the largest absolute value is taken, shared equally where several are",
            ),
        ),
        numpy=lambda np, a: np.max(np.abs(a)),
        definition="max(abs(a))",
        by_definition=True,
        care="where several entries are the largest, each takes an equal part of the derivative; at 0 it is 0",
        kinks=("a > 0", "abs(a) >= y"),
        branches=(("max(abs(a))", ""),),
        exact=True,
        nonnegative=True,
        of_reals=True,
        at_many="entries",
        convention=Convention("several are the largest", "is shared among them equally", of="abs(a)"),
    ),
    Operator(
        "logsumexp",
        "a",
        title="logsumexp",
        doc="{log(sum(exp(a)))} of all entries, or along an axis, computed without overflow",
        shape=shapes.reduction,
        calls=("logsumexp", "lse", "log_sum_exp"),
        keywords=("axis",),
        example="logsumexp(x)",
        rules=(
            Rule(
                "a",
                _of_entries(
                    "1",
                    "1",
                    lambda node: "softmax(a)[k]" if len(node.args[0].axes) == 1 else "exp(a - y)[k,l]",
                    "δ[i,l] softmax(a, axis=0)[k,l]",
                    "δ[i,k] softmax(a)[k,l]",
                ),
                "the derivative of logsumexp is softmax",
            ),
        ),
        numpy=lambda np, a, axis=None: np.logsumexp(a) if axis is None else np.logsumexp_along(a, axis),
        in_library={"jax": "jax.scipy.special.logsumexp({})", "torch": "torch.logsumexp(torch.ravel({}), dim=0)"},
        definition="log(sum(exp(a)))",
        recognized=True,
        shift="out",
        of_reals=True,
        at_many="entries",
        compared_as=_by_axis("log(sum(exp(a)))", "", ""),
    ),
    Operator(
        "softmax",
        "a",
        title="softmax",
        doc="{exp(a)/sum(exp(a))}; of a matrix, each row, or along the axis given",
        shape=shapes.along_rows,
        calls=("softmax",),
        keywords=("axis",),
        example="softmax(x)",
        rules=(
            Rule(
                "a",
                _along(
                    "y[i] δ[i,k] - y[i] y[k]",
                    "y[i,j] δ[i,k] δ[j,l] - δ[i,k] y[i,j] y[i,l]",
                    "y[i,j] δ[i,k] δ[j,l] - δ[j,l] y[i,j] y[k,j]",
                ),
                "an output rises with its own input and falls with every other of the same sum",
            ),
        ),
        numpy=lambda np, a, axis=None: np.softmax(a) if axis is None else np.transpose(np.softmax(a.T)),
        in_library={"jax": "jax.nn.softmax({})", "torch": "torch.softmax({}, dim=-1)"},
        definition="exp(a)/sum(exp(a))",
        adds_up=True,
        shift="unseen",
        of_one="1",
        nonnegative=True,
        of_reals=True,
        at_many="rows",
        compared_as=_of_a_vector("exp(a)/sum(exp(a))"),
    ),
    Operator(
        "log_softmax",
        "a",
        title="log-softmax",
        doc="{log(softmax(a))}, computed without overflow",
        shape=shapes.along_rows,
        calls=("log_softmax", "logsoftmax"),
        keywords=("axis",),
        example="log_softmax(x)",
        rules=(
            Rule(
                "a",
                _along(
                    "δ[i,k] - softmax(a)[k]",
                    "δ[i,k] δ[j,l] - δ[i,k] softmax(a)[i,l]",
                    "δ[i,k] δ[j,l] - δ[j,l] softmax(a, axis=0)[k,j]",
                ),
                "the argument, less what logsumexp takes away",
            ),
        ),
        numpy=lambda np, a, axis=None: np.log_softmax(a) if axis is None else np.transpose(np.log_softmax(a.T)),
        in_library={"jax": "jax.nn.log_softmax({})", "torch": "torch.log_softmax({}, dim=-1)"},
        definition="log(softmax(a))",
        of_one="0",
        of_reals=True,
        at_many="rows",
        compared_as=_of_a_vector("a - log(sum(exp(a)))"),
    ),
)
