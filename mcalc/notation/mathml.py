"""MathML Core: what browsers set without a script; a bracket has the size it needs, and may end on another line."""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise

from mcalc.notation.pieces import Run
from mcalc.notation.signs import MATHML
from mcalc.notation.symbols import LETTER_OF
from mcalc.notation.typeset import Typeset
from mcalc.notation.widths import THIN, space_between

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
BREAK = "\n"
_AXIS = 0.25
_STRUT = '<mspace width="0em" height="{high}em" depth="{deep}em"/>'
"""As high as a bracket, and nothing to see."""
_GROWN = ("", "1.2em", "1.8em", "2.4em", "3em")
_BOLD = {"A": 0x1D400, "a": 0x1D41A, "α": 0x1D6C2, "Α": 0x1D6A8, "0": 0x1D7CE}
_ITALIC = {"A": 0x1D434, "a": 0x1D44E}
_LAST = {"A": "Z", "a": "z", "α": "ω", "Α": "Ω", "0": "9"}
_ACCENTS = {"hat": "^", "tilde": "~", "bar": "¯", "dot": "˙"}
_ARROW = "\u20d7"
_LEADING = '<mo form="prefix" lspace="0em" rspace="0em">−'
"""A minus sign before its term, where nothing stands to the left of it: without the room of a difference."""


class MathML(Typeset):
    """The inside of a ``math`` element."""

    thin = f'<mspace width="{THIN}em"/>'
    comma = "<mo>,</mo>"
    signs = MATHML

    def text(self, run: Run) -> str:
        """With the thin spaces that TeX sets; those around operators are the browser's."""
        return self.after(run, "")

    def after(self, run: Run, before: str) -> str:
        """The same behind a piece of that kind."""
        found = ""
        for piece in run:
            if space_between(before, piece.kind) == THIN:
                found += self.thin
            leads = piece.kind == "ord" or before in ("", "bin", "rel", "open", "punct", "op")
            found += re.sub("^<mo>−", _LEADING, piece.text) if leads else piece.text
            before = piece.kind
        return found

    def line(self, run: Run, first: bool) -> str:
        """A line of a broken formula: a further one begins with its operator.

        Where a narrow page may break it once more, there is a `BREAK`, and one more for each bracket around it.
        """
        cuts = [0, *(at for at, piece in enumerate(run) if at and piece.cut), len(run)]
        parts = [self.after(run[start:end], run[start - 1].kind if start else "") for start, end in pairwise(cuts)]
        text = parts[0]
        for at, part in zip(cuts[1:], parts[1:], strict=False):
            text += BREAK * (1 + run[at].depth) + re.sub("^<mo>", '<mo form="infix">', part)
        if first:
            return text
        indent = f'<mspace width="{1 + min(run[0].depth, 3)}em"/>'
        return indent + run[0].lead + text

    def spell(self, word: str, look: str) -> str:
        """A name in its look: italic, bold, under an arrow."""
        shown = LETTER_OF.get(word, word)
        if look == "bold":
            return f"<mi>{_in_letters(shown, _BOLD)}</mi>"
        if look == "arrow":
            return f"<mi>{escape(shown)}{_ARROW}</mi>"
        if look == "upright":
            return f'<mi mathvariant="normal">{escape(shown)}</mi>'
        return f"<mi>{escape(shown) if len(shown) == 1 else _in_letters(shown, _ITALIC)}</mi>"

    def number(self, text: str) -> str:
        """A number; of a fraction both sides of its stroke."""
        return "<mo>/</mo>".join(f"<mn>{part}</mn>" for part in text.split("/"))

    def index(self, text: str) -> str:
        """An index, a letter or a number."""
        return "".join(_index_part(part) for part in re.findall(r"\d+|[^\W\d]+|.", text))

    def accent(self, name: str, text: str) -> str:
        """What stands under an accent."""
        if name == "arrow":
            return text.replace("</", _ARROW + "</")
        return f'<mover accent="true">{_row(text)}<mo stretchy="false">{_ACCENTS[name]}</mo></mover>'

    def transpose_sign(self, letter: str) -> str:
        """The sign of a transpose in the style asked for."""
        return {"top": "<mo>⊤</mo>", "prime": "<mo>′</mo>"}.get(letter, '<mi mathvariant="normal">T</mi>')

    def scripts(self, base: str, below: str, above: str) -> str:
        """A base with what stands below and above it; a browser stretches a bracket only where it has no scripts."""
        grown = re.fullmatch(r'<mo form="postfix".*minsize="([\d.]+)em".*', base)
        if grown:
            high = float(grown[1]) / 2
            return base + self.scripts(_STRUT.format(high=high + _AXIS, deep=high - _AXIS), below, above)
        if below and above:
            return f"<msubsup>{_row(base)}{_row(below)}{_row(above)}</msubsup>"
        return f"<msub>{_row(base)}{_row(below)}</msub>" if below else f"<msup>{_row(base)}{_row(above)}</msup>"

    def grouped(self, text: str) -> str:
        """What scripts belong to, as one thing."""
        return f"<mrow>{text}</mrow>"

    def fraction(self, above: str, below: str) -> str:
        """One above the other."""
        return f"<mfrac>{_row(above)}{_row(below)}</mfrac>"

    def root(self, inner: str) -> str:
        """The square root of what is inside."""
        return f"<msqrt>{inner}</msqrt>"

    def fence(self, kind: str, step: int) -> tuple[str, str]:
        """The opening and the closing sign, larger with each step."""
        opening, closing = {"(": ("(", ")"), "[": ("[", "]"), "|": ("|", "|"), "‖": ("‖", "‖")}[kind]
        return _fence(opening, "prefix", step), _fence(closing, "postfix", step)

    def whole(self, text: str) -> str:
        """A formula as one element."""
        return f"<mrow>{text}</mrow>"

    def big_sum(self, below: str, above: str) -> str:
        """Σ between its limits."""
        return f'<munderover><mo movablelimits="false">∑</mo>{_row(below)}{_row(above)}</munderover>'

    def matrix(self, rows: list[list[str]], roomy: bool) -> str:
        """Rows between brackets, further apart where they are `roomy`."""
        opening, closing = _fence("[", "prefix", len(_GROWN)), _fence("]", "postfix", len(_GROWN))
        return f"<mrow>{opening}{_table(rows)}{closing}</mrow>"

    def branches(self, rows: list[tuple[str, str, str]]) -> str:
        """Cases, each its value, the word before its condition, and that."""
        cells = [[value, f"<mtext>{word}\u00a0</mtext>{asked}"] for value, word, asked in rows]
        brace, align = _fence("{", "prefix", len(_GROWN)), ' columnalign="left"'
        return f"<mrow>{brace}{_table(cells, align)}</mrow>"

    def function(self, word: str, greek: bool) -> str:
        """The name of a function, or of one that is a Greek letter."""
        shown = LETTER_OF[word] if greek else escape(word)
        return f"<mi>{shown}</mi>"


def element(inner: str, large: bool = False) -> str:
    """The ``math`` element; `large` with fractions in full size."""
    display = ' displaystyle="true"' if large else ""
    return f'<math xmlns="{NAMESPACE}"{display}>{inner}</math>'


def pieces(line: str, large: bool = True, around: int = 1) -> str:
    """A line of a formula in pieces, between which a narrow page breaks it, first where the fewest brackets are around.

    What is between two such places stays together as long as a line has room for it.
    """
    if BREAK not in line:
        return element(line, large)
    parts = re.split(f"(?<!{BREAK}){BREAK * around}(?!{BREAK})", line)
    found = [pieces(part, large, around + 1) for part in parts]
    if len(parts) == 1:
        return found[0]
    return "<wbr>".join(f"<span>{one}</span>" if BREAK in part else one for part, one in zip(parts, found, strict=True))


def _index_part(text: str) -> str:
    """A letter, a number or a sign of an index."""
    sign = "mn" if text.isdigit() else "mo" if text in "+-():,;" else "mi"
    return f"<{sign}>{escape(text)}</{sign}>"


def _row(text: str) -> str:
    """One element: scripts and fractions take no more."""
    return text if re.fullmatch(r"<(m[ion])\b[^>]*>[^<]*</\1>|<mspace[^<]*/>", text) else f"<mrow>{text}</mrow>"


def _table(rows: list[list[str]], align: str = "") -> str:
    body = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
    return f"<mtable{align}>{body}</mtable>"


def _fence(shown: str, form: str, step: int) -> str:
    """A bracket: as it is, of a size of its own, or growing with what its row holds."""
    grown = 'stretchy="false"' if step == 0 else 'stretchy="true"'
    if 0 < step < len(_GROWN):
        grown += f' symmetric="true" minsize="{_GROWN[step]}" maxsize="{_GROWN[step]}"'
    return f'<mo form="{form}" fence="true" {grown} lspace="0em" rspace="0em">{shown}</mo>'


def _in_letters(word: str, alphabet: dict[str, int]) -> str:
    """In mathematical letters, which need no style."""
    found = ""
    for letter in word:
        first = next((first for first in alphabet if first <= letter <= _LAST[first]), None)
        shown = letter if first is None else chr(alphabet[first] + ord(letter) - ord(first))
        found += "ℎ" if shown == "\U0001d455" else shown
    return escape(found)
