"""Derivatives in index notation: what has no matrix form, ``∂Y[i,j]/∂X[k,l] = A[i,k]*B[l,j]``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mcalc.networks.likeness import likeness
from mcalc.networks.matrix_form import reduce
from mcalc.networks.networks import Factor, Index, Tensor, Term
from mcalc.networks.terms import tidy
from mcalc.notation.common_parts import LEGIBLE, is_deep, program, written_out
from mcalc.notation.drawing import Drawn
from mcalc.notation.leaves import Written
from mcalc.notation.writing import Writer
from mcalc.table import ADDITION, ATOM, DOT, POSTFIX, POWER, PRODUCT
from mcalc.tree import build
from mcalc.tree.letters import further_letters, index_letters, letters_in_use, names_in, running_indices
from mcalc.tree.names import SUPERSCRIPTS, name_latex, name_text
from mcalc.tree.node import Node, Shape


def reduced(term: Term, free: Sequence[Index]) -> Term:
    """The term with every product of matrices on its inner indices carried out."""
    state = reduce(term, free)
    factors = [Factor(node, (), power) for node, power in state.scalars]
    factors += [Factor(None, tie) for tie in state.ties]
    for edge in state.edges:
        node, indices = edge.node(), (edge.start, edge.end)
        if node.operator.name == "transpose":
            node, indices = node.args[0], (edge.end, edge.start)
        factors.append(Factor(node, indices))
    for index, vectors in state.points.items():
        factors += [Factor(node, (index,), power) for node, power in vectors]
    return Term(state.coefficient, tuple(factors), term.loops)


def _in_order(term: Term, free: Sequence[Index]) -> Term:
    """δ's that tie three free indices and more as those of the first with each; symmetric matrices indexed in order."""
    order = {index: at for at, index in enumerate(free)}
    root = dict(zip(free, free, strict=True))
    sign, factors = 1, []
    for factor in term.factors:
        places = [order.get(index, len(free)) for index in factor.indices]
        if factor.node is None:
            one, other = sorted((root[index] for index in factor.indices), key=order.__getitem__)
            root = {index: one if its is other else its for index, its in root.items()}
            continue
        parity = build.symmetry(factor.node) if len(places) == 2 and places[0] > places[1] else 0
        if parity:
            factor = factor._replace(indices=factor.indices[::-1])
            sign *= parity if build.odd(factor.power) else 1
        factors.append(factor)
    ties = [Factor(None, (first, index)) for index, first in root.items() if first is not index]
    own = [factor for factor in term.factors if factor.node is None]
    return Term(term.coefficient * sign, (*factors, *(own if len(own) == 1 else ties)), term.loops)


@dataclass(frozen=True, eq=False)
class IndexForm:
    """A sum of products with named indices: those of the value first, then those of the variable.

    `taken` are names of the text that is answered, which no index may have.
    """

    tensor: Tensor
    taken: frozenset[str] = field(default_factory=letters_in_use)

    @classmethod
    def of(cls, tensor: Tensor) -> IndexForm:
        """In normal form, like terms merged."""
        free = tensor.free
        merged: dict[Any, tuple[Term, int]] = {}
        for term in tidy(tensor.terms, free):
            term = _in_order(_merged_powers(reduced(term, free)), free).settled()
            key, sign = likeness(term, free)
            if key not in merged:
                merged[key] = term, sign
                continue
            before, its = merged[key]
            merged[key] = before._replace(coefficient=before.coefficient + sign * its * term.coefficient), its
        terms = tuple(term for term, _ in merged.values() if term.coefficient != 0)
        return cls(Tensor(terms, tensor.value, tensor.variable))

    @property
    def shape(self) -> Shape:
        return tuple(index.size for index in self.tensor.free)

    def nodes(self) -> list[Node]:
        """The values whose entries are multiplied."""
        return [factor.node for term in self.tensor.terms for factor in term.factors if factor.node is not None]

    def letters(self) -> dict[Index, str]:
        """A letter an index, none that a name, a dimension or a running index has."""
        nodes = self.nodes()
        loops = {loop for term in self.tensor.terms for loop in term.loops} | set(running_indices(nodes))
        every = {index for term in self.tensor.terms for factor in term.factors for index in factor.indices}
        sizes = [index.size for index in {*self.tensor.free, *every}] + [loop.size for loop in loops]
        taken = self.taken | names_in(nodes) | {loop.name for loop in loops}
        taken |= {symbol.name for size in sizes for symbol in size.free_symbols}
        value, variable = self.tensor.value, self.tensor.variable
        names = dict(zip((*value, *variable), index_letters([len(value), len(variable)], taken), strict=True))
        rest = further_letters(taken | set(names.values()))
        for term in self.tensor.terms:
            for factor in term.factors:
                for index in factor.indices:
                    if index not in names:
                        names[index] = next(rest)
        return names

    def write(self, dialect: str = "text") -> str:
        """The terms, as the language reads them: ``A[i,k]*B[l,j]``."""
        names = self.letters()
        if not self.tensor.terms:
            return "0"
        writer = Writer(dialect)
        writer.prepare(self.nodes(), names.values(), [term.loops for term in self.tensor.terms])
        minus = "−" if dialect == "text" else "-"
        text = ""
        for term in sorted(self.tensor.terms, key=lambda term: bool(term.coefficient < 0)):
            shown = _term(term, self.tensor.free, names, writer)
            if text:
                text += f" {minus} " if term.coefficient < 0 else " + "
            elif term.coefficient < 0:
                text += minus
            text += writer.at_least(shown, PRODUCT)
        return text


def _merged_powers(term: Term) -> Term:
    """``(x^a)^b`` as x^(ab), which holds for whole b, and x^a x^b of scalars as x^(a+b)."""
    factors: list[Factor] = []
    scalars: dict[Node, int] = {}
    for factor in term.factors:
        node, indices, power = factor
        while node is not None and _is_fixed_power(node) and power.is_Integer:
            base, exponent = node.args
            node, indices, power = base, build.matching(base, node, indices), power * exponent.parameters[0]
        if node is not None and not indices and node in scalars:
            at = scalars[node]
            factors[at] = factors[at]._replace(power=factors[at].power + power)
            continue
        if node is not None and not indices:
            scalars[node] = len(factors)
        factors.append(Factor(node, indices, power))
    return term._replace(factors=tuple(factor for factor in factors if factor.power != 0))


def _is_fixed_power(node: Node) -> bool:
    return node.operator.name == "power" and build.is_number(node.args[1])


def _term(term: Term, free: Sequence[Index], names: dict[Index, str], writer: Writer) -> Written:
    """One product without its sign, under the sums over its inner indices."""
    above: list[Written] = []
    below: list[Written] = []
    coefficient = abs(term.coefficient)
    order = {index: number for number, index in enumerate(names)}
    factors = sorted(
        term.factors,
        key=lambda f: (len(f.indices) > 0, [order[i] for i in f.indices], "" if f.node is None else f.node.key[1]),
    )
    for factor in factors:
        written = _factor(factor, names, writer)
        place, power = (below, -factor.power) if factor.power < 0 else (above, factor.power)
        place.append(written if power == 1 else writer.raised(written, power))
    shown = _product(above, coefficient.p, writer)
    if below or coefficient.q != 1:
        under = _product(below, coefficient.q, writer)
        if writer.latex:
            shown = rf"\frac{{{shown[0]}}}{{{under[0]}}}", PRODUCT + 1
        else:
            shown = f"{writer.at_least(shown, PRODUCT)}/{writer.at_least(under, POWER)}", PRODUCT
    inner = []
    for factor in term.factors:
        inner += [index for index in dict.fromkeys(factor.indices) if index not in free and index not in inner]
    for index in reversed(inner):
        shown = writer.summed(shown, names[index], index.size)
    for loop in reversed(term.loops):
        shown = writer.summed(shown, writer.letters.get(loop, loop.name), loop.size)
    return shown


def _product(factors: Sequence[Written], number: int, writer: Writer) -> Written:
    """``number · Π factors``: a factor that is itself a product is bracketed, but for one behind the number alone."""
    if not factors:
        return str(number), ATOM
    if len(factors) == 1 and number == 1:
        return factors[0]
    alone = len(factors) == 1
    least = (ADDITION + 1 if alone else DOT + 1) if writer.latex else PRODUCT + 1
    texts = [writer.at_least(factor, PRODUCT if alone and not writer.latex else least) for factor in factors]
    return (" " if writer.latex else "*").join([str(number)] * (number != 1) + texts), PRODUCT


def _factor(factor: Factor, names: dict[Index, str], writer: Writer) -> Written:
    letters = [names[index] for index in factor.indices]
    if factor.node is None:
        return writer.delta(letters, factor.indices[0].size)
    if factor.node.operator.name == "partial":
        above, below, split, total = factor.node.parameters
        return write_partial(above, below, letters[:split], letters[split:], writer.dialect, total), POSTFIX
    written = writer.written(factor.node)
    if not letters:
        return written
    bare = written[1] >= POSTFIX and not (writer.latex and "_" in written[0])
    text = written[0] if bare else writer.bracketed(written[0])
    together = "" if max(map(len, letters)) == 1 else ","
    return (f"{text}_{{{together.join(letters)}}}" if writer.latex else f"{text}[{','.join(letters)}]"), POSTFIX


Place = tuple[str, int, Sequence[str]]
"""A name, its rank, and the letters of its indices, if it has any."""


def write_derivative(above: Place, below: Sequence[Place], dialect: str) -> str:
    """``∂y[i]/∂W[k,l]``, of two variables ``∂²f/∂a[i]∂X[k,l]``; without letters ``∂y/∂W``."""
    order = len(below)
    if dialect == "latex":
        power = f"^{{{order}}}" if order > 1 else ""
        lower = " ".join(rf"\partial {_with_indices(*place)}" for place in below)
        return rf"\frac{{\partial{power} {_with_indices(*above)}}}{{{lower}}}"
    sign = "∂" if dialect == "text" else "d"
    power = "" if order == 1 else str(order).translate(SUPERSCRIPTS) if dialect == "text" else f"^{order}"
    show = name_text if dialect == "text" else str

    def written(name: str, rank: int, letters: Sequence[str]) -> str:
        return show(name) + (f"[{','.join(letters)}]" if letters else "")

    return f"{sign}{power}{written(*above)}/{''.join(sign + written(*place) for place in below)}"


def _with_indices(name: str, rank: int, letters: Sequence[str]) -> str:
    if not letters:
        return name_latex(name, rank if rank < 2 else 0)
    shown = name_latex(name)
    return (rf"({shown})" if "_" in shown else shown) + f"_{{{''.join(letters)}}}"


def write_partial(
    above: str, below: str, value: Sequence[str], variable: Sequence[str], dialect: str, total: bool = False
) -> str:
    """``∂u[i]/∂W[k,l]``."""
    if dialect == "latex":
        upper = name_latex(above) + (f"_{{{''.join(value)}}}" if value else "")
        lower = name_latex(below) + (f"_{{{''.join(variable)}}}" if variable else "")
        if value and "_" in above:
            upper = rf"({name_latex(above)})_{{{''.join(value)}}}"
        if variable and "_" in below:
            lower = rf"({name_latex(below)})_{{{''.join(variable)}}}"
        sign = r"\mathrm{d}" if total else r"\partial"
        return rf"\frac{{{sign} {upper}}}{{{sign} {lower}}}"
    show = name_text if dialect == "text" else str
    d = "∂" if dialect == "text" and not total else "d"
    upper = show(above) + (f"[{','.join(value)}]" if value else "")
    lower = show(below) + (f"[{','.join(variable)}]" if variable else "")
    return f"{d}{upper}/{d}{lower}"


Expression = Node | IndexForm


def write_expression(expression: Expression | Drawn, dialect: str = "text") -> str:
    """The expression in ``text``, ``ascii`` or ``latex``; a drawing or a long expression may take several lines."""
    if isinstance(expression, Node):
        if expression.key[0] > LEGIBLE or is_deep(expression):
            return program(expression, dialect, always=True) or written_out(expression, dialect)
        return Writer(dialect).write(expression)
    return expression.write(dialect)


def partial(above: str, below: str, shape: Shape, split: int = 0, total: bool = False) -> Node:
    """The leaf ``∂above/∂below``, or a total derivative; of its indices, the first `split` belong to the value."""
    from mcalc.table import TABLE

    return Node(TABLE["partial"], (), (above, below, split, total), shape)
