# mcalc gradient 'y'"'"'@inv(K + s^2*eye(n))@y/2 + logdet(K + s^2*eye(n))/2' --wrt s -s 'K=n,n psd' -s y=n -s s=scalar -f numpy
import numpy as np


def gradient(y, K, s):
    """Derivative of y'@inv(K + s^2*eye(n))@y/2 + logdet(K + s^2*eye(n))/2 by s.

    An array of shape value.shape + variable.shape = (), as in JAX and PyTorch.
    """
    n = y.shape[0]
    dtype = np.result_type(y, K, np.float32)
    t1 = np.linalg.inv(K + s * s * np.eye(n, dtype=dtype))
    t2 = t1 @ y
    return s * (np.trace(t1) - t2 @ t2)
