"""A module for a result: the imports, the helpers it uses, and one function that computes it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence

from mcalc.calculus.networks import Tensor
from mcalc.code.targets import TARGETS, Target
from mcalc.code.writer import FunctionWriter, Result
from mcalc.expressions.tree import Node, Shape
from mcalc.numbers.arrays import HELPERS

_INDENT = "    "


def module(
    function_name: str,
    parameters: Sequence[Node],
    result: Result | Sequence[Result],
    doc: str,
    target: str = "numpy",
    shapes: Sequence[Shape | None] = (),
) -> str:
    """The imports of the target and one function of the parameters; a list of results is returned as a tuple.

    Each result has the shape of `shapes`, else the axes of its own that are not of size one; of a tensor, the value's
    and then the variable's.
    """
    results = [result] if isinstance(result, (Node, Tensor)) else list(result)
    writer = FunctionWriter(TARGETS[target], parameters, results)
    returned = [writer.result(one, shape) for one, shape in zip(results, shapes or [None] * len(results), strict=True)]
    body = [*writer.lines, "return " + (returned[0] if len(returned) == 1 else ", ".join(returned))]
    body = [*writer.sizes.lines(), *writer.narrowed(body), *writer.made_tensors(body), *body]
    text = "\n".join([doc.strip(), "", *writer.notes()]) if writer.notes() else doc.strip()
    text = text.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    text = text.replace("\n", "\n" + _INDENT).replace(_INDENT + "\n", "\n")
    head = f"def {function_name}({', '.join(writer.signature())}):"
    close = f"\n{_INDENT}" if "\n" in text or text.endswith('"') else ""
    function = "\n".join([head, f'{_INDENT}"""{text}{close}"""', *(_INDENT + line for line in body)])
    helpers = [_without_types(inspect.getsource(HELPERS[name])) for name in writer.module.helpers]
    return "\n\n\n".join(["\n".join(_imports(writer.target, [*helpers, *body])), *helpers, function]) + "\n"


def _imports(target: Target, code: Sequence[str]) -> list[str]:
    """The standard library's first, then the array library's, each only where it is used."""
    text = "\n".join(code)
    parts = [f"import {name}" for name in target.modules if name + "." in text]
    return [*(["import math", ""] if re.search(r"(?<![\w.])math\.", text) else []), *sorted([*target.imports, *parts])]


def _without_types(text: str) -> str:
    return text.replace(": Any", "").replace(" -> Any", "").rstrip()
