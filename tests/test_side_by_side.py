"""Every formula of the paper, its own steps beside mcalc's; ``MCALC_GOLDEN=update`` writes the page anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest
from test_paper import COST, DATA, declarations

import mcalc
from mcalc.derivation import left_side
from mcalc.derivation import shown_at as shown
from mcalc.notation import write, write_expression

PAGE = Path(__file__).parent.parent / "examples" / "paper" / "side_by_side.md"
SAME, MORE = "equal", "better"
NEURON = "w=n x=n b=scalar"
ELEMENTWISE = "w=n x=n f=elementwise g=elementwise"


class Compared(NamedTuple):
    """A row: the text, the variable, what is declared, the paper's steps, the verdict on mcalc's, and why."""

    row: str
    source: str
    wrt: str
    declared: str
    paper: str
    verdict: str
    why: str


COMPARED = (
    Compared("3", "99", "x", "x=scalar", "0", SAME, "the constant rule, and why: the value does not move with x"),
    Compared("3", "3x", "x", "", "3", SAME, "constant multiple"),
    Compared("3", "x^3", "x", "", "3x²", SAME, "power rule"),
    Compared("3", "x^2 + 3x", "x", "", "2x + 3", SAME, "term by term, each rule named"),
    Compared("3", "x^2 - 3x", "x", "", "2x − 3", SAME, "term by term"),
    Compared("3", "x^2*x", "x", "", "x² + x·2x = 3x²", SAME, "the same sum, as two paths"),
    Compared("3", "ln(x^2)", "x", "", "(1/x²)·2x = 2/x", MORE, "the inner function has a name"),
    Compared("4", "9(x + x^2)", "x", "", "9·d(x + x²) = 9(1 + 2x) = 9 + 18x", SAME, "the same three steps, nested"),
    Compared("5", "3x^2*y", "x", "", "3y·∂x² = 6yx", SAME, "y is held constant: said, and then one rule"),
    Compared("5", "3x^2*y", "y", "", "3x²", SAME, "x is held constant: said"),
    Compared("5", "3x^2*y", "x,y", "", "[6yx, 3x²]", SAME, "both partials, then the row ∇f"),
    Compared("6", "2x + y^8", "x,y", "", "[2, 8y⁷]", SAME, "both partials, then the row ∇f"),
    Compared(
        "7", "[3x^2*y; 2x + y^8]", "x,y", "", "gradients stacked: [6yx, 3x²; 2, 8y⁷]", SAME,
        "the columns are found and stand side by side; the paper finds the rows and stacks them",
    ),
    Compared("8", "W@x", "x", "W=m,n x=n", "table of shapes: m×n", MORE, "every line has its shape, with the reason"),
    Compared("8", "x*z", "z", "x=m z=scalar", "table of shapes: m×1", MORE, "why it stands as a column is said"),
    Compared("9", "x", "x", "x=n", "I", SAME, "each element moves with itself"),
    Compared(
        "10", "f(w)*g(x)", "w", ELEMENTWISE, "diag(∂(fᵢ(wᵢ)·gᵢ(xᵢ))/∂wᵢ)", SAME,
        "the condition is named, the diagonal in f′ and g",
    ),
    Compared("11", "w + x", "w", "w=n x=n", "I", MORE, "x is held constant, and the condition is named"),
    Compared("11", "w - x", "x", "w=n x=n", "−I", MORE, "the same"),
    Compared("11", "w*x", "w", "w=n x=n", "diag(x)", MORE, "the condition, and the shape"),
    Compared("11", "w/x", "w", "w=n x=n", "diag(1/xᵢ)", MORE, "the condition, and the shape"),
    Compared("11", "w/x", "x", "w=n x=n", "diag(−wᵢ/xᵢ²)", MORE, "the condition, and the shape"),
    Compared("11", "max(w, x)", "w", "w=n x=n", "diag of indicators", MORE, "which of the two moves"),
    Compared("12", "x + z", "x", "x=n z=scalar", "I", SAME, "z is held constant"),
    Compared("12", "x + z", "z", "x=n z=scalar", "0 + 1 = 1, so 1⃗, vertical", SAME, "x is held; why it stands is said"),
    Compared("12", "x*z", "x", "x=n z=scalar", "Iz", SAME, "diagonal, by the condition"),
    Compared("12", "x*z", "z", "x=n z=scalar", "x, vertical", SAME, "one input moves every element: a column"),
    Compared("13", "sum(f(x))", "x", "x=n f=elementwise", "[.., ∂fᵢ/∂xᵢ, ..]", SAME, "the row f′(x)ᵀ"),
    Compared("14", "sum(x)", "x", "x=n", "[1, .., 1] = 1⃗ᵀ", SAME, "every element counts once"),
    Compared("14", "sum(x*z)", "x", "x=n z=scalar", "[z, .., z] = z1⃗ᵀ", SAME, "z*1⃗ᵀ·I; `--expand` shows [z, …, z]"),
    Compared("14", "sum(x*z)", "z", "x=n z=scalar", "sum(x)", SAME, "1⃗ᵀ·x = sum(x)"),
    Compared("16", "sin(x^2)", "x", "", "u = x²: cos(u)·2x = 2x cos(x²)", MORE, "a reason a step, and a check"),
    Compared(
        "17", "ln(sin(x^3)^2)", "x", "", "u₁ … u₄: (1/u₃)·2u₂·cos(u₁)·3x² = 6x²cos(x³)/sin(x³)", MORE,
        "the same four names; the cancelling is told",
    ),
    Compared("19", "x + x^2", "x", "", "u₁ = x²: 1 + 1·2x", SAME, "the same total derivative, with its arguments"),
    Compared("20", "sin(x + x^2)", "x", "", "∂u₂/∂x = 1 + 2x; cos(x + x²)(1 + 2x)", SAME, "nested as in the paper"),
    Compared("21", "x*x^2", "x", "", "u₁ + x·2x = 3x²", SAME, "added, though the operator multiplies"),
    Compared(
        "22", "g = [x^2; 3x]; [ln(g[1]); sin(g[2])]", "x", "x=scalar", "diag(1/g₁, cos g₂)·[2x; 3] = [2/x; 3cos(3x)]",
        SAME, "g keeps its name, and its Jacobian stands at once",
    ),
    Compared("22", "[ln(x^2); sin(3x)]", "x", "", "the same", SAME, "g is found without being typed"),
    Compared("23–25", "f(g(x))", "x", "x=n", "∂f/∂g·∂g/∂x, k×m by m×n", SAME, "the rule itself, with its shapes"),
    Compared(
        "23–25", "f(g(x))", "x", "x=n f=elementwise g=elementwise", "diag(f′)·diag(g′) = diag(f′ ⊗ g′)", SAME,
        "the product of two diagonals",
    ),
    Compared("26", "w.x", "w", "w=n x=n", "sum(w ⊗ x): 1⃗ᵀ·diag(x) = xᵀ", SAME, "the same steps; what w·x is is said"),
    Compared("26", "w.x", "x", "w=n x=n", "wᵀ", SAME, "the same"),
    Compared("27", "w.x + b", "w", NEURON, "xᵀ + 0⃗ᵀ = xᵀ", SAME, "b is held constant; longer, as w·x is opened again"),
    Compared("27", "w.x + b", "b", NEURON, "0 + 1 = 1", SAME, "w and x are held constant"),
    Compared("28", "max(0, z)", "z", "z=scalar", "{0, z ≤ 0; 1, z > 0}", MORE, "with a reason, and both cases checked"),
    Compared(
        "28", "max(0, x)", "x", "x=n", "the column of those", MORE, "the diagonal matrix; a note says where it slips"
    ),
    Compared(
        "29", "z = w.x + b; max(0, z)", "w", NEURON, "∂z/∂w = xᵀ; {0⃗ᵀ; xᵀ}", SAME,
        "z keeps its name; the condition is a factor before it makes two cases",
    ),
    Compared("29", "max(0, w.x + b)", "b", NEURON, "{0; 1}", SAME, "the same two cases"),
    Compared("30", "u = max(0, w.x + b); y - u", "w", NEURON + " y=scalar", "v = y − u", SAME, "u keeps its name"),
    Compared("31", "y - max(0, w.x + b)", "w", NEURON + " y=scalar", "{0⃗ᵀ; −xᵀ}", SAME, "the same two cases"),
    Compared(
        "31–32", COST, "w", DATA, "(1/N)Σ{0⃗ᵀ; −2(yᵢ − (w·xᵢ + b))xᵢᵀ} = (2/N)Σ eᵢxᵢᵀ", MORE,
        "the condition stays under the Σ, where it belongs; e[i] is named",
    ),
    Compared("34", "y - max(0, w.x + b)", "b", NEURON + " y=scalar", "{0; −1}", SAME, "the same two cases"),
    Compared("34", COST, "b", DATA, "(2/N)Σ eᵢ over the active i", MORE, "the condition is a factor under the Σ"),
    Compared("36", "w_hat.[x; 1]", "w_hat", "x=n", "x̂ᵀ", MORE, "the row [xᵀ, 1], with its transpose"),
)  # fmt: skip


def chain(one: Compared) -> str:
    """The lines from the derivative by its name to the answer."""
    derivation = shown(mcalc.explain(one.source, one.wrt, declarations(one.declared), verify=False))
    lines: list[str] = []
    for step in derivation.steps:
        if step.stage == "introduce":
            continue
        before, after = write_expression(step.before), write_expression(step.after)
        before = left_side(derivation, "text") if step.stage == "collect" and step.shape[0] == 1 else before
        goes_on = bool(lines) and lines[-1].endswith(before)
        lines = [*lines[:-1], f"{lines[-1]} = {after}"] if goes_on else [*lines, f"{before} = {after}"]
    kept = lines[-2:] if "," in one.wrt else lines[-1:]
    return "; ".join(kept)


HEAD = """\
# The paper's steps and mcalc's, side by side

Row by row the formulas of Parr and Howard's paper in their own steps, and the last lines of what `mcalc explain`
derives, with a verdict on mcalc's derivation. [The derivations in full](../derivations/README.md) are on a page of
their own. Row 1, the shapes of a neuron, is `mcalc shapes "max(0, w.x + b)"`: better, as every part has its shape.
Rows 33 and 35, the updates by the gradient, are [run](../notebook/README.md) by `mcalc descend`: equal; the gradient
is a row, and is turned first.

| row | of | the paper | mcalc | verdict |
|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = []
    for one in COMPARED:
        value = write(mcalc.jacobian(one.source, one.wrt, declarations(one.declared), verify=False).value)
        cells = (one.row, f"`{value}` by {one.wrt}", one.paper, f"`{chain(one)}`", f"{one.verdict}: {one.why}")
        rows.append(f"| {' | '.join(cells)} |\n")
    return HEAD + "".join(rows)


def test_the_page_is_as_it_is_derived() -> None:
    if os.environ.get("MCALC_GOLDEN") == "update":
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.parametrize("one", COMPARED, ids=lambda one: f"{one.row} {one.source} by {one.wrt}")
def test_no_name_is_d_and_the_user_s_names_are_kept(one: Compared) -> None:
    derivation = shown(mcalc.explain(one.source, one.wrt, declarations(one.declared), verify=False))
    names = {line.name for line in derivation.lines}
    assert {name for name in derivation.reading.bound if derivation.reading.bound[name].args} <= names


def test_every_row_of_the_paper_is_there() -> None:
    found = {number for one in COMPARED for number in one.row.replace("–", " ").split()}
    told = {"1", "24", "33", "35"}
    assert {str(number) for number in range(1, 37)} - {"2", "15", "18"} == found | told
