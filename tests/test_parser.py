"""The notation, row by row: what is typed and the tree it gives; then what is refused, and how."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from mcalc.language import Syntax, canonical_name, grammar, parse, parse_expression, ship
from mcalc.problems import Problem, Span, render_problem

ERRORS = Path(__file__).parent.parent / "examples" / "errors"


def compact(node: Syntax) -> str:
    """The tree as an s-expression: (+ a (* 2 b)), with ' for a transpose and `neg` for a prefix minus."""
    if node.kind in ("name", "number"):
        return node.value
    head = {"infix": node.value, "prefix": {"-": "neg", "+": "pos"}.get(node.value), "transpose": "'"}.get(node.kind)
    head = head or " ".join(filter(None, [node.kind, node.value]))
    options = [f"{key}={compact(value)}" for key, value in node.options if key != "at"]
    return "(" + " ".join([head, *map(compact, node.children), *options]) + ")"


TREES = {
    # comparison, sum, product
    "a > b": "(> a b)",
    "w.x + b ≤ 0": "(<= (+ (. w x) b) 0)",
    "a ≥ b - c": "(>= a (- b c))",
    "a - b - c": "(- (- a b) c)",
    "a − b": "(- a b)",
    "a/b*c@d": "(@ (* (/ a b) c) d)",
    "a ⊗ b ⊙ c .* d": "(* (* (* a b) c) d)",
    "a ⊘ b ./ c": "(/ (/ a b) c)",
    "a*-b": "(* a (neg b))",
    "x'@A@x": "(@ (@ (' x) A) x)",
    # minus, numbers before, dot
    "-x^2": "(neg (^ x 2))",
    "-w.x": "(neg (. w x))",
    "--x + +y": "(+ (neg (neg x)) (pos y))",
    "3x^2": "(* 3 (^ x 2))",
    "2(a+b)": "(* 2 (+ a b))",
    "2w.x": "(* 2 (. w x))",
    "-2 x": "(neg (* 2 x))",
    "a*2x": "(* a (* 2 x))",
    "1/(2x)": "(/ 1 (* 2 x))",
    "2[a, b]": "(* 2 (stack , a b))",
    "x·2x": "(. x (* 2 x))",
    "w·2x·y": "(. (. w (* 2 x)) y)",
    "w. x": "(. w x)",
    "w . x": "(. w x)",
    "w.x^2": "(. w (^ x 2))",
    "w.x.y": "(. (. w x) y)",
    "x.Theta": "(. x Theta)",
    # powers and postfixes
    "a^b**c": "(^ a (^ b c))",
    "a .^ b": "(^ a b)",
    "2^-x": "(^ 2 (neg x))",
    "2^-x^2": "(^ 2 (neg (^ x 2)))",
    "x²": "(^ x 2)",
    "x⁻¹": "(^ x (neg 1))",
    "x¹⁰ᵀ": "(' (^ x 10))",
    "-x²": "(neg (^ x 2))",
    "2x²": "(* 2 (^ x 2))",
    "x'^2": "(^ (' x) 2)",
    "A^T": "(' A)",
    "T = A; A.T": "(' A)",
    "A·T": "(. A T)",
    "A'": "(' A)",
    "A’": "(' A)",
    "A′": "(' A)",
    "Aᵀ": "(' A)",
    "x.T.A.x": "(. (. (' x) A) x)",
    "x[1]": "(index x 1)",
    "A[i, j+1]": "(index A i (+ j 1))",
    "A[:, 1..n-1]": "(index A (slice) (slice 1 (- n 1)))",
    "(a + b)[1]'": "(' (index (+ a b) 1))",
    # atoms
    "pi + π + I": "(+ (+ pi pi) I)",
    ".5*x": "(* .5 x)",
    "2e3": "2e3",
    "2e": "(* 2 e)",
    "2exp(x)": "(* 2 (call exp x))",
    "2e-3x": "(* 2e-3 x)",
    "exp(-x)": "(call exp (neg x))",
    "sum(A, axis=0)": "(call sum A axis=0)",
    "1⃗ + 0⃗ᵀ": "(+ (fit ones) (' (fit zeros)))",
    "ŵ.x̂ + w₁": "(+ (. w_hat x_hat) w_1)",
    "η*Σ": "(* eta Sigma)",
    "fort + inner + iffy": "(+ (+ fort inner) iffy)",
    # brackets
    "[a, b, c]": "(stack , a b c)",
    "[a; b]": "(stack ; a b)",
    "[a]": "(stack , a)",
    "[a, b; c, d]": "(matrix (row a b) (row c d))",
    "[[a, b], [c, d]]": "(matrix (row a b) (row c d))",
    "[[a, b, c]]": "(matrix (row a b c))",
    "[([a, b])]": "(stack , (stack , a b))",
    "[[a, b], c]": "(stack , (stack , a b) c)",
    "[[a; b], [c; d]]": "(stack , (stack ; a b) (stack ; c d))",
    "sum(X[i] for i in 1..N)": "(comprehension sum (index X i) i 1 N)",
    "mean(a for i in 1..N for j in 2..M+1)": "(comprehension mean (comprehension mean a j 2 (+ M 1)) i 1 N)",
    "{a if c; b}": "(cases a c b)",
    "{a if c > 0; b otherwise}": "(cases a (> c 0) b)",
    "{ 0⃗ᵀ if w·x + b ≤ 0; xᵀ if w·x + b > 0 }": (
        "(cases (' (fit zeros)) (<= (+ (. w x) b) 0) (' x) (> (+ (. w x) b) 0))"
    ),
    "{a if\n c; b}": "(cases a c b)",
}


@pytest.mark.parametrize(("text", "tree"), TREES.items())
def test_tree(text: str, tree: str) -> None:
    assert compact(parse(text).value) == tree


def test_program() -> None:
    source = "# a layer\r\nu = W@x + b; v = (u\n  + 1)  # next ; line\n\n;\nsum(v^2);\n"
    program = parse(source)
    shown = [(name, compact(tree), source[span.start : span.end]) for name, tree, span in program.bindings]
    assert shown == [("u", "(+ (@ W x) b)", "u"), ("v", "(+ u 1)", "v")]
    assert compact(program.value) == "(call sum (^ v 2))"
    assert program.source == source


def test_places() -> None:
    source = "  (a + b)*xᵀ # c"
    product = parse_expression(source)
    left, right = product.children
    assert [source[node.start : node.end] for node in (product, left, right)] == [
        "(a + b)*xᵀ",
        "(a + b)",
        "xᵀ",
    ]
    assert [source[node.options[0][1].start : node.options[0][1].end] for node in (product, left, right)] == [
        "*",
        "+",
        "ᵀ",
    ]


def test_expression_without_definitions() -> None:
    with pytest.raises(Problem) as caught:
        parse_expression("u = 1; u")
    assert caught.value.spans == (Span(0, 1),)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("xy", "xy"),
        ("η", "eta"),
        ("λ", "lambda"),
        ("ς", "sigma"),
        ("ϵ", "epsilon"),
        ("µ", "mu"),
        ("Σ", "Sigma"),
        ("Ω", "Omega"),
        ("x̂", "x_hat"),
        ("ŵ", "w_hat"),
        ("w₁", "w_1"),
        ("w₁₂", "w_12"),
        ("w_₁", "w_1"),
        ("e\u0301", "é"),
        ("θ̂₁", "theta_hat_1"),
    ],
)
def test_canonical_name(text: str, name: str) -> None:
    assert canonical_name(text) == name


GOLDEN = [path for path in sorted(ERRORS.glob("*.mc")) if not path.read_text("utf-8").startswith("$ ")]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_error_message(path: Path) -> None:
    with pytest.raises(Problem) as caught:
        parse(path.read_bytes().decode("utf-8"))
    message = render_problem(caught.value) + "\n"
    golden = path.with_suffix(".txt")
    if os.environ.get("MCALC_GOLDEN") == "update":
        golden.write_text(message, "utf-8")
    assert message == golden.read_text("utf-8")


HOSTILE = {
    "opening": "(" * 100_000,
    "balanced": "(" * 50_000 + "x" + ")" * 50_000,
    "square": "[" * 100_000,
    "calls": "f(" * 50_000,
    "minus": "-" * 100_000 + "x",
    "transposes": "x" + "'" * 100_000,
    "powers": "x" + "^x" * 50_000,
    "powers of numbers": "x" + "^2.5" * 25_000,
    "names": "x " * 50_000,
    "one name": "x" * 100_000 + " y",
    "blanks": "x" + "\n " * 50_000 + "+",
    "loops": "sum(" + "for " * 25_000 + ")",
    "too long": "x" * 1_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused(text: str) -> None:
    parse("x")
    with pytest.raises(Problem) as caught:
        parse(text)
    render_problem(caught.value)


def test_a_long_flat_sum() -> None:
    node = parse("+".join(f"x{index}" for index in range(10_000))).value
    assert node.children[1].value == "x9999"


def test_random_text_gives_a_tree_or_a_problem() -> None:
    generator = random.Random(1)
    pieces = [
        *"xAT12.·+-*/@^'()[]{},;:=<> \n#_|!\\ᵀ²⁻⃗̂₁ᵢ½",
        "..",
        "**",
        "for ",
        " in ",
        " if ",
        "sum(",
        "1..n",
        "==",
        "é",
    ]
    for _ in range(3000):
        text = "".join(generator.choices(pieces, k=generator.randint(1, 12)))
        try:
            parse(text)
        except Problem as problem:
            assert problem.message.endswith("."), text
            assert problem.source == text
            assert all(0 <= span.start <= span.end <= len(text) + 1 for span in problem.spans), text
            assert not any(line.endswith(" ") for line in render_problem(problem).split("\n"))


def written(syntax: Syntax) -> str:
    """The structure in a line: ``dot(T, T)`` for a product, ``T'`` for a transpose."""
    parts = [written(child) for child in syntax.children]
    if syntax.kind == "transpose":
        return parts[0] + "'"
    return f"{syntax.kind}{syntax.value}({', '.join(parts)})" if parts else syntax.value


@pytest.mark.parametrize(
    ("text", "declared", "structure"),
    [
        ("A.T", (), "A'"),
        ("A^T", (), "A'"),
        ("A .T", (), "A'"),
        ("A. T", (), "A'"),
        ("A.T@x", (), "infix@(A', x)"),
        ("A . T", (), "infix.(A, T)"),
        ("T . T", (), "infix.(T, T)"),
        ("T.T", (), "T'"),
        ("x . T[1]", (), "infix.(x, index(T, 1))"),
        ("min(T . T, w'@c)", (), "callmin(infix.(T, T), infix@(w', c))"),
        ("T.T", ("T",), "infix.(T, T)"),
        ("x.T", ("T",), "infix.(x, T)"),
        ("x.T'", ("T",), "infix.(x, T')"),
        ("m^T[4,1]", ("T",), "infix^(m, index(T, 4, 1))"),
        ("m^T", ("T",), "infix^(m, T)"),
        ("Tᵀ", ("T",), "T'"),
        ("A.Theta", (), "infix.(A, Theta)"),
        ("T = 2x; y.T", (), "y'"),
        ("T = 2x; y . T", (), "infix.(y, T)"),
    ],
)
def test_a_name_T_and_the_transpose(text: str, declared: tuple[str, ...], structure: str) -> None:
    assert written(parse(text, declared).value) == structure


@pytest.mark.parametrize("named", [False, True])
def test_the_tables_that_are_shipped_fit_the_grammar(named: bool, tmp_path: Path) -> None:
    ship(tmp_path)
    (file,) = [path for path in tmp_path.iterdir() if ("named" in path.name) is named]
    made = file.read_bytes()
    os.utime(file, (1, 1))
    assert grammar(named, folder=tmp_path).parse("max(0, w.x + b)").data == "start"
    assert (file.stat().st_mtime, file.read_bytes()) == (1, made), "they were made anew"
    file.write_bytes(b"0" * 64 + made[64:])
    assert grammar(named, folder=tmp_path).parse("w.x").data == "start"
    assert file.read_bytes()[:64] == made[:64], "tables of another grammar are not used"
