"""Every code that the program can say has its sentence in both languages, and no sentence lies about unused."""

from __future__ import annotations

import ast
import importlib.util
import re
import string
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from docgen.findings import Message, message_table

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "docgen"
ROOMS = {path.stem for path in (PACKAGE / "messages").glob("*.toml")}
CODE = re.compile(rf"({'|'.join(sorted(ROOMS))})\.[a-z0-9]+(-[a-z0-9]+)*")
FILE_NAMES = re.compile(r".*\.(toml|json|jsonl|db|key|txt|md|docx|html|py|css)")
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")
PLACEHOLDER = re.compile(r"\{\w+\}")
FAMILY = re.compile(rf"({'|'.join(sorted(ROOMS))})\.[a-z0-9-]*-")
DRILLS = PACKAGE / "contained" / "drills.py"  # misbehaves on purpose, in its findings too
MAKERS = {"error", "warning", "note", "of"}


@dataclass(frozen=True)
class Said:
    """One place where the code of a finding is written down with the values its sentence gets."""

    code: str
    place: str
    given: frozenset[str] | None  # None: passed on as **values, or not a call we can read


@cache
def _said() -> tuple[Said, ...]:
    return tuple(said for path in _modules() for said in _said_in(path))


def _modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != DRILLS and "migrations" not in path.parts]


def _families() -> set[str]:
    """Return the beginnings of codes whose end is a value, as in f"cli.state-{state}"."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in _modules())
    return {str(text.value) for tree in trees for text in _texts(tree) if FAMILY.fullmatch(str(text.value))}


def _said_in(path: Path) -> Iterator[Said]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = str(path.relative_to(ROOT))
    read: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in MAKERS and node.args:
            for constant in _texts(node.args[0]):
                read.add(id(constant))
                if _is_code(constant.value):
                    yield Said(str(constant.value), f"{name}:{node.lineno}", _given(node))
    for constant in _texts(tree):
        if id(constant) not in read and _is_code(constant.value):
            yield Said(str(constant.value), f"{name}:{constant.lineno}", None)


def _texts(node: ast.AST) -> Iterator[ast.Constant]:
    return (found for found in ast.walk(node) if isinstance(found, ast.Constant) and isinstance(found.value, str))


def _called(call: ast.Call) -> str:
    function = call.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _is_code(text: object) -> bool:
    return isinstance(text, str) and CODE.fullmatch(text) is not None and FILE_NAMES.fullmatch(text) is None


def _given(call: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name)


def _asked(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name and name.isidentifier()}


def test_every_code_in_the_program_has_a_row() -> None:
    missing = [f"{said.place} {said.code}" for said in _said() if said.code not in message_table()]
    assert not missing, "\n".join(missing)


def test_every_row_is_said_somewhere() -> None:
    families = tuple(_families())
    said = {said.code for said in _said()}
    unused = sorted(code for code in message_table() if code not in said and not code.startswith(families))
    assert not unused, "\n".join(unused)


def test_every_sentence_gets_the_values_it_names() -> None:
    short = [
        f"{said.place} {said.code} lacks {sorted(lacking)}"
        for said in _said()
        if said.given is not None and said.code in message_table()
        if (lacking := _needs(message_table()[said.code]) - said.given)
    ]
    assert not short, "\n".join(short)


def _needs(row: Message) -> set[str]:
    return (_asked(row.zh) | _asked(row.en) | _asked(row.zh_next) | _asked(row.en_next)) - {"where"}


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_file_holds_only_the_codes_of_its_room(room: str) -> None:
    rows = tomllib.loads((PACKAGE / "messages" / f"{room}.toml").read_text(encoding="utf-8"))
    assert [code for code in rows if not code.startswith(f"{room}.")] == []
    assert [code for code in rows if CODE.fullmatch(code) is None] == []


def test_every_row_says_the_same_in_both_languages() -> None:
    faults = [f"{code}: {fault}" for code, row in message_table().items() for fault in _faults(row)]
    assert not faults, "\n".join(faults)


def _faults(row: Message) -> Iterator[str]:
    zh, en = PLACEHOLDER.sub("", row.zh), PLACEHOLDER.sub("", row.en)
    if zh != en and LATIN.search(zh) and not HAN.search(zh):
        yield "the Chinese sentence has no Chinese"
    if HAN.search(zh) and not LATIN.search(en):
        yield "the English sentence has no English"
    if bool(row.zh_next) != bool(row.en_next):
        yield "a remedy in one language only"
    if not _asked(row.en) | _asked(row.en_next) <= _asked(row.zh) | _asked(row.zh_next):
        yield "the English sentence tells more than the Chinese one"


def test_the_page_of_errors_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_errors_doc", ROOT / "scripts" / "make_errors_doc.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == script.page(), "run: make docs"
