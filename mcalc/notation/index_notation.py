"""Derivatives in index notation as they are written, ``∂Y[i,j]/∂X[k,l] = A[i,k]*B[l,j]``; and any result."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.networks.index_form import Expression, IndexForm
from mcalc.networks.networks import Factor, Index, Term
from mcalc.notation.common_parts import LEGIBLE, is_deep, program, written_out
from mcalc.notation.drawing import Drawn
from mcalc.notation.leaves import Written
from mcalc.notation.partials import write_partial
from mcalc.notation.writing import Writer
from mcalc.table.records import ADDITION, ATOM, DOT, POSTFIX, POWER, PRODUCT
from mcalc.tree.node import Node


def write_expression(expression: Expression | Drawn, dialect: str = "text") -> str:
    """The expression in ``text``, ``ascii`` or ``latex``; a drawing or a long expression may take several lines."""
    if isinstance(expression, Node):
        if expression.key[0] > LEGIBLE or is_deep(expression):
            return program(expression, dialect, always=True) or written_out(expression, dialect)
        return Writer(dialect).write(expression)
    return write_products(expression, dialect) if isinstance(expression, IndexForm) else expression.write(dialect)


def write_products(form: IndexForm, dialect: str = "text") -> str:
    """The terms, as the language reads them: ``A[i,k]*B[l,j]``."""
    names = form.letters()
    if not form.tensor.terms:
        return "0"
    writer = Writer(dialect)
    writer.prepare(form.nodes(), names.values(), [term.loops for term in form.tensor.terms])
    minus = "−" if dialect == "text" else "-"
    text = ""
    for term in sorted(form.tensor.terms, key=lambda term: bool(term.coefficient < 0)):
        shown = _term(term, form.tensor.free, names, writer)
        if text:
            text += f" {minus} " if term.coefficient < 0 else " + "
        elif term.coefficient < 0:
            text += minus
        text += writer.at_least(shown, PRODUCT)
    return text


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
