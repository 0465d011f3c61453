"""Parts of an answer that recur, named once: the answer as a program that reads back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, count

from mcalc.networks.index_form import Expression
from mcalc.notation.boxes import Box, Name
from mcalc.notation.of_networks import indexed
from mcalc.notation.of_values import Builder
from mcalc.notation.shared_products import with_shared_products
from mcalc.notation.tokens import own_tokens, saving, tokens
from mcalc.notation.writing import printer, write
from mcalc.problems import Problem
from mcalc.tree.letters import letters_in_use, names_given, names_in
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
_ROUNDS = 3
_IF_MORE, _IF_TWICE = 3, 4
LONG = 72


def _values(root: Expression) -> list[Node]:
    """The value, or those whose entries are multiplied in an index notation, each as often as it is a factor."""
    return [root] if isinstance(root, Node) else root.nodes()


def _recurring(root: Expression) -> list[Node]:
    """The parts that are used more than once and are not small; arguments before their uses."""
    values = _values(root)
    uses = {node: 0 if node is root else values.count(node) for node in values}
    order = topological(values)
    for node in order:
        for arg in node.args:
            uses[arg] = uses.get(arg, 0) + 1
    for node in reversed(order):
        if node.operator.name in _THIN:
            uses[node.args[0]] += uses.pop(node, 1) - 1
    return [node for node in order if uses.get(node, 0) > 1 and node.key[0] >= _SMALL and not node.loops and node.args]


def _paying(root: Expression, in_line: bool) -> list[Node]:
    """The parts that recur whose names spare more than the lines that say what they are: ``t₂ = t₁[3]`` does not.

    Of a text that is short enough for a line, `in_line`, they must spare several tokens each to be worth another line;
    those that the text itself names stand by their names where that is as short.
    """
    values, found = _values(root), _recurring(root)
    order = topological(values) if found else []
    kept, before, given = set(found), set(order), names_given()
    length: dict[Node, int] = {}
    for _ in range(_ROUNDS):
        if kept == before:
            break
        named = kept if length else ()
        for node in order:
            length[node] = own_tokens(node) + sum(1 if arg in named else length[arg] for arg in node.args)
        uses = dict.fromkeys(order, 0) | Counter(values)
        before, kept = kept, set()
        for node in reversed(order):
            least = (_IF_MORE if uses[node] > 2 else _IF_TWICE) if in_line and node not in given else 0
            if node in before and saving(uses[node], length[node]) >= least:
                kept.add(node)
            for arg in node.args:
                uses[arg] += 1 if node in kept else uses[node]
    return [node for node in found if node in kept]


def _with_deep(root: Expression, found: Sequence[Node]) -> list[Node]:
    """The parts, and those by whose names no text is too deep."""
    shown = Builder().parts_of
    deep = _deep_parts(root, frozenset(found), shown) if isinstance(root, Node) else []
    if not deep:
        return list(found)
    named = {*found, *deep}
    return [node for node in topological(_values(root), shown) if node in named]


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


def named_boxes(
    root: Expression, asked: bool | None = True, made: Iterable[str] = ()
) -> tuple[list[tuple[Name, Box]], Box]:
    """The parts that have names, each by its name with what it stands for, and the value in which they stand.

    Where names are `asked` for, all that recur have one. Where nothing is said, those have one that spare more to read
    than the lines that say what they are: of a value too long for a line if it gets shorter, of another if each spares
    three tokens, one that stands twice four, and all a tenth of what there is to read. What the text itself names
    stands by its name where that is as short.
    """
    shared, parts = _named(root, asked)
    return _boxes(shared, parts, Builder(made))


def _named(root: Expression, asked: bool | None) -> tuple[Expression, Sequence[tuple[str, Node]]]:
    """The value, its products shared, and the parts that have names."""
    if asked is False:
        return root, []
    root = root if isinstance(root, Node) else root.opened
    plain = write(root) if _size(root) <= _NO_LINE else ""
    in_line = 0 < len(plain) <= LONG
    apart: set[Node] = set()
    while True:
        shared, factors = _shared(root, apart)
        kept = _with_deep(shared, _recurring(shared) if asked else _paying(shared, in_line))
        dropped = {node for node, now in factors.items() if now not in kept}
        if dropped <= apart:
            break
        apart |= dropped
    parts = _lettered(shared, kept)
    if asked or not parts or not plain or (isinstance(root, Node) and is_unreadable(root)):
        return shared, parts
    named = "\n".join(_lines(shared, parts, "text"))
    most = 1.0 if all(node in names_given() for _, node in parts) else 0.9
    worth = tokens(named) <= most * tokens(plain) if in_line else len(named) < len(plain)
    return (shared, parts) if worth else (root, [])


def _shared(root: Expression, apart: Collection[Node] = ()) -> tuple[Expression, Mapping[Node, Node]]:
    return with_shared_products(root, apart) if isinstance(root, Node) else (root, {})


def _lettered(root: Expression, found: Sequence[Node]) -> list[tuple[str, Node]]:
    """The parts, each by the name that the text gave it, else by ``t_1`` with a letter that nothing else has."""
    taken = names_in(_values(root)) | letters_in_use()
    if not isinstance(root, Node):
        taken |= set(root.letters().values())
    stems = unused(chain(("t", "s", "r", "v", "part"), ("t" * length for length in count(2))), taken)
    letter = next(without_subscripts(stems, taken))
    given, numbers = names_given(), count(1)
    return [(given.get(node) or f"{letter}_{next(numbers)}", node) for node in found]


def _boxes(root: Expression, parts: Sequence[tuple[str, Node]], builder: Builder) -> tuple[list[tuple[Name, Box]], Box]:
    builder.prepare(_values(root))
    named: list[tuple[Name, Box]] = []
    for word, node in parts:
        name = Name(word, len(node.axes))
        named.append((name, builder.box(node)))
        builder.name_part(node, name)
    return named, builder.box(root) if isinstance(root, Node) else indexed(root, builder)


def _lines(shared: Expression, parts: Sequence[tuple[str, Node]], dialect: str) -> list[str]:
    """``t₁ = …`` for each of the parts, and the value."""
    named, last = _boxes(shared, parts, Builder())
    setter = printer(dialect)
    lines = [(setter.write(name), setter.write(box)) for name, box in named]
    if dialect == "latex":
        rows = [rf"&\phantom{{=}} {setter.write(last)}", r"\text{where } & \notag"]
        rows += [f"{name} &= {text}" for name, text in lines]
        return ["\\begin{aligned}", " \\\\\n".join(rows), "\\end{aligned}"]
    return [*(f"{name} = {text}" for name, text in lines), setter.write(last)]


def program(root: Expression, dialect: str, asked: bool | None = None) -> str | None:
    """``t₁ = …; answer``, a line each; None where nothing has a name: see `named_boxes`."""
    shared, parts = _named(root, asked)
    return "\n".join(_lines(shared, parts, dialect)) if parts else None


def is_unreadable(root: Node) -> bool:
    """Whether nobody could read it written out: it is too large, or too deep."""
    return root.key[0] > LEGIBLE or is_deep(root)


def written_out(root: Node, dialect: str) -> str:
    """The expression with nothing named; raises `Problem` where that is no text that anyone can read."""
    if root.key[0] > _LARGEST:
        raise Problem(
            "The answer, written out without names for the parts that recur, would fill more than a hundred pages.",
            hint="leave out --no-cse",
            status=3,
        )
    return write(root, dialect)


def _size(root: Expression) -> int:
    return root.key[0] if isinstance(root, Node) else root.weight()
