"""The derivatives by several variables as one text: what several of them share has one name, said once."""

from __future__ import annotations

import json
import re
from typing import Any

import families
import pytest

import mcalc
from mcalc import tree
from mcalc.ask import derive
from mcalc.derivation import answer_text
from mcalc.notation import Lines, lines_of

CLASSIFIER = "h = tanh(W@x + b); p = softmax(V@h + c); -sum(y*log(p))"
LAYERS = "z_1 = tanh(W_1@x + b_1); z_2 = tanh(W_2@z_1 + b_2); z_3 = tanh(W_3@z_2 + b_3); norm(z_3 - y)^2"
PROGRAMS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "classifier": ("gradient", CLASSIFIER, "W,b,V,c", {}),
    "layers": ("gradient", LAYERS, "W_1,b_1,W_2,b_2,W_3,b_3", {}),
    "sigmoid": ("jacobian", "sigmoid(A@x + B@y)", "x,y", {}),
    "in indices": ("jacobian", "softmax(W@x + b)", "x,b,W", {}),
    "two layers": ("gradient", "sum((V@tanh(W@x + b) - y)^2)", "W,b,V", {}),
    "blocks": ("hessian", "sum((V@tanh(W@x) - y)^2)", "x,y", {}),
    "logistic": ("hessian", "log(1 + exp(w.x))", "w,x", {}),
    "attention": ("gradient", "sum(G*(softmax(X@Q@(X@K)'/sqrt(d), axis=1)@(X@V)))", "Q,K,V,X", {"d": "scalar"}),
    "net": families.net_by_all(9),
}


def page(command: str, text: str, wrt: str, shapes: dict[str, str], form: str = "ascii") -> str:
    return getattr(mcalc, command)(text, wrt, shapes, verify=False).write(form)


def answers(shown: str) -> tuple[list[str], list[list[str]]]:
    """The lines before the first answer, and those of each."""
    shared, *parts = re.split(r"^# by .*\n", shown, flags=re.MULTILINE)
    return _lines(shared), list(map(_lines, parts))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_a_classifier() -> None:
    shared, parts = answers(page("gradient", CLASSIFIER, "W,b,V,c", {}, "text"))
    assert shared == ["h = tanh(W·x + b)", "t₁ = sum(y)*softmax(V·h + c) − y"]
    assert parts == [["((1 − h²) ⊗ Vᵀ·t₁)·xᵀ"], ["((1 − h²) ⊗ Vᵀ·t₁)ᵀ"], ["t₁·hᵀ"], ["t₁ᵀ"]]


def test_a_net_reads_as_its_backward_pass() -> None:
    shared, parts = answers(page(*families.net_by_all(5), "text"))
    assert shared[5:] == [
        "t₁ = u₅ − u₅³",
        "t₂ = (1 − u₄²) ⊗ W₅ᵀ·t₁",
        "t₃ = (1 − u₃²) ⊗ W₄ᵀ·t₂",
        "t₄ = (1 − u₂²) ⊗ W₃ᵀ·t₃",
    ]
    assert parts == [["2((1 − u₁²) ⊗ W₂ᵀ·t₄)·xᵀ"], ["2t₄·u₁ᵀ"], ["2t₃·u₂ᵀ"], ["2t₂·u₃ᵀ"], ["2t₁·u₄ᵀ"]]


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_answer_is_right_behind_the_names_that_are_said_once(name: str) -> None:
    command, text, wrt, shapes = PROGRAMS[name]
    shared, parts = answers(page(*PROGRAMS[name]))
    names = [line.split(" = ")[0] for line in (*shared, *(line for part in parts for line in part[:-1]))]
    assert shared and len(names) == len(set(names))
    variables = wrt.split(",")
    orders = [[one, other] for one in variables for other in variables] if command == "hessian" else variables
    for by, own in zip(orders, parts, strict=True):
        if command == "hessian":
            by, other = by
            assert mcalc.check(text, f"{by},{other}", "; ".join([*shared, *own]), shapes, order=2).right, (by, other)
        else:
            assert mcalc.check(text, by, "; ".join([*shared, *own]), shapes).right, by


@pytest.mark.parametrize(
    ("text", "wrt"), [("x'@A@y", "x,y"), ("norm(A@x - b)^2", "A,x,b"), ("norm(X - U@V')^2", "U,V")]
)
def test_short_answers_are_written_out(text: str, wrt: str) -> None:
    shared, parts = answers(page("gradient", text, wrt, {}))
    assert not shared and all(len(part) == 1 for part in parts)


def test_a_part_of_one_answer_stands_with_it_and_the_numbers_go_on() -> None:
    shared, parts = answers(page(*PROGRAMS["blocks"]))
    assert [line.split(" = ")[0] for line in shared] == ["t_1", "t_2"]
    assert parts[0][0].startswith("t_3 = ") and [len(part) for part in parts] == [2, 1, 1, 1]


def test_names_that_are_asked_for_and_refused() -> None:
    derivation = mcalc.gradient("sum((V@tanh(W@x + b) - y)^2)", "W,b,V", verify=False)
    derivation.naming = False
    shared, parts = answers(derivation.write("ascii"))
    assert not shared and all("tanh(W@x + b)" in own for (own,) in parts)
    derivation.naming = True
    shared, _ = answers(derivation.write("ascii"))
    assert "t_2 = V@t_1 - y" in shared


@pytest.mark.parametrize("form", ["latex", "markdown", "html", "typst"])
def test_documents_say_each_name_once(form: str) -> None:
    shown = page("gradient", CLASSIFIER, "W,b,V,c", {}, form)
    softmax = {"html": "softmax</mi>", "typst": 'op("softmax")'}.get(form, "softmax}")
    assert shown.count(softmax) == 1


def test_json_has_what_is_shared_beside_the_parts() -> None:
    found = json.loads(page("gradient", CLASSIFIER, "W,b,V,c", {}, "json"))
    assert [one["ascii"] for one in found["named"]] == ["h = tanh(W@x + b)", "t_1 = sum(y)*softmax(V@h + c) - y"]
    assert [part["result_in_names"]["ascii"] for part in found["parts"]][2:] == ["t_1@h'", "t_1'"]
    assert all(part["named"] == [] for part in found["parts"])


def test_in_python_long_answers_share_their_names_too() -> None:
    derivation = mcalc.gradient(*families.net_by_all(12)[1:], verify=False)
    for text in (str(derivation), derivation.ascii(), derivation.latex()):
        assert text.count("tanh") == 12


def test_the_page_grows_with_the_program() -> None:
    lengths = [len(page(*families.net_by_all(count))) for count in (6, 12, 24)]
    assert lengths[2] - lengths[1] < 2.2 * (lengths[1] - lengths[0])


@pytest.mark.parametrize("name", PROGRAMS)
def test_derivatives_found_in_one_pass_are_those_found_alone(name: str) -> None:
    command, text, wrt, shapes = PROGRAMS[name]
    if command == "hessian":
        command = "gradient"
    parts = derive(text, wrt, shapes, command, verify=False, told=False).parts
    for by, part in zip(wrt.split(","), parts, strict=True):
        alone = derive(text, by, shapes, command, verify=False, told=False)
        assert answer_text(part, "ascii") == answer_text(alone, "ascii"), by


def test_a_matrix_of_weights_and_the_scalars_beside_it() -> None:
    text, shapes = "c*sum(tanh(W@x + b)) + sqrt(c)*w.x", {"c": "scalar", "b": "m"}
    parts = derive(text, "W,c,w,b", shapes, "gradient", verify=False, told=False).parts
    assert [answer_text(part, "ascii") for part in parts] == [
        answer_text(derive(text, by, shapes, "gradient", verify=False), "ascii") for by in ("W", "c", "w", "b")
    ]


def test_a_name_that_does_not_occur_beside_others() -> None:
    parts = derive("sum(tanh(W@x))", "W,x,z", {"z": "k"}, "gradient", verify=False, told=False).parts
    assert answer_text(parts[2], "ascii") == "zeros(k)'"


def test_answers_that_are_read_back_together_are_not_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    monkeypatch.setattr("mcalc.derivation.read_back.read_answer", lambda *asked: read.append(asked))
    mcalc.gradient(CLASSIFIER, "W,b,V,c")
    assert not read


def test_a_wrong_print_of_one_of_several_answers_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    found = lines_of

    def wrong(*asked: Any) -> Lines:
        lines = found(*asked)
        return lines._replace(answers=[*lines.answers[:2], f"2{lines.answers[2]}", lines.answers[3]])

    monkeypatch.setattr("mcalc.derivation.headings.lines_of", wrong)
    with pytest.raises(mcalc.Problem, match="does not read back"):
        mcalc.gradient(CLASSIFIER, "W,b,V,c")


@pytest.mark.parametrize("name", PROGRAMS)
def test_answers_that_are_compiled_together_are_checked_as_each_alone(name: str) -> None:
    command, text, wrt, shapes = PROGRAMS[name]
    if command == "hessian":
        command = "gradient"
    for by, part in zip(wrt.split(","), derive(text, wrt, shapes, command).parts, strict=True):
        alone = derive(text, by, shapes, command).verified
        assert part.verified is not None and alone is not None and part.verified.points == alone.points > 0
        assert part.verified.error == pytest.approx(alone.error, abs=1e-12)


def test_a_wrong_answer_among_several_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    values: list[tree.Node] = []

    def wrong(value: tree.Node) -> tree.Node | None:
        values.append(value)
        return tree.apply("multiply", tree.number(2), value) if len(values) == 2 else None

    monkeypatch.setattr("mcalc.derivation.natural.written_out", wrong)
    with pytest.raises(mcalc.Problem, match="failed its own numeric check"):
        derive(CLASSIFIER, "W,b,V,c", {}, "gradient", told=False)


def test_the_explanation_of_two_layers_tells_once_what_its_derivatives_share() -> None:
    shown = mcalc.explain(CLASSIFIER, "W,b,V,c", verify=False).write("text")
    assert shown.count("Introduce intermediate variables") == 1 == shown.count("where h = tanh(W·x + b)")
    assert shown.count("The names above go on here, with what was found of them.") == 3
    for line in ("∂u₇/∂W = ((1 − h²) ⊗ Vᵀ·t₁)·xᵀ", "∂u₇/∂b = ((1 − h²) ⊗ Vᵀ·t₁)ᵀ", "∂u₇/∂V = t₁·hᵀ", "∂u₇/∂c = t₁ᵀ"):
        assert line in shown


def test_what_has_little_in_common_is_told_apart() -> None:
    for text, wrt in (("x'@A@y", "x,y"), ("norm(A@x - b)^2", "A,x")):
        assert mcalc.explain(text, wrt, verify=False).write("text").count("Introduce intermediate variables") == 2
