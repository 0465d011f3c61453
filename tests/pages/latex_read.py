"""Mathematical LaTeX to the layout nodes of pagemath, as a reader sees the page: spacing and \\left, \\right say nothing."""

import re

from pagemath import FUNCTIONS, GREEK, Unreadable, plain_name

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\d+(?:\.\d+)?|\.\d+|[A-Za-z]|\s+|.", re.S)
SKIP = {
    "\\,",
    "\\;",
    "\\!",
    "\\:",
    "\\ ",
    "\\quad",
    "\\qquad",
    "\\displaystyle",
    "\\textstyle",
    "\\limits",
    "\\nolimits",
    "\\big",
    "\\Big",
    "\\bigl",
    "\\bigr",
    "\\Bigl",
    "\\Bigr",
    "\\biggl",
    "\\biggr",
    "\\nonumber",
    "\\notag",
    "\\allowbreak",
    "\\mathopen",
    "\\mathclose",
    "\\mathbin",
    "\\mathrel",
}
OPS = {
    "\\cdot": "·",
    "\\otimes": "⊗",
    "\\oslash": "⊘",
    "\\odot": "⊙",
    "\\circ": "∘",
    "\\times": "×",
    "\\le": "≤",
    "\\leq": "≤",
    "\\ge": "≥",
    "\\geq": "≥",
    "\\lt": "<",
    "\\gt": ">",
    "\\ne": "≠",
    "\\neq": "≠",
    "\\infty": "∞",
    "\\partial": "∂",
    "\\nabla": "∇",
    "\\dots": "…",
    "\\ldots": "…",
    "\\cdots": "⋯",
    "\\vdots": "⋮",
    "\\ddots": "⋱",
    "\\pm": "±",
    "\\to": "→",
    "\\mapsto": "↦",
    "\\top": "⊤",
    "\\prime": "′",
    "\\div": "÷",
    "\\in": "∈",
    "\\colon": ":",
}
OPEN = {
    "(": "(",
    "[": "[",
    "\\{": "{",
    "\\lbrace": "{",
    "|": "|",
    "\\|": "‖",
    "\\lVert": "‖",
    "\\lvert": "|",
    "\\Vert": "‖",
    "\\vert": "|",
    "\\lbrack": "[",
    ".": ".",
}
CLOSE = {
    ")": "(",
    "]": "[",
    "\\}": "{",
    "\\rbrace": "{",
    "|": "|",
    "\\|": "‖",
    "\\rVert": "‖",
    "\\rvert": "|",
    "\\Vert": "‖",
    "\\vert": "|",
    "\\rbrack": "[",
    ".": ".",
}
FENCES = {"(": ")", "[": "]", "\\{": "\\}", "\\lVert": "\\rVert", "\\lvert": "\\rvert", "|": "|", "\\|": "\\|"}
ENVS = {
    "cases": "cases",
    "dcases": "cases",
    "bmatrix": "mat",
    "pmatrix": "mat",
    "matrix": "mat",
    "array": "mat",
    "smallmatrix": "mat",
    "aligned": "rows",
    "align": "rows",
    "align*": "rows",
    "gathered": "rows",
    "split": "rows",
    "alignedat": "rows",
    "multlined": "rows",
}
UPRIGHT = {
    "\\ln",
    "\\log",
    "\\exp",
    "\\sin",
    "\\cos",
    "\\tan",
    "\\sinh",
    "\\cosh",
    "\\tanh",
    "\\arcsin",
    "\\arccos",
    "\\arctan",
    "\\det",
    "\\max",
    "\\min",
}


class Latex:
    def __init__(self, text):
        text = re.sub(r"\\(?:phantom|hphantom|vphantom|hspace|vspace)\*?\{[^{}]*\}", " ", text.replace("..", "\\dots "))
        self.toks = [t for t in TOKEN.findall(text) if not t.isspace() and t not in SKIP]
        self.i = 0

    def peek(self):
        return self.toks[self.i] if self.i < len(self.toks) else None

    def next(self):
        t = self.peek()
        if t is None:
            raise Unreadable("the LaTeX ends early")
        self.i += 1
        return t

    def expect(self, t):
        if self.next() != t:
            raise Unreadable(f"expected {t}")

    def raw(self):
        """The text of a braced argument."""
        if self.peek() != "{":
            return self.next()
        self.next()
        depth, out = 1, ""
        while True:
            t = self.next()
            depth += (t == "{") - (t == "}")
            if not depth:
                return out
            out += t

    def rawtext(self):
        """The same with its blanks lost: only for words."""
        return self.raw().replace("\\_", "_")

    def row(self, stop):
        out = []
        while self.peek() is not None and self.peek() not in stop:
            out.append(self.scripted())
        return [n for n in out if n is not None]

    def braced(self):
        if self.peek() == "{":
            self.next()
            r = self.row({"}"})
            self.expect("}")
            return r
        n = self.atom()
        return [n] if n is not None else []

    def scripted(self):
        n = self.atom()
        sub = sup = None
        while self.peek() in ("^", "_", "'"):
            k = self.next()
            if k == "'":
                if sup is not None:
                    raise Unreadable("double superscript")
                sup = [("op", "′")]
            elif k == "^":
                if sup is not None:
                    raise Unreadable("double superscript")
                sup = self.braced()
            else:
                if sub is not None:
                    raise Unreadable("double subscript")
                sub = self.braced()
        return n if sub is None and sup is None else ("scr", n if n is not None else ("brace", []), sub, sup)

    def styled(self, style):
        if self.peek() == "{":
            self.next()
            r = self.row({"}"})
            self.expect("}")
        else:
            r = [self.atom()]
        s = plain_name(r)
        if s is not None:
            return ("id", s, style)
        if len(r) == 1 and r[0][0] == "scr" and plain_name([r[0][1]]) is not None:
            return ("scr", ("id", plain_name([r[0][1]]), style), *r[0][2:])
        return ("brace", r)

    def atom(self):
        t = self.next()
        if t == "{":
            r = self.row({"}"})
            self.expect("}")
            return ("brace", r)
        if re.fullmatch(r"\d+(\.\d+)?|\.\d+", t):
            return ("num", t)
        if t.isalpha() and len(t) == 1:
            return ("id", t, "it") if ord(t) < 128 else ("id", t, "it")
        if t == "\\left":
            o = self.next()
            if o not in OPEN:
                raise Unreadable(f"\\left{o}")
            r = self.row({"\\right"})
            self.expect("\\right")
            c = self.next()
            if CLOSE.get(c) != OPEN[o] and "." not in (o, c):
                raise Unreadable(f"\\left{o} … \\right{c}")
            return ("group", OPEN[o], c, r, "tall")
        if t in ("(", "[", "\\{", "\\lVert", "\\lvert", "|", "\\|"):
            close = FENCES[t]
            r = self.row({close, "}", "&", "\\\\", "\\right"})
            self.expect(close)
            return ("group", OPEN[t], close, r)
        if t in OPS:
            return ("op", OPS[t])
        if t in ("\\frac", "\\dfrac", "\\tfrac", "\\cfrac"):
            a = self.braced()
            return ("frac", a, self.braced())
        if t == "\\sqrt":
            if self.peek() == "[":
                raise Unreadable("a root of higher order")
            return ("root", self.braced())
        if t in ("\\operatorname", "\\operatorname*", "\\mathrm", "\\mathsf", "\\textrm"):
            s = self.rawtext()
            s = re.sub(r"\\[,;:! ]", "", s)
            if t in ("\\mathrm", "\\mathsf") and s in ("T",):
                return ("id", s, "up")
            if t == "\\mathrm" and len(s) == 1:
                return ("id", s, "up")
            if not re.fullmatch(r"\w+", s):
                raise Unreadable(f"{t}{{{s}}}")
            return ("fn", s)
        if t in UPRIGHT:
            return ("fn", t[1:])
        if t in ("\\mathbf", "\\boldsymbol", "\\bm"):
            return self.styled("bf")
        if t in ("\\mathit", "\\mathnormal", "\\mathcal"):
            return self.styled("it")
        if t == "\\mathbb":
            s = self.rawtext()
            return ("id", "𝟙" if s == "1" else s, "bb")
        if t in ("\\text", "\\textnormal", "\\mbox"):
            return ("text", self.raw())
        if t in ("\\vec", "\\overrightarrow"):
            return ("acc", "vec", self.braced())
        if t in ("\\hat", "\\widehat", "\\bar", "\\overline", "\\tilde", "\\widetilde", "\\dot"):
            s = plain_name(self.braced())
            if s is None:
                raise Unreadable(t)
            return ("id", s + "_" + t[1:].replace("wide", "").replace("overline", "bar"), "it")
        if t == "\\sum":
            return ("big", "sum")
        if t == "\\prod":
            return ("big", "prod")
        if t == "\\begin":
            name = self.rawtext()
            if name not in ENVS:
                raise Unreadable(f"environment {name}")
            if name in ("array", "alignedat"):
                self.raw()
            rows, cells = [], []
            while True:
                cells.append(self.row({"&", "\\\\", "\\end"}))
                k = self.next()
                if k == "&":
                    continue
                if self.peek() == "[" and k == "\\\\":  # \\[2pt]
                    while self.next() != "]":
                        pass
                rows.append(cells)
                cells = []
                if k == "\\end":
                    if self.rawtext() != name:
                        raise Unreadable(f"\\end of {name}")
                    break
            rows = [r for r in rows if any(r)]
            return (ENVS[name], rows)
        if t[0] == "\\" and t[1:] in GREEK:
            return ("id", GREEK[t[1:]], "it")
        if t[0] == "\\" and t[1:] in FUNCTIONS:
            return ("fn", t[1:])
        if t in ("+", "-", "−", "/", "*", "=", "<", ">", ",", ":", "!", ";"):
            return ("op", t)
        if t in ("·", "⊗", "⊘", "≤", "≥", "×"):
            return ("op", t)
        raise Unreadable(f"token {t}")


def read(text):
    text = text.strip()
    m = re.fullmatch(r"\\\[(.*)\\\]|\$\$(.*)\$\$|\\begin\{equation\*?\}(.*)\\end\{equation\*?\}", text, re.S)
    if m:
        text = next(g for g in m.groups() if g is not None)
    text = re.sub(r"(?<!\\)%.*", "", text)
    text = re.sub(r"\\(?:label|tag)\{[^}]*\}", "", text)
    p = Latex(text)
    row = p.row(set())
    if p.peek() is not None:
        raise Unreadable(f"left over at {p.peek()}")
    return row
