"""The tables of the grammar: made when mcalc is built, and shipped beside it; made anew where they do not fit.

They fit the grammar, the version of Lark and that of Python they were made with, which Lark looks at.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from lark import Lark

HERE = Path(__file__).parent


class _Unnamed(str):
    """A path that reads ``tables`` among the options that the tables must fit: they are made in another folder."""

    def __str__(self) -> str:
        return "tables"


def grammar(named: bool, transformer: Any = None, folder: Path | None = None) -> Lark:
    """The parser, `named`: with T as a name. Its tables are those in a folder, which are made where they do not fit.

    Without a folder they are those that were shipped, else those beside the compiled bytecode, where Python keeps it.
    """
    text = HERE.joinpath("grammar.lark").read_text(encoding="utf-8")
    if named:
        text = re.sub(r"^TRANSPOSE.*$", "TRANSPOSE.3: /['’′ᵀ]/", text, flags=re.MULTILINE)
    name = f"grammar{'_named' * named}.tables"
    if folder is None:
        folder = HERE if HERE.joinpath(name).exists() else HERE / "__pycache__"
    kept = os.access(folder / name, os.R_OK) or os.access(folder, os.W_OK)
    tables = _Unnamed(folder / name) if kept else False
    return Lark(text, parser="lalr", lexer="basic", maybe_placeholders=False, transformer=transformer, cache=tables)


def ship(folder: Path) -> None:
    """Makes the tables in the folder of a build."""
    for named in (False, True):
        grammar(named, folder=folder)
