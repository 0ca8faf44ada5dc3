"""Letters through the services: what the deal page then says, and notices about papers that were wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from docgen.errors import NotFound, Refused
from docgen.kinds.dossier import Mended
from docgen.services.corrections import Stated
from docgen.services.deals import show_deal
from docgen.services.dossier import dossier_of
from docgen.services.import_payments import confirm_payments
from docgen.services.issue_document import draft_document, issue_document
from docgen.services.office import Office
from docgen.services.prepare_issue import Request
from docgen.services.replace_paper import replace_paper
from docgen.services.void_paper import void_paper


def titles(office: Office, contract_no: str, as_of: date, part: str) -> set[tuple[str, str]]:
    documents = show_deal(office, contract_no, as_of=as_of)["documents"]
    return {(each["title"], each["subject"]) for each in documents[part] if each["direction"] == "own"}


def test_the_deal_page_sees_the_letters_that_were_issued(office: Office, contract_no: str, clock) -> None:  # noqa: ANN001  # the conftest's clock
    day = date(2024, 3, 27)
    wanted = ("进度款付款通知函", "instalment 2")
    assert wanted in titles(office, contract_no, day, "missing")
    with pytest.raises(Refused) as refusal:
        issue_document(office, Request(contract_no, "进度款付款通知函", seq=2))
    assert "kinds.no-report" in {each.code for each in refusal.value.findings}
    issue_document(office, Request(contract_no, "验收报告"))
    confirm_payments(office, day)
    letter = issue_document(office, Request(contract_no, "进度款付款通知函", seq=2))
    assert letter.number == f"{contract_no}-JD2-01"
    assert wanted not in titles(office, contract_no, day, "missing")
    assert wanted in titles(office, contract_no, day, "issued")
    clock.at = datetime(2025, 3, 27, 2, 0, tzinfo=UTC)
    confirm_payments(office, date(2025, 3, 27))
    after = date(2025, 3, 27)
    confirm_payments(office, after)
    for kind, number in (("质保期届满确认单", "ZQ01"), ("质保期满证明", "ZM01"), ("尾款催收函", "WK3-01")):
        about = "instalment 3" if kind == "尾款催收函" else "contract"
        assert (kind, about) in titles(office, contract_no, after, "missing")
        assert issue_document(office, Request(contract_no, kind)).number == f"{contract_no}-{number}"
        assert (kind, about) not in titles(office, contract_no, after, "missing")
        assert (kind, about) in titles(office, contract_no, after, "issued")


def test_an_overdue_letter_bears_its_other_name_and_still_counts(office: Office, contract_no: str, clock) -> None:  # noqa: ANN001  # the conftest's clock
    issue_document(office, Request(contract_no, "验收报告"))
    clock.at = datetime(2024, 5, 24, 2, 0, tzinfo=UTC)
    confirm_payments(office, date(2024, 5, 24))
    early = issue_document(office, Request(contract_no, "进度款催收函", seq=2, as_of=date(2024, 5, 24)))
    assert early.title == "进度款付款通知函"
    assert early.files[0].name == f"{contract_no}-JD2-01 进度款付款通知函.pdf"


def test_a_correction_is_computed_from_the_two_issues(office: Office, contract_no: str, tmp_path: Path) -> None:
    old = issue_document(office, Request(contract_no, "预付款通知单", as_of=date(2024, 3, 12)))
    with pytest.raises(Refused) as refusal:
        issue_document(office, Request(contract_no, "更正通知", about=old.number))
    assert {each.code for each in refusal.value.findings} == {"kinds.nothing-corrected"}
    with pytest.raises(NotFound):
        issue_document(office, Request(contract_no, "更正通知"))
    stated = Stated((Mended("付款截止日", "2024年3月17日", "2024年3月18日"),), "以本通知为准。")
    told = issue_document(office, Request(contract_no, "更正通知", about=old.number, stated=stated))
    assert told.number == f"{contract_no}-GZ01"
    assert told.subject == f"paper {old.number}"
    with pytest.raises(Refused):
        issue_document(office, Request(contract_no, "更正通知", about=old.number, stated=stated))


def test_a_replaced_paper_is_corrected_by_what_its_successor_prints(office: Office, contract_no: str) -> None:
    old = issue_document(office, Request(contract_no, "预付款通知单", as_of=date(2024, 3, 12)))
    values = next(office.archive.root.rglob(f"{old.number}.values.json"))
    text = values.read_text(encoding="utf-8")
    assert "¥85,500.00" in text
    values.write_text(text.replace("¥85,500.00", "¥85,000.00"), encoding="utf-8")
    new = replace_paper(office, old.number, as_of=date(2024, 3, 12))
    known = dossier_of(office, contract_no).own(old.number)
    assert known is not None
    assert (known.replaced_by, known.ended_on, known.is_current) == (new.number, new.dated, False)
    notice = issue_document(office, Request(contract_no, "correction-notice", about=old.number))
    snapshot = next(office.archive.root.rglob(f"{notice.number}.snapshot.json")).read_text(encoding="utf-8")
    assert '"old": "¥85,000.00"' in snapshot
    assert '"new": "¥85,500.00"' in snapshot
    assert f'"old": "{old.number}"' not in snapshot


def test_a_void_paper_is_told_with_its_reason(office: Office, contract_no: str, tmp_path: Path) -> None:
    paper = issue_document(office, Request(contract_no, "预付款通知单", as_of=date(2024, 3, 12)))
    request = Request(contract_no, "作废通知", about=paper.number)
    with pytest.raises(Refused) as refusal:
        issue_document(office, request)
    assert {each.code for each in refusal.value.findings} == {"kinds.paper-stands"}
    void_paper(office, paper.number, reason="重复出具")
    assert draft_document(office, replace(request, faces=("pdf",)), tmp_path).files
    notice = issue_document(office, request)
    assert notice.number == f"{contract_no}-ZF01"
    snapshot = next(office.archive.root.rglob(f"{notice.number}.snapshot.json")).read_text(encoding="utf-8")
    assert '"reason": "重复出具"' in snapshot
