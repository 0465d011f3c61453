"""Functions that are refused, and why: the reason, and what to write instead."""

from __future__ import annotations

REFUSED: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("expm", "logm", "sqrtm", "funm"),
        (
            "is a function of the matrix as a whole, not of its entries: its derivative is no formula in products of matrices",
            "the element-wise functions are `exp(A)`, `log(A)` and `sqrt(A)`",
        ),
    ),
    **dict.fromkeys(
        ("cholesky", "chol", "qr", "svd", "eig", "eigh", "eigvals", "lu"),
        (
            "is a factorization of a matrix: its derivative is no formula in products of matrices",
            "`inv`, `det`, `logdet` and `tr` are there",
        ),
    ),
    **dict.fromkeys(
        ("pinv", "matrix_power", "rank"),
        (
            "is not one of the functions that mcalc differentiates",
            "`inv(A)` is the inverse, `A @ A` the product of a matrix with itself",
        ),
    ),
}
