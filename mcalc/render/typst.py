"""Typst from the LaTeX that mcalc writes: the answer as mathematics, the derivation as aligned lines."""

from __future__ import annotations

from collections.abc import Iterable

from mcalc.derivation.derivation import Derivation
from mcalc.render import latex
from mcalc.render.mathml import FUNCTIONS, TOKEN, texts_kept
from mcalc.tree.names import CAPITALS, GREEK

_SYMBOLS = {
    r"\cdot": "⋅", r"\otimes": "⊗", r"\oslash": "⊘", r"\times": "×", r"\le": "≤", r"\ge": "≥", r"\neq": "≠",
    r"\partial": "∂", r"\nabla": "∇", r"\cdots": "⋯", r"\vdots": "⋮", r"\ddots": "⋱", r"\|": "‖", r"\sum": "∑",
    r"\infty": "∞", r"\top": "⊤", r"\;": "thick", r"\,": "thin", r"\ ": "space",
    "/": r"\/", "|": r"\|", ";": r"\;", ":": r"\:", "#": r"\#", r"\_": r"\_",
}  # fmt: skip
_WRAPPED = {
    "sqrt": "sqrt({})", "phantom": "#hide(${}$)", "vec": "arrow({})", "hat": "hat({})", "tilde": "tilde({})",
    "bar": "overline({})", "dot": "dot({})",
}  # fmt: skip
_FENCES = {"(": "({})", "[": "[{}]", "|": "abs({})", r"\|": "norm({})"}
_STYLES = {"text": "{}", "mathrm": "upright({})", "mathit": "italic({})", "operatorname": "op({})"}


def write(derivation: Derivation, form: str = "typst") -> str:
    """A formula on lines of its own; for `explain` the derivation."""
    parts = derivation.parts or (derivation,)
    explained = derivation.command == "explain"
    return displayed([latex.derivation_block(part) if explained else part.latex() for part in parts])


def displayed(formulas: Iterable[str]) -> str:
    """Formulas in LaTeX, each on lines of its own; a blank line parts them."""
    return "\n\n".join(f"$ {typst(formula)} $" for formula in formulas)


def standalone(derivation: Derivation) -> str:
    """A whole document."""
    return "#set page(width: auto, height: auto, margin: 1cm)\n\n" + write(derivation)


def typst(source: str) -> str:
    """The formula in Typst's notation; raises ValueError for LaTeX that is not mcalc's."""
    reader = _Reader(TOKEN.findall(texts_kept(source)))
    try:
        return reader.row(())
    except IndexError:
        raise ValueError(f"{source!r} ends too early") from None


class _Reader:
    """The tokens, the next one last; each method takes what it reads."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]

    def row(self, ends: tuple[str, ...]) -> str:
        """Everything up to one of `ends`, which stays."""
        found = ""
        while self.tokens and self.tokens[-1] not in ends:
            item = self.item()
            close = found.endswith("(") or item[0] in "_^,)" or not found
            found += item if close else " " + item
        if not self.tokens and ends:
            raise ValueError(f"{ends[0]} is missing")
        return found

    def item(self) -> str:
        token = self.tokens.pop()
        if token in "_^":
            inner = self.argument()
            return token + (inner if len(inner) == 1 else f"({inner})")
        if token == "{":
            self.tokens.append(token)
            return self.argument()
        if token in _SYMBOLS:
            return _SYMBOLS[token]
        if not token.startswith("\\"):
            return token
        name = token[1:]
        if name in GREEK or name in CAPITALS:
            return (GREEK | CAPITALS)[name]
        if name in FUNCTIONS:
            return name
        if name in _STYLES:
            return _STYLES[name].format(self.quoted())
        if name in _WRAPPED:
            return _WRAPPED[name].format(self.argument())
        handler = getattr(self, "_" + name, None) if name.isalpha() else None
        if handler is None:
            raise ValueError(f"{token} is not part of the LaTeX that mcalc writes")
        return str(handler())

    def argument(self) -> str:
        """What stands in braces, or one token."""
        if self.tokens[-1] != "{":
            return self.item()
        self.tokens.pop()
        inner = self.row(("}",))
        self.tokens.pop()
        return inner

    def quoted(self) -> str:
        """The letters in braces, as a text."""
        self.tokens.pop()
        letters = []
        while (token := self.tokens.pop()) != "}":
            letters.append({r"\,": "_", "\u00a0": " ", '"': r"\""}.get(token, token))
        return '"' + "".join(letters).partition("_{")[0] + '"'

    def _frac(self) -> str:
        above, below = self.argument(), self.argument()
        return f"frac({above}, {below})"

    def _mathbf(self) -> str:
        return f"bold(upright({self.argument()}))"

    _boldsymbol = _mathbf

    def _left(self) -> str:
        opening = self.tokens.pop()
        inner = self.row((r"\right",))
        del self.tokens[-2:]
        return _FENCES[opening].format(inner)

    def _begin(self) -> str:
        name = self.quoted().strip('"')
        rows, cells = [], [self.cell()]
        while (token := self.tokens.pop()) != r"\end":
            if token == r"\\":
                rows.append(cells)
                cells = []
            cells.append(self.cell())
        rows.append(cells)
        self.quoted()
        if name == "aligned":
            return " \\\n  ".join(" & ".join([row[0], *(cell or "quad" for cell in row[1:])]) for row in rows)
        if name == "cases":
            return f"cases({', '.join(' & '.join(row) for row in rows)})"
        return f'mat(delim: "[", {"; ".join(", ".join(row) for row in rows)})'

    def cell(self) -> str:
        return self.row(("&", r"\\", r"\end"))
