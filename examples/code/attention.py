# mcalc gradient 'sum((softmax(Q@K'"'"')@V)^2)' --wrt Q -s Q=m,n -s K=k,n -s V=k,n -f numpy
import numpy as np


def softmax(a):
    """exp(a)/sum(exp(a)) along the last axis, without overflow."""
    raised = np.exp(a - np.max(a, axis=-1, keepdims=True))
    return raised / np.sum(raised, axis=-1, keepdims=True)


def gradient(Q, K, V):
    """Derivative of sum((softmax(Q@K')@V)^2) by Q.

    An array of shape value.shape + variable.shape = (m, n), as in JAX and PyTorch.
    """
    t1 = softmax(Q @ K.T)
    t2 = t1 @ V @ V.T
    return 2 * ((t1 * (t2 - np.einsum('ij,ij->i', t1, t2)[:, None])) @ K)
