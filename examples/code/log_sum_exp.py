# mcalc hessian 'log(sum(exp(A@x)))' --wrt x -s A=m,n -s x=n -f numpy
import numpy as np


def softmax(a):
    """exp(a)/sum(exp(a)) along the last axis, without overflow."""
    raised = np.exp(a - np.max(a, axis=-1, keepdims=True))
    return raised / np.sum(raised, axis=-1, keepdims=True)


def hessian(A, x):
    """Second derivative of log(sum(exp(A@x))) by x.

    An array of shape value.shape + variable.shape = (n, n), as in JAX and PyTorch.
    """
    t1 = softmax(A @ x)
    t2 = np.sqrt(t1)[:, None] * A
    t3 = t1 @ A
    return t2.T @ t2 - np.outer(t3, t3)
