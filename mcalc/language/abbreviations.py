"""Abbreviations written out in a tree of syntax: ``std(x, axis=0)`` as ``sqrt(var(x, axis=0))``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from mcalc.language.syntax import Program, Syntax
from mcalc.problems import Problem, Span
from mcalc.table import CALLS
from mcalc.table.abbreviations import ABBREVIATIONS, Abbreviation

Reader = Callable[[str], Syntax]


def written_out(program: Program, declared: Collection[str], read: Reader) -> Program:
    """The program with its abbreviations written out, save declared ones; `read` makes syntax of a formula."""
    shadowed = {*declared, *(name for name, _, _ in program.bindings)}
    if not any(name not in shadowed and f"{name}(" in program.source for name in ABBREVIATIONS):
        return program
    bindings = tuple((name, _whole(definition, shadowed, read), span) for name, definition, span in program.bindings)
    return replace(program, bindings=bindings, value=_whole(program.value, shadowed, read))


def _whole(syntax: Syntax, shadowed: Collection[str], read: Reader) -> Syntax:
    """No recursion, so depth costs nothing."""
    order, stack = [], [syntax]
    while stack:
        node = stack.pop()
        order.append(node)
        stack += node.children
    done: dict[int, Syntax] = {}
    for node in reversed(order):
        made = node._replace(children=tuple(done[id(child)] for child in node.children))
        record = None if node.kind != "call" or node.value in shadowed else _meant(made)
        done[id(node)] = made if record is None else _expanded(made, record, read)
    return done[id(syntax)]


def _meant(call: Syntax) -> Abbreviation | None:
    along = any(keyword == "axis" for keyword, _ in call.options)
    fitting = (
        record
        for record in ABBREVIATIONS.get(call.value, ())
        if len(record.argument_names) == len(call.children) and along >= record.along
    )
    return next(fitting, None)


def _expanded(call: Syntax, record: Abbreviation, read: Reader) -> Syntax:
    last = call.children[-1]
    formula = record.formula if call.options else record.at.get(last.value if not last.children else "", record.formula)
    arguments = dict(zip(record.argument_names, call.children, strict=True))
    made, rest = _filled(read(formula), arguments, call, call.options)
    for keyword, given in rest:
        hint = f"for example `{record.example}`"
        raise Problem(f"`{call.value}` does not take `{keyword}=`.", [Span(given.start, given.end)], hint)
    return made


def _filled(
    formula: Syntax, arguments: Mapping[str, Syntax], call: Syntax, options: tuple[tuple[str, Syntax], ...]
) -> tuple[Syntax, tuple[tuple[str, Syntax], ...]]:
    """The formula of these arguments, all at the place of the call; and the options that no function in it took."""
    if formula.kind == "name" and formula.value in arguments:
        return arguments[formula.value], options
    own = tuple((keyword, part._replace(start=call.start, end=call.start)) for keyword, part in formula.options)
    if options and formula.kind == "call" and any(one.takes_axis for one in CALLS.get(formula.value, ())):
        own, options = (*own, *options), ()
    children = []
    for child in formula.children:
        made, options = _filled(child, arguments, call, options)
        children.append(made)
    return formula._replace(children=tuple(children), options=own, start=call.start, end=call.end), options
