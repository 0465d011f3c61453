"""What a formula on a page says: from laid-out symbols (latex_read, typst_read, mathml_read) to a tree, and from the tree to numbers.

Nothing here comes from mcalc.  A page has more than one reading, so the evaluator is nondeterministic: every node has a list of
readings (array, rank, marks).  Rank 0 is what a mathematician reads first; rank 1 what he also might.  Sizes that are not
printed (I, a vector of ones) are tried, and only those that fit survive.

Layout nodes (tuples; a row is a list of them):
    num text | id name style | op char | fn name | frac row row | root row | group open close row | brace row | scr base sub sup
    acc kind row | cases rows | mat rows | rows rows | text s | big kind
"""

import contextlib
import itertools
import math

import numpy as np


class Unreadable(ValueError):
    pass


class Misread(ValueError):
    """Readable, but as something else."""


GREEK = dict(
    alpha="α",
    beta="β",
    gamma="γ",
    delta="δ",
    epsilon="ε",
    varepsilon="ε",
    zeta="ζ",
    eta="η",
    theta="θ",
    vartheta="ϑ",
    iota="ι",
    kappa="κ",
    lambda_="λ",
    mu="μ",
    nu="ν",
    xi="ξ",
    omicron="ο",
    pi="π",
    rho="ρ",
    sigma="σ",
    tau="τ",
    upsilon="υ",
    phi="φ",
    varphi="φ",
    chi="χ",
    psi="ψ",
    omega="ω",
    Gamma="Γ",
    Delta="Δ",
    Theta="Θ",
    Lambda="Λ",
    Xi="Ξ",
    Pi="Π",
    Sigma="Σ",
    Upsilon="Υ",
    Phi="Φ",
    Psi="Ψ",
    Omega="Ω",
)
GREEK = {k.rstrip("_"): v for k, v in GREEK.items()}
LETTER = {v: k for k, v in GREEK.items() if not k.startswith("var")}

BINARY = {"·", "⊗", "⊘", "⊙", "∘", "×", "/", "*", "÷"}
RELS = {"<", ">", "≤", "≥", "=", "≠"}
ELEM = {
    "exp": np.exp,
    "ln": np.log,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "arsinh": np.arcsinh,
    "arcosh": np.arccosh,
    "artanh": np.arctanh,
    "arcsinh": np.arcsinh,
    "arccosh": np.arccosh,
    "arctanh": np.arctanh,
    "sqrt": np.sqrt,
    "relu": lambda v: np.maximum(v, 0),
    "ReLU": lambda v: np.maximum(v, 0),
    "sign": np.sign,
    "sgn": np.sign,
    "abs": np.abs,
    "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
    "softplus": lambda v: np.logaddexp(v, 0),
    "silu": lambda v: v / (1 + np.exp(-v)),
    "erf": np.vectorize(math.erf, otypes=[float]),
    "step": lambda v: (v > 0) * 1.0,
    "gelu": lambda v: v * 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(v / math.sqrt(2))),
    "elu": lambda v: np.where(v > 0, v, np.exp(np.minimum(v, 0)) - 1),
    "leaky_relu": lambda v: np.where(v > 0, v, 0.01 * v),
}
MATFUN = {"exp", "ln", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt"}
REDUCE = {"sum", "mean", "max", "min", "prod", "var", "logsumexp"}
OTHER = {
    "diag",
    "tr",
    "Tr",
    "trace",
    "det",
    "logdet",
    "vec",
    "softmax",
    "log_softmax",
    "tile",
    "repeat",
    "kron",
    "commutation",
    "norm",
    "diagonal",
    "inv",
    "outer",
    "where",
}
FUNCTIONS = set(ELEM) | REDUCE | OTHER

# ------------------------------------------------------------------ from layout to a tree


def flat(row):
    """Without braces that only group (TeX's invisible ones)."""
    out = []
    for n in row:
        if n[0] == "brace":
            out += flat(n[1])
        else:
            out.append(n)
    return out


def plain_name(row):
    """'x', '12', 'axis=0' of a row of letters and digits, else None."""
    s = ""
    for n in flat(row):
        if n[0] in ("id", "num", "fn", "op", "text"):
            s += n[1].strip() if n[0] == "text" else n[1]
        else:
            return None
    return s


class Reader:
    """names: what is known to be a variable or a dimension."""

    def __init__(self, env, dims):
        self.names, self.dims = set(env), set(dims)
        self.scalars = {n for n, a in env.items() if np.ndim(a) == 0}
        self.marks = set()

    def known(self, name):
        for c in (name, name.replace("_", ""), LETTER.get(name, name), GREEK.get(name, name)):
            if c in self.names:
                return c
        for c in self.names:
            if c.replace("_", "") == name.replace("_", "") or "".join(
                GREEK.get(p, p) for p in c.split("_")
            ) == name.replace("_", ""):
                return c
        return None

    def expr(self, row):
        row = flat(row)
        if not row:
            raise Unreadable("an empty formula")
        parts, rels, cur = [], [], []
        for n in row:
            if n[0] == "op" and n[1] in RELS:
                parts.append(cur)
                rels.append(n[1])
                cur = []
            else:
                cur.append(n)
        parts.append(cur)
        if rels:
            return ("rel", rels, [self.sum(p) for p in parts])
        return self.sum(row)

    def sum(self, row):
        terms, sign, cur = [], 1, []
        pending = True  # an operand is expected
        for n in row:
            if n[0] == "op" and n[1] in "+-−±":
                if n[1] == "±":
                    raise Unreadable("±")
                s = 1 if n[1] == "+" else -1
                if pending and not cur:
                    if terms:
                        self.marks.add("~two signs side by side")
                    sign *= s
                    continue
                if pending:  # after an operator: a sign inside a product
                    self.marks.add("~sign after an operator")
                    cur.append(("neg",) if s < 0 else ("pos",))
                    continue
                terms.append((sign, cur))
                sign, cur, pending = s, [], True
                continue
            cur.append(n)
            pending = n[0] == "op" and n[1] in BINARY
        if not cur:
            raise Unreadable("an operator without its right side")
        terms.append((sign, cur))
        out = [(s, self.term(t)) for s, t in terms]
        return out[0][1] if len(out) == 1 and out[0][0] == 1 else ("sum", out)

    def term(self, row):
        factors, ops, i, op = [], [], 0, None
        negs = 1
        while i < len(row):
            n = row[i]
            if n[0] == "op" and n[1] in BINARY:
                if op is not None or not factors:
                    raise Unreadable(f"operator {n[1]} without a left side")
                op = n[1]
                i += 1
                continue
            if n[0] in ("neg", "pos"):
                negs *= -1 if n[0] == "neg" else 1
                i += 1
                continue
            f, i = self.factor(row, i)
            if negs < 0:
                f = ("sum", [(-1, f)])
                negs = 1
            if factors:
                ops.append(op or "")
                if not op and f[0] == "num" and factors[-1][0] == "num":
                    self.marks.add("digits side by side")
            factors.append(f)
            op = None
        if op is not None:
            raise Unreadable(f"operator {op} without a right side")
        return factors[0] if len(factors) == 1 else ("term", factors, ops)

    def factor(self, row, i):
        n = row[i]
        head, sub, sup = n, None, None
        if n[0] == "scr":
            head, sub, sup = n[1], n[2], n[3]
            while head[0] == "brace" and len(head[1]) == 1:
                head = head[1][0]
            if head[0] == "scr" and head[1][0] == "big":
                head, sub, sup = head[1], sub or head[2], sup or head[3]
        if head[0] == "big":
            var = flat(sub or [])
            if len(var) < 3 or var[0][0] != "id" or var[1] != ("op", "=") or not sup:
                raise Unreadable("a sum without limits")
            rest = row[i + 1 :]
            if not rest:
                raise Unreadable("a sum of nothing")
            self.names.add(var[0][1])
            return ("bigsum", head[1], var[0][1], self.expr(var[2:]), self.expr(sup), self.term(rest)), len(row)
        name = head[1] if head[0] == "fn" else None
        if head[0] == "id" and head[1] == "σ" and i + 1 < len(row):
            m = row[i + 1]
            if (m[1] if m[0] == "scr" else m)[0] == "group":
                if self.known("σ"):
                    self.marks.add("σ is a variable and a function")
                name = "sigmoid"
        if name is not None:
            return self.function(name, sub, sup, row, i)
        if head == ("num", "1") or head == ("id", "1", "bf") or (head[0] == "id" and head[1] in ("1", "𝟏", "𝟙")):
            m = row[i + 1] if i + 1 < len(row) else ("",)
            g, gsup = (m[1], m[3]) if m[0] == "scr" and m[2] is None else (m, None)
            if g[0] == "group" and g[1] in "[{" and not sup and any(x[0] == "op" and x[1] in RELS for x in flat(g[3])):
                return self.superscript(("iverson", self.expr(g[3])), gsup), i + 2
        base = self.atom(head)
        base, sup = self.subscript(base, head, sub), sup
        return self.superscript(base, sup), i + 1

    def function(self, name, sub, sup, row, i):
        name = {"leakyrelu": "leaky_relu", "logsoftmax": "log_softmax", "LeakyReLU": "leaky_relu"}.get(name, name)
        if name not in FUNCTIONS:
            raise Unreadable(f"unknown function {name}")
        axis = None
        if sub is not None:
            s = plain_name(sub)
            if s in ("axis=0", "axis=1"):
                axis = int(s[-1])
            elif name == "norm":
                axis = s
            else:
                raise Unreadable(f"subscript {s} on {name}")
        if i + 1 >= len(row):
            raise Unreadable(f"{name} of nothing")
        m = row[i + 1]
        body, bsub, bsup = (m[1], m[2], m[3]) if m[0] == "scr" else (m, None, None)
        while body[0] == "brace" and len(body[1]) == 1:
            body = body[1][0]
        if body[0] == "group" and body[1] in "([{":
            args, cur = [], []
            for n in flat(body[3]):
                if n == ("op", ","):
                    args.append(cur)
                    cur = []
                else:
                    cur.append(n)
            args.append(cur)
            args = [self.expr(a) for a in args]
        else:
            self.marks.add("~function without parentheses")
            arg, j = self.factor(row, i + 1)
            return self.superscript(("call", name, axis, [arg]), sup), j
        out = ("call", name, axis, args)
        if sup is not None and plain_name(sup) == "-1":
            raise Unreadable(f"{name}^-1")
        out = self.superscript(out, sup)
        out = self.subscript(out, body, bsub)
        return self.superscript(out, bsup), i + 2

    def atom(self, n):
        k = n[0]
        if k == "num":
            return ("num", float(n[1]))
        if k == "id":
            return ("name", n[1], n[2])
        if k == "frac":
            return ("frac", self.expr(n[1]), self.expr(n[2]))
        if k == "root":
            return ("call", "sqrt", None, [self.expr(n[1])])
        if k == "group":
            if n[1] == "|":
                return ("abs", self.expr(n[3]))
            if n[1] == "‖":
                return ("norm", None, self.expr(n[3]))
            return ("paren", self.expr(n[3]))
        if k == "brace":
            return self.expr(n[1])
        if k == "acc":
            s = plain_name(n[2])
            if n[1] == "vec" and s in ("1", "0"):
                return ("ones", None) if s == "1" else ("zero", None)
            return ("name", s, "bf")
        if k == "scr":
            f, _j = self.factor([n], 0)
            return f
        if k == "cases":
            out = []
            for r in n[1]:
                cell = [flat(c) for c in r]
                cond = cell[1] if len(cell) > 1 else None
                if cond and cond[0][0] == "text":
                    word = cond[0][1].strip().lower()
                    if word in ("if", "for", "where", "when"):
                        cond = cond[1:]
                    elif word in ("otherwise", "else"):
                        cond = None
                    else:
                        raise Unreadable(f"case {word}")
                out.append((self.expr(cell[0]), self.expr(cond) if cond else None))
            return ("cases", out)
        if k == "mat":
            rows = []
            for r in n[1]:
                cells = [flat(c) for c in r]
                if any(len(c) == 1 and c[0] in (("op", "⋮"), ("op", "⋯"), ("op", "⋱"), ("op", "…")) for c in cells):
                    raise Unreadable("dots in a matrix")
                rows.append([self.expr(c) for c in cells])
            return ("mat", rows)
        raise Unreadable(f"{n!r}"[:60])

    def subscript(self, base, head, sub):
        if sub is None:
            return base
        if base[0] == "norm":
            return ("norm", plain_name(sub), base[2])
        s = plain_name(sub)
        one = (head[0] == "id" and head[1] in ("1", "𝟏", "𝟙")) or head == ("num", "1") or base[0] == "ones"
        zero = (head[0] == "id" and head[1] == "0") or head == ("num", "0") or base[0] == "zero"
        if one or zero:
            return ("ones" if one else "zero", self.size(sub))
        if base[0] == "name":
            if s is not None:
                whole = self.known(base[1] + "_" + s)
                if whole:
                    if base[1] in self.names and s.isdigit():
                        self.marks.add("a name with a subscript, and an element of another")
                    return ("name", whole, base[2])
            if base[1] == "I" and "I" not in self.names:
                if (s and len(s) == 1 and s in self.dims) or (s and s.isdigit()):
                    return ("eye", self.size(sub)[0])
                return ("elem", base, self.indices(sub))
            if base[1] == "δ" and not self.known("δ"):
                return ("delta", self.indices(sub))
            if base[1] == "e" and not self.known("e"):
                return ("unit", self.expr(sub))
            if base[2] == "bf" and len(self.indices(sub)) == 1:
                self.marks.add("~element in bold")
        return ("elem", base, self.indices(sub))

    def size(self, sub):
        out, cur = [], []
        for n in flat(sub):
            if n in (("op", "×"), ("op", ",")):
                out.append(cur)
                cur = []
            else:
                cur.append(n)
        out.append(cur)
        return [self.expr(c) for c in out]

    def indices(self, sub):
        out, cur = [], []
        row = flat(sub)
        if ("op", ",") in row:
            for n in row:
                if n == ("op", ","):
                    out.append(cur)
                    cur = []
                else:
                    cur.append(n)
            out.append(cur)
        elif any(n[0] in ("op", "scr", "frac") for n in row):
            out = [row]
        else:
            out = [[n] for n in row]
        return [self.index(c) for c in out]

    def index(self, c):
        if c == [("op", ":")]:
            return ("all",)
        for k, n in enumerate(c):
            if n in (("op", "…"), ("op", ":")):
                return ("span", self.expr(c[:k]), self.expr(c[k + 1 :]))
        return self.expr(c)

    def superscript(self, base, sup):
        if sup is None:
            return base
        row = flat(sup)
        s = plain_name(row)
        if s in ("T", "⊤", "'", "′"):
            if s == "T" and self.known("T"):
                self.marks.add(("" if "T" in self.scalars else "~") + "T is a variable and the transpose")
            return ("T", base)
        if s in ("-1", "−1"):
            return ("inv", base)
        if s in ("-T", "−T", "-⊤", "−⊤"):
            return ("T", ("inv", base))
        if row and row[0] == ("op", "∘"):
            return ("epow", base, self.expr(row[1:]))
        return ("pow", base, self.expr(row))


def free_indices(t, bound=()):
    """Letters that stand as indices and are bound by no sum."""
    out = set()
    if isinstance(t, (list,)):
        for p in t:
            out |= free_indices(p, bound)
        return out
    if not isinstance(t, tuple) or not t:
        return out
    if t[0] == "bigsum":
        return free_indices(t[3], bound) | free_indices(t[4], bound) | free_indices(t[5], (*bound, t[2]))
    if t[0] in ("elem", "delta", "unit"):
        idx = t[2] if t[0] == "elem" else t[1] if t[0] == "delta" else [t[1]]
        for e in idx:
            out |= {n for n in letters(e) if n not in bound}
    for p in t[1:]:
        if isinstance(p, (tuple, list)):
            out |= free_indices(p, bound)
    return out


def letters(t):
    if isinstance(t, (tuple, list)):
        if len(t) == 3 and t[0] == "name":
            return {t[1]}
        return set().union(*[letters(p) for p in t]) if t else set()
    return set()


# ------------------------------------------------------------------ readings


class V:
    """One reading: a with leading index axes and two of its own; ew: made entry by entry; eye: prints as I."""

    __slots__ = ("a", "ew", "lit", "marks", "rank")

    def __init__(self, a, rank=0, marks=frozenset(), ew=False, lit=None):
        self.a, self.rank, self.marks, self.ew, self.lit = a, rank, marks, ew, lit

    @property
    def shape(self):
        return self.a.shape[-2:]

    @property
    def scalar(self):
        return self.a.shape[-2:] == (1, 1)

    @property
    def square(self):
        r, c = self.a.shape[-2:]
        return r == c > 1


CAP = 20


def dedupe(vs):
    vs = sorted(vs, key=lambda v: (v.rank, len(v.marks)))
    out = []
    for v in vs:
        for o in out:
            if (
                o.shape == v.shape
                and o.ew == v.ew
                and o.lit == v.lit
                and o.a.shape == v.a.shape
                and np.allclose(o.a, v.a, rtol=1e-10, atol=1e-13, equal_nan=True)
            ):
                break
        else:
            out.append(v)
        if len(out) >= CAP:
            break
    return out


class Evaluator:
    """env: name -> array (scalar, vector, matrix); dims: name -> int; sizes: what an unprinted size may be."""

    def __init__(self, env, dims, sizes, axes, lens, kron=True):
        self.env = {n: self.two(np.asarray(a, float), len(axes)) for n, a in env.items()}
        self.dims, self.sizes, self.axes, self.L, self.kronecker = dims, sorted(sizes), dict(axes), len(axes), kron
        self.index = {}
        for name, ax in axes.items():
            if name in lens:
                self.bind(name, ax, 1, lens[name])
        self.memo, self.clash = {}, set()

    def two(self, a, L):
        a = a.reshape(1, 1) if a.ndim == 0 else a[:, None] if a.ndim == 1 else a
        return a.reshape((1,) * L + a.shape)

    def bind(self, name, ax, lo, hi):
        shape = [1] * (self.L + 2)
        shape[ax] = hi - lo + 1
        self.index[name] = np.arange(lo, hi + 1, dtype=float).reshape(shape)

    def lead(self, a):
        return a.reshape((1,) * self.L + a.shape)

    def ev(self, t):
        key = id(t)
        if key in self.memo and self.memo[key][0] is t:
            return self.memo[key][1]
        out = dedupe(getattr(self, "n_" + t[0])(t))
        if not out:
            raise Unreadable("no reading of " + brief(t))
        if not self.index or not self.moving:
            self.memo[key] = (t, out)
        return out

    moving = False

    def pairs(self, *ts):
        for vs in itertools.product(*[self.ev(t) for t in ts]):
            yield vs, sum(v.rank for v in vs), frozenset().union(*[v.marks for v in vs])

    # -- atoms
    def n_num(self, t):
        return [V(self.lead(np.array([[t[1]]])), lit=t[1])]

    def n_name(self, t):
        n = t[1]
        out = []
        cands = [n, LETTER.get(n, n), n.replace("_", "")] + [
            c for c in self.env if c.replace("_", "") == n.replace("_", "")
        ]
        for c in dict.fromkeys(cands):
            if c in self.env:
                a = self.env[c]
                marks = frozenset()
                if t[2] == "bf" and a.shape[-1] > 1 and a.shape[-2] > 1:
                    marks = frozenset(["~matrix in bold"])
                out.append(V(a, 0, marks))
                break
        if n in self.index:
            out.append(V(self.index[n], 0, frozenset(["index named like a variable"]) if out else frozenset()))
        if n in self.dims and t[2] != "bf" and n not in self.env:
            clash = frozenset(["an index named like a dimension"]) if out else frozenset()
            out.append(V(self.lead(np.array([[float(self.dims[n])]])), 0, clash))
        if out:
            return out
        if n == "I":
            return [V(self.lead(np.eye(s)), lit="I") for s in self.sizes if s > 1] or [V(self.lead(np.eye(1)), lit="I")]
        if n == "π":
            return [V(self.lead(np.array([[math.pi]])))]
        if n == "1":
            return self.n_ones(("ones", None))
        if n == "0":
            return self.n_zero(("zero", None))
        if n == "e":
            return [V(self.lead(np.array([[math.e]])))]
        if len(n) > 1 and t[2] == "it":
            pass
        raise Unreadable(f"unknown name {n}")

    def dim(self, t):
        """A size: a dimension's letter means the dimension here, whatever index is named like it."""
        hidden = {n: self.index[n] for n in letters(t) if n in self.index and n in self.dims}
        if hidden:
            self.clash.add("an index named like a dimension")
        saved, self.index, self.memo = (
            self.index,
            {k: v for k, v in self.index.items() if k not in hidden},
            {} if hidden else self.memo,
        )
        try:
            v = min(self.ev(t), key=lambda v: (v.rank, len(v.marks)))
        finally:
            self.index = saved
            if hidden:
                self.memo = {}
        if v.a.size != 1:
            raise Unreadable("a size that is not a number")
        return round(float(v.a.reshape(-1)[0]))

    def const(self, f, size):
        if size is None:
            return [V(self.lead(f((s, 1)))) for s in self.sizes]
        d = [self.dim(s) for s in size]
        return [V(self.lead(f((d[0], 1) if len(d) == 1 else tuple(d))))]

    def n_ones(self, t):
        return self.const(np.ones, t[1])

    def n_zero(self, t):
        if t[1] is None:
            return [V(self.lead(np.zeros((s, c)))) for s in self.sizes for c in {1}]
        return self.const(np.zeros, t[1])

    def n_eye(self, t):
        return [V(self.lead(np.eye(self.dim(t[1]))), lit="I")]

    def n_unit(self, t):
        out = []
        for i in self.ev(t[1]):
            for s in self.sizes:
                r = np.arange(1, s + 1, dtype=float).reshape(s, 1)
                if np.all(i.a <= s):
                    out.append(V((i.a == r) * 1.0))
        return out

    def n_delta(self, t):
        if len(t[1]) != 2:
            raise Unreadable("δ without two indices")
        a, b = (self.ev(e)[0] for e in t[1])
        return [V((a.a == b.a) * 1.0)]

    def n_elem(self, t):
        base, idx = t[1], t[2]
        out = []
        for v in self.ev(base):
            r, c = v.shape
            ix = list(idx)
            if len(ix) == 1 and 1 in (r, c):
                ix = [ix[0], ("num", 1.0)] if c == 1 else [("num", 1.0), ix[0]]
            elif len(ix) == 1:  # row i of a matrix as a vector; or lying, or column i
                for other, turn, rank, mark in (
                    ([ix[0], ("all",)], True, 0, None),
                    ([ix[0], ("all",)], False, 1, "A_i, which may lie or be a column of A"),
                    ([("all",), ix[0]], False, 1, "A_i, which may lie or be a column of A"),
                ):
                    a = self.pick(v, other)
                    if a is not None:
                        out.append(
                            V(
                                np.swapaxes(a, -1, -2) if turn else a,
                                v.rank + rank,
                                v.marks | ({mark} if mark else set()),
                                v.ew,
                            )
                        )
                continue
            if len(ix) != 2:
                continue
            a = self.pick(v, ix)
            if a is not None:
                out.append(V(a, v.rank, v.marks, v.ew))
                if ix[1] == ("all",) and ix[0] != ("all",) and 1 not in v.shape and a.shape[-2] == 1:
                    out.append(V(np.swapaxes(a, -1, -2), v.rank + 1, v.marks | {"A_{i,:} standing"}, v.ew))
        return out

    def pick(self, v, ix):
        """The part of a matrix at these two indices, or None outside of it."""
        a, lead = v.a, v.a.shape[:-2]
        ev = []
        for e in ix:
            if e == ("all",):
                ev.append(None)
            elif e[0] == "span":
                ev.append((self.dim(e[1]), self.dim(e[2])))
            else:
                ev.append(self.ev(e)[0].a)
                lead = np.broadcast_shapes(lead, ev[-1].shape[:-2])
        a = np.broadcast_to(a, lead + v.shape)
        for e, ax in ((ev[0], -2), (ev[1], -1)):
            if e is None:
                continue
            if isinstance(e, tuple):
                if not 1 <= e[0] <= e[1] <= v.a.shape[ax]:
                    return None
                a = a[..., e[0] - 1 : e[1], :] if ax == -2 else a[..., e[0] - 1 : e[1]]
                continue
            e = np.rint(e).astype(int) - 1
            if e.min() < 0 or e.max() >= v.a.shape[ax]:
                return None
            e = np.broadcast_to(e, lead + ((1, a.shape[-1]) if ax == -2 else (a.shape[-2], 1)))
            a = np.take_along_axis(a, e, axis=ax)
        return a

    def n_paren(self, t):
        return self.ev(t[1])

    # -- sums
    def n_sum(self, t):
        acc = None
        for s, term in t[1]:
            nxt = [
                V(s * v.a, v.rank, v.marks, v.ew, v.lit if s == 1 else ("-I" if v.lit == "I" else None))
                for v in self.ev(term)
            ]
            acc = nxt if acc is None else dedupe([o for p in acc for q in nxt for o in self.add(p, q)])
            if not acc:
                raise Unreadable("no reading of the sum " + brief(t))
        return acc

    def add(self, p, q):
        rank, marks, ew = p.rank + q.rank, p.marks | q.marks, p.ew or q.ew
        if p.shape == q.shape:
            yield V(p.a + q.a, rank, marks, ew)
        elif p.scalar or q.scalar:
            m, c = (q, p) if p.scalar else (p, q)
            zero = np.all(c.a == 0)
            if m.square and not zero:
                eye = c.a * np.eye(m.shape[0])
                if m.lit in ("I", "-I"):
                    yield V(m.a + eye, rank, marks, ew)
                    yield V(m.a + c.a, rank + 1, marks | {"scalar ± I"}, ew)
                elif m.ew:
                    yield V(m.a + c.a, rank, marks, ew)
                    yield V(m.a + eye, rank + 1, marks | {"scalar ± matrix, times I"}, ew)
                else:
                    yield V(m.a + c.a, rank, marks | {"scalar ± matrix, to every entry"}, ew)
                    yield V(m.a + eye, rank, marks | {"scalar ± matrix, times I"}, ew)
            else:
                yield V(m.a + c.a, rank, marks, ew)

    def n_bigsum(self, t):
        _, kind, var, lo, hi, body = t
        a, b = self.dim(lo), self.dim(hi)
        old, oldm, oldmemo = self.index.get(var), self.moving, self.memo
        ax = self.axes.get(("sum", id(t)), None)
        if ax is None:
            raise Unreadable("a sum with no axis")
        self.bind(var, ax, a, b)
        self.moving, self.memo = True, {}
        try:
            out = []
            for v in self.ev(body):
                full = (
                    np.broadcast_to(v.a, (*v.a.shape[:ax], b - a + 1, *v.a.shape[ax + 1 :]))
                    if v.a.shape[ax] == 1
                    else v.a
                )
                out.append(V((full.sum if kind == "sum" else full.prod)(axis=ax, keepdims=True), v.rank, v.marks, v.ew))
        finally:
            self.moving, self.memo = oldm, oldmemo
            if old is None:
                self.index.pop(var, None)
            else:
                self.index[var] = old
        return out

    # -- products
    def n_term(self, t):
        """Juxtaposition binds closest, then ·, then ⊗ ⊘ / from left to right.  The dot beside another factor is marked."""
        _, fs, ops = t
        ranks = []
        for level in self.readings(fs, ops):
            ranks += level
        return ranks

    def readings(self, fs, ops):
        vals = [self.ev(f) for f in fs]
        if all(o == "" for o in ops):
            yield self.chain(vals)
            return
        # runs of juxtaposed factors, and the operators between
        runs, seps, cur = [], [], [vals[0]]
        for o, v in zip(ops, vals[1:], strict=False):
            if o == "":
                cur.append(v)
            else:
                runs.append(cur)
                seps.append(o)
                cur = [v]
        runs.append(cur)
        got = False
        try:
            first = self.ops_left(self.dots(runs, seps))
            got = True
            yield first
        except Unreadable:
            pass
        other = []
        # the other precedence: ⊗ and ⊘ read from left to right with the juxtaposed factors
        if any(len(r) > 1 for r in runs) or len(seps) > 1:
            try:
                other = self.all_brackets(vals, ops)
            except Unreadable:
                other = []
        slash = any(o == "/" and k + 1 < len(ops) for k, o in enumerate(ops))  # a/b c
        mark = (
            {"slash before a product"}
            if slash
            else {"~precedence of an operator against juxtaposition"}
            if got
            else {"~read by elimination"}
        )
        yield [V(v.a, v.rank + (1 if got and not slash else 0), v.marks | mark, v.ew, v.lit) for v in other]

    def dots(self, runs, seps):
        """Inner products inside the list of runs: (a·b) binds before the juxtaposed neighbours where they do not fit otherwise."""
        out, outseps = [], []
        i = 0
        while i < len(runs):
            group = [runs[i]]
            while i < len(seps) and seps[i] == "·":
                i += 1
                group.append(runs[i])
            out.append(self.chain(group[0]) if len(group) == 1 else self.dotted(group))
            if i < len(seps):
                outseps.append(seps[i])
            i += 1
        return out, outseps

    def dotted(self, group):
        """runs joined by dots: a b · c d · e: every split in which each dot takes what fits; marked unless all but scalars are alone."""
        flatv, kinds = [], []
        for _gi, run in enumerate(group):
            for k, v in enumerate(run):
                if flatv:
                    kinds.append("·" if k == 0 else "")
                flatv.append(v)
        len(flatv)
        bulky = [i for i, v in enumerate(flatv) if not any(x.scalar for x in v)]
        ndots = kinds.count("·")
        vector_dots = sum(1 for i, k in enumerate(kinds) if k == "·" and i in bulky and i + 1 in bulky)
        res = self.all_brackets(flatv, kinds)
        loose = None
        if vector_dots:
            extra = len(bulky) - 2 * vector_dots
            if ndots and (extra > 0 or vector_dots > 1):
                # Ax · y and x · Ay read well when every run is one vector
                clean = False
                try:
                    loose = self.chain_ops([self.chain(r) for r in group], "·")
                    clean = len(group) == 2
                except Unreadable:
                    loose = None
                if not (clean and loose):
                    res = [V(v.a, v.rank, v.marks | {"dot product beside a factor"}, v.ew) for v in res]
                else:
                    vals = dedupe(loose)
                    res = vals + [
                        V(v.a, v.rank, v.marks | {"dot product beside a factor"}, v.ew)
                        for v in res
                        if not any(v.a.shape == o.a.shape and np.allclose(v.a, o.a) for o in vals)
                    ]
        if not res:
            raise Unreadable("no reading of a product with dots")
        return dedupe(res)

    def chain_ops(self, vals, op):
        acc = vals[0]
        for v in vals[1:]:
            acc = dedupe([o for p in acc for q in v for o in self.apply(op, p, q)])
            if not acc:
                raise Unreadable(f"no reading of {op}")
        return acc

    def ops_left(self, runs_seps):
        runs, seps = runs_seps
        acc = runs[0]
        for o, v in zip(seps, runs[1:], strict=False):
            acc = dedupe([x for p in acc for q in v for x in self.apply(o, p, q)])
            if not acc:
                raise Unreadable(f"no reading of {o}")
        return acc

    def all_brackets(self, vals, ops):
        n = len(vals)
        if n > 14:
            raise Unreadable("a long product")
        table = {(i, i): vals[i] for i in range(n)}
        for ln in range(2, n + 1):
            for i in range(n - ln + 1):
                j = i + ln - 1
                got = []
                for k in range(i, j):
                    for p in table.get((i, k), ()):
                        for q in table.get((k + 1, j), ()):
                            got += list(self.apply(ops[k], p, q))
                table[i, j] = dedupe(got)[:10]
        if not table[0, n - 1]:
            raise Unreadable("no reading of a product")
        return table[0, n - 1]

    def chain(self, vals):
        if len(vals) == 1:
            return vals[0]
        return self.all_brackets(vals, [""] * (len(vals) - 1))

    def apply(self, op, p, q):
        rank, marks, ew = p.rank + q.rank, p.marks | q.marks, p.ew or q.ew
        if op == "":
            if p.scalar or q.scalar:
                lit = "I" if "I" in (p.lit, q.lit) else None
                yield V(p.a * q.a, rank, marks, ew, lit)
            elif p.shape[1] == q.shape[0]:
                if (p.shape[1] == 1 and p.shape[0] > 1 and q.shape[1] > 1) or p.shape[1] > 1:
                    yield V(p.a @ q.a, rank, marks)
        elif op in ("·", "×", "*"):
            if p.scalar or q.scalar:
                yield V(p.a * q.a, rank, marks | ({"raw *"} if op == "*" else set()), ew)
            elif op == "·":
                if p.shape == q.shape and 1 in p.shape:
                    yield V((p.a * q.a).sum((-2, -1), keepdims=True), rank, marks)
                elif p.shape == q.shape[::-1] and 1 in p.shape:
                    yield V((p.a * np.swapaxes(q.a, -1, -2)).sum((-2, -1), keepdims=True), rank, marks)
                elif p.shape[1] == q.shape[0] and p.shape[1] > 1:
                    yield V(p.a @ q.a, rank, marks)
        elif op in ("⊗", "⊙", "∘"):
            if p.scalar or q.scalar:
                yield V(p.a * q.a, rank, marks, ew)
                return
            if p.shape == q.shape:
                yield V(p.a * q.a, rank, marks, True)
            if op == "⊗" and self.kronecker:
                lead = np.broadcast_shapes(p.a.shape[:-2], q.a.shape[:-2])
                a, b = np.broadcast_to(p.a, lead + p.shape), np.broadcast_to(q.a, lead + q.shape)
                k = np.einsum("...ij,...kl->...ikjl", a, b).reshape(
                    (*lead, p.shape[0] * q.shape[0], p.shape[1] * q.shape[1])
                )
                if k.size < 3000:
                    yield V(k, rank, marks | {"⊗ as Kronecker"})
        elif op in ("⊘", "/", "÷"):
            if q.scalar:
                yield V(p.a / q.a, rank, marks, ew)
            elif p.scalar or p.shape == q.shape:
                yield V(p.a / q.a, rank, marks | ({"/ of arrays"} if op != "⊘" else set()), True)

    def n_frac(self, t):
        out = []
        for (p, q), r, m in self.pairs(t[1], t[2]):
            if q.scalar:
                out.append(V(p.a / q.a, r, m, p.ew, "I" if p.lit == "I" else None))
            elif q.square and p.shape == q.shape:
                out.append(V(p.a / q.a, r + (0 if q.ew else 1), m | {"fraction of arrays"}, True))
                out.append(V(p.a @ self.inverse(q.a), r + (1 if q.ew else 0), m | {"fraction of arrays"}))
            elif p.scalar or p.shape == q.shape:
                out.append(V(p.a / q.a, r, m | {"~fraction of arrays"}, True))
        return out

    def inverse(self, a):
        try:
            return np.linalg.inv(a)
        except np.linalg.LinAlgError:
            return np.full(a.shape, np.nan)

    # -- scripts
    def n_T(self, t):
        return [V(np.swapaxes(v.a, -1, -2), v.rank, v.marks, v.ew, v.lit) for v in self.ev(t[1])]

    def n_inv(self, t):
        out = []
        for v in self.ev(t[1]):
            if v.square:
                out.append(
                    V(
                        self.inverse(v.a),
                        v.rank,
                        v.marks | ({"~inverse of an array made entry by entry"} if v.ew else set()),
                    )
                )
                if v.ew:
                    out.append(V(1 / v.a, v.rank + 1, v.marks | {"power entry by entry"}, True))
            else:
                out.append(V(1 / v.a, v.rank, v.marks, not v.scalar))
        return out

    def n_pow(self, t):
        out = []
        for (b, e), r, m in self.pairs(t[1], t[2]):
            if e.scalar and b.square:
                k = e.a.reshape(-1)[0]
                whole = e.a.size == 1 and k == round(k)
                if whole:
                    mp = np.eye(b.shape[0])
                    base = b.a if k >= 0 else self.inverse(b.a)
                    for _ in range(min(int(abs(k)), 40)):
                        mp = mp @ base
                    out.append(
                        V(
                            np.broadcast_to(mp, b.a.shape) + 0.0,
                            r + (1 if b.ew else 0),
                            m | ({"~matrix power"} if b.ew else set()),
                        )
                    )
                out.append(
                    V(
                        np.power(b.a, round(k) if whole and k >= 0 else e.a),
                        r + (0 if b.ew or not whole else 1),
                        m | {"~power entry by entry" if b.ew or not whole else "power entry by entry"},
                        True,
                    )
                )
            elif e.scalar or b.scalar or e.shape == b.shape:
                whole = e.a.size == 1 and float(e.a.reshape(-1)[0]).is_integer() and e.a.reshape(-1)[0] >= 0
                out.append(
                    V(
                        np.power(b.a, int(e.a.reshape(-1)[0])) if whole else np.power(b.a, e.a),
                        r,
                        m,
                        not (b.scalar and e.scalar),
                    )
                )
        return out

    def n_epow(self, t):
        return [
            V(np.power(b.a, e.a), r, m, True)
            for (b, e), r, m in self.pairs(t[1], t[2])
            if e.scalar or e.shape == b.shape
        ]

    # -- named things
    def n_rel(self, t):
        _, rels, parts = t
        f = {"<": np.less, ">": np.greater, "≤": np.less_equal, "≥": np.greater_equal, "=": np.equal, "≠": np.not_equal}
        if len(parts) != 2:
            raise Unreadable("a chain of comparisons")
        out = []
        for (p, q), r, m in self.pairs(*parts):
            if p.scalar or q.scalar or p.shape == q.shape:
                out.append(V(f[rels[0]](p.a, q.a) * 1.0, r, m | ({"~bare comparison as a value"}), True))
        return out

    def n_iverson(self, t):
        return [V(v.a, v.rank, v.marks - {"~bare comparison as a value"}, v.ew) for v in self.ev(t[1])]

    def n_cases(self, t):
        acc = None
        for val, cond in reversed(t[1]):
            if acc is None:
                last = self.ev(val)
                acc = last
                continue
            out = []
            conds = self.ev(cond) if cond else None
            if conds is None:
                raise Unreadable("a case without its condition")
            for v in self.ev(val):
                for c in conds:
                    for o in acc:
                        shapes = {x.shape for x in (v, c, o) if not x.scalar}
                        if len(shapes) <= 1 or (c.scalar and len({x.shape for x in (v, o) if not x.scalar}) <= 1):
                            marks = (v.marks | c.marks | o.marks) - {"~bare comparison as a value"}
                            if not c.scalar:
                                marks = marks | {"~cases on a vector"}
                            out.append(V(np.where(c.a != 0, v.a, o.a), v.rank + c.rank + o.rank, marks, not c.scalar))
            acc = dedupe(out)
            if not acc:
                raise Unreadable("cases of different shapes")
        return acc

    def n_mat(self, t):
        rows = []
        for r in t[1]:
            acc = None
            for cell in r:
                vs = self.ev(cell)
                acc = (
                    vs
                    if acc is None
                    else dedupe(
                        [
                            V(self.cat(p.a, q.a, -1), p.rank + q.rank, p.marks | q.marks)
                            for p in acc
                            for q in vs
                            if p.shape[0] == q.shape[0]
                        ]
                    )
                )
                if not acc:
                    raise Unreadable("a row of a matrix whose parts do not fit")
            rows.append(acc)
        acc = rows[0]
        for vs in rows[1:]:
            acc = dedupe(
                [
                    V(self.cat(p.a, q.a, -2), p.rank + q.rank, p.marks | q.marks)
                    for p in acc
                    for q in vs
                    if p.shape[1] == q.shape[1]
                ]
            )
            if not acc:
                raise Unreadable("rows of a matrix of different width")
        return acc

    def cat(self, a, b, axis):
        lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        return np.concatenate(
            [np.broadcast_to(a, lead + a.shape[-2:]), np.broadcast_to(b, lead + b.shape[-2:])], axis=axis
        )

    def n_abs(self, t):
        out = []
        for v in self.ev(t[1]):
            if v.square:
                out.append(V(np.abs(v.a), v.rank, v.marks, True))
                out.append(
                    V(
                        np.linalg.det(v.a)[..., None, None],
                        v.rank + (1 if v.ew else 0),
                        v.marks | {"|·| of a square matrix, the determinant"},
                    )
                )
            else:
                out.append(V(np.abs(v.a), v.rank, v.marks, not v.scalar))
        return out

    def n_norm(self, t):
        out = []
        s = t[1]
        for v in self.ev(t[2]):
            vec = 1 in v.shape
            a, mk, r = v.a, v.marks, v.rank
            fro = np.sqrt((a * a).sum((-2, -1), keepdims=True))
            if s in (None, "2", "F"):
                if s == "2" and not vec:
                    out.append(V(np.linalg.norm(a, 2, (-2, -1), keepdims=True), r, mk))
                else:
                    out.append(V(fro, r, mk))
                    if not vec and s is None:
                        out.append(
                            V(np.linalg.norm(a, 2, (-2, -1), keepdims=True), r + 1, mk | {"~matrix norm without F"})
                        )
            elif s == "1":
                entry = np.abs(a).sum((-2, -1), keepdims=True)
                out.append(
                    V(entry, r + (0 if vec else 1), mk | (set() if vec else {"‖·‖ of a matrix, entry by entry"}))
                )
                if not vec:
                    out.append(V(np.abs(a).sum(-2, keepdims=True).max(-1, keepdims=True), r, mk))
            elif s == "∞":
                entry = np.abs(a).max((-2, -1), keepdims=True)
                out.append(
                    V(entry, r + (0 if vec else 1), mk | (set() if vec else {"‖·‖ of a matrix, entry by entry"}))
                )
                if not vec:
                    out.append(V(np.abs(a).sum(-1, keepdims=True).max(-2, keepdims=True), r, mk))
            else:
                raise Unreadable(f"norm {s}")
        return out

    def n_call(self, t):
        _, name, axis, args = t
        if name == "norm":
            return self.n_norm(("norm", axis, args[0]))
        if len(args) == 2 and name in ("max", "min"):
            f = np.maximum if name == "max" else np.minimum
            return [
                V(f(p.a, q.a), r, m, True)
                for (p, q), r, m in self.pairs(*args)
                if p.scalar or q.scalar or p.shape == q.shape
            ]
        if name in ("tile", "repeat"):
            a, b = self.dim(args[0]), self.dim(args[1])
            k = np.kron(np.ones((b, 1)), np.eye(a)) if name == "tile" else np.kron(np.eye(a), np.ones((b, 1)))
            return [V(self.lead(k), 0, frozenset(["~tile/repeat"]))]
        if name == "kron":
            out = []
            for (p, q), _r, _m in self.pairs(*args):
                out += [
                    v for v in self.apply("⊗", p, q) if v.shape == (p.shape[0] * q.shape[0], p.shape[1] * q.shape[1])
                ][-1:]
            return [V(v.a, v.rank, v.marks - {"⊗ as Kronecker"}) for v in out]
        if name == "outer":
            return [
                V(p.a.reshape((*p.a.shape[:-2], -1, 1)) @ q.a.reshape((*q.a.shape[:-2], 1, -1)), r, m)
                for (p, q), r, m in self.pairs(*args)
            ]
        if len(args) != 1:
            raise Unreadable(f"{name} of {len(args)}")
        out = []
        for v in self.ev(args[0]):
            a = v.a
            if name in ELEM:
                marks = v.marks | (
                    {"~function of a square matrix"} if v.square and name in MATFUN and not v.ew else set()
                )
                out.append(V(ELEM[name](a) * 1.0, v.rank, marks, not v.scalar))
                continue
            o = self.whole(name, axis, v)
            out += o if isinstance(o, list) else [V(o, v.rank, v.marks)] if o is not None else []
        return out

    def whole(self, name, axis, v):
        a, (r, c) = v.a, v.shape
        if name in REDUCE:
            if axis is not None and 1 not in (r, c):
                ax = (-2, -1)[axis]
                col = self.reduce(name, a, ax)
                return np.swapaxes(col, -1, -2) if axis == 0 else col  # a column either way
            return self.reduce(name, a, (-2, -1))
        if name in ("diag", "diagonal"):
            if 1 in (r, c):
                if name == "diagonal":
                    return None
                n = max(r, c)
                return a.reshape((*a.shape[:-2], n, 1)) * np.eye(n)
            d = np.diagonal(a, axis1=-2, axis2=-1)[..., None]
            return [V(d, v.rank, v.marks)]
        if name in ("tr", "Tr", "trace", "det", "logdet", "inv"):
            if r != c:
                return None
            if name == "det":
                return np.linalg.det(a)[..., None, None]
            if name == "logdet":
                return np.linalg.slogdet(a)[1][..., None, None]
            if name == "inv":
                return self.inverse(a)
            return np.trace(a, axis1=-2, axis2=-1)[..., None, None]
        if name == "vec":
            return np.swapaxes(a, -1, -2).reshape((*a.shape[:-2], -1, 1))
        if name in ("softmax", "log_softmax"):
            ax = (-2, -1) if 1 in (r, c) else (-2, -1)[1 if axis is None else axis]
            z = a - a.max(axis=ax, keepdims=True)
            ls = z - np.log(np.exp(z).sum(axis=ax, keepdims=True))
            return [
                V(
                    np.exp(ls) if name == "softmax" else ls,
                    v.rank,
                    v.marks | ({"~softmax of a matrix: which way?"} if ax == -1 and axis is None else set()),
                    True,
                )
            ]
        raise Unreadable(f"function {name}")

    def reduce(self, name, a, ax):
        if name == "logsumexp":
            m = a.max(axis=ax, keepdims=True)
            return m + np.log(np.exp(a - m).sum(axis=ax, keepdims=True))
        if name == "var":
            return ((a - a.mean(axis=ax, keepdims=True)) ** 2).mean(axis=ax, keepdims=True)
        return getattr(np, name)(a, axis=ax, keepdims=True)


def brief(t):
    s = repr(t)
    return s if len(s) < 120 else s[:117] + "..."


def spans(t):
    """Lengths of the ranges 2..3 in a tree: a vector of ones may be as long."""
    if not isinstance(t, (tuple, list)):
        return set()
    own = {int(t[2][1] - t[1][1]) + 1} if len(t) == 3 and t[0] == "span" and t[1][0] == t[2][0] == "num" else set()
    return own.union(*[spans(p) for p in t]) if t else own


def sums_in(t, out=None):
    out = [] if out is None else out
    if isinstance(t, (tuple, list)):
        if len(t) == 6 and t[0] == "bigsum":
            out.append(t)
        for p in t:
            sums_in(p, out)
    return out


# ------------------------------------------------------------------ a whole answer


def split_rows(row):
    """An `aligned`: [(left or None, right)], one per statement; a row without a left side goes on with the one above."""
    row = flat(row)
    if len(row) == 1 and row[0][0] == "rows":
        out = []
        for cells in row[0][1]:
            cells = [flat(c) for c in cells]
            line = [n for c in cells[:2] for n in c]
            eq = next((k for k, n in enumerate(line) if n == ("op", "=")), None)
            left = line[:eq] if eq else None
            right = line[eq + 1 :] if eq is not None else line
            if eq is None and out:
                out[-1][1].extend(right)
            elif eq == 0 and out:
                out[-1] = (out[-1][0], right)
            else:
                out.append((left, list(right)))
        return out
    eq = next((k for k, n in enumerate(row) if n == ("op", "=")), None)
    if eq and has_partial(row[:eq]):
        return [(row[:eq], row[eq + 1 :])]
    return [(None, row)]


def has_partial(row):
    return "∂" in repr(row) or "'op', '∇'" in repr(row) or "('id', 'd'" in repr(row)


FORCED = {
    "dot product beside a factor",
    "σ is a variable and a function",
    "T is a variable and the transpose",
    "digits side by side",
    "index named like a variable",
    "an index named like a dimension",
    "a name with a subscript, and an element of another",
}


def shapes_of(shape, wdim):
    """The arrays on the page that may stand for a truth of this shape, in the paper's layout."""
    if len(shape) == 0:
        return [(1, 1)]
    if len(shape) == 1:
        n = shape[0]
        return [(1, n)] if wdim == 1 else [(n, 1), (1, n)]
    return [tuple(shape)]


def answers(row, arrays, dims, shapes, kron=True, turn=None):
    """For each of the truths' shapes: [V] (any shape) of what the page says; the marks; the free indices."""
    stm = split_rows(row)
    defs = [(l, r) for l, r in stm if l is not None and not has_partial(l)]
    vals = [(l, r) for l, r in stm if l is None or has_partial(l)]
    if defs and not vals:
        raise Misread(
            "the answer stands under its named parts without a left side, as if it went on with the last of them"
        )
    if len(vals) != len(shapes):
        raise Unreadable(f"{len(vals)} answers on the page for {len(shapes)}")
    env = dict(arrays)
    rd = Reader(env, dims)
    base = {s for a in arrays.values() for s in np.shape(a)}
    deftrees = []
    for l, r in defs:
        name = (plain_name(l) or plain_name([l[0][1]] + (l[0][2] or []) if l[0][0] == "scr" else []) or "?").replace(
            "_", ""
        )
        deftrees.append((name, r))
        rd.names.add(name)
    trees = [rd.expr(r) for _, r in vals]
    lets, todo = {}, [(n, rd.expr(r)) for n, r in deftrees]
    while todo:  # named parts stand in any order
        left = []
        for n, t in todo:
            try:
                v = Evaluator({**env, **lets}, dims, base or {1}, {}, {}, kron).ev(t)[0]
                lets[n] = v.a.reshape(()) if v.scalar else v.a.reshape(-1) if v.shape[1] == 1 else v.a
            except Unreadable as e:
                left.append((n, t))
                why = e
        if len(left) == len(todo):
            raise why
        todo = left
    out = []
    for (left, _), tree, shape in zip(vals, trees, shapes, strict=False):
        free = sorted(free_indices(tree) - set(env) - set(lets))
        named = left_indices(left) if left else None
        if named and set(named) == set(free) | set(named) and len(named) == len(shape):
            free = named
        elif turn is not None and len(turn) == len(free):
            free = [free[k] for k in turn]
        if free and len(free) != len(shape):
            raise Unreadable(f"free indices {','.join(free)} for order {len(shape)}")
        axes = {n: k for k, n in enumerate(free)}
        for k, s in enumerate(sums_in(tree)):
            axes["sum", id(s)] = len(free) + k
        ev = Evaluator(
            {**env, **lets},
            dims,
            base | set(shape) | spans(tree) or {1},
            axes,
            dict(zip(free, shape, strict=False)),
            kron,
        )
        got = []
        for v in ev.ev(tree):
            if free:
                if v.scalar:
                    a = v.a.reshape(v.a.shape[: len(free)])
                    with contextlib.suppress(ValueError):
                        got.append(V(np.broadcast_to(a, shape), v.rank, v.marks))
            else:
                got.append(V(v.a.reshape(v.a.shape[-2:]), v.rank, v.marks))
        out.append((got, set(rd.marks) | ev.clash, free))
    return out


def judge(row, arrays, dims, want, wdim, kron=True, parts=None):
    """(status, detail, remarks) of one page for one point.  parts: [(truth, order of the variable)] of several answers."""
    parts = parts or [(want, wdim)]
    shapes = [np.shape(w) for w, _ in parts]
    try:
        res = answers(row, arrays, dims, shapes, kron)
    except Misread as e:
        return "wrong", str(e), set()
    except Unreadable:
        if len(parts) == 1 and len(shapes[0]) > 1 and turned(row, arrays, dims, *parts[0], kron):
            return "wrong", "indices not in alphabetical order, and no left side names them", set()
        raise
    if len(parts) == 1 and res[0][2]:
        v = judge_one(*res[0], np.asarray(parts[0][0], float), parts[0][1])
        if v[0] == "wrong" and turned(row, arrays, dims, *parts[0], kron):
            return "wrong", "indices not in alphabetical order, and no left side names them", set()
        return v[0], v[1], v[2] | (set() if split_rows(row)[-1][0] else {"~indices without a left side"})
    worst = ("right", "", set())
    rank = {"right": 0, "ambiguous": 1, "unreadable": 2, "wrong": 3}
    for (got, marks, free), (w, wd) in zip(res, parts, strict=False):
        v = judge_one(got, marks, free, np.asarray(w, float), wd)
        worst = (v[0], v[1], v[2] | worst[2]) if rank[v[0]] >= rank[worst[0]] else (worst[0], worst[1], v[2] | worst[2])
    return worst


def left_indices(left):
    """The index letters of ∂y_ij/∂X_kl, in order, or None."""
    out = []

    def walk(n):
        if isinstance(n, list):
            for x in n:
                walk(x)
        elif isinstance(n, tuple) and n:
            if n[0] == "frac":
                walk(n[1])
                walk(n[2])
            elif n[0] == "scr":
                s = plain_name(n[2]) if n[2] else None
                if s and s.replace(",", "").isalpha():
                    out.extend(s.replace(",", ""))
            elif n[0] == "brace":
                walk(n[1])

    walk(left)
    return out or None


def turned(row, arrays, dims, want, wdim, kron):
    """Whether the answer is right with its free indices in another order than the alphabet's."""
    for turn in itertools.permutations(range(np.ndim(want))):
        if turn == tuple(range(np.ndim(want))):
            continue
        try:
            ((got, marks, free),) = answers(row, arrays, dims, [np.shape(want)], kron, turn)
            if not free:
                return False
            if judge_one(got, marks, free, np.asarray(want, float), wdim)[0] in ("right", "ambiguous"):
                return True
        except (Unreadable, ValueError, IndexError):
            pass
    return False


def stacked(row, arrays, dims, want, kron=True):
    """The same of one array for several variables at once."""
    ((got, marks, free),) = answers(row, arrays, dims, [np.shape(want)], kron)
    return judge_one(got, marks, free, np.asarray(want, float), 1)


def judge_one(got, marks, free, want, wdim):
    if free:
        fits, targets = got, {want.shape: want}
    else:
        if want.ndim > 2:
            if not np.any(want) and any(not np.any(v.a) for v in got):
                return "right", "", {"~zero without a shape"}
            raise Unreadable(f"order {want.ndim} without indices")
        targets = {s: want.reshape(s) for s in shapes_of(want.shape, wdim)}
        fits = [v for v in got if v.a.shape in targets]
        if not fits and not np.any(want) and any(v.a.shape == (1, 1) and not np.any(v.a) for v in got):
            return "right", "", {"~zero without a shape"}
    if not fits:
        return "wrong", "shape " + ", ".join(sorted({str(v.a.shape) for v in got}))[:60] + f" for {want.shape}", set()

    def good(v):
        t = targets[v.a.shape]
        scale = max(1.0, float(np.max(np.abs(t), initial=0)))
        return bool(np.all(np.abs(v.a - t) <= 1e-7 * scale + 1e-9)) if np.all(np.isfinite(v.a)) else False

    r0 = min(v.rank for v in fits)
    first = [v for v in fits if v.rank == r0]
    ok = [v for v in first if good(v)]
    bad = [v for v in first if not good(v)]
    if ok:
        v = min(ok, key=lambda v: len(v.marks))
        allm = marks | v.marks
        forced = allm & FORCED
        soft = {m for m in allm if m[0] == "~"} | {
            "~" + m
            for x in fits
            if x.rank > r0 and not good(x)
            for m in [k.lstrip("~") for k in x.marks - v.marks]
            if m != "power entry by entry"
        }
        if bad:
            diff = (
                set().union(*[b.marks - v.marks for b in bad])
                or set().union(*[v.marks - b.marks for b in bad])
                or {"size of I or of a vector of ones"}
            )
            return "ambiguous", "; ".join(sorted(m.lstrip("~") for m in diff | forced)), soft
        if r0 and "A_{i,:} standing" in v.marks:  # a row lies: its transpose is no row
            return "wrong", "right only when read as: A_{i,:} standing", soft
        if forced:
            return "ambiguous", "; ".join(sorted(forced)), soft
        return "right", "", soft
    later = [v for v in fits if good(v)]
    if later:
        v = min(later, key=lambda v: (v.rank, len(v.marks)))
        return (
            "wrong",
            "right only when read as: " + ("; ".join(sorted(m.lstrip("~") for m in v.marks - first[0].marks)) or "?"),
            set(),
        )
    return "wrong", "no reading of it is right", set()
