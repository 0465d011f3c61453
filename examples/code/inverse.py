# mcalc gradient 'a'"'"'@inv(X)@b' --wrt X -s X=n,n -s a=n -s b=n -f numpy
import numpy as np


def gradient(a, X, b):
    """Derivative of a'@inv(X)@b by X.

    An array of shape value.shape + variable.shape = (n, n), as in JAX and PyTorch.
    """
    return np.outer(-np.linalg.solve(X.T, a), np.linalg.solve(X, b))
