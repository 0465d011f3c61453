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
        (
            *("eigmax", "eigmin", "lambda_max", "lambda_min", "eigvalsh", "singvals", "svdvals", "norm_nuc", "nuclear"),
            *("norm_spec", "spectral", "cond", "spectral_norm", "nuclear_norm", "norm_nuclear", "norm_spectral"),
        ),
        (
            "is of eigenvalues or singular values: its derivative is no formula in products of matrices",
            "`norm(A)` is Frobenius's norm, and `inv`, `det`, `logdet` and `tr` are there",
        ),
    ),
    **dict.fromkeys(
        ("tril", "triu", "vech", "vecl", "tril_indices"),
        (
            "is not one of mcalc's functions",
            "`A*M` cuts a part out of A, where M is a matrix of ones and zeros; a triangular variable is -s L=n,n:lower",
        ),
    ),
    **dict.fromkeys(
        ("cross", "skew", "hat", "wedge"),
        (
            "is not one of mcalc's functions",
            "the cross product of {a} and {b} is `[0, -{a}[3], {a}[2]; {a}[3], 0, -{a}[1]; -{a}[2], {a}[1], 0]@{b}`",
        ),
    ),
    **dict.fromkeys(
        ("conv", "convolve", "correlate", "conv2d", "fft", "toeplitz", "roll", "cumsum", "cumprod"),
        (
            "is not one of mcalc's functions",
            "it is linear: write it as `T@x`, with a matrix T; cumsum is that of ones in the lower triangle",
        ),
    ),
    **dict.fromkeys(
        ("sort", "argsort", "argmax", "argmin", "median", "quantile", "topk", "unique", "sorted"),
        ("sorts its entries, and moves by jumps", "`max(x)`, `min(x)`, `relu` and `where(c, a, b)` are there"),
    ),
    **dict.fromkeys(
        ("lgamma", "gammaln", "loggamma", "digamma", "polygamma", "beta_fn", "zeta", "besselj", "lambertw"),
        (
            "is a special function that mcalc does not have",
            '`erf` is there; a function left open is -s "h=elementwise"',
        ),
    ),
    **dict.fromkeys(
        ("Phi", "ndtr", "pnorm", "norm_cdf", "cdf", "dnorm", "norm_pdf", "pdf"),
        ("is not one of mcalc's functions", "the normal distribution is `normcdf(x)`, its density `normpdf(x)`"),
    ),
    **dict.fromkeys(
        ("len", "length", "numel", "size", "ndims", "nrow", "ncol"),
        ("is not a function here: a size goes by its letter", "`sum(x)/n`, where n is the length of x"),
    ),
    **dict.fromkeys(
        ("huber", "huber_loss", "smooth_l1", "smooth_l1_loss"),
        ("is written out", "`where(abs(r) <= d, r^2/2, d*(abs(r) - d/2))`"),
    ),
    **dict.fromkeys(
        ("floor", "ceil", "round", "mod", "fmod", "trunc"),
        ("is flat between its jumps", "`step(x)` and comparisons such as `x > 0` are there"),
    ),
    **dict.fromkeys(
        ("einsum", "khatri_rao", "tensordot", "bmm", "vander"),
        ("is of arrays with more than two axes", "`sum(E for i in 1..n for j in 1..m)` adds over indices"),
    ),
    **dict.fromkeys(
        ("conj", "conjugate", "real", "imag", "angle", "hermitian", "ctranspose", "adjoint"),
        ("is of complex numbers, and mcalc's are real", "`A'` transposes; the angle of a point is `atan2(y, x)`"),
    ),
    **dict.fromkeys(
        ("cross_entropy", "crossentropy", "nll_loss", "nll", "categorical_cross_entropy", "ce"),
        (
            "is written out",
            "`-sum(y*log(p))`; of logits `-sum(y*log_softmax(z))`",
        ),
    ),
    **dict.fromkeys(
        ("bce", "binary_cross_entropy", "bce_with_logits", "binary_crossentropy", "logistic_loss", "log_loss"),
        (
            "is written out",
            "`-sum(y*log(p) + (1 - y)*log(1 - p))`, with `p = sigmoid(X@w)` before it",
        ),
    ),
    **dict.fromkeys(
        ("layernorm", "layer_norm", "LayerNorm", "batchnorm", "batch_norm", "normalize", "standardize", "zscore"),
        ("is written out", "`(x - mean(x))/sqrt(var(x) + eps)`; of length 1 it is `x/norm(x)`"),
    ),
    **dict.fromkeys(
        ("attention", "scaled_dot_product_attention"),
        ("is written out", "`softmax(Q@K'/sqrt(d))@V`, with -s d=scalar"),
    ),
    **dict.fromkeys(
        ("solve", "lstsq", "backsubstitute"),
        ("is written out", "`inv(A)@b` solves A x = b, `inv(A'@A)@A'@b` the least squares"),
    ),
    **dict.fromkeys(
        ("concat", "concatenate", "hstack", "vstack", "horzcat", "vertcat", "cat", "stack"),
        ("is written with brackets", "`[a; b]` below each other, `[a, b]` side by side"),
    ),
    **dict.fromkeys(
        ("integrate", "int", "integral", "quad", "limit"),
        ("is no formula of matrix calculus", "mcalc differentiates; SymPy integrates"),
    ),
    **dict.fromkeys(
        ("grad", "gradient", "jacobian", "hessian", "deriv", "derivative", "diff"),
        ("is a command, not a function", "write the expression only; `--wrt x` names the variable"),
    ),
    **dict.fromkeys(
        ("pinv", "matrix_power", "rank"),
        (
            "is not one of the functions that mcalc differentiates",
            "`inv(A)` is the inverse, `A @ A` the product of a matrix with itself",
        ),
    ),
}
