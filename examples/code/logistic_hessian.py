# mcalc hessian 'sum(log(1 + exp(-y[i]*(w.X[i]))) for i in 1..N)' --wrt w -s X=N,n -s w=n -s y=N -f numpy
import numpy as np


def hessian(y, w, X):
    """Second derivative of sum(log(1 + exp(-y[i]*w.X[i])) for i in 1..N) by w.

    An array of shape value.shape + variable.shape = (n, n), as in JAX and PyTorch.
    """
    t1 = 1 / (1 + np.exp(-y * (X @ w)))
    t2 = np.sqrt((1 - t1) * (y * y * t1))[:, None] * X
    return t2.T @ t2
