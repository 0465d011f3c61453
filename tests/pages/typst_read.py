"""Mathematical Typst (between $ and $) to the layout nodes of pagemath."""

import re

from pagemath import FUNCTIONS, GREEK, Unreadable, plain_name

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[A-Za-z][A-Za-z]+(?:\.[a-z]+)*|\d+(?:\.\d+)?|\s+|.', re.S)
OPS = {
    "⋅": "·",
    "·": "·",
    "⊗": "⊗",
    "⊘": "⊘",
    "⊙": "⊙",
    "∘": "∘",
    "×": "×",
    "≤": "≤",
    "≥": "≥",
    "≠": "≠",
    "∞": "∞",
    "∂": "∂",
    "⋮": "⋮",
    "⋯": "⋯",
    "⋱": "⋱",
    "…": "…",
    "+": "+",
    "-": "-",
    "−": "-",
    "*": "*",
    "∗": "*",
    "=": "=",
    "<": "<",
    ">": ">",
    ",": ",",
    ":": ":",
    "→": "→",
    ";": ";",
    "⊤": "⊤",
}
WORDS = {
    "dot": "·",
    "dot.op": "·",
    "times": "×",
    "dots": "…",
    "dots.v": "⋮",
    "oo": "∞",
    "infinity": "∞",
    "partial": "∂",
    "diff": "∂",
    "times.circle": "⊗",
    "times.o": "⊗",
    "div.o": "⊘",
    "dot.o": "⊙",
    "compose": "∘",
    "top": "⊤",
    "tack.b": "⊤",
}
UPRIGHT = {
    "ln",
    "log",
    "exp",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "arcsin",
    "arccos",
    "arctan",
    "det",
    "max",
    "min",
    "tr",
    "dim",
    "mod",
    "sup",
    "inf",
}
CALLS = {
    "bold",
    "upright",
    "italic",
    "frac",
    "sqrt",
    "norm",
    "abs",
    "op",
    "arrow",
    "cases",
    "mat",
    "hat",
    "macron",
    "tilde",
    "lr",
    "display",
    "vec",
    "bb",
    "overline",
}


class Typst:
    def __init__(self, text):
        text = text.replace("..", "…")
        self.toks, prev_end = [], 0
        for m in TOKEN.finditer(text):
            if not m[0].isspace():
                self.toks.append((m[0], m.start() == prev_end and m.start() > 0))  # (token, glued to the one before)
            prev_end = m.end()
        self.i = 0

    def peek(self, k=0):
        return self.toks[self.i + k][0] if self.i + k < len(self.toks) else None

    def glued(self):
        return self.i < len(self.toks) and self.toks[self.i][1]

    def next(self):
        if self.peek() is None:
            raise Unreadable("the Typst ends early")
        self.i += 1
        return self.toks[self.i - 1][0]

    def row(self, stop):
        out = []
        while self.peek() is not None and self.peek() not in stop:
            if self.peek() == "/":
                self.next()
                a = out.pop()
                b = self.scripted()
                strip = lambda n: n[3] if n[0] == "group" and n[1] == "(" else [n]
                out.append(("frac", strip(a), strip(b)))
                continue
            out.append(self.scripted())
        return out

    def args(self):
        """Arguments of a call: rows (at ;) of arguments (at ,) of cells (at &); named ones apart."""
        rows, args, named = [], [], {}
        if self.next() != "(":
            raise Unreadable("no arguments")
        while True:
            if self.peek(1) == ":" and self.peek().isalpha() and self.peek() in ("delim", "gap", "align", "limits"):
                key = self.next()
                self.next()
                named[key] = self.next().strip('"')
                cells = None
            else:
                cells = [self.row({",", ";", ")", "&"})]
                while self.peek() == "&":
                    self.next()
                    cells.append(self.row({",", ";", ")", "&"}))
            if cells is not None and any(cells):
                args.append(cells)
            t = self.next()
            if t == ";":
                rows.append(args)
                args = []
            elif t == ")":
                if args:
                    rows.append(args)
                return rows, named

    def script(self):
        if self.peek() == "(":
            self.next()
            r = self.row({")"})
            self.next()
            return r
        return [self.atom()]

    def scripted(self):
        n = self.atom()
        sub = sup = None
        while self.peek() in ("^", "_", "'"):
            k = self.next()
            if k == "'":
                sup = [("op", "′")]
                continue
            if (sup if k == "^" else sub) is not None:
                raise Unreadable("two scripts")
            r = self.script()
            if k == "^":
                sup = r
            else:
                sub = r
        return n if sub is None and sup is None else ("scr", n, sub, sup)

    def atom(self):
        t = self.next()
        if t[0] == '"':
            s = t[1:-1]
            return ("text", s)
        if re.fullmatch(r"\d+(\.\d+)?", t):
            return ("num", t)
        if t == "(" or t == "[" or t == "{":
            close = {"(": ")", "[": "]", "{": "}"}[t]
            r = self.row({close})
            self.next()
            return ("group", t, close, r)
        if t in ("|", "‖"):
            r = self.row({t})
            self.next()
            return ("group", t, t, r)
        if t in CALLS and self.peek() == "(" and self.glued():
            rows, _named = self.args()
            first = rows[0][0][0] if rows and rows[0] else []
            flat_args = [a[0] for r in rows for a in r]
            if t in ("bold", "italic", "upright", "bb"):
                style = {"bold": "bf", "italic": "it", "upright": "up", "bb": "bb"}[t]
                s = plain_name(first)
                if s is None:
                    return ("brace", first)
                if t == "upright" and len(s) > 1 and not any(n[0] == "id" and n[2] == "bf" for n in first):
                    return ("id", s, "up") if s != "axis" else ("fn", s)
                if t == "upright":
                    return ("id", s, "up")
                return ("id", s, style)
            if t == "frac":
                return ("frac", flat_args[0], flat_args[1])
            if t == "sqrt":
                return ("root", first)
            if t in ("abs", "norm"):
                c = "|" if t == "abs" else "‖"
                return ("group", c, c, first)
            if t == "op":
                return ("fn", plain_name(first))
            if t == "arrow":
                return ("acc", "vec", first)
            if t in ("hat", "macron", "tilde", "overline"):
                return ("id", plain_name(first) + "_" + {"macron": "bar", "overline": "bar"}.get(t, t), "it")
            if t in ("lr", "display"):
                return ("brace", first)
            if t == "cases":
                return ("cases", [a for r in rows for a in r])
            if t in ("mat", "vec"):
                if t == "vec":
                    rows = [[a] for r in rows for a in r]
                return ("mat", [[a[0] for a in r] for r in rows])
        if t[0] == "\\":
            return ("op", {"\\/": "/", "\\*": "*", "\\:": ":", "\\,": ","}.get(t, t[1:]))
        if t in OPS:
            return ("op", OPS[t])
        if t in WORDS:
            return ("op", WORDS[t])
        if t == "∑" or t == "sum":
            return ("big", "sum")
        if t == "∏" or t == "product":
            return ("big", "prod")
        if t in UPRIGHT:
            return ("fn", t)
        if t in GREEK:
            return ("id", GREEK[t], "it")
        if t == "arrow":
            return ("op", "→")
        if len(t) == 1 and (t.isalpha() or t in "𝟙"):
            return ("id", t, "it")
        if t in FUNCTIONS:
            raise Unreadable(f"unknown variable: {t}")
        raise Unreadable(f"token {t}")


def read(text):
    text = text.strip()
    m = re.fullmatch(r"\$\s(.*)\s\$", text, re.S)
    if not m or re.search(r"(?<!\\)\$", m[1]):
        raise Unreadable("not one display")
    p = Typst(m[1])
    row = p.row(set())
    if p.peek() is not None:
        raise Unreadable(f"left over at {p.peek()}")
    # an `upright` inside `bold` is an inner style: the bold one counts
    return row
