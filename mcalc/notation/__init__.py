"""Values as boxes, and a printer for each notation: text, ASCII, LaTeX, Typst, MathML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.notation.boxes import Box, Name, Said, Typed
    from mcalc.notation.columns import width
    from mcalc.notation.common_parts import lines_of
    from mcalc.notation.common_parts import program as as_program
    from mcalc.notation.drawing import Slices, drawn
    from mcalc.notation.in_names import Lines
    from mcalc.notation.latex import Latex
    from mcalc.notation.mathml import element
    from mcalc.notation.of_numbers import short
    from mcalc.notation.results import write_expression
    from mcalc.notation.style import DEFAULT, Style
    from mcalc.notation.textlines import broken
    from mcalc.notation.typeset import Typeset
    from mcalc.notation.widths import width_of
    from mcalc.notation.writing import box_of, printer, write, written

__getattr__ = door(__name__)
