"""MathML from the LaTeX that mcalc writes: the one notation for print, carried over to browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from mcalc.tree.names import CAPITALS, GREEK

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|\u00a0|\S")
_UPRIGHT = "exp ln log sin cos tan arcsin arccos arctan sinh cosh tanh max min det"
FUNCTIONS = frozenset(_UPRIGHT.split())
_SYMBOLS = {
    r"\cdot": "⋅", r"\otimes": "⊗", r"\oslash": "⊘", r"\times": "×", r"\le": "≤", r"\ge": "≥", r"\neq": "≠",
    r"\partial": "∂", r"\nabla": "∇", r"\cdots": "⋯", r"\vdots": "⋮", r"\ddots": "⋱",
    r"\|": "‖", r"\sum": "∑", r"\infty": "∞", "-": "−", r"\_": "_",
}  # fmt: skip
_LETTERS = {f"\\{name}": letter for name, letter in (GREEK | CAPITALS).items()} | {r"\top": "⊤"}
_ACCENTS = {r"\hat": "^", r"\tilde": "~", r"\bar": "¯", r"\dot": "˙"}
_SPACES = {r"\;": "0.28em", r"\,": "0.17em", r"\ ": "0.33em"}
_THIN = '<mspace width="0.17em"/>'
_ROOMY = ("</mfrac>", "</mrow>")
_TALL = ("mfrac", "mtable", "munderover", "msqrt")
_FENCES = {"bmatrix": ("[", "]"), "cases": ("{", ""), "aligned": ("", "")}


def mathml(latex: str, large: bool = False) -> str:
    """A ``math`` element, `large` with fractions in full size; raises ValueError for LaTeX that is not mcalc's."""
    reader = _Reader(TOKEN.findall(texts_kept(latex)))
    try:
        inner = reader.row(())
    except IndexError:
        raise ValueError(f"{latex!r} ends too early") from None
    display = ' displaystyle="true"' if large else ""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{display}>{inner}</math>'


def texts_kept(latex: str) -> str:
    """Spaces inside ``\\text{…}`` stand for themselves."""
    return re.sub(r"\\text\{([^{}]*)\}", lambda found: r"\text{" + found[1].replace(" ", "\u00a0") + "}", latex)


class _Reader:
    """The tokens, the next one last; each method takes what it reads."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]

    def row(self, ends: tuple[str, ...]) -> str:
        """Everything up to one of `ends`, which stays."""
        found = list(self.items(ends))
        return found[0] if len(found) == 1 else f"<mrow>{''.join(found)}</mrow>"

    def items(self, ends: tuple[str, ...]) -> Iterator[str]:
        before = ""
        while self.tokens and self.tokens[-1] not in ends:
            item = self.scripted()
            named = (item.startswith("<mi>") and item[5:7].isalpha()) or item.startswith('<mi mathvariant="normal">')
            operand = before and not before.startswith(("<mo>", "<mspace"))
            if operand and (named or before.endswith(_ROOMY)) and not item.startswith(("<mo>", "<mspace")):
                yield _THIN
            yield item
            before = item
        if not self.tokens and ends:
            raise ValueError(f"{ends[0]} is missing")

    def scripted(self) -> str:
        """An atom with what stands below and above it."""
        wide = self.tokens[-1] == r"\sum"
        base = self.atom()
        below = above = ""
        while self.tokens and self.tokens[-1] in ("_", "^"):
            if self.tokens.pop() == "_":
                below = self.argument()
            else:
                above = self.argument().replace("<mi>T</mi>", '<mi mathvariant="normal">T</mi>')
        if below and above:
            name = "munderover" if wide else "msubsup"
            return f"<{name}>{base}{below}{above}</{name}>"
        if below:
            return f"<msub>{base}{below}</msub>"
        return f"<msup>{base}{above}</msup>" if above else base

    def argument(self) -> str:
        """What stands in braces, or one token."""
        if self.tokens[-1] != "{":
            return self.atom()
        self.tokens.pop()
        inner = self.row(("}",))
        self.tokens.pop()
        return inner

    def word(self) -> str:
        """The letters in braces, as they are."""
        self.tokens.pop()
        letters = []
        while self.tokens[-1] != "}":
            token = self.tokens.pop()
            letters.append("_" if token == r"\," else _LETTERS.get(token, token))
        self.tokens.pop()
        return "".join(letters)

    def atom(self) -> str:
        token = self.tokens[-1]
        if token == "{":
            return self.argument()
        self.tokens.pop()
        if token == "}":
            raise ValueError("a closing brace stands alone")
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{token}</mi>"
        if token in _LETTERS:
            return f"<mi>{_LETTERS[token]}</mi>"
        if token in ("(", ")"):
            return _fence(token, "prefix" if token == "(" else "postfix", False)
        if token in _SYMBOLS or not token.startswith("\\"):
            return f"<mo>{escape(_SYMBOLS.get(token, token))}</mo>"
        if token == r"\vec":
            return self.argument().replace("</", "\u20d7</")
        if token in _ACCENTS:
            return f'<mover accent="true">{self.argument()}<mo stretchy="false">{_ACCENTS[token]}</mo></mover>'
        if token in _SPACES:
            return f'<mspace width="{_SPACES[token]}"/>'
        if token[1:] in FUNCTIONS:
            return f"<mi>{token[1:]}</mi>"
        handler = getattr(self, "_" + token[1:], None) if token[1:].isalpha() else None
        if handler is None:
            raise ValueError(f"{token} is not part of the LaTeX that mcalc writes")
        return str(handler())

    def _frac(self) -> str:
        above, below = self.argument(), self.argument()
        return f"<mfrac>{above}{below}</mfrac>"

    def _sqrt(self) -> str:
        return f"<msqrt>{self.argument()}</msqrt>"

    def _phantom(self) -> str:
        return f"<mphantom>{self.argument()}</mphantom>"

    def _text(self) -> str:
        return f"<mtext>{escape(self.word())}</mtext>"

    def _mathbf(self) -> str:
        return f"<mi>{''.join(map(_bold, self.word()))}</mi>"

    _boldsymbol = _mathbf

    def _mathit(self) -> str:
        return f'<mi class="name">{self.word()}</mi>'

    def _mathrm(self) -> str:
        return f'<mi mathvariant="normal">{escape(self.word())}</mi>'

    def _operatorname(self) -> str:
        scripted = self.word().partition("_{")
        return f'<mi mathvariant="normal">{escape(scripted[0])}</mi>'

    def _left(self) -> str:
        opening = self.fence()
        inner = self.row((r"\right",))
        self.tokens.pop()
        tall = any(f"<{name}" in inner for name in _TALL)
        return f"<mrow>{_fence(opening, 'prefix', tall)}{inner}{_fence(self.fence(), 'postfix', tall)}</mrow>"

    def fence(self) -> str:
        token = self.tokens.pop()
        return {r"\|": "‖", ".": ""}.get(token, token)

    def _begin(self) -> str:
        name = self.word()
        opening, closing = _FENCES[name]
        rows, cells = [], [self.row(("&", r"\\", r"\end"))]
        while (token := self.tokens.pop()) != r"\end":
            if token == r"\\":
                rows.append(cells)
                cells = []
            cells.append(self.row(("&", r"\\", r"\end")))
        rows.append(cells)
        self.word()
        body = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
        start, end = _fence(opening, "prefix"), _fence(closing, "postfix")
        align = "" if name == "bmatrix" else ' columnalign="left"'
        return f"<mrow>{start}<mtable{align}>{body}</mtable>{end}</mrow>"


def _fence(shown: str, form: str, tall: bool = True) -> str:
    """A bracket; it grows only around what is tall, as browsers set a growing one apart."""
    grown = "true" if tall else "false"
    spaced = f'form="{form}" fence="true" stretchy="{grown}" lspace="0em" rspace="0em"'
    return f"<mo {spaced}>{escape(shown)}</mo>" if shown else ""


def _bold(letter: str) -> str:
    """The mathematical bold letter, which needs no style."""
    for first, last, start in (("A", "Z", 0x1D400), ("a", "z", 0x1D41A), ("α", "ω", 0x1D6C2), ("0", "9", 0x1D7CE)):
        if first <= letter <= last:
            return chr(start + ord(letter) - ord(first))
    return letter
