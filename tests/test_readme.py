"""The README's operator table comes from the operator table, and every command is in it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from mcalc.cli import cli
from mcalc.pages import formula, left_side, written
from mcalc.table import TABLE

README = Path(__file__).parent.parent / "README.md"
START, END = "<!-- operators -->\n", "<!-- /operators -->"


def readme_table() -> str:
    """The table of operators, as the README has it."""
    lines = ["| operator | written | derivative | |", "|---|---|---|---|"]
    for operator in TABLE.values():
        if operator.example:
            rules = [f"`{left_side(operator, rule)} = {formula(operator, rule)}`" for rule in operator.rules]
            cells = [operator.name, f"`{written(operator)}`", "<br>".join(rules), operator.doc]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def test_the_operators_are_those_of_the_table() -> None:
    text = README.read_text("utf-8")
    before, _, rest = text.partition(START)
    shown, _, after = rest.partition(END)
    if os.environ.get("MCALC_GOLDEN") == "update":
        README.write_text(before + START + readme_table() + "\n" + END + after, "utf-8")
        return
    assert shown == readme_table() + "\n"


def test_every_command_is_named() -> None:
    text = README.read_text("utf-8")
    assert [name for name in cli.commands if f"mcalc {name}" not in text] == []


def test_what_the_diffs_add_is_there() -> None:
    """Each worked example is an addition that was made: its lines stand together in the file that it names."""
    text = README.read_text("utf-8").partition("## How mcalc works and where to start")[2]
    found = []
    for diff in re.findall(r"^```diff\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^--- .*\n", diff, flags=re.MULTILINE)[1:]:
            place, added = part.split("\n", 1)
            source = (README.parent / place.removeprefix("+++ b/")).read_text("utf-8")
            runs = [run.replace("\n+", "\n") for run in re.findall(r"^\+((?:.*\n\+)*.*)$", added, re.MULTILINE)]
            assert runs and all(f"\n{run}\n" in source for run in runs), place
            found.append(place)
    assert len(found) == 6
