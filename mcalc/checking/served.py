"""The child process of ``check --backward``: a user's function, asked line by line in JSON; mcalc is not imported.

The first line that it writes says what the function takes; each further one answers a request: the derivatives, and
the value where the function has one, or the exception that was raised. What the user's file prints goes to standard
error.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import sys
from typing import Any

Told = dict[str, Any]
"""A line of JSON."""
Foreign = Any
"""An array or a function of the library that the user's file is written in."""


def listed(array: Foreign) -> Told:
    """An array as its shape and its entries, row by row."""
    import numpy as np

    detached = array.detach().cpu() if hasattr(array, "detach") else array
    found = np.asarray(detached)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"it returns {type(array).__name__} of {found.dtype}, and real numbers are expected")
    return {
        "shape": list(found.shape),
        "entries": found.astype(float).ravel().tolist(),
        "digits": 7 if found.dtype.itemsize < 8 and found.dtype.kind == "f" else 16,
    }


class Served:
    """The function of the user's file, in the library that the file uses."""

    def __init__(self, path: str, name: str) -> None:
        sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
        spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
        assert spec is not None and spec.loader is not None
        self.module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = self.module
        spec.loader.exec_module(self.module)
        function: Foreign = self.module
        for part in name.split("."):
            function = getattr(function, part)
        self.function = function
        classes = inspect.getmro(self.function) if inspect.isclass(self.function) else ()
        self.kind = "function"
        if any(one.__module__.startswith("torch.autograd") for one in classes):
            self.kind = "torch"
        elif hasattr(self.function, "defvjp"):
            self.kind = "jax"
        self.library = self.kind if self.kind != "function" else self._library()

    def _library(self) -> str:
        """The library whose names the file has; NumPy where it has no other's."""
        names = vars(self.module).values()
        places = [one.__name__ if inspect.ismodule(one) else getattr(one, "__module__", "") or "" for one in names]
        roots = {place.split(".")[0] for place in places}
        return next((name for name in ("torch", "jax") if name in roots), "numpy")

    def described(self) -> Told:
        """The parameters, those that may be left out, and the kind."""
        taken: Foreign = self.function.forward if self.kind == "torch" else getattr(self.function, "fun", self.function)
        parameters = list(inspect.signature(taken).parameters.values())[self.kind == "torch" :]
        if any(one.kind is one.VAR_POSITIONAL for one in parameters):
            raise TypeError("it takes any number of arguments: their names say what they are")
        parameters = [one for one in parameters if one.kind is not one.VAR_KEYWORD]
        return {
            "parameters": [one.name for one in parameters],
            "optional": [one.name for one in parameters if one.default is not one.empty],
            "kind": self.kind,
            "library": self.library,
        }

    def array(self, given: Foreign) -> Foreign:
        """An argument as the library has it: a scalar of NumPy's is a float, a size a whole number."""
        import numpy as np

        if isinstance(given, int):
            return given
        value = np.array(given["entries"], dtype=float).reshape(given["shape"])
        if self.library == "torch":
            import torch

            return torch.from_numpy(value) if value.ndim else torch.tensor(float(value), dtype=torch.float64)
        if self.library == "jax":
            import jax.numpy as jnp

            return jnp.asarray(value)
        return value if value.ndim else float(value)

    def answer(self, request: Told) -> Told:
        """The derivatives at a point, and the value where the function is one that has a backward of its own."""
        arguments = {name: self.array(given) for name, given in request["arguments"].items()}
        if self.kind == "function":
            found = self.function(**arguments)
            return {"results": [listed(one) for one in (found if isinstance(found, tuple | list) else (found,))]}
        upstream, by = self.array(request["upstream"]), request["by"]
        value, results = getattr(self, f"_of_{self.kind}")(arguments, by, upstream)
        return {"value": listed(value), "results": [listed(one) for one in results]}

    def _of_torch(self, arguments: Told, by: list[str], upstream: Foreign) -> tuple[Foreign, list[Foreign]]:
        import torch

        for name in by:
            arguments[name].requires_grad_(True)
        value = self.function.apply(*arguments.values())
        inputs = [arguments[name] for name in by]
        found = torch.autograd.grad(value, inputs, upstream.reshape(value.shape), allow_unused=True)
        pairs = zip(inputs, found, strict=True)
        return value, [torch.zeros_like(one) if gradient is None else gradient for one, gradient in pairs]

    def _of_jax(self, arguments: Told, by: list[str], upstream: Foreign) -> tuple[Foreign, list[Foreign]]:
        import jax

        def at(*moved: Foreign) -> Foreign:
            return self.function(*{**arguments, **dict(zip(by, moved, strict=True))}.values())

        value, pull = jax.vjp(at, *(arguments[name] for name in by))
        return value, list(pull(upstream.reshape(value.shape)))


def told(fault: BaseException) -> str:
    """``ValueError: …, line 12``: the line of the user's file where it was raised."""
    trace, line = fault.__traceback__, 0
    while trace is not None:
        if _is_own(trace.tb_frame.f_code.co_filename):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{type(fault).__name__}: {fault}" + (f", line {line}" if line else "")


def _is_own(path: str) -> bool:
    """Whether the path is that of the user's file."""
    return os.path.abspath(path) == os.path.abspath(sys.argv[1])


def main() -> None:
    """Serves the function ``argv[2]`` of the file ``argv[1]``."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def write(answer: Told) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        served = Served(*sys.argv[1:3])
        write(served.described())
    except BaseException as fault:
        loaded = [one for one in sys.modules.values() if _is_own(getattr(one, "__file__", None) or "")]
        names = [name for module in loaded for name, one in vars(module).items() if callable(one)]
        write({"error": told(fault), "names": names, "missing": isinstance(fault, AttributeError)})
        return
    for line in sys.stdin:
        try:
            write(served.answer(json.loads(line)))
        except BaseException as fault:
            write({"error": told(fault)})


if __name__ == "__main__":
    main()
