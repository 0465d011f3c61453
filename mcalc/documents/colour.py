"""Colour in the terminal, by Rich; mathematics is never read as markup."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from mcalc.documents.rows import Row

_SHADES = (
    *("#440154", "#482173", "#433e85", "#38588c", "#2d708e", "#25858e"),
    *("#1e9b8a", "#2ab07f", "#52c569", "#86d549", "#c2df23", "#fde725"),
)
STYLES = {
    "heading": "bold",
    "result": "bold cyan",
    "variable": "bold cyan",
    "rule": "yellow",
    "shape": "green",
    "quiet": "dim",
    "mark": "bold",
    **{f"graph {at}": name for at, name in enumerate(("blue", "yellow", "green", "magenta", "cyan", "red"))},
    **{f"shade {at}": f"{colour} on {colour}" for at, colour in enumerate(_SHADES)},
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
