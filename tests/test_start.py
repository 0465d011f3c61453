"""A start loads what it needs: of SymPy the core, of the commands the one that is run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def told(program: str) -> dict[str, object]:
    """What a program of its own prints last, as JSON."""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def started(*words: str) -> dict[str, object]:
    return told(
        "import json, sys\nfrom mcalc.cli import main\n"
        f"sys.argv = ['mcalc', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print()\nprint(json.dumps({name: True for name in sys.modules}))"
    )


@pytest.mark.parametrize("command", ["jacobian", "hessian", "explain"])
def test_an_answer_needs_the_core_of_sympy_alone(command: str) -> None:
    loaded = started(command, "sum(softmax(w*x))^2/3 + b.x", "--wrt", "w")
    assert "sympy.core.symbol" in loaded and "numpy" in loaded
    assert not {"sympy.polys", "sympy.functions", "sympy.matrices", "sympy.solvers"} & set(loaded)


def test_help_loads_no_command() -> None:
    loaded = started("--help")
    assert "mcalc.commands.group" in loaded
    assert not {"mcalc.commands.options", "mcalc.formats", "mcalc.table", "sympy", "numpy", "lark", "rich"} & set(
        loaded
    )


BEGUN = "import json, sys\nfrom mcalc.commands.core_first import core_first\ncore_first()\n"
PARTS = (
    "import sympy\nfound = sympy.integrate(sympy.sin(sympy.Symbol('x')))",
    "from sympy import integrate, sin, Symbol\nfound = integrate(sin(Symbol('x')))",
    "from sympy import *\nfound = integrate(sin(Symbol('x')))",
    "import sympy.integrals\nfound = sympy.integrals.integrate(sympy.sin(sympy.Symbol('x')))",
    "from sympy.integrals.integrals import integrate\nfrom sympy import sin, Symbol\n"
    "found = integrate(sin(Symbol('x')))",
    "from sympy.core.symbol import Symbol\nx = Symbol('x')\nfrom sympy import sin\nfound = (-sin(x)).diff(x)",
    "from sympy.printing import latex\nimport sympy\nlatex(sympy.pi)\n"
    "found = sympy.integrate(sympy.sin(sympy.Symbol('x')))",
    "from sympy.printing.str import sstr\nimport sympy\n"
    "assert sstr(sympy.Rational(1, 2) + sympy.Symbol('n')) == 'n + 1/2'\n"
    "found = -sympy.cos(sympy.Symbol('x'))",
)


@pytest.mark.parametrize("text", PARTS)
def test_whatever_is_asked_of_sympy_is_there(text: str) -> None:
    found = told(
        f"{BEGUN}{text}\nimport sympy, sympy.core.function, sympy.functions.elementary.trigonometric as t\n"
        "whole = all(hasattr(sympy, name) for name in sympy.__all__)\n"
        "same = sympy.cos is t.cos and sympy.Function is sympy.core.function.Function\n"
        "twice = [n for n, m in sys.modules.items() if n.startswith('sympy.') and m.__name__ != n]\n"
        "print(json.dumps({'found': str(found), 'whole': whole, 'same': same, 'kind': type(sympy).__name__,"
        " 'spec': sympy.__spec__.name, 'twice': twice}))"
    )
    assert found["found"] == "-cos(x)"
    assert found["whole"] and found["same"] and found["kind"] == "module" and found["spec"] == "sympy"
    assert found["twice"] == []


def test_of_sympy_that_is_there_nothing_is_begun() -> None:
    found = told(
        "import json, sys\nimport sympy\nfrom mcalc.commands.core_first import core_first\n"
        "before = list(sys.meta_path)\ncore_first()\n"
        "print(json.dumps({'same': before == sys.meta_path, 'kind': type(sympy).__name__}))"
    )
    assert found == {"same": True, "kind": "module"}


def test_a_sympy_whose_core_asks_for_more_is_loaded_whole() -> None:
    found = told(
        f"{BEGUN}from mcalc.commands import core_first as file\nfile._WITH['sympy'] = 'sympy.core.nowhere'\n"
        "import sympy\n"
        "print(json.dumps({'kind': type(sympy).__name__, 'found': str(sympy.diff(sympy.sin(sympy.Symbol('x'))))}))"
    )
    assert found == {"kind": "module", "found": "cos(x)"}
