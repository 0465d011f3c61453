"""The part of LaTeX that matplotlib sets in its pictures: brackets grow, and there are no matrices."""

from __future__ import annotations

from mcalc.notation.latex import Latex
from mcalc.notation.pieces import Piece, Run


class Mathtext(Latex):
    """The formula for matplotlib; what it cannot set is refused there, and shown as text."""

    def fence(self, kind: str, step: int) -> tuple[str, str]:
        """The opening and the closing sign, larger with each step."""
        opening, closing = {"(": ("(", ")"), "[": ("[", "]"), "|": ("|", "|"), "‖": (r"\|", r"\|")}[kind]
        return (opening, closing) if step == 0 else (rf"\left{opening}", rf"\right{closing}")

    def text(self, run: Run) -> str:
        """With the thin space before a function, which matplotlib does not set."""
        spaced: Run = []
        for piece in run:
            if piece.kind == "op" and spaced and spaced[-1].kind in ("ord", "close"):
                spaced.append(Piece(self.thin, "space"))
            spaced.append(piece)
        return super().text(spaced)
