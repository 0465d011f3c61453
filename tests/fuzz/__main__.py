"""``PYTHONPATH=tests python -m fuzz --seed 1 --count 1000 | --seconds 120 [--jobs 2]``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from fuzz.report import Tally, command_of
from fuzz.running import run


def progress(every: float = 60.0) -> Callable[[Tally], None]:
    """Says on standard error, now and then, how far it is, and each new kind of failure with the first command."""
    last = time.monotonic()
    seen: set[tuple[str, str, str]] = set()

    def told(tally: Tally) -> None:
        nonlocal last
        for key in tally.examples.keys() - seen:
            seen.add(key)
            judged, verdict, seed = tally.examples[key][0]
            command = command_of(judged.program, judged.question, verdict.place)
            print(f"{' '.join(filter(None, key))}: {command}  (program {seed})", file=sys.stderr, flush=True)
        if time.monotonic() - last >= every:
            last = time.monotonic()
            words = ", ".join(f"{word} {count}" for word, count in tally.words.items())
            print(f"{tally.programs} programs, {tally.derivatives} derivatives: {words}", file=sys.stderr, flush=True)

    return told


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, help="how many derivatives, about")
    parser.add_argument("--seconds", type=float, help="for how long")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--each", type=int, default=3, help="how many commands to show of each kind of failure")
    parser.add_argument("--shrinking", type=float, default=60.0, help="for how many seconds failures are made smaller")
    parser.add_argument("--only", type=int, help="the one program of this number")
    options = parser.parse_args()
    count = options.count if options.count or options.seconds else 1000
    print(f"seed {options.seed}")
    started, used = time.perf_counter(), time.process_time()
    tally = run(options.seed, count, options.seconds, options.jobs, options.only, progress())
    elapsed = time.perf_counter() - started
    print(tally.table())
    if options.jobs == 1:
        used = time.process_time() - used
        print(f"{tally.derivatives / used:.0f} derivatives a second of processor time, {elapsed:.0f} s in all")
    else:
        print(f"{tally.derivatives / elapsed:.0f} derivatives a second, {elapsed:.0f} s in all")
    print(tally.shares())
    for line in tally.failures(options.each, options.shrinking):
        print(line, flush=True)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
