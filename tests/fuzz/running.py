"""Programs made and judged, one after the other or in several processes."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count as counted
from random import Random

from fuzz.asking import MOST_ENTRIES, entries, questions
from fuzz.judging import judge
from fuzz.making import Maker
from fuzz.report import Tally

CHUNK = 10


def judged(seed: int, number: int, tally: Tally) -> None:
    """The program of that number, all its derivatives."""
    name = f"{seed}:{number}"
    program = Maker(name).program()
    asked = [one for one in questions(program, Random(name)) if entries(program, one) <= MOST_ENTRIES]
    tally.add(program, [judge(program, one, name) for one in asked], name)


def chunk(task: tuple[int, int]) -> Tally:
    seed, start = task
    tally = Tally()
    for number in range(start, start + CHUNK):
        judged(seed, number, tally)
    return tally


def run(
    seed: int,
    derivatives: int | None = None,
    seconds: float | None = None,
    jobs: int = 1,
    only: int | None = None,
    told: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Until there are that many derivatives, or the time is over; interrupted, what was found until then."""
    tally = Tally()
    if only is not None:
        judged(seed, only, tally)
        return tally
    tasks = ((seed, start) for start in counted(0, CHUNK))
    end = time.monotonic() + seconds if seconds else None

    def over() -> bool:
        enough = derivatives is not None and tally.derivatives >= derivatives
        return enough or (end is not None and time.monotonic() >= end)

    with suppress(KeyboardInterrupt):
        for found in _one_by_one(tasks) if jobs == 1 else _in_processes(tasks, jobs):
            tally.merge(found)
            told(tally)
            if over():
                break
    return tally


def _one_by_one(tasks: Iterator[tuple[int, int]]) -> Iterator[Tally]:
    return map(chunk, tasks)


def _in_processes(tasks: Iterator[tuple[int, int]], jobs: int) -> Iterator[Tally]:
    with multiprocessing.Pool(jobs, maxtasksperchild=40) as pool:
        waiting = [pool.apply_async(chunk, (next(tasks),)) for _ in range(jobs + 1)]
        while True:
            yield waiting.pop(0).get()
            waiting.append(pool.apply_async(chunk, (next(tasks),)))
