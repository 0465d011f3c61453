"""Steps as data: the derivative is derived here, line by line, each with its rule and reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.derivation.derivation import Derivation, Line, Step, Verified, chains, left_side
    from mcalc.derivation.detail import at_detail
    from mcalc.derivation.detail import shown as shown_at
    from mcalc.derivation.differentials import leaf
    from mcalc.derivation.error_term import error_term as the_error_term
    from mcalc.derivation.expansion import component, expanded
    from mcalc.derivation.graph import Graph, graph_of
    from mcalc.derivation.headings import answer_text
    from mcalc.derivation.linear_map import linear_map as as_linear_map
    from mcalc.derivation.linear_map import of_columns, other_forms
    from mcalc.derivation.named_rules import RULES, NamedRule
    from mcalc.derivation.outline import MOST
    from mcalc.derivation.read_back import Beside, must_read_back, read_answer
    from mcalc.derivation.read_back import declarations as names_in_scope
    from mcalc.derivation.reasons import clauses, core, listed
    from mcalc.derivation.statements import assumptions, by_variable, layout_line, verified_line

__getattr__ = door(__name__)
