"""The signs of every notation, one a line: text, ASCII, LaTeX, and the letter that Typst and MathML set."""

from __future__ import annotations

from html import escape

TYPESETTERS_FUNCTIONS = frozenset(
    {"exp", "ln", "log", "max", "min", "det"}
    | {"sin", "cos", "tan", "cot", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"}
)
"""The names of functions that TeX and Typst set by themselves."""
_SIGNS: dict[str, tuple[str, str, str, str]] = {
    "plus": (" + ", " + ", "+", "+"),
    "minus": (" − ", " - ", "-", "−"),
    "scalar": ("*", "*", "", ""),
    "entry": ("*", "*", "", ""),
    "hadamard": (" ⊗ ", "*", r"\otimes", "⊗"),
    "otimes": (" ⊗ ", "*", r"\otimes", "⊗"),
    "odot": (" ⊙ ", "*", r"\odot", "⊙"),
    "circ": ("∘", "*", r"\circ", "∘"),
    "kron": (" ⊗ ", "*", r"\otimes", "⊗"),
    "matrix": ("·", "@", "", ""),
    "dot": ("·", ".", r"\cdot", "⋅"),
    "oslash": (" ⊘ ", "/", r"\oslash", "⊘"),
    "slash": ("/", "/", "/", "/"),
    "times": ("×", "x", r"\times", "×"),
    "greater": (" > ", " > ", ">", ">"),
    "less": (" < ", " < ", "<", "<"),
    "greater_equal": (" ≥ ", " >= ", r"\ge", "≥"),
    "less_equal": (" ≤ ", " <= ", r"\le", "≤"),
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
    "nabla": ("∇", "grad", r"\nabla", "∇"),
    "eye": ("I", "eye", "I", "I"),
    "ones": ("1⃗", "ones", "", ""),
    "zeros": ("0⃗", "zeros", "", ""),
    "pi": ("π", "pi", r"\pi", "π"),
    "delta": ("δ", "delta", r"\delta", "δ"),
    "infinity": ("∞", "inf", r"\infty", "∞"),
    "across": ("⋯", "...", r"\cdots", "⋯"),
    "down": ("⋮", "...", r"\vdots", "⋮"),
    "aslant": ("⋱", "...", r"\ddots", "⋱"),
}
_LETTERS = ("eye", "pi", "delta", "infinity", "total")

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
