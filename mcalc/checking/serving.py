"""A function of the user's own file, asked for its values: it runs in a child process, which does nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Timer

from mcalc.checking import served
from mcalc.numbers.arrays import array_module as np
from mcalc.problems import Problem, nearest
from mcalc.table.records import Array

_LONGEST = 60.0
"""How many seconds one answer may take."""
_WRITTEN = "write FILE.py:function, as in grad.py:backward"


class Failed(Exception):
    """The function raised something at a point."""


class Program:
    """The function of ``FILE.py:function``, in its child process; use it with ``with``."""

    def __init__(self, place: str) -> None:
        path, _, name = place.rpartition(":")
        if not path or not name.replace(".", "").isidentifier():
            raise Problem(f"`{place}` names no function of a file.", hint=_WRITTEN)
        if not Path(path).is_file():
            raise Problem(f"There is no file `{path}`.", hint=_WRITTEN)
        self.place, self.name, self.digits = place, name, 16
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process runs
        self._process = subprocess.Popen(
            # -P: the folder of the script would hide modules of the standard library from the user's file
            [sys.executable, "-P", served.__file__, path, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            encoding="utf-8",
            env={**os.environ, "JAX_ENABLE_X64": "1"},
        )
        described = self._read()
        if "error" in described:
            self.__exit__()
            raise self._unusable(described)
        self.parameters: list[str] = described["parameters"]
        self.optional = frozenset(described["optional"])
        self.library: str = described["library"]
        self.kind: str = described["kind"]

    def _unusable(self, described: served.Told) -> Problem:
        """The file cannot be loaded, or has no such function."""
        if described.get("missing") and f"attribute '{self.name}'" in described["error"]:
            near = nearest(self.name, described["names"])
            hint = f"did you mean `{near[0]}`?" if near else "a function is named as the file defines it"
            return Problem(f"The file `{self.place.rpartition(':')[0]}` has no `{self.name}`.", hint=hint)
        return Problem(f"`{self.place}` cannot be used: {described['error']}.")

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._said.close()

    def at(
        self, arguments: Mapping[str, Array | int], by: Sequence[str], upstream: Array | None = None
    ) -> tuple[list[Array], Array | None]:
        """The derivatives, and the value of a function that has a backward of its own; raises `Failed`, Problem."""
        request = {
            "arguments": {name: _listed(value) for name, value in arguments.items()},
            "by": list(by),
            "upstream": None if upstream is None else _listed(upstream),
        }
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise self._ended() from None
        answer = self._read()
        if "error" in answer:
            raise Failed(answer["error"])
        self.digits = min([self.digits, *(one["digits"] for one in answer["results"])])
        value = answer.get("value")
        return [_array(one) for one in answer["results"]], None if value is None else _array(value)

    def _read(self) -> served.Told:
        assert self._process.stdout is not None
        timer = Timer(_LONGEST, self._process.kill)
        timer.start()
        line = self._process.stdout.readline()
        timed_out = not timer.is_alive()
        timer.cancel()
        if timed_out:
            raise Problem(f"`{self.place}` took longer than {round(_LONGEST)} seconds.", status=4)
        if not line:
            raise self._ended()
        found: served.Told = json.loads(line)
        return found

    def _ended(self) -> Problem:
        self._said.seek(0)
        told = self._said.read().decode(errors="replace").strip().splitlines()
        return Problem(f"The process of `{self.place}` ended" + (f": {told[-1].rstrip('.')}." if told else "."))


def _listed(value: Array | int) -> int | served.Told:
    if isinstance(value, int):
        return value
    numbers = np.asarray(value, dtype=float)
    return {"shape": list(numbers.shape), "entries": numbers.ravel().tolist()}


def _array(found: served.Told) -> Array:
    return np.reshape(np.array(found["entries"], dtype=float), found["shape"])
