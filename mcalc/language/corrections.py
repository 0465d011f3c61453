"""Readings that no one means: an error that shows the whole corrected input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mcalc.language.evidence import Evidence

if TYPE_CHECKING:
    from mcalc.language.shapes import Reader


def reject_misreading(reader: Reader, ranks: Mapping[str, int], evidence: Evidence) -> None:
    """Raises Problem."""
