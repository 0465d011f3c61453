"""Values as boxes, and a printer for each notation: text, ASCII, LaTeX, Typst, MathML."""
