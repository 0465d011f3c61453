# mcalc jacobian 'tanh(W@x + b)' --wrt x -s W=m,n -s x=n -s b=m -f numpy
import numpy as np


def jacobian(W, x, b):
    """Derivative of tanh(W@x + b) by x.

    An array of shape value.shape + variable.shape = (m, n), as in JAX and PyTorch.
    """
    t1 = np.tanh(W @ x + b)
    return (1 - t1 * t1)[:, None] * W
