"""``mcalc weave`` and ``mcalc build``: answers in documents, again and again without drift."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import mcalc as run

from mcalc.commands import WEAVE_KINDS as KINDS
from mcalc.commands import blocks, macro

COMMAND = 'gradient "max(0, w.x + b)" --wrt w'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mark(suffix: str, text: str) -> str:
    source, _ = KINDS[suffix]
    return f"{source.opens} {text} {source.closes}".rstrip()


@pytest.mark.parametrize("suffix", sorted(KINDS))
def test_a_block_is_replaced_and_then_stays(
    suffix: str, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = here / f"page{suffix}"
    before = f"Before\n{mark(suffix, 'mcalc ' + COMMAND)}\nstale\n{mark(suffix, '/mcalc')}\nAfter\n"
    document.write_text(before, "utf-8")
    _, message, status = run("weave", str(document), capsys=capsys, monkeypatch=monkeypatch)
    assert (status, "1 of 1 blocks changed" in message) == (0, True)
    woven = document.read_text("utf-8")
    assert woven.startswith("Before\n") and woven.endswith("After\n") and "stale" not in woven and "x" in woven
    _, message, status = run("weave", str(document), capsys=capsys, monkeypatch=monkeypatch)
    assert "0 of 1 blocks changed" in message and document.read_text("utf-8") == woven


def test_check_says_which_block_is_out_of_date_and_changes_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = here / "page.md"
    text = f"\n{mark('.md', 'mcalc ' + COMMAND)}\n{mark('.md', '/mcalc')}\n"
    document.write_text(text, "utf-8")
    _, message, status = run("weave", "--check", "page.md", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1 and f"page.md:2: out of date: {COMMAND}" in message
    assert document.read_text("utf-8") == text
    run("weave", "page.md", capsys=capsys, monkeypatch=monkeypatch)
    assert run("weave", "--check", "page.md", capsys=capsys, monkeypatch=monkeypatch)[2] == 0


def test_line_ends_and_indents_are_kept(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = here / "page.md"
    document.write_bytes(f"- a\r\n  {mark('.md', 'mcalc ' + COMMAND)}\r\n  {mark('.md', '/mcalc')}\r\n".encode())
    run("weave", "page.md", capsys=capsys, monkeypatch=monkeypatch)
    woven = document.read_bytes().decode()
    assert woven.count("\n") == woven.count("\r\n") > 3
    assert "\r\n  $$\r\n" in woven


def test_a_mark_within_shown_code_is_none(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    block = f"{mark('.md', 'mcalc ' + COMMAND)}\n{mark('.md', '/mcalc')}\n"
    document = here / "page.md"
    document.write_text(f"```markdown\n{block}```\n\n{block}", "utf-8")
    _, message, status = run("weave", "page.md", capsys=capsys, monkeypatch=monkeypatch)
    assert (status, "1 of 1 blocks changed" in message) == (0, True)
    assert document.read_text("utf-8").startswith(f"```markdown\n{block}```\n")


@pytest.mark.parametrize("option", ["-o x.txt", "--output x.txt", "--output=x.txt"])
def test_a_block_writes_no_file(
    option: str, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "page.md").write_text(f"{mark('.md', f'mcalc {COMMAND} {option}')}\n{mark('.md', '/mcalc')}\n", "utf-8")
    _, message, status = run("weave", "page.md", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 2 and "has no place here" in message and not (here / "x.txt").exists()


@pytest.mark.parametrize(
    "text, message",
    [
        ('% mcalc gradient "w.x" --wrt w\n', "This block is not closed."),
        ("% /mcalc\n", "There is no block to close here."),
        ("% mcalc shapes x\n% mcalc shapes x\n% /mcalc\n", "This block is not closed before the next."),
        ('% mcalc gradient "w.x +" --wrt w\n% /mcalc\n', "In line 1: The expression ends after `+`."),
        ("% mcalc plot x -o p.png\n% /mcalc\n", "`plot` is no command that prints an answer."),
        ("% mcalc gradient w.x --wrt w -o a.tex\n% /mcalc\n", "`-o` has no place here"),
        ("% mcalc gradient w.x --rwt w\n% /mcalc\n", "In line 1: No such option"),
    ],
)
def test_what_is_wrong_in_a_document_is_told_with_its_line(
    text: str, message: str, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "page.tex").write_text(text, "utf-8")
    _, told, status = run("weave", "page.tex", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 2 and message in told and "^" in told
    assert (here / "page.tex").read_text("utf-8") == text


def test_documents_of_other_kinds_and_without_marks(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "page.doc").write_text("x", "utf-8")
    assert run("weave", "page.doc", capsys=capsys, monkeypatch=monkeypatch)[2] == 2
    (here / "page.md").write_text("# mcalc is a tool\n", "utf-8")
    _, told, status = run("weave", "page.md", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0 and "no marked blocks" in told
    assert blocks("# mcalc is a tool\n", KINDS[".md"][0]) == []


def test_answers_by_name_are_written_once(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "list.mc").write_text(f"# a list\ngrad_w1 = {COMMAND}\ncode = {COMMAND} -f numpy\n", "utf-8")
    arguments = ("build", "list.mc", "-o", "out", "--macros", "out/all.tex")
    assert "2 answers, 3 files written" in run(*arguments, capsys=capsys, monkeypatch=monkeypatch)[1]
    assert (here / "out" / "all.tex").read_text("utf-8").startswith(r"\newcommand{\gradWOne}{\begin{cases}")
    assert (here / "out" / "code.py").read_text("utf-8").count("def gradient") == 1
    times = {file.name: file.stat().st_mtime_ns for file in (here / "out").iterdir()}
    assert "2 answers, 0 files written" in run(*arguments, capsys=capsys, monkeypatch=monkeypatch)[1]
    assert times == {file.name: file.stat().st_mtime_ns for file in (here / "out").iterdir()}


@pytest.mark.parametrize(
    "text, message",
    [
        ("gradient x --wrt x\n", "In line 1 of list.mc: no answer has a name here."),
        ("a = shapes x\na = shapes x\n", "In line 2 of list.mc: `a` is given twice."),
        ('a = gradient "w.x +" --wrt w\n', "`a` of list.mc: The expression ends after `+`."),
    ],
)
def test_what_is_wrong_in_a_list_is_told(
    text: str, message: str, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "list.mc").write_text(text, "utf-8")
    _, told, status = run("build", "list.mc", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 2 and message in told and "^" in told


def test_names_of_macros_have_letters_alone() -> None:
    assert macro("grad_w1") == r"\gradWOne"
    assert macro("hess") == r"\hess"
