"""From text to tree: the grammar, what people mistype, which name has which shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.language.declarations import Declaration, declaration, parse_declarations
    from mcalc.language.formulas import read_value
    from mcalc.language.habits import habit
    from mcalc.language.parser import parse, parse_expression
    from mcalc.language.pasted import rewritten
    from mcalc.language.ranks import rank_of, value_rank
    from mcalc.language.reading import read_program
    from mcalc.language.reasons import by_habit
    from mcalc.language.reasons import reasons as reasons_for
    from mcalc.language.shapes import Reading
    from mcalc.language.spelling import canonical_name
    from mcalc.language.syntax import Syntax, with_rows
    from mcalc.language.tables import grammar, ship

__getattr__ = door(__name__)
