"""The rewriting engine: one canonical form, one table of rewritings, and a log of every use of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.rewriting.answers import simplify
    from mcalc.rewriting.constructors import SENTENCES
    from mcalc.rewriting.engine import Engine
    from mcalc.rewriting.explaining import ENTRYWISE, IN_ORDER
    from mcalc.rewriting.forms import Form, make
    from mcalc.rewriting.log import replayed
    from mcalc.rewriting.moves import MOVES
    from mcalc.rewriting.opening import Reduce
    from mcalc.rewriting.patterns import Row, built, is_name, letter
    from mcalc.rewriting.reading import Typed, canonical, raw
    from mcalc.rewriting.shapes import widest
    from mcalc.rewriting.showing import Writer
    from mcalc.rewriting.table import measure, rows_with, waiting, written_rows
    from mcalc.rewriting.table import rows as rewritings

__getattr__ = door(__name__)
