"""The signs of every notation, one a line: text, ASCII, LaTeX, and the letter that Typst and MathML set."""

from __future__ import annotations

from html import escape

from mcalc.table import COMPARISONS, TABLE
from mcalc.table.roles import DELTA, KRONECKER

_WRITTEN = [operator.notation for operator in TABLE.values()]
TYPESETTERS_FUNCTIONS = frozenset(
    notation.spoken
    for notation in _WRITTEN
    if notation.kind == "call" and notation.latex and not notation.latex.startswith(r"\operatorname")
)
"""The names of functions that TeX and Typst set by themselves."""
_COMPARISONS = {
    name: (TABLE[name].notation.text, TABLE[name].notation.ascii, TABLE[name].notation.latex.strip(), sign)
    for name, sign in ((name, TABLE[name].notation.text.strip()) for name in COMPARISONS.values())
}
_SIGNS: dict[str, tuple[str, str, str, str]] = {
    "plus": (" + ", " + ", "+", "+"),
    "minus": (" − ", " - ", "-", "−"),
    "scalar": ("*", "*", "", ""),
    "entry": ("*", "*", "", ""),
    "hadamard": (" ⊗ ", "*", r"\otimes", "⊗"),
    "otimes": (" ⊗ ", "*", r"\otimes", "⊗"),
    "odot": (" ⊙ ", "*", r"\odot", "⊙"),
    "circ": ("∘", "*", r"\circ", "∘"),
    KRONECKER: (" ⊗ ", "*", r"\otimes", "⊗"),
    "matrix": ("·", "@", "", ""),
    "dot": ("·", ".", r"\cdot", "⋅"),
    "oslash": (" ⊘ ", "/", r"\oslash", "⊘"),
    "slash": ("/", "/", "/", "/"),
    "times": ("×", "x", r"\times", "×"),
    **_COMPARISONS,
    "neq": (" ≠ ", " != ", r"\neq", "≠"),
    "equals": (" = ", " = ", "=", "="),
    "about": (" ≈ ", " ~ ", r"\approx", "≈"),
    "maps": (" ↦ ", " -> ", r"\mapsto", "↦"),
    "to": (" → ", " -> ", r"\to", "→"),
    "in": (" ∈ ", " in ", r"\in", "∈"),
    "range": ("..", "..", r",\dots,", ",…,"),
    "semicolon": (";", ";", ";", ";"),
    "colon": (":", ":", ":", ":"),
    "T": ("ᵀ", "'", "T", "T"),
    "prime": ("′", "'", "'", "′"),
    "d": ("∂", "d", r"\partial", "∂"),
    "total": ("d", "d", r"\mathrm{d}", "d"),
    "derivation": ("D", "D", r"\mathrm{D}", "upright(D)"),
    "nabla": ("∇", "grad", r"\nabla", "∇"),
    "eye": ("I", "eye", "I", "I"),
    "ones": ("1⃗", "ones", "", ""),
    "zeros": ("0⃗", "zeros", "", ""),
    "pi": ("π", "pi", r"\pi", "π"),
    DELTA: ("δ", DELTA, r"\delta", "δ"),
    "infinity": ("inf", "inf", r"\infty", "∞"),
    "across": ("⋯", "...", r"\cdots", "⋯"),
    "down": ("⋮", "...", r"\vdots", "⋮"),
    "aslant": ("⋱", "...", r"\ddots", "⋱"),
}
_LETTERS = ("eye", "pi", DELTA, "infinity", "total", "derivation")

TEXT, ASCII, LATEX = ({name: row[at] for name, row in _SIGNS.items()} for at in range(3))
TYPST = {name: row[3] for name, row in _SIGNS.items()} | {
    "minus": "-",
    "slash": r"\/",
    "semicolon": r"\;",
    "total": "upright(d)",
    "prime": "'",
}
MATHML = {
    name: f"<mi>{row[3]}</mi>" if name in _LETTERS else f"<mo>{escape(row[3])}</mo>" if row[3] else ""
    for name, row in _SIGNS.items()
} | {"total": '<mi mathvariant="normal">d</mi>'}
