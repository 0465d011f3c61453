"""Values from files: ``data.npy``, ``data.npz:name``, ``data.csv:column``, ``data.json:name``."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import TextIO
from zipfile import BadZipFile

from mcalc.language.parser import canonical_name
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.value import Value, of_numbers
from mcalc.problems import Problem

KINDS = (".npy", ".npz", ".csv", ".tsv", ".txt", ".json")


def read_all(given: str) -> list[Value]:
    """Every named entry of a file; raises Problem."""
    path, entry = _split(given)
    entries = _entries(path)
    if entry or not isinstance(entries, Mapping):
        what = f"`{path}` holds one array without a name" if not entry else "an entry is the value of a name"
        raise Problem(f"A name is missing: {what}.", hint=f"write --at NAME=@{given}")
    return [_value(name, found, path, loose=True) for name, found in entries.items()]


def read_entry(name: str, given: str) -> Value:
    """The array of a file, or its entry that is named after the colon, or like the value; raises Problem."""
    path, entry = _split(given)
    entries = _entries(path)
    if not isinstance(entries, Mapping):
        if entry:
            raise Problem(f"The file `{path}` has no entries to choose from, and `{entry}` is asked for.")
        return _value(name, entries, path)
    if not entry and name not in entries and _is_table(path):
        columns = [np.asarray(column) for column in entries.values()]
        return _value(name, columns[0] if len(columns) == 1 else np.stack(columns, axis=1), path)
    wanted = [canonical_name(part.strip()) for part in entry.split(",")] if entry else [name]
    for one in wanted:
        if one not in entries:
            raise Problem(
                f"The file `{path}` has no entry `{one}`.",
                hint=f"it has {', '.join(entries)}; one is chosen by --at {name}=@{path}:{next(iter(entries), 'NAME')}",
            )
    if len(wanted) == 1:
        return _value(name, entries[wanted[0]], path)
    return _value(name, np.stack([entries[one] for one in wanted], axis=1), path)


def _split(given: str) -> tuple[Path, str]:
    """The path, and what is behind its colon."""
    path, colon, entry = given.rpartition(":")
    if not colon or Path(given).exists() or Path(path).suffix.lower() not in KINDS:
        return Path(given.strip()), ""
    return Path(path.strip()), entry.strip()


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in (".csv", ".tsv", ".txt")


def _value(name: str, found: object, path: Path, loose: bool = False) -> Value:
    try:
        array = np.asarray(found)
    except ValueError:
        raise Problem(
            f"The rows of `{name}` in `{path}` have different lengths.", hint="a matrix has rows of one length"
        ) from None
    if array.dtype.kind in "USO":
        raise Problem(f"The file `{path}` has text in place of a number for `{name}`: `{_first_text(found)}`.")
    try:
        return of_numbers(name, array, loose=loose)
    except Problem as problem:
        raise Problem(f"{problem.message[:-1]}, in the file `{path}`.", hint=problem.hint) from None


def _first_text(found: object) -> object:
    """What is no number in a list of lists."""
    waiting = [found.tolist() if hasattr(found, "tolist") else found]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, (list, tuple)):
            waiting.extend(reversed(entry))
        elif not isinstance(entry, (int, float)):
            return "null" if entry is None else entry
    return found


def _entries(path: Path) -> object:
    """An array, or arrays by name."""
    kind = path.suffix.lower()
    if not path.name:
        raise Problem("The name of a file is missing behind `@`.", hint="for example --at X=@data.npy")
    if kind not in KINDS:
        raise Problem(
            f"The file `{path}` is of no kind that mcalc reads.", hint="values are read from .npy, .npz, .csv and .json"
        )
    try:
        if kind == ".json":
            return _json(path)
        if _is_table(path):
            return _table(path)
        with np.load(path, allow_pickle=False) as entries:
            return {canonical_name(name): entries[name] for name in entries.files}
    except TypeError:
        return np.load(path, allow_pickle=False)
    except Problem:
        raise
    except (OSError, ValueError, EOFError, KeyError, BadZipFile, UnpicklingError) as fault:
        reason = getattr(fault, "strerror", None) or f"it is not a {kind} file of numbers"
        raise Problem(f"The file `{path}` cannot be read: {reason}.", hint="check its name and its kind") from None


def _json(path: Path) -> object:
    text = path.read_text(encoding="utf-8")
    try:
        found = json.loads(text)
    except ValueError as fault:
        line = getattr(fault, "lineno", None)
        raise Problem(
            f"The file `{path}` is not JSON{f': line {line} cannot be read' if line else ''}.",
            hint='for example {"x": [1, 2, 3]}',
        ) from None
    return {canonical_name(name): entry for name, entry in found.items()} if isinstance(found, dict) else found


def _table(path: Path) -> object:
    """Columns by name where the first line names them, else an array."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = next((line for line in file if line.strip() and not line.startswith("#")), "")
    if not first:
        raise Problem(f"The file `{path}` is empty.", hint="give at least one number")
    delimiter = next((mark for mark in (",", ";", "\t") if mark in first), None)
    cells = [cell.strip().strip('"') for cell in (first.split(delimiter) if delimiter else first.split())]
    named = not any(_is_number(cell) for cell in cells)
    try:
        with path.open(encoding="utf-8-sig") as file:
            rows = np.loadtxt(_after_header(file, named), delimiter=delimiter, ndmin=2, comments="#", quotechar='"')
    except ValueError:
        raise _fault(path, delimiter, named, len(cells)) from None
    if rows.size == 0:
        raise Problem(f"The file `{path}` has no numbers under its header.", hint="give at least one line of numbers")
    if rows.shape[1] != len(cells):
        raise _fault(path, delimiter, named, len(cells))
    if (rows == np.floor(rows)).all() and (abs(rows) < 2**53).all():
        rows = rows.astype(int)
    if named:
        return {canonical_name(cell): rows[:, at] for at, cell in enumerate(cells)}
    return rows[:, 0] if rows.shape[1] == 1 else rows


def _after_header(file: TextIO, named: bool) -> Iterator[str]:
    for line in file:
        if named and line.strip() and not line.startswith("#"):
            named = False
            continue
        yield line


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _fault(path: Path, delimiter: str | None, named: bool, count: int) -> Problem:
    """Where the table is not one of numbers."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, delimiter=delimiter) if delimiter else (line.split() for line in file)
        for number, cells in enumerate(lines, 1):
            if not cells or cells[0].startswith("#"):
                continue
            if named:
                named = False
                continue
            if len(cells) != count:
                noun = "entry" if len(cells) == 1 else "entries"
                return Problem(
                    f"Line {number} of the file `{path}` has {len(cells)} {noun}, where the first has {count}.",
                    hint="a table has lines of one length",
                )
            for column, cell in enumerate(cells, 1):
                if not _is_number(cell):
                    what = f"text in place of a number: `{cell.strip()}`" if cell.strip() else "nothing"
                    return Problem(f"The file `{path}` has {what} in line {number}, column {column}.")
    return Problem(f"The file `{path}` is not a table of numbers.")
