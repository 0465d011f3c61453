"""Which calls of a text are of open functions, ``f(g(x))``, and what their values are.

A name that is applied and is no function of the table is one where it is declared, ``-s "f=n->m"``, where its letter
is used for functions, and a capital that is applied to one name, ``X(a)``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from sympy.core.expr import Expr

from mcalc.language.habits import base
from mcalc.language.parser import Program, Syntax, parse_expression
from mcalc.language.sizes import Sizes
from mcalc.language.syntax import walk
from mcalc.problems import Problem, Span
from mcalc.table import CALLS
from mcalc.table.records import Same, Shape, ShapeMismatch
from mcalc.table.sentences import Sentence, as_typed, filled, linked
from mcalc.tree.names import name_text, size_text
from mcalc.tree.node import Node
from mcalc.tree.open import OpenFunction, Signature, applied

LETTERS = frozenset({"f", "g", "h", "F", "G", "H", "phi", "psi"})
"""Letters that are functions where they are applied."""
_PARTIAL = re.compile(r"d([1-9]+)(?=[^\W\d])")
_EXAMPLES = 'for example -s "f=n->m", -s "f=n->scalar", -s "X=scalar->n,n", -s f=elementwise'

Functions = Mapping[str, Signature]


# Declared: n->m ----------------------------------------------------------------------------------------------------


def is_signature(text: str) -> bool:
    """Whether a declaration is of a function: ``n->m``, ``elementwise``."""
    return "->" in text or text.strip() == "elementwise"


@functools.lru_cache(maxsize=256)
def signature(text: str) -> Signature:
    """``n->m``, ``n->scalar``, ``scalar->n,n``, ``n; k->m`` of two vectors, ``elementwise``; raises Problem."""
    if text.strip() == "elementwise":
        return Signature(((),), (), True)
    given, _, output = text.partition("->")
    return Signature(tuple(_shape(part, text) for part in given.split(";")), _shape(output, text))


def _shape(text: str, whole: str) -> Shape:
    parts = [part.strip() for part in text.strip().strip("()").split(",")]
    if parts == ["scalar"]:
        return ()
    if not all(parts) or len(parts) > 2:
        raise Problem(f"A function is declared as SHAPE->SHAPE, and this is `{whole.strip()}`.", hint=_EXAMPLES)
    try:
        return tuple(Sizes({}, {}, lambda size: size, folding=False).size_of(parse_expression(part)) for part in parts)
    except Problem:
        raise Problem(
            f"A function is declared as SHAPE->SHAPE, and this is `{whole.strip()}`.", hint=_EXAMPLES
        ) from None


def signature_text(found: Signature) -> str:
    """As it is declared: ``n->m``."""
    if found.elementwise:
        return "elementwise"
    inputs, output = "; ".join(map(_words, found.inputs)), _words(found.output)
    return f"{inputs}->{output}"


def _words(shape: Shape) -> str:
    return ",".join(map(size_text, shape)) or "scalar"


# Found in a text ---------------------------------------------------------------------------------------------------


def with_open_functions(program: Program, functions: Functions, values: Collection[str] = ()) -> Program:
    """The program with its calls of open functions marked; `values` are names declared for values. Raises Problem."""
    syntaxes = [definition for _, definition, _ in program.bindings] + [program.value]
    order = list(chain.from_iterable(map(walk, syntaxes)))
    calls = [node for node in order if node.kind == "call"]
    if not functions and all([_is_known(call) for call in calls]):
        return program
    taken = {*values, *(name for name, _, _ in program.bindings)}
    for name in functions:
        if name in CALLS:
            raise Problem(f"`{name}` is a function already.", hint=f"give the open one another name, as `{name}_1`")
    taken |= {node.value for node in order if node.kind == "name"} - functions.keys()
    done: dict[int, Syntax] = {}
    for node in reversed(order):
        children = tuple(done[id(child)] for child in node.children)
        node_ = node._replace(children=children) if children != node.children else node
        done[id(node)] = _marked(node_, functions, taken) if node.kind == "call" else node_
    bindings = tuple((name, done[id(definition)], span) for name, definition, span in program.bindings)
    return replace(program, bindings=bindings, value=done[id(program.value)])


def _is_known(call: Syntax) -> bool:
    """Whether the call is one of a function of the table, and not of a derivative."""
    return call.value in CALLS and all([key != "derivative" for key, _ in call.options])


def _marked(call: Syntax, functions: Functions, taken: Collection[str]) -> Syntax:
    """The call as one of an open function, if it is one."""
    name, options = call.value, dict(call.options)
    marks = options.pop("derivative").value if "derivative" in options else ""
    found = _PARTIAL.match(name)
    if found and not marks and (name[found.end() :] in functions or base(name[found.end() :]) in LETTERS):
        name, marks = name[found.end() :], found.group(1)
    is_open = name in functions or (
        name not in CALLS and name not in taken and (base(name) in LETTERS or _is_of_one_name(name, call))
    )
    span = [Span(call.start, call.end)]
    if not is_open:
        if marks:
            raise _no_derivative(call, name, name in taken, span)
        return call
    if options:
        raise Problem(f"`{name}` does not take `{next(iter(options))}=`.", span, f"`{name}` is an open function here")
    if not call.children:
        raise Problem(f"`{name}` takes an argument.", span, f"for example `{name}(x)`")
    orders = _orders(call, name, marks, span)
    told = signature_text(functions[name]) if name in functions else ""
    at = call.start, call.start
    return Syntax(
        "open",
        name,
        call.children,
        call.start,
        call.end,
        (("orders", Syntax("text", orders, (), *at)), ("signature", Syntax("text", told, (), *at))),
    )


def is_of_vectors(call: Syntax) -> bool:
    """Whether the function is declared as one of vectors or matrices."""
    told = dict(call.options)["signature"].value
    return bool(told) and any(map(len, signature(told).inputs))


def _is_of_one_name(name: str, call: Syntax) -> bool:
    """``X(a)``."""
    letter = base(name)
    return len(letter) == 1 and letter.isupper() and len(call.children) == 1 and call.children[0].kind == "name"


def _orders(call: Syntax, name: str, marks: str, span: list[Span]) -> str:
    """``1,0`` of ``∂₁f(x, y)``, ``2`` of ``f''(x)``."""
    count = len(call.children)
    if marks.strip("'") == "":
        if marks and count > 1:
            hint = f"write `∂₁{name}(…)` for the derivative by the first argument, in ASCII `d1{name}(…)`"
            raise Problem(f"`{name}{marks}` of {count} arguments does not say by which.", span, hint)
        return ",".join([str(len(marks)), *["0"] * (count - 1)])
    places = [int(digit) for digit in marks]
    if max(places) > count:
        raise Problem(f"`{name}` has {count} argument{'s' * (count > 1)}, and no {max(places)}th.", span)
    return ",".join(str(places.count(at + 1)) for at in range(count))


def _no_derivative(call: Syntax, name: str, is_value: bool, span: list[Span]) -> Problem:
    text = name + "'"
    if is_value:
        inner = "…" if len(call.children) != 1 else "(…)"
        return Problem(f"There is no operator between `{text}` and `(`.", span, f"write `{text}@{inner}`")
    hint = f"only the derivative of an open function goes by its name; `mcalc jacobian` derives `{name}(…)`"
    if name not in CALLS:
        hint = f"declare it to be a function, {_EXAMPLES}"
    return Problem(f"`{text}` is no name of a function.", span, hint)


def notes_on(program: Program, functions: Functions) -> tuple[str, ...]:
    """A note on the names that nothing but their letters makes functions."""
    found: dict[str, None] = {}
    for syntax in [definition for _, definition, _ in program.bindings] + [program.value]:
        opened = (node for node in walk(syntax) if node.kind == "open" and node.value not in functions)
        found.update(dict.fromkeys(node.value for node in sorted(opened, key=lambda node: node.start)))
    if not found:
        return ()
    *names, last = [as_typed(name_text(name)) for name in found]
    listed = Sentence(linked(", ", names), " and ", last) if names else last
    are = "are read as functions" if names else "is read as a function"
    return (filled(f"{{}} {are}; {{}}*(…) is a product", listed, as_typed(next(iter(found)))),)


# Their values ------------------------------------------------------------------------------------------------------


def value_of(
    syntax: Syntax,
    args: Sequence[Node],
    same: Same,
    fit: Callable[[Expr], Expr],
    resolve: Callable[[Expr], Expr],
) -> Node:
    """``f(x)`` with its shape: what is declared, else of scalars a scalar, of vectors a vector; raises `ShapeMismatch`.

    Of an undeclared capital that is applied to scalars the value is a matrix.
    """
    name, options = syntax.value, {key: text.value for key, text in syntax.options}
    orders = tuple(map(int, options["orders"].split(",")))
    if options["signature"]:
        function, output = _as_declared(name, orders, signature(options["signature"]), args, same)
    else:
        function, output = OpenFunction(name, orders), _unified(name, args, same, fit)
    if function.elementwise:
        return applied(function, args, ())
    return applied(function, args, tuple(resolve(size) for size in output))


def _as_declared(
    name: str, orders: tuple[int, ...], found: Signature, args: Sequence[Node], same: Same
) -> tuple[OpenFunction, Shape]:
    function = OpenFunction(name, orders, found.elementwise)
    if len(args) != len(found.inputs):
        takes = f"{len(found.inputs)} argument{'s' * (len(found.inputs) > 1)}"
        raise ShapeMismatch(f"`{name}` takes {takes}, and here {'is' if len(args) == 1 else 'are'} {len(args)}.")
    if found.elementwise:
        return function, ()
    for at, (arg, wanted) in enumerate(zip(args, found.inputs, strict=True)):
        fits = len(arg.shape) == len(wanted) and all(map(same, arg.shape, wanted))
        if not fits:
            raise ShapeMismatch(f"`{name}` is declared as {signature_text(found)}.", [at])
    return function, found.output


def _unified(name: str, args: Sequence[Node], same: Same, fit: Callable[[Expr], Expr]) -> Shape:
    """The shape of the value by those of the arguments; one function has one shape throughout the text."""
    for at, arg in enumerate(args):
        if len(arg.shape) == 2:
            hint = f'declare what it makes of a matrix: -s "{name}=m,n->scalar", -s {name}=elementwise'
            raise ShapeMismatch(f"`{name}` of a matrix may be many things.", [at], hint)
        for size in arg.shape:
            if not same(fit((name, len(args), at)), size):
                raise ShapeMismatch(f"`{name}` is one function, and its argument has another length here.", [at])
    if any(arg.shape for arg in args):
        return (fit((name, len(args), "above")),)
    if not base(name)[0].isupper():
        return ()
    across = fit((name, len(args), "across"))
    return fit((name, len(args), "down")), across
