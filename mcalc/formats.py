"""The formats, a record each: all that the rest of mcalc knows of one by its name.

A document's file, and that of data, has ``write(page, options)``, and shows whatever is made of blocks; that of code
and of a drawing has ``write(derivation, form, …)``. To add a format is to write its file and its record here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

DERIVATION, VALUE, VERDICT, TABLE, RULES, SHAPES, GRAPH = (
    "derivation", "value", "verdict", "table", "rules", "shapes", "graph",
)  # fmt: skip
"""The results; a descent is a table too."""
ALL = (DERIVATION, VALUE, VERDICT, TABLE, RULES, SHAPES, GRAPH)


class Kind(Enum):
    """What a format is for."""

    TERMINAL = "read in a terminal, and by mcalc"
    DOCUMENT = "pasted into a document, or a whole one"
    DATA = "read by programs"
    CODE = "run"
    DRAWING = "a picture"


@dataclass(frozen=True)
class Source:
    """Files that authors write: their endings, how a comment begins and ends, and what plain text stands in.

    In some an answer needs `options` to be read as a formula, and what is no environment must be `wrapped`.
    """

    endings: tuple[str, ...]
    opens: str
    closes: str
    plain: tuple[str, str]
    options: tuple[str, ...] = ()
    wrapped: tuple[str, str] = ("", "")

    def comment(self, text: str) -> str:
        """The text as a comment on a line of its own."""
        harmless = text.replace("--", "- -") if self.closes == "-->" else text
        return f"{self.opens} {' '.join(harmless.split())} {self.closes}".rstrip()


@dataclass(frozen=True)
class Format:
    """A format: which results it can `show`, in which `module` it is written, how its own files end.

    `sources` are the files that its output is put into, its own first; without any nothing is said in comments.
    `pasted`: an answer is its formula alone, for a sentence of the author's. `instead` is what stands for a number that
    is too large for a double.
    """

    name: str
    kind: Kind
    module: str
    shows: tuple[str, ...]
    ending: str
    sources: tuple[Source, ...] = ()
    pasted: bool = False
    instead: str = ""

    def comments(self, lines: tuple[str, ...]) -> list[str]:
        """What was assumed, a comment a line; none where the format has no comments."""
        return [self.sources[0].comment(line) for line in lines] if self.sources else []


_PYTHON = (Source((".py",), "#", "", ('"""', '"""')),)
_CODE = (DERIVATION, VALUE)

FORMATS = {
    one.name: one
    for one in (
        Format("text", Kind.TERMINAL, "documents.terminal", ALL, ".txt"),
        Format("ascii", Kind.TERMINAL, "documents.terminal", ALL, ".txt"),
        Format(
            "latex",
            Kind.DOCUMENT,
            "documents.latex",
            ALL,
            ".tex",
            (
                Source((".tex", ".ltx"), "%", "", (r"\begin{verbatim}", r"\end{verbatim}")),
                Source(
                    (".org",),
                    "#",
                    "",
                    ("#+begin_example", "#+end_example"),
                    ("--env", "align*"),
                    ("#+begin_export latex", "#+end_export"),
                ),
            ),
            pasted=True,
        ),
        Format(
            "markdown",
            Kind.DOCUMENT,
            "documents.markdown",
            ALL,
            ".md",
            (Source((".md", ".markdown", ".qmd", ".rmd"), "<!--", "-->", ("```text", "```")),),
        ),
        Format(
            "html",
            Kind.DOCUMENT,
            "documents.html",
            ALL,
            ".html",
            (Source((".html", ".htm"), "<!--", "-->", ("<pre>", "</pre>")),),
        ),
        Format(
            "typst",
            Kind.DOCUMENT,
            "documents.typst",
            ALL,
            ".typ",
            (Source((".typ",), "//", "", ("```", "```")),),
            pasted=True,
        ),
        Format("json", Kind.DATA, "documents.json", (DERIVATION, VALUE, VERDICT, TABLE), ".json", instead="null"),
        Format("csv", Kind.DATA, "documents.csv", (TABLE,), ".csv", instead="empty"),
        Format("numpy", Kind.CODE, "code.derivative", _CODE, ".py", _PYTHON, instead="inf"),
        Format("jax", Kind.CODE, "code.derivative", _CODE, ".py", _PYTHON, instead="inf"),
        Format("torch", Kind.CODE, "code.derivative", _CODE, ".py", _PYTHON, instead="inf"),
        Format("sympy", Kind.CODE, "code.in_sympy", (DERIVATION,), ".py", _PYTHON),
        Format("dot", Kind.DRAWING, "pictures.graph_dot", (GRAPH,), ".dot"),
        Format("svg", Kind.DRAWING, "pictures.graph_svg", (GRAPH,), ".svg"),
    )
}


def showing(result: str) -> tuple[str, ...]:
    """The formats in which a result can be had."""
    return tuple(name for name, one in FORMATS.items() if result in one.shows)


def of_kind(kind: Kind) -> tuple[str, ...]:
    """The formats of one kind."""
    return tuple(name for name, one in FORMATS.items() if one.kind is kind)


def by_ending(text: str) -> str:
    """The format that goes by this name or whose files end so, ``tex`` or ``md``; the text itself where none does."""
    if text in FORMATS:
        return text
    return next((name for name, one in FORMATS.items() if f".{text}" in _endings(one)), text)


OTHERWISE = {
    **dict.fromkeys(
        ("pdf", "ps", "eps", "dvi"),
        "write `-f latex --standalone -o FILE.tex`, and `pdflatex FILE.tex` sets it; or `-f typst` for Typst",
    ),
    **dict.fromkeys(
        ("docx", "doc", "word", "odt", "rtf", "epub"),
        "write `-f markdown -o FILE.md`, and `pandoc FILE.md -o FILE.docx` makes it",
    ),
    **dict.fromkeys(("ipynb", "jupyter", "notebook"), "in a notebook `mcalc.gradient(…)` shows itself, see README"),
    **dict.fromkeys(("png", "jpg", "jpeg", "gif"), "`mcalc plot … -o FILE.png` draws; a graph is `--graph -f svg`"),
    **dict.fromkeys(("python", "py", "code"), "choose the library: `-f numpy`, `-f jax`, `-f torch` or `-f sympy`"),
    **dict.fromkeys(("tensorflow", "tf", "matlab", "julia", "c", "cpp", "fortran"), "the nearest is `-f numpy`"),
    **dict.fromkeys(("mathml", "web", "htm"), "write `-f html`, which holds MathML"),
}
"""What leads to files that mcalc does not write itself."""


def _endings(one: Format) -> Iterator[str]:
    """The endings of its files, where they are those of no other format."""
    if one.kind is Kind.DOCUMENT:
        yield one.ending
        yield from one.sources[0].endings


DOCUMENTS = of_kind(Kind.DOCUMENT)
LIBRARIES = tuple(name for name in of_kind(Kind.CODE) if VALUE in FORMATS[name].shows)
"""Where code is run: the array libraries."""
