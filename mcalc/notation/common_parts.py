"""Parts of an answer that recur, named once: the answer as a program that reads back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, count
from operator import is_

from mcalc.networks.index_form import Expression
from mcalc.notation.boxes import Box, Name
from mcalc.notation.in_names import InNames, Lines, Part
from mcalc.notation.of_networks import indexed
from mcalc.notation.of_values import Builder
from mcalc.notation.shared_products import with_shared_products
from mcalc.notation.tokens import own_tokens, saving, tokens
from mcalc.notation.writing import keep, printer, text_box, write
from mcalc.problems import Problem
from mcalc.tree.letters import InUse, letters_in_use, names_given, names_in, text_in_use
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
"""How often a part may get a name, or lose it, as others around it have none, or one; then it may lose it only."""
_IF_MORE, _IF_TWICE = 3, 4
LONG, _ONE_LINE = 72, 30
"""How many letters a line has, and about how many names, numbers and signs."""


def _values(roots: Sequence[Expression]) -> list[Node]:
    """The values, or those whose entries are multiplied in an index notation, each as often as it is a factor."""
    return [node for root in roots for node in ([root] if isinstance(root, Node) else root.nodes())]


def _recurring(roots: Sequence[Expression]) -> list[Node]:
    """The parts that are used more than once and are not small; arguments before their uses."""
    uses = Counter(_values(roots))
    order = topological(list(uses))
    for node in order:
        for arg in node.args:
            uses[arg] += 1
    for node in reversed(order):
        if node.operator.name in _THIN:
            uses[node.args[0]] += uses.pop(node) - 1
    return [node for node in order if uses[node] > 1 and node.key[0] >= _SMALL and not node.loops and node.args]


def _whole(root: Node) -> Node:
    """The answer, or what is the whole of it but for a sign and a transpose."""
    while root.operator.name in _THIN:
        root = root.args[0]
    return root


def _paying(roots: Sequence[Expression], in_line: bool) -> list[Node]:
    """The parts that recur whose names spare more than the lines that say what they are: ``t₂ = t₁[3]`` does not.

    Of texts that are short enough for a line, `in_line`, they must spare several tokens each to be worth another line;
    those that the text itself names stand by their names where that is as short. A short answer that would be nothing
    but a name is not counted.
    """
    values, found = _values(roots), _recurring(roots)
    order = topological(values) if found else []
    alone = Counter(_whole(root) for root in roots if isinstance(root, Node))
    given, rounds = names_given(), count()
    every = kept = set(found)
    before = set[Node]()
    while kept != before:
        uses = dict.fromkeys(order, 0) | Counter(values)
        for node in reversed(order):
            for arg in node.args:
                uses[arg] += 1 if node in kept else uses[node]
        length: dict[Node, int] = {}
        before, kept = kept, set()
        chosen = every if next(rounds) < _ROUNDS else before
        for node in order:
            length[node] = own_tokens(node) + sum([1 if arg in kept else length[arg] for arg in node.args])
            if node in chosen:
                times = uses[node] - (alone[node] if length[node] <= _ONE_LINE else 0)
                least = (_IF_MORE if times > 2 else _IF_TWICE) if in_line and node not in given else 0
                if saving(times, length[node]) >= least:
                    kept.add(node)
    return [node for node in found if node in kept]


def _with_deep(roots: Sequence[Expression], found: Sequence[Node]) -> list[Node]:
    """The parts, and those by whose names no text is too deep."""
    shown = Builder().parts_of
    deep = _deep_parts([root for root in roots if isinstance(root, Node)], frozenset(found), shown)
    if not deep:
        return list(found)
    named = {*found, *deep}
    return [node for node in topological(_values(roots), shown) if node in named]


def _deep_parts(
    roots: Sequence[Node], named: frozenset[Node], shown: Callable[[Node], Sequence[Node]] | None = None
) -> list[Node]:
    """Parts by whose names no text is more than `DEEPEST` deep."""
    if all(root.key[0] <= DEEPEST for root in roots):
        return []
    depth: dict[Node, int] = {}
    deep: list[Node] = []
    for node in topological(roots, shown):
        below = node.args if shown is None else shown(node)
        depth[node] = 1 + max((0 if part in named else depth[part] for part in below), default=-1)
        if depth[node] >= DEEPEST and not node.loops and node not in roots:
            deep.append(node)
            depth[node] = 0
    return deep


def is_deep(root: Node) -> bool:
    """Whether the text has so many brackets inside one another that inner parts get names."""
    return bool(_deep_parts([root], frozenset()))


def named_boxes(roots: Sequence[Expression], asked: bool | None = True, made: Iterable[str] = ()) -> InNames:
    """The parts that have names, each by its name with what it stands for, and the values in which they stand.

    Where names are `asked` for, all that recur have one. Where nothing is said, those have one that spare more to read
    than the lines that say what they are: of a value too long for a line if it gets shorter, of another if each spares
    three tokens, one that stands twice four, and all a tenth of what there is to read. What the text itself names
    stands by its name where that is as short. Values that stand together are one text: what recurs in it, in one of
    them or in several, has one name; where that is not worth it, each is a text of its own.
    """
    decided = _named(roots, asked)
    named, answers = _boxes(decided.roots, decided.parts, Builder(made)) if made else decided.boxes
    found = InNames([], [[] for _ in roots], list(answers))
    for part, pair in zip(decided.parts, named, strict=True):
        (found.shared if part.shared else found.own[part.answer]).append(pair)
    return found


@dataclass(frozen=True)
class _Decided:
    """The values, their products shared, and the parts that have names; where none has, their text, if it is known."""

    roots: Sequence[Expression]
    parts: Sequence[Part]
    text: Sequence[str] = ()

    @cached_property
    def boxes(self) -> tuple[list[tuple[Name, Box]], list[Box]]:
        """The names with what they stand for, and the values."""
        if self.text and len(self.roots) == 1 and isinstance(self.roots[0], Node):
            return [], [text_box(self.roots[0])]
        return _boxes(self.roots, self.parts, Builder())

    @cached_property
    def lines(self) -> Lines:
        """The same as text."""
        return Lines([], list(self.text)) if self.text else _written(self, "text")


_last: list[tuple[Sequence[Expression], bool | None, InUse, _Decided]] = []
"""What was decided last: an answer is read back before it is shown, in the same names."""


def _named(roots: Sequence[Expression], asked: bool | None) -> _Decided:
    """What has a name."""
    if asked is False:
        return _Decided(roots, [])
    for known, then, text, decided in _last:
        if len(known) == len(roots) and all(map(is_, known, roots)) and then == asked and text == text_in_use():
            return decided
    opened = [root if isinstance(root, Node) else root.opened for root in roots]
    plain = [write(root) if _size(root) <= _NO_LINE else "" for root in opened]
    decided = _found(opened, asked, plain)
    if not decided.parts and all(plain) and all(map(is_, decided.roots, opened)):
        decided = replace(decided, text=plain)
    _last[:] = [(tuple(roots), asked, text_in_use(), decided)]
    return decided


def _found(roots: Sequence[Expression], asked: bool | None, plain: Sequence[str]) -> _Decided:
    """The values, their products shared, and the parts that are worth a name."""
    in_line = all(0 < len(text) <= LONG for text in plain)
    apart: set[Node] = set()
    while True:
        shared, factors = _shared(roots, apart)
        kept = _with_deep(shared, _recurring(shared) if asked else _paying(shared, in_line))
        dropped = {node for node, now in factors.items() if now not in kept}
        if dropped <= apart:
            break
        apart |= dropped
    unreadable = any(isinstance(root, Node) and is_unreadable(root) for root in roots)
    found = _Decided(shared, _lettered(shared, kept))
    if asked or not kept or not all(plain) or unreadable:
        return found
    named, before = "\n".join(found.lines.all()), "\n".join(plain)
    most = 1.0 if all(node in names_given() for node in kept) else 0.9
    if tokens(named) <= most * tokens(before) if in_line else len(named) < len(before):
        return found
    if len(roots) == 1:
        return _Decided(roots, [])
    alone = [_found([root], asked, [text]) for root, text in zip(roots, plain, strict=True)]
    every = [one for each in alone for one in each.roots]
    return _Decided(every, _lettered(every, list(dict.fromkeys(part.node for each in alone for part in each.parts))))


def _shared(
    roots: Sequence[Expression], apart: Collection[Node] = ()
) -> tuple[Sequence[Expression], Mapping[Node, Node]]:
    nodes = [root for root in roots if isinstance(root, Node)]
    done, held = with_shared_products(nodes, apart)
    return [done[root] if isinstance(root, Node) else root for root in roots], held


def _lettered(roots: Sequence[Expression], found: Sequence[Node]) -> list[Part]:
    """The parts, each by the name that the text gave it, else by ``t_1`` with a letter that nothing else has.

    Those that several answers need come first, then those of one after the other.
    """
    taken = names_in(_values(roots)) | letters_in_use()
    for root in roots:
        taken |= set() if isinstance(root, Node) else set(root.letters().values())
    stems = unused(chain(("t", "s", "r", "v", "part"), ("t" * length for length in count(2))), taken)
    letter = next(without_subscripts(stems, taken))
    given, numbers = names_given(), count(1)
    needed = _needed(roots)
    order = sorted(found, key=lambda node: needed[node] if needed[node] & (needed[node] - 1) == 0 else 0)
    return [Part(given.get(node) or f"{letter}_{next(numbers)}", node, needed[node]) for node in order]


def _needed(roots: Sequence[Expression]) -> dict[Node, int]:
    """Below which of the values each stands: a bit for each of them."""
    found: dict[Node, int] = {}
    for at, root in enumerate(roots):
        for node in _values([root]):
            found[node] = found.get(node, 0) | 1 << at
    for node in reversed(topological(list(found))):
        for arg in node.args:
            found[arg] = found.get(arg, 0) | found[node]
    return found


def _boxes(
    roots: Sequence[Expression], parts: Sequence[Part], builder: Builder
) -> tuple[list[tuple[Name, Box]], list[Box]]:
    builder.prepare(_values(roots))
    named: list[tuple[Name, Box]] = []
    for word, node, _ in parts:
        name = Name(word, len(node.axes))
        named.append((name, builder.box(node)))
        builder.name_part(node, name)
    return named, [builder.box(root) if isinstance(root, Node) else indexed(root, builder) for root in roots]


def lines_of(roots: Sequence[Expression], dialect: str, asked: bool | None = None) -> Lines:
    """Values in ``text`` or ``ascii`` with names for their parts: see `named_boxes`.

    Raises `Problem` where they are to have none, and are no text that anyone can read.
    """
    if asked is False:
        return Lines([], [written_out(root, dialect) for root in roots])
    decided = _named(roots, asked)
    return decided.lines if dialect == "text" else _written(decided, dialect)


def _written(decided: _Decided, dialect: str) -> Lines:
    (named, answers), setter = decided.boxes, printer(dialect)
    known = keep if dialect == "text" else lambda box, text: text
    lines = [f"{setter.write(name)} = {known(box, setter.write(box))}" for name, box in named]
    return Lines(list(zip(decided.parts, lines, strict=True)), [known(box, setter.write(box)) for box in answers])


def program(root: Expression, dialect: str, asked: bool | None = None) -> str | None:
    """``t₁ = …; answer``, a line each; None where nothing has a name: see `named_boxes`."""
    decided = _named([root], asked)
    if not decided.parts:
        return None
    if dialect != "latex":
        return _written(decided, dialect).alone(0)
    named, (answer,) = decided.boxes
    setter = printer("latex")
    rows = [rf"&\phantom{{=}} {setter.write(answer)}", r"\text{where } & \notag"]
    rows += [f"{setter.write(name)} &= {setter.write(box)}" for name, box in named]
    return "\n".join(["\\begin{aligned}", " \\\\\n".join(rows), "\\end{aligned}"])


def is_unreadable(root: Node) -> bool:
    """Whether nobody could read it written out: it is too large, or too deep."""
    return root.key[0] > LEGIBLE or is_deep(root)


def written_out(root: Expression, dialect: str) -> str:
    """The expression with nothing named; raises `Problem` where that is no text that anyone can read."""
    if isinstance(root, Node) and root.key[0] > _LARGEST:
        raise Problem(
            "The answer, written out without names for the parts that recur, would fill more than a hundred pages.",
            hint="leave out --no-cse",
            status=3,
        )
    return write(root, dialect)


def _size(root: Expression) -> int:
    return root.key[0] if isinstance(root, Node) else root.weight()
