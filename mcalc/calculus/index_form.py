"""Derivatives in index notation: what has no matrix form, ``∂Y[i,j]/∂X[k,l] = A[i,k]*B[l,j]``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from mcalc.calculus.likeness import likeness
from mcalc.calculus.matrix_form import reduce
from mcalc.calculus.networks import Factor, Index, Tensor, Term
from mcalc.calculus.terms import tidy
from mcalc.components.drawing import Drawn
from mcalc.expressions import build
from mcalc.expressions.common_parts import LEGIBLE, program, written_out
from mcalc.expressions.names import size_text
from mcalc.expressions.notation import Writer
from mcalc.expressions.operators import POSTFIX, POWER, PRODUCT
from mcalc.expressions.tree import Node, Shape, topological, variables

_LETTERS = "ijklpqrstuvabcdefgh"


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
    """A sum of products with named indices: those of the value first, then those of the variable."""

    tensor: Tensor

    @classmethod
    def of(cls, tensor: Tensor) -> IndexForm:
        """In normal form, like terms merged."""
        free = tensor.free
        merged: dict[Any, tuple[Term, int]] = {}
        for term in tidy(tensor.terms, free):
            term = _in_order(reduced(term, free), free).settled()
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

    def letters(self) -> dict[Index, str]:
        """A letter an index, none that a variable of the expression or the range of a sum has."""
        taken = {
            leaf.parameters[0]
            for term in self.tensor.terms
            for f in term.factors
            if f.node is not None
            for leaf in variables(f.node)
        }
        taken |= {loop.name for term in self.tensor.terms for loop in term.loops}
        inside = [f.node for term in self.tensor.terms for f in term.factors if f.node is not None]
        taken |= {part.parameters[0].name for part in topological(inside) if part.operator.name == "loop_sum"}
        value, variable = self.tensor.value, self.tensor.variable
        every = {index for term in self.tensor.terms for factor in term.factors for index in factor.indices}
        summed = every - {*value, *variable}
        taken |= {symbol.name for index in summed for symbol in index.size.free_symbols}
        pool = [letter for letter in _LETTERS if letter not in taken]
        first = [letter for letter in pool if letter in "ij"][: len(value)]
        first += [letter for letter in pool if letter not in first and letter not in "kl"][: len(value) - len(first)]
        second = [letter for letter in pool if letter in "kl"][: len(variable)]
        second += [letter for letter in pool if letter not in first + second][: len(variable) - len(second)]
        names = dict(zip((*value, *variable), first + second, strict=True))
        free = [letter for letter in pool if letter not in names.values()]
        rest = chain(free, (f"i{number}" for number in count(1) if f"i{number}" not in taken))
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
        minus = "−" if dialect == "text" else "-"
        text = ""
        for term in sorted(self.tensor.terms, key=lambda term: bool(term.coefficient < 0)):
            shown = write_term(term, self.tensor.free, names, dialect)
            if text:
                text += f" {minus} " if term.coefficient < 0 else " + "
            elif term.coefficient < 0:
                text += minus
            text += shown
        return text


def write_term(term: Term, free: Sequence[Index], names: dict[Index, str], dialect: str) -> str:
    """One product without its sign, under the sums over its inner indices."""
    latex = dialect == "latex"
    writer = Writer(dialect)
    above, below = [], []
    coefficient = abs(term.coefficient)
    order = {index: number for number, index in enumerate(names)}
    factors = sorted(
        term.factors,
        key=lambda f: (len(f.indices) > 0, [order[i] for i in f.indices], "" if f.node is None else f.node.key[1]),
    )
    for factor in factors:
        text = _factor(factor, names, writer)
        written = writer.done.get(factor.node) if factor.node is not None else None
        loose = written is not None and not factor.indices and written[1] < POWER
        if loose and factor.power < 0 and not text.startswith(("(", "\\left(")):
            text = writer._parenthesized(text)
        if factor.power < 0:
            below.append(text if factor.power == -1 else _raised(text, -factor.power, latex))
        else:
            above.append(text if factor.power == 1 else _raised(text, factor.power, latex))
    if coefficient.p != 1 or not above:
        above.insert(0, str(coefficient.p))
    if coefficient.q != 1:
        below.insert(0, str(coefficient.q))
    join = " " if latex else "*"
    text = join.join(above)
    if below:
        under = join.join(below)
        text = rf"\frac{{{text}}}{{{under}}}" if latex else f"{text}/{under if len(below) == 1 else f'({under})'}"
    inner = []
    for factor in term.factors:
        inner += [index for index in dict.fromkeys(factor.indices) if index not in free and index not in inner]
    for index in reversed(inner):
        text = _summed(text, names[index], size_text(index.size), latex)
    for loop in reversed(term.loops):
        text = _summed(text, loop.name, size_text(loop.size), latex)
    return text


def _summed(text: str, name: str, size: str, latex: bool) -> str:
    return rf"\sum_{{{name}=1}}^{{{size}}} {text}" if latex else f"sum({text} for {name} in 1..{size})"


def _raised(text: str, power: Any, latex: bool) -> str:
    return f"{text}^{{{power}}}" if latex else f"{text}^{power if power.is_Integer else f'({power})'}"


def _factor(factor: Factor, names: dict[Index, str], writer: Writer) -> str:
    letters = ",".join(names[index] for index in factor.indices)
    if factor.node is None:
        if writer.latex:
            return rf"\delta_{{{letters.replace(',', '')}}}"
        return f"{'δ' if writer.dialect == 'text' else 'delta'}[{letters}]"
    if factor.node.operator.name == "partial":
        above, below, split, total = factor.node.parameters
        own = [names[index] for index in factor.indices]
        return write_partial(above, below, own[:split], own[split:], writer.dialect, total)
    writer.write(factor.node)
    text, level = writer.done[factor.node]
    if not factor.indices:
        return text if level > PRODUCT or (level == PRODUCT and not writer.latex) else writer._parenthesized(text)
    bare = level >= POSTFIX and not (writer.latex and "_" in text)
    text = text if bare else writer._parenthesized(text)
    return f"{text}_{{{letters.replace(',', '')}}}" if writer.latex else f"{text}[{letters}]"


def write_partial(
    above: str, below: str, value: Sequence[str], variable: Sequence[str], dialect: str, total: bool = False
) -> str:
    """``∂u[i]/∂W[k,l]``."""
    from mcalc.expressions.names import name_latex, name_text

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
        if expression.key[0] > LEGIBLE:
            return program(expression, dialect, always=True) or written_out(expression, dialect)
        return Writer(dialect).write(expression)
    return expression.write(dialect)


def partial(above: str, below: str, shape: Shape, split: int = 0, total: bool = False) -> Node:
    """The leaf ``∂above/∂below``, or a total derivative; of its indices, the first `split` belong to the value."""
    from mcalc.expressions.operators import TABLE

    return Node(TABLE["partial"], (), (above, below, split, total), shape)
