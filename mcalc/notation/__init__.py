"""Values as they are written: text, ASCII and LaTeX."""
