"""Parts of an answer that recur, named once: the answer as a program that reads back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, count

from mcalc.networks.index_form import Expression
from mcalc.notation.boxes import Box, Name
from mcalc.notation.of_networks import indexed
from mcalc.notation.of_values import Builder
from mcalc.notation.shared_products import with_shared_products
from mcalc.notation.writing import printer, write
from mcalc.problems import Problem
from mcalc.tree.letters import letters_in_use, names_in
from mcalc.tree.names import unused, without_subscripts
from mcalc.tree.node import Node, topological

LEGIBLE = 250
"""Where an expression has more parts, each counted as often as it is used, those that recur are written by name."""
DEEPEST = 60
"""Where a text has more brackets inside one another, inner parts are written by name: so deep nobody reads."""
_THIN = frozenset({"negative", "transpose"})
"""What is written by the name of its argument, ``−t₁`` and ``t₁ᵀ``, however often it is used."""
_LARGEST = 100_000
_NO_LINE = 1000
"""A value with more parts is no short line, however it is written."""
_SMALL = 4
LONG = 72


def _values(root: Expression) -> list[Node]:
    """The value, or those whose entries are multiplied in an index notation, each as often as it is a factor."""
    return [root] if isinstance(root, Node) else root.nodes()


def named_parts(root: Expression, shown: Callable[[Node], Sequence[Node]] | None = None) -> list[tuple[str, Node]]:
    """The parts that are used more than once and are not small, and those that lie deep; arguments before their uses.

    `shown` are the parts of a value as it is written.
    """
    values = _values(root)
    uses = {node: 0 if node is root else values.count(node) for node in values}
    order = topological(values)
    for node in order:
        for arg in node.args:
            uses[arg] = uses.get(arg, 0) + 1
    for node in reversed(order):
        if node.operator.name in _THIN:
            uses[node.args[0]] += uses.pop(node, 1) - 1
    taken = names_in(values) | letters_in_use()
    if not isinstance(root, Node):
        taken |= set(root.letters().values())
    stems = unused(chain(("t", "s", "r", "v", "part"), ("t" * length for length in count(2))), taken)
    letter = next(without_subscripts(stems, taken))
    found = [node for node in order if uses.get(node, 0) > 1 and node.key[0] >= _SMALL and not node.loops and node.args]
    deep = _deep_parts(root, frozenset(found), shown) if isinstance(root, Node) else []
    if deep:
        named = {*found, *deep}
        found = [node for node in topological(values, shown) if node in named]
    return [(f"{letter}_{number}", node) for number, node in enumerate(found, 1)]


def _deep_parts(
    root: Node, named: frozenset[Node], shown: Callable[[Node], Sequence[Node]] | None = None
) -> list[Node]:
    """Parts by whose names no text is more than `DEEPEST` deep."""
    if root.key[0] <= DEEPEST:
        return []
    depth: dict[Node, int] = {}
    deep: list[Node] = []
    for node in topological([root], shown):
        below = node.args if shown is None else shown(node)
        depth[node] = 1 + max((0 if part in named else depth[part] for part in below), default=-1)
        if depth[node] >= DEEPEST and not node.loops and node is not root:
            deep.append(node)
            depth[node] = 0
    return deep


def is_deep(root: Node) -> bool:
    """Whether the text has so many brackets inside one another that inner parts get names."""
    return bool(_deep_parts(root, frozenset()))


def named_boxes(root: Expression, made: Iterable[str] = ()) -> tuple[list[tuple[Name, Box]], Box]:
    """The parts that recur, each by its name with what it stands for, and the value in which they stand."""
    builder = Builder(made)
    root = with_shared_products(root) if isinstance(root, Node) else root
    return _boxes(root, named_parts(root, builder.parts_of), builder)


def _boxes(root: Expression, parts: Sequence[tuple[str, Node]], builder: Builder) -> tuple[list[tuple[Name, Box]], Box]:
    builder.prepare(_values(root))
    named: list[tuple[Name, Box]] = []
    for word, node in parts:
        name = Name(word, len(node.axes))
        named.append((name, builder.box(node)))
        builder.name_part(node, name)
    return named, builder.box(root) if isinstance(root, Node) else indexed(root, builder)


def program(root: Expression, dialect: str, always: bool = False) -> str | None:
    """``t₁ = …; answer``, a line each; None where nothing recurs, or, unless asked for, where the answer is short."""
    builder = Builder()
    shared = with_shared_products(root) if isinstance(root, Node) else root
    parts = named_parts(shared, builder.parts_of)
    if not parts:
        return None
    plain = None if always else _length(root, dialect)
    if plain is not None and plain <= LONG:
        return None
    named, last = _boxes(shared, parts, builder)
    setter = printer(dialect)
    lines = [(setter.write(name), setter.write(box)) for name, box in named]
    if dialect == "latex":
        rows = [rf"&\phantom{{=}} {setter.write(last)}", r"\text{where } & \notag"]
        rows += [f"{name} &= {text}" for name, text in lines]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"
    text = "\n".join([*(f"{name} = {text}" for name, text in lines), setter.write(last)])
    return None if plain is not None and len(text) >= plain and not _is_too_deep(root) else text


def is_unreadable(root: Node) -> bool:
    """Whether nobody could read it written out: it is too large, or too deep."""
    return root.key[0] > LEGIBLE or is_deep(root)


def _is_too_deep(root: Expression) -> bool:
    return isinstance(root, Node) and is_deep(root)


def is_long(root: Expression) -> bool:
    """Whether the text is so long that parts that recur have names."""
    return program(root, "text") is not None


def written_out(root: Node, dialect: str) -> str:
    """The expression with nothing named; raises `Problem` where that is no text that anyone can read."""
    if root.key[0] > _LARGEST:
        raise Problem(
            "The answer, written out without names for the parts that recur, would fill more than a hundred pages.",
            hint="leave out --no-cse",
            status=3,
        )
    return write(root, dialect)


def _length(root: Expression, dialect: str) -> int:
    """How long the answer is when it is written out: counted, not written, as it may be enormous."""
    size = root.key[0] if isinstance(root, Node) else root.weight()
    if size > 5000 or (size > _NO_LINE and _is_too_deep(root)):
        return 10**6
    return len(write(root, dialect))
