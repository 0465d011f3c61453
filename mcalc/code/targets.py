"""The array libraries for which code is written: a row a library, NumPy's spelling where the row says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mcalc.table import TABLE

LIKE, DTYPE = "like", "dtype"
"""In the code, the type of the numbers and the device of the parameters, and the type alone."""


@dataclass(frozen=True)
class Target:
    """An array library: its imports, the name under which the code reaches it, and what it calls otherwise.

    `modules` are imported besides, where the code uses them.
    `spelled` has the calls that differ from NumPy's, with ``{}`` for the arguments or ``{0}``, ``{1}`` for each;
    `options` the names of arguments that differ, empty for one that it lacks. `of_tensors` says that its functions
    take no numbers of Python's and mix no types: then numbers are made tensors `LIKE` the parameters. `weak` says
    that what its functions make of a number of Python's still takes the type of the arrays. `in_place` says that its
    arrays are changed in place; `moved` is the method that puts axes in another order; `vdot` and `fast_einsum` say
    that these are faster than a sum of products, `factors` that a
    matrix is factored once for all that is asked of it, `by_methods` that products and sums are methods of arrays.
    `note` is for the docstring.
    """

    title: str
    imports: tuple[str, ...]
    alias: str
    modules: tuple[str, ...] = ()
    spelled: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    of_tensors: bool = False
    weak: bool = False
    in_place: bool = False
    moved: str = "transpose"
    vdot: bool = False
    fast_einsum: bool = False
    factors: bool = False
    by_methods: bool = False
    note: str = ""


def _of_table(library: str) -> dict[str, str]:
    """How the library spells the functions that it does not call as NumPy does."""
    return {one.name: one.in_library[library] for one in TABLE.values() if library in one.in_library}


TARGETS = {
    "numpy": Target("NumPy", ("import numpy as np",), "np", in_place=True, vdot=True, fast_einsum=True),
    "jax": Target(
        "JAX",
        ("import jax.numpy as jnp",),
        "jnp",
        modules=("jax.nn", "jax.scipy.special"),
        spelled={
            **_of_table("jax"),
            "logsumexp_along": "jax.scipy.special.logsumexp({})",
        },
        weak=True,
        note='JAX computes in 32 bits, unless jax.config.update("jax_enable_x64", True) was called at the start.',
    ),
    "torch": Target(
        "PyTorch",
        ("import torch",),
        "torch",
        spelled={
            **_of_table("torch"),
            "logsumexp_along": "torch.logsumexp({})",
            "transpose": "torch.transpose({}, 0, 1)",
        },
        options={"axis": "dim", "axes": "dims", "keepdims": "keepdim"},
        of_tensors=True,
        in_place=True,
        moved="permute",
    ),
}
WITH_SCIPY = "scipy"
"""NumPy with SciPy beside it, which is asked for by an option and not as a format."""

BY_METHODS = "methods"
"""NumPy for what is called thousands of times: on small arrays ``a.dot(b)`` takes half the time of ``a @ b``."""


def target_of(library: str) -> Target:
    """The row of a library."""
    if library == BY_METHODS:
        return replace(TARGETS["numpy"], by_methods=True)
    if library != WITH_SCIPY:
        return TARGETS[library]
    return replace(
        TARGETS["numpy"],
        title="NumPy and SciPy",
        modules=("scipy.linalg", "scipy.special"),
        spelled=_of_table(WITH_SCIPY),
        factors=True,
    )
