"""Results as Python: for NumPy, JAX and PyTorch, and as SymPy's own terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.code.array_shapes import array_shape
    from mcalc.code.as_sympy import expression as sympy_expression
    from mcalc.code.derivative import function as function_of
    from mcalc.code.derivative import write as write_code
    from mcalc.code.function import module as emitted
    from mcalc.code.running import Forbidden, functions
    from mcalc.code.targets import TARGETS
    from mcalc.code.wanted import Wanted

__getattr__ = door(__name__)
