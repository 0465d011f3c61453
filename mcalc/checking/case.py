"""One answer against one derivative: what both may be made of, and what an explanation asks of them."""

from __future__ import annotations

from mcalc.ask import in_layout
from mcalc.checking.answer import Scope, as_row, running_indices, scope
from mcalc.checking.compare import Agreement
from mcalc.checking.corrections import Corrector
from mcalc.checking.findings import Finding
from mcalc.checking.points import Indexed, Valued
from mcalc.checking.relation import Scalars
from mcalc.checking.search import turned_shape
from mcalc.choices import LAYOUTS
from mcalc.derivation.derivation import Derivation
from mcalc.language.parser import Syntax
from mcalc.language.syntax import walk
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.table.records import LoopIndex
from mcalc.tree.node import Node, topological, variables
from mcalc.tree.operations import determinant


class Case:
    """One answer against one derivative."""

    def __init__(self, derivation: Derivation, text: str, syntax: Syntax, any_layout: bool = False) -> None:
        self.derivation, self.text, self.any_layout = derivation, text, any_layout
        result = derivation.result
        assert isinstance(result, Node | IndexForm)
        if isinstance(result, IndexForm) and _names(syntax) & _of_parts(result):
            result = result.opened
        self.right: Expression = result
        self.scope: Scope = scope(derivation.reading, result, text)
        self.syntax: Syntax = as_row(syntax, result.shape)

    def wrapped(self, node: Node) -> Valued:
        """A value at free indices, where the derivative is one."""
        if isinstance(self.right, IndexForm) and not node.shape:
            letters = self.right.letters()
            return Indexed(node, tuple(LoopIndex(letters[i], i.size) for i in self.right.tensor.free))
        return node

    def layout_finding(self, found: Agreement | None = None) -> Finding:
        """The finding that the answer stands in another layout."""
        own = self.derivation.layout
        words = f"the answer stands as in the {self.others[-1]} layout, and the {own} layout has the transpose"
        return Finding("other-layout", words, False, 0 if found is None else found.exact)

    @property
    def others(self) -> list[str]:
        """The layouts in which the transpose of the derivative is the derivative."""
        derivation = self.derivation
        if not isinstance(derivation.natural, Node) or not isinstance(self.right, Node):
            return []
        if len(derivation.by) != 1:
            together = not any(by.shape for by in derivation.by) and derivation.command != "hessian"
            return [] if not together else ["paper"] if derivation.layout == "denominator" else ["denominator"]
        found = []
        for layout in LAYOUTS:
            form = in_layout(derivation.natural, derivation.value, derivation.by[0], layout)
            turned = isinstance(form, Node) and form.shape == turned_shape(self.right.shape)
            same = isinstance(form, Node) and (form.canon, form.sign) == (self.right.canon, self.right.sign)
            own = form is derivation.result or same
            if layout != derivation.layout and turned and not own:
                found.append(layout)
        return found

    def scalars(self) -> Scalars:
        """What a constant factor may be made of."""
        reading = self.derivation.reading
        symbols = {symbol for node in reading.names.values() for size in node.shape for symbol in size.free_symbols}
        symbols |= {s for loop in running_indices(reading.value).values() for s in loop.size.free_symbols}
        inner: dict[Node, None] = {}
        for node in topological([reading.value]):
            if not node.shape and not node.loops and node.operator.name not in ("number", "dimension"):
                inner.setdefault(node)
        if any(_of_square(node) for node in topological([reading.value])):
            square = [
                node for node in reading.names.values() if len(node.shape) == 2 and node.shape[0] == node.shape[1]
            ]
            inner.update(dict.fromkeys(determinant(node) for node in square))
        named = sorted(inner, key=lambda node: bool(node.args))
        return Scalars(sorted(symbols, key=str), [node for node in named if variables(node)][:14])

    def corrector(self) -> Corrector:
        """What proposes corrections of the answer."""
        return Corrector(self.scope, self.text, sorted(self.scope.dimensions)[:3])


def _names(syntax: Syntax) -> set[str]:
    return {part.value for part in walk(syntax) if part.kind == "name"}


def _of_parts(form: IndexForm) -> set[str]:
    """The letters that an index has only where it is written as two."""
    whole, parted = form.letters(), form.opened.letters()
    return {parted[index] for index in form.opened.tensor.free} - {whole[index] for index in form.tensor.free}


def _of_square(node: Node) -> bool:
    """Whether it is a number made of a square matrix as a whole, as its determinant is."""
    return node.operator.domain == "square" and not node.shape
