"""A thousand different requests through one `mcalc batch`. Prints times; checks that each is answered, not when."""

from __future__ import annotations

import json
import random
import select
import statistics
import subprocess
import time
from pathlib import Path

import pytest

from mcalc.table import TABLE

COUNT = 1000
PATIENCE = 120
ELEMENTWISE = [
    operator.calls[0]
    for operator in TABLE.values()
    if operator.elementwise and operator.calls and len(operator.arguments.split()) == 1
]
TEMPLATES = {
    "{f}(w.x + b)": "w x b",
    "{f}({g}(x))": "x",
    "sum({f}(W@x + b))": "W x b",
    "w.{f}(W@x + b)": "w W x b",
    "{f}(w.{g}(x)) + {k}*norm(w)^2": "w x",
    "sum(({f}(A@x) - y)^2)/{k}": "A x y",
    "A@{f}(x) + {k}*B@{g}(x)": "x",
    "x'@A@{f}(x)": "x A",
    "{f}(x)*{g}(y)": "x y",
    "{f}(x)/(1 + {g}(x)^{k})": "x",
    "tr(A@B) + sum({f}(A))": "A",
    "sum(X[i].w*{f}(X[i].w) for i in 1..N)": "w",
    "{{ {f}(w.x) if w.x > 0; {k}*{g}(w.x) }}": "w x",
    "u = {f}(W@x + b); v = {g}(V@u); sum(v^{k})": "W x b V",
    "max({f}(x), {g}(y))": "x y",
    "[{f}(w.x); {g}(w.x)]": "w x",
}


def requests() -> list[dict[str, str]]:
    """Different ones, the same every time."""
    generator = random.Random(1)
    seen: dict[tuple[str, str], None] = {}
    while len(seen) < COUNT:
        template, names = generator.choice(list(TEMPLATES.items()))
        f, g = generator.choice(ELEMENTWISE), generator.choice(ELEMENTWISE)
        seen[template.format(f=f, g=g, k=generator.randint(2, 5)), generator.choice(names.split())] = None
    return [
        {"id": str(number), "command": "jacobian", "expr": expr, "wrt": wrt} for number, (expr, wrt) in enumerate(seen)
    ]


def start(installed: Path, environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [installed / "mcalc", "batch"], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


@pytest.mark.slow
def test_batch(installed: Path, environment: dict[str, str], tmp_path: Path) -> None:
    asked = requests()
    lines = [json.dumps(request).encode() + b"\n" for request in asked]

    times: list[float] = []
    answers: list[bytes] = []
    with start(installed, environment, tmp_path) as process:
        assert process.stdin and process.stdout
        for line in lines:
            before = time.perf_counter()
            process.stdin.write(line)
            process.stdin.flush()
            if not select.select([process.stdout], [], [], PATIENCE)[0]:
                process.kill()
                pytest.fail(f"no answer in {PATIENCE} s, or none before the end of the input: {line.decode()}")
            answers.append(process.stdout.readline())
            times.append(time.perf_counter() - before)
        process.stdin.close()
    assert [json.loads(answer)["id"] for answer in answers] == [request["id"] for request in asked]

    before = time.perf_counter()
    with start(installed, environment, tmp_path) as process:
        output, _ = process.communicate(b"".join(lines))
    total = time.perf_counter() - before
    assert len(output.splitlines()) == COUNT

    first, *rest = times
    refused = [
        request for request, answer in zip(asked, answers, strict=True) if json.loads(answer).get("error") is not None
    ]
    slowest = sorted(zip(times[1:], asked[1:], strict=True), key=lambda pair: -pair[0])[:5]
    print(f"\n{COUNT} requests, {len(refused)} refused")
    print(f"first answer, with the start {1000 * first:8.1f} ms")
    print(f"median of a request          {1000 * statistics.median(rest):8.1f} ms")
    print(f"95th percentile              {1000 * statistics.quantiles(rest, n=20)[-1]:8.1f} ms")
    print(f"all, sent at once            {total:8.2f} s")
    for seconds, request in slowest:
        print(f"{1000 * seconds:8.1f} ms  {request['expr']}  by {request['wrt']}")
    for request in refused[:5]:
        print(f"refused  {request['expr']}  by {request['wrt']}")
