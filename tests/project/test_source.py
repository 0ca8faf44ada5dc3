"""The source tree keeps its own rules: docstrings everywhere, packages small and named in ARCHITECTURE.md."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "docgen"
MODULES = sorted(path for folder in ("docgen", "scripts", "bench") for path in (ROOT / folder).rglob("*.py"))
WRITTEN_BY_HAND = [path for path in MODULES if not ("migrations" in path.parts and path.name != "__init__.py")]
LINES_AT_MOST = 400
FUNCTION_LINES_AT_MOST = 60
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "tools"}


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_every_module_says_what_it_is() -> None:
    silent = [str(path.relative_to(ROOT)) for path in WRITTEN_BY_HAND if not ast.get_docstring(_tree(path))]
    assert not silent, "\n".join(silent)


def test_a_package_holds_a_docstring_only() -> None:
    code = (ast.Import, ast.FunctionDef, ast.ClassDef, ast.If)
    full = [
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("__init__.py")
        for node in _tree(path).body
        if isinstance(node, code) or (isinstance(node, ast.ImportFrom) and node.module != "__future__")
    ]
    assert not full, "\n".join(full)


def test_no_module_and_no_function_is_too_long() -> None:
    long = [str(path.relative_to(ROOT)) for path in WRITTEN_BY_HAND if _lines(path) > LINES_AT_MOST]
    long += [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in WRITTEN_BY_HAND
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES_AT_MOST
    ]
    assert not long, "\n".join(long)


def _lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def test_modules_are_nouns_of_the_trade() -> None:
    assert [str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*.py") if path.stem in VAGUE_NAMES] == []


def test_every_module_begins_with_the_future_of_annotations() -> None:
    late = []
    for path in WRITTEN_BY_HAND:
        body = _tree(path).body[1:]
        if body and not (isinstance(body[0], ast.ImportFrom) and body[0].module == "__future__"):
            late.append(str(path.relative_to(ROOT)))
    assert not late, "\n".join(late)


def test_every_room_stands_in_the_tree_of_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {path.parent.relative_to(PACKAGE).parts[0] for path in PACKAGE.glob("*/__init__.py")}
    rooms |= {path.name for path in PACKAGE.glob("*.py") if path.name != "__init__.py"}
    tree = text.split("```")[1]
    assert sorted(room for room in rooms if not re.search(rf"^\s+{re.escape(room)}/?\s", tree, re.MULTILINE)) == []


def test_the_tree_of_the_architecture_names_nothing_that_is_not_there() -> None:
    tree = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    within = tree.partition("docgen/")[2]
    named = re.findall(r"^  ([a-z_]+(?:/|\.py))\s", within, re.MULTILINE)
    assert len(named) > 10
    assert [name for name in named if not (PACKAGE / name).exists()] == []


def test_the_import_order_in_the_architecture_is_the_one_enforced() -> None:
    contract = (ROOT / ".importlinter").read_text(encoding="utf-8").partition("layers =\n")[2].partition("\n\n")[0]
    enforced = [line.strip().replace("docgen.", "") for line in contract.splitlines() if line.strip()]
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert " → ".join(enforced) in re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", ["docgen", "scripts"])
def test_no_work_is_left_for_later_in_the_code(name: str) -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b")
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / name).rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert left == []
