"""LaTeX for amsmath: a formula, or a derivation in `align*` that breaks over lines and pages; a whole document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mcalc.documents.at_length import plainly, titled, together
from mcalc.documents.blocks import Code, Equations, Heading, Note, Page, Prose, Spans, Table, Where
from mcalc.documents.document import Document, SetLine
from mcalc.documents.flow import Graph
from mcalc.documents.options import Options
from mcalc.documents.typeset_diagram import Tikz
from mcalc.formats import FORMATS
from mcalc.notation.boxes import Box
from mcalc.notation.latex import Latex
from mcalc.notation.pieces import tallest
from mcalc.notation.widths import TEXT
from mcalc.tree.names import CAPITALS, GREEK

_AIR = 0.98
"""The share of a line that is filled: the widths are estimates."""
_EM, _HIGHEST = 10.0, 0.7
"""The font, in points, and how high a formula is, in em, that stands in a heading."""
_PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath}%s
\setlength{\textwidth}{%gpt}
\setlength{\oddsidemargin}{\dimexpr(\paperwidth-\textwidth)/2-1in\relax}
\addtolength{\topmargin}{-18mm}
\addtolength{\textheight}{36mm}
\allowdisplaybreaks
\setlength{\emergencystretch}{3em}
\begin{document}"""
_GAP, _MOST_ROWS = 1.2, 40
"""The room between two columns in em, and how many rows a page has."""
TIKZ = r"\usepackage{tikz}"
_TOLD = r"\intertext{{\small {said}\endgraf\vspace{{-4pt}}}}"
_INTERTEXT = re.compile(re.escape(_TOLD.format(said="SAID")).replace("SAID", "(.*)"))
"""A sentence between two lines of a display; before the first it is a paragraph."""
_HEADED = r"\par\nobreak"
"""Behind a heading: not before a display, which would leave an empty line."""
_TEXT = {
    "_": r"\_", "&": r"\&", "%": r"\%", "#": r"\#", "$": r"\$", "^": r"\^{}", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "\\": r"\textbackslash{}", "…": r"\dots{}", "–": "--", "—": "---", '"': "''",
    "\u2003": r"\quad ", "\u2060": "{}", "✓": "", "✗": "", "\u20d7": "", "\u0302": "",
}  # fmt: skip
"""What a text has instead of a sign."""
_MATHEMATICS = {
    "−": "-", "·": r"\cdot", "×": r"\times", "⊗": r"\otimes", "⊙": r"\odot", "⊘": r"\oslash", "∂": r"\partial",
    "≤": r"\le", "≥": r"\ge", "≠": r"\neq", "≈": r"\approx", "∈": r"\in", "→": r"\to", "↦": r"\mapsto",
    "∇": r"\nabla", "±": r"\pm", "‖": r"\|", "√": r"\surd", "⋯": r"\cdots", "ᵀ": "^T", "′": "'", "⁻": "^-",
    "∞": r"\infty", "<": "<", ">": ">", "|": "|", "ᵢ": "_i", "ⱼ": "_j", "ₖ": "_k",
}  # fmt: skip
"""The same as mathematics."""
_TEXT |= {letter: f"${sign}$" for letter, sign in _MATHEMATICS.items()}
_TEXT |= {letter: f"$_{at}$" for at, letter in enumerate("₀₁₂₃₄₅₆₇₈₉")}
_TEXT |= {letter: f"$^{at}$" for at, letter in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_TEXT |= {letter: rf"$\{name}$" for name, letter in (GREEK | CAPITALS).items()}
_RAISED = dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ", "-0123456789T", strict=True))
_SCRIPT = re.compile(f"([{''.join(_RAISED)}]{{2,}})")
"""Several signs that are one script."""
_TEXT |= {"ᵢ": "$_i$", "ⱼ": "$_j$", "ₖ": "$_k$"}


def write(page: Page, options: Options) -> str:
    """What is pasted into a document, or a whole one."""
    document = Tex(page, options)
    comments = FORMATS["latex"].comments(page.assumed)
    tikz = "\n" + TIKZ if any(isinstance(block, Graph) for block in page.blocks) else ""
    if tikz and not options.standalone:
        comments.append(f"% {TIKZ}")
    if options.standalone:
        headed = any(isinstance(block, Heading) and block.level == 1 for block in page.blocks)
        title = [rf"\section*{{{document.said(page.headline)}}}"] if page.headline and not headed else []
        lines = [_PREAMBLE % (tikz, options.width), *title, *document.body(page.blocks), r"\end{document}"]
    elif page.answer:
        lines = document.answer()
    elif options.env in ("aligned", "none"):
        lines = document.formulas()
    else:
        lines = document.body(page.blocks)
    return "\n".join([*comments, *_tidied(lines)])


class Tex(Document):
    """`align*` for every row of equations, sentences between them."""

    def __init__(self, page: Page, options: Options) -> None:
        self.titled_before = False
        self.pasted = page.answer and not options.standalone
        super().__init__(Latex(options.style), options, _AIR * options.width / _EM, page)

    def words(self, text: str) -> str:
        """Words, with the signs of the format made harmless."""
        return words(text)

    def inline(self, box: Box) -> str:
        """A formula within a sentence."""
        return f"${self.setter.write(box, TEXT)}$"

    def answer(self) -> list[str]:
        """The equations of an answer in the environment asked for; of one short formula that alone."""
        env, label = self.options.env, self.options.label
        if not env and (label or self.options.numbered):
            env = "equation"
        every = together(self.page.blocks)
        blocks = [block for block in every if isinstance(block, Equations) and block.role == "answer"]
        lines: list[str] = []
        for block in blocks:
            rows = self.set_lines(block)
            alone = len(rows) == 1 and len(rows[0].right) == 1 and not rows[0].above
            if alone:
                left = f"{rows[0].left[0]} " if rows[0].left else ""
                formula = [left + rows[0].right[0]]
                lines += formula if env in ("", "none", "aligned") else self.displayed(formula, env, label)
            elif env in ("align", "align*"):
                lines += self.displayed(self.rows(rows, True), env, label)
            else:
                formula = [r"\begin{aligned}", *self.rows(rows, False), r"\end{aligned}"]
                lines += formula if env in ("", "none", "aligned") else self.displayed(formula, env, label)
        if self.options.where:
            lines += [text for block in self.page.blocks if isinstance(block, Where) for text in self.where(block)]
        return lines

    def displayed(self, lines: list[str], env: str, label: str) -> list[str]:
        """A formula on lines of its own."""
        marks = [rf"\label{{{label}}}"] if label else []
        return [rf"\begin{{{env}}}", *marks, *lines, rf"\end{{{env}}}"]

    def formulas(self) -> list[str]:
        """Every equation of the page in one `aligned`."""
        rows: list[str] = []
        for block in plainly(self.page.blocks):
            if isinstance(block, Equations):
                rows += [*([r"\\[6pt]"] if rows else []), *self.rows(self.set_lines(block), False)]
        return [r"\begin{aligned}", *rows, r"\end{aligned}"]

    def rows(self, lines: list[SetLine], intertext: bool) -> list[str]:
        """The rows between ``\\begin{align*}`` and its end."""
        rows: list[tuple[str, bool]] = []
        for line in lines:
            right = list(line.right)
            said = self.said(line.reason)
            if self.is_beside(line):
                right[-1] += rf" \qquad \text{{({said})}}"
            elif line.reason and intertext:
                rows.append((_TOLD.format(said=self.above(line.reason)), True))
            if line.word:
                rows.append((rf"& \text{{{line.word}}}", False))
            left = line.left[0] if line.left and not line.above else ""
            if line.above:
                rows += [(f"& {text}", False) for text in line.left]
            rows += [(f"{left if not at else ''} & {text}".strip(), False) for at, text in enumerate(right)]
        found = []
        for at, (row, whole) in enumerate(rows):
            last = at == len(rows) - 1
            roomy = not last and r"\frac" in row and r"\frac" in rows[at + 1][0]
            found.append(row + ("" if last or whole else r" \\[3pt]" if roomy else r" \\"))
        return found

    def typed(self, text: str) -> str:
        """What is typed at a prompt."""
        return rf"\texttt{{{self.words(text)}}}"

    # Blocks

    def heading(self, block: Heading) -> list[str]:
        """A heading of its level."""
        if block.level > 1:
            return ["", rf"\medskip\noindent\textbf{{{self.titled(block)}}}{_HEADED}"]
        apart = [r"\bigskip"] if self.titled_before else []
        self.titled_before = True
        runs = [self.setter.whole_run(span, TEXT) for span in block.spans if isinstance(span, Box)]
        high = any(tallest(run) > _HIGHEST for run in runs)
        if block.below is None or not (high or self.is_short(block)):
            return [*apart, rf"\noindent\textbf{{{self.titled(block)}}}\par"]
        return [*apart, rf"\noindent\textbf{{{self.said(block.short)}}}", *self.equations(Equations((block.below,)))]

    def prose(self, block: Prose) -> list[str]:
        """A sentence, after its label if it has one."""
        label = rf"\emph{{{self.words(titled(block.label))}}}: " if block.label else ""
        return ["", rf"\noindent {label}{self.said(block.spans).lstrip()}", ""]

    def note(self, block: Note) -> list[str]:
        """What is to be noted."""
        return ["", rf"\noindent \emph{{Note.}} {self.said(block.spans)}", ""]

    def where(self, block: Where) -> list[str]:
        """What the names stand for; nothing where there is none."""
        if not block.names:
            return []
        listed = ", ".join(self.said(spans) for spans in self.declared(block))
        return ["", rf"\noindent where {listed}{self.assumed(block)}.", ""]

    def equations(self, block: Equations) -> list[str]:
        """Equations below one another, with their reasons."""
        env = self.options.env or ("align" if self.options.numbered else "align*")
        env = "align" + "*" * (env != "align") if env not in ("equation",) else "align"
        first, *rows = self.rows(self.set_lines(block), True)
        told = _INTERTEXT.fullmatch(first)
        before = ["", rf"\noindent{{\small {told[1]}}}\nopagebreak"] if told else []
        return [*before, rf"\begin{{{env}}}", *([] if told else [first]), *rows, rf"\end{{{env}}}"]

    def table(self, block: Table) -> list[str]:
        """Rows of cells below a header; what is too wide or too long for a page is several tables, or paragraphs."""
        rows = [*([block.header] if block.header else []), *block.rows]
        count = max(len(row) for row in rows)
        widths = [max(self.width(row[at]) for row in rows if at < len(row)) + _GAP for at in range(count)]
        if sum(widths) > self.room and not block.numbers:
            return [line for row in block.rows for line in self.paragraph(row)]
        lines: list[str] = []
        for columns in _split(widths, self.room):
            for at in range(0, len(block.rows), _MOST_ROWS):
                lines += self.tabular(block, columns, block.rows[at : at + _MOST_ROWS])
        return lines

    def tabular(self, block: Table, columns: list[int], rows: Sequence[tuple[Spans, ...]]) -> list[str]:
        """Some of the columns and rows."""
        header = [" & ".join(self.cell(block.header[at]) for at in columns) + r" \\ \hline"] if block.header else []
        cells = [" & ".join(self.cell(row[at]) for at in columns if at < len(row)) + r" \\" for row in rows]
        align = ("r" if block.numbers else "l") * len(columns)
        return ["", rf"\noindent\begin{{tabular}}{{{align}}}", *header, *cells, r"\end{tabular}", ""]

    def paragraph(self, row: tuple[Spans, ...]) -> list[str]:
        """A row of sentences, the first cell before the others."""
        first, *others = [self.cell(cell) for cell in row]
        said = "; ".join(filter(None, others))
        return ["", rf"{{\raggedright\noindent\hangindent=1em \textbf{{{first}}}\quad {said}\par}}", ""]

    def cell(self, spans: Spans) -> str:
        """One cell."""
        return self.said(spans)

    def code(self, block: Code) -> list[str]:
        """Text as it is, line by line."""
        return [r"\begin{verbatim}", block.text, r"\end{verbatim}"]

    def graph(self, block: Graph) -> list[str]:
        """A picture of TikZ's."""
        drawn = Tikz(block, self.setter, self.options.width)
        return ["", r"\begin{center}", *drawn.picture(self.options.width), r"\end{center}", ""]


def words(text: str) -> str:
    """Words, in which nothing is read as a sign of TeX's."""
    apart = _SCRIPT.split(text.replace("--", "-\u2060-"))
    shown = [
        f"$^{{{''.join(map(_RAISED.__getitem__, part))}}}$"
        if at % 2
        else "".join(_TEXT.get(letter, letter) for letter in part)
        for at, part in enumerate(apart)
    ]
    return "".join(shown).replace("$$", "")


def _split(widths: Sequence[float], room: float) -> list[list[int]]:
    """The columns in as many groups as there are lines to fill; each begins with the first column."""
    groups: list[list[int]] = [[0]]
    used = widths[0]
    for at, wide in enumerate(widths[1:], 1):
        if used + wide > room and len(groups[-1]) > 1:
            groups.append([0])
            used = widths[0]
        groups[-1].append(at)
        used += wide
    return groups


def _tidied(lines: list[str]) -> list[str]:
    """Without empty lines before a display, at the ends, and two together: an empty line costs room."""
    found: list[str] = []
    for line in lines:
        if line.startswith(r"\begin{align") and found and not found[-1]:
            found.pop()
        if line.startswith(r"\begin{align") and found and found[-1].endswith(_HEADED):
            found[-1] = found[-1].removesuffix(_HEADED) + r"\nopagebreak"
        if line or (found and found[-1]):
            found.append(line)
    while found and not found[-1]:
        found.pop()
    return found
