"""The gradient of a batch loss with the rows of X on eight devices: the emitted function as it is, jitted.

The devices are virtual ones of this machine's processor. What is compiled for each of them holds an eighth of the
rows, and adds up eight gradients; X is gathered nowhere.
"""

import os
import re

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=8"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from loss_jax import gradient

N, n = 8_000, 20
jax.config.update("jax_enable_x64", True)
random = np.random.default_rng(0)
y, w, X = np.sign(random.normal(size=N)), random.normal(size=n), random.normal(size=(N, n))

mesh = Mesh(np.array(jax.devices()), ("rows",))
rows, whole = NamedSharding(mesh, PartitionSpec("rows")), NamedSharding(mesh, PartitionSpec())
step = jax.jit(gradient, in_shardings=(rows, whole, rows), out_shardings=whole)
found = step(*(jax.device_put(value, place) for value, place in ((y, rows), (w, whole), (X, rows))))

single = gradient(*(jax.device_put(value, jax.devices()[0]) for value in (y, w, X)))
print("devices:", len(mesh.devices), "| rows of X on each:", N // len(mesh.devices))
print("equal to the result of one device:", bool(np.allclose(found, single, rtol=1e-12, atol=1e-15)))

program = step.lower(y, w, X).compile().as_text()
passed = r"= (\S+?)(?:\{0\})? (all-gather|all-reduce|all-to-all|reduce-scatter|collective-permute)\("
between = sorted({f"{what} of {shape}" for shape, what in re.findall(passed, program)})
print("between devices:", ", ".join(between))
print("parts of X in the program:", ", ".join(sorted(set(re.findall(rf"f64\[\d+,{n}\]", program)))))
