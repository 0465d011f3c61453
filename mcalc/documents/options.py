"""What a document can be asked for."""

from __future__ import annotations

from dataclasses import dataclass

from mcalc.notation.style import DEFAULT, Style

ENVIRONMENTS = ("align", "align*", "equation", "aligned", "none")
FLAVOURS = ("pandoc", "github", "quarto")


@dataclass(frozen=True)
class Options:
    """`lhs`: an answer has its left side; `env` is the environment of LaTeX, `label` its label; `where` and
    `with_shapes` say what the names are and the shape of each line; `width` is the room of a line in points.
    """

    lhs: bool = False
    env: str = ""
    label: str = ""
    where: bool = False
    numbered: bool = False
    with_shapes: bool = False
    standalone: bool = False
    flavour: str = "pandoc"
    width: float = 345.0
    style: Style = DEFAULT


PLAIN = Options()
