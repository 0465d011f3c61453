"""LaTeX for amsmath, as KaTeX, MathJax and GitHub read it: brackets of the size they need, no `\\left` elsewhere."""

from __future__ import annotations

import re

from mcalc.notation.pieces import Run
from mcalc.notation.signs import LATEX, TYPESETTERS_FUNCTIONS
from mcalc.notation.symbols import LETTER_OF, VARIANTS
from mcalc.notation.typeset import Typeset

_SIZES = ("", r"\big", r"\Big", r"\bigg", r"\Bigg")
_COMMAND = re.compile(r"\\[a-zA-Z]+$")


class Latex(Typeset):
    """The formula for TeX's mathematics."""

    thin = r"\,"
    signs = LATEX

    def text(self, run: Run) -> str:
        """A space where a command would swallow a letter, and around operators for whoever reads the source."""
        found, before = "", ""
        for piece in run:
            if piece.kind in ("bin", "rel") or before in ("bin", "rel", "punct"):
                gap = bool(found)
            else:
                command = bool(_COMMAND.search(found)) and (piece.text[:1].isalnum() or piece.text[:1] == "\\")
                gap = command or (found[-1:].isdigit() and piece.text[:1].isalpha())
                gap = gap or (before in ("ord", "inner", "close", "space") and bool(piece.cut))
            found += (" " if gap and piece.text else "") + piece.text
            before = piece.kind
        return found

    def line(self, run: Run, first: bool) -> str:
        """A line of a broken formula: a further one begins with its operator, which stays one."""
        if first:
            return self.text(run)
        lead = f"{{}}{run[0].lead} " if run[0].lead else "{}" if run[0].kind == "bin" else ""
        return r"\quad " * (1 + min(run[0].depth, 3)) + lead + self.text(run)

    def spell(self, word: str, look: str) -> str:
        """A name in its look: italic, bold, under an arrow."""
        greek = word in VARIANTS or (word in LETTER_OF and word != "omicron")
        shown = "\\" + word if greek else word.replace("_", r"\_")
        if look == "bold":
            return rf"\boldsymbol{{{shown}}}" if greek else rf"\mathbf{{{shown}}}"
        if look == "arrow":
            return rf"\vec{{{shown}}}"
        if look == "upright":
            return rf"\mathrm{{{shown}}}"
        return shown if greek or len(word) == 1 else rf"\mathit{{{shown}}}"

    def number(self, text: str) -> str:
        """A number; of a fraction both sides of its stroke."""
        return text

    def index(self, text: str) -> str:
        """An index, a letter or a number."""
        return text.replace(":", "{:}").replace("_", r"\_")

    def accent(self, name: str, text: str) -> str:
        """What stands under an accent."""
        return (r"\vec" if name == "arrow" else rf"\{name}") + f"{{{text}}}"

    def transpose_sign(self, letter: str) -> str:
        """The sign of a transpose in the style asked for."""
        return {"T": "T", "top": r"\top", "sf": r"\mathsf{T}", "prime": r"\prime"}[letter]

    def scripts(self, base: str, below: str, above: str) -> str:
        """A base with what stands below and above it."""
        return base + (f"_{_group(below)}" if below else "") + (f"^{_group(above)}" if above else "")

    def grouped(self, text: str) -> str:
        """What scripts belong to, as one thing."""
        return f"{{{text}}}"

    def fraction(self, above: str, below: str) -> str:
        """One above the other."""
        return rf"\frac{{{above}}}{{{below}}}"

    def root(self, inner: str) -> str:
        """The square root of what is inside."""
        return rf"\sqrt{{{inner}}}"

    def fence(self, kind: str, step: int) -> tuple[str, str]:
        """The opening and the closing sign, larger with each step."""
        opening, closing = {
            "(": ("(", ")"),
            "[": ("[", "]"),
            "|": (r"\lvert", r"\rvert"),
            "‖": (r"\lVert", r"\rVert"),
        }[kind]
        if step == len(_SIZES):
            return rf"\left{opening} ", rf"\right{closing}"
        if step == 0:
            return (opening, closing) if kind in "([" else (opening + " ", closing)
        return f"{_SIZES[step]}l{opening}" + (" " if kind not in "([" else ""), f"{_SIZES[step]}r{closing}"

    def big_sum(self, below: str, above: str) -> str:
        """Σ between its limits."""
        return rf"\sum_{{{below}}}^{{{above}}} "

    def matrix(self, rows: list[list[str]], roomy: bool) -> str:
        """Rows between brackets, further apart where they are `roomy`."""
        end = r" \\[4pt] " if roomy else r" \\ "
        return r"\begin{bmatrix}" + end.join(" & ".join(row) for row in rows) + r"\end{bmatrix}"

    def branches(self, rows: list[tuple[str, str, str]]) -> str:
        """Cases, each its value, the word before its condition, and that."""
        lines = [rf"{value} & \text{{{word}{' ' if asked else ''}}}{asked}" for value, word, asked in rows]
        return r"\begin{cases}" + r" \\ ".join(lines) + r"\end{cases}"

    def function(self, word: str, greek: bool) -> str:
        """The name of a function, or of one that is a Greek letter."""
        if greek or word in TYPESETTERS_FUNCTIONS:
            return "\\" + word
        shown = word.replace("_", r"\_")
        return (
            rf"\operatorname{{{shown}}}"
            if self.style.functions == "operatorname"
            else rf"\mathop{{\mathrm{{{shown}}}}}"
        )


def _group(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"
