"""Legal answers the checklist: answers survive a rebuild and are taken back; a signature hears of open lines."""

from __future__ import annotations

import pytest

from docgen.errors import NotFound, Refused, StaleRevision
from docgen.findings import Severity
from docgen.kinds.conditions import CONDITIONS
from docgen.kinds.kind import Condition, SubjectType
from docgen.kinds.question import Question
from docgen.kinds.subjects import Subject
from docgen.review.line import Result
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.deal_history import list_events
from docgen.services.dossier import dossier_of
from docgen.services.issue_document import issue_document
from docgen.services.office import Office
from docgen.services.prepare_issue import Request
from docgen.services.record_fact import NewFact, Withdrawal, add_fact, undo_fact
from docgen.services.review_contract import answer_line, review_checklist, withdraw_answer
from docgen.store import ledger

SIGNATURE = {"ours": "2024-03-26", "theirs": "2024-03-27"}


def result(office: Office, contract_no: str, line_id: str) -> Result:
    line = review_checklist(office, contract_no).line(line_id)
    assert line is not None
    return line.result


def codes(problem: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in problem.value.findings]


def settle(office: Office, contract_no: str) -> None:
    for line in review_checklist(office, contract_no).unsettled:
        answer_line(office, contract_no, line.id, result="否" if line.result is Result.NO else "是", remark="已核对")


def test_an_answer_is_an_event_that_survives_a_rebuild(office: Office, contract_no: str) -> None:
    before = ledger.deal(contract_no).revision
    done = answer_line(office, contract_no, "bm-01", result="是", remark="第十条")
    assert (done.line.result, done.line.answered_by, done.revision) == (Result.YES, "张三", before + 1)
    assert "BM-01" not in done.unsettled
    shown = review_checklist(office, contract_no)
    rebuild_database(office.workspace)
    assert review_checklist(office, contract_no) == shown
    assert list_events(office, contract_no)[-1].what == "核对表 BM-01 答复：是 第十条"
    assert not verify_archive(office).findings


def test_an_answer_taken_back_gives_way_to_the_one_before(office: Office, contract_no: str) -> None:
    answer_line(office, contract_no, "BM-01", result="是")
    answer_line(office, contract_no, "BM-01", result="否", remark="没有期限")
    assert result(office, contract_no, "BM-01") is Result.NO
    assert withdraw_answer(office, contract_no, "BM-01", reason="看错合同").line.result is Result.YES
    assert withdraw_answer(office, contract_no, "BM-01", reason="又看错").line.result is Result.OPEN
    with pytest.raises(NotFound):
        withdraw_answer(office, contract_no, "BM-01", reason="没有了")
    rebuild_database(office.workspace)
    assert result(office, contract_no, "BM-01") is Result.OPEN


def test_wrong_answers_are_refused_and_leave_nothing(office: Office, contract_no: str) -> None:
    before = ledger.deal(contract_no).revision
    for line, given, remark, code in (
        ("BM-01", "否", "  ", "services.answer-needs-remark"),
        ("BM-01", "不适用", None, "services.answer-needs-remark"),
        ("BM-01", "也许", None, "services.no-such-answer"),
        ("WY-01", "不适用", "不要", "services.record-says-otherwise"),
    ):
        with pytest.raises(Refused) as problem:
            answer_line(office, contract_no, line, result=given, remark=remark)
        assert codes(problem) == [code]
    with pytest.raises(NotFound):
        answer_line(office, contract_no, "XX-99", result="是")
    with pytest.raises(StaleRevision):
        answer_line(office, contract_no, "BM-01", result="是", revision=before - 1)
    with pytest.raises(Refused):
        withdraw_answer(office, contract_no, "BM-01", reason=" ")
    assert ledger.deal(contract_no).revision == before


def test_a_signature_over_open_lines_is_recorded_with_a_warning(office: Office, contract_no: str) -> None:
    undo_fact(office, contract_no, Withdrawal("signature", "", "记错"))
    told = add_fact(office, contract_no, NewFact("signature", SIGNATURE)).findings
    (found,) = [each for each in told if each.code == "services.signed-with-open-checklist"]
    assert found.severity is Severity.WARNING
    assert "BM-01 保密的范围、期限、责任明确（待确认）" in found.sentence()
    undo_fact(office, contract_no, Withdrawal("signature", "", "记错"))
    settle(office, contract_no)
    told = add_fact(office, contract_no, NewFact("signature", SIGNATURE)).findings
    assert "services.signed-with-open-checklist" not in [each.code for each in told]


def test_the_condition_names_what_stands_in_the_way_until_all_is_settled(office: Office, contract_no: str) -> None:
    def asked() -> list[str]:
        deal, today = ledger.deal(contract_no).record, office.today()
        subject = Subject(SubjectType.CONTRACT)
        dossier = dossier_of(office, contract_no)
        question = Question(deal, subject, today, today, office.calendar, dossier)
        return [each.sentence() for each in CONDITIONS[Condition.CHECKLIST_SETTLED](question)]

    (told,) = asked()
    assert "BM-01" in told
    settle(office, contract_no)
    assert asked() == []


def test_the_checklist_is_issued_with_its_answers_open_lines_and_all(office: Office, contract_no: str) -> None:
    answer_line(office, contract_no, "BM-01", result="是", remark="第十条")
    done = issue_document(office, Request(contract_no, "合同关键条款核对表", faces=("pdf",)))
    assert done.number == f"{contract_no}-HD01"
    assert not verify_archive(office).findings
