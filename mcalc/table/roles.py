"""The operators that algebra is made of, by what they are in it: trees, networks and rewriting build values of these.

What is known of an operator stands in its record; a name is asked for here only where a law ties several operators
together, ``B·(A·B)⁻¹ = A⁻¹``, and where a value is to be made of one. Arithmetic, products, transposes, sums, stacks
and the constants go by the names that they have in the table.
"""

from __future__ import annotations

from typing import Final

INVERSE: Final = "inv"
"""``A⁻¹``."""
DETERMINANT: Final = "det"
"""``det(A)``."""
TRACE: Final = "tr"
"""``tr(A)``."""
DIAGONAL: Final = "diagonal"
"""The column of ``A[i,i]``."""
KRONECKER: Final = "kron"
"""``A ⊗ B``, every entry of A times B."""
VEC: Final = "vec"
"""The columns of a matrix, one below the other."""
TILED: Final = "tile"
"""Identities one below the other: ``vec`` as a product."""
REPEATED: Final = "repeat"
"""The rows of the identity, each repeated."""
COMMUTATION: Final = "commutation"
"""K, with ``K vec(X) = vec(Xᵀ)``."""
DELTA: Final = "delta"
"""Kronecker's ``δ[i,k]``."""
NORM: Final = "norm"
"""``‖a‖``, the root of the sum of the squares."""
ABSOLUTE: Final = "abs"
"""``|a|``."""
SIGN: Final = "sign"
"""1, 0 or −1."""
ROOT: Final = "sqrt"
"""``√a``, the power 1/2."""
EXPONENTIAL: Final = "exp"
"""``e^a``, which makes products of sums."""
LOGARITHM: Final = "log"
"""``ln a``, which makes sums of products."""
CASES: Final = "where"
"""``{ b if not c; a if c }``."""
ABOVE: Final = "greater"
"""``a > b``."""
AT_MOST: Final = "less_equal"
"""``a ≤ b``."""
