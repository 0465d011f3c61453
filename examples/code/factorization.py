# mcalc gradient 'norm(U@V'"'"' - T)^2' --wrt U -s U=n,k -s V=m,k -s T=n,m -f numpy
import numpy as np


def gradient(U, V, T):
    """Derivative of norm(U@V' - T)^2 by U.

    An array of shape value.shape + variable.shape = (n, k), as in JAX and PyTorch.
    """
    return 2 * (U @ (V.T @ V) - T @ V)
