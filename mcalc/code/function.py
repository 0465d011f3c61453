"""A module for a result: the imports, the helpers it uses, and one function that computes it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Sequence

from mcalc.code import contracted, entrywise, filled, whole_arrays  # noqa: F401, which note how values are written
from mcalc.code.companions import Output, arranged
from mcalc.code.cost import is_of_data
from mcalc.code.printer import Printer
from mcalc.code.program import program
from mcalc.code.source import POWER, Source, Subscript
from mcalc.code.targets import DTYPE, LIKE, Target, target_of
from mcalc.code.translate import translated
from mcalc.code.values import Index, Reference, Value, pool, size_of
from mcalc.networks.networks import Tensor
from mcalc.numbers.arrays import HELPERS
from mcalc.table.records import Shape
from mcalc.table.roles import DETERMINANT, INVERSE
from mcalc.tree.node import Node
from mcalc.tree.open import OpenFunction

Result = Node | Tensor
_INDENT = "    "
_ANNOTATION = re.compile(r"(?:->|:) (?:Array|int)\b| (?=->)")
_DIVIDED_AGAIN = ("adjugate", INVERSE, "solve", "others", "pairs")


def module(
    function_name: str,
    parameters: Sequence[Node],
    result: Result | Sequence[Result],
    doc: str,
    target: str = "numpy",
    shapes: Sequence[Shape | None] = (),
    columns: Collection[str] = (),
    outputs: Sequence[Output] = (),
) -> str:
    """The imports of the target and one function of the parameters; a list of results is returned as a tuple.

    Each result has the shape of `shapes`, else the axes of its own that are not of size one; of a tensor, the value's
    and then the variable's. The parameters of `columns` may be arrays of one column as well. With `outputs` the
    function returns these: results, and products of results with vectors among the parameters.
    """
    results = [result] if isinstance(result, (Node, Tensor)) else list(result)
    with pool(inner_sizes(parameters)):
        found = translated(results)
        computed = program(arranged(found, outputs) if outputs else found)
        printer = Printer(target_of(target), parameters, computed)
        wanted = shapes or [None] * len(computed)
        returned = [written(printer, one, axes, shape) for (one, axes), shape in zip(computed, wanted, strict=True)]
        body = [*printer.lines, "return " + ", ".join(returned)]
        kept = [name for node, name in printer.names.items() if node.parameters[0] in columns]
        body = [*printer.sizes.lines(), *narrowed(printer, body, kept), *typed(printer, body), *body]
        return assembled(printer, function_name, doc, body, kept)


def inner_sizes(parameters: Sequence[Node]) -> set[object]:
    """Sizes that are the first of no parameter, and beside none of data: of classes, the rank of a factorization."""
    first = {node.axes[0] for node in parameters if node.axes}
    of_data = {size for node in parameters for size in node.axes[1:] if is_of_data(node.axes[0])}
    return {size for node in parameters for size in node.axes[1:]} - first - of_data


def written(printer: Printer, one: Reference, axes: Sequence[Index], shape: Shape | None) -> str:
    """The source of a result, with all its axes, and those of size one that its shape has."""
    found = printer.at(one, axes)
    if not set(one.ids) >= set(axes):
        found = printer.spread(found, [size_of(index) for index in axes])
        if one.ids and not printer.target.of_tensors and printer.target.in_place:
            found = Source(f"{found.above(POWER)}.copy()", rank=found.rank)
    found = printer.module.tensor(Source(f"{found.text}.0") if found.text.isdigit() else found).of_rank(len(axes))
    if shape is None or len(shape) == len(axes):
        return found.text
    if not axes:
        return str(printer.module.single(found, len(shape)))
    return found[with_ones(shape)].text


def assembled(
    printer: Printer,
    name: str,
    doc: str,
    body: Sequence[str],
    columns: Sequence[str] = (),
    inner: Collection[Node] = (),
) -> str:
    """The module's text; parameters of functions inside are none of the function's."""
    text = "\n".join([doc.strip(), "", *notes]) if (notes := _notes(printer, columns)) else doc.strip()
    text = text.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    text = text.replace("\n", "\n" + _INDENT).replace(_INDENT + "\n", "\n")
    names = [spelled for node, spelled in printer.names.items() if node not in inner]
    names += _functions(printer).values()
    head = f"def {name}({', '.join([*names, *printer.sizes.unread().values()])}):"
    close = f"\n{_INDENT}" if "\n" in text or text.endswith('"') else ""
    function = "\n".join([head, f'{_INDENT}"""{text}{close}"""', *(_INDENT + line if line else line for line in body)])
    helpers = _helpers(printer)
    return "\n\n\n".join(["\n".join(_imports(printer.target, [*helpers, *body])), *helpers, function]) + "\n"


def typed(printer: Printer, body: Sequence[str], inner: Collection[Node] = ()) -> list[str]:
    """The lines before `body` that give the parameters one type of floating-point numbers, where that is needed."""
    used = set(re.findall(r"\w+", "\n".join(body)))
    names = {node: name for node, name in printer.names.items() if node not in inner}
    scalars = [name for node, name in names.items() if not node.shape and name in used]
    arrays = [name for node, name in names.items() if node.shape]
    given = [name for name in arrays if name in used]
    alias = printer.target.alias
    if printer.target.of_tensors:
        lines = [f"{', '.join(given)} = {', '.join(f'{name}.to(**{LIKE})' for name in given)}"] if given else []
        lines += [f"{name} = {alias}.as_tensor({name}, **{LIKE})" for name in scalars]
        return [_like(arrays), *lines] if lines or LIKE in used else []
    lines = []
    if printer.module.of_floats and given:
        made = ", ".join(f"{alias}.asarray({name}, {DTYPE})" for name in given)
        lines.append(f"{', '.join(given)} = {made}")
    if printer.module.typed_scalars and arrays:
        lines += [f"{name} = {alias}.asarray({name}, {DTYPE})" for name in scalars]
    head = f"{DTYPE} = {alias}.result_type({', '.join([*arrays, f'{alias}.float32'])})"
    return [head, *lines] if lines or DTYPE in used else []


def _like(arrays: Sequence[str]) -> str:
    """The type of all tensors together, a floating-point one, and the device of the first."""
    if not arrays:
        return f'{LIKE} = {{"dtype": torch.float64}}'
    kind = f"torch.result_type({arrays[0]}, 1.0)"
    for name in arrays[1:]:
        kind = f"torch.promote_types({kind}, {name}.dtype)"
    return f'{LIKE} = {{"dtype": {kind}, "device": {arrays[0]}.device}}'


def narrowed(printer: Printer, body: Sequence[str], columns: Sequence[str]) -> list[str]:
    """The lines before `body` that take the axes of size one away, which no formula has."""
    used = set(re.findall(r"\w+", "\n".join(body)))
    return [f"{name} = {name}.reshape(-1)" for name in columns if name in used] + [
        f"{name} = {Source(name, rank=len(node.shape))[without_ones(node.shape)]}"
        for node, name in printer.names.items()
        if node.shape != node.axes and name in used
    ]


def without_ones(shape: Shape) -> tuple[Subscript, ...]:
    """The index that takes the axes of size one away: ``A[0]``, ``A[:, 0]``."""
    index: list[Subscript] = [0 if size == 1 else slice(None) for size in shape]
    while len(index) > 1 and index[-1] == slice(None):
        index.pop()
    return tuple(index)


def with_ones(shape: Shape) -> tuple[Subscript, ...]:
    """The index that gives the axes of size one back: ``t[None, :]``."""
    return tuple(None if size == 1 else slice(None) for size in shape)


def _notes(printer: Printer, columns: Sequence[str]) -> list[str]:
    """What the docstring must say about names that could not be kept, and of arrays with an axis that may go."""
    kept = [(name, node.parameters[0]) for node, name in printer.names.items()]
    lines = [f"The parameter {name} is the {typed} of the expression." for name, typed in kept if name != typed]
    lines += map(_told, _functions(printer), _functions(printer).values())
    lines += [f"The parameter {name} is a dimension." for name in printer.sizes.unread().values()]
    lines += [f"The parameter {name} is a column, with one axis or two." for name in columns]
    lines += divisions(printer.order)
    return [*lines, *([printer.target.note] if printer.target.note else [])]


def divisions(values: Sequence[Value]) -> list[str]:
    """What is divided by though the derivative may exist where it is 0: second derivatives of determinants."""
    powers = [
        pair for value in values if value.operation == "product" for pair in zip(value.args, value.weights, strict=True)
    ]
    divisors = {arg.value for arg, power in powers if power < 0}
    of = {name: {value.args[0].value for value in values if value.operation == name} for name in _DIVIDED_AGAIN}
    plain = {value.args[0].value for value in values if value.operation == DETERMINANT and value not in divisors}
    told = [((of["adjugate"] | plain) & (of[INVERSE] | of["solve"]), "a determinant, and has no value where that is 0")]
    told += [((of["others"] | of["pairs"]) & divisors, "the factors of a product, and has no value where one is 0")]
    return [f"It divides by {what}." for found, what in told if found]


def _functions(printer: Printer) -> dict[OpenFunction, str]:
    """The open functions in use by the names of their parameters, each before its derivatives."""
    return dict(sorted(printer.module.functions.items(), key=lambda one: (one[0].name, sum(one[0].orders), one[1])))


def _told(function: OpenFunction, name: str) -> str:
    """What the caller gives as an open function."""
    times = sum(function.orders)
    if not times:
        return f"The parameter {name} is the function {function.name}."
    shape = "element by element" if function.elementwise else "of shape value.shape" + " + argument.shape" * times
    order = {1: "derivative", 2: "second derivative"}.get(times, f"derivative of order {times}")
    places = [str(at + 1) for at, each in enumerate(function.orders) for _ in range(each)]
    by = f" by argument {' and '.join(places)}" if len(function.orders) > 1 else ""
    return f"The parameter {name} is the {order} of {function.name}{by}, {shape}."


def _imports(target: Target, code: Sequence[str]) -> list[str]:
    """The standard library's first, then the array library's, each only where it is used."""
    text = "\n".join(code)
    parts = [f"import {name}" for name in target.modules if name + "." in text]
    return [*(["import math", ""] if re.search(r"(?<![\w.])math\.", text) else []), *sorted([*target.imports, *parts])]


def _helpers(printer: Printer) -> list[str]:
    """The source of the helpers in use, each behind those that it calls itself."""
    alias, found = printer.target.alias, dict[str, str]()

    def add(name: str) -> None:
        text = _ANNOTATION.sub("", inspect.getsource(HELPERS[name])).rstrip()
        for other in HELPERS:
            if other != name and other not in found and re.search(rf"(?<![\w.]){other}\(", text):
                add(other)
        found.setdefault(name, re.sub(r"\bnp\.", f"{alias}.", text))

    for name in printer.module.helpers:
        add(name)
    return list(found.values())
