"""Colour in the terminal, by Rich; mathematics is never read as markup."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from mcalc.render.layout import Row

STYLES = {
    "heading": "bold",
    "result": "bold cyan",
    "variable": "bold cyan",
    "rule": "yellow",
    "shape": "green",
    "quiet": "dim",
    "good": "bold green",
    "bad": "bold red",
}


def show(rows: list[Row]) -> None:
    """The page with its styles, a line of the page a line of the terminal."""
    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=True, force_terminal=True)
    for row in rows:
        console.print(
            Text.assemble(*((piece.text, STYLES.get(piece.style, "")) for piece in row), no_wrap=True, end=""),
            soft_wrap=True,
        )
