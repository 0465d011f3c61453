"""The rewriting of one text: what was found in it, and the ranks of its names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from mcalc.language.pasted.pieces import Piece, Pieces
from mcalc.language.pasted.ranks import Ranks


class Slip(NamedTuple):
    """What is found in the text: a sentence, its place, and what to write where the whole cannot be told.

    `certain`: it is another notation also where mcalc can read the text; `together`: values stand side by side in it;
    `starred`: its `*` is the product of matrices.
    """

    sentence: str
    start: int
    end: int
    hint: str
    certain: bool = False
    together: bool = False
    starred: bool = False


@dataclass
class Rewriting:
    """The ranks of the names, what is known of the whole text, and the slips found so far.

    `knows_products`: it has an `@` of its own; `starred`: its `*` is the product of matrices; `foreign`: it is
    certainly another tool's; `glued`: what is asked for stands in it only within a name, the x in ``Ax``.
    """

    ranks: Ranks
    knows_products: bool = False
    starred: bool = False
    foreign: bool = False
    glued: bool = False
    slips: list[Slip] = field(default_factory=list)

    def found(
        self,
        sentence: str,
        first: Piece,
        last: Piece,
        hint: str,
        *,
        certain: bool = False,
        together: bool = False,
        starred: bool = False,
    ) -> None:
        """Notes a slip that reaches from the first piece to the last."""
        self.slips.append(Slip(sentence, first.start, last.end, hint, certain, together, starred))


Row = Callable[[Pieces, Rewriting], Pieces]
