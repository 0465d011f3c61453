"""An array as the Python of a library writes it."""

from __future__ import annotations

import sys

from mcalc.code.targets import TARGETS
from mcalc.numbers.arrays import array_module as np
from mcalc.table.records import Array


def literal(array: Array, library: str) -> str:
    """``np.array([1., 2.])``, ``torch.tensor(…, dtype=torch.float64)``; a number is one of Python's."""
    alias, tensors = TARGETS[library].alias, TARGETS[library].of_tensors
    with np.printoptions(threshold=sys.maxsize, precision=17, linewidth=100):
        text = repr(array) if array.shape else repr(array.item())
    if tensors and array.shape:
        text = text.replace("array(", "tensor(", 1).removesuffix(")") + f", dtype={alias}.float64)"
    return f"{alias}.{text}" if array.shape else text
