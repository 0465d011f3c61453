"""Derivatives by their names: ``∂y/∂x``, ``∂u[i]/∂W[k,l]``, ``∂²f/∂a[i]∂X[k,l]``."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.tree.names import SUPERSCRIPTS, name_latex, name_text

Place = tuple[str, int, Sequence[str]]
"""A name, its rank, and the letters of its indices, if it has any."""


def write_derivative(above: Place, below: Sequence[Place], dialect: str) -> str:
    """``∂y[i]/∂W[k,l]``, of two variables ``∂²f/∂a[i]∂X[k,l]``; without letters ``∂y/∂W``."""
    order = len(below)
    if dialect == "latex":
        power = f"^{{{order}}}" if order > 1 else ""
        lower = " ".join(rf"\partial {_with_indices(*place)}" for place in below)
        return rf"\frac{{\partial{power} {_with_indices(*above)}}}{{{lower}}}"
    sign = "∂" if dialect == "text" else "d"
    power = "" if order == 1 else str(order).translate(SUPERSCRIPTS) if dialect == "text" else f"^{order}"
    show = name_text if dialect == "text" else str

    def written(name: str, rank: int, letters: Sequence[str]) -> str:
        return show(name) + (f"[{','.join(letters)}]" if letters else "")

    return f"{sign}{power}{written(*above)}/{''.join(sign + written(*place) for place in below)}"


def _with_indices(name: str, rank: int, letters: Sequence[str]) -> str:
    if not letters:
        return name_latex(name, rank if rank < 2 else 0)
    shown = name_latex(name)
    return (rf"({shown})" if "_" in shown else shown) + f"_{{{''.join(letters)}}}"


def write_partial(
    above: str, below: str, value: Sequence[str], variable: Sequence[str], dialect: str, total: bool = False
) -> str:
    """``∂u[i]/∂W[k,l]``."""
    if dialect == "latex":
        upper = name_latex(above) + (f"_{{{''.join(value)}}}" if value else "")
        lower = name_latex(below) + (f"_{{{''.join(variable)}}}" if variable else "")
        if value and "_" in above:
            upper = rf"({name_latex(above)})_{{{''.join(value)}}}"
        if variable and "_" in below:
            lower = rf"({name_latex(below)})_{{{''.join(variable)}}}"
        sign = r"\mathrm{d}" if total else r"\partial"
        return rf"\frac{{{sign} {upper}}}{{{sign} {lower}}}"
    show = name_text if dialect == "text" else str
    d = "∂" if dialect == "text" and not total else "d"
    upper = show(above) + (f"[{','.join(value)}]" if value else "")
    lower = show(below) + (f"[{','.join(variable)}]" if variable else "")
    return f"{d}{upper}/{d}{lower}"
