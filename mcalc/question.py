"""A question: what a text says, with every name given its shape, and the names to differentiate by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sympy.core.symbol import Dummy

from mcalc.choices import LAYOUTS, METHODS, SYMMETRIC
from mcalc.language.declarations import Declaration, Given, declarations, names_declared
from mcalc.language.habits import habit
from mcalc.language.lengths import with_length
from mcalc.language.parser import canonical_name, own_name, parse
from mcalc.language.pasted.suggestions import misread, suggested
from mcalc.language.reading import read_program
from mcalc.language.shapes import Reading
from mcalc.language.syntax import is_lying
from mcalc.problems import Problem, among
from mcalc.table.sentences import told
from mcalc.tree.names import name_text, shape_words


@dataclass(frozen=True)
class Question:
    """What is asked, by whatever asks it: of a text by `wrt`, and how the derivative is found and laid out.

    `wrt` are names, or one text with commas between; none where the text has but one name, or where no derivative is
    wanted. An empty `layout` is no wish: the paper's, and of an answer to check any. `command` is ``jacobian``,
    ``gradient``, ``hessian`` or ``explain``, `method` ``chain`` or ``differential`` or no wish, `symmetric` what
    declared symmetry means for the derivative. Of `order` 2, as by the command ``hessian``, the gradient is
    differentiated once more. `form` is the text that is read back, ``text``, ``ascii`` or none, where the answer is to
    `verify`. What is not to be `told` has no steps of its own: the derivative alone is wanted. Raises
    `mcalc.problems.Problem` where there is no such layout, method or convention.
    """

    source: str
    wrt: str | Sequence[str] = ""
    shapes: Mapping[str, Given] | None = None
    command: str = "jacobian"
    layout: str = "paper"
    verify: bool = True
    method: str = ""
    symmetric: str = "free"
    order: int = 1
    form: str = "ascii"
    told: bool = True

    def __post_init__(self) -> None:
        among("layout", self.layout, ("", *LAYOUTS))
        among("method", self.method, ("", *METHODS))
        among("convention", self.symmetric, SYMMETRIC)

    @property
    def laid_out(self) -> str:
        """The layout that an answer has."""
        return self.layout or "paper"

    @property
    def names(self) -> list[str]:
        """The names of `wrt`, each once, by the spelling that stands for all of theirs."""
        given = self.wrt.split(",") if isinstance(self.wrt, str) else map(str, self.wrt)
        return list(dict.fromkeys(canonical_name(name.strip()) for name in given if name.strip()))

    @property
    def twice(self) -> bool:
        """Whether it is the second derivative that is asked for."""
        return self.command == "hessian" or self.order == 2


def read(source: str, shapes: Mapping[str, Given] | None = None, wrt: Sequence[str] = ()) -> Reading:
    """The program with every name given its shape; raises Problem."""
    declared = declarations(shapes)
    wanted = [own_name(name, declared) for name in wrt]
    try:
        program = parse(source, declared, [*names_declared(declared), *wanted])
        misread(source, declared)
        reading = read_program(program, declared, wanted)
        if length := with_length(program, declared, wanted, reading.names):
            assumed = reading.assumed
            reading = read_program(program, length[0], wanted)
            reading.assumed = tuple(name for name in assumed if name in reading.names)
            reading.notes += (length[1],)
    except Problem as problem:
        raise suggested(problem.with_source(source), source, declared, wanted) from None
    lying = (_AS_COLUMN,) if is_lying(program) else ()
    reading.notes = (*program.notes, *lying, *reading.notes)
    return reading


_AS_COLUMN = told("{[a, b]} is a row, and derived as the column {[a; b]}")


def shapes_by_letter(source: str) -> dict[str, str]:
    """The shapes of a text in which every name is what its letter says, as the operator table's examples are meant."""
    letters = {
        name: Declaration(tuple(Dummy(integer=True, positive=True) for _ in range(habit(name))))
        for name in read(source).names
    }
    names = read(source, letters).names
    return {name: ",".join(map(str, node.shape)) or "scalar" for name, node in names.items()}


def variables_of(question: Question) -> tuple[Reading, list[str]]:
    """The reading, and the names to differentiate by: those given, else the only one there is; raises Problem."""
    source, names = question.source, question.names
    reading = read(source, question.shapes, names)
    if names:
        return reading, [own_name(name, reading.names) for name in names]
    if len(reading.names) == 1:
        return reading, list(reading.names)
    if not reading.names:
        raise Problem("There is no variable to differentiate by.", hint="the expression has no names", source=source)
    listed = ", ".join(f"{name_text(name)}: {shape_words(node.shape)}" for name, node in reading.names.items())
    raise Problem(
        f"There is more than one name to differentiate by: {listed}.",
        hint=f"choose one, as in --wrt {next(iter(reading.names))}",
        source=source,
    )
