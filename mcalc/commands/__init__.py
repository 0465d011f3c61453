"""The commands, one file for those that belong together; each imports what is heavy when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcalc.door import door

if TYPE_CHECKING:
    from mcalc.commands.batch import reply
    from mcalc.commands.build import macro
    from mcalc.commands.shell import arguments
    from mcalc.commands.weave import KINDS as WEAVE_KINDS
    from mcalc.commands.weave import blocks

__getattr__ = door(__name__)
