"""From the options of a command line to the question that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from mcalc.commands.text import declared_shapes, legible
from mcalc.problems import Problem

if TYPE_CHECKING:
    from mcalc.question import Question

_PARTS = ("wrt", "layout", "method", "symmetric", "order")
"""The options that are parts of a question by the same name; one that is not given is no wish."""


@contextmanager
def problems_as(form: str) -> Iterator[None]:
    """With ``-f json`` a problem is an object too."""
    try:
        yield
    except Problem as problem:
        if form != "json":
            raise
        import json

        click.echo(json.dumps({"error": problem.as_json()}, ensure_ascii=False))
        raise SystemExit(problem.status) from None


def asking(
    function: Callable[..., None], refuse: Callable[[Mapping[str, Any]], None] = lambda given: None
) -> Callable[..., None]:
    """The function, given its expression and the options of `Question` as one `question`.

    To `refuse` raises the Problem of options that do not go together, before anything is read.
    """

    @wraps(function)
    def asked(expression: str, shapes: tuple[str, ...], form: str, **given: Any) -> None:
        with problems_as(form):
            refuse({**given, "expression": expression, "form": form})
            verify, parts = not given.pop("no_verify", False), {n: given.pop(n) or "" for n in _PARTS if n in given}
            function(question_of(expression, shapes, verify=verify, form=form, **parts), form=form, **given)

    return asked


def question_of(expression: str, shapes: tuple[str, ...], **parts: Any) -> Question:
    """The question about what is typed, with the shapes that are declared; raises Problem where it cannot be read."""
    text = legible(expression, shapes)
    from mcalc.question import Question

    return Question(text, shapes=declared_shapes(shapes), **parts)
