"""What programs read of a result: an object for JSON, columns for CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Data:
    """The `record` is what JSON prints, made when asked for; `columns` are those of CSV, each a name and its cells.

    So many numbers are `lost`: they are too large for a double.
    """

    record: Callable[[], Mapping[str, object]]
    columns: tuple[tuple[str, Sequence[str]], ...] = ()
    lost: int = 0


def beyond_doubles(lost: int, instead: str) -> list[str]:
    """That doubles do not reach to some values, and what stands in their place."""
    return [f"{lost} value{'s are' if lost > 1 else ' is'} too large for a double, and {instead} here"] * bool(lost)
