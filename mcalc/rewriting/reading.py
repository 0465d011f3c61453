"""From the tree to forms: raw ones, one form a node, that the engine then makes canonical."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from mcalc.rewriting.constructors import construct
from mcalc.rewriting.forms import CHAIN, NUMBER, ONE, PRODUCT, SUM, TURNED, Form, make, number, scaled_parts
from mcalc.rewriting.heads import head_of
from mcalc.rewriting.rationals import Rational, absolute, rational, whole
from mcalc.rewriting.shapes import turned_shape
from mcalc.rewriting.signs import OPENED, keeping
from mcalc.rewriting.traces import dimension
from mcalc.table.records import Shape
from mcalc.table.roles import ROOT
from mcalc.tree import build
from mcalc.tree.node import Node, topological

_HALF = Fraction(1, 2)
_MOST = 50
"""A power with a larger exponent stays an operator."""


def raw(roots: Sequence[Node], done: dict[Node, Form] | None = None) -> dict[Node, Form]:
    """Each node as a form as it stands, its number in a leaf, its quotients as powers with exponent −1.

    What is done already is not read again.
    """
    found = {} if done is None else done
    for node in topological(
        [root for root in roots if root not in found], lambda node: () if node in found else _inside(node)
    ):
        if node not in found:
            found[node] = _raw(node, [found[arg] for arg in _inside(node)])
    return found


def _inside(node: Node) -> Sequence[Node]:
    """The arguments; of a product of matrices all its factors, so that a long row is read once."""
    return build.row_of(node) if node.operator.name == "matmul" else node.args


def _raw(node: Node, args: list[Form]) -> Form:
    name, shape = node.operator.name, tuple(node.shape)
    reader = _READERS.get(name)
    if reader is not None:
        return reader(node, args, shape)
    return make(head_of(node.operator), args, node.parameters, shape)


Reader = Callable[[Node, list[Form], Shape], Form]


def _chain(node: Node, args: list[Form], shape: Shape) -> Form:
    return make(CHAIN, [part for arg in args for part in (arg.args if arg.head == CHAIN else (arg,))], (), shape)


def _power(node: Node, args: list[Form], shape: Shape) -> Form:
    base, exponent = args
    if exponent.head == NUMBER and abs(exponent.par[0]) < _MOST:
        return make(PRODUCT, (base,), (exponent.par[0],), shape)
    return make("power", args, (), shape)


def _product(node: Node, args: list[Form], shape: Shape) -> Form:
    powers = Counter(args)
    return make(PRODUCT, powers, powers.values(), shape)


def _sum(node: Node, args: list[Form], shape: Shape) -> Form:
    """A term that is a number times a value keeps the number as its coefficient."""
    pairs = [scaled_parts(arg) if arg.head == SUM else (1, arg) for arg in args]
    return make(SUM, (t for _, t in pairs), (c for c, _ in pairs), shape)


def _negative(node: Node, args: list[Form], shape: Shape) -> Form:
    if args[0].head == NUMBER:
        return number(-args[0].par[0])
    return make(SUM, (args[0],), (-1,), shape)


def _upright(node: Node, args: list[Form], shape: Shape) -> Form:
    return make(TURNED, args, (), shape) if args[0].shape else args[0]


def _dot(node: Node, args: list[Form], shape: Shape) -> Form:
    """A dot product is the sum over the products of the entries; of scalars, a product."""
    inner = _product(node, args, args[0].shape)
    return make("sum", (inner,), (), ()) if args[0].shape else inner


_READERS: dict[str, Reader] = {
    "number": lambda node, args, shape: number(rational(node.parameters[0])),
    "dimension": lambda node, args, shape: dimension(node.parameters[0]),
    "add": _sum,
    "negative": _negative,
    "multiply": _product,
    "divide": lambda node, args, shape: (
        make(PRODUCT, args, (1, -1), shape) if args[0] is not args[1] else make(PRODUCT, args[:1], (0,), shape)
    ),
    ROOT: lambda node, args, shape: make(PRODUCT, args, (_HALF,), shape),
    "power": _power,
    "matmul": _chain,
    "dot": _dot,
    "outer": lambda node, args, shape: make(CHAIN, (args[0], _row(args[1])), (), shape),
    "transpose": _upright,
}


def _row(column: Form) -> Form:
    return make(TURNED, (column,), (), turned_shape(column.shape))


def canonical(root: Form) -> Form:
    """The form made anew by the constructors alone, from its leaves."""
    return remade([root])[root]


def remade(roots: Iterable[Form], done: dict[Form, Form] | None = None) -> dict[Form, Form]:
    """Each form, and each part of one, made anew by the constructors alone; what is done already is not made again."""
    done = {} if done is None else done
    stack = list(roots)
    while stack:
        t = stack[-1]
        waiting = [] if t in done else [arg for arg in t.args if arg not in done]
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        if t not in done:
            done[t] = construct(t.head, tuple([done[arg] for arg in t.args]), t.par, t.shape)
    return done


def _has_scalar_inside(plain: Form) -> bool:
    """Whether a sign, a number or a scalar was typed inside of a product: ``(−X)·w`` is written −X·w."""
    if plain.head == PRODUCT:
        return 1 in [len(part.args) for part in plain.args if part.head == SUM]
    if plain.head not in (CHAIN, TURNED):
        return False
    products = [part for part in plain.args if part.head == PRODUCT and part.shape]
    return 1 in [len(part.args) for part in plain.args if part.head == SUM] or any(
        [not all([base.shape for base in part.args]) for part in products]
    )


def _power_of_number(t: Form) -> tuple[Rational, Form, Rational] | None:
    """The number, the name and the exponent of ``3x²``."""
    c, core = scaled_parts(t)
    base, power = (core.args[0], core.par[0]) if core.head == PRODUCT and len(core.args) == 1 else (core, 1)
    return (c, base, power) if base.head == "variable" and not base.shape else None


class Typed:
    """What is kept of how a value was typed: short parts, orders of terms, signs of differences, ``x - 1/3``.

    Of a value that nobody typed, `parts` are not kept.
    """

    def __init__(self, parts: bool = True) -> None:
        self.keeps_parts = parts
        self.order: dict[Form, tuple[Form, ...]] = {}
        self.signs: set[Form] = set()
        self.content: dict[Form, Rational] = {}
        self.places: dict[Form, tuple[int, int]] = {}
        self.nodes: dict[Form, Node] = {}
        self._plain: dict[Node, Form] = {}
        self._learned: dict[Node, Form] = {}
        self._canonical: dict[Form, Form] = {}
        self._inside: set[Node] = set()
        self._signs_then = 0

    def _learn_slope(self, node: Node, done: Mapping[Node, Form]) -> None:
        """The derivative of a sum of powers of a number has its order as well: ``1 + 2x`` of ``x + x²``."""
        terms = [_power_of_number(done[arg]) for arg in node.args]
        found = [term for term in terms if term is not None]
        if not found or len(found) < len(terms) or len({base for _, base, _ in found}) != 1:
            return
        slopes = [
            ONE if power == 1 else base if power == 2 else make(PRODUCT, (base,), (power - 1,), ())
            for _, base, power in found
        ]
        total = construct(SUM, tuple(slopes), tuple(rational(c * power) for c, _, power in found), ())
        _, core = scaled_parts(total)
        if core.head == SUM and len(core.args) == len(slopes):
            self.order.setdefault(core, tuple(slopes))

    def has_sum(self, t: Form) -> bool:
        """Whether the sum, or its negative, is one that was typed."""
        core = scaled_parts(t)[1]
        if core.head != SUM:
            return False
        return core in self.order or make(SUM, core.args, (-k for k in core.par), core.shape) in self.order

    def raw(self, roots: Sequence[Node]) -> dict[Node, Form]:
        """The nodes as forms as they stand, each read once."""
        return raw(roots, self._plain)

    def heads_in(self, nodes: Iterable[Node]) -> set[tuple[str, str]]:
        """The heads in the canonical forms of values that were learned, each with those that stand right below it."""
        stack = [self._learned[node] for node in nodes if node in self._learned]
        seen: set[Form] = set()
        while stack:
            form = stack.pop()
            if form not in seen:
                seen.add(form)
                stack += form.args
        return {(form.head, below) for form in seen for below in ("", *[arg.head for arg in form.args])}

    def learn(self, roots: Iterable[Node]) -> None:
        """The sums below the nodes, those met first counting; what was learned is, while no new sign is known."""
        with keeping(self.signs):
            for root in roots:
                if len(self.signs) != self._signs_then:
                    self._learned.clear()
                    self._canonical.clear()
                    self._inside.clear()
                self._signs_then = len(self.signs)
                if root not in self._learned:
                    self._learn(root)

    def _learn(self, root: Node) -> None:
        plain, done, inside = self._plain, self._learned, self._inside
        below: dict[Node, Sequence[Node]] = {}

        def new(node: Node) -> Sequence[Node]:
            below[node] = _inside(node)
            return () if node in done else below[node]

        for node in topological([root], new):
            if node in done:
                continue
            parts = below[node]
            if node not in plain:
                plain[node] = _raw(node, [plain[arg] for arg in parts])
            as_it_stands = plain[node]
            args = [done[arg] for arg in parts]
            now = as_it_stands if all([done[arg] is plain[arg] for arg in parts]) else _raw(node, args)
            self._canonical.update(zip(args, args, strict=True))
            found = remade([now], self._canonical)[now]
            form = self._with_sum(node, found)
            done[node] = form
            if _has_scalar_inside(as_it_stands) or not inside.isdisjoint(parts):
                inside.add(node)
            elif (
                self.keeps_parts
                and form.args
                and node.args
                and as_it_stands.cost <= form.cost
                and scaled_parts(as_it_stands)[0] == 1 == scaled_parts(form)[0]
            ):
                self.nodes.setdefault(form, node)

    def _terms(self, term: Form) -> tuple[Form, ...]:
        """The terms that a term of a sum is opened into, a sum in its own order."""
        if term.head != SUM or not 1 < len(term.args) <= OPENED:
            return (term,)
        other = make(SUM, term.args, (-k for k in term.par), term.shape)
        return self.order.get(term) or self.order.get(other) or (term,)

    def _with_sum(self, node: Node, form: Form) -> Form:
        """The form; of a sum that is new, its order and its sign are noted first."""
        c, core = scaled_parts(form)
        if node.operator.name != "add" or core.head != SUM or core in self.order or len(core.args) < 2:
            return form
        other = make(SUM, core.args, (-k for k in core.par), core.shape)
        if c < 0 and other not in self.order and any(k < 0 for k in core.par):
            self.signs.add(core)
            core = other
            form = construct(SUM, (other,), (rational(-c),), other.shape)
        if not whole(c):
            self.content.setdefault(core, absolute(c))
        typed = tuple(part for arg in node.args for part in self._terms(scaled_parts(self._learned[arg])[1]))
        for at, part in enumerate(typed if core not in self.order else ()):
            self.places.setdefault(part, (len(self.order), at))
        self.order.setdefault(core, typed)
        self._learn_slope(node, self._learned)
        return form
