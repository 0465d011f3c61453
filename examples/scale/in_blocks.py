"""The emitted NumPy function on dask arrays: X is made and used block by block, and never is in memory as a whole."""

import tracemalloc

import dask
import dask.array as da
import numpy as np
from loss_numpy import gradient

N, n, block = 200_000, 20, 10_000
dask.config.set(scheduler="synchronous")
random = da.random.default_rng(0)
X = random.normal(size=(N, n), chunks=(block, n))
y = da.sign(random.normal(size=N, chunks=block))
w = np.linspace(-1, 1, n)

planned = gradient(y, w, X)
print("what the function returns:", type(planned).__module__.split(".")[0], planned.shape)
tracemalloc.start()
found = planned.compute()
most = tracemalloc.get_traced_memory()[1]
print("memory, of that of X:", "less than a quarter" if most < X.nbytes / 4 else f"{most / X.nbytes:.2f}")
print("equal to the result of NumPy:", bool(np.allclose(found, gradient(y.compute(), w, X.compute()), rtol=1e-10)))
