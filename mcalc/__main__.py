"""``python -m mcalc``."""

from mcalc.cli import run

run()
