# y: N, w: n, X: N×n (assumed; declare with -s NAME=SHAPE)
import numpy as np


def gradient(y, w, X):
    """Derivative of sum(log(1 + exp(-y[i]*w.X[i])) for i in 1..N)/N by w.

    An array of shape value.shape + variable.shape = (n,), as in JAX and PyTorch.
    """
    N = y.shape[0]
    return ((y * (1 / (1 + np.exp(-y * (X @ w))) - 1)) @ X) / N
