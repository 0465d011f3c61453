"""How a Problem is drawn: plain text, carets under the places, labels, lines and windows."""

from __future__ import annotations

import pytest

from mcalc.problems import Problem, Span, render_problem

DRAWN = [
    (
        "no place",
        Problem("There is no expression.", hint="write one", source="  "),
        ["error: There is no expression.", "hint: write one"],
    ),
    (
        "one place",
        Problem("Wrong.", [Span(4, 5)], source="a + b"),
        ["error: Wrong.", "  a + b", "      ^"],
    ),
    (
        "two labels",
        Problem("They differ.", [Span(4, 5, "b: n"), Span(0, 1, "W: m×n")], "write `W @ x`", "W * b"),
        ["error: They differ.", "  W * b", "  ^   ^ b: n", "  |", "  W: m×n", "hint: write `W @ x`"],
    ),
    (
        "three labels",
        Problem("They differ.", [Span(0, 1, "m"), Span(4, 5, "n"), Span(8, 9, "p")], source="a + b + c"),
        ["error: They differ.", "  a + b + c", "  ^   ^   ^ p", "  |   |", "  |   n", "  m"],
    ),
    (
        "one place inside another",
        Problem("Nested.", [Span(0, 5, "all"), Span(4, 5, "part")], source="a + b"),
        ["error: Nested.", "  a + b", "  ^^^^^ all", "      ^ part"],
    ),
    (
        "the end of the text",
        Problem("Ends.", [Span(3, 3)], source="a +"),
        ["error: Ends.", "  a +", "     ^"],
    ),
    (
        "combining and raised characters",
        Problem("Here.", [Span(0, 2), Span(7, 9), Span(13, 15)], source="1⃗ᵀ + (x̂) + Aᵀ"),
        ["error: Here.", "  1⃗ᵀ + (x̂) + Aᵀ", "  ^     ^    ^^"],
    ),
    (
        "characters two columns wide",
        Problem("Here.", [Span(0, 1), Span(4, 5)], source="中 + x"),
        ["error: Here.", "  中 + x", "  ^^   ^"],
    ),
    (
        "characters that move the terminal",
        Problem("Here.", [Span(3, 4)], source="a\t\x1bb\u202e"),
        ["error: Here.", "  a �b�", "     ^"],
    ),
    (
        "several lines",
        Problem("Twice.", [Span(0, 1, "here"), Span(14, 15, "again")], source="u = 1\r\nv = 2\r\nu = 3\r\nu"),
        ["error: Twice.", " 1 | u = 1", "   | ^ here", " 3 | u = 3", "   | ^ again"],
    ),
]


@pytest.mark.parametrize(("problem", "lines"), [row[1:] for row in DRAWN], ids=[row[0] for row in DRAWN])
def test_drawing(problem: Problem, lines: list[str]) -> None:
    assert render_problem(problem).split("\n") == lines


@pytest.mark.parametrize("place", [0, 20, 500, 3998])
def test_a_long_line_is_shown_through_a_window(place: int) -> None:
    source = "".join(f"{index:04d}" for index in range(1000))
    _, text, carets = render_problem(Problem("Here.", [Span(place, place + 2)], source=source)).split("\n")
    assert len(text) < 80
    column = carets.index("^^")
    assert text[column : column + 2] == source[place : place + 2]
    assert text.startswith("  …") == (place > 100)
    assert text.endswith("…") == (place < 3900)


def test_places_far_apart_have_a_window_each() -> None:
    source = "x" * 300
    lines = render_problem(Problem("Here.", [Span(1, 2, "one"), Span(290, 291, "two")], source=source)).split("\n")
    assert len(lines) == 5
    assert lines[2].endswith("^ one")
    assert lines[4].endswith("^ two")


def test_problem_as_json() -> None:
    problem = Problem("Wrong.", [Span(0, 1, "here")], "write x").with_source("y")
    assert problem.as_json() == {"message": "Wrong.", "hint": "write x", "spans": [[0, 1, "here"]]}
    assert (problem.source, problem.status) == ("y", 2)
    assert str(problem) == "Wrong.\n  y\n  ^ here\nhint: write x"
