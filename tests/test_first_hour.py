"""What a new user types first leads on: bare expressions, other names of commands, short options."""

from __future__ import annotations

import pytest
from running import mcalc as run


@pytest.mark.parametrize(
    "arguments, next_command",
    [
        (("w.x+b",), 'mcalc gradient "w.x+b" --wrt w'),
        (("W@x + b",), 'mcalc jacobian "W@x + b" --wrt W'),
        (("-x^2",), 'mcalc gradient "-x^2" --wrt x'),
        (("x^2", "-s", "x=n"), 'mcalc jacobian "x^2" --wrt x -s x=n'),
    ],
)
def test_a_bare_expression_shows_its_shapes_and_what_to_ask(
    arguments: tuple[str, ...],
    next_command: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output, message, status = run(*arguments, capsys=capsys, monkeypatch=monkeypatch)
    assert (status, message) == (0, "")
    assert next_command in output and "mcalc explain" in output


@pytest.mark.parametrize(
    "word, meant",
    [
        ("diff", "jacobian"),
        ("grad", "gradient"),
        ("jacobeam", "jacobian"),
        ("evaluate", "eval"),
        ("train", "descend"),
        ("explian", "explain"),
    ],
)
def test_a_word_is_a_command_or_leads_to_one(
    word: str, meant: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, message, status = run(word, "x^2", capsys=capsys, monkeypatch=monkeypatch)
    assert (status, output) == (2, "")
    assert message == f'error: No such command `{word}`.\nhint: write `mcalc {meant} "x^2"`\n'
    message = run(word, capsys=capsys, monkeypatch=monkeypatch)[1]
    assert message == f"error: No such command `{word}`.\nhint: did you mean `{meant}`?\n"


def test_help_is_a_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [run(*words, capsys=capsys, monkeypatch=monkeypatch) for words in (("help",), ("--help",))]
    assert pages[0] == pages[1]
    assert "--layout" in run("help", "jacobian", capsys=capsys, monkeypatch=monkeypatch)[0]


@pytest.mark.parametrize("short, long", [("tex", "latex"), ("md", "markdown")])
def test_short_options(
    short: str, long: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = run("jacobian", "w.x", "-w", "w", "-f", short, capsys=capsys, monkeypatch=monkeypatch)
    other = run("jacobian", "w.x", "--wrt", "w", "-f", long, capsys=capsys, monkeypatch=monkeypatch)
    assert one == other
    assert one[2] == 0


def test_a_bare_text_that_is_wrong_is_told_as_ever(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, message, status = run("w.x +", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 2 and "ends after `+`" in message and "^" in message


CORRECTED = [
    ("x'Ax", "x", "x'@A@x"),
    ("x^TAx", "x", "x'@A@x"),
    ("w^Tx + b", "w", "w'@x + b"),
    ("x.T A x", "x", "x.T@A@x"),
    ("xAx + c", "x", "x'@A@x + c"),
    ("2xAx + c", "x", "2x'@A@x + c"),
    ("log det(X)", "X", "logdet(X)"),
    ("x dot y", "x", "x@y"),
    ("<x, y>", "x", "(x.y)"),
    ("max(x, y, z)", "x", "max(max(x, y), z)"),
    ("mu*E:E + lambda/2*tr(E)^2", "E", "mu*sum(E*E) + lambda/2*tr(E)^2"),
    ("||y - Xβ||² + λ||β||²", "β", "norm(y - X@β)² + λ*norm(β)²"),
    ("‖x‖₂²", "x", "norm(x)²"),
    ("(r*cos(t), r*sin(t))", "r,t", "[r*cos(t), r*sin(t)]"),
    ("det|X|", "X", "det(X)"),
    ("sin x", "x", "sin(x)"),
    ("std x", "x", "std(x)"),
    ("Tr(AX)", "X", "tr(A@X)"),
    ("tr(AXB)", "X", "tr(A@X@B)"),
    ("sum_i x_i^2", "x", "sum(x[i]^2 for i in 1..n)"),
    ("1/N sum_{i=1}^N (y_i - w.x_i)^2 + c", "w", "1/N*sum((y[i] - w.x[i])^2 for i in 1..N) + c"),
    ("sum_i sum_j a_ij x_i x_j", "x", "sum(sum(a[i,j]*x[i]*x[j] for j in 1..n) for i in 1..n)"),
    (r"\sum_{i=1}^N x_i^2", "x", "sum(x[i]^2 for i in 1..N)"),
    ("norm(A, 'fro')^2", "A", "norm(A)^2"),
    ("w - eta*2*(w.x + b - y)*x'", "w", "w - eta*2*(w.x + b - y)*x"),
    ("(w.x + b - y)*v'*x", "w", "(w.x + b - y)*v'@x"),
    ("norm((A_0 + p*p') \\ b)^2", "p", "norm(inv(A_0 + p@p')@b)^2"),
    ("x.'*A*x", "x", "x'@A@x"),
    ("(w@mu)/sqrt(w@K@w)", "w", "(w@mu)/sqrt(w'@K@w)"),
    ("F.relu(W@x + b)", "x", "relu(W@x + b)"),
    ("3x²y", "x", "3x²*y"),
    ("[3x^2 y; 2x + y^8]", "x", "[3x^2*y; 2x + y^8]"),
    ("a x^2 + b x + c", "x", "a*x^2 + b*x + c"),
    ("d/dx (x^2 + 3x)", "x", "x^2 + 3x"),
    ("∂/∂x 3x^2", "x", "3x^2"),
    ("lambda x: x**2", "x", "x**2"),
    ("Σ w_i x_i + b", "w", "sum(w[i]*x[i] for i in 1..n) + b"),
    ("−∑ᵢ yᵢ log pᵢ", "p", "−sum(y[i]*log(p[i]) for i in 1..n)"),
    ("½‖Xw − y‖₂²", "w", "1/2*norm(X@w − y)²"),
    ("½x", "x", "1/2*x"),
    (r"\| A x - b \|_2^2 + \lambda \|x\|_1", "x", "norm(A@x - b)^2 + lambda*norm1(x)"),
    ("x if x > 0 else 0", "x", "{x if x > 0; 0}"),
    ("norm(Ax - b)^2", "x", "norm(A@x - b)^2"),
    ("a^T X b", "X", "a'@X@b"),
    ("(y - Xw)'(y - Xw)", "w", "(y - X@w)'@(y - X@w)"),
    ("1/2 ||Ax-b||_2^2 + lambda ||x||_1", "x", "1/2*norm(A@x-b)^2 + lambda*norm1(x)"),
    ("A(x - b)", "x", "A@(x - b)"),
    ("2x(x+1)", "x", "2x*(x+1)"),
    ("X(X'X)^{-1}X'y", "y", "X@inv(X'@X)@X'@y"),
    ("A^{-1}b", "A", "inv(A)@b"),
    (r"\log\sum_i e^{x_i}", "x", "log(sum(exp(x[i]) for i in 1..n))"),
    (r"\frac{1}{1+e^{-x}}", "x", "1/(1+exp(-x))"),
    ("∑ log(p)", "p", "sum(log(p))"),
    (r"\mathbf{w}\cdot\mathbf{x} + b", "w", "w.x + b"),
    (r"3\cdot x^2", "x", "3*x^2"),
    ("(x-μ)ᵀΣ⁻¹(x-μ)", "x", "(x-μ)ᵀ@inv(Σ)@(x-μ)"),
    ("A⁻¹b", "b", "inv(A)@b"),
    ("sum(ReLU(Wx+b))", "x", "sum(relu(W@x+b))"),
    ("mean((y - Xβ)²)", "beta", "mean((y - X@β)²)"),
    ("torch.sum(torch.softmax(x, dim=0) * y)", "x", "sum(softmax(x, axis=0) * y)"),
]


@pytest.mark.parametrize(("typed", "wrt", "meant"), CORRECTED)
def test_the_hint_is_the_whole_corrected_line(
    typed: str, wrt: str, meant: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, message, status = run("jacobian", typed, "--wrt", wrt, capsys=capsys, monkeypatch=monkeypatch)
    assert (status, output) == (2, "")
    assert f"write `{meant}`" in message.splitlines()[-1]
    assert run("jacobian", meant, "--wrt", wrt, capsys=capsys, monkeypatch=monkeypatch)[2] == 0


@pytest.mark.parametrize(("text", "wrt"), [("x^Tmax", "x"), ("2^Tx", "Tx"), ("sum_i*x", "x")])
def test_what_may_be_a_name_is_one(
    text: str, wrt: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("jacobian", text, "--wrt", wrt, capsys=capsys, monkeypatch=monkeypatch)[2] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cross(w, x)", "[0, -w[3], w[2]"),
        ("tril(A)@x", "n,n:lower"),
        ("norm_nuc(A@x)", "Frobenius"),
        ("argmax(x)", "max(x)"),
        ("lgamma(x)", "special function"),
        ("cross_entropy(z, x)", "log_softmax"),
        ("layernorm(x)", "sqrt(var(x) + eps)"),
        ("Phi(x)", "normcdf(x)"),
        ("diff(x^2, x)", "--wrt x"),
        ("concat(x, y)", "[a; b]"),
        ("solve(A, x)", "inv(A)@b"),
    ],
)
def test_what_is_not_there_is_told_with_what_to_write(
    text: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, message, status = run("jacobian", text, "--wrt", "x", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 3 and said in message and "did you mean" not in message


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("antisymmetric", "skew"), ("skew-symmetric", "skew"), ("spd", "psd"), ("unitary", "orthogonal")],
)
def test_a_property_by_another_name(
    typed: str, meant: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ("jacobian", "x'@A@x", "--wrt", "x", "-s", f"A=n,n:{typed}")
    _, message, status = run(*line, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 2 and f"did you mean `{meant}`?" in message


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (("diff", "x^2", "-w", "x"), 'mcalc jacobian "x^2" -w x'),
        (("x'@A@x", "--wrt", "x"), 'mcalc jacobian "x\'@A@x" --wrt x'),
        (("x^2", "-w", "x", "--answer", "2x"), 'mcalc check "x^2" -w x --answer 2x'),
        (("x^2*y", "--at", "x=1"), 'mcalc eval "x^2*y" --at x=1'),
        (("gradient", "w.x + b", "w"), 'mcalc gradient "w.x + b" --wrt w'),
        (("gradient", "w.x", "+", "b", "--wrt", "w"), 'mcalc gradient "w.x + b" --wrt w'),
        (("eval", "3x^2*y", "x=1", "y=2"), 'mcalc eval "3x^2*y" --at x=1 --at y=2'),
        (("gradient", "w . x", "w=n", "--wrt", "x"), 'mcalc gradient "w . x" -s w=n --wrt x'),
        (("check", "3x^2*y", "--wrt", "x", "--answer", "6yx"), "6y*x"),
        (("gradient", "J(w) = norm(X@w-y)^2", "--wrt", "w"), "norm(X@w-y)^2"),
        (("gradient", "exp(x)/sum(exp(x)) . y", "--wrt", "x"), "(exp(x)/sum(exp(x))) . y"),
    ],
)
def test_a_line_that_is_almost_right_is_shown_as_it_should_be(
    line: tuple[str, ...], meant: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output, message, status = run(*line, capsys=capsys, monkeypatch=monkeypatch)
    assert (status, output) == (2, "") and f"write `{meant}`" in message


@pytest.mark.parametrize(
    ("form", "said"),
    [("pdf", "pdflatex"), ("docx", "pandoc"), ("png", "mcalc plot"), ("python", "-f numpy"), ("htm", "-f html")],
)
def test_a_file_of_another_kind_is_led_to(
    form: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ("gradient", "w.x", "--wrt", "w", "-f", form)
    _, message, status = run(*line, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 2 and message.startswith(f"error: There is no format `{form}`.") and said in message


def test_a_power_in_a_product_of_matrices_is_told_to_be_of_the_entries(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run("gradient", "tr(A@X^3)", "--wrt", "X", capsys=capsys, monkeypatch=monkeypatch)[0]
    declared = run("gradient", "sum((X - Y)^2)", "--wrt", "X", "-s", "X=m,n", capsys=capsys, monkeypatch=monkeypatch)[0]
    assert "^ is element-wise" in told and "^ is element-wise" not in declared


def test_a_ring_is_the_product_of_the_entries(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = ("-s", "w=n", "-s", "x=n")
    output = run("jacobian", "w ∘ x", "--wrt", "w", *shapes, capsys=capsys, monkeypatch=monkeypatch)[0]
    assert "diag(x)\n" in output
