"""The smallest program found that has the same verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fuzz.asking import Question
from fuzz.judging import Judged, Verdict, judge
from fuzz.terms import Declared, Program, Term

TRIES = 120


def shrunk(judged: Judged, verdict: Verdict, seed: str, tries: int = TRIES) -> tuple[Program, Question]:
    """Parts dropped one after the other, as long as the verdict on the question stays."""
    program, question = judged.program, judged.question
    plain = replace(question, layout="paper")
    if plain != question and _still(program, plain, verdict, seed):
        question = plain
    smaller = True
    while smaller:
        smaller = False
        for candidate in sorted(_candidates(program), key=_size):
            if _size(candidate) >= _size(program) or not set(question.names) <= set(candidate.used()):
                continue
            if tries <= 0:
                return program, question
            tries -= 1
            if _still(candidate, question, verdict, seed):
                program, smaller = candidate, True
                break
    return program, question


def _size(program: Program) -> tuple[int, int, int]:
    words = sum(bool(declared.word) for declared in program.declared.values())
    return program.length() + 2 * len(program.definitions), words, len(program.text())


def _still(program: Program, question: Question, verdict: Verdict, seed: str) -> bool:
    if program.value.shape and question.command != "jacobian":
        return False
    if question.symmetric != "free" and program.declared[question.names[0]].word != "symmetric":
        return False
    if not all(_closed(term, program) for term in (*(term for _, term in program.definitions), program.value)):
        return False
    found = judge(program, question, seed)
    return found is not None and verdict.key in {one.key for one in found.verdicts}


def _candidates(program: Program) -> Iterator[Program]:
    for at, (name, term) in enumerate(program.definitions):
        others = program.definitions[:at] + program.definitions[at + 1 :]
        named = {name: term}
        inlined = tuple((other, _with(definition, named)) for other, definition in others)
        yield replace(program, definitions=inlined, value=_with(program.value, named)).trimmed()
        for one in _simpler(term):
            definitions = (*program.definitions[:at], (name, one), *program.definitions[at + 1 :])
            yield replace(program, definitions=definitions).trimmed()
    for one in _simpler(program.value):
        yield replace(program, value=one).trimmed()
    for part in program.value.args:
        if program.value.kind != "loop_sum":
            yield replace(program, value=part).trimmed()
    for name, declared in program.declared.items():
        if declared.word:
            yield replace(program, declared=program.declared | {name: Declared(declared.shape)})


def _simpler(term: Term) -> Iterator[Term]:
    """The term with one part of it replaced by something smaller of the same shape."""
    if term.args:
        bound = term.kind == "loop_sum"
        for part in term.walk():
            if part is not term and part.shape == term.shape and not (bound and _uses(part, term.data[0])):
                yield part
        if term.shape == ():
            yield Term("number", (), ("1",))
        for part in term.walk():
            if part.kind == "variable" and part.shape == term.shape:
                yield part
    if len(term.args) > 2 and term.kind in ("add", "multiply"):
        for at in range(len(term.args)):
            rest = (*term.args[:at], *term.args[at + 1 :])
            if any(arg.shape == term.shape for arg in rest):
                yield replace(term, args=rest)
    if term.spelled and term.kind in ("multiply", "divide", "matmul", "dot", "power", "outer", "transpose"):
        yield replace(term, spelled="")
    for at, arg in enumerate(term.args):
        for one in _simpler(arg):
            yield replace(term, args=(*term.args[:at], one, *term.args[at + 1 :]))


def _closed(term: Term, program: Program, bound: frozenset[str] = frozenset()) -> bool:
    """Whether no running index stands outside its sum."""
    if term.kind in ("element", "delta", "loop_index"):
        letters = {text for text in term.data if text.isidentifier() and text not in program.sizes}
        if not letters <= bound:
            return False
    inside = bound | {term.data[0]} if term.kind == "loop_sum" else bound
    return all(_closed(arg, program, inside) for arg in term.args)


def _uses(term: Term, letter: str) -> bool:
    return any(letter in part.data for part in term.walk())


def _with(term: Term, named: dict[str, Term]) -> Term:
    if term.kind == "variable" and term.data[0] in named:
        return named[term.data[0]]
    return replace(term, args=tuple(_with(arg, named) for arg in term.args))
