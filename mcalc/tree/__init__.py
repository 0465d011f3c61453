"""The tree: values, how they are built, what is known of them, and how names and sizes are spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.tree.build import (
        apply,
        chain,
        identity,
        negated,
        number,
        ones,
        size,
        symmetry,
        transpose,
        variable,
        zeros,
    )
    from mcalc.tree.letters import free_letter, further_letters, index_letters
    from mcalc.tree.names import name_key, name_text, shape_words, sizes_shown
    from mcalc.tree.node import Node, dimension, loops_below, replace, topological, variables, with_loop
    from mcalc.tree.properties import PROPERTIES

__getattr__ = door(__name__)
