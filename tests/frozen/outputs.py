"""Every output of the corpus, frozen by hash: case × command × format. What a change alters is listed by name.

``python tests/frozen/outputs.py`` lists what differs from `hashes.txt`; with ``--write`` it becomes what is frozen.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from mcalc.commands import reply
from mcalc.formats import DERIVATION, showing

HERE = Path(__file__).parent
HASHES = HERE / "hashes.txt"
ANSWERS = showing(DERIVATION)
DERIVATIONS = ("text", "latex", "markdown", "html", "typst", "json")

Key = tuple[str, str, str]
"""The case, the command and the format."""


def requests() -> Iterator[tuple[Key, dict[str, Any]]]:
    """Each request of the corpus, as `mcalc batch` takes it; unchecked, as the digits of an error differ by machine."""
    lines = (HERE.parent / "corpus" / "cases.jsonl").read_text("utf-8").splitlines()
    for case in map(json.loads, lines):
        asked = {"expr": case["expr"], "wrt": case["wrt"], "shapes": case["shapes"], "verify": False}
        for command, formats in ((case["kind"], ANSWERS), ("explain", DERIVATIONS)):
            for form in formats:
                yield (case["id"], command, form), {**asked, "command": command, "format": form}


def digest(request: dict[str, Any]) -> str:
    """Eight hexadecimal digits of what is printed, or of the message."""
    answer = reply(json.dumps(request))
    shown = answer["output"] if answer["ok"] else json.dumps(answer["error"], sort_keys=True)
    return blake2b(shown.encode(), digest_size=4).hexdigest()


def frozen() -> dict[Key, str]:
    """What is frozen: a line a case and command, ``case command format=hash …``."""
    found = {}
    for line in HASHES.read_text("utf-8").splitlines():
        case, command, *hashes = line.split()
        for form, _, value in (entry.partition("=") for entry in hashes):
            found[case, command, form] = value
    return found


def write(hashes: dict[Key, str]) -> None:
    lines: dict[tuple[str, str], list[str]] = {}
    for (case, command, form), value in hashes.items():
        lines.setdefault((case, command), []).append(f"{form}={value}")
    HASHES.write_text("".join(f"{' '.join([*key, *entries])}\n" for key, entries in lines.items()), "utf-8")


def changed(chosen: Iterable[tuple[Key, dict[str, Any]]]) -> dict[Key, str]:
    """The present hash of each request whose output is not what is frozen."""
    before = frozen() if HASHES.exists() else {}
    return {key: now for key, request in chosen for now in [digest(request)] if now != before.get(key)}


def main() -> int:
    every = list(requests())
    news = changed(every)
    for case, command, form in news:
        print(case, command, form)
    print(f"{len(news)} of {len(every)} outputs differ from what is frozen", file=sys.stderr)
    if "--write" in sys.argv[1:]:
        before = frozen() if HASHES.exists() else {}
        write({key: news.get(key, before.get(key, "")) for key, _ in every})
        return 0
    return 1 if news else 0


if __name__ == "__main__":
    sys.exit(main())
