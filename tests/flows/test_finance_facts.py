"""Plans, promises, refunds, letters as of a day: recorded by their verbs, told by board and JSON, rebuilt from logs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from docgen.archive.keep import keep
from docgen.cli.main import main
from docgen.demo.people import agreed, hire
from docgen.errors import Refused
from docgen.findings import Severity
from docgen.receivables.board import BoardRow
from docgen.services.archive_care import rebuild_database
from docgen.services.deals import show_deal
from docgen.services.deposit_scan import Arrival, Deposited, deposit_scan
from docgen.services.due_board import all_rows
from docgen.services.import_deal import import_deal
from docgen.services.import_payments import confirm_payments
from docgen.services.issue_document import issue_document
from docgen.services.letters import Dispatch, fail_letter, send_letter
from docgen.services.office import Office
from docgen.services.placed_by_hand import placement_for
from docgen.services.prepare_issue import Request, prepare
from docgen.services.record_fact import NewFact, Withdrawal, add_fact, undo_fact
from docgen.services.repaying import add_plan, withdraw_plan
from docgen.services.void_paper import void_paper
from docgen.store import database, ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
ONE_DAY = timedelta(days=1)
PLAN = """
until: 2024-06-05
instalments: [2]
principal: 85500.00
penalty: 384.75
parts:
  - {on: 2024-06-15, amount: 40000.00}
  - {on: 2024-07-15, amount: 45884.75}
"""
"""9 days late by then: 85,500.00 × 0.0005 × 9 = 384.75; 40,000.00 + 45,884.75 = 85,884.75. 06-15 is a Saturday."""
ACCOUNT = """
on: 2024-06-28
account: {holder: 山海云图科技（示例）有限公司, bank: 示例银行临江高新支行, number: '0098765432100009876'}
reason: 支行撤并
evidence: K1
"""


@pytest.fixture
def unpaid(office: Office, tmp_path: Path) -> str:
    """Return the manual's deal with its second instalment unpaid, due on 2024-05-27."""
    lines = [line for line in SAMPLE.read_text("utf-8").splitlines() if "BK20240525007" not in line]
    (tmp_path / "unpaid.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    return import_deal(office, tmp_path / "unpaid.yaml").contract_no


def go(office: Office, day: date) -> None:
    office.clock.at = datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)  # type: ignore[attr-defined]
    confirm_payments(office, day)


def row(office: Office, number: str, day: date, seq: int = 2) -> BoardRow:
    return next(each for each in all_rows(office, day, contract_no=number) if each.seq == seq)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(text, "utf-8")
    return path


def signed_copy(office: Office, number: str, tmp_path: Path, text: str = "签字") -> Deposited:
    """File a stand-in for the signed scan of a paper, as a person assigns one."""
    path = tmp_path / f"{text}.pdf"
    path.write_bytes(text.encode())
    arrival = Arrival(keep(office.archive, path), path.name, office.now(), "application/pdf", 1)
    return deposit_scan(office, arrival, placement_for(number, None, None, actor="张三"))


def agreement(office: Office, number: str, tmp_path: Path) -> str:
    go(office, date(2024, 6, 5))
    hire(office)
    add_plan(office, number, "repayment", written(tmp_path, PLAN))
    agreed(office, number, "还款协议", seq=1)
    return issue_document(office, Request(number, "还款协议", seq=1)).number


def test_a_signed_plan_is_a_promise_until_it_is_missed(office: Office, unpaid: str, tmp_path: Path) -> None:
    paper = agreement(office, unpaid, tmp_path)
    assert row(office, unpaid, date(2024, 6, 5)).held is None
    done = signed_copy(office, paper, tmp_path)
    assert [each.code for each in done.findings] == ["services.promise-by-agreement"]
    (flag,) = ledger.deal(unpaid).record.facts.flags
    assert (flag.flag, flag.instalment, flag.until, flag.evidence) == ("promised", 2, date(2024, 7, 15), done.item_id)
    assert show_deal(office, unpaid)["repayments"][0]["signed_copy_on"] == "2024-06-05"  # type: ignore[index]
    # 06-15 is a Saturday: the first part may come until Monday 06-17
    kept, missed = date(2024, 6, 17), date(2024, 6, 18)
    assert row(office, unpaid, kept).held is not None
    broken = row(office, unpaid, missed)
    assert (broken.held, broken.promise_broken_on) == (None, missed)
    assert broken.next_step.title == "逾期催收函"
    shown = show_deal(office, unpaid, as_of=missed)["instalments"][1]  # type: ignore[index]
    assert (shown["flag"], shown["promise_broken_on"]) == (None, "2024-06-18")
    go(office, missed)
    assert "kinds.not-to-ask-now" not in refusal(office, unpaid, "逾期催收函")
    # paid in time after all, as the bank shows: the promise stands until the last part
    add_fact(office, unpaid, NewFact("payment", {"on": "2024-06-17", "amount": "40000.00"}))
    assert row(office, unpaid, missed).held is not None
    assert row(office, unpaid, date(2024, 7, 15)).held is not None
    assert row(office, unpaid, date(2024, 7, 16)).promise_broken_on == date(2024, 7, 16)
    before = list(all_rows(office, missed))
    rebuild_database(office.workspace)
    assert list(all_rows(office, missed)) == before


def refusal(office: Office, number: str, kind: str, seq: int = 2) -> set[str]:
    try:
        prepare(office, Request(number, kind, seq=seq), is_draft=False)
    except Refused as refused:
        return {each.code for each in refused.findings if each.severity is Severity.ERROR}
    return set()


def test_one_copy_promises_once_and_a_void_agreement_nothing(office: Office, unpaid: str, tmp_path: Path) -> None:
    paper = agreement(office, unpaid, tmp_path)
    signed_copy(office, paper, tmp_path)
    assert signed_copy(office, paper, tmp_path, "再扫一次").findings == ()
    with pytest.raises(Refused) as stands:
        withdraw_plan(office, unpaid, "repayment", 1, reason="改期")
    assert {each.code for each in stands.value.findings} == {"services.plan-has-paper", "services.plan-is-promise"}
    undo_fact(office, unpaid, Withdrawal("flag", "1", "客户未盖章"))
    assert signed_copy(office, paper, tmp_path, "第三次").findings == ()  # a person took it back
    void_paper(office, paper, reason="重签")
    assert withdraw_plan(office, unpaid, "repayment", 1, reason="改期").value["withdrawn"] == "改期"
    assert signed_copy(office, paper, tmp_path, "第四次").findings == ()
    with pytest.raises(Refused) as twice:
        withdraw_plan(office, unpaid, "repayment", 1, reason="再撤")
    assert [each.code for each in twice.value.findings] == ["services.plan-withdrawn"]


@pytest.mark.parametrize("kind", ["disputed", "promised", "paused"])
def test_a_flag_holds_to_the_day(office: Office, unpaid: str, kind: str) -> None:
    go(office, date(2024, 6, 3))
    values = {"on": "2024-06-03", "instalment": "2", "flag": kind, "reason": "来电", "until": "2024-06-10"}
    add_fact(office, unpaid, NewFact("flag", values))
    for day, is_held in ((2, False), (3, True), (10, True), (11, False)):
        on = date(2024, 6, day)
        assert bool(row(office, unpaid, on).held) == is_held
        assert (show_deal(office, unpaid, as_of=on)["instalments"][1]["flag"] is not None) == is_held  # type: ignore[index]
        go(office, on)
        assert ("kinds.not-to-ask-now" in refusal(office, unpaid, "逾期催收函")) == is_held


def test_an_over_payment_goes_back(office: Office, unpaid: str) -> None:
    go(office, date(2025, 4, 8))
    add_fact(office, unpaid, NewFact("payment", {"on": "2025-04-07", "amount": "199500.50"}))
    day = date(2025, 4, 8)
    assert row(office, unpaid, day, seq=3).advance == row(office, unpaid, day, seq=3).advance.__class__("0.50")
    wrong = {"on": "2025-04-08", "amount": "0.51", "reason": "多付"}
    with pytest.raises(Refused) as refused:
        add_fact(office, unpaid, NewFact("退款", wrong))
    assert [each.code for each in refused.value.findings] == ["deals.refund-beyond-advance"]
    done = add_fact(office, unpaid, NewFact("refund", {**wrong, "amount": "0.50"}))
    rows = list(all_rows(office, day, contract_no=unpaid))
    assert not any(each.balance or each.advance for each in rows)
    assert sum(each.advance for each in all_rows(office, day - ONE_DAY, contract_no=unpaid)) > 0
    shown = show_deal(office, unpaid)
    assert (shown["advance"], shown["refunded"], shown["balance"]) == ("0.00", "0.50", "0.00")
    undo_fact(office, unpaid, Withdrawal("refund", done.key, "退错人"))
    assert show_deal(office, unpaid)["advance"] == "0.50"


def test_an_over_payment_went_back_and_the_bank_then_reverses_a_payment(office: Office, unpaid: str) -> None:
    """Nothing was open until the refund's day; from the day after it runs, and the letter may ask for it.

    85,500.00 were due on 2024-05-27; 100,000.00 came that day and 128,500.00 on 06-03, all that is owed and 29,000.00
    more, which went back on 06-05. Then the bank reverses the second payment: 85,500.00 − (100,000.00 − 29,000.00) =
    14,500.00 are open from 06-06 on. Three days until 06-08: 14,500.00 × 0.0005 × 3 = 21.75.
    """
    go(office, date(2024, 6, 5))
    add_fact(office, unpaid, NewFact("payment", {"on": "2024-05-27", "amount": "100000.00", "instalment": 2}))
    second = add_fact(office, unpaid, NewFact("payment", {"on": "2024-06-03", "amount": "128500.00"}))
    add_fact(office, unpaid, NewFact("refund", {"on": "2024-06-05", "amount": "29000.00", "reason": "多付"}))
    undo_fact(office, unpaid, Withdrawal("payment", second.key, "银行冲正", "CZ1"))
    early = row(office, unpaid, date(2024, 6, 4))
    assert not early.balance
    assert not early.penalty
    assert not row(office, unpaid, date(2024, 6, 5)).penalty
    late = row(office, unpaid, date(2024, 6, 8))
    assert (str(late.balance), str(late.penalty)) == ("14500.00", "21.75")
    go(office, date(2024, 6, 11))
    assert refusal(office, unpaid, "逾期催收函") == set()


def test_letters_are_shown_as_they_stood(office: Office, unpaid: str) -> None:
    go(office, date(2024, 5, 22))
    paper = issue_document(office, Request(unpaid, "到期提醒函"))
    send_letter(office, paper.number, Dispatch(on=date(2024, 5, 22), channel="ems", tracking="1"))
    go(office, date(2024, 5, 28))
    fail_letter(office, paper.number, Dispatch(on=date(2024, 5, 25), reason="退回"))
    send_letter(office, paper.number, Dispatch(on=date(2024, 5, 28), channel="hand"))
    go(office, date(2024, 6, 3))
    void_paper(office, paper.number, reason="抬头有误")

    def seen(day: int, month: int = 5) -> tuple[object, ...]:
        letter = row(office, unpaid, date(2024, month, day)).last_letter
        return (letter.sent_on and letter.sent_on.day, letter.failed_on and letter.failed_on.day) if letter else ()

    assert [seen(21), seen(23), seen(26), seen(28)] == [(), (22, None), (22, 25), (28, None)]
    assert [seen(2, 6), seen(3, 6)] == [(28, None), ()]
    rebuild_database(office.workspace)
    assert [seen(2, 6), seen(3, 6)] == [(28, None), ()]


def test_the_verbs_of_plans_and_accounts(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def docgen(*words: str) -> dict[str, object]:
        capsys.readouterr()
        assert main(["-w", str(root), "--json", *words]) == 0
        told: dict[str, object] = json.loads(capsys.readouterr().out)
        return told

    docgen("deal", "import", str(SAMPLE))
    number = "HT2024031001"
    assert docgen("repayment", "new", number, "--file", str(written(tmp_path, PLAN)))["seq"] == 1
    assert docgen("account", "new", number, "--file", str(written(tmp_path, ACCOUNT)))["seq"] == 1
    shown = docgen("deal", "show", number)
    assert shown["repayments"][0]["parts"] == [  # type: ignore[index]
        {"on": "2024-06-15", "amount": "40000.00"}, {"on": "2024-07-15", "amount": "45884.75"},
    ]  # fmt: skip
    assert shown["account_changes"][0]["account"]["number"] == "0098765432100009876"  # type: ignore[index]
    assert shown["proposal"]["version"] == "V1.0"  # type: ignore[index]
    docgen("repayment", "withdraw", number, "1", "--reason", "客户改口")
    docgen("account", "withdraw", number, "1", "--reason", "支行不撤")
    docgen("archive", "rebuild")
    shown = docgen("deal", "show", number)
    assert [shown[name][0]["withdrawn"] for name in ("repayments", "account_changes")] == ["客户改口", "支行不撤"]  # type: ignore[index]
    assert main(["-w", str(root), "repayment", "withdraw", number, "7", "--reason", "x"]) == 1
    assert main(["-w", str(root), "issue", number, "账户变更函", "--seq", "1"]) == 1
    capsys.readouterr()
    assert main(["-w", str(root), "deal", "show", number]) == 0
    words = capsys.readouterr().out
    assert "40000.00" in words and "已撤回：客户改口" in words and "0098765432100009876" in words  # noqa: PT018  # one page
    wrong = PLAN.replace("45884.75", "45884.76")
    assert main(["-w", str(root), "repayment", "new", number, "--file", str(written(tmp_path, wrong))]) == 1
    database.disconnect()
