"""What needs no intermediate variable: constants that multiply, and scalars that one differentiates term by term.

``3x²*y`` by x has one power of x: y is held constant. ``u₇ = sum(u₆ for i in 1..N)/N`` is one step, not two.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mcalc.derivation.reasons import is_square_of_norm
from mcalc.tree import build
from mcalc.tree.node import Node, depends, topological

_SIGN = "negative"


def swallowed(root: Node, by: Sequence[Node], named: Collection[Node], squares_alone: bool = False) -> set[Node]:
    """The values below `root` that are differentiated with what uses them, and get no name of their own.

    With `squares_alone` these are the norms in ``‖a‖²``.
    """
    found = _AtOnce(root, by, frozenset(named))
    inside: set[Node] = set()
    for node in reversed(found.order):
        if is_square_of_norm(node) and node.args[0] not in named and len(found.users[node.args[0]]) == 1:
            inside.add(node.args[0])
            continue
        if node in inside or squares_alone:
            continue
        if found.by_terms(node) or found.stacked(node):
            inside |= found.region(node)
            continue
        if found.of_entries(node):
            inside |= set(found.moving(node))
            continue
        part = found.multiple(node) if node.operator.name != _SIGN or node is root else None
        while part is not None:
            inside.add(part)
            part = found.multiple(part)
    return inside


def is_at_once(root: Node, by: Node, named: Collection[Node]) -> bool:
    """Whether the whole value is differentiated term by term: by a scalar alone."""
    if by.axes:
        return False
    found = _AtOnce(root, [by], frozenset(named))
    return found.by_terms(root) or found.stacked(root) or found.alone(root)


class _AtOnce:
    """The values of an expression that move with variables, and those that are sums of powers of the only one."""

    def __init__(self, root: Node, by: Sequence[Node], named: frozenset[Node]) -> None:
        self.root, self.by, self.named = root, by[0], named
        self.touched = depends(root, *by)
        self.order = [node for node in topological([root]) if node in self.touched and node.args]
        self.users: dict[Node, list[Node]] = {}
        self.sums: set[Node] = set()
        self.held: set[Node] = set()
        for node in self.order:
            for arg in self.moving(node):
                self.users.setdefault(arg, []).append(node)
            if len(by) == 1 and not by[0].axes and self._is_sum(node):
                self.sums.add(node)
                beside = node.operator.name != "power" and len(self.moving(node)) < len(node.args)
                if beside or any(arg in self.held for arg in node.args):
                    self.held.add(node)

    def moving(self, node: Node) -> list[Node]:
        """The arguments that move with the variable."""
        return [arg for arg in node.args if arg in self.touched]

    def _is_sum(self, node: Node) -> bool:
        """Whether it is built of powers of the variable by constants, signs and sums alone."""
        if node.axes or node.loops:
            return False
        name, moving = node.operator.name, self.moving(node)
        if name == "power":
            return node.args[0] is self.by and build.is_number(node.args[1])
        if not all(arg is self.by or (arg in self.sums and arg not in self.named) for arg in moving):
            return False
        if name in ("multiply", "divide"):
            return len(moving) == 1 and (name == "multiply" or moving[0] is node.args[0])
        return name in ("add", _SIGN)

    def by_terms(self, node: Node) -> bool:
        """A sum of powers of a scalar with a constant in it: ``3x²*y``, ``9(x + x²)``, ``2x + y⁸``; not ``x + x²``."""
        compound = any(arg is not self.by for arg in self.moving(node))
        return node in self.held and compound and self.region(node) != set()

    def alone(self, node: Node) -> bool:
        """One operator of scalars: ``x³``, ``2x``."""
        return node in self.sums and all(arg is self.by for arg in self.moving(node)) and len(self.moving(node)) == 1

    def stacked(self, node: Node) -> bool:
        """``[3x²*y; 2x + y⁸]``: several scalars, each by its terms."""
        if node.operator.name not in ("stack", "grid") or any(arg.axes for arg in node.args):
            return False
        own = self.moving(node)
        return all(arg is self.by or (arg in self.sums and arg not in self.named) for arg in own) and bool(own)

    def of_entries(self, node: Node) -> bool:
        """``[ln(g[1]); sin(g[2])]``: scalars, each made of an entry of a vector that has a name."""
        if node.operator.name != "stack" or any(arg.axes for arg in node.args):
            return False
        return all(self._of_an_entry(arg) for arg in self.moving(node))

    def _of_an_entry(self, part: Node) -> bool:
        inner = self.moving(part)
        if part in self.named or len(inner) != 1 or not part.operator.elementwise or len(self.users[part]) > 1:
            return False
        return inner[0].operator.name == "element" and inner[0].args[0] in self.named

    def region(self, node: Node) -> set[Node]:
        """What moves below a value; nothing where some of it is used elsewhere as well."""
        found = {part for part in topological([node]) if part in self.touched and part.args and part is not node}
        apart = any(user is not node and user not in found for part in found for user in self.users[part])
        return set() if apart else found

    def multiple(self, node: Node) -> Node | None:
        """What constants multiply, ``v`` of ``c*v``, ``v/c`` and ``−v``; the squares under a Σ; used nowhere else."""
        name, moving = node.operator.name, self.moving(node)
        if name not in (_SIGN, "multiply", "divide", "loop_sum") or len(moving) != 1:
            return None
        (part,) = moving
        if name == "loop_sum" and not (part.operator.name == "power" and build.is_number(part.args[1])):
            return None
        if not part.args or part in self.named or part.operator.name == "add" or len(self.users[part]) > 1:
            return None
        if name == "divide" and part is not node.args[0]:
            return None
        return None if any(arg.axes for arg in node.args if arg is not part) else part
