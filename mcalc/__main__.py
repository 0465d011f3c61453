"""``python -m mcalc``."""

from mcalc.cli import main

main()
