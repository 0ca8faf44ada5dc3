"""The retention table: the shipped one holds the law's terms, and a slip of the pen never passes."""

from __future__ import annotations

import re

import pytest

from docgen.errors import Refused
from docgen.retention.table import SHIPPED, RetentionTable, read_table

TEXT = SHIPPED.read_text(encoding="utf-8")


@pytest.fixture
def table() -> RetentionTable:
    return read_table(TEXT, name="retention.toml")


def codes(text: str) -> set[str]:
    with pytest.raises(Refused) as problem:
        read_table(text, name="retention.toml")
    return {finding.code for finding in problem.value.findings}


def test_the_shipped_table_states_the_terms_of_law_and_manual(table: RetentionTable) -> None:
    assert {each.id: (each.start, each.term) for each in table.classes} == {
        "contract-paper": ("termination", 60),
        "accounting-voucher": ("fiscal-year", 360),
        "other-accounting": ("fiscal-year", 120),
        "presale-personal": ("last-contact", 24),
        "presale-paper": ("last-contact", 36),
        "permanent": ("never", 0),
    }


@pytest.mark.parametrize(
    ("kind", "title", "classes"),
    [
        ("other", "增值税专用发票", ("contract-paper", "accounting-voucher")),
        ("other", "银行回单 3月", ("contract-paper", "accounting-voucher")),
        ("other", "货物签收单", ("contract-paper", "other-accounting")),
        ("other", "质检报告", ("contract-paper",)),
        ("other", "往来函件", ("contract-paper",)),
        ("other", "从没见过的类型", ("contract-paper",)),
        ("other", "名片", ("presale-personal",)),
        ("destruction-list", "销毁清册", ("permanent",)),
    ],
)
def test_papers_fall_in_their_classes(table: RetentionTable, kind: str, title: str, classes: tuple[str, ...]) -> None:
    assert table.classes_of(kind=kind, title=title) == classes


def test_a_word_of_a_title_adds_classes_and_never_takes_one_away(table: RetentionTable) -> None:
    assert table.classes_of(kind="other", title="客户名片及发票") == ("contract-paper", "accounting-voucher")
    assert table.classes_of(kind="other", title="名片", also=("contract-paper",)) == (
        "contract-paper",
        "presale-personal",
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("years = 30", "years = 29", "retention.below-floor"),
        ("years = 5", "months = 59", "retention.below-floor"),
        ("years = 5", "years = 5\nmonths = 60", "retention.term-wrong"),
        ("years = 5\n", "", "retention.term-wrong"),
        ('start = "never"', 'start = "never"\nyears = 100', "retention.term-wrong"),
        ('start = "termination" ', 'start = "filing" ', "retention.start-wrong"),
        ('start = "termination" ', 'start = "signing" ', "retention.table-value"),
        ("years = 5", "year = 5", "retention.table-key"),
        ("fiscal_year_begins = 1", "fiscal_year_starts = 1", "retention.table-key"),
        ("fiscal_year_begins = 1 ", "fiscal_year_begins = 13 ", "retention.table-value"),
        ("years = 5", 'years = "5"', "retention.table-value"),
        ("schema = 1", "schema = 2", "retention.table-schema"),
        ('default = ["contract-paper"]', 'default = ["contract-papers"]', "retention.class-unknown"),
        ('id = "other-accounting"', 'id = "accounting-voucher"', "retention.class-twice"),
        ('id = "permanent"', 'id = "for-ever"', "retention.class-missing"),
        ('words = ["质检报告", "检验报告", "函", "邮件"]', 'words = [""]', "retention.rule-names-nothing"),
        ("schema = 1", "schema = ", "retention.table-unreadable"),
    ],
)
def test_a_slip_of_the_pen_is_refused(old: str, new: str, code: str) -> None:
    assert old in TEXT
    assert code in codes(TEXT.replace(old, new, 1))


def test_every_problem_is_told_at_once() -> None:
    wrong = TEXT.replace("years = 30", "years = 3").replace("years = 10", "years = 1")
    with pytest.raises(Refused) as problem:
        read_table(wrong, name="retention.toml")
    assert len(problem.value.findings) == 2


def test_terms_may_be_longer_than_the_law_asks() -> None:
    longer = read_table(re.sub(r"years = 5\b", "years = 10", TEXT), name="retention.toml").find("contract-paper")
    assert longer is not None
    assert longer.term == 120
