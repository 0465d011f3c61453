"""The house: who may import whom. A file imports from its own folder and from the floors below, never up, not even for
a type or inside a function; and no circle of files imports itself."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import mcalc
from mcalc.formats import FORMATS
from mcalc.table import TABLE, roles

HOUSE = Path(mcalc.__file__).parent

FLOORS = (
    {"problems", "choices", "formats", "later", "door"},
    {"table"},
    {"tree"},
    {"language"},
    {"question"},
    {"networks"},
    {"notation"},
    {"documents"},
    {"rewriting"},
    {"calculus"},
    {"numbers"},
    {"derivation"},
    {"ask"},
    {"code"},
    {"checking"},
    {"evaluating"},
    {"pages"},
    {"pictures"},
    {"answers"},
    {"__init__"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
"""The folders and files of the house from the ground up; those on one floor do not import one another."""


@cache
def modules() -> dict[str, Path]:
    """Every module by its dotted name, ``tree.node``; a folder's own file is ``tree``, the house's ``__init__``."""
    found = {}
    for path in sorted(HOUSE.rglob("*.py")):
        name = ".".join(path.relative_to(HOUSE).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def target(module: str, name: str) -> str | None:
    """The module of the house that ``from module import name`` reads."""
    if module != "mcalc" and not module.startswith("mcalc."):
        return None
    inside = module.removeprefix("mcalc").removeprefix(".")
    deep = f"{inside}.{name}".removeprefix(".")
    return deep if deep in modules() else inside or "__init__"


BY_NAME = ("import_module", "__import__", "find_spec", "Later")
"""What imports a module by its name, at once or when it is first used."""
OF_SYMPY = "commands.core_first"
"""The file that finds parts of SymPy, and nothing else."""
HANDED_ON = {"later": "self._name", "door": "module"}
"""Where the name was given by another file, whose `Later` is followed."""


def named(call: ast.Call) -> list[ast.expr]:
    """The names that a call imports by: each branch of a choice."""
    found, waiting = [], call.args[:1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.IfExp):
            waiting += [node.body, node.orelse]
        else:
            found.append(node)
    return found


def by_name(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in BY_NAME:
            yield from named(node)


def of_formats(name: ast.expr) -> bool:
    """Whether it is the module that the record of a format names."""
    return ast.unparse(name) == "f'mcalc.{FORMATS[form].module}'"


def imported(path: Path) -> Iterator[str]:
    """What a file imports, also inside functions, for types alone, and by name."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are written in full"
            yield from filter(None, (target(node.module or "", alias.name) for alias in node.names))
        elif isinstance(node, ast.Import):
            yield from filter(None, (target(alias.name, "") for alias in node.names if alias.name != "mcalc"))
    for name in by_name(tree):
        if isinstance(name, ast.Constant):
            yield from filter(None, [target(name.value, "")])
        elif of_formats(name):
            yield from (one.module for one in FORMATS.values() if one.module.startswith(f"{path.parent.name}."))


@cache
def imports() -> dict[str, frozenset[str]]:
    return {name: frozenset(imported(path)) - {name} for name, path in modules().items()}


def floor(module: str) -> int:
    room = module.partition(".")[0]
    (found,) = [at for at, rooms in enumerate(FLOORS) if room in rooms] or [None]
    assert found is not None, f"{room} stands on no floor: say in FLOORS which"
    return found


def goes_up(module: str, other: str) -> bool:
    return module.partition(".")[0] != other.partition(".")[0] and floor(other) >= floor(module)


def circles() -> list[list[str]]:
    """The sets of more than one file that import each other, over whatever others (Tarjan's algorithm)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        stack.append(name)
        for other in imports()[name]:
            if other not in number:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in stack:
                lowest[name] = min(lowest[name], number[other])
        if lowest[name] == number[name]:
            at = stack.index(name)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for name in imports():
        if name not in number:
            visit(name)
    return found


@pytest.mark.parametrize("module", sorted(modules()))
def test_no_file_imports_from_above(module: str) -> None:
    above = {other for other in imports()[module] if goes_up(module, other)}
    assert not above, f"{module} imports {', '.join(sorted(above))}, which stands no lower"


def test_no_circle_of_files() -> None:
    assert not circles()


def test_what_is_imported_by_name_can_be_followed() -> None:
    unread = {
        (module, ast.unparse(name))
        for module, path in modules().items()
        for name in by_name(ast.parse(path.read_text()))
        if not isinstance(name, ast.Constant) and not of_formats(name)
    }
    assert {row for row in unread if row[0] != OF_SYMPY} <= {*HANDED_ON.items(), ("code.checked", "library")}
    assert "code.wrapped" in imports()["pages.shown"] and "documents.typst" in imports()["documents"]


WITHIN_FUNCTIONS = ("commands", "__init__", "ask")
"""Where start-up needs it: a command imports what it runs, an unverified answer nothing that verifies."""


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_stand_at_the_head_of_a_file(module: str) -> None:
    tree = ast.parse(modules()[module].read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    within = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.ImportFrom)]
    names = {node.module for node in within if (node.module or "").startswith("mcalc")}
    assert not names or module.partition(".")[0] in WITHIN_FUNCTIONS


def test_the_readme_lists_the_rooms_in_their_order() -> None:
    text = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", text.partition("| room |")[2].partition("\n\n")[0], re.MULTILINE)
    rooms = [room for floor in FLOORS for room in sorted(floor)]
    plain = {"problems", "choices", "formats", "door", "later", "__init__", "__main__", "cli"}
    assert listed == [
        room for room in rooms if room not in plain and (HOUSE / room).exists() | (HOUSE / f"{room}.py").exists()
    ]


def test_a_circle_and_an_import_from_above_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert goes_up("tree.node", "ask") and not goes_up("ask", "tree.node") and not goes_up("tree.build", "tree.node")
    monkeypatch.setitem(globals(), "imports", lambda: {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    assert circles() == [["a", "b", "c"]]


STRUCTURAL = frozenset(
    {"add", "multiply", "divide", "power", "negative", "matmul", "dot", "outer", "transpose", "diag", "sum", "mean"}
    | {"variable", "number", "dimension", "index", "loop_index", "loop_sum", "partial", "differential", "element"}
    | {"stack", "stack_rows", "grid", "ones", "zeros", "eye", "unit", "pi"}
)
"""What trees and networks are built of goes by its name everywhere."""
NOT_FUNCTIONS = {
    "checking.findings": ("sign",),  # a kind of mistake
    "derivation.named_rules": ("diagonal", "delta"),  # words that one looks a page up by
    "documents.document": ("where",),  # the word before what is named
    "language.pasted.latex": ("var",),  # \varepsilon is a letter
    "notation.style": ("exp",),  # a value of the style `exponential`
    "numbers.written": ("abs", "sign"),  # SymPy's word, and a group of a regular expression
    "pages.operator": ("where",),  # the word before what must hold
    "pictures.flat": ("log",),  # matplotlib's word for a scale
    "pictures.losses": ("step",),  # of a descent, on an axis
    "pages.descent": ("step",),  # of a descent, as a heading
    "pages.records": ("where", "step"),  # keys of JSON
    "tree.node": ("sign",),  # an attribute
    "tree.properties": ("diagonal",),  # a property that is declared
}
"""Words that happen to be spelled as a function of the table is."""
NAMES_IN_CODE = 1
"""How often the room `code` still spells a function's name; it may only fall."""


def spelled(path: Path) -> list[str]:
    """The names of functions of the table that stand in a file as strings, apart from docstrings."""
    tree = ast.parse(path.read_text())
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    told = {id(node.body[0].value) for node in scopes if node.body and isinstance(node.body[0], ast.Expr)}
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told]
    return [node.value for node in strings if node.value in TABLE and node.value not in STRUCTURAL]


def test_functions_are_named_in_the_table_alone() -> None:
    found = {module: spelled(path) for module, path in modules().items() if module.partition(".")[0] != "table"}
    assert sum(len(names) for module, names in found.items() if module.startswith("code")) <= NAMES_IN_CODE
    strangers = {
        module: names
        for module, names in found.items()
        if not module.startswith("code") and not set(names) <= set(NOT_FUNCTIONS.get(module, ()))
    }
    assert not strangers, "say it in the operator's record, or by its part in algebra: mcalc/table/roles.py"


def test_a_role_is_an_operator_of_the_table() -> None:
    names = [value for name, value in vars(roles).items() if name.isupper()]
    assert names and set(names) <= set(TABLE) and len(names) == len(set(names))


NOT_PRINTED = {
    "numbers.bounds": "what a debugger shows",
    "numbers.endings": "rounded, and a number again",
    "documents.svg": "lengths in a drawing",
    "documents.typeset_diagram": "lengths in a drawing",
    "pictures.ticks": "rounded, and a number again",
}
"""Where a number is formatted that no one reads; all others are written in one place."""


def test_numbers_are_written_in_one_place() -> None:
    found = {
        module
        for module, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FormattedValue) and node.format_spec and ast.unparse(node.format_spec)[-2] in "efg%"
    }
    assert found <= {"notation.of_numbers", *NOT_PRINTED}, "write it by mcalc/notation/of_numbers.py"


ANYTHING = 140
"""How often `Any` is said, imports included; it may only fall."""


def test_any_is_said_no_oftener() -> None:
    assert sum(len(re.findall(r"\bAny\b", path.read_text())) for path in modules().values()) <= ANYTHING


LONGEST = 320
TABLES = ("table.",)


def test_a_file_is_read_in_one_sitting() -> None:
    long = {name: len(path.read_text().splitlines()) for name, path in modules().items()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST and not name.startswith(TABLES)} == {}


def test_what_is_public_says_what_it_is() -> None:
    public = documented = 0
    for path in modules().values():
        tree = ast.parse(path.read_text())
        inside = [node for kind in tree.body if isinstance(kind, ast.ClassDef) for node in kind.body]
        for node in [*tree.body, *inside]:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                public += 1
                documented += bool(ast.get_docstring(node))
    assert documented >= 0.985 * public


STEERING = ("AssertionError", "Exception", "BaseException", "RecursionError")
GUARDS = {"commands.faults", "commands.batch", "checking.served"}
"""Where whatever happens becomes a message: around a command, around a line of JSON, around a user's own program."""


def test_what_is_impossible_is_not_caught() -> None:
    def caught(handler: ast.ExceptHandler) -> set[str]:
        kinds = {handler.type.id} if isinstance(handler.type, ast.Name) else set()
        if isinstance(handler.type, ast.Tuple):
            kinds = {node.id for node in handler.type.elts if isinstance(node, ast.Name)}
        return kinds if handler.type is not None else {"Exception"}

    found = {
        name
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and caught(node) & set(STEERING)
    }
    assert found <= GUARDS


def doors() -> dict[str, list[ast.ImportFrom]]:
    """The rooms by name, with what their doors give."""
    found = {}
    for name, path in modules().items():
        if path.name == "__init__.py" and name != "__init__":
            blocks = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.If)]
            found[name] = [line for block in blocks for line in block.body if isinstance(line, ast.ImportFrom)]
    return found


FROM = re.compile(r"^\s*from (mcalc[\w.]*) import ([^#\n]*)|^\s*import (mcalc[\w.]+)", re.MULTILINE)


def test_tests_come_in_by_the_door() -> None:
    """What one can ask of `mcalc` itself or of the command line is asked there, what of a room of the room: tests know
    none of its files."""
    rooms = {name.partition(".")[0] for name in doors()}
    inside = {name for name in modules() if name.partition(".")[0] in rooms and name not in doors()}
    found = {
        f"{path.name}: {name}"
        for path in Path(__file__).parent.rglob("*.py")
        if path.name != Path(__file__).name
        for line in re.findall(
            r"^\s*from (mcalc[\w.]*) import ([^#\n]*)|^\s*import (mcalc[\w.]+)", path.read_text(), re.M
        )
        for name in {target(line[0] or line[2], one.strip(" (),")) for one in (line[1] or " ").split(",")}
        if name in inside
    }
    assert not found, "import it from the room, and say in the room's __init__ which of its files has it"


@pytest.mark.parametrize("room", sorted(doors()))
def test_a_door_gives_what_it_says(room: str) -> None:
    for line in doors()[room]:
        for alias in line.names:
            given = getattr(importlib.import_module(f"mcalc.{room}"), alias.asname or alias.name)
            assert given is getattr(importlib.import_module(str(line.module)), alias.name)


@pytest.mark.parametrize("room", sorted(doors()))
def test_a_name_that_no_one_comes_for_is_not_at_the_door(room: str) -> None:
    text = "\n".join(path.read_text() for path in Path(__file__).parent.rglob("*.py"))
    own = modules()[room].read_text()
    names = {alias.asname or alias.name for line in doors()[room] for alias in line.names}
    assert {
        name for name in names if not re.search(rf"\b{name}\b", text) and len(re.findall(rf"\b{name}\b", own)) < 2
    } == set()
