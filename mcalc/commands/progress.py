"""A progress bar on standard error, where that is a terminal and the work takes long."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE = 1.0


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[int], None] | None]:
    """Gives what is to be called with the number of steps done; None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    )
    task = bar.add_task("", total=total)
    began = time.monotonic()

    def show(done: int) -> None:
        if not bar.live.is_started:
            if time.monotonic() - began < _PATIENCE:
                return
            bar.start()
        bar.update(task, completed=done)

    try:
        yield show
    finally:
        bar.stop()
