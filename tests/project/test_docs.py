"""The documents are true in the ways a machine can check: links lead somewhere, commands exist, no machine is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "archive" / "README.md"])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
ABSOLUTE_PATH = re.compile(r"(?<![\w./:~-])/(\w+)/")
EVERYWHERE = {"bin", "dev", "etc", "mnt", "proc", "srv", "usr"}
MAKE_TARGET = re.compile(r"`make ([a-z]+)`")
CLASS_NAME = re.compile(r"`([A-Z][A-Za-z]+)`")
ROW = re.compile(r"^\| ([^|]+) \| `([^`]+)`", re.MULTILINE)
DEFINED = re.compile(r"^class ([A-Z]\w+)\((?:Model|StrEnum)\)", re.MULTILINE)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    targets = [link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8"))]
    here = [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]
    assert [target for target in here if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_machine_is_named(page: Path) -> None:
    assert set(ABSOLUTE_PATH.findall(page.read_text(encoding="utf-8"))) - EVERYWHERE == set()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_make_target_named_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(MAKE_TARGET.findall(page.read_text(encoding="utf-8"))) - targets == set()


def _glossary() -> str:
    return (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_every_class_of_the_record_stands_in_the_glossary() -> None:
    modules = (ROOT / "docgen" / "deals").glob("*.py")
    classes = {name for path in modules for name in DEFINED.findall(path.read_text(encoding="utf-8"))}
    assert classes
    assert sorted(classes - set(CLASS_NAME.findall(_glossary()))) == []


def test_the_glossary_gives_one_identifier_for_one_term() -> None:
    terms = [term for term, _ in ROW.findall(_glossary())]
    assert len(terms) > 80
    assert sorted({term for term in terms if terms.count(term) > 1}) == []


def test_every_identifier_of_the_glossary_is_used_in_the_program() -> None:
    files = [*(ROOT / "docgen").rglob("*.py"), *(ROOT / "templates").glob("*/kind.toml")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    words = set(re.findall(r"[\w-]+", source))
    assert sorted(name for _, name in ROW.findall(_glossary()) if name not in words) == []
