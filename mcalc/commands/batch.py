"""Requests as JSON lines, replies as JSON lines, in order; a bad line costs only itself."""

from __future__ import annotations

import json
from typing import Any, TextIO

from mcalc.ask import Question, answered
from mcalc.choices import COMMANDS, LAYOUTS, SYMMETRIC
from mcalc.commands.faults import guarded
from mcalc.formats import DERIVATION, VERDICT, showing
from mcalc.problems import Problem, among
from mcalc.render import write


def serve(requests: TextIO, replies: TextIO) -> None:
    """One reply a request, written as soon as it is ready."""
    for line in requests:
        if line.strip():
            replies.write(_encoded(reply(line)) + "\n")
            replies.flush()


def _encoded(answer: dict[str, Any]) -> str:
    text = json.dumps(answer, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(answer)
    return text


def reply(line: str) -> dict[str, Any]:
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


def _output(request: dict[str, Any]) -> str:
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
    check = request.get("verify", True) is not False
    return write(answered(Question(expression, wrt, shapes, command, layout, check, "", symmetric, form=form)), form)


def _checked(request: dict[str, Any], expression: str, wrt: str, shapes: Any, symmetric: str, form: str) -> str:
    """The verdict on the request's answer."""
    from mcalc.checking.examine import check
    from mcalc.render.verdict import write as report

    answer, order = request.get("answer"), request.get("order", 1)
    layout = None if request.get("layout") is None else _choice(request, "layout", LAYOUTS, "paper")
    if not isinstance(answer, str) or order not in (1, 2):
        raise Problem('A request to check has its answer under "answer", as text, and "order" 1 or 2.')
    return report(check(expression, wrt, answer, shapes, layout, symmetric, order), form)


def _choice(request: dict[str, Any], key: str, known: tuple[str, ...], default: str) -> str:
    return among(key, default if request.get(key) is None else request[key], known)
