"""What code is to compute besides a derivative."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """What code is to compute: a product, the value beside it, functions that apply the derivative, or wrappers."""

    product: str = ""
    with_value: bool = False
    structured: bool = False
    wrap: str = ""
    scipy: bool = False

    @property
    def named(self) -> dict[str, str | bool]:
        """What is wanted, by its names."""
        return {name: value for name, value in vars(self).items() if value}


NOTHING_ELSE = Wanted()
"""The derivative alone."""
