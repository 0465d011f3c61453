"""Typst: brackets grow by themselves within a formula; a function is ``op("…")``, a name of several letters quoted."""

from __future__ import annotations

import re

from mcalc.notation.pieces import Run
from mcalc.notation.signs import TYPESETTERS_FUNCTIONS, TYPST
from mcalc.notation.symbols import LETTER_OF
from mcalc.notation.typeset import Typeset
from mcalc.table.roles import TRACE

_KNOWN = TYPESETTERS_FUNCTIONS | {TRACE}


class Typst(Typeset):
    """The formula between Typst's dollar signs."""

    thin = "thin"
    signs = TYPST

    def text(self, run: Run) -> str:
        """A run of pieces as text."""
        found = " ".join(piece.text for piece in run if piece.text)
        return re.sub(r"(?<=[(\[]) | (?=[)\],']+)", "", found)

    def line(self, run: Run, first: bool) -> str:
        """A line of a broken formula: a further one begins with its operator."""
        text = self.text(_torn(run))
        if first:
            return text
        return "quad " * (1 + min(run[0].depth, 3)) + (run[0].lead + " " if run[0].lead else "") + text

    def spell(self, word: str, look: str) -> str:
        """A name in its look: italic, bold, under an arrow."""
        shown = LETTER_OF.get(word) or (word if len(word) == 1 else f'"{word}"')
        if look == "bold":
            return f"bold(upright({shown}))"
        if look == "arrow":
            return f"arrow({shown})"
        if look == "upright":
            return f"upright({shown})"
        return shown if len(shown) == 1 else f"italic({shown})"

    def number(self, text: str) -> str:
        """A number; of a fraction both sides of its stroke."""
        return text.replace("/", r"\/")

    def index(self, text: str) -> str:
        """An index, a letter or a number."""
        if text.isdigit() or len(text) == 1:
            return {":": r"\:", "_": r"\_"}.get(text, text)
        return " ".join(self.index(part) for part in re.findall(r"\d+|\S", text))

    def accent(self, name: str, text: str) -> str:
        """What stands under an accent."""
        return {"bar": "overline({})"}.get(name, name + "({})").format(text)

    def transpose_sign(self, letter: str) -> str:
        """The sign of a transpose in the style asked for."""
        return {"T": "T", "top": "⊤", "sf": "sans(T)", "prime": "′"}[letter]

    def scripts(self, base: str, below: str, above: str) -> str:
        """A base with what stands below and above it."""
        return base + (f"_{_group(below)}" if below else "") + (f"^{_group(above)}" if above else "")

    def grouped(self, text: str) -> str:
        """What scripts belong to, as one thing."""
        return f"attach({text})"

    def fraction(self, above: str, below: str) -> str:
        """One above the other."""
        return f"frac({above}, {below})"

    def root(self, inner: str) -> str:
        """The square root of what is inside."""
        return f"sqrt({inner})"

    def fence(self, kind: str, step: int) -> tuple[str, str]:
        """The opening and the closing sign, larger with each step."""
        return {"(": ("(", ")"), "[": ("[", "]"), "|": ("lr(|", "|)"), "‖": ("lr(‖", "‖)")}[kind]

    def big_sum(self, below: str, above: str) -> str:
        """Σ between its limits."""
        return f"∑_{_group(below)}^{_group(above)}"

    def matrix(self, rows: list[list[str]], roomy: bool) -> str:
        """Rows between brackets, further apart where they are `roomy`."""
        return f'mat(delim: "[", {"; ".join(", ".join(row) for row in rows)})'

    def branches(self, rows: list[tuple[str, str, str]]) -> str:
        """Cases, each its value, the word before its condition, and that."""
        lines = [f'{value} & "{word} " {asked}'.rstrip() for value, word, asked in rows]
        return f"cases({', '.join(lines)})"

    def function(self, word: str, greek: bool) -> str:
        """The name of a function, or of one that is a Greek letter."""
        if greek:
            return LETTER_OF[word]
        return word if word in _KNOWN else f'op("{word}")'


def _torn(run: Run) -> Run:
    """The run with brackets that do not close in this line as plain signs: Typst would set all their lines as one."""
    waiting: list[int] = []
    alone: set[int] = set()
    for at, piece in enumerate(run):
        if piece.kind == "open":
            waiting.append(at)
        elif piece.kind == "close":
            if waiting:
                waiting.pop()
            else:
                alone.add(at)
    alone.update(waiting)
    return [piece._replace(text=_plain(piece.text)) if at in alone else piece for at, piece in enumerate(run)]


def _plain(text: str) -> str:
    """A bracket that does not look for its other half."""
    for built, sign in (("lr(|", "|"), ("lr(‖", "‖"), ("|)", "|"), ("‖)", "‖")):
        if text.startswith(built):
            return sign + text[len(built) :]
    return "\\" + text


def _group(text: str) -> str:
    return text if len(text) == 1 and text not in "([" else f"({text})"
