"""Rules by their names: which one is meant, and its page with the law, what it says and examples that are run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mcalc.ask import derive
from mcalc.checking.operator import example_of
from mcalc.derivation.derivation import Derivation
from mcalc.derivation.named_rules import RULES, NamedRule
from mcalc.derivation.named_rules import Example as Asked
from mcalc.documents.blocks import Block, Either, Entries, Entry, Example, Heading, Note, Page, Prose, Spans, Table
from mcalc.notation.boxes import Typed
from mcalc.pages import derivation as derivations
from mcalc.pages.operator import equation_of, taken, written
from mcalc.pages.operator import page as operator_page
from mcalc.pages.prose import spans
from mcalc.problems import Problem, nearest
from mcalc.rewriting.moves import MOVES
from mcalc.rewriting.patterns import Row as Rewriting
from mcalc.rewriting.table import defined_rows, rows, written_rows
from mcalc.table import CALLS, TABLE
from mcalc.table.abbreviations import ABBREVIATIONS, Abbreviation
from mcalc.table.records import Operator
from mcalc.table.sentences import Formula, linked

LETTERS = "A, B and C are matrices, u and v vectors, s and t scalars; a and b anything, entry by entry"
"""What the names in a rewriting stand for."""
_NEAR = 0.6


# Which one is meant ----------------------------------------------------------------------------------------------


def find(name: str) -> NamedRule | Operator | Rewriting:
    """What goes by that name, in any case, with or without a question mark; raises Problem with the nearest names."""
    wanted = _plain(name).removeprefix("differential, ")
    operators = {_plain(call): found[0] for call, found in CALLS.items()}
    operators |= {_plain(one.name): one for one in TABLE.values() if one.example}
    short = {_plain(called): _of_abbreviation(records) for called, records in ABBREVIATIONS.items()}
    if name in operators or wanted in operators:
        return operators.get(name) or operators[wanted]
    known: dict[str, NamedRule | Operator | Rewriting] = {_plain(row.name): row for row in rows()}
    for one in TABLE.values():
        if one.example:
            signs = (one.title, one.notation.text.strip(), one.notation.ascii.strip(), one.notation.latex)
            known.update(dict.fromkeys(map(_plain, signs), one))
    known |= {_plain(also): rule for rule in RULES for also in rule.also}
    known |= {_plain(rule.name): rule for rule in RULES}
    known = short | known
    if wanted and wanted in known:
        return known[wanted]
    raise Problem(f"There is no rule or operator named `{name}`.", hint=_meant(wanted, [*known, *operators]))


def _of_abbreviation(records: Sequence[Abbreviation]) -> NamedRule:
    """What an abbreviation is short for, and what prints of it."""
    law = linked(",   ", (Formula(f"{record.example} = {record.meaning}", own=True) for record in records))
    record = records[0]
    formula = record.formula if record.at or record.along else record.example
    shapes = dict.fromkeys(record.argument_names, "n")
    return NamedRule(
        record.name,
        law,
        "It is read as what it is short for, and prints as that.",
        (Asked("jacobian", formula, record.argument_names[0], shapes),),
    )


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", " ", name.strip().rstrip("?").lower())


def _meant(wanted: str, known: list[str]) -> str:
    within = [rule.name for rule in RULES if wanted and wanted in rule.name]
    near = within or nearest(wanted, known, _NEAR, 2)
    if not near:
        return "`mcalc rules` lists the operators, `mcalc rules --names` the rules"
    return "did you mean " + " or ".join(f"`{name}`" for name in near) + "?"


# Their pages -----------------------------------------------------------------------------------------------------


def command_of(example: Asked) -> str:
    """The command as it is typed."""
    declared = "".join(f" -s {name}={shape}" for name, shape in example.shapes.items())
    layout = "" if example.layout == "paper" else f" --layout {example.layout}"
    return f'mcalc {example.command} "{example.source}" --wrt {example.variable}{declared}{layout}'


def derivation_of(example: Asked) -> Derivation:
    """What the command comes to."""
    return derive(example.source, example.variable, example.shapes, example.command, example.layout)


def operators_page() -> Page:
    """The table of operators, each with its rules."""
    header: tuple[Spans, ...] = (("operator",), ("written",), ("derivative",), ("what it is",))
    shown = [operator for operator in TABLE.values() if operator.example]
    return Page((Entries(header, tuple(map(_entry, shown))),), ("Operators and their Jacobians",), reference=True)


def _entry(operator: Operator) -> Entry:
    """The equations of an operator, each with its sentence where that is not the one of another."""
    told: list[tuple[Spans, Spans]] = []
    for rule in operator.rules:
        again = any(rule.sentence == other.sentence for other in operator.rules[: len(told)])
        told.append((equation_of(operator, rule), spans("" if again else rule.sentence, {})))
    if not told:
        told.append(((), spans(operator.sentence or operator.doc, {})))
    shapes = taken(example_of(operator).value)
    return Entry(operator.name, (Typed(written(operator)),), shapes, tuple(told), spans(operator.doc, {}))


def page(found: NamedRule | Operator | Rewriting) -> Page:
    """The page of an operator, of a rule, or of a rewriting, for documents."""
    if isinstance(found, Operator):
        return operator_page(found)
    blocks = _rule(found) if isinstance(found, NamedRule) else _rewriting(found)
    return Page((Heading(1, (found.name,)), *blocks), (found.name,), reference=True)


def _rule(rule: NamedRule) -> Iterator[Block]:
    yield Prose(spans(rule.law, {}), "law")
    yield Prose(spans(rule.told, {}), "quiet")
    for example in rule.examples:
        yield Example(command_of(example), derivations.page(derivation_of(example), lhs=True))
    if rule.see:
        yield Prose((f"See also: {', '.join(rule.see)}",), "see")


def _rewriting(row: Rewriting) -> Iterator[Block]:
    yield Prose((Typed(row.source),), "law")
    yield Prose(spans(row.sentence, {}), "quiet")
    yield Prose((LETTERS,), "quiet")


def names_page() -> Page:
    """Every rule that derivations name, with its law."""
    cells = tuple(((rule.name,), spans(rule.law, {})) for rule in RULES)
    table = Table((("rule",), ("law",)), cells, styles=("heading", ""))
    return Page((table,), ("Rules that derivations name",), reference=True)


def rewritings_page() -> Page:
    """Every rewriting with its sentence; the moves, which have no formula, last."""
    cells: list[tuple[Spans, ...]] = [
        ((Typed(row.source),), spans(row.sentence, {})) for row in (*written_rows(), *defined_rows())
    ]
    where = ", where that does not make the whole longer"
    cells += [((move.name,), spans(move.sentence + where, {})) for move in MOVES]
    table = Table((("rewriting",), ("what is said",)), tuple(cells), styles=("", "quiet"), told=True)
    return Page((table, Either((), (Note((LETTERS + ".",)),))), ("Rewritings",), reference=True)
