"""What is printed, read back: the text of an answer has the value that the answer has, at random points."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from mcalc.derivation.derivation import Derivation
from mcalc.derivation.headings import answer_lines
from mcalc.language.declarations import Declaration
from mcalc.language.parser import parse
from mcalc.language.reading import read_program
from mcalc.language.shapes import Reading
from mcalc.language.syntax import with_rows
from mcalc.networks.index_form import Expression, IndexForm
from mcalc.networks.networks import Term
from mcalc.notation.drawing import Drawn
from mcalc.notation.in_names import Lines
from mcalc.numbers.arrays import Random
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.at_places import AtPlaces
from mcalc.numbers.numeric import TensorProgram, draw_point, fitting_sizes
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import Sizes
from mcalc.problems import Problem
from mcalc.table.records import Array, LoopIndex
from mcalc.tree.letters import names_in
from mcalc.tree.names import unused, without_subscripts
from mcalc.tree.node import Node, dimension, variables
from mcalc.tree.open import open_functions

_KINDS = ("square", "positive", "unit", "any", "small", "above one") * 2
_LONGEST = 4_000
"""A longer text is not read back: that would take longer than to derive it."""
_LONGEST_TOGETHER = 20_000
_MOST_PARTS = 2_000
_DIMENSIONS = "∂dimensions"
"""A name that no text has, declared with the dimensions of the expression: the text may be ``k^2`` alone."""
_POINTS = 2
_TOLERANCE = 1e-7
_LEAST = 1e-6
"""What is smaller beside the largest value on the way to it may be rounding alone."""
_NUDGE = 1e-11
"""What changes the value by more than the tolerance when its inputs are nudged so much tells nothing."""


def must_read_back(derivation: Derivation, form: str = "ascii", known: str = "") -> None:
    """Raises `Problem` with status 1 where the text of an answer, in ``text`` or ``ascii``, has another value.

    Several answers are read together; one that is not the same value then is read behind the definitions that it needs.
    A text that is `known` was read before, and has the value.
    """
    parts = derivation.parts or (derivation,)
    short = [at for at, part in enumerate(parts) if isinstance(part.result, IndexForm) or _is_short(part.result)]
    with derivation.apart():
        lines = answer_lines(derivation, form if form in ("text", "ascii") else "ascii") if short else None
    if lines is None:
        return
    same = _read_together(derivation, lines) if lines.parts and len(parts) > 1 else set[int]()
    for at in short:
        text = lines.alone(at)
        if at not in same and len(text) <= _LONGEST and text != known:
            _must_read(parts[at], text)


def _read_together(derivation: Derivation, lines: Lines) -> set[int]:
    """The places of the answers that are the same values when all are read as one program, each under a name."""
    declared = declarations(derivation.reading, derivation.reading.names.values())
    taken = {*declared, *(part.word for part, _ in lines.parts), *names_in([derivation.value])}
    stems = unused(("y", "z", "q", "answer"), taken)
    stem = next(without_subscripts(stems, taken), "")
    values = [at for at, part in enumerate(derivation.parts) if isinstance(part.result, Node)]
    named = {f"{stem}_{at}": at for at in values}
    text = "\n".join(
        [line for _, line in lines.parts] + [f"{name} = {lines.answers[at]}" for name, at in named.items()]
    )
    if not stem or not named or len(text) > _LONGEST_TOGETHER:
        return set()
    try:
        found = read_program(with_rows(parse(f"{text}\n{next(iter(named))}", declared)), declared, noted=False).bound
    except Problem:
        return set()
    return {at for name, at in named.items() if found.get(name) is derivation.parts[at].result}


def _is_short(result: Expression | Drawn) -> bool:
    return isinstance(result, Node) and result.key[0] <= _MOST_PARTS


def _must_read(derivation: Derivation, text: str) -> None:
    result = derivation.result
    assert isinstance(result, Node | IndexForm)
    try:
        again = read_answer(derivation.reading, result, text)
    except Problem as problem:
        reason = f"read back, it says: {problem.message}"
    else:
        if again is result or _agree(derivation, result, again):
            return
        reason = "read back, it has another value"
    raise Problem(
        f"The answer as printed does not read back to its value: {reason}",
        hint="this is a fault of mcalc, and nothing that you typed is wrong; please report the expression",
        source=text,
        status=1,
    )


def declarations(reading: Reading, names: Iterable[Node]) -> dict[str, Declaration]:
    """The names as they would be declared for a text that says something of `reading`, and its dimensions."""
    declared = {
        str(node.parameters[0]): Declaration(
            node.shape, node.parameters[1] if len(node.parameters) > 1 else frozenset()
        )
        for node in names
    }
    for name, function in open_functions([reading.value]).items():
        declared[name] = Declaration((), function=function)
    if dimensions := names_in([reading.value]) - set(reading.names):
        declared[_DIMENSIONS] = Declaration(tuple(map(dimension, sorted(dimensions))))
    return declared


def read_answer(reading: Reading, result: Node | IndexForm, text: str) -> Node:
    """The value of the text among the names of `reading`, and the indices of `result`."""
    declared = declarations(reading, reading.names.values())
    if isinstance(result, Node):
        return read_program(with_rows(parse(text, declared)), declared, expected=result.shape, noted=False).value
    letters = result.letters()
    free = {letters[index]: index.size for index in result.opened.tensor.free}
    return read_program(with_rows(parse(text, declared)), declared, free_indices=free, noted=False).value


def _agree(derivation: Derivation, result: Node | IndexForm, again: Node) -> bool:
    """Whether the two have one value wherever both can be computed."""
    if isinstance(result, Node) and again.shape != result.shape:
        return False
    if not {str(leaf.parameters[0]) for leaf in variables(again)} <= set(derivation.reading.names):
        return False
    names = list(derivation.reading.names.values())
    roots = [again, *([result] if isinstance(result, Node) else result.nodes())]
    known = names_in([derivation.value, *names, *roots[1:]])
    if not names_in([again]) <= (known if isinstance(result, Node) else known.union(result.letters().values())):
        return False  # an index of no sum is read as a dimension
    generator = np.random.default_rng(4)
    for sizes in islice(fitting_sizes([derivation.value, *roots], names), 2):
        beside, compared = Beside(result, again, sizes), 0
        for kind in _KINDS:
            point = draw_point(names, sizes, kind, generator)
            try:
                difference = beside.difference(point, generator)
            except np.linalg.LinAlgError:
                continue
            if difference > _TOLERANCE:
                return False
            compared += difference >= 0
            if compared == _POINTS:
                return True
    return True


class Beside:
    """An answer, and its text read back, compiled once for some sizes."""

    def __init__(self, result: Node | IndexForm, again: Node, sizes: Sizes) -> None:
        self.result, self.sizes = result, sizes
        if isinstance(result, Node):
            self.both = Program([result, again], sizes)
            return
        letters, free = result.letters(), [part for index in result.tensor.free for part in result.places(index)]
        self.answer = TensorProgram(result.tensor, sizes)
        self.text = AtPlaces(again, [LoopIndex(letters[index], index.size) for index in free], sizes)

    def values(self, point: dict[str, Array], alone: bool = False) -> tuple[Array, Array]:
        """The answer at a point, and its text; of entries the answer `alone`, where no more is asked.

        An index that is two in the text is one again.
        """
        if isinstance(self.result, Node):
            expected, found = self.both.run(point)
            return np.asarray(expected), np.broadcast_to(found, np.shape(expected))
        expected = self.answer.run(point)
        return expected, expected if alone else self.text.run(point).reshape(expected.shape)

    def difference(self, point: dict[str, Array], generator: Random) -> float:
        """The relative difference of the two at a point; -1 where the answer is not defined or not stable."""
        nudged = {n: value * (1 + _NUDGE * generator.uniform(-1, 1, np.shape(value))) for n, value in point.items()}
        with np.errstate(all="ignore"):
            (expected, found), (moved, _) = self.values(point), self.values(nudged, alone=True)
            size, rounding, apart = (
                float(np.abs(each).max(initial=0.0)) for each in (expected, moved - expected, found - expected)
            )
            if not np.isfinite(expected).all():
                return -1
            if max(rounding, apart) <= _TOLERANCE * size:
                return apart / size if size else 0.0
            scale = max(size, _LEAST * self._largest(point))
        if not rounding <= _TOLERANCE * scale:
            return -1
        return apart / scale if np.isfinite(apart) else float("inf")

    def _largest(self, point: dict[str, Array]) -> float:
        """The largest value on the way to the answer, as far as it can be told; rounding errors are a part of it."""
        if isinstance(self.result, Node):
            return max(Program([self.result], self.sizes).largest(point), 1e-3)
        return max([1e-3, *(_largest_of(term, point, self.sizes) for term in self.result.tensor.terms)])


def _largest_of(term: Term, point: dict[str, Array], sizes: Sizes) -> float:
    """Of a product, the largest values on the way to what it multiplies, the least of what it divides by."""
    size = abs(float(term.coefficient))
    running = dict.fromkeys(term.loops, 1)
    for node, _, power in term.factors:
        if node is not None:
            program = Program([node], sizes, active=frozenset(term.loops))
            value = np.abs(program.run(point, running=running)[0])
            base = program.largest(point, running) if power > 0 else value[value > 0].min(initial=1.0)
            size *= float(base) ** float(power)
    return size
