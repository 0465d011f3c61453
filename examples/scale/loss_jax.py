# y: N, w: n, X: N×n (assumed; declare with -s NAME=SHAPE)
import jax.numpy as jnp


def gradient(y, w, X):
    """Derivative of sum(log(1 + exp(-y[i]*w.X[i])) for i in 1..N)/N by w.

    An array of shape value.shape + variable.shape = (n,), as in JAX and PyTorch.

    JAX computes in 32 bits, unless jax.config.update("jax_enable_x64", True) was called at the start.
    """
    N = y.shape[0]
    return ((y * (1 / (1 + jnp.exp(-y * (X @ w))) - 1)) @ X) / N
