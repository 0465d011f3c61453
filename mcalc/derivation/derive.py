"""The derivation in the paper's four steps: introduce, differentiate, combine, substitute.

The answer comes out of the steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TypeVar

from mcalc.calculus.differentiate import differentiate, differentiate_by_all, matrix_places
from mcalc.derivation.at_once import is_at_once, swallowed
from mcalc.derivation.combine import Combination
from mcalc.derivation.derivation import Line, Step
from mcalc.derivation.differentials import Differentials, wanted
from mcalc.derivation.known import Known
from mcalc.derivation.locals import Local, by_name, leaf_of, leaf_tensor, matrix_or_indices
from mcalc.derivation.meanings import apart, known_leaves, replaced_names, roots, substituted, with_entries, written_out
from mcalc.derivation.prepare import Prepared
from mcalc.derivation.reasons import because_local, listed, rule_name, short_name
from mcalc.derivation.rewritten import rewriting_steps
from mcalc.derivation.term_by_term import term_by_term
from mcalc.derivation.varying import RESIDUALS, in_products, letters_for
from mcalc.derivation.ways import is_deep
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.networks.networks import Tensor, fresh
from mcalc.notation.said import equated, formula_of
from mcalc.rewriting.answers import author_within, simplify
from mcalc.rewriting.cases import by_cases
from mcalc.rewriting.explaining import is_order
from mcalc.rewriting.index_terms import in_indices, said_in_indices
from mcalc.table.sentences import Sentence, filled, linked
from mcalc.tree import build
from mcalc.tree.letters import free_letter, letters_in_use
from mcalc.tree.names import without_subscripts
from mcalc.tree.node import Node, depends, topological, variables

Result = TypeVar("Result")
_SHORT_REASON = 36
_TRANSPARENT = frozenset({"negative", "transpose"})


@dataclass
class Work:
    """The intermediate variables of an expression, and what is known of their derivatives so far.

    What is not to be `told` is derived alike, without its steps, and what is `known` of other variables is not found
    again. With `every`, what constants multiply has a name too.
    """

    prepared: Prepared
    by: Node
    names: dict[Node, str]
    cases: bool = True
    already_named: int = 0
    method: str = "chain"
    told: bool = True
    every: bool = False
    known: Known = field(default_factory=Known)
    lines: list[Line] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def derive(self) -> Expression:
        """The derivative in the paper's layout; the steps are left in ``steps``."""
        root, by = self.prepared.root, self.by
        if by not in depends(root, by):
            result = matrix_or_indices(Tensor((), fresh(root), fresh(by)))
            self.steps.append(
                Step(
                    "differentiate",
                    "constant rule",
                    filled("{} does not occur: the value does not move with it", formula_of(by)),
                    leaf_of(root, short_name(root), by),
                    result,
                    result.shape,
                )
            )
            return result
        varying = self.method == "differential" or (self.method == "" and wanted(root, by))
        if varying and self.told and not self.every:
            self._introduce(by_differentials=True)
            found = self._within_names(self._by_differentials)
            if found is not None:
                return found
            self.lines, self.steps = [], []
        self._introduce()
        return self._within_names(self._combined)

    @property
    def variables(self) -> tuple[Node, ...]:
        """The variables that the value is differentiated by."""
        return (self.by,)

    def _within_names(self, derive: Callable[[], Result]) -> Result:
        """What is derived while the definitions are written as their author typed them.

        Of an untold matrix their sums alone: it is written in the names of the problem, and has their signs.
        """
        in_names = self.lines if self.told or not is_deep(self.lines) else ()
        whole = self.told or sum(len(node.axes) for node in (self.prepared.root, *self.variables)) > 2
        definitions = [line.definition for line in in_names if whole or "add" in line.definition.below]
        with author_within(chain((line.meaning for line in self.lines), definitions)):
            return derive()

    def _by_differentials(self) -> Expression | None:
        if len(self.lines) == 0 or (self.method == "" and is_at_once(self.prepared.root, self.by, self.names)):
            return None
        found = Differentials(self.lines, self.steps, self.by).result()
        return None if found is None else self._substitute(found)

    def _combined(self) -> Expression:
        root, by = self.prepared.root, self.by
        if not self.every and self.method != "index" and is_at_once(root, by, self.names):
            return self._term_by_term()
        if not self.lines:
            result = matrix_or_indices(differentiate(root, by))
            self.steps.append(
                Step(
                    "differentiate",
                    "identity",
                    "a value moves with itself, element by element",
                    leaf_of(root, str(by.parameters[0]), by),
                    result,
                    result.shape,
                )
            )
            return result
        local = self._differentiate()
        known = None if self.told else self.known.sums
        combination = Combination(self.lines, self.steps, (by,), local, self.method == "index", self.told, known)
        return self.substituted(combination.result(), written_out(combination.named))

    def _term_by_term(self) -> Expression:
        """``∂f/∂x = 3y*∂(x²)/∂x = 6x*y``: by the rules for scalars, without intermediate variables."""
        root, by = self.prepared.root, self.by
        taken = letters_in_use() | set(self.names.values())
        name = self.names.get(root) or free_letter(taken, ("f", "F", "y", "value"))
        meaning = self.prepared.origin.get(root, root)
        self.lines = [Line(name, build.variable(name, root.shape), root, meaning, alone=True)]
        if not self.told:
            return matrix_or_indices(differentiate(root, by))
        self.steps = term_by_term(root, by, name)
        result = self.steps[-1].after
        assert isinstance(result, Node)
        return result

    # Introduce

    def _introduce(self, by_differentials: bool = False) -> None:
        touched = depends(self.prepared.root, *self.variables)
        named = (*variables(self.prepared.root), *self.variables)
        taken = {str(leaf.parameters[0]) for leaf in named} | set(self.names.values())
        letters = chain(("u", "v", "g", "h", "t_u"), ("u" * length for length in count(2)))
        letter = next(without_subscripts(letters, taken | letters_in_use()))
        self.nodes: dict[Node, Node] = {}
        number = self.already_named
        inside: set[Node] = set()
        if not self.every:
            inside = swallowed(self.prepared.root, self.variables, self.names, squares_alone=self.method == "index")
        if by_differentials:
            inside = in_products(self.prepared.root, self.by, self.names)
        for node in topological([self.prepared.root]):
            if node not in touched or not node.args:
                continue
            definition = self._definition(node, by_differentials)
            unnamed = node is not self.prepared.root and node not in self.names
            if unnamed and (node in inside or self._is_transparent(node)):
                self.nodes[node] = definition
                continue
            own = letters_for(node, self.prepared.root) if by_differentials else ()
            own = [name for name in own if name not in taken | letters_in_use()]
            if node in self.names:
                name = self.names[node]
            elif own:
                name = own[0]
                taken.add(name)
            else:
                number += 1
                name = f"{letter}_{number if self.told else self.known.number(letter, node)}"
            variable = build.variable(name, node.shape, frozenset(), node.loops)
            self.nodes[node] = variable
            self.lines.append(Line(name, variable, definition, self.prepared.origin.get(node, node)))
            if not self.told:
                continue
            opened = node in self.prepared.dots and not by_differentials
            because = Sentence("the dot product ", formula_of(self.prepared.dots[node])) if opened else ""
            if name in RESIDUALS and own:
                because = "the residual"
            self.steps.append(Step("introduce", node.operator.title, because, variable, definition, node.shape))

    def _definition(self, node: Node, dots: bool) -> Node:
        if dots and node in self.prepared.dots:
            return build.apply("dot", *(self.nodes.get(arg, arg) for arg in node.args[0].args))
        return node.func(*(self.nodes.get(arg, arg) for arg in node.args))

    def _is_transparent(self, node: Node) -> bool:
        if node.operator.name in _TRANSPARENT or node in self.prepared.inline:
            return True
        if node.operator.name == "element":
            return not node.args[0].args or node.args[0] in self.names
        return False

    # Differentiate

    def _differentiate(self) -> dict[tuple[str, str], Local]:
        found: dict[tuple[str, str], Local] = {}
        inner = {*(line.node for line in self.lines), *self.variables}
        for line in self.lines:
            args = [leaf for leaf in variables(line.definition) if leaf in inner]
            edges = [(line.name, str(arg.parameters[0])) for arg in args]
            if not self.told:
                found |= zip(edges, self.known.local(line, args), strict=True)
                continue
            for edge, arg, by_arg in zip(edges, args, differentiate_by_all(line.definition, args), strict=True):
                tensor = by_name(by_arg, line)
                leaf = leaf_of(line.node, line.name, arg)
                expression = matrix_or_indices(tensor)
                found[edge] = Local(leaf, tensor, expression if isinstance(expression, Node) else None)
                by_index = IndexForm.of(tensor)
                shown = by_index if self.method == "index" and tensor.free else expression
                self.steps.append(
                    Step(
                        "differentiate",
                        rule_name(line.definition, arg),
                        because_local(line.definition, arg),
                        self._side(leaf, tensor, by_index),
                        shown,
                        leaf.shape,
                        self._in_indices(leaf, tensor, by_index, shown),
                    )
                )
        return found

    def _in_indices(self, leaf: Node, tensor: Tensor, by_index: IndexForm, shown: Expression) -> tuple[Step, ...]:
        """``∂u[i]/∂x[k] = A[i,k]``: the rule for one entry, from which the matrix is read off."""
        if not tensor.free or isinstance(shown, IndexForm):
            return ()
        before = IndexForm(leaf_tensor(leaf, tensor.value, tensor.variable), beside=by_index)
        return (Step("differentiate", "entry by entry", "", before, by_index, leaf.shape),)

    def _side(self, leaf: Node, tensor: Tensor, by_index: IndexForm) -> Expression:
        """The leaf, with its indices where the derivative has no matrix form."""
        if matrix_places(tensor.value, tensor.variable) is not None and (self.method != "index" or not tensor.free):
            return leaf
        return IndexForm(leaf_tensor(leaf, tensor.value, tensor.variable), beside=by_index)

    # Substitute

    def substituted(self, result: Expression, values: dict[Node, Node]) -> Expression:
        """The derivative in the names of the problem, of one in those of the lines and of longer derivatives."""
        whole = self._inserted(result, values)
        return self._substitute(whole, simple=whole is result)

    def _inserted(self, result: Expression, values: dict[Node, Node]) -> Expression:
        full = replaced_names(result, values)
        if full is not result:
            because = "the derivatives found above are inserted"
            self.steps.append(Step("combine", "insert the derivatives", because, result, full, result.shape))
        return full

    def _substitute(self, result: Expression, simple: bool = True) -> Expression:
        """The names replaced by their meanings and the whole simplified, which the result itself may be already."""
        meaning = known_leaves({line.node: line.meaning for line in self.lines}, roots(result))
        if isinstance(result, IndexForm):
            full = replaced_names(result, meaning)
            if full is not result and self.told:
                self._rewritten("substitute back", self._inserted_names(result), result, full)
            assert isinstance(full, IndexForm)
            simplified = in_indices(full)
            if simplified is not full and self.told:
                self._rewritten("simplify", said_in_indices(full, simplified), full, simplified)
            return simplified
        else:
            meaning = apart(result, meaning)
            full = with_entries(substituted(result, meaning, self.known.substituted_by(meaning)))
            if full is result and simple:
                return self._cases(result)
            simplified = simplify(full)
            if not self.told:
                return self._cases(simplified)
            replaced = result if full is result else with_entries(self.known.inserted(result, meaning))
            if is_order(replaced, simplified):
                replaced = simplified
            if replaced is not result:
                self._rewritten("substitute back", self._inserted_names(result), result, replaced)
            if simplified is not replaced:
                self.steps += rewriting_steps("substitute", replaced, simplified)
            return self._cases(simplified)

    def _rewritten(self, rule: str, because: str, before: Expression, after: Expression) -> None:
        self.steps.append(Step("substitute", rule, because, before, after, after.shape))

    def _inserted_names(self, result: Expression) -> str:
        """``with u₁ = x²``, or, where that would be long, only which names are replaced."""
        found = {leaf.parameters[0] for node in roots(result) for leaf in variables(node)}
        lines = [line for line in self.lines if line.name in found]
        if len(lines) < 6 and all(line.meaning.key[0] < 12 for line in lines):
            told = Sentence("with ", linked(", ", [equated(line.node, line.meaning) for line in lines]))
            if len(told) <= _SHORT_REASON:
                return told
        return Sentence(listed([line.name for line in lines]), " written out")

    def _cases(self, result: Node) -> Node:
        split = by_cases(result) if self.cases else None
        if split is None:
            return result
        self.steps.append(
            Step(
                "substitute",
                "case distinction",
                "the condition counts 1 where it holds, 0 where it fails",
                result,
                split,
                result.shape,
            )
        )
        return split
