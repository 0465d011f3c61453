"""Requests as JSON lines, replies as JSON lines, in order; a bad line costs only itself."""

from __future__ import annotations

import gc
import json
from typing import TextIO

from mcalc.ask import Question, answered
from mcalc.choices import COMMANDS, DETAILS, LAYOUTS, METHODS, PRODUCTS, SYMMETRIC, WRAPPERS
from mcalc.code.wanted import Wanted
from mcalc.commands.faults import guarded
from mcalc.derivation.detail import at_detail
from mcalc.formats import DERIVATION, LIBRARIES, VERDICT, showing
from mcalc.language.declarations import Given
from mcalc.pages.shown import write
from mcalc.problems import Problem, among
from mcalc.rewriting.table import rows

_COLLECTED, _WHOLLY = 5, 200
"""After how many replies what they left behind is looked through, and after how many the whole memory is."""
_ORDERS = ("1", "2")
_FLAGS = ("with_value", "structured", "scipy")
"""What code is to compute besides, as the options of the command line."""


def serve(requests: TextIO, replies: TextIO) -> None:
    """One reply a request, written as soon as it is ready; what requests leave behind is collected between them.

    After the first the rows of the rewriting table are read: else the requests that first need them would wait.
    """
    gc.freeze()
    for count, line in enumerate(filter(str.strip, requests), 1):
        replies.write(_encoded(reply(line)) + "\n")
        replies.flush()
        if count == 1:
            rows()
            gc.collect()
            gc.freeze()
        elif count % _COLLECTED == 0:
            gc.collect(2 if count % _WHOLLY == 0 else 1)


def _encoded(answer: dict[str, object]) -> str:
    text = json.dumps(answer, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(answer)
    return text


def reply(line: str) -> dict[str, object]:
    """``{"id", "ok": true, "output"}`` or ``{"id", "ok": false, "error"}``."""
    identity = None
    try:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            raise Problem(
                "This line is not JSON.",
                hint='a request is {"id": 1, "command": "jacobian", "expr": "w.x", "wrt": "w"}',
            ) from None
        if not isinstance(request, dict):
            raise Problem(
                "A request is a JSON object.",
                hint='for example {"id": 1, "command": "jacobian", "expr": "w.x", "wrt": "w"}',
            )
        identity = request.get("id")
        return {"id": identity, "ok": True, "output": guarded(lambda: _output(request))}
    except Problem as problem:
        return {"id": identity, "ok": False, "error": problem.as_json()}


def _output(request: dict[str, object]) -> str:
    command = _choice(request, "command", (*COMMANDS, "check"), "jacobian")
    form = _choice(request, "format", showing(VERDICT if command == "check" else DERIVATION), "text")
    layout = _choice(request, "layout", LAYOUTS, "paper")
    expression, wrt, shapes = request.get("expr"), request.get("wrt", ""), request.get("shapes") or {}
    if not isinstance(expression, str):
        raise Problem('A request has its expression under "expr", as text.')
    if isinstance(wrt, list):
        wrt = ",".join(map(str, wrt))
    if not isinstance(wrt, str):
        raise Problem('A request has its variable under "wrt", as text.')
    if not isinstance(shapes, dict) or not all(isinstance(shape, str | int | list) for shape in shapes.values()):
        raise Problem('The shapes are an object such as {"x": "n", "A": "m,n"}.')
    symmetric = _choice(request, "symmetric", SYMMETRIC, "free")
    if command == "check":
        return _checked(request, expression, wrt, shapes, symmetric, form)
    detail = _choice(request, "detail", DETAILS, "normal")
    question = Question(
        expression,
        wrt,
        shapes,
        command,
        layout,
        request.get("verify", True) is not False,
        _choice(request, "method", METHODS, ""),
        symmetric,
        int(_choice(request, "order", _ORDERS, "1")),
        form,
        told=command == "explain" or form == "json",
    )
    derivation = answered(question)
    if "cse" in request:
        derivation.naming = request["cse"] is not False
    if detail != "normal":
        derivation = at_detail(derivation, detail)
    return write(derivation, form, _wanted(request, form))


def _wanted(request: dict[str, object], form: str) -> Wanted | None:
    """What the request wants of code; None where it asks for nothing besides the derivative."""
    product, wrap = _choice(request, "product", PRODUCTS, ""), _choice(request, "wrap", WRAPPERS, "")
    wanted = Wanted(product=product, wrap=wrap, **{name: request.get(name) is True for name in _FLAGS})
    if wanted.named and form not in LIBRARIES:
        raise Problem(f'"{next(iter(wanted.named))}" is for code.', hint='add "format": "numpy", "jax" or "torch"')
    return wanted if wanted.named else None


def _checked(
    request: dict[str, object], expression: str, wrt: str, shapes: dict[str, Given], symmetric: str, form: str
) -> str:
    """The verdict on the request's answer."""
    from mcalc.checking.examine import check
    from mcalc.pages.verdict import write as report

    answer, order = request.get("answer"), request.get("order", 1)
    layout = _choice(request, "layout", LAYOUTS, "")
    if not isinstance(answer, str) or order not in (1, 2):
        raise Problem('A request to check has its answer under "answer", as text, and "order" 1 or 2.')
    question = Question(expression, wrt, shapes, layout=layout, symmetric=symmetric, order=order)
    return report(check(question, answer), form)


def _choice(request: dict[str, object], key: str, known: tuple[str, ...], default: str) -> str:
    given = request.get(key)
    if given is None:
        return default
    return among(key, str(given) if isinstance(given, int) else given, known)
