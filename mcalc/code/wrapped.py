"""Code as an optimizer or a library takes it: for scipy's minimize, for PyTorch's autograd, for custom_vjp of JAX."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from mcalc.ask import derive
from mcalc.code import derivative
from mcalc.code.array_shapes import array_shape
from mcalc.code.checked import check_code
from mcalc.code.function import module
from mcalc.code.printer import identifier
from mcalc.code.returned import refuse
from mcalc.code.sizes import SizeReader
from mcalc.code.wanted import NOTHING_ELSE, Wanted
from mcalc.derivation.derivation import Derivation
from mcalc.notation.results import write_expression
from mcalc.numbers.numeric import fitting_sizes
from mcalc.numbers.sizes import dimensions
from mcalc.problems import Problem
from mcalc.tree.node import Node

_INDENT = "    "


def write(derivation: Derivation, form: str, wanted: Wanted) -> str:
    """The value and its derivative, and wrappers of them for ``minimize`` or ``autograd``; raises Problem.

    The functions of the value and of the derivative are run before they are shown, as all code is.
    """
    refuse(derivation, wanted)
    if wanted.wrap == "minimize":
        return _for_minimize(derivation, form)
    return _for_autograd(derivation, form)


def _value(derivation: Derivation, form: str, name: str = "value") -> str:
    names, doc = list(derivation.reading.names.values()), f"The value of {write_expression(derivation.value, 'ascii')}."
    shape = array_shape(derivation.value)
    texts = {
        library: module(name, names, derivation.value, doc, library, [shape], derivation.reading.columns)
        for library in dict.fromkeys(("numpy", form))
    }
    if derivation.verified is not None or derivation.parts:
        check_code(texts, name, derivation.value, names, [derivation.value], [shape])
    return texts[form].rstrip("\n")


def _together(texts: Sequence[str], more: Sequence[str] = ()) -> str:
    """The imports of all, and each function once."""
    blocks = [text.split("\n\n\n") for text in texts]
    imports = sorted({line for first, *_ in blocks for line in first.splitlines() if line} | set(more))
    standard = [line for line in imports if line == "import math"]
    rest = [line for line in imports if line not in standard]
    head = "\n".join([*standard, *([""] if standard else []), *rest])
    return "\n\n\n".join([head, *dict.fromkeys(block for _, *functions in blocks for block in functions)])


def _parameters(text: str, name: str) -> list[str]:
    found = next(node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == name)
    return [argument.arg for argument in found.args.args]


# scipy.optimize.minimize -----------------------------------------------------------------------------------------


def _for_minimize(derivation: Derivation, form: str) -> str:
    if form != "numpy":
        raise Problem("scipy's minimize takes functions of NumPy.", hint="ask for -f numpy")
    if derivation.parts or len(set(derivation.wrt)) > 1:
        raise Problem("minimize takes one variable.", hint="give one name to --wrt")
    if derivation.value.axes:
        raise Problem("minimize takes a scalar.", hint="a sum, a mean or a norm of the value is one")
    variable = derivation.by[-1]
    texts, wrappers = [_value(derivation, form)], [_flat(derivation, variable, "fun", "value", 0)]
    second = derivation.command == "hessian"
    first = derivation
    if second:
        verify = derivation.verified is not None
        declared = {name: _declared(node) for name, node in derivation.reading.names.items()}
        first = derive(derivation.source, derivation.wrt[0], declared, "gradient", verify=verify)
    texts.append(_renamed(derivative.write(first, form), derivative.function_name(first, NOTHING_ELSE), "gradient"))
    wrappers.append(_flat(derivation, variable, "jac", "gradient", 1))
    if second:
        texts.append(derivative.write(derivation, form))
        wrappers.append(_flat(derivation, variable, "hess", "hessian", 2))
    return "\n\n\n".join([_together(texts), *wrappers])


def _declared(node: Node) -> str:
    """The shape as it is declared: ``n,n symmetric``."""
    properties = sorted(node.parameters[1]) if len(node.parameters) > 1 else []
    return " ".join([",".join(map(str, node.shape)) or "scalar", *properties])


def _renamed(text: str, old: str, new: str) -> str:
    return text.replace(f"\ndef {old}(", f"\ndef {new}(")


def _flat(derivation: Derivation, variable: Node, name: str, called: str, order: int) -> str:
    """The function of the variable first, as an array of one axis, and then the others, for ``args=(…)``."""
    nodes = list(derivation.reading.names.values())
    spelled = {node: identifier(str(node.parameters[0])) for node in nodes}
    others = [node for node in nodes if node is not variable]
    axes = [(size, f"{spelled[node]}.shape[{at}]") for node in others for at, size in enumerate(node.shape)]
    sizes = SizeReader(axes, identifier)
    own, lines = spelled[variable], []
    if len(variable.shape) > 1:
        shape = ", ".join(str(sizes.write(size)) for size in variable.shape)
        lines = [*sizes.lines(), f"{own} = {own}.reshape({shape})"]
    elif not variable.shape:
        lines = [f"{own} = {own}[0]"]
    result = f"{called}({', '.join(spelled.values())})"
    if order and len(variable.shape) != 1:
        size = f"{own}.size" if variable.shape else "1"
        result = f"np.reshape({result}, {f'({size}, {size})' if order == 2 else '-1'})"
    taken = ", ".join([own, *(spelled[node] for node in others), *sizes.unread().values()])
    told = {"fun": "The value", "jac": "The gradient", "hess": "The second derivative"}[name]
    usage = f'"""{told}, for scipy.optimize.minimize, of an array of one axis."""'
    return "\n".join([f"def {name}({taken}):", *(_INDENT + line for line in [usage, *lines, f"return {result}"])])


# Automatic differentiation ---------------------------------------------------------------------------------------


def _for_autograd(derivation: Derivation, form: str) -> str:
    if form not in ("jax", "torch"):
        raise Problem("NumPy has no automatic differentiation.", hint="ask for -f torch or -f jax")
    if derivation.command == "hessian":
        raise Problem("Automatic differentiation takes the first derivative.", hint="ask `mcalc gradient` for it")
    nodes = list(derivation.reading.names.values())
    parts = derivation.parts or (derivation,)
    if derivation.parts == () and len(derivation.by) > 1:
        raise Problem("Several scalars are one vector here.", hint="give one name to --wrt")
    value, product = _value(derivation, form), derivative.write(derivation, form, Wanted(product="vjp"))
    taken, passed = _parameters(value, "value"), _parameters(product, "vjp")
    if len(taken) > len(nodes) or len(passed) > len(nodes) + 1:
        raise Problem(
            "A dimension that no array has cannot be passed through.", hint="use a name that has it", status=3
        )
    spelled = dict(zip((str(node.parameters[0]) for node in nodes), taken, strict=True))
    by = [spelled[part.wrt[-1]] for part in parts]
    wrap = _torch if form == "torch" else _jax
    return "\n\n\n".join(
        [_together([value, product], ["import jax"] * (form == "jax")), *wrap(derivation, taken, passed, by)]
    )


def _torch(derivation: Derivation, taken: list[str], passed: list[str], by: list[str]) -> list[str]:
    given, vector = ", ".join(taken), passed[-1]
    slopes = {name: f"d_{name}" for name in by}
    returned = ", ".join(slopes.get(name, "None") for name in taken)
    saved = given + ("," if len(taken) == 1 else "")
    lines = [
        "class Value(torch.autograd.Function):",
        '    """The value, with the derivative that was derived: ``Value.apply(…)``."""',
        "",
        "    @staticmethod",
        f"    def forward(ctx, {given}):",
        f"        ctx.save_for_backward({given})",
        f"        return value({given})",
        "",
        "    @staticmethod",
        f"    def backward(ctx, {vector}):",
        f"        {saved} = ctx.saved_tensors",
        f"        {', '.join(slopes.values())} = vjp({', '.join(passed)})",
        f"        return {returned}",
    ]
    nodes = list(derivation.reading.names.values())
    sizes = next(fitting_sizes([derivation.value], nodes))
    check = ['if __name__ == "__main__":', "    torch.manual_seed(0)"]
    for node, name in zip(nodes, taken, strict=True):
        shape = dimensions(node.shape, sizes)
        option = ", requires_grad=True" if name in by else ""
        shown = f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"
        check.append(f"    {name} = torch.rand({shown}, dtype=torch.float64{option})")
    arguments = f"({saved})" if len(taken) == 1 else f"({given})"
    check.append(f"    assert torch.autograd.gradcheck(Value.apply, {arguments})")
    return ["\n".join(lines), "\n".join(check)]


def _jax(derivation: Derivation, taken: list[str], passed: list[str], by: list[str]) -> list[str]:
    given, vector = ", ".join(taken), passed[-1]
    saved = given + ("," if len(taken) == 1 else "")
    slopes = {name: f"d_{name}" for name in by}
    returned = ", ".join(slopes.get(name, "None") for name in taken) + ("," if len(taken) == 1 else "")
    forward = [f"def forward({given}):", f"    return value({given}), ({saved})"]
    backward = [
        f"def backward(saved, {vector}):",
        f"    {saved} = saved",
        f"    {', '.join(slopes.values())} = vjp({', '.join(passed)})",
        f"    return {returned}" if len(taken) > 1 else f"    return ({returned})",
    ]
    wrapped = ["differentiable = jax.custom_vjp(value)", "differentiable.defvjp(forward, backward)"]
    return ["\n".join(forward), "\n".join(backward), "\n".join(wrapped)]
