"""A rule by its name: its law, what it says, examples that are run, and where to read on."""

from __future__ import annotations

import difflib
import re

from mcalc.ask import derive
from mcalc.derivation.named_rules import RULES, Example, NamedRule
from mcalc.problems import Problem
from mcalc.render import operator_page, text
from mcalc.render.layout import Piece, Row, broken, wrapped
from mcalc.rewriting.patterns import Row as Rewriting
from mcalc.rewriting.table import rows as rewritings
from mcalc.table import CALLS, TABLE
from mcalc.table.records import Operator

_NEAR = 0.6
_LETTERS = "A, B and C are matrices, u and v vectors, s and t scalars; a and b anything, entry by entry"


def rows(name: str, columns: int = 0) -> list[Row]:
    """The page of the rule, the operator or the rewriting of that name; raises Problem with the nearest names."""
    found = find(name)
    if isinstance(found, Operator):
        return operator_page.rows(found, columns)
    if isinstance(found, Rewriting):
        return _rewriting(found, columns)
    return _rule(found, columns)


def find(name: str) -> NamedRule | Operator | Rewriting:
    """What goes by that name, in any case, with or without a question mark; raises Problem."""
    wanted = _plain(name).removeprefix("differential, ")
    operators = {_plain(call): found[0] for call, found in CALLS.items()}
    operators |= {_plain(one.name): one for one in TABLE.values() if one.example}
    if name in operators or wanted in operators:
        return operators.get(name) or operators[wanted]
    known: dict[str, NamedRule | Operator | Rewriting] = {_plain(row.name): row for row in rewritings()}
    for one in TABLE.values():
        if one.example:
            signs = (one.title, one.notation.text.strip(), one.notation.ascii.strip(), one.notation.latex)
            known.update(dict.fromkeys(map(_plain, signs), one))
    known |= {_plain(also): rule for rule in RULES for also in rule.also}
    known |= {_plain(rule.name): rule for rule in RULES}
    if wanted and wanted in known:
        return known[wanted]
    raise Problem(f"There is no rule or operator named `{name}`.", hint=_meant(wanted, [*known, *operators]))


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", " ", name.strip().rstrip("?").lower())


def _meant(wanted: str, known: list[str]) -> str:
    within = [rule.name for rule in RULES if wanted and wanted in rule.name]
    near = within or difflib.get_close_matches(wanted, known, 2, _NEAR)
    if not near:
        return "`mcalc rules` lists the operators, `mcalc rules --names` the rules"
    return "did you mean " + " or ".join(f"`{name}`" for name in near) + "?"


def names() -> list[Row]:
    """Every rule that has a page, with its law."""
    wide = max(len(rule.name) for rule in RULES) + 3
    return [[Piece(rule.name.ljust(wide), "heading"), Piece(rule.law)] for rule in RULES]


def _rule(rule: NamedRule, columns: int) -> list[Row]:
    room = columns - 2 if columns else 0
    page: list[Row] = [[Piece(rule.name, "heading")]]
    page += [[Piece("  " + line, "result")] for line in (broken(rule.law, room) if columns else [rule.law])]
    page += [[Piece(line, "quiet")] for line in wrapped(rule.told, columns)]
    for example in rule.examples:
        page += [[], *_example(example, room)]
    if rule.see:
        page += [[], *([Piece(line, "quiet")] for line in wrapped(f"See also: {', '.join(rule.see)}", columns))]
    return page


def _example(example: Example, room: int) -> list[Row]:
    """The command with what it prints."""
    declared = "".join(f" -s {name}={shape}" for name, shape in example.shapes.items())
    layout = "" if example.layout == "paper" else f" --layout {example.layout}"
    line = f'mcalc {example.command} "{example.source}" --wrt {example.variable}{declared}{layout}'
    shown = derive(example.source, example.variable, example.shapes, example.command, example.layout)
    return [
        [Piece("  $ ", "quiet"), Piece(line)],
        *([Piece("  "), *row] if row else row for row in text.rows(shown, "text", room)),
    ]


def _rewriting(row: Rewriting, columns: int) -> list[Row]:
    page: list[Row] = [[Piece(row.name, "heading")], [Piece("  " + row.source, "result")]]
    return page + [[Piece(line, "quiet")] for told in (row.sentence, _LETTERS) for line in wrapped(told, columns)]
