"""What is wrong with a call, and what its keywords mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mcalc.language.parser import Syntax
from mcalc.problems import Problem, Span, nearest
from mcalc.table import CALLS, OF_TWO_SIZES
from mcalc.table.abbreviations import ABBREVIATIONS
from mcalc.table.records import Operator
from mcalc.table.refused import REFUSED
from mcalc.tree.node import Node

SIZED = {"eye": "eye", "ones": "ones", "zeros": "zeros", "identity": "eye"}
OF_SIZES = frozenset({*SIZED, "unit", *OF_TWO_SIZES})
"""The functions whose arguments are sizes or places, and no values."""


def axis_of(syntax: Syntax, operator: Operator, source: str) -> tuple[int, ...]:
    """The axis of ``sum(A, axis=0)``; none where none is given."""
    found: tuple[int, ...] = ()
    for keyword, given in syntax.options:
        if keyword == "at":
            continue
        if keyword not in operator.keywords or given.kind != "number" or given.value not in ("0", "1"):
            hint = (
                "write `axis=0` (down the columns) or `axis=1` (across the rows)"
                if operator.keywords
                else f"for example `{operator.example}`"
            )
            taken = "such an axis" if keyword in operator.keywords else f"`{keyword}=`"
            start = source.rfind(keyword, syntax.start, given.start)
            raise Problem(
                f"`{syntax.value}` does not take {taken}.",
                [Span(start if start >= 0 else given.start, given.end)],
                hint,
            )
        found = (int(given.value),)
    return found


def count(syntax: Syntax, given: Collection[object], wanted: tuple[int, ...]) -> None:
    """Raises Problem where a call has another number of arguments than is wanted."""
    if len(given) not in wanted:
        short = ABBREVIATIONS.get(syntax.value, ())
        examples = [one.example for one in (*CALLS.get(syntax.value, ()), *short) if one.example]
        every = sorted({*wanted, *(len(record.argument_names) for record in short)})
        raise _miscounted(syntax, every, examples)


def _miscounted(syntax: Syntax, wanted: Sequence[int], examples: Sequence[str]) -> Problem:
    counts = " or ".join(str(count) for count in wanted)
    noun = "argument" if list(wanted) == [1] else "arguments"
    given = len(syntax.children)
    here = "here is 1" if given == 1 else f"here are {given}"
    hint = "for example " + " or ".join(f"`{example}`" for example in examples) if examples else ""
    return Problem(f"`{syntax.value}` takes {counts} {noun}, and {here}.", [Span(syntax.start, syntax.end)], hint)


def unknown(syntax: Syntax, names: Mapping[str, Node]) -> Problem:
    """A call of what is no function: a value, one that is refused, a misspelled one, each with what to write."""
    name = syntax.value
    span = [Span(syntax.start, syntax.start + len(name))]
    sign = "@" if name in names and len(names[name].shape) == 2 else "*"
    multiplied = f"to multiply, write `{name}{sign}(…)`"
    if name not in names and len(name.split("_")[0]) == 1:
        multiplied += f'; for a function of which nothing is known, declare it: -s "{name}=n->m"'
    if name in names:
        return Problem(f"`{name}` is a value, not a function.", span, multiplied)
    if name in ABBREVIATIONS:
        counts = sorted({len(record.argument_names) for record in ABBREVIATIONS[name]})
        return _miscounted(syntax, counts, [record.example for record in ABBREVIATIONS[name]])
    if name in REFUSED:
        reason, other = REFUSED[name]
        given = [one.value if one.kind == "name" else "" for one in syntax.children]
        a, b = given if len(given) == 2 and all(given) else ("w", "r")
        return Problem(f"`{name}` {reason}.", span, other.replace("{a}", a).replace("{b}", b), status=3)
    near = nearest(name, [*CALLS, *SIZED, *ABBREVIATIONS], 0.65)
    begun = [call for call, rows in CALLS.items() if len(name) > 2 and call.startswith(name) and call == rows[0].name]
    meant = " or ".join(f"`{call}`" for call in dict.fromkeys([*near, *begun[:2]]))
    hint = f"did you mean {meant}?" if meant else "`mcalc rules` lists the functions"
    return Problem(f"There is no function named `{name}`.", span, hint if len(name) > 2 else f"{multiplied}; {hint}")
