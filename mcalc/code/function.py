"""A module for a result: the imports, the helpers it uses, and one function that computes it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Sequence

from mcalc.code.source import Source
from mcalc.code.targets import TARGETS, Target
from mcalc.code.writer import FunctionWriter, Result, without_ones
from mcalc.networks.networks import Tensor
from mcalc.numbers.arrays import HELPERS
from mcalc.table.records import Shape
from mcalc.tree.node import Node

_INDENT = "    "


def module(
    function_name: str,
    parameters: Sequence[Node],
    result: Result | Sequence[Result],
    doc: str,
    target: str = "numpy",
    shapes: Sequence[Shape | None] = (),
    columns: Collection[str] = (),
) -> str:
    """The imports of the target and one function of the parameters; a list of results is returned as a tuple.

    Each result has the shape of `shapes`, else the axes of its own that are not of size one; of a tensor, the value's
    and then the variable's. The parameters of `columns` may be arrays of one column as well.
    """
    results = [result] if isinstance(result, (Node, Tensor)) else list(result)
    writer = FunctionWriter(TARGETS[target], parameters, results, columns)
    returned = [writer.result(one, shape) for one, shape in zip(results, shapes or [None] * len(results), strict=True)]
    body = [*writer.lines, "return " + (returned[0] if len(returned) == 1 else ", ".join(returned))]
    body = [*writer.sizes.lines(), *_narrowed(writer, body), *writer.typed(body), *body]
    text = "\n".join([doc.strip(), "", *notes]) if (notes := _notes(writer)) else doc.strip()
    text = text.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    text = text.replace("\n", "\n" + _INDENT).replace(_INDENT + "\n", "\n")
    head = f"def {function_name}({', '.join(writer.signature())}):"
    close = f"\n{_INDENT}" if "\n" in text or text.endswith('"') else ""
    function = "\n".join([head, f'{_INDENT}"""{text}{close}"""', *(_INDENT + line for line in body)])
    helpers = [_without_types(inspect.getsource(HELPERS[name])) for name in writer.module.helpers]
    return "\n\n\n".join(["\n".join(_imports(writer.target, [*helpers, *body])), *helpers, function]) + "\n"


def _narrowed(writer: FunctionWriter, body: Sequence[str]) -> list[str]:
    """The lines before `body` that take the axes of size one away, which no formula has."""
    used = set(re.findall(r"\w+", "\n".join(body)))
    return [f"{name} = {name}.reshape(-1)" for name in writer.columns if name in used] + [
        f"{name} = {Source(name, rank=len(node.shape))[without_ones(node.shape)]}"
        for node, name in writer.names.items()
        if node.shape != node.axes and name in used
    ]


def _notes(writer: FunctionWriter) -> list[str]:
    """What the docstring must say about names that could not be kept, and of arrays with an axis that may go."""
    kept = [(name, node.parameters[0]) for node, name in writer.names.items()]
    lines = [f"The parameter {name} is the {typed} of the expression." for name, typed in kept if name != typed]
    lines += [f"The parameter {name} is a dimension." for name in writer.sizes.unread().values()]
    lines += [f"The parameter {name} is a column, with one axis or two." for name in writer.columns]
    return [*lines, *([writer.target.note] if writer.target.note else [])]


def _imports(target: Target, code: Sequence[str]) -> list[str]:
    """The standard library's first, then the array library's, each only where it is used."""
    text = "\n".join(code)
    parts = [f"import {name}" for name in target.modules if name + "." in text]
    return [*(["import math", ""] if re.search(r"(?<![\w.])math\.", text) else []), *sorted([*target.imports, *parts])]


def _without_types(text: str) -> str:
    return text.replace(": Any", "").replace(" -> Any", "").rstrip()
