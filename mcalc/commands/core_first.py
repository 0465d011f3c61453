"""SymPy begun: the core at once, what stands on it when something asks for it.

mcalc's values are objects of SymPy's core, which is a fifth of what ``import sympy`` loads; most answers need no more.
``sympy/__init__`` imports the core first of all. A start of the command line stops there: the package has the core
alone, and the first name or part of it that is not the core's runs ``sympy/__init__`` to its end, in its own order.
The package of the printers is begun likewise, with the one that writes text.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # importlib.abc takes longer to load than the command line has for `--help`

_WITH = {"sympy": "sympy.core", "sympy.printing": "sympy.printing.str"}
"""What a package is begun with."""
_FREE = {
    "sympy": {"core", "external", "logic", "multipledispatch", "printing", "release", "utilities"},
    "sympy.printing": {"precedence", "printer", "str"},
}
"""The parts of a package that do not need the rest of it: the core is made of these, and so is the printer of text."""


class _Begun(ModuleType):
    """A package with that part of it alone."""

    def __getattr__(self, name: str) -> object:
        part = sys.modules.get(_WITH[self.__name__])
        if name in getattr(part, "__all__", ()):
            return getattr(part, name)
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        _finish(self)
        return getattr(self, name)

    def __dir__(self) -> list[str]:
        _finish(self)
        return list(vars(self))


def _finish(package: ModuleType) -> None:
    """Load all of it; the whole goes before a part of it."""
    for each in (sys.modules["sympy"], package):
        if isinstance(each, _Begun):
            _run(each)


def _run(package: ModuleType) -> None:
    """Run its ``__init__``; from then on it is a package like any other."""
    package.__class__ = ModuleType
    assert package.__spec__ is not None and package.__spec__.loader is not None
    package.__spec__.loader.exec_module(package)


class _Beginning(Loader):
    """Begins what `whole` would load to its end."""

    def __init__(self, whole: Loader) -> None:
        self.whole = whole

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The empty module, as the loader of the whole makes it."""
        return self.whole.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """The core of the package alone; the rest of it is run when something else is asked for."""
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self.whole
        module.__class__ = _Begun
        try:
            import_module(_WITH[module.__name__])
        except (ImportError, AttributeError):  # a SymPy whose parts hang together otherwise is loaded as it is
            for name in [name for name in sys.modules if name.startswith(f"{module.__name__}.")]:
                del sys.modules[name]
            _run(module)


class _Loaded(Loader):
    """A part that was loaded while it was looked for."""

    def __init__(self, module: ModuleType) -> None:
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module that is loaded already."""
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run again."""
        module.__spec__ = self.spec


class _CoreFirst:
    """Finds the packages that are begun, and sees what of them is asked for."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Of a package that is begun its beginning, of all else None: others find it."""
        if fullname != "sympy" and not fullname.startswith("sympy."):
            return None
        for name in _WITH:
            package = sys.modules.get(name)
            part = fullname.removeprefix(f"{name}.").partition(".")[0]
            if isinstance(package, _Begun) and fullname.startswith(f"{name}.") and part not in _FREE[name]:
                _finish(package)
        if fullname in sys.modules:
            return ModuleSpec(fullname, _Loaded(sys.modules[fullname]))
        return self._beginning(fullname, path) if fullname in _WITH else None

    def _beginning(self, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
        whole = sys.modules.get("sympy")
        if name != "sympy" and not isinstance(whole, _Begun):
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path)
            if spec is not None and spec.loader is not None:
                spec.loader = _Beginning(spec.loader)
                return spec
        return None


def core_first() -> None:
    """From now on ``import sympy`` loads its core, and the rest when it is asked for."""
    if "sympy" not in sys.modules:
        sys.meta_path.insert(0, _CoreFirst())
