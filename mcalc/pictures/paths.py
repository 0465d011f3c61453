"""The steps of a descent, read from what `mcalc descend -o` wrote."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mcalc.pictures.places import Range, read_place
from mcalc.problems import Problem
from mcalc.table.records import Array


def read_path(name: str, varied: Sequence[Range]) -> Array:
    """The places on the axes, a step a row; raises Problem where the file lacks one of the names."""
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Problem(f"The file `{name}` cannot be read: {reason}.") from None
    try:
        steps = (
            _records(json.loads(text)) if name.lower().endswith(".json") else list(csv.DictReader(text.splitlines()))
        )
    except ValueError:
        raise Problem(
            f"The file `{name}` is not JSON.", hint="`mcalc descend … -o steps.csv` writes what is read here"
        ) from None
    columns = []
    for one in varied:
        column = [_entry(step, str(one.place)) for step in steps]
        if not steps or any(entry is None for entry in column):
            known = ", ".join(steps[0]) if steps else "nothing"
            raise Problem(
                f"The file `{name}` has no `{one.place}` in every step.",
                hint=f"it has {known}; `mcalc descend … -o steps.csv` writes what is read here",
            )
        columns.append(column)
    try:
        places = np.array(columns, dtype=float).T
    except ValueError:
        raise Problem(f"The file `{name}` has text in place of numbers.") from None
    return places[np.isfinite(places).all(axis=1)]


def _records(found: object) -> list[dict[str, object]]:
    """The list of steps, by itself or inside an object."""
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        found = lists[0] if lists else []
    if not isinstance(found, list) or not all(isinstance(step, dict) for step in found):
        raise ValueError("no list of steps")
    return [
        {**step, **parameters} if isinstance(parameters := step.get("parameters"), dict) else step for step in found
    ]


def _entry(step: dict[str, object], wanted: str) -> object:
    """``w[2]``: a column of that name, or an element of a list ``w``."""
    for name, value in step.items():
        if str(name).replace(" ", "") == wanted:
            return value
    place = read_place(wanted)
    value = step.get(place.name)
    for at in place.index:
        if not isinstance(value, list) or not 1 <= at <= len(value):
            return None
        value = value[at - 1]
    return value
