"""What a build adds to the files of mcalc: the tables of its grammar. setuptools runs it; mcalc itself never does."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from setuptools.command.build_py import build_py

_CHECKOUT = Path(__file__).parents[2]


class Build(build_py):
    """The modules, and beside the grammar its tables, which are else made at the first start."""

    def run(self) -> None:
        """Copies the modules, and makes the tables with those of the checkout; in place they are made at the start."""
        super().run()
        if not self.editable_mode:
            sys.path.insert(0, str(_CHECKOUT))  # a build knows no mcalc yet
            tables = import_module("mcalc.language.tables")
            tables.ship(Path(self.build_lib, "mcalc", "language"))
