"""Counts of verdicts, shares of what is covered, and each kind of failure as a command."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from fuzz.asking import Question
from fuzz.judging import FAILING, WORDS, Judged, Verdict, has_true_reason
from fuzz.leaves import ODD, TYPED
from fuzz.shrinking import shrunk
from fuzz.terms import Program, named
from mcalc.formats import DERIVATION, showing

TRAITS: dict[str, Callable[[Program], bool]] = {
    "a name that means something else": lambda program: bool(program.declared.keys() & set(ODD)),
    "a named intermediate value": lambda program: bool(program.definitions),
    "a declared property": lambda program: any(one.word for one in program.declared.values()),
    "two equal sizes": lambda program: len(set(program.sizes.values())) < len(program.sizes),
    "a size of 1": lambda program: 1 in program.sizes.values(),
    "a size declared as a number": lambda program: any(
        size.isdigit() for one in program.declared.values() for size in one.shape
    ),
    "a matrix negated": lambda program: any(
        term.kind == "negative" and len(term.shape) == 2 for term in program.terms()
    ),
    "a matrix transposed": lambda program: any(
        term.kind == "transpose" and len(term.shape) == 2 and not term.is_row for term in program.terms()
    ),
    "a sum over data": lambda program: any(term.kind == "loop_sum" for term in program.terms()),
}

KEPT = 30


def command_of(program: Program, question: Question, place: str = "") -> str:
    """The command line that shows it."""
    parts = ["mcalc", question.command, f'"{program.text()}"']
    parts += [f"-s {name}={declared}" for name, declared in program.declared.items()]
    parts.append(f"--wrt {','.join(question.names)}")
    if question.layout != "paper":
        parts.append(f"--layout {question.layout}")
    if question.symmetric != "free":
        parts.append(f"--symmetric {question.symmetric}")
    form = place.split(" ")[0]
    return " ".join([*parts, *([f"-f {form}"] if form in showing(DERIVATION) and form != "text" else [])])


@dataclass
class Tally:
    """What was found, added up."""

    programs: int = 0
    derivatives: int = 0
    skipped: int = 0
    words: Counter[str] = field(default_factory=Counter)
    keys: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failing: Counter[str] = field(default_factory=Counter)
    traits: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    examples: dict[tuple[str, str, str], list[tuple[Judged, Verdict, str]]] = field(default_factory=dict)
    slowest: float = 0.0

    @property
    def answers(self) -> int:
        return sum(self.words.values())

    def add(self, program: Program, judged: Iterable[Judged | None], seed: str) -> None:
        self.programs += 1
        kinds = {named(term) for term in program.terms()}
        self.kinds.update(kinds)
        self.traits.update(name for name, holds in TRAITS.items() if holds(program))
        failed = False
        for one in judged:
            if one is None:
                self.skipped += 1
                continue
            self.words[one.word] += 1
            self.derivatives += len(one.question.blocks)
            self.commands[" by two variables".join([one.question.command, ""][: len(one.question.names)])] += 1
            self.slowest = max(self.slowest, one.seconds)
            failed = failed or one.word in FAILING
            for verdict in one.verdicts:
                self.keys[verdict.key] += 1
                self._keep(verdict.key, [(one, verdict, seed)])
        if failed:
            self.failing.update(kinds)

    def _keep(self, key: tuple[str, str, str], found: list[tuple[Judged, Verdict, str]]) -> None:
        """The smallest few."""
        kept = [*self.examples.get(key, []), *found]
        self.examples[key] = sorted(kept, key=lambda one: one[0].program.length())[:KEPT]

    def merge(self, other: Tally) -> None:
        self.programs += other.programs
        self.derivatives += other.derivatives
        self.skipped += other.skipped
        for name in ("words", "keys", "kinds", "failing", "traits", "commands"):
            getattr(self, name).update(getattr(other, name))
        for key, found in other.examples.items():
            self._keep(key, found)
        self.slowest = max(self.slowest, other.slowest)

    @property
    def failed(self) -> int:
        return sum(self.words[word] for word in FAILING)

    @property
    def unexplained(self) -> list[tuple[str, str, str]]:
        """Refusals whose reason is not known to be true."""
        return [key for key in self.keys if key[0] == "refused" and not has_true_reason(Verdict(*key))]

    # As text

    def table(self) -> str:
        counts = f"{self.programs} programs, {self.answers} answers, {self.derivatives} derivatives"
        lines = [f"{counts}; {self.skipped} questions skipped (no reliable value)"]
        lines.append(", ".join(f"{name} {number}" for name, number in sorted(self.commands.items())))
        lines += [f"  {word:11} {self.words[word]:7} {_share(self.words[word], self.answers)}" for word in WORDS]
        lines.append(f"the slowest took {self.slowest:.1f} s")
        return "\n".join(lines)

    def shares(self) -> str:
        missing = sorted(TYPED - {kind.split(" ")[0] for kind in self.kinds})
        lines = [
            f"operators: {len(TYPED) - len(missing)} of {len(TYPED)} made"
            + (f", not {', '.join(missing)}" if missing else "")
        ]
        lines.append("share of programs (and of these with a failure):")
        shown = [
            f"{kind} {_share(number, self.programs)}"
            + (f" ({_share(self.failing[kind], number)})" if self.failing[kind] else "")
            for kind, number in sorted(self.kinds.items(), key=lambda one: one[1])
        ]
        lines += ["  " + ", ".join(shown[at : at + 6]) for at in range(0, len(shown), 6)]
        lines += [f"  {name}: {_share(self.traits[name], self.programs)}" for name in TRAITS]
        return "\n".join(lines)

    def failures(self, each: int = 3, seconds: float = 60.0) -> Iterator[str]:
        """Every kind, the worst first, with its smallest commands, no two of the same operators; shrunk for so long."""
        end = time.process_time() + seconds
        for key in sorted(self.keys, key=lambda key: (WORDS.index(key[0]), -self.keys[key])):
            word, place, kind = key
            mark = " (true reason)" if word == "refused" and has_true_reason(Verdict(*key)) else ""
            yield f"\n{self.keys[key]:5} × {' '.join(filter(None, (word, place and f'in {place}', kind)))}{mark}"
            seen: set[frozenset[str]] = set()
            for judged, verdict, seed in self.examples[key]:
                if len(seen) == each:
                    break
                program, question = judged.program, judged.question
                if word != "slow" and time.process_time() < end:
                    program, question = shrunk(judged, verdict, seed)
                operators = frozenset(program.kinds())
                if operators not in seen:
                    seen.add(operators)
                    yield "        " + command_of(program, question, place)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"
