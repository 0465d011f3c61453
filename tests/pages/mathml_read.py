"""Presentation MathML (the <math> elements of `-f html`) to the layout nodes of pagemath."""

import re
import unicodedata
import xml.etree.ElementTree as ET

from pagemath import FUNCTIONS, Unreadable

OPS = {"⋅": "·", "·": "·", "−": "-", "∗": "*"}
CLOSE = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖"}


def letter(e):
    s = (e.text or "").strip()
    if s.endswith("\u20d7"):
        return ("acc", "vec", [("num" if s[0].isdigit() else "id", s[:-1]) + (() if s[0].isdigit() else ("bf",))])
    plain = unicodedata.normalize("NFKC", s)
    bold = plain != s
    if plain in ("∞",):
        return ("op", "∞")
    if e.get("mathvariant") == "normal" or (len(plain) > 1 and not bold and e.get("class") != "name"):
        if (
            plain in FUNCTIONS
            or (e.get("mathvariant") == "normal" and len(plain) > 1)
            or plain.replace(" ", "_") in FUNCTIONS
        ):
            return ("fn", re.sub(r"\W+", "_", plain))
        return ("id", plain, "up")
    return ("id", plain, "bf" if bold else "it")


def rows_of(e):
    return [[fence(kids(td)) for td in tr] for tr in e]


def kids(e):
    out = []
    for c in e:
        strut = c.tag.split("}")[-1] in ("msup", "msub", "msubsup") and c[0].tag.endswith("mspace")
        if strut and out and out[-1][0] == "close":  # scripts of the fence before them
            scripts = conv(c)[0]
            out[-1] = ("close", out[-1][1], *scripts[2:])
        else:
            out += conv(c)
    return out


def one(e):
    r = fence(conv(e))
    return r[0] if len(r) == 1 else ("brace", r)


def conv(e):
    """Nodes, fences still as ('open', c) and ('close', c)."""
    t = e.tag.split("}")[-1]
    if t in ("math", "mrow", "mstyle", "mpadded", "mtd"):
        return fence(kids(e))
    if t == "mi":
        return [letter(e)]
    if t == "mn":
        s = (e.text or "").strip()
        return [letter(e) if s.endswith("\u20d7") else ("num", s)]
    if t == "mo":
        s = (e.text or "").strip()
        if s in ("\u2061", "\u2062", ""):
            return []
        if e.get("fence") == "true" or s in "()[]{}":
            return [("open" if e.get("form") == "prefix" or s in "([{" else "close", s)]
        if s in ("∑", "∏"):
            return [("big", "sum" if s == "∑" else "prod")]
        return [("op", OPS.get(s, s))]
    if t == "mtext":
        return [("text", e.text or "")]
    if t == "mspace":
        return []
    if t == "mfrac":
        return [("frac", fence(conv(e[0])), fence(conv(e[1])))]
    if t == "msqrt":
        return [("root", fence(kids(e)))]
    if t in ("msup", "msub", "munder", "mover", "msubsup", "munderover"):
        sub = fence(conv(e[1])) if t in ("msub", "munder", "msubsup", "munderover") else None
        sup = fence(conv(e[-1])) if t in ("msup", "mover", "msubsup", "munderover") else None
        if e[0].tag.endswith("mo") and conv(e[0])[:1] and conv(e[0])[0][0] == "close":
            return [("close", conv(e[0])[0][1], sub, sup)]
        base = one(e[0])
        if t == "mover" and (e[1].text or "").strip() in ("→", "⃗", "\u2192"):
            return [("acc", "vec", [base])]
        return [("scr", base, sub, sup)]
    if t == "mtable":
        return [("table", rows_of(e))]
    raise Unreadable(f"<{t}>")


def fence(nodes):
    stack = [[]]
    opened = []
    for n in nodes:
        if n[0] == "open":
            opened.append(n[1])
            stack.append([])
        elif n[0] == "close":
            if not opened or CLOSE.get(opened[-1]) != n[1]:
                raise Unreadable(f"fence {n[1]}")
            body, o = stack.pop(), opened.pop()
            if len(body) == 1 and body[0][0] == "table":
                stack[-1].append(("mat", body[0][1]))
            else:
                stack[-1].append(("group", o, n[1], body))
            if len(n) > 2:
                stack[-1].append(("scr", stack[-1].pop(), n[2], n[3]))
        else:
            stack[-1].append(n)
    while opened:  # a brace that is never closed: cases
        body, o = stack.pop(), opened.pop()
        if o != "{" or len(body) != 1 or body[0][0] != "table":
            raise Unreadable(f"fence {o} is not closed")
        stack[-1].append(("cases", body[0][1]))
    return [("rows", n[1]) if n[0] == "table" and len(nodes) == 1 else n for n in stack[0]]


def read(text):
    """One answer: a <math> that ends with = is the left side of the next one."""
    row = []
    maths = re.findall(r"<math.*?</math>", text, re.S)
    if not maths:
        raise Unreadable("no <math>")
    for _k, m in enumerate(maths):
        r = fence(conv(ET.fromstring(m)))
        row += r
        if not r or r[-1] != ("op", "="):
            break
    return row
