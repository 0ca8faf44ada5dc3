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


@pytest.mark.parametrize("face", FACES)
def test_a_statement_waives_nothing_and_states_principal_only(face: str) -> None:
    for case in ("manual", "plain", "overdue"):
        said = text("statement", case, face)
        assert "本函不视为放弃违约金及其他权利" in said
        assert "本函仅列本金" in said
    assert "到期提醒函" in text("statement", "manual", face)
    assert "到期提醒函" not in text("statement", "plain", face)
    assert "¥50,000.00" in text("statement", "overdue", face)
    for case in ("manual", "plain"):
        assert "逾期" not in text("statement", case, face)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("kind", "case", "figures"),
    [
        # 85,500 × 0.05 % × 9 days from 2024-05-28 to 06-05
        ("overdue-letter", "manual", ("¥384.75", "¥85,884.75", "9天")),
        # 85,500 × 0.05 % × 5 (the day of payment on the larger balance) + 50,000 × 0.05 % × 20
        ("overdue-letter", "part-payment", ("213.75", "500.00", "¥713.75", "¥50,713.75")),
        ("overdue-letter", "thirtieth-day", ("¥1,282.50", "30天")),
        # 2024-02-21 to 03-05 are 14 days in a leap year
        ("overdue-letter", "leap-day", ("¥598.50", "14天")),
        # 285,000 × 0.2 % × 26 = 14,820.00, capped at 5 % of 285,000
        ("overdue-letter", "cap", ("¥14,820.00", "¥14,250.00", "¥99,750.00")),
        # 85,500 × 0.05 % × 11 by the statute
        ("overdue-letter", "sme", ("¥470.25", "¥85,970.25", "逾期利息")),
        ("formal-demand", "manual", ("¥1,496.25", "35天")),
        ("formal-demand", "thirty-first-day", ("¥1,325.25", "31天")),
        # one cap of 14,250.00: the second instalment took 12,269.25 of it
        ("formal-demand", "cap", ("¥12,269.25", "¥1,980.75", "¥115,980.75")),
        ("lawyer-draft", "manual", ("¥2,223.00", "¥87,723.00", "52天")),
        ("repayment-agreement", "manual", ("¥85,500.00", "¥1,453.50", "¥86,953.50")),
        ("repayment-agreement", "replaced", ("¥1,453.50", "¥1,000.00", "¥86,500.00")),
    ],
)
def test_figures_are_those_worked_by_hand(kind: str, case: str, figures: tuple[str, ...], face: str) -> None:
    for figure in figures:
        assert figure in text(kind, case, face)


@pytest.mark.parametrize("face", FACES)
def test_late_letters_without_a_clause_claim_nothing_more(face: str) -> None:
    for kind in ("overdue-letter", "formal-demand"):
        said = text(kind, "no-clause", face)
        assert "本函仅主张上述本金" in said
        assert "权利" in said
        for word in ("违约金", "逾期利息", "第五百八十五条"):
            assert word not in said
    assert "本协议不确认违约金" in text("repayment-agreement", "no-clause", face)
    assert "现主张上述本金" in text("lawyer-draft", "no-clause", face)
    assert "第五百八十五条" not in text("lawyer-draft", "no-clause", face)


@pytest.mark.parametrize("face", FACES)
def test_the_penalty_of_late_letters_runs_on_as_far_as_the_cap_allows(face: str) -> None:
    runs_on, at_cap = "此后按日继续计算至实际付清之日止", "此后不再增加"
    for kind, case in (("overdue-letter", "manual"), ("formal-demand", "manual"), ("lawyer-draft", "manual")):
        assert runs_on in text(kind, case, face)
    for kind in ("overdue-letter", "formal-demand"):
        assert at_cap in text(kind, "cap", face)
        assert runs_on not in text(kind, "cap", face)
    assert "累计以上述上限为限" not in text("overdue-letter", "sme", face)


@pytest.mark.parametrize("face", FACES)
def test_the_formal_demand_is_ours_and_no_notice_of_termination(face: str) -> None:
    said = text("formal-demand", "manual", face)
    for law in ("第五百七十七条", "第五百七十九条", "第五百八十五条", "第五百六十三条第一款第三项"):
        assert law in said
    assert "本函不是解除通知" in said
    assert "抄送：本公司法务部" in said
    assert "律师事务所" not in said
    assert "HT2024031001-CS2-01" in said


@pytest.mark.parametrize("face", FACES)
def test_the_draft_names_no_law_firm(face: str) -> None:
    said = text("lawyer-draft", "manual", face)
    assert "函号出具日期" in said
    assert "经办律师执业证号" in said
    assert "＿律师事务所接受" in said
    assert "待补" in said


@pytest.mark.parametrize("face", FACES)
def test_a_repayment_agreement_says_whether_the_rate_is_replaced(face: str) -> None:
    assert "不变更、不代替原合同第九条第2款约定的计算标准" in text("repayment-agreement", "manual", face)
    assert "代替原合同第九条第2款关于上述款项逾期付款违约金的计算" in text("repayment-agreement", "replaced", face)
    for case in ("manual", "replaced", "no-clause"):
        assert "诉讼时效自本协议签署之日中断" in text("repayment-agreement", case, face)


@pytest.mark.parametrize("face", FACES)
def test_only_the_letter_on_the_account_prints_another_one(face: str) -> None:
    new = "00987654321000098" + "76"
    assert new in text("account-change", "manual", face)
    assert "00123456789000012" + "34" in text("account-change", "manual", face)
    assert new in text("overdue-letter", "new-account", face)
    assert "HT2024031001-ZH01" in text("overdue-letter", "new-account", face)
    assert "合同约定账户" not in text("overdue-letter", "new-account", face)
