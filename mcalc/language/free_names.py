"""Which names of a text stand for values, and which for dimensions; what is said of one that is no variable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mcalc.language.calls import OF_SIZES
from mcalc.language.elaborate import is_delta
from mcalc.language.habits import GREEK_NAMES, habit
from mcalc.language.parser import Program, Syntax
from mcalc.language.syntax import walk
from mcalc.problems import Problem, Span, nearest
from mcalc.table import CALLS
from mcalc.table.roles import DELTA

CALLS_ONLY = frozenset(call for call, rows in CALLS.items() if len(call) > 1 and rows[0].arguments) - GREEK_NAMES
"""Names that are functions, and no variables unless declared."""


def free_names(program: Program, declared: Iterable[str] = ()) -> tuple[list[str], set[str]]:
    """Names that stand for values, in order of appearance, and names that are dimensions."""
    bound = {name for name, _, _ in program.bindings}
    delta_is_a_name = DELTA in bound or DELTA in declared
    values: dict[str, None] = {}
    sizes: set[str] = set()
    for syntax in [definition for _, definition, _ in program.bindings] + [program.value]:
        stack: list[tuple[Syntax, frozenset[str], bool]] = [(syntax, frozenset(), False)]
        seen: set[tuple[int, frozenset[str], bool]] = set()
        while stack:
            node, loops, sizing = stack.pop()
            if (place := (id(node), loops, sizing)) in seen:
                continue
            seen.add(place)
            children = [(child, loops, sizing) for child in node.children]
            if node.kind == "name":
                if sizing and node.value not in loops:
                    sizes.add(node.value)
                elif node.value[0] == "∂" and node.value not in declared:
                    continue
                elif node.value not in loops and node.value not in bound and not sizing:
                    values.setdefault(node.value)
            elif node.kind == "comprehension":
                body, name, lower, upper = node.children
                inside = loops | {name.value}
                children = [(body, inside, sizing), (lower, loops, True), (upper, loops, True)]
            elif node.kind == "index":
                children = [(node.children[0], loops, sizing), *((child, loops, True) for child in node.children[1:])]
                if is_delta(node) and not delta_is_a_name:
                    children = children[1:]
            elif node.kind == "call" and node.value in OF_SIZES:
                children = [(child, loops, True) for child in node.children]
            stack.extend(reversed(children))
    return list(values), sizes


def not_a_variable(wanted: str, program: Program, names: Sequence[str], dimensions: frozenset[str]) -> Problem:
    """What is asked for is no variable of the program: what it is instead, or which name was meant."""
    for name, _, span in program.bindings:
        if name == wanted:
            hint = "leave its definition out to differentiate by it" + (
                f"; the variables are {', '.join(names)}" if names else ""
            )
            return Problem(f"`{wanted}` is defined in the text, and not a variable.", [span], hint)
    found: dict[str, Span] = {}
    for syntax in [program.value, *(definition for _, definition, _ in program.bindings)]:
        for node in walk(syntax):
            if node.kind == "name":
                found.setdefault(node.value, Span(node.start, node.end))
    if wanted in dimensions:
        hint = f"give the dimension another name, or declare the variable: -s {wanted}=scalar"
        return Problem(
            f"`{wanted}` is a dimension here, and not a variable.", [found[wanted]] if wanted in found else [], hint
        )
    if wanted in found and wanted in ("pi", "I"):
        meaning = "the identity matrix" if wanted == "I" else "the number π"
        return Problem(
            f"`{wanted}` is {meaning} here, and not a variable.",
            [found[wanted]],
            f"declare a variable of that name: -s {wanted}={'n,n' if wanted == 'I' else 'scalar'}",
        )
    if wanted in found and wanted not in names:
        return Problem(f"`{wanted}` is a running index here, and not a variable.", [found[wanted]])
    message = f"There is no `{wanted}` in the expression to differentiate by."
    for name in names:
        if len(wanted) == 1 < len(name) <= 5 and wanted in name and name.isascii() and name.isalpha():
            whole = re.sub(rf"(?<![^\W\d]){name}\b", spelled_out(name), program.source)
            return Problem(message, [found[name]], f"`{name}` is one name; write `{' '.join(whole.split())}`")
    numbered = [name for name in names if re.fullmatch(rf"{re.escape(wanted)}_?\d+", name)]
    if len(numbered) > 1:
        listed = ",".join(numbered)
        entries = ", ".join(f"`{wanted}[{re.sub('[^0-9]', '', name[len(wanted) :])}]`" for name in numbered[:2])
        hint = f"these are names of their own: --wrt {listed}; the entries of a vector are written {entries}"
        return Problem(message, [found[numbered[0]]] if numbered[0] in found else [], hint)
    near = nearest(wanted, names)
    if near:
        return Problem(message, [found[near[0]]] if near[0] in found else [], f"did you mean `{near[0]}`?")
    return Problem(message, hint="its names are " + ", ".join(names) if names else "it has no names")


def spelled_out(name: str) -> str:
    """``xTAx`` as ``x'@A@x``."""
    factors = re.findall("(.)(T(?=.))?", name)
    text = ""
    for at, (letter, transposed) in enumerate(factors):
        scalar = habit(letter) == 0
        if at:
            text += "*" if scalar or habit(factors[at - 1][0]) == 0 else "@"
        turned = not scalar and (
            transposed or (habit(letter) == 1 and at + 1 < len(factors) and not (at and text[-1] == "@"))
        )
        text += letter + "'" * bool(turned)
    return text
