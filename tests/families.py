"""Families of questions that grow: nets, sums, products, each by a size."""

from __future__ import annotations

import time
from collections.abc import Callable

from mcalc.ask import derive
from mcalc.derivation import answer_text

Question = tuple[str, str, str, dict[str, str]]
Family = Callable[[int], Question]
"""The command, the text, the variables and the shapes, by a size."""


def layers(count: int, line: str, first: str = "x") -> str:
    """Lines that each use the one before, ``u_1 = tanh(W_1@x)``."""
    return "; ".join(
        f"u_{at} = {line}".format(at=at, u=f"u_{at - 1}" if at > 1 else first) for at in range(1, count + 1)
    )


def weights(count: int, shape: str = "n,n") -> dict[str, str]:
    return {f"W_{at}": shape for at in range(1, count + 1)}


def reused(count: int) -> Question:
    """Values used twice a layer."""
    return "jacobian", layers(count, "{u}*sin({u})") + f"; u_{count}", "x", {"x": "scalar"}


def reused_twice_derived(count: int) -> Question:
    """Their second derivative."""
    return ("hessian", *reused(count)[1:])


def net(count: int) -> Question:
    """A net of tanh layers by its first weights."""
    text = layers(count, "tanh(W_{at}@{u})") + f"; sum(u_{count}^2)"
    return "gradient", text, "W_1", {**weights(count), "x": "n"}


def net_by_all(count: int) -> Question:
    """The net by all its weights."""
    return (*net(count)[:2], ",".join(weights(count)), net(count)[3])


def net_twice_by_x(count: int) -> Question:
    """The Hessian of the net by x."""
    return "hessian", net(count)[1], "x", net(count)[3]


def net_twice_by_weights(count: int) -> Question:
    """The Hessian of the net by its first weights."""
    return "hessian", net(count)[1], "W_1", net(count)[3]


def recurrent(count: int) -> Question:
    """A recurrent net by its one matrix of weights."""
    text = layers(count, "tanh(W@{u} + U@x_{at})", "h") + f"; sum(u_{count})"
    return "gradient", text, "W", {**{f"x_{at}": "k" for at in range(1, count + 1)}, "h": "n", "W": "n,n", "U": "n,k"}


def softmaxes(count: int) -> Question:
    """A stack of softmax layers."""
    return (
        "gradient",
        layers(count, "softmax(W_{at}@{u})") + f"; u_{count}.y",
        "x",
        {**weights(count), "x": "n", "y": "n"},
    )


def attention(count: int) -> Question:
    """A stack of attention layers."""
    text = layers(count, "softmax({u}@W_{at}@{u}', axis=1)@{u}", "X") + f"; sum(u_{count}^2)"
    return "gradient", text, "X", {**weights(count, "k,k"), "X": "n,k"}


def nested_softmaxes(count: int) -> Question:
    """The Hessian of nested softmaxes."""
    return "hessian", "softmax(" * count + "x" + ")" * count + ".y", "x", {"x": "n", "y": "n"}


def entries(count: int) -> Question:
    """The Hessian of a product of entries."""
    return "hessian", "*".join(f"x[{at}]" for at in range(1, count + 1)), "x", {"x": "n"}


def sines(count: int) -> Question:
    """A product of sines."""
    names = [f"a_{at}" for at in range(count)]
    return "jacobian", "*".join(f"sin({name}*x)" for name in names), "x", dict.fromkeys([*names, "x"], "scalar")


def wide(count: int) -> Question:
    """A sum of many terms."""
    names = [f"a_{at}" for at in range(count)]
    return "gradient", " + ".join(f"sin({name}.x)" for name in names), "x", dict.fromkeys([*names, "x"], "n")


def polynomial(count: int) -> Question:
    """A sum of many scalar terms."""
    names = [f"c_{at}" for at in range(2, count + 2)]
    text = " + ".join(f"{name}*x^{at}" for at, name in enumerate(names, 2))
    return "jacobian", text, "x", dict.fromkeys([*names, "x"], "scalar")


def matrices(count: int) -> Question:
    """The trace of a product of matrices, by the one in the middle."""
    names = [f"A_{at}" for at in range(count)]
    row = "@".join([*names[: count // 2], "X", *names[count // 2 :]])
    return "gradient", f"tr({row})", "X", dict.fromkeys([*names, "X"], "n,n")


def powers(count: int) -> Question:
    """The trace of a power of a matrix."""
    return "gradient", f"tr({'@'.join(['X'] * count)})", "X", {"X": "n,n"}


def derived(question: Question) -> tuple[float, int]:
    """The seconds of reading, deriving and printing the answer alone, and the characters read and printed."""
    command, text, wrt, shapes = question
    start = time.process_time()
    derivation = derive(text, wrt, shapes, command=command, verify=False, told=False)
    shown = answer_text(derivation, "ascii")
    return time.process_time() - start, len(text) + len(shown)
