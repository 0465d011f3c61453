"""Each result as a page of blocks: one file a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.pages.derivation import page as derivation_page
    from mcalc.pages.graph import page as graph_page
    from mcalc.pages.operator import formula, left_side, written
    from mcalc.pages.prose import spans
    from mcalc.pages.rules import find as find_rule
    from mcalc.pages.rules import page as rules_page
    from mcalc.pages.sheet import SECTIONS, entry_of
    from mcalc.pages.shown import rows, standalone, write
    from mcalc.pages.verdict import write as write_verdict

__getattr__ = door(__name__)
