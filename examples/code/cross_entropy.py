# mcalc gradient '-sum(Y[i].log_softmax(W@X[i]) for i in 1..N)' --wrt W -s X=N,n -s Y=N,k -s W=k,n -f numpy
import numpy as np


def softmax(a):
    """exp(a)/sum(exp(a)) along the last axis, without overflow."""
    raised = np.exp(a - np.max(a, axis=-1, keepdims=True))
    return raised / np.sum(raised, axis=-1, keepdims=True)


def gradient(Y, W, X):
    """Derivative of -sum(Y[i]'@log_softmax(W@X[i]) for i in 1..N) by W.

    An array of shape value.shape + variable.shape = (k, n), as in JAX and PyTorch.
    """
    return (np.sum(Y, axis=1)[:, None] * softmax(X @ W.T) - Y).T @ X
