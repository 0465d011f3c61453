"""Pictures: what is drawn is the function, and the files show what was drawn."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from test_examples import printed

from mcalc.notation import short
from mcalc.numbers import read_assignments
from mcalc.pictures import Request, level_values, read_point, read_range, sampled
from mcalc.pictures import tick_values as ticks
from mcalc.question import Question

try:
    import matplotlib
except ImportError:
    matplotlib = None  # type: ignore[assignment]

needs_matplotlib = pytest.mark.skipif(matplotlib is None, reason="matplotlib, of the extra `plot`, is not installed")


def scene(*sources: str, vary: Sequence[str], at: Sequence[str] = (), points: Sequence[str] = (), **more: Any) -> Any:
    varied = tuple(read_range(text) for text in vary)
    kind = more.pop("kind", "curve" if len(varied) == 1 else "levels")
    first, *others = sources
    request = Request(
        Question(first, more.pop("wrt", ()), more.pop("shapes", {})),
        varied,
        read_assignments(at),
        tuple(others),
        points=tuple(read_point(text, varied) for text in points),
        kind=kind,
        **more,
    )
    return sampled(request)


# What is sampled ----------------------------------------------------------------------------------------------------


def test_a_curve_is_the_function_and_its_derivative() -> None:
    found, note = scene("x^2*sin(x)", vary=["x=-5:5"], wrt=("x",), points=["x=2"])
    x = found.axes[0].values
    np.testing.assert_allclose(found.graphs[0].values, x**2 * np.sin(x), atol=1e-12)
    np.testing.assert_allclose(found.graphs[1].values, 2 * x * np.sin(x) + x**2 * np.cos(x), atol=1e-12)
    assert [graph.name.text for graph in found.graphs] == ["f", "∂f/∂x"]
    assert [graph.formula.text for graph in found.graphs] == ["x²*sin(x)", "x*(2sin(x) + x*cos(x))"]
    assert found.marks[0].heights == pytest.approx((4 * np.sin(2), 4 * np.sin(2) + 4 * np.cos(2)))
    assert note == ""


def test_a_value_over_two_names() -> None:
    found, _ = scene("3x^2*y", vary=["x=-2:2", "y=-1:3"], wrt=("x", "y"))
    x, y = np.meshgrid(*(axis.values for axis in found.axes))
    for graph, expected in zip(found.graphs, [3 * x**2 * y, 6 * x * y, 3 * x**2], strict=True):
        np.testing.assert_allclose(graph.values, expected, atol=1e-12)
    assert [graph.name.text for graph in found.graphs] == ["f", "∂f/∂x", "∂f/∂y"]


def test_elements_of_a_vector_vary() -> None:
    found, _ = scene("sigmoid(w.x + b)", vary=["w[2]=-1:1", "w[3]=0:2"], at=["w=4,0,0", "x=1,2,3", "b=0.5"])
    second, third = np.meshgrid(*(axis.values for axis in found.axes))
    np.testing.assert_allclose(found.graphs[0].values, 1 / (1 + np.exp(-(4.5 + 2 * second + 3 * third))))
    assert [axis.label.text for axis in found.axes] == ["w[2]", "w[3]"]


def test_each_element_of_the_value_is_a_curve() -> None:
    found, _ = scene("[x^2; 3x]", "c*x", vary=["x=-1:1"], at=["c=7"], wrt=("x",))
    x = found.axes[0].values
    expected = [x**2, 2 * x, 3 * x, 3 + 0 * x, 7 * x, 7 + 0 * x]
    for graph, values in zip(found.graphs, expected, strict=True):
        np.testing.assert_allclose(graph.values, values, atol=1e-12)
    assert [graph.name.text for graph in found.graphs] == ["f", "∂f/∂x", "g", "∂g/∂x", "h", "∂h/∂x"]
    assert [graph.function for graph in found.graphs] == [0, 0, 1, 1, 2, 2]


def test_derivatives_by_what_does_not_vary() -> None:
    found, _ = scene("tanh(w.x + b)", vary=["b=-2:2"], at=["w=1,2", "x=3,-1"], wrt=("w", "x[1]"))
    slope = 1 - np.tanh(1 + found.axes[0].values) ** 2
    assert [graph.name.text for graph in found.graphs] == ["f", "∂f/∂w[1]", "∂f/∂w[2]", "∂f/∂x[1]"]
    for graph, factor in zip(found.graphs[1:], [3, -1, 1], strict=True):
        np.testing.assert_allclose(graph.values, factor * slope)


def test_functions_take_their_names_from_the_text() -> None:
    found, _ = scene("p = x^2; q = 2x; [p; q]", vary=["x=-1:1"])
    assert [graph.name.text for graph in found.graphs] == ["p", "q"]
    found, _ = scene("f^2/3 + g^(3/2)", vary=["f=-1:1", "g=0:1"])
    assert found.graphs[0].name.text == "h"


def test_a_gradient_field_is_the_gradient() -> None:
    found, _ = scene("2x + y^8", vary=["x=-1:1", "y=-1:1"], kind="gradient")
    _, y, u, v = found.graphs[0].field
    np.testing.assert_allclose(u, 2 + 0 * y)
    np.testing.assert_allclose(v, 8 * y**7)


# What is left blank -------------------------------------------------------------------------------------------------


def test_what_is_complex_is_blank_and_said() -> None:
    found, note = scene("f^2/3 + g^(3/2)", vary=["f=-3:3", "g=-1:5"])
    f, g = np.meshgrid(*(axis.values for axis in found.axes))
    values = found.graphs[0].values
    assert (np.isnan(values) == (g < 0)).all()
    np.testing.assert_allclose(values[g >= 0], (f**2 / 3 + np.abs(g) ** 1.5)[g >= 0])
    share = round(100 * float((g < 0).mean()))
    assert note == f"{share} % of the region is left blank, where f²/3 + g^(3/2) is complex."


BLANK = [
    ("ln(x)", "x=-1:3", "25 % of the region is left blank, where ln(x) is complex or not defined."),
    ("1/x", "x=-1:1", "Less than 1 % of the region is left blank, where 1/x is not defined."),
    ("sqrt(x)^2", "x=-1:1", "50 % of the region is left blank, where sqrt(x)² is real through complex numbers alone."),
    ("(10 + x^2)^160", "x=-1:1", "All of the region is left blank, where (10 + x²)¹⁶⁰ is too large to be drawn."),
    ("sqrt(-1 - x^2)", "x=-1:1", "All of the region is left blank, where sqrt(−1 − x²) is complex."),
    ("max(0, ln(x))", "x=-1:1", "50 % of the region is left blank, where max(0, ln(x)) is not defined."),
    ("exp(x)", "x=-1:1", ""),
    ("sign(x)", "x=-1:1", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "range_", "expected"), BLANK, ids=[row[0] for row in BLANK])
def test_what_is_left_blank_is_said(text: str, range_: str, expected: str) -> None:
    found, note = scene(text, vary=[range_])
    assert note == expected
    assert not np.isinf(found.graphs[0].values).any()


def test_a_surface_is_cut_off_where_it_towers() -> None:
    found, note = scene("1/(x*y)", vary=["x=-1:1", "y=-1:1"], kind="surface")
    values = found.graphs[0].values
    assert np.nanmax(np.abs(values)) < 200
    assert re.fullmatch(r"The surface of 1/\(x\*y\) is cut off below −\d+ and above \d+\.", note)
    x, y = np.meshgrid(*(axis.values for axis in found.axes))
    kept = np.isfinite(values)
    np.testing.assert_allclose(values[kept], (1 / (x * y))[kept])
    assert (~kept).mean() < 0.05
    found, note = scene("x^2*y", vary=["x=-1:1", "y=-1:1"], kind="surface")
    assert note == "" and np.isfinite(found.graphs[0].values).all()


def test_a_descent_that_leaves_the_picture_is_said() -> None:
    _, note = scene("x^2 + y^2", vary=["x=-1:1", "y=-1:1"], paths=(np.array([[2.0, 0], [0.5, -1.5], [0, 0]]),))
    assert note == "2 of the 3 places of the descent lie outside the picture."


JUMPS = [
    ("sign(x)", "x=-1:1.01", [0.0]),
    ("tan(x)", "x=-3:3", [-np.pi / 2, np.pi / 2]),
    ("1/(x - 0.303)", "x=0:1", [0.303]),
    ("x > 0.4321", "x=0:1", [0.4321]),
    ("exp(40x)", "x=-1:1", []),
    ("x*abs(x)", "x=-1:1.01", []),
    ("tanh(200x)", "x=-1:1.01", []),
    ("sin(60x)", "x=-1:1", []),
]


@pytest.mark.parametrize(("text", "range_", "places"), JUMPS, ids=[row[0] for row in JUMPS])
def test_no_line_is_drawn_across_a_jump(text: str, range_: str, places: list[float]) -> None:
    found, _ = scene(text, vary=[range_])
    x, values = found.axes[0].values, found.graphs[0].values
    assert np.isnan(values).sum() == len(places)
    for place in places:
        assert np.abs(x[np.isnan(values)] - place).min() < x[1] - x[0]


def test_a_grid_of_many_points() -> None:
    found, _ = scene(
        "softmax(W@x)[1]*tanh(x[1]*x[2])", vary=["x[1]=-2:2:0.02", "x[2]=-2:2:0.02"], at=["W=1,2;3,4;0,1", "x=0,0"]
    )
    assert found.graphs[0].values.shape == (201, 201)


# Numbers on axes ----------------------------------------------------------------------------------------------------


def test_ticks_are_round() -> None:
    assert ticks(-5, 5, 5) == [-4, -2, 0, 2, 4]
    assert ticks(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert ticks(3, 3) == [3]
    assert [short(number) for number in (-0.5, 0, 1e-9, 3.161760458, 2e10)] == ["−0.5", "0", "1e−9", "3.16176", "2e10"]


def test_levels_are_round_and_not_crowded_by_what_is_far() -> None:
    assert level_values(np.linspace(0, 10, 100)) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    x = np.linspace(-5, 5, 201)
    far = level_values(2 * x[:, None] + x[None, :] ** 8)
    assert 4 <= len(far) <= 24 and far == sorted(far)
    assert level_values([1.0, 1.0, np.nan]) == []


# Files --------------------------------------------------------------------------------------------------------------

SURFACE = '"f^2/3 + g^(3/2)" --vary f=-3:3 --vary g=-1:5 --point f=-1,g=2 --point f=1.5,g=4'


class Picture:
    """An SVG file: its groups by id, its texts, and its data in the units of its axes."""

    def __init__(self, path: Path) -> None:
        builder = ElementTree.TreeBuilder(insert_comments=True)
        self.root = ElementTree.parse(path, ElementTree.XMLParser(target=builder)).getroot()
        self.groups = {node.get("id"): node for node in self.root.iter() if node.get("id")}
        self.texts = [(node.text or "").strip() for node in self.root.iter() if node.tag is ElementTree.Comment]

    def count(self, kind: str) -> int:
        return sum(re.fullmatch(rf"{kind}-\d+", name or "") is not None for name in self.groups)

    def points(self, name: str) -> Any:
        paths = [node.get("d") or "" for node in self.groups[name].iter() if node.tag.endswith("path")]
        return np.array([[float(number) for number in pair] for pair in re.findall(r"[ML] (\S+) (\S+)", paths[0])])

    def data(self, name: str, x: tuple[float, float], y: tuple[float, float]) -> Any:
        """The points of a line in the units of the axes, whose limits are x and y."""
        frame = self.points("patch_2")
        low, high = frame.min(axis=0), frame.max(axis=0)
        shares = (self.points(name) - low) / (high - low)
        return np.column_stack([x[0] + shares[:, 0] * (x[1] - x[0]), y[1] - shares[:, 1] * (y[1] - y[0])])


@needs_matplotlib
def test_a_file_of_curves_shows_the_functions(tmp_path: Path) -> None:
    from mcalc.pictures import heights

    file = tmp_path / "curve.svg"
    assert printed(f'mcalc plot "x^2*sin(x)" --with "2x" --vary x=-5:5 --wrt x --point x=1 -o {file}') == ""
    picture = Picture(file)
    assert (picture.count("curve"), picture.count("point"), picture.count("value")) == (4, 1, 1)
    assert "$f = x^2\\, \\sin(x)$" in picture.texts
    assert any(text.startswith("$\\partial f/\\partial x = ") for text in picture.texts)
    assert {"$x$", "−4", "4", short(np.sin(1)), "2"} <= set(picture.texts)
    x = np.linspace(-5, 5, 601)
    expected = [x**2 * np.sin(x), 2 * x * np.sin(x) + x**2 * np.cos(x), 2 * x, 2 + 0 * x]
    limits = heights(expected)
    for at, values in enumerate(expected):
        found = picture.data(f"curve-{at + 1}", (-5, 5), limits)
        assert found[0, 0] == pytest.approx(-5, abs=0.01) and found[-1, 0] == pytest.approx(5, abs=0.01)
        np.testing.assert_allclose(found[:, 1], np.interp(found[:, 0], x, values), atol=0.2)


@needs_matplotlib
def test_a_file_of_a_surface_shows_the_points(tmp_path: Path) -> None:
    file = tmp_path / "surface.svg"
    note = printed(f"mcalc plot {SURFACE} -o {file}")
    assert note.endswith("f²/3 + g^(3/2) is complex.\n")
    picture = Picture(file)
    assert (picture.count("point"), picture.count("value")) == (2, 2)
    assert {"3.16176", "8.75", "$f$", "$g$", "$h$"} <= set(picture.texts)
    assert any(r"\frac{f^2}{3} + g^{3/2}" in text for text in picture.texts)
    assert len([node for node in picture.root.iter() if str(node.tag).endswith("}image")]) == 1
    assert file.stat().st_size < 100_000


@needs_matplotlib
def test_a_file_of_level_curves(tmp_path: Path) -> None:
    file = tmp_path / "levels.svg"
    printed(f'mcalc plot "x^2 + y^2" --vary x=-2:2 --vary y=-2:2 --kind levels --levels 1,2.25 --wrt x -o {file}')
    picture = Picture(file)
    assert picture.count("levels") == 2
    assert {"1", "2.25"} <= set(picture.texts)
    inner = picture.points("levels-1")
    frame = picture.points("patch_2")
    middle = (frame.min(axis=0) + frame.max(axis=0)) / 2
    radius = np.hypot(*(inner - middle).T) / np.ptp(frame, axis=0)[0] * 4
    np.testing.assert_allclose(radius, 1, atol=0.02)


@needs_matplotlib
def test_a_file_of_a_gradient_field_and_a_descent(tmp_path: Path) -> None:
    file, steps = tmp_path / "field.svg", tmp_path / "steps.csv"
    steps.write_text("step,x,y\n0,1.5,1\n1,0.5,0.2\n2,0.1,0\n", "utf-8")
    printed(f'mcalc plot "x^2 + 3y^2" --vary x=-2:2 --vary y=-2:2 --kind gradient --path {steps} -o {file}')
    picture = Picture(file)
    assert "gradient" in picture.groups and picture.count("path") == 1
    np.testing.assert_allclose(picture.data("path-1", (-2, 2), (-2, 2)), [[1.5, 1], [0.5, 0.2], [0.1, 0]], atol=0.01)
    arrows = [node for node in picture.groups["gradient"].iter() if node.tag.endswith("path")]
    assert len(arrows) > 100


@needs_matplotlib
@pytest.mark.parametrize("kind", ["surface", "levels", "descent"])
def test_a_descent_is_read_from_json(kind: str, tmp_path: Path) -> None:
    file, steps = tmp_path / "descent.svg", tmp_path / "steps.json"
    history = [{"step": at, "value": 1.0, "parameters": {"w": [1 - at / 4, at / 8]}} for at in range(4)]
    steps.write_text(json.dumps({"command": "descend", "notes": [], "history": history}), "utf-8")
    line = f'mcalc plot "w[1]^2 + w[2]^4" --vary "w[1]=-1:1" --vary "w[2]=-1:1" -s w=2 --kind {kind} --path {steps}'
    assert printed(f"{line} -o {file}") == ""
    assert Picture(file).count("path") == 1
    steps.write_text('[{"step": 0, "w": [1]}]', "utf-8")
    assert "has no `w[2]` in every step" in printed(f"{line} -o {file}")


@needs_matplotlib
def test_the_value_of_a_descent_is_drawn(tmp_path: Path) -> None:
    file = tmp_path / "loss.svg"
    shown_beside = printed(f'mcalc descend "(w - 3)^2" --wrt w -s w=scalar --rate 0.1 --steps 60 -o {file}')
    assert shown_beside.startswith("step ")
    picture = Picture(file)
    assert picture.count("curve") == 1 and {"$\\mathrm{step}$", "$(w - 3)^2$"} <= set(picture.texts)
    assert any("10^{" in text for text in picture.texts), "from 9 to 1e-11 the scale is logarithmic"


@needs_matplotlib
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_same_command_writes_the_same_file(suffix: str, tmp_path: Path) -> None:
    files = [tmp_path / f"{at}.{suffix}" for at in range(2)]
    for file in files:
        printed(f'mcalc plot "3x^2*y" --vary x=-2:2 --vary y=-2:2 --kind gradient -o {file}')
    first, second = (file.read_bytes() for file in files)
    assert first == second and len(first) > 5000
    assert b"Date" not in first


@needs_matplotlib
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_nothing_but_what_mcalc_says_is_printed(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"levels.{suffix}"
    line = f'{sys.executable} -m mcalc plot "x^2 + y" --vary x=-1:1 --vary y=0:1 --kind levels --levels 7 -o {file}'
    top = Path(__file__).parent.parent
    run = subprocess.run(shlex.split(line), capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(top)})
    assert run.returncode == 0 and run.stdout == ""
    assert re.fullmatch(r"f has none of the levels: its values are from \S+ to 2\.\n", run.stderr)


@needs_matplotlib
def test_a_png_is_not_blank(tmp_path: Path) -> None:
    from matplotlib.image import imread

    file = tmp_path / "curve.png"
    printed(f'mcalc plot "x^2" --vary x=-1:1 --wrt x -o {file}')
    pixels = imread(file)[:, :, :3]
    assert pixels.shape == (630, 960, 3)
    for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)):
        assert (np.abs(pixels * 255 - colour).max(axis=2) < 2).sum() > 1000
    assert (pixels == 1).all(axis=2).mean() > 0.8


@needs_matplotlib
def test_a_formula_that_mathtext_lacks_is_plain_text() -> None:
    from mcalc.pictures import math_or_text

    assert math_or_text(r"\begin{cases}0 & x\end{cases}", "where(x > 0, x, 0)") == "where(x > 0, x, 0)"
    assert math_or_text(r"\left(\frac{x}{2}\right)", "(x/2)") == r"$\left(\frac{x}{2}\right)$"


@needs_matplotlib
@pytest.mark.parametrize(
    "line",
    [
        '"sqrt(-1 - x^2)" --vary x=-1:1',
        '"0*x*y + 3" --vary x=-1:1 --vary y=0:1 --kind gradient',
        '"0*x*y + 3" --vary x=-1:1 --vary y=0:1',
        '"sqrt(-1 - x^2*y^2)" --vary x=-1:1 --vary y=0:1',
        '"sqrt(-1 - x^2*y^2)" --vary x=-1:1 --vary y=0:1 --kind levels',
        '"where(x > 0, x, 0)" --vary x=-1:1 --wrt x --panels',
        '"1e300*x^3" --vary x=-1e3:1e3',
        '"x_hat*eta" --vary x_hat=0:1 --vary eta=0:1e-6 -s x_hat=scalar',
    ],
)
def test_odd_pictures_are_drawn(line: str, tmp_path: Path) -> None:
    file = tmp_path / "odd.svg"
    assert "error" not in printed(f"mcalc plot {line} -o {file}")
    assert Picture(file).root.tag.endswith("svg")


def test_without_matplotlib_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [
        name for name in sys.modules if name.partition(".")[0] == "matplotlib" or name == "mcalc.pictures.picture"
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert printed(f'mcalc plot "x^2" --vary x=-1:1 -o {tmp_path / "curve.png"}') == (
        "error: Pictures are drawn with matplotlib, which is not installed.\n"
        "hint: pip install matplotlib installs it; --terminal draws without it\n"
    )
    assert "┤" in printed('mcalc plot "x^2" --vary x=-1:1 --terminal')


# The terminal -------------------------------------------------------------------------------------------------------


def test_the_terminal_shows_the_curve_where_it_is() -> None:
    """Every dot is read back: the middle of its place in the frame lies on the curve."""
    from mcalc.documents import plain
    from mcalc.pictures import picture_rows as rows

    found, _ = scene("x^3 - 2x", vary=["x=-2:2"])
    lines = plain(rows(found, 80)).splitlines()
    body = [line for line in lines if "┤" in line or "│" in line]
    start = re.search("[┤│]", body[0])
    assert start is not None
    cells = [line[start.end() :].ljust(80 - start.end()) for line in body]
    dots = [
        (2 * column + side, 4 * at + down)
        for at, line in enumerate(cells)
        for column, letter in enumerate(line)
        for side in (0, 1)
        for down in range(4)
        if "\u2800" < letter <= "\u28ff" and (ord(letter) - 0x2800) >> (down + 3 * side if down < 3 else 6 + side) & 1
    ]
    across, down = 2 * max(len(line.rstrip()) for line in cells) - 1, 4 * len(cells) - 1
    assert len(dots) > across / 2
    for column, row in dots:
        x = np.array([-2 + 4 * (column + side) / across for side in (-1.5, -0.75, 0, 0.75, 1.5)])
        curve = x**3 - 2 * x
        value = 4.4 - 8.8 * row / down
        assert curve.min() - 0.3 < value < curve.max() + 0.3


def test_the_terminal_in_colour(capsys: pytest.CaptureFixture[str]) -> None:
    shaded = printed('mcalc plot "x*y" --vary x=-1:1 --vary y=-1:1 --terminal --color always')
    assert "\x1b[" in shaded
    assert "\x1b[" not in printed('mcalc plot "x*y" --vary x=-1:1 --vary y=-1:1 --terminal')


TERMINAL = {
    "curves": 'mcalc plot "x^2*sin(x)" --vary x=-5:5 --wrt x --point x=2 --terminal',
    "poles": 'mcalc plot "tan(x)" --with "1/x" --vary x=-5:5 --terminal',
    "map": f"mcalc plot {SURFACE} --terminal",
    "panels": 'mcalc plot "3x^2*y" --vary x=-1:1 --vary y=-1:1 --wrt x --terminal',
}


@pytest.mark.parametrize("name", TERMINAL)
def test_terminal_drawing(name: str) -> None:
    golden = Path(__file__).parent / "terminal" / f"{name}.txt"
    found = printed(TERMINAL[name])
    if os.environ.get("MCALC_GOLDEN") == "update":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")
    assert max(map(len, found.splitlines())) <= 100


# Points off the graph, narrow terminals ------------------------------------------------------------------------------


def test_a_point_has_a_height_of_its_own_where_one_is_given() -> None:
    found, _ = scene("f^2/3 + g^(3/2)", vary=["f=-3:3", "g=0:5"], points=["f=-1,g=2,z=0.7469", "g=2,f=-1"])
    off, on = found.marks
    assert off.place == on.place == (-1, 2) and off.heights == on.heights
    assert (off.at(0), on.at(0)) == (0.7469, pytest.approx(1 / 3 + 2 * np.sqrt(2)))


@needs_matplotlib
@pytest.mark.parametrize("kind", ["surface", "levels", "gradient"])
def test_a_point_off_a_surface_is_drawn_with_its_height(kind: str, tmp_path: Path) -> None:
    line = f'mcalc plot "f^2/3 + g^(3/2)" --vary f=-3:3 --vary g=0:5 --kind {kind} -o {tmp_path / "a.svg"}'
    assert printed(f"{line} --point f=-1,g=2,z=20.5 --point f=-1,g=2") == ""
    picture = Picture(tmp_path / "a.svg")
    assert picture.count("point") == 2 and {"20.5", "3.16176"} <= set(picture.texts)
    assert picture.count("offset") == (kind == "surface")


@needs_matplotlib
def test_a_point_off_a_curve_lies_within_the_picture(tmp_path: Path) -> None:
    assert printed(f'mcalc plot "sin(x)" --vary x=-3:3 --wrt x --point x=1,y=7 -o {tmp_path / "a.svg"}') == ""
    picture = Picture(tmp_path / "a.svg")
    assert picture.count("point") == 1 and {"7"} <= set(picture.texts)


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ("f=-1", "has no value of `g`"),
        ("f=-1,h=2", "`h` does not vary"),
        ("f=1,g=2,z=3,y=4", "`y` does not vary"),
        ("f=1,g=2,c=3", "`c` is a name of the expression that does not vary"),
        ("f=1,g=2,z=high", "`high` is not a number"),
    ],
)
def test_what_is_no_point(point: str, said: str) -> None:
    line = f'mcalc plot "c*f^2/3 + g^(3/2)" --at c=1 --vary f=-3:3 --vary g=0:5 --point {point} --terminal'
    message = printed(line)
    assert message.startswith("error: ") and said in message and "\nhint: " in message


@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize(
    ("sources", "vary"),
    [
        (["3x^2*y"], ["x=-1.5:1.5", "y=-1.5:1.5"]),
        (["1e6*x*y - 12345.678*x^2*sin(x)/(1 + y^2)^3"], ["x=-1.5:1.5", "y=-1.5:1.5"]),
        (["x^2*sin(x)", "1/(1 + exp(-x)) + sin(3x)*cos(2x)/(1 + x^2)"], ["x=-5:5"]),
    ],
)
def test_a_terminal_picture_fits_its_columns(sources: list[str], vary: list[str], columns: int) -> None:
    from mcalc.documents import plain
    from mcalc.pictures import picture_rows as rows

    found, _ = scene(*sources, vary=vary, points=[",".join(one.partition("=")[0] + "=1" for one in vary)])
    text = plain(rows(found, columns))
    assert max(map(len, text.splitlines())) <= columns
    if len(vary) == 2:
        assert all(shade * 2 + " " in text for shade in "░▒▓█")


def test_what_is_too_large_is_not_called_undefined() -> None:
    assert scene("exp(100*x)", vary=["x=-10:10"])[1].endswith("where exp(100x) is too large to be drawn.")
    assert "is not defined" in scene("1/(x - 1)/(x - 1)", vary=["x=-10:10:1"])[1]


@needs_matplotlib
def test_a_legend_has_no_letters_that_nobody_typed(tmp_path: Path) -> None:
    line = f'mcalc plot "x^2" --with "2x" --with "g = sin(x); g" --vary x=-1:1 -o {tmp_path / "a.svg"}'
    assert printed(line) == ""
    texts = Picture(tmp_path / "a.svg").texts
    assert {"$x^2$", "$2 x$"} <= set(texts) and [text[:4] for text in texts if "=" in text] == ["$g ="]
