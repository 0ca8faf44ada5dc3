"""docs/rules.md is true: each module and test it names exists, and each rule with a deadline stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docgen.deals.deadlines import RULES

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([A-Z][^ |]*) \| ([^|]+) \| `([^`]+)` \| `([^`]+)` \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs" / "rules.md").read_text(encoding="utf-8"))


def test_the_table_is_read() -> None:
    assert len(ROWS) > 45
    ids = [rule for rule, *_ in ROWS]
    assert sorted({rule for rule in ids if ids.count(rule) > 1}) == []


@pytest.mark.parametrize(("rule", "where", "test"), [(row[0], row[2], row[3]) for row in ROWS])
def test_each_named_module_and_test_exists(rule: str, where: str, test: str) -> None:
    assert (ROOT / "docgen" / where).is_file(), rule
    file, _, name = test.partition("::")
    source = (ROOT / "tests" / "deals" / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}\(", source, re.MULTILINE), rule


def test_every_deadline_stands_in_the_table() -> None:
    marked = {rule for rule, what, *_ in ROWS if "deadline" in what}
    assert marked == set(RULES)


def test_every_rule_a_deadline_names_is_listed() -> None:
    source = (ROOT / "docgen" / "deals" / "deadlines.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"(R-2\.\d-\d\d)"', source)) == set(RULES)
