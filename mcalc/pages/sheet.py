"""A cheat sheet of two pages: shapes, derivatives that one knows by heart, each found by mcalc itself, and the laws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mcalc.ask import derive
from mcalc.derivation.named_rules import RULES
from mcalc.documents.blocks import Block, Either, Equations, Heading, Line, Page, Prose, Spans, Table
from mcalc.networks.index_form import Expression, partial
from mcalc.notation.drawing import Drawn
from mcalc.notation.said import size_box
from mcalc.notation.writing import box_of
from mcalc.pages.prose import spans
from mcalc.table.records import Shape
from mcalc.table.sentences import told
from mcalc.tree.node import Node


class Known(NamedTuple):
    """A derivative: the text, the variable, and the shapes of its names."""

    source: str
    variable: str
    shapes: Mapping[str, str]


@dataclass(frozen=True)
class Section:
    """A heading, the derivatives below it, and the rules that belong there, by their names."""

    title: str
    known: tuple[Known, ...]
    rules: tuple[str, ...] = ()


def _section(title: str, shapes: str, known: str, rules: tuple[str, ...] = ()) -> Section:
    """`known` are texts, each with the variables behind a bar: ``w*x | w x; A@x | x``."""
    declared = dict(pair.split("=") for pair in shapes.split())
    found: list[Known] = []
    for one in known.split(";;"):
        source, _, variables = one.partition(" | ")
        found += [Known(source.strip(), variable, declared) for variable in variables.split()]
    return Section(title, tuple(found), rules)


SECTIONS = (
    _section(
        "Numbers",
        "x=scalar y=scalar c=scalar",
        "c*x | x;; x^c | x;; 3x^2*y | x y;; exp(x) | x;; ln(x) | x;; sin(x) | x;; x/y | x y;; max(0, x) | x",
        ("single-variable chain rule", "single-variable total-derivative chain rule", "constant multiple"),
    ),
    _section(
        "Element by element",
        "w=n x=n z=scalar f=elementwise g=elementwise",
        "w + x | w;; w - x | x;; w*x | w;; w/x | w x;; x + z | z;; x*z | x z;; exp(x) | x;; max(0, x) | x;; f(x) | x;; "
        "f(g(x)) | x",
        ("element-wise diagonal condition", "scalar expansion", "when is a Jacobian square"),
    ),
    _section(
        "Sums and dot products",
        "w=n x=n z=scalar b=scalar y=scalar",
        "sum(x) | x;; mean(x) | x;; sum(x*z) | x z;; w.x | w;; w.x + b | w b;; norm(x) | x;; norm(x)^2 | x;; "
        "logsumexp(x) | x;; max(0, w.x + b) | w;; (w.x + b - y)^2 | w",
        ("vector sum reduction", "why is a gradient a row"),
    ),
    _section(
        "Vectors and matrices",
        "A=m,n X=n,k B=k,p C=m,p S=n,n x=n b=m",
        "softmax(x) | x;; A@x | x;; A@x - b | x;; x'@S@x | x;; norm(A@x - b)^2 | x;; tr(S) | S;; "
        "norm(A@X@B - C)^2 | X;; logdet(S) | S;; x'@inv(S)@x | S",
        ("vector chain rule", "differential", "where does the transpose come from"),
    ),
)
"""What is on the sheet, in its order."""


class Entry(NamedTuple):
    """``∂value/∂variable = right``, and the shape."""

    value: Node
    variable: Node
    right: Expression | Drawn
    shape: Shape


def entry_of(known: Known) -> Entry:
    """The derivative, found."""
    found = derive(known.source, known.variable, known.shapes, told=False, verify=False)
    return Entry(found.value, found.by[0], found.result, found.shape)


def laws(section: Section) -> list[tuple[str, str]]:
    """The rules of a section, each with its law."""
    by_name = {rule.name: rule for rule in RULES}
    return [(name, by_name[name].law) for name in section.rules]


def page() -> Page:
    """The sheet: the derivatives of each section, and the laws that go with it."""
    below = tuple(Prose(spans(told(one), {}), "within") for one in LAYOUT)
    blocks: list[Block] = [Heading(1, ("Matrix calculus on two pages",))]
    blocks.append(Either(below, (Prose(spans(told(f"{'; '.join(LAYOUT)}."), {})),)))
    for section in SECTIONS:
        blocks.append(Heading(2, (section.title,)))
        lines: list[Line] = []
        cells: list[tuple[Spans, ...]] = []
        for entry in map(entry_of, section.known):
            assert isinstance(entry.right, Node)
            name, right = str(entry.variable.parameters[0]), box_of(entry.right)
            left = box_of(partial(entry.value, name, entry.shape, len(entry.value.axes)))
            lines.append(Line(left, right, (), entry.shape))
            cells.append(((box_of(entry.value),), (box_of(entry.variable),), (right,), (size_box(entry.shape),)))
        table = Table((("value",), ("by",), ("derivative",), ("shape",)), tuple(cells))
        blocks.append(Either((Equations(tuple(lines), "definitions"),), (table,)))
        blocks += [Prose(spans(law, {}), "", name) for name, law in laws(section)]
    return Page(tuple(blocks), ("Matrix calculus on two pages",), reference=True)


LAYOUT = (
    "{∂y/∂x} has a row for each output and a column for each input",
    "a gradient is a row, the derivative by a scalar a column",
    "a scalar by a matrix has the shape of the matrix",
)
"""What is to be known of the layout."""
