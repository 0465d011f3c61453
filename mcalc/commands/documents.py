"""The options of documents, and the style that a project has in `mcalc.toml` or `pyproject.toml`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from mcalc.documents.options import ENVIRONMENTS, FLAVOURS, Options
from mcalc.formats import DOCUMENTS
from mcalc.notation.style import DEFAULT, Style
from mcalc.problems import Problem

_FLAGS = (
    click.option("--standalone", is_flag=True, help="A whole document, with -f latex, html, typst or markdown."),
    click.option(
        "--lhs",
        is_flag=True,
        help="The answer with its left side, ∂f/∂x = ….",
    ),
    click.option("--label", default="", metavar="NAME", help="The label of the equation: eq:grad."),
    click.option("--env", type=click.Choice(ENVIRONMENTS), help="The environment of LaTeX."),
    click.option("--where", is_flag=True, help="What the names are, below the answer."),
    click.option("--numbered", is_flag=True, help="Equations have numbers."),
    click.option("--with-shapes", is_flag=True, help="The shape of every line, in documents."),
    click.option("--style", multiple=True, metavar="KEY=VALUE", help="vector=arrow, transpose=top, W=\\mycommand, …"),
    click.option("--flavour", type=click.Choice(FLAVOURS), default=FLAVOURS[0], help="Of Markdown."),
    click.option("--width", type=click.FloatRange(100), default=345.0, help="The line of the document, in points."),
)


def document_options(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the options of documents; the function gets them as one, `document`."""

    @wraps(function)
    def packed(form: str, **given: Any) -> None:
        own = {name: given.pop(name) for name in Options.__dataclass_fields__ if name in given}
        pairs = own.pop("style")
        if own["standalone"] and form not in DOCUMENTS and not given.get("graph"):
            raise Problem(
                "With --standalone the answer is a whole document, in LaTeX, HTML, Typst or Markdown.",
                hint="add -f latex, -f html or -f typst",
            )
        style = (project_style() if form in DOCUMENTS else DEFAULT).with_pairs(pairs)
        own["env"] = own["env"] or ""
        return function(form=form, document=Options(**own, style=style), **given)

    for option in reversed(_FLAGS):
        packed = option(packed)
    return packed


def project_style() -> Style:
    """The table ``[style]`` of the nearest `mcalc.toml`, or ``[tool.mcalc.style]`` of a `pyproject.toml`."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        for name, keys in (("mcalc.toml", ("style",)), ("pyproject.toml", ("tool", "mcalc", "style"))):
            path = folder / name
            if path.is_file():
                found = _table(path, keys)
                if found or name == "mcalc.toml":
                    return DEFAULT.with_pairs(f"{key}={value}" for key, value in found.items())
    return DEFAULT


def _table(path: Path, keys: tuple[str, ...]) -> dict[str, object]:
    import tomllib

    try:
        found: object = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(f"The file `{path}` cannot be read: {error}.") from None
    for key in keys:
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}
