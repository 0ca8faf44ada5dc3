"""What letters must and must not say, whatever their wording: tone, warranty, penalty (X-02 to X-04)."""

from __future__ import annotations

from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FACES = ("pdf.txt", "docx.txt")


def text(kind: str, case: str, face: str) -> str:
    return "".join((TEMPLATES / kind / "golden" / case / face).read_text("utf-8").split())


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("kind", "case"),
    [
        ("progress-letter", "manual"),
        ("progress-letter", "due-day"),
        ("progress-letter", "provisional"),
        ("final-letter", "manual"),
        ("final-letter", "last-day"),
        ("final-letter", "day-after"),
    ],
)
def test_before_the_due_day_is_over_nothing_is_said_to_be_late(kind: str, case: str, face: str) -> None:
    assert "逾期" not in text(kind, case, face)
    assert "违约金" not in text(kind, case, face)


@pytest.mark.parametrize("face", FACES)
def test_the_warranty_is_over_from_the_day_after_and_not_before(face: str) -> None:
    for kind, case in (("final-letter", "manual"), ("final-letter", "last-day"), ("warranty-form", "manual")):
        assert "将于2025年3月26日届满" in text(kind, case, face)
        assert "已于2025年3月26日届满" not in text(kind, case, face)
    for kind, case in (("final-letter", "day-after"), ("warranty-form", "over"), ("warranty-certificate", "manual")):
        assert "已于2025年3月26日届满" in text(kind, case, face)


@pytest.mark.parametrize("face", FACES)
def test_without_a_clause_only_the_principal_is_claimed(face: str) -> None:
    for kind in ("progress-letter", "final-letter"):
        assert "本函仅主张上述本金" in text(kind, "no-clause", face)
        assert "违约金" not in text(kind, "no-clause", face)


@pytest.mark.parametrize("face", FACES)
def test_a_penalty_partly_paid_is_claimed_for_the_rest(face: str) -> None:
    # 20 days × 150.00 = 3,000.00 and 30 × 103.00 = 3,090.00 are paid; 9 × 72.75667 = 654.81003 are open
    letter = text("progress-letter", "penalty-first", face)
    assert "应付违约金共¥6,744.81，已付¥6,090.00，尚欠¥654.81" in letter
    assert "未付余额与违约金合计¥73,411.48" in letter


@pytest.mark.parametrize("face", FACES)
def test_the_penalty_runs_on_only_while_the_cap_leaves_room(face: str) -> None:
    runs_on = "此后按日继续计算至实际付清之日止"
    assert runs_on in text("progress-letter", "deemed", face)
    assert runs_on not in text("progress-letter", "overdue", face)
    # 150,000 × 0.1% × 20 + 100,000 × 0.1% × 30 + 66,666.67 × 0.1% × 62 = 10,133.33354; cap 5% of 150,000
    assert "¥10,133.33" in text("progress-letter", "overdue", face)
    assert "¥7,500.00" in text("progress-letter", "overdue", face)
    # one cap of 14,250.00 for the contract: 85,500 × 0.05% × 287 days took 12,269.25 of it before
    assert "¥1,980.75" in text("final-letter", "overdue", face)
