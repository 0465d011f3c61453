"""A rule by its name in the terminal: its law, what it says, examples that are run, and where to read on."""

from __future__ import annotations

from mcalc.derivation.named_rules import RULES, Example, NamedRule
from mcalc.documents.rows import Piece, Row, wrapped
from mcalc.notation.textlines import broken
from mcalc.pages.rules import LETTERS, command_of, derivation_of, find
from mcalc.render import operator_page
from mcalc.render import rows as derivation_rows
from mcalc.rewriting.patterns import Row as Rewriting
from mcalc.table.records import Operator


def rows(name: str, columns: int = 0) -> list[Row]:
    """The page of the rule, the operator or the rewriting of that name; raises Problem with the nearest names."""
    found = find(name)
    if isinstance(found, Operator):
        return operator_page.rows(found, columns)
    if isinstance(found, Rewriting):
        return _rewriting(found, columns)
    return _rule(found, columns)


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
    shown = derivation_rows(derivation_of(example), "text", room)
    return [
        [Piece("  $ ", "quiet"), Piece(command_of(example))],
        *([Piece("  "), *row] if row else row for row in shown),
    ]


def _rewriting(row: Rewriting, columns: int) -> list[Row]:
    page: list[Row] = [[Piece(row.name, "heading")], [Piece("  " + row.source, "result")]]
    return page + [[Piece(line, "quiet")] for told in (row.sentence, LETTERS) for line in wrapped(told, columns)]
