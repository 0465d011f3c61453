"""What a build adds to the files of mcalc: the tables of its grammar."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class Build(build_py):
    """The modules, and beside the grammar its tables, which are else made at the first start."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            sys.path.insert(0, str(Path(__file__).parent))
            from mcalc.language.tables import ship

            ship(Path(self.build_lib, "mcalc", "language"))


setup(cmdclass={"build_py": Build})
