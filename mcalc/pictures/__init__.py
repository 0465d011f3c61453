"""Pictures: plots (`sampling`, drawn by `picture` or `terminal`), and graphs of the data flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.pictures.graph_dot import write as graph_as_dot
    from mcalc.pictures.graph_svg import write as graph_as_svg
    from mcalc.pictures.graph_text import picture as graph_picture
    from mcalc.pictures.graph_text import write as graph_as_text
    from mcalc.pictures.limits import heights
    from mcalc.pictures.mathtext import math_or_text
    from mcalc.pictures.places import read_point, read_range
    from mcalc.pictures.sampling import Request, sampled
    from mcalc.pictures.terminal import rows as picture_rows
    from mcalc.pictures.ticks import level_values
    from mcalc.pictures.ticks import ticks as tick_values

__getattr__ = door(__name__)
