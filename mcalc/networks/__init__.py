"""Values as sums of products with named indices, and the way back to matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.networks.index_form import Expression, IndexForm
    from mcalc.networks.networks import Factor, Index, Tensor, Term

__getattr__ = door(__name__)
