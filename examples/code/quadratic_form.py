# mcalc gradient 'x'"'"'@A@x' --wrt x -s A=n,n -s x=n -f numpy
import numpy as np


def gradient(x, A):
    """Derivative of x'@A@x by x.

    An array of shape value.shape + variable.shape = (n,), as in JAX and PyTorch.
    """
    return A @ x + x @ A
