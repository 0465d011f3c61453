"""`mcalc descend`: from a formula and its data to a descent, beside one by rules of one's own, and where it ended."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from inspect import signature

from mcalc.ask import answered
from mcalc.code.function import module
from mcalc.code.running import functions
from mcalc.code.targets import BY_METHODS
from mcalc.language.parser import own_name
from mcalc.notation.of_numbers import magnitude, typed
from mcalc.notation.writing import write
from mcalc.numbers.arithmetic import REAL
from mcalc.numbers.arrays import array_module as np
from mcalc.numbers.compiled import Compiled
from mcalc.numbers.decimals import decimal
from mcalc.numbers.definedness import kinks, undefined
from mcalc.numbers.descent import MOST_KEPT, History, Method, descend
from mcalc.numbers.endings import crossed_kink, falls_without_end, surroundings, working_rate
from mcalc.numbers.fitting import Fitted, fit
from mcalc.numbers.own_rules import Formula, Names, OwnRule, loosened, read_shown, read_updates
from mcalc.numbers.program import Program
from mcalc.numbers.sizes import whole
from mcalc.numbers.value import Value, of_numbers
from mcalc.numbers.written import rounded
from mcalc.problems import Problem
from mcalc.question import Question
from mcalc.table.records import Array
from mcalc.table.sentences import as_typed, filled, linked
from mcalc.tree.names import name_text
from mcalc.tree.node import Node, topological


@dataclass(frozen=True)
class Descent:
    """A descent that was made: of what, from where, how, its history, and what is to be said of its end.

    `own` is the descent by rules of one's own, `updates` these, `shown` the expressions that are looked at.
    """

    fitted: Fitted
    method: Method
    history: History
    zeros: tuple[str, ...]
    batch: int
    full: tuple[float, float] | None = None
    own: History | None = None
    updates: tuple[str, ...] = ()
    shown: tuple[Formula, ...] = ()
    ending: tuple[str, ...] = ()
    fault: Problem | None = None


def train(
    question: Question,
    values: Mapping[str, Value],
    method: Method,
    steps: int,
    tolerance: float = 0.0,
    batch: int = 0,
    seed: int | None = None,
    progress: Callable[[int], None] | None = None,
    updates: Sequence[str] = (),
    show: str = "",
) -> Descent:
    """Descend from the values given, or from zeros, along the derived gradient; raises Problem."""
    names = question.names
    if not names:
        raise Problem("There is nothing to descend by.", hint="name what is to change: --wrt w,b")
    rules, looked_at = read_updates(updates), read_shown(show)
    used = [name for text in (*(text for _, text in rules), *looked_at) for name in text.names()]
    given = loosened(values, [*used, *(name for name, _ in rules)])
    fitted = fit(question.source, given, question.shapes, names, optional=names)
    names = [own_name(name, fitted.reading.names) for name in names]
    try:
        loss = compiled(fitted, names, batch, question.verify)
    except Problem as problem:
        raise problem.with_source(problem.source or question.source) from None
    zeros = tuple(name for name in names if name not in fitted.values)
    begin = start(fitted, names)
    state = {**begin, **_extra([name for name, _ in rules], {**given, **fitted.values}, begin)}
    known = Names(fitted, loss, given, state, method.rate)
    rule = OwnRule(rules, known) if rules else None
    shown = tuple(map(known.read, looked_at))
    if (steps + 1) * sum(math.prod(formula.shape) for formula in shown) > MOST_KEPT:
        raise Problem(
            "What is to be shown is too large to be kept step by step.", hint="show a part of it, or its norm"
        )

    def watch(here: Mapping[str, Array], gradients: Mapping[str, Array]) -> list[Array]:
        point = known.at({**state, **here}, gradients)
        return [formula.at(point) for formula in shown]

    run = partial(descend, tolerance=tolerance, seed=seed, watch=watch if shown else None)
    history = run(loss, begin, method, steps, progress=progress)
    own = run(loss, state, rule, steps, patient=True) if rule else None
    texts = tuple(text.strip() for text in updates)
    found = Descent(fitted, method, history, zeros, loss.batch, None, own, texts, shown)
    if loss.batch and history.status != "diverged":
        value, gradients = compiled(fitted, names, 0, False)(history.result)
        full = value, float(np.sqrt(sum(float(np.sum(one * one)) for one in gradients.values())))
        found = replace(found, full=full)
    return _judged(found, loss, partial(run, loss, begin, watch=None), steps, tolerance)


def _extra(changed: Sequence[str], values: Mapping[str, Value], begin: Mapping[str, Array]) -> dict[str, Array]:
    """What a rule of one's own changes besides the variables of the descent."""
    names = [own_name(name, [*begin, *values]) for name in changed]
    return {name: values[name].array for name in names if name in values and name not in begin}


def compiled(fitted: Fitted, names: list[str], batch: int = 0, verify: bool = True) -> Compiled:
    """The loss and its derivatives by the names, as one program; raises Problem where the loss is no real scalar."""
    if any(whole(size, fitted.sizes) != 1 for size in fitted.reading.value.shape):
        raise Problem("A descent is on a scalar, and this value is none.", hint="make one of it, as in `sum(…)`")
    for name, value in fitted.values.items():
        if value.array.dtype.kind == "c":
            raise Problem(f"A descent is among real numbers, and `{name}` is complex.")
    asked = Question(fitted.source, names, fitted.declared, "gradient", verify=verify, told=False)
    derivation = answered(asked)
    parts = derivation.parts or (derivation,)
    gradients = [part.natural for part in parts]
    if len(parts) == 1 < len(names):
        singly = [answered(replace(asked, wrt=[name], verify=False)) for name in names]
        gradients = [part.natural for part in singly]
    nodes = [gradient for gradient in gradients if isinstance(gradient, Node)]
    if len(nodes) < len(gradients):
        raise Problem("This gradient has no form in products of matrices, and is not descended along.", status=3)
    compiled = Compiled(fitted, names, nodes, batch)
    if not batch:
        compiled.run_by(*_emitted(fitted, nodes))
    return compiled


def _emitted(fitted: Fitted, gradients: Sequence[Node]) -> tuple[Callable[..., Sequence[Array]] | None, list[str]]:
    """The function that is emitted for the value and the gradients, and the names it takes; None where it asks more."""
    named = fitted.reading.names
    text = module("descent", list(named.values()), [fitted.reading.value, *gradients], "", BY_METHODS)
    function = functions(text, BY_METHODS)["descent"]
    order = list(named)
    return (function if len(signature(function).parameters) == len(order) else None), order


def start(fitted: Fitted, names: list[str]) -> dict[str, Array]:
    """The values given, and zeros for the names without one."""
    return {
        name: fitted.values[name].array
        if name in fitted.values
        else np.zeros(tuple(whole(size, fitted.sizes) for size in fitted.reading.names[name].shape))
        for name in names
    }


# Where it ended ------------------------------------------------------------------------------------------------------

_ASK, _LONG_ENOUGH = "give another start with --at", 3


def _judged(
    descent: Descent, loss: Compiled, again: Callable[[Method, int], History], steps: int, tolerance: float
) -> Descent:
    """With what is to be said of the end of the descent; raises Problem where it could not begin."""
    history, fault = descent.history, None
    ending: list[str] = []
    if not history.steps and history.status in ("diverged", "unbounded"):
        reason = _reason([descent.fitted.reading.value, *loss.gradients], _fitted_at(descent, history.result))
        message = f"The value or its gradient is not a finite number at the start{reason}."
        raise Problem(message, hint=_ASK, source=descent.fitted.source)
    far = None if loss.batch or history.status in ("converged", "flat") else falls_without_end(loss, history)
    offer = partial(working_rate, again, descent.method, history, steps)
    if history.status == "unbounded" or far is not None:
        history.status = "unbounded"
        fault = _without_end(history, far)
    elif history.status == "diverged":
        fault = _divergence(history, None if loss.batch else offer())
    elif history.status == "stopped":
        said, lowest = _stopped(descent, loss)
        if lowest:
            history.status = "converged"
            ending += said
        else:
            source = descent.fitted.source if not history.steps else ""
            fault = Problem(said[0] + ".", hint=_ASK, source=source, status=1 if history.steps else 2)
            if not history.steps:
                raise fault
    elif history.status in ("converged", "flat"):
        ending += _converged(descent, loss, tolerance, offer)
    elif not loss.batch:
        ending += _to_and_fro(descent, loss, offer)
    return replace(descent, ending=tuple(ending), fault=fault)


def _converged(
    descent: Descent, loss: Compiled, tolerance: float, offer: Callable[[], tuple[float, History] | None]
) -> list[str]:
    history = descent.history
    norm, step = history.norms[-1], history.steps
    if history.status == "flat":
        found = [f"The gradient is 0 at the start, so nothing moves: {_ASK}"]
    elif norm:
        bound = tolerance or 10.0 ** math.ceil(math.log10(norm))
        found = [filled(f"Converged: the gradient is below {{}} at step {step}", rounded(bound))]
    else:
        found = [f"Converged: the gradient is 0 at step {step}"]
    if loss.batch:
        return found
    near = surroundings(loss, history.result)
    if near.kink:
        said = kinks(descent.fitted.reading.value, _variables(descent), _fitted_at(descent, history.result), REAL)
        found += said[:3] or ["It stands at a kink, where the derivative is a convention"]
    if near.concave or (near.kink and not near.lowest):
        found.append("The value is lower near by: this is no minimum")
    if history.values[-1] > history.values[0]:
        found.append(f"The value is larger than at the start: {_offered(offer())}")
    return found


def _stopped(descent: Descent, loss: Compiled) -> tuple[list[str], bool]:
    """The value is there and its gradient is not: the reason, and whether this is a minimum all the same."""
    history, here = descent.history, descent.history.result
    step = f"at step {history.steps}" if history.steps else "at the start"
    reason = _reason(loss.gradients, _fitted_at(descent, here))
    near = surroundings(loss, here)
    if near.lowest and near.kink:
        return [f"Converged {step}: no value near by is lower", f"It is a kink, without a derivative{reason}"], True
    told = f"The descent stops {step}: the value is {{}} there, and it has no gradient{reason}"
    return [filled(told, rounded(history.values[-1]))], False


def _reason(gradients: Sequence[Node], fitted: Fitted) -> str:
    """Behind a colon, the first part of the derivatives that has no value."""
    for gradient in gradients:
        for node in topological([gradient]):
            if node.loops:
                continue
            try:
                with np.errstate(all="ignore"):
                    (found,) = Program([node], fitted.sizes).run(fitted.point())
            except np.linalg.LinAlgError:
                return f": the matrix `{write(node.args[0], 'text')}` is singular"
            if not np.isfinite(found).all():
                return ": " + undefined(node, fitted, REAL).message.rstrip(".")
    return ""


def _variables(descent: Descent) -> list[Node]:
    return [descent.fitted.reading.names[name] for name in descent.history.wrt]


def _fitted_at(descent: Descent, here: Mapping[str, Array]) -> Fitted:
    values = {name: of_numbers(name, array, True) for name, array in here.items()}
    return replace(descent.fitted, values={**descent.fitted.values, **values})


def _to_and_fro(descent: Descent, loss: Compiled, offer: Callable[[], tuple[float, History] | None]) -> list[str]:
    history = descent.history
    kink = crossed_kink(loss, history)
    if kink is not None:
        few = sum(np.size(array) for array in kink.values()) <= 4
        near = linked(", ", (as_typed(f"{name_text(name)} = {_short(array)}") for name, array in kink.items()))
        where = filled(" near {}", near) if few else ""
        return [filled("The steps go to and fro across a kink{}: a smaller --rate comes closer to it", where)]
    if history.steps and history.values[-1] >= history.values[0]:
        return [f"The value is no smaller than at the start: {_offered(offer())}"]
    later = history.values[history.steps // 2 :]
    if (
        len(later) > _LONG_ENOUGH
        and min(later) >= min(history.values[: history.steps // 2])
        and max(later) > min(later)
    ):
        told = "The value no longer falls, and goes to and fro between {} and {}"
        told += ": a smaller --rate comes closer to the least"
        return [filled(told, rounded(min(later), 3), rounded(max(later), 3))]
    return []


def _short(array: Array) -> str:
    entries = [decimal(float(np.round(entry, 9)), 3) for entry in np.ravel(array)]
    return entries[0] if not np.shape(array) else f"[{'; '.join(entries)}]"


def _without_end(history: History, far: tuple[float, str] | None) -> Problem:
    value = decimal(next((one for one in reversed(history.values) if np.isfinite(one)), history.values[-1]))
    further = "" if far is None else f", and {_size(far[0])} further on {far[1]}"
    return Problem(
        f"The value falls without end, as far as it was followed: it is {value} at step {history.steps}{further}.",
        hint="a loss has a least value: check its sign",
        status=1,
    )


def _size(value: float) -> str:
    return decimal(float(magnitude(value, 3)), 3) if np.isfinite(value) else "below every floating-point number"


def _divergence(history: History, working: tuple[float, History] | None) -> Problem:
    """That the descent diverged, since which step, and a rate that was tried."""
    first, last = history.values[history.began], history.values[-1]
    growth = "is no finite number" if not np.isfinite(last) else f"has grown to {decimal(last)}"
    return Problem(
        f"The descent diverges from step {history.began} on: the value was {decimal(first)} there, and at step "
        f"{history.steps} it {growth}.",
        hint=_offered(working),
        status=1,
    )


def _offered(working: tuple[float, History] | None) -> str:
    """The rate that was tried, and what came of it."""
    if working is None:
        return f"no smaller rate was found: {_ASK}"
    rate, found = working
    so_many = f"{found.steps} step{'s' * (found.steps != 1)}"
    return f"by this rate the value falls to {decimal(found.values[-1])} in {so_many}: --rate {typed(rate)}"
