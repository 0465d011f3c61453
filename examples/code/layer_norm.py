# mcalc gradient 'g.((x - mean(x))/sqrt(var(x) + eps))' --wrt x -s x=n -s g=n -s eps=scalar -f numpy
import numpy as np


def gradient(g, x, eps):
    """Derivative of g'@((x - mean(x))/sqrt(var(x) + eps)) by x.

    An array of shape value.shape + variable.shape = (n,), as in JAX and PyTorch.
    """
    n = g.shape[0]
    dtype = np.result_type(g, x, np.float32)
    eps = np.asarray(eps, dtype)
    t1 = x - np.sum(x) / n
    t2 = eps + (t1 @ t1) / n
    return (g - np.sum(g) / n - (g @ t1) / (n * t2) * t1) / np.sqrt(t2)
