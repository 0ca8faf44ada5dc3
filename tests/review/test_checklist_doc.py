"""docs/checklist.md is true: its lines are the program's, word for word, and name where each is looked at."""

from __future__ import annotations

import re
from pathlib import Path

from docgen.review.checklist import CHECKS

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(
    r"^\| ([A-Z]{2}-\d\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| (record|person) \| `review/(\w+)\.py` \|$", re.MULTILINE
)
ROWS = ROW.findall((ROOT / "docs" / "checklist.md").read_text(encoding="utf-8"))


def test_the_table_is_the_programs_own_list() -> None:
    shown = [(row[0], row[1], row[2], row[3], row[5]) for row in ROWS]
    assert shown == [
        (check.id, check.clause_type.value, check.what, check.rule, check.look.__module__.rpartition(".")[2])
        for check in CHECKS
    ]


def test_lines_left_to_a_person_are_never_decided_by_the_record() -> None:
    source = (ROOT / "tests" / "review" / "test_checklist.py").read_text(encoding="utf-8")
    for line_id in (row[0] for row in ROWS if row[4] == "person"):
        assert set(re.findall(rf'\("{line_id}", .*?, (YES|NO|OPEN|NA), "', source)) == {"OPEN"}
