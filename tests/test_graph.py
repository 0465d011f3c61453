"""The graph of the data flow: its Jacobians multiply and add up to the derivative; its pictures show all of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from test_paper import ROWS
from test_steps import Unfit, Values, choices, points

from mcalc.ask import derive
from mcalc.cli import main
from mcalc.derivation import Derivation, Graph, chains, graph_of
from mcalc.documents import MARGIN, PLAIN, SIZE, SMALL, Options, Page, measure, plain
from mcalc.documents import write as write_page
from mcalc.notation import width, write_expression
from mcalc.numbers import dimensions, evaluate, evaluate_tensor
from mcalc.pages import graph_page as page
from mcalc.pictures import graph_as_dot, graph_as_svg, graph_as_text, graph_picture
from mcalc.tree import sizes_shown

CORPUS = Path(__file__).parent / "corpus" / "cases.jsonl"
CASES: list[tuple[str, str, dict[str, str]]] = [
    ("max(0, w.x + b)", "w", {}),
    ("max(0, w.x + b)", "b", {}),
    ("sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)/N", "w", {}),
    ("sum((y[i] - max(0, w.X[i] + b))^2 for i in 1..N)/N", "b", {}),
    ("u = x^2; x + u", "x", {}),
    ("x*x^2", "x", {}),
    ("sum((V@tanh(W@x + b) - y)^2)", "W", {"b": "m", "y": "k"}),
    ("sum((V@tanh(W@x + b) - y)^2)", "x", {"b": "m", "y": "k"}),
    ("norm(A@x - b)^2", "x", {}),
    ("e = X@w - y; e.e/N + a*w.w + norm1(w)", "w", {"y": "m"}),
    ("softmax(x).log(softmax(x)) + sum(x^2)*norm(x)", "x", {}),
    ("sin(x)*exp(x) + cos(x)", "x", {}),
    ("tr(A@X@B@X')", "X", {}),
    ("A@X@B", "X", {}),
    ("inv(X)@A@X", "X", {}),
    ("[ln(x^2); sin(3x)]", "x", {"x": "scalar"}),
    ("[x[1]^2; sin(x[2]); x[1]*x[2]]", "x", {}),
    ("h = relu(W@x); h + tanh(W@h)", "x", {"W": "n,n"}),
    ("gelu(W@x)", "x", {}),
    ("x'@A@x", "x", {}),
    ("sum(sum(x)*x[i]^2 for i in 1..n)", "x", {"x": "n"}),
    ("x", "x", {}),
    ("x'", "x", {}),
    ("99 + 0y", "x", {"x": "n"}),
    ("kron(x, A)", "x", {}),
    ("; ".join(f"a{k} = sin({k}x)" for k in range(1, 13)) + "; " + " + ".join(f"a{k}" for k in range(1, 13)), "x", {}),
]
PROBLEMS = {f"{text} by {wrt}": (text, wrt, shapes) for text, wrt, shapes in CASES}
PROBLEMS |= {f"paper {row.number} {row.expression} by {row.wrt}": (row.expression, row.wrt, row.shapes) for row in ROWS}
PROBLEMS |= {
    case["id"]: (case["expr"], case["wrt"], case["shapes"])
    for case in map(json.loads, CORPUS.read_text("utf-8").splitlines())
    if case["kind"] != "hessian"
}


@cache
def derivations(name: str) -> list[Derivation]:
    text, wrt, shapes = PROBLEMS[name]
    return [derive(text, one, shapes, "explain", method="chain", verify=False) for one in wrt.split(",")]


@pytest.fixture(params=[name for name in PROBLEMS if " by " in name and not name.startswith("paper")])
def derivation(request: pytest.FixtureRequest) -> Derivation:
    return derivations(request.param)[0]


# The data -----------------------------------------------------------------------------------------------------------


def accumulated(graph: Graph, values: Values) -> Any:
    """The products of the local Jacobians along the paths, added: ``∂result/∂variable``."""
    at, sizes = graph.at, values.sizes
    result = dimensions(at[graph.result].node.axes, sizes)
    found: dict[tuple[str, frozenset[Any]], Any] = {}

    def arriving(name: str, running: Mapping[Any, int]) -> Any:
        key = name, frozenset(running.items())
        if name == graph.result:
            return np.eye(int(np.prod(result))).reshape((*result, *result))
        if key in found:
            return found[key]
        axes = dimensions(at[name].node.axes, sizes)
        total = np.zeros((*result, *axes))
        for edge in graph.followed:
            if edge.start != name:
                continue
            for more in choices([loop for loop in at[edge.end].loops if loop not in running], sizes):
                every = {**running, **more}
                own = {loop: every[loop] for loop in at[edge.end].loops}
                inner = dimensions(at[edge.end].node.axes, sizes)
                local = np.reshape(values.expression(edge.jacobian.after, every), (*inner, *axes))
                total = total + np.tensordot(arriving(edge.end, own), local, len(inner))
        found[key] = total
        return total

    return arriving(graph.variable, {})


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_jacobians_along_the_paths_make_the_derivative(name: str) -> None:
    for derivation in derivations(name):
        graph, checked = graph_of(derivation), 0
        for values in points(derivation):
            try:
                with np.errstate(all="ignore"):
                    found = accumulated(graph, values)
                    natural = derivation.natural
                    of = evaluate_tensor if hasattr(natural, "tensor") else evaluate
                    expected = of(getattr(natural, "tensor", natural), values.point, values.sizes)
            except (Unfit, np.linalg.LinAlgError):
                continue
            if not (np.isfinite(found).all() and np.isfinite(expected).all() and np.abs(expected).max() < 1e6):
                continue
            np.testing.assert_allclose(
                found.ravel(), np.ravel(expected), rtol=1e-8, atol=1e-8 * (1 + np.abs(expected).max())
            )
            checked += 1
            if checked == 2:
                break
        assert checked


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_value_and_jacobian_of_the_derivation_is_there_once(name: str) -> None:
    for derivation in derivations(name):
        graph = graph_of(derivation)
        names = [vertex.name for vertex in graph.vertices]
        assert len(set(names)) == len(names)
        assert [v.name for v in graph.vertices if v.definition is not None] == [line.name for line in derivation.lines]
        steps = [step for step in derivation.steps if step.stage == "differentiate" and graph.count()]
        steps = steps if len(graph.vertices) > 1 else []
        assert {id(edge.jacobian.before) for edge in graph.followed} == {id(group[0].before) for group in chains(steps)}
        assert len({(edge.start, edge.end) for edge in graph.edges}) == len(graph.edges)
        order = {name: at for at, name in enumerate(names)}
        assert all(order[edge.start] < order[edge.end] for edge in graph.edges)


def test_a_value_used_twice_is_one_vertex_with_two_edges() -> None:
    graph = graph_of(derive("u = x^2; x + u", "x", {"x": "n"}, command="explain"))
    assert [(edge.start, edge.end) for edge in graph.followed] == [("x", "u"), ("x", "u_1"), ("u", "u_1")]
    assert graph.paths() == [["x", "u_1"], ["x", "u", "u_1"]] and graph.count() == 2


def test_a_given_value_used_twice_is_one_vertex() -> None:
    graph = graph_of(derive("sum(A@tanh(A@x))", "x", {"A": "n,n"}, command="explain"))
    assert [vertex.name for vertex in graph.vertices if vertex.role == "given"] == ["A"]
    assert sum(edge.start == "A" for edge in graph.edges) == 2


def test_paths_are_counted_without_walking_them() -> None:
    doubled = "; ".join(f"h{k} = sin(h{k - 1}) + cos(h{k - 1})" for k in range(1, 9))
    graph = graph_of(derive(f"h0 = exp(x); {doubled}; h8", "x", command="explain", method="chain", verify=False))
    assert graph.count() == 2**8


def test_in_index_notation_the_edges_carry_indices() -> None:
    graph = graph_of(derive("A@x", "x", command="explain", method="index"))
    assert [write_expression(edge.jacobian.after) for edge in graph.followed] == ["A[i,k]"]


# The pictures -------------------------------------------------------------------------------------------------------


def shown(graph: Graph) -> list[str]:
    """What a picture must show: every definition, every Jacobian, every shape."""
    texts = []
    for vertex in graph.vertices:
        definition = "" if vertex.definition is None else f" = {write_expression(vertex.definition)}"
        texts.append(vertex.shown() + definition)
    for edge in graph.followed:
        step = edge.jacobian
        texts.append(f"{write_expression(step.before)} = {write_expression(step.after)}: {sizes_shown(step.shape)}")
        texts.append(f"{graph.at[edge.start].shown()}: {sizes_shown(graph.at[edge.start].shape)}")
    return texts


def squeezed(text: str) -> str:
    return re.sub(r"[\s│║▼]+", "", text)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_terminal_shows_all_of_it_in_its_width(derivation: Derivation, columns: int) -> None:
    graph = graph_of(derivation)
    picture = plain(graph_picture(graph, "text", columns))
    assert max(map(width, picture.split("\n"))) <= columns
    for text in shown(graph):
        if width(text) < columns // 3:
            assert text in picture


def test_ascii_is_ascii(derivation: Derivation) -> None:
    assert graph_as_text([derivation], "ascii").isascii()


NODE = re.compile(r'  ("(?:[^"\\]|\\.)*") \[label=("(?:[^"\\]|\\.)*"), [^\]]*\];')
ARROW = re.compile(r'  ("(?:[^"\\]|\\.)*") -> ("(?:[^"\\]|\\.)*") \[label=("(?:[^"\\]|\\.)*")[^\]]*\];')


def test_dot_has_every_vertex_and_edge(derivation: Derivation) -> None:
    graph = graph_of(derivation)
    first, *lines, last = graph_as_dot([derivation]).split("\n")
    assert re.fullmatch(r'digraph "(?:[^"\\]|\\.)*" \{', first) and last == "}"
    nodes = [match for line in lines if (match := NODE.fullmatch(line))]
    arrows = [match for line in lines if (match := ARROW.fullmatch(line))]
    assert len(nodes) + len(arrows) + 3 == len(lines)
    assert [match[1] for match in nodes] == [f'"{vertex.name}"' for vertex in graph.vertices]
    assert [(match[1], match[2]) for match in arrows] == [(f'"{e.start}"', f'"{e.end}"') for e in graph.edges]
    text = "\n".join(lines)
    assert all(part in text for part in shown(graph))


SVG = "{http://www.w3.org/2000/svg}"


def boxes(root: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of every box, label and given value; what lies behind a box is part of it."""
    found = []
    for rect in root.iter(f"{SVG}rect"):
        if rect.get("class") != "behind":
            x, y, wide, high = (float(rect.get(key, "")) for key in ("x", "y", "width", "height"))
            found.append((x, y, x + wide, y + high))
    return found


def test_svg_shows_all_of_it_and_nothing_overlaps(derivation: Derivation) -> None:
    text = graph_as_svg([derivation])
    root = ElementTree.fromstring(text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    written = squeezed("".join("".join(element.itertext()) for element in root.iter(f"{SVG}text")))
    for part in shown(graph_of(derivation)):
        assert squeezed(part) in written
    rectangles = boxes(root)
    for one, other in combinations(rectangles, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1], (one, other)
    edge = 2 * MARGIN
    assert max(box[2] for box in rectangles) + edge <= float(root.get("width", "")) + 0.2
    assert max(box[3] for box in rectangles) + edge <= float(root.get("height", "")) + 0.2


def test_every_line_of_text_lies_in_its_box(derivation: Derivation) -> None:
    root = ElementTree.fromstring(graph_as_svg([derivation]))
    for group in root.iter(f"{SVG}g"):
        inside = boxes(group)
        small = SMALL if (group.get("class") or "").split(" ")[0] in ("label", "given") else SIZE
        for element in group.findall(f"{SVG}text"):
            x, y = float(element.get("x", "")), float(element.get("y", ""))
            right = x + measure("".join(element.itertext()), small)
            assert any(
                left <= x and right <= far and top < y - small / 2 and y <= low for left, top, far, low in inside
            )


def test_a_result_too_large_for_a_picture_is_named_only() -> None:
    layers = "; ".join(f"h{k} = h{k - 1} + tanh(A@h{k - 1})" for k in range(1, 8))
    text = f"h0 = tanh(x); {layers}; sum(h7)"
    derivation = derive(text, "x", {"A": "n,n", "x": "n"}, "explain", method="chain", verify=False)
    root = ElementTree.fromstring(graph_as_svg([derivation]))
    (answer,) = (group for group in root.iter(f"{SVG}g") if group.get("class") == "label answer")
    assert ["".join(line.itertext()) for line in answer.findall(f"{SVG}text")] == ["u₁₅: 1×1", "∂u₁₅/∂x: 1×n"]


def test_no_edge_runs_through_a_box_of_another(derivation: Derivation) -> None:
    """The straight parts of the edges, downwards, touch only the boxes at their ends."""
    root = ElementTree.fromstring(graph_as_svg([derivation]))
    rectangles = boxes(root)
    for path in root.iter(f"{SVG}path"):
        place = re.match(r"M([\d.-]+) ([\d.-]+)", path.get("d", ""))
        if place is None or path.get("class") == "from-given" or path.get("d", "").endswith("z"):
            continue
        x, y = float(place[1]), float(place[2])
        for low, curve in re.findall(r"V([\d.-]+)C([\d. -]+)", path.get("d", "")):
            crossed = [b for b in rectangles if b[0] < x < b[2] and b[1] < float(low) - 0.2 and y + 0.2 < b[3]]
            assert crossed == []
            x, y = (float(number) for number in curve.split()[-2:])


NEURON = """\
       ╭───╮
       │ w │
       ╰─┬─╯
         │ w: n×1
         │ ∂u₁/∂w = diag(x): n×n
   ╭─────▼──────╮
   │ u₁ = w ⊗ x │◂╌╌ x: n×1
   ╰─────┬──────╯
         │ u₁: n×1
         │ ∂u₂/∂u₁ = 1⃗ᵀ: 1×n
  ╭──────▼───────╮
  │ u₂ = sum(u₁) │
  ╰──────┬───────╯
         │ u₂: 1×1
         │ ∂u₃/∂u₂ = 1: 1×1
  ╭──────▼──────╮
  │ u₃ = u₂ + b │◂╌╌ b: 1×1
  ╰──────┬──────╯
         │ u₃: 1×1
         │ ∂u₄/∂u₃ = u₃ > 0: 1×1
╔════════▼════════╗
║ u₄ = max(0, u₃) ║
╚════════╤════════╝
         ▼ u₄: 1×1"""


def test_the_neuron_in_the_terminal() -> None:
    graph = graph_of(derive("max(0, w.x + b)", "w", command="explain"))
    assert plain(graph_picture(graph)) == NEURON


FAN_OUT = """\
            ╭───╮
            │ x │
            ╰─┬─╯
 ╭────────────┴────────────╮
 │ x: n×1                  │ x: n×1
 │ ∂u/∂x = 2diag(x): n×n   │ ∂u₁/∂x = I: n×n
╭▼───────╮                 │
│ u = x² │                 │
╰───────┬╯                 │
        │ u: n×1           │
        │ ∂u₁/∂u = I: n×n  │
        ╰────────┬─────────╯
           ╔═════▼══════╗
           ║ u₁ = x + u ║
           ╚═════╤══════╝
                 ▼ u₁: n×1"""


def test_a_fan_out_in_the_terminal() -> None:
    graph = graph_of(derive("u = x^2; x + u", "x", {"x": "n"}, command="explain"))
    assert plain(graph_picture(graph)) == FAN_OUT


# The command --------------------------------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["mcalc", *arguments])
    main()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-f", "svg"], "The format `svg` is for the graph"),
        (["--graph", "-f", "numpy"], "not drawn in the format `numpy`"),
        (["--graph", "--method", "differential"], "a derivation by differentials has none"),
        (["--graph", "--expand"], "--expand does not go with --graph"),
        (["--graph", "--standalone", "-f", "svg"], "--standalone does not go with --graph"),
    ],
)
def test_what_does_not_go_with_a_graph(
    options: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        run(monkeypatch, "explain", "x^2", "--wrt", "x", *options)
    assert left.value.code == 2 and message in capsys.readouterr().err


def test_several_variables_one_picture_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "explain", "w.x + b", "--wrt", "w,b", "--graph", "-f", "dot")
    assert capsys.readouterr().out.count("digraph ") == 2
    run(monkeypatch, "explain", "w.x + b", "--wrt", "w,b", "--graph", "-f", "svg")
    picture = capsys.readouterr().out
    assert ElementTree.fromstring(picture).tag == f"{SVG}svg" and picture.count('<g class="variable">') == 2
    run(monkeypatch, "explain", "w.x + b", "--wrt", "w,b", "--graph")
    assert capsys.readouterr().out.count("Derivative of") == 2


def test_a_variable_that_does_not_reach_the_value() -> None:
    derivation = derive("99 + 0y", "x", {"x": "n"}, "explain")
    assert graph_of(derivation).count() == 0
    assert "No path leads from x to 99 + 0y: the value does not move with x." in graph_as_text([derivation])


# In documents -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def documents() -> dict[str, tuple[Page, list[Derivation]]]:
    found = {}
    for name in PROBLEMS:
        if " by " in name and not name.startswith("paper"):
            found[name] = page(derivations(name)), derivations(name)
    return found


def test_tikz_draws_every_card_and_label(tmp_path: Path, documents: dict[str, tuple[Page, list[Derivation]]]) -> None:
    bodies = []
    for shown, of in documents.values():
        graph = graph_of(of[0])
        text = write_page(shown, "latex", PLAIN)
        assert "% \\usepackage{tikz}" in text
        entered = [part for vertex in graph.vertices if vertex.role != "given" for part in graph.inputs(vertex.name)]
        cards = [vertex for vertex in graph.vertices if vertex.role != "given"]
        behind = 2 * sum(bool(vertex.loops) for vertex in cards)
        count = len(cards) + len(graph.followed) + 1 + len(entered) + behind
        assert text.count(r"\filldraw") == count
        bodies.append(re.sub(r"(?m)^%.*\n", "", text))
    preamble = r"\documentclass{article}\usepackage{amsmath}\usepackage{tikz}\allowdisplaybreaks\begin{document}"
    log = compiled("\n".join([preamble, "\n\\clearpage\n".join(bodies), r"\end{document}"]), tmp_path)
    assert re.findall(r"^(?:! .*|Overfull \\[hv]box .*|Missing character.*)$", log, re.MULTILINE) == []


def compiled(text: str, folder: Path) -> str:
    """The log of pdflatex."""
    if shutil.which("pdflatex") is None or subprocess.run(["kpsewhich", "tikz.sty"], capture_output=True).returncode:
        pytest.skip("pdflatex or TikZ is not installed")
    (folder / "page.tex").write_text(text, "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "page.tex"]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=300)
    return (folder / "page.log").read_text("utf-8", "replace")


def test_typst_draws_it(documents: dict[str, tuple[Page, list[Derivation]]]) -> None:
    typst = pytest.importorskip("typst", reason="Typst is not installed: pip install typst")
    for shown, _ in documents.values():
        assert typst.compile(write_page(shown, "typst", Options(standalone=True)).encode()).startswith(b"%PDF")


def test_a_page_has_the_picture_as_svg(documents: dict[str, tuple[Page, list[Derivation]]]) -> None:
    for shown, of in documents.values():
        text = write_page(shown, "html", PLAIN)
        assert ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + 6]).tag == f"{SVG}svg"
        assert squeezed("=".join(write_expression(line) for line in of[0].lines[-1:] and [of[0].lines[-1].node])) in (
            squeezed(re.sub("<[^>]*>", "", text))
        )


def test_markdown_has_a_chart_for_github_and_pictures_for_pandoc(
    documents: dict[str, tuple[Page, list[Derivation]]],
) -> None:
    for shown, of in documents.values():
        graph = graph_of(of[0])
        chart = (
            write_page(shown, "markdown", Options(flavour="github")).partition("```mermaid\n")[2].partition("```")[0]
        )
        assert chart.startswith("flowchart TD\n") and chart.count("-->|") == len(graph.followed)
        assert not re.search(r'"[^"\n]*[<>&][^b>][^"\n]*"', chart.replace("<br>", ""))
        text = write_page(shown, "markdown", PLAIN)
        assert "```{=latex}\n\\begin{center}" in text and "```{=html}\n<figure>" in text
