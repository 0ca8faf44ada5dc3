"""What happened is told verb by verb: facts, letters, changes; each an event, each undone by a counter-event only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from docgen.archive.eventlog import read
from docgen.deals.milestones import terminated_on
from docgen.demo.people import agreed
from docgen.errors import NotFound, Refused, StaleRevision
from docgen.findings import Severity
from docgen.services.archive_care import rebuild_database
from docgen.services.assignments import assigned
from docgen.services.change_terms import ChangeTold, Signed, Verdict, evaluate_change, new_change, sign_change
from docgen.services.deal_history import list_events
from docgen.services.deals import show_deal
from docgen.services.fact_words import in_own_names, told_by
from docgen.services.file_scan import Fate, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.letters import Dispatch, LetterTold, deliver_letter, fail_letter, send_letter, withdraw_letter
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.services.read_record import check_record
from docgen.services.record_fact import NewFact, RecordedFact, Withdrawal, add_fact, undo_fact
from docgen.services.void_paper import void_paper
from docgen.store import ledger
from docgen.store.letters import letters
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
PAYMENT = {"amount": "114000.00", "on": "2025-04-07", "instalment": "3", "reference": "BK20250407003"}

LetterVerb = Callable[[Office, str, Dispatch], LetterTold]


def codes(problem: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in problem.value.findings]


def at(office: Office, *day: int) -> None:
    office.clock.at = datetime(*day, 2, tzinfo=UTC)  # type: ignore[attr-defined, misc, arg-type]


def log_of(office: Office, contract_no: str) -> list[tuple[str, dict[str, object]]]:
    return [(entry.type, dict(entry.payload)) for entry in read(folder_of(office, contract_no))[0]]


def test_a_payment_gets_its_number_and_is_an_event_with_source_and_evidence(office: Office, contract_no: str) -> None:
    at(office, 2025, 4, 8)
    done = add_fact(office, "SO2024031001", NewFact("payment", PAYMENT, source="银行流水", evidence="回单"))
    assert (done.fact, done.key, done.revision) == ("payments", "3", 8)
    event, payload = log_of(office, contract_no)[-1]
    assert event == "fact.recorded"
    assert (payload["fact"], payload["key"], payload["source"], payload["evidence"]) == (
        "payments", "3", "银行流水", "回单",
    )  # fmt: skip
    assert payload["value"] == {
        "seq": 3, "on": "2025-04-07", "amount": "114000.00", "instalment": 3, "reference": "BK20250407003",
    }  # fmt: skip
    assert [finding.code for finding in done.findings] == ["services.evidence-not-filed"]
    states = [row["state"] for row in show_deal(office, contract_no)["instalments"]]  # type: ignore[attr-defined]
    assert states == ["paid", "paid", "paid"]


def test_a_fact_is_read_by_its_own_type_with_every_mistake_at_once(office: Office, contract_no: str) -> None:
    wrong = {"amount": "85,500.00", "on": "2025/4/7", "instalment": "二", "bank": "某行"}
    with pytest.raises(Refused) as problem:
        add_fact(office, contract_no, NewFact("payment", wrong))
    assert {finding.where for finding in problem.value.findings} == {
        "payment.amount", "payment.on", "payment.instalment", "payment.bank",
    }  # fmt: skip
    assert all("金额" in f.sentence("zh") for f in problem.value.findings if f.where == "payment.amount")
    assert ledger.deal(contract_no).revision == 7


def test_what_cannot_have_happened_is_refused_and_nothing_is_written(office: Office, contract_no: str) -> None:
    before = log_of(office, contract_no)
    with pytest.raises(Refused) as problem:
        add_fact(office, contract_no, NewFact("payment", {**PAYMENT, "instalment": "9"}))
    assert codes(problem) == ["deals.no-such-instalment"]
    with pytest.raises(Refused) as problem:
        add_fact(office, contract_no, NewFact("payment", {**PAYMENT, "seq": "2"}))
    assert codes(problem) == ["services.fact-stands"]
    with pytest.raises(NotFound) as problem:
        add_fact(office, contract_no, NewFact("gift", {}))
    assert "payment" in problem.value.findings[0].remedy("zh")
    assert log_of(office, contract_no) == before


def test_undo_is_a_counter_event_and_the_number_is_not_given_again(office: Office, contract_no: str) -> None:
    undone = undo_fact(office, contract_no, Withdrawal("payment", "2", "银行退回"))
    assert (undone.value["amount"], undone.revision) == ("85500.00", 8)
    assert [payment.seq for payment in ledger.deal(contract_no).record.facts.payments] == [1]
    again = add_fact(office, contract_no, NewFact("回款", {"amount": "85500.00", "on": "2024-03-27"}))
    assert again.key == "3"
    lines = list_events(office, contract_no)
    (gone,) = [line for line in lines if line.is_withdrawn]
    assert (gone.fact, gone.key, gone.actor) == ("payments", "2", "张三")
    (counter,) = [line for line in lines if line.type == "fact.withdrawn"]
    assert (counter.reason, counter.revision, counter.what) == ("银行退回", 8, "撤回回款 2")
    with pytest.raises(NotFound):
        undo_fact(office, contract_no, Withdrawal("payment", "2", "再撤一次"))
    with pytest.raises(Refused) as problem:
        undo_fact(office, contract_no, Withdrawal("payment", "1", " "))
    assert codes(problem) == ["services.reason-missing"]


def test_single_facts_need_no_key_and_a_wrong_signature_can_be_mended(office: Office, contract_no: str) -> None:
    undone = undo_fact(office, contract_no, Withdrawal("signature", "", "日期记错"))
    assert "deals.change-before-signature" in [finding.code for finding in undone.findings]
    values = {"ours": "2024-03-10", "theirs": "2024-03-12"}
    add_fact(office, contract_no, NewFact("signature", values))
    assert ledger.deal(contract_no).record.facts.signature.theirs == date(2024, 3, 12)  # type: ignore[union-attr]
    at(office, 2025, 6, 1)
    add_fact(office, contract_no, NewFact("termination", {"on": "2025-05-30", "ground": "agreed"}, evidence="解除协议"))
    assert terminated_on(ledger.deal(contract_no).record) == date(2025, 5, 30)


def test_a_fact_in_the_future_is_recorded_with_a_warning(office: Office, contract_no: str) -> None:
    done = add_fact(office, contract_no, NewFact("payment", PAYMENT))
    assert [finding.code for finding in done.findings] == ["services.fact-in-future"]


def test_nested_values_are_set_by_path() -> None:
    assert assigned({}, ["lines[0].line=1", "lines[0].quantity=2", "people[0]=张三", "people[1]=李四"]) == {
        "lines": [{"line": "1", "quantity": "2"}], "people": ["张三", "李四"],
    }  # fmt: skip
    assert assigned({"a": {"b": "1"}, "c": ["x", "y"]}, ["a.b=", "c[0]=", "d=a=b"]) == {"a": {}, "c": ["y"], "d": "a=b"}
    with pytest.raises(Refused) as problem:
        assigned({"c": ["x"]}, ["c[5]=y", "没有等号", "c.d.e=1"])
    assert codes(problem) == ["services.set-nowhere", "services.set-unreadable", "services.set-nowhere"]


def test_why_money_is_late_is_told_and_taken_back(office: Office, contract_no: str) -> None:
    at(office, 2024, 6, 3)
    undo_fact(office, contract_no, Withdrawal("payment", "2", "银行退回"))  # part 2 was due 05-27

    def told() -> list[str | None]:
        rows = show_deal(office, contract_no)["instalments"]
        return [row["overdue_reason"] and row["overdue_reason"]["text"] for row in rows]  # type: ignore[attr-defined]

    kind, more = told_by("逾期原因")
    given = in_own_names(kind, ["原因类别=资金紧张", "具体原因=审批延迟", "登记日期=2024-06-03", "对应期次=2"])
    done = add_fact(office, contract_no, NewFact(kind, assigned(more, given)))
    assert (done.fact, done.key, done.title, done.findings) == ("overdue_reasons", "1", "逾期原因", ())
    assert log_of(office, contract_no)[-1][1]["value"] == {
        "seq": 1, "on": "2024-06-03", "instalment": 2, "cause": "funds", "reason": "审批延迟", "evidence": None,
    }  # fmt: skip
    assert told() == [None, "资金紧张：审批延迟", None]
    with pytest.raises(Refused) as problem:
        add_fact(office, contract_no, NewFact(kind, {"on": "2024-06-03", "cause": "other"}))
    assert "deals.overdue-reason-needs-words" in codes(problem)
    undo_fact(office, contract_no, Withdrawal(kind, "1", "听错"))
    assert told() == [None, None, None]


def test_a_stale_revision_is_refused_naming_who_wrote_what(office: Office, contract_no: str) -> None:
    read_at = ledger.deal(contract_no).revision
    other = Office(office.workspace, office.clock, "李四")
    add_fact(other, contract_no, NewFact("payment", {"amount": "1.00", "on": "2024-03-27"}))
    mine = NewFact("payment", {"amount": "2.00", "on": "2024-03-27"})
    with pytest.raises(StaleRevision) as problem:
        add_fact(office, contract_no, mine, revision=read_at)
    told = [(finding.code, finding.sentence("zh")) for finding in problem.value.findings]
    assert told[0][0] == "services.revision-stale"
    assert told[1] == ("services.written-since", "修订 8：2024-03-27 10:00 李四 记录回款 3")
    assert [str(each.amount) for each in ledger.deal(contract_no).record.facts.payments][2:] == ["1.00"]
    assert add_fact(office, contract_no, mine, revision=read_at + 1).key == "4"
    with pytest.raises(StaleRevision) as problem:
        undo_fact(office, contract_no, Withdrawal("payment", "4", "试"), revision=99)
    assert codes(problem) == ["services.revision-ahead"]


def test_an_import_of_what_was_read_before_is_refused_too(office: Office, contract_no: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(SAMPLE.read_text(encoding="utf-8").replace("copies: 4\n    owner", "copies: 6\n    owner"), "utf-8")
    add_fact(office, contract_no, NewFact("payment", {"amount": "1.00", "on": "2024-03-27"}))
    with pytest.raises(StaleRevision):
        import_deal(office, mine, reason="份数", revision=7)
    assert len(ledger.deal(contract_no).record.facts.payments) == 3


def test_forty_mistakes_are_told_at_once_and_nothing_is_imported(office: Office, tmp_path: Path) -> None:
    lines = "".join(
        f"    - {{name: 产品{n}, kind: gadget, unit: 台, quantity: 1E5, unit_price: 一千}}\n" for n in range(10)
    )
    text = SAMPLE.read_text(encoding="utf-8")
    start, end = text.index("  lines:\n"), text.index("  total:")
    broken = tmp_path / "forty.yaml"
    broken.write_text(text[:start] + "  lines:\n" + lines + text[end:], encoding="utf-8")
    checked = check_record(office, broken)
    wrong = {finding.where for finding in checked.findings if finding.severity is Severity.ERROR}
    fields = ("kind", "quantity", "unit_price", "tax_rate")
    assert wrong >= {f"terms.lines[{n}].{name}" for n in range(10) for name in fields}
    with pytest.raises(Refused) as problem:
        import_deal(office, broken)
    assert len(problem.value.findings) >= 40
    assert ledger.deals() == ()


def test_letters_are_sent_arrive_or_come_back(office: Office, contract_no: str) -> None:
    at(office, 2024, 3, 12)
    number = issue_document(office, Request(contract_no, "prepayment-notice")).number
    with pytest.raises(Refused) as problem:
        deliver_letter(office, number, Dispatch(date(2024, 3, 12)))
    assert codes(problem) == ["services.letter-not-sent"]
    sent = send_letter(office, number, Dispatch(date(2024, 3, 12), "EMS", "EA000000001CN"))
    assert (sent.letter.attempt, sent.letter.channel, sent.letter.status, sent.revision) == (1, "ems", "sent", 8)
    at(office, 2024, 3, 20)
    failed = fail_letter(office, number, Dispatch(date(2024, 3, 15), reason="查无此人"))
    assert (failed.letter.status, failed.letter.failed_on, failed.letter.reason) == ("failed", "2024-03-15", "查无此人")
    again = send_letter(office, number, Dispatch(date(2024, 3, 16), "快递"))
    arrived = deliver_letter(office, number, Dispatch(date(2024, 3, 18)))
    assert (again.letter.attempt, arrived.letter.attempt, arrived.letter.delivered_on) == (2, 2, "2024-03-18")
    shown = show_deal(office, contract_no)["letters"]
    assert [(row["status"], row["tracking"]) for row in shown] == [("failed", "EA000000001CN"), ("delivered", None)]  # type: ignore[attr-defined]
    for status in ("sent", "withdrawn"):
        undone = withdraw_letter(office, number, Dispatch(date(2024, 3, 20), attempt=1, reason="录错文件"))
        assert (undone.letter.status, undone.letter.failed_on) == (status, None)
    assert [line.type for line in list_events(office, contract_no)][-6:] == [
        "letter.sent", "letter.failed", "letter.sent", "letter.delivered", "letter.reopened", "letter.withdrawn",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (deliver_letter, fail_letter, "services.letter-arrived"),
        (deliver_letter, deliver_letter, "services.letter-arrived"),
        (fail_letter, deliver_letter, "services.letter-came-back"),
        (fail_letter, fail_letter, "services.letter-came-back"),
    ],
)
def test_the_fate_of_a_letter_is_told_once(
    office: Office, contract_no: str, first: LetterVerb, second: LetterVerb, code: str
) -> None:
    at(office, 2024, 3, 12)
    number = issue_document(office, Request(contract_no, "prepayment-notice", faces=("docx",))).number
    send_letter(office, number, Dispatch(date(2024, 3, 12), "EMS", "EA000000001CN", evidence="寄件存根"))
    at(office, 2024, 3, 20)
    first(office, number, Dispatch(date(2024, 3, 15), reason="前台代收", evidence="回执"))
    with pytest.raises(Refused) as problem:
        second(office, number, Dispatch(date(2024, 3, 16), reason="查错单号"))
    assert codes(problem) == [code]
    assert problem.value.findings[0].params == {"attempt": 1, "day": "2024-03-15"}
    undone = withdraw_letter(office, number, Dispatch(date(2024, 3, 20), reason="看错回执"))
    assert (undone.letter.status, undone.letter.delivered_on, undone.letter.evidence) == ("sent", None, "寄件存根")
    told = second(office, number, Dispatch(date(2024, 3, 16), reason="查错单号"))
    before = (told.letter, list_events(office, contract_no))
    rebuild_database(office.workspace)
    (letter,) = letters(number=number)
    assert (letter, list_events(office, contract_no)) == before


def test_letters_and_changes_heed_the_revision_that_was_read(office: Office, contract_no: str, tmp_path: Path) -> None:
    at(office, 2024, 3, 12)
    number = issue_document(office, Request(contract_no, "prepayment-notice", faces=("docx",))).number
    day, late, file = date(2024, 3, 12), date(2024, 3, 22), tmp_path / "change.yaml"
    file.write_text(CHANGE, encoding="utf-8")
    verbs: list[Callable[[int], LetterTold | ChangeTold | RecordedFact]] = [
        lambda read: send_letter(office, number, Dispatch(day, "面交"), revision=read),
        lambda read: deliver_letter(office, number, Dispatch(day), revision=read),
        lambda read: withdraw_letter(office, number, Dispatch(day, reason="未到"), revision=read),
        lambda read: fail_letter(office, number, Dispatch(day, reason="拒收"), revision=read),
        lambda read: new_change(office, contract_no, file, revision=read),
        lambda read: evaluate_change(office, contract_no, 2, Verdict("技术部", "同意"), revision=read),
        lambda read: sign_change(office, contract_no, 2, Signed(late, late, reason="原件在途"), revision=read),
    ]
    at(office, 2024, 3, 25)
    for verb in verbs:
        now = ledger.deal(contract_no).revision
        for stale, code in ((now - 1, "services.revision-stale"), (now + 1, "services.revision-ahead")):
            with pytest.raises(StaleRevision) as problem:
                verb(stale)
            assert codes(problem)[0] == code
        assert ledger.deal(contract_no).revision == now
        assert verb(now).revision == now + 1


def test_a_letter_cannot_travel_in_time_nor_once_void(office: Office, contract_no: str) -> None:
    at(office, 2024, 3, 12)
    number = issue_document(office, Request(contract_no, "prepayment-notice")).number
    for day, channel, code in (
        (11, "ems", "services.letter-too-early"),
        (13, "ems", "services.letter-in-future"),
        (12, "鸽子", "services.no-such-channel"),
    ):
        with pytest.raises(Refused) as problem:
            send_letter(office, number, Dispatch(date(2024, 3, day), channel))
        assert code in codes(problem)
    void_paper(office, number, reason="打印有误")
    with pytest.raises(Refused) as problem:
        send_letter(office, number, Dispatch(date(2024, 3, 12), "面交"))
    assert codes(problem) == ["services.not-current"]


CHANGE = """
requested_on: 2024-03-20
requested_by: customer
reason: 客户要求再推迟
new:
  delivery: {due: 2024-04-08, place: 示例省临江市高新区虚构大道1号 XX科技机房, clause: 第五条}
"""


def test_a_change_is_asked_for_evaluated_and_signed_by_a_person(
    office: Office, contract_no: str, tmp_path: Path
) -> None:
    file = tmp_path / "change.yaml"
    file.write_text(CHANGE, encoding="utf-8")
    told = new_change(office, contract_no, file, revision=7)
    assert (told.seq, told.revision) == (2, 8)
    evaluate_change(office, contract_no, 2, Verdict("技术部", "拒绝", "人手不足"))
    evaluate_change(office, contract_no, 2, Verdict("技术部", "替代方案", "分两批交付"))
    said = evaluate_change(office, contract_no, 2, Verdict("产品部", "拒绝")).evaluations
    assert [(one.department, one.result) for one in said] == [("产品部", "refused"), ("技术部", "alternative")]
    days = {"ours": date(2024, 3, 25), "theirs": date(2024, 3, 26)}
    with pytest.raises(Refused) as problem:
        sign_change(office, contract_no, 2, Signed(**days))
    assert codes(problem) == ["services.signature-needs-evidence"]
    with pytest.raises(Refused) as problem:
        sign_change(office, contract_no, 2, Signed(**days, evidence="0000000000000000"))
    assert codes(problem) == ["services.evidence-missing"]
    assert show_deal(office, contract_no, as_of=date(2024, 3, 26))["version"] == 2
    done = sign_change(office, contract_no, 2, Signed(**days, reason="原件在客户处，周五取回"))
    assert {finding.code for finding in done.findings} == {"services.signed-without-scan", "services.change-refused-by"}
    assert [show_deal(office, contract_no, as_of=date(2024, 3, day))["version"] for day in (25, 26)] == [2, 3]
    with pytest.raises(Refused) as problem:
        evaluate_change(office, contract_no, 2, Verdict("销售部", "同意"))
    assert codes(problem) == ["services.change-signed"]


def test_a_change_that_does_not_fit_is_refused_with_its_fields(
    office: Office, contract_no: str, tmp_path: Path
) -> None:
    file = tmp_path / "change.yaml"
    file.write_text(CHANGE.replace("reason: 客户要求再推迟", "reasons: x").replace("2024-04-08", "4月8日"), "utf-8")
    with pytest.raises(Refused) as problem:
        new_change(office, contract_no, file)
    assert {finding.where for finding in problem.value.findings} == {
        "change.reason", "change.reasons", "change.new.delivery.due",
    }  # fmt: skip
    with pytest.raises(NotFound):
        evaluate_change(office, contract_no, 5, Verdict("销售部", "同意"))
    with pytest.raises(Refused) as problem:
        evaluate_change(office, contract_no, 1, Verdict("财务部", "也许"))
    assert codes(problem) == ["services.no-such-department", "services.no-such-result"]


def test_the_filed_scan_is_the_evidence_of_a_signed_change(office: Office, contract_no: str, tmp_path: Path) -> None:
    number, other = "HT2024031001-BC01", "HT2024031001-YS01"
    undo_fact(office, contract_no, Withdrawal("change_signature", "1", "待签回件"))
    agreed(office, contract_no, "supplementary-agreement")
    for kind in ("supplementary-agreement", "acceptance-report"):
        issued = issue_document(office, Request(contract_no, kind, faces=("pdf",)))
        copy = tmp_path / f"{kind}.pdf"
        copy.write_bytes(issued.files[0].read_bytes() + b"\n% scanned")
        assert file_scan(office, copy).fate is Fate.FILED
    days = {"ours": date(2024, 3, 15), "theirs": date(2024, 3, 18)}
    with pytest.raises(Refused) as problem:
        sign_change(office, contract_no, 1, Signed(**days, evidence=other))
    assert codes(problem) == ["services.evidence-of-other-paper"]
    void_paper(office, number, reason="页码有误")
    done = sign_change(office, contract_no, 1, Signed(**days, evidence=number))
    (scan,) = ledger.answers_to(ledger.paper(number).document_id)
    assert done.value == {"change": 1, "ours": "2024-03-15", "theirs": "2024-03-18", "evidence": scan.id}
    assert [finding.code for finding in done.findings] == ["services.signed-paper-outdated"]
