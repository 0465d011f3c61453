"""The operator table: one record an operator, everything about it in one place.

Element-wise rules are scalar formulas in the argument ``a`` (and ``b``) and the value ``y``. All other rules
are in index notation, as a textbook prints them: the value carries the indices ``i, j``, the argument of the
derivative ``k, l``; repeated indices are summed. ``value`` is the index notation of the operator itself,
where it is a product or a sum of products. ``numpy`` is its numeric meaning, which shares nothing with the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door
from mcalc.table import arithmetic, comparisons, functions, leaves, matrices, products, reductions, shapes, structure
from mcalc.table.records import Operator

if TYPE_CHECKING:
    from mcalc.table.abbreviations import ABBREVIATIONS, Abbreviation
    from mcalc.table.functions import function
    from mcalc.table.records import LoopIndex, Operator, Rule, ShapeMismatch, Slice, called, lies
    from mcalc.table.roles import NORM, TRACE
    from mcalc.table.sentences import Formula, Sentence, filled, linked, told

TABLE: dict[str, Operator] = {
    operator.name: operator
    for page in (leaves, arithmetic, products, comparisons, functions, reductions, matrices, structure)
    for operator in page.OPERATORS
}
"""Every operator by its name, in the order of the pages."""

CALLS: dict[str, list[Operator]] = {}
"""The operators that a call may mean, by the spellings that it has: ``max`` of two arguments, and of one."""
for _operator in TABLE.values():
    for _call in _operator.calls:
        CALLS.setdefault(_call, []).append(_operator)

ELSEWHERE = {name: operator.name for operator in TABLE.values() for name in operator.elsewhere}
"""What other tools call an operator: ``Ramp`` is relu."""
BARS = {printed: operator.name for operator in TABLE.values() for printed in operator.bars}
"""What bars stand for in mathematics: ``log|A|`` is logdet."""
DEFINED = {operator.definition: operator.name for operator in TABLE.values() if operator.definition}
"""The operators by their definitions: ``1/(1 + exp(-a))`` is sigmoid."""
INDICATORS = frozenset(operator.name for operator in TABLE.values() if operator.indicator)
"""What is 1 where a condition holds, and 0 elsewhere."""
WITH_TIES = frozenset(operator.name for operator in TABLE.values() if operator.first_counts)
"""What picks one of its arguments: where two are equal, the first."""
COMPARISONS = {
    operator.notation.ascii.strip(): operator.name
    for operator in TABLE.values()
    if operator.indicator and operator.notation.kind == "infix"
}
"""The comparisons by their signs: ``>=`` is greater_equal."""
CONTRARY = {
    operator.mirrored: operator.name
    for place, operator in enumerate(TABLE.values())
    if operator.mirrored in list(TABLE)[place:]
}
"""The comparisons that are written by another with their arguments changed over: ``a < b`` as ``b > a``."""
REPETITIONS = frozenset(operator.name for operator in TABLE.values() if operator.shape is shapes.repeated)
"""Identities with their rows repeated: their arguments are sizes."""
OF_TWO_SIZES = REPETITIONS | {operator.name for operator in TABLE.values() if operator.shape is shapes.commuting}
"""All matrices that are made of two sizes."""
COMMUTING = next(operator.name for operator in TABLE.values() if operator.shape is shapes.commuting)
"""K, with ``K vec(X) = vec(Xᵀ)``."""
CASES = next(operator for operator in TABLE.values() if operator.is_cases)
"""What ``{ b if not c; a if c }`` is."""

__getattr__ = door(__name__)
