"""What is said between two forms of one value: the runs of the log, each with its sentence and the whole after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from math import prod
from typing import NamedTuple

from mcalc.notation.writing import alike
from mcalc.rewriting.answers import author_within
from mcalc.rewriting.constructors import QUIET, SENTENCES, construct
from mcalc.rewriting.engine import ARITHMETIC
from mcalc.rewriting.forms import CHAIN, NUMBER, PRODUCT, SUM, Form, is_column, is_row, make, number
from mcalc.rewriting.log import Entry, replayed
from mcalc.rewriting.rationals import rational
from mcalc.rewriting.reading import canonical, raw
from mcalc.rewriting.showing import Writer
from mcalc.table.records import Shape
from mcalc.table.sentences import linked
from mcalc.tree import build
from mcalc.tree.node import Node, replace, topological

ENTRYWISE = "the two are equal entry by entry"
IN_ORDER = "the same factors and terms, in order"
_SEVERAL = "several rewritings"
_LONGEST, _LONG_FACTOR = 400, 60
"""Of longer values, and of longer factors of a sum of products, no lines are told between."""
_TOKEN = re.compile(r"\w+|[^\s\w()\[\],;]")
_WRITTEN_OUT = frozenset({"stack", "grid", "stack_rows"})
_MOST = 12
_SAID_ALONE = frozenset({ARITHMETIC, SENTENCES["squares"]})
"""Runs done from the first line on, and said only where there is nothing else to say."""


class Run(NamedTuple):
    """Entries of one row that follow one another: what is said, one use of it, and the whole value after them."""

    name: str
    sentence: str
    before: Node
    after: Node
    whole: Node


def runs_between(before: Node, after: Node) -> list[Run]:
    """The way from a value to its simplified form, a run of the log at a time, without what changes nothing visible."""
    with author_within([]) as author:
        if before.key[0] > _LONGEST:
            told = sentences_between(before, after)
            return [Run(_SEVERAL, linked("; ", told), before, after, after)] if told else []
        start = raw([before])[before]
        engine = author.engine.beside()
        reached = engine.simplify(start)
        writer = Writer(author.typed)
        end = after if canonical(raw([after])[after]) is reached else writer.show(reached)
        runs = _runs(start, engine.log, writer, before, end)
        if not alike(end, after):
            sentence = _of_one_form(end, after)
            runs.append(Run(sentence, sentence, end, after, after))
        return runs


def sentences_between(before: Node, after: Node) -> list[str]:
    """What is said between a value and its simplified form, each sentence once; of a long one by the log alone."""
    if before.key[0] <= _LONG_FACTOR:
        return list(dict.fromkeys(run.sentence for run in runs_between(before, after)))
    with author_within([]) as author:
        said = author.replay.said(author.typed.raw([before])[before])
    told = dict.fromkeys(sentence for name, sentence in said if name != ARITHMETIC)
    return list(told) or list(filter(None, [_quietly(sentence for _, sentence in said)]))


def _of_one_form(before: Node, after: Node) -> str:
    """What is said of two ways to write a value between which no row of the table stands."""
    if max(before.key[0], after.key[0]) > _LONGEST:
        return ENTRYWISE
    if not _WRITTEN_OUT.isdisjoint(before.below - after.below):
        return SENTENCES["entry" if before.operator.name == "element" else "blocks"]
    if _without_comparisons(before) == _without_comparisons(after):
        return SENTENCES["sides"]
    one, other = (raw([node])[node] for node in (before, after))
    if canonical(one) is not canonical(other):
        return ENTRYWISE
    if _dotted(before) > _dotted(after):
        return SENTENCES["dot"]
    if is_order(before, after):
        return IN_ORDER
    words, others = (sorted(word for word in _TOKEN.findall(str(node)) if word not in "+-") for node in (before, after))
    return SENTENCES["into" if words == others else "turned"]


def _without_comparisons(node: Node) -> str:
    """The value as a text, what is compared in it left out; of a value without comparisons one of its own."""
    compared = [part for part in topological([node]) if part.operator.indicator]
    return str(replace(node, {part: build.ones(part.shape) for part in compared})) if compared else repr(id(node))


def _dotted(node: Node) -> int:
    """How many sums of products entry by entry there are in a value."""
    sums = (part for part in topological([node]) if part.operator.name == "sum" and not part.parameters)
    return sum(part.args[0].operator.name == "multiply" for part in sums)


def _runs(start: Form, log: list[Entry], writer: Writer, before: Node, after: Node) -> list[Run]:
    groups = [(name, list(entries)) for name, entries in groupby(log, key=lambda entry: entry.name)]
    if len(groups) > _MOST:
        told = dict.fromkeys(entry.sentence for entry in log if entry.name != ARITHMETIC)
        return [Run(_SEVERAL, linked("; ", told), before, after, after)] if told else []
    found: list[Run] = []
    quiet = [entry for entry in log if entry.name in _SAID_ALONE]
    done = list(quiet)
    last = before
    for name, entries in groups:
        if name in _SAID_ALONE:
            continue
        done += entries
        one = entries[0]
        whole = writer.show(showable(replayed(start, done)))
        used, became = (writer.show(showable(side)) for side in (one.before, one.after))
        if alike(whole, last) or is_order(whole, last) or alike(used, became):
            continue
        last = whole
        found.append(Run(name, one.sentence, used, became, whole))
    if not found and not alike(before, after):
        sentence = _quietly(entry.sentence for entry in quiet) or (IN_ORDER if is_order(before, after) else "")
        if sentence:
            found.append(Run(ARITHMETIC, sentence, before, after, after))
    while len(found) > 1 and alike(found[-2].whole, after):
        found.pop()
    if found:
        found[-1] = found[-1]._replace(whole=after)
    return found


def showable(root: Form) -> Form:
    """The form as it stands, but for scalars in a row of matrices and several numbers: no product is written so."""
    done: dict[Form, Form] = {}
    stack = [root]
    while stack:
        t = stack[-1]
        waiting = [] if t in done else [arg for arg in t.args if arg not in done]
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        if t in done:
            continue
        args = tuple(done[arg] for arg in t.args)
        if t.head == PRODUCT and any(arg.head == NUMBER for arg in args):
            done[t] = _with_number_in_front(t, args)
            continue
        if t.head == CHAIN and all(arg.shape for arg in args) and _has_scalar_inside(args):
            done[t] = _scalar_in_front(args, t.shape)
            continue
        if t.head == SUM and len(args) == 1 and args[0].head == SUM and len(args[0].args) == 1:
            c, inner = rational(t.par[0] * args[0].par[0]), args[0].args[0]  # −(−a) is written a
            done[t] = inner if c == 1 else make(SUM, (inner,), (c,), t.shape)
            continue
        broken = t.head == CHAIN and not all(arg.shape for arg in args)
        done[t] = (construct if broken else make)(t.head, args, t.par, t.shape)
    return done[root]


def _with_number_in_front(t: Form, args: tuple[Form, ...]) -> Form:
    """``−u·v`` for ``(−1)*u*1*v``."""
    pairs = list(zip(args, t.par, strict=True))
    numbers = [arg.par[0] for arg, power in pairs if arg.head == NUMBER and power == 1]
    kept = [(arg, power) for arg, power in pairs if arg.head != NUMBER or power != 1]
    c = rational(prod(numbers))
    if not kept:
        return number(c)
    rest = make(PRODUCT, [arg for arg, _ in kept], [power for _, power in kept], t.shape)
    whole = kept[0][0] if len(kept) == 1 and kept[0][1] == 1 else rest
    return whole if c == 1 else make(SUM, (whole,), (c,), t.shape)


def _scalar_in_front(parts: tuple[Form, ...], shape: Shape) -> Form:
    """``u·v*A·w`` for ``A·(uᵀ·v)·w``, where nothing cancels yet."""
    start = next(at for at, part in enumerate(parts) if is_row(part))
    end = next(at for at, part in enumerate(parts) if at > start and is_column(part))
    scalar = make(CHAIN, parts[start : end + 1], (), ())
    rest = (*parts[:start], *parts[end + 1 :])
    if not rest:
        return scalar
    left = rest[0] if len(rest) == 1 else make(CHAIN, rest, (), shape)
    if len(rest) > 2 and _has_scalar_inside(rest):
        left = _scalar_in_front(rest, shape)
    return make(PRODUCT, (scalar, left), (1, 1), shape)


def _has_scalar_inside(parts: tuple[Form, ...]) -> bool:
    """Whether a row meets a column further on."""
    rows = [at for at, part in enumerate(parts) if is_row(part)]
    return bool(rows) and len(parts) > 2 and any(is_column(part) for part in parts[rows[0] + 1 :])


def _quietly(told: Iterable[str]) -> str:
    """The one thing to say of arithmetic with numbers, units and signs."""
    done = {sentence for one in told for sentence in one.split("; ")}
    return next((SENTENCES[fact] for fact in ("squares", *QUIET) if SENTENCES[fact] in done), "")


def said_of(runs: Sequence[Run], before: Node, after: Node) -> str:
    """The sentences of a way, each once."""
    if after.operator.name in _WRITTEN_OUT and before.operator.name != after.operator.name:
        return "written out entry by entry"
    told = dict.fromkeys(run.sentence for run in runs)
    return linked("; ", told) or _of_one_form(before, after)


def is_order(before: Node, after: Node) -> bool:
    """Whether two values differ in nothing but the order of terms and factors."""
    if max(before.key[0], after.key[0]) > _LONGEST or _names(before) != _names(after):
        return False
    if _tokens(str(before)) != _tokens(str(after)):
        return False
    one, other = (raw([node])[node] for node in (before, after))
    return canonical(one) is canonical(other)


def _names(node: Node) -> dict[Node, int]:
    """How often each name stands in a value written out."""
    order = topological([node])
    times = dict.fromkeys(order, 0) | {node: 1}
    for part in reversed(order):
        for arg in part.args:
            times[arg] += times[part]
    return {leaf: times[leaf] for leaf in order if leaf.operator.name == "variable"}


@lru_cache(64)
def _tokens(text: str) -> Sequence[str]:
    return sorted(_TOKEN.findall(text))
