from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from docgen.archive.export import export_bag
from docgen.demo.simulate import ScanSpec, Zone, print_and_scan
from docgen.errors import NotFound, Refused
from docgen.findings import has_errors
from docgen.papers.docx import docx_texts
from docgen.papers.pdf import facts, page_texts
from docgen.rendering.laidout import Zone as LaidOutZone
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.company_papers import (
    IssuedCompanyPaper,
    draw_company_paper,
    file_company_paper,
    issue_company_paper,
    issued_for,
    list_company_papers,
)
from docgen.services.file_scan import file_scan
from docgen.services.inbox import assign
from docgen.services.issue_document import issue_document
from docgen.services.office import Office, open_office
from docgen.services.placing import Fate
from docgen.services.prepare_issue import Request
from docgen.services.void_paper import void_paper
from docgen.store import database, ledger
from docgen.workspace import data_root

FONTS = data_root() / "templates" / "_shared" / "fonts"
TODAY = date(2024, 3, 27)
ITEM: dict[str, object] = {
    "index": 1,
    "archive_no": "",
    "contract_no": "HT2016051201",
    "customer": "星河（示例）科技有限公司",
    "title": "验收报告 签回件",
    "number": "HT2016051201-YS1-01",
    "kind": "签回扫描件",
    "pages": 3,
    "class": "合同文书",
    "rule": "合同终止后5年",
    "until": "2023-06-30",
    "sha256": sha256(b"1").hexdigest(),
    "reason": "保管期满",
}


def content(**changes: object) -> dict[str, object]:
    told: dict[str, object] = {
        "proposal": "XH2024-003",
        "as_of": date(2024, 3, 20),
        "dated": TODAY,
        "reason": "保管期满，无保存价值",
        "approvers": [
            {"name": "王建国", "post": "档案管理员", "at": "2024-03-26T23:30:00+00:00"},
            {"name": "李芳", "post": "", "at": datetime(2024, 3, 27, 1, 0, tzinfo=UTC)},
        ],
        "items": [ITEM],
        "skipped": [{**ITEM, "index": 2, "title": "合同", "why": "批准后被封存"}],
        "totals": {"items": 1, "pages": 3, "files": 1},
    }
    return told | changes


def issue(office: Office, **changes: object) -> IssuedCompanyPaper:
    return issue_company_paper(office, "destruction-list", content(**changes), dated=TODAY, actor="档案员")


def codes(problem: Refused) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in problem.findings]


@pytest.fixture
def paper(office: Office) -> IssuedCompanyPaper:
    return issue(office)


def test_a_paper_of_the_company_is_numbered_proved_and_archived_like_any_other(
    office: Office, paper: IssuedCompanyPaper
) -> None:
    folder = office.archive.company(2024)
    assert paper.number == "销册2024-001"
    assert paper.path == folder.path / "销册2024-001 销毁清册.pdf"
    about = facts(paper.path.read_bytes())
    assert (about.pdfa, about.tagged) == ("2A", True)
    text = "".join("".join(page_texts(paper.path.read_bytes())).split())
    for said in ("XH2024-003", "山海云图科技（示例）有限公司", ITEM["sha256"], "批准后被封存", "2024-03-2707:30"):
        assert str(said) in text  # the approver's instant is told in the office's own time
    assert "王建国" in "".join(docx_texts(paper.path.with_suffix(".docx").read_bytes()))
    row = ledger.paper(paper.number)
    assert (row.key, row.contract_no, row.id) == ("_company/2024", "", paper.sidecar_id)
    sidecar: Any = json.loads((folder.records / f"{paper.sidecar_id}.json").read_text("utf-8"))
    assert sidecar["retention"]["classes"] == ["permanent"]
    assert sidecar["retention"]["until"] is None
    assert sidecar["extra"]["audience"] == "internal"
    assert sidecar["contract_no"] is None
    events = [(event.type, event.actor) for event in ledger.events("_company/2024")]
    assert events[-2:] == [("number.allotted", "档案员"), ("paper.issued", "档案员")]


def test_what_it_was_made_from_is_frozen_beside_it(office: Office, paper: IssuedCompanyPaper) -> None:
    folder = office.archive.company(2024)
    frozen: Any = json.loads((folder.derived / "销册2024-001.snapshot.json").read_text("utf-8"))
    assert frozen["content"]["items"][0]["class"] == "合同文书"
    assert frozen["content"]["approvers"][0]["at"] == "2024-03-27 07:30"
    assert frozen["subject"] == {"type": "company"}
    row = ledger.paper(paper.number)
    names = {entry["name"] for entry in row.sidecar["templates"]}  # type: ignore[attr-defined]
    assert {"kind/destruction-list.html", "_shared/register.css", "kind/destruction-list.docx"} <= names


def test_numbers_count_on_by_year_and_a_refusal_burns_none(office: Office, paper: IssuedCompanyPaper) -> None:
    with pytest.raises(Refused):
        issue(office, totals={"items": 9, "pages": 3, "files": 1})
    assert issue(office, proposal="XH2024-004").number == "销册2024-002"
    office.clock.move(days=300)  # type: ignore[attr-defined]
    later = content(proposal="XH2025-001", dated="2025-01-06")
    made = issue_company_paper(office, "销毁清册", later, dated=date(2025, 1, 6), actor="档案员")
    assert (made.number, made.path.parent.name) == ("销册2025-001", "2025")


def test_a_paper_drawn_under_a_number_that_was_given_away_meanwhile_is_not_filed(office: Office) -> None:
    drawn = draw_company_paper(office, "destruction-list", content(), dated=TODAY)
    assert ledger.events("_company/2024") == (), "drawing takes no number"
    assert issue(office, proposal="XH2024-004").number == "销册2024-001"
    with pytest.raises(AssertionError, match="while its folder is held"):
        file_company_paper(office, drawn, actor="档案员")
    assert [line.number for line in list_company_papers(office)] == ["销册2024-001"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"totals": {"items": 2, "pages": 3, "files": 1}}, ("kinds.content-totals", "totals.items")),
        ({"totals": {"items": 1, "pages": 4, "files": 1}}, ("kinds.content-totals", "totals.pages")),
        ({"totals": {"items": 1, "pages": 3, "files": 0}}, ("kinds.content-totals", "totals.files")),
        ({"approvers": [{"name": "甲", "post": "a", "at": "2024-03-01"}] * 2}, ("kinds.approvers-few", "approvers")),
        ({"items": [{**ITEM, "sha256": []}]}, ("kinds.item-unhashed", "items.0")),
        ({"items": [{**ITEM, "sha256": "ab"}]}, ("kinds.bad-content", "items.0.sha256.0")),
        ({"dated": "2024-03-26"}, ("kinds.content-dated", "dated")),
        ({"proposal": ""}, ("kinds.bad-content", "proposal")),
        ({"price": "1"}, ("kinds.bad-content", "price")),
        (
            {"items": [ITEM, ITEM], "totals": {"items": 2, "pages": 6, "files": 2}},
            ("kinds.item-twice", "items.1"),
        ),
    ],
)
def test_a_content_that_does_not_hold_together_is_refused_by_name(
    office: Office, changes: dict[str, object], found: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        issue(office, **changes)
    assert found in codes(refused.value)
    assert not any(event.type == "number.allotted" for event in ledger.events("_company/2024"))


def test_a_paper_of_a_deal_and_a_paper_of_the_company_are_not_each_other(office: Office, contract_no: str) -> None:
    with pytest.raises(Refused) as refused:
        issue_company_paper(office, "quotation", content(), dated=TODAY, actor="档案员")
    assert codes(refused.value) == [("kinds.not-company-paper", "quotation")]
    with pytest.raises(Refused) as refused:
        issue_document(office, Request(contract_no, "destruction-list"))
    assert codes(refused.value) == [("kinds.company-paper", "destruction-list")]


def test_a_day_that_lies_ahead_is_refused(office: Office) -> None:
    ahead = date(2024, 3, 28)
    with pytest.raises(Refused) as refused:
        issue_company_paper(office, "destruction-list", content(dated=ahead), dated=ahead, actor="档案员")
    assert codes(refused.value) == [("issuing.dated-in-future", "dated")]


def test_the_paper_of_a_proposal_is_found_again_until_it_is_void(office: Office, paper: IssuedCompanyPaper) -> None:
    assert issued_for(office, "destruction-list", "XH2024-003") == paper
    assert issued_for(office, "destruction-list", "XH2024-004") is None
    void_paper(office, paper.number, reason="监销人写错")
    assert issued_for(office, "destruction-list", "XH2024-003") is None
    (line,) = list_company_papers(office)
    assert (line.number, line.status, line.reference, line.is_back) == (paper.number, "void", "XH2024-003", False)
    assert issue(office).number == "销册2024-002"


def test_verify_rebuild_and_export_know_it(office: Office, paper: IssuedCompanyPaper, tmp_path: Path) -> None:
    void_paper(office, paper.number, reason="写错")
    issue(office)
    before = list_company_papers(office)
    assert not has_errors(verify_archive(office).findings)
    workspace = office.workspace
    rebuild_database(workspace)
    again = open_office(workspace.root, clock=office.clock)
    assert list_company_papers(again) == before
    assert issue(again, proposal="XH2024-009").number == "销册2024-003"
    outward = export_bag(again.archive.company(2024), tmp_path / "outward")
    assert not list(outward.rglob("*销毁清册*"))
    whole = export_bag(again.archive.company(2024), tmp_path / "whole", include_internal=True)
    assert "销册2024-001 销毁清册.pdf" in (whole / "index.html").read_text("utf-8")
    paper.path.chmod(0o644)
    paper.path.write_bytes(paper.path.read_bytes()[:-1] + b" ")
    assert has_errors(verify_archive(again).findings)


def zones(office: Office, number: str) -> list[Zone]:
    told = json.loads((office.archive.company(2024).derived / f"{number}.zones.json").read_text("utf-8"))
    return [LaidOutZone(**zone) for zone in told["zones"]]


def scan(office: Office, paper: IssuedCompanyPaper, **changes: object) -> bytes:
    spec = ScanSpec(FONTS, zones=zones(office, paper.number), signed={"seller": TODAY})
    return print_and_scan(paper.path.read_bytes(), replace(spec, **changes), seed=3)  # type: ignore[arg-type]


def test_the_signed_list_files_itself_beside_the_paper(
    office: Office, paper: IssuedCompanyPaper, tmp_path: Path
) -> None:
    came = tmp_path / "scan.pdf"
    came.write_bytes(scan(office, paper))
    filed = file_scan(office, came)
    assert (filed.fate, filed.number, filed.contract_no) == (Fate.FILED, paper.number, "_company/2024")
    assert filed.path == paper.path.parent / "销册2024-001 销毁清册 签回件.pdf"
    (row,) = [row for row in ledger.company_papers() if row.item_type == "filed"]
    assert (row.key, row.contract_no, row.sidecar["extra"]["audience"]) == ("_company/2024", "", "internal")  # type: ignore[index]
    assert row.sidecar["retention"]["classes"] == ["permanent"]  # type: ignore[index]
    assert list_company_papers(office)[0].is_back
    again = file_scan(office, came)
    assert (again.fate, again.path) == (Fate.SEEN_AGAIN, filed.path)
    assert not has_errors(verify_archive(office).findings)


def test_a_list_whose_codes_are_blotted_waits_and_is_filed_by_hand(
    office: Office, paper: IssuedCompanyPaper, tmp_path: Path
) -> None:
    came = tmp_path / "scan.pdf"
    came.write_bytes(scan(office, paper, blotted=frozenset({1, 2})))
    waits = file_scan(office, came)
    if waits.fate is Fate.WAITING:
        done = assign(office, str(waits.review_id), document=paper.number, reason="编码被墨水盖住")
        assert done.contract_no == "_company/2024"
    assert list_company_papers(office)[0].is_back


def test_its_number_in_a_file_name_and_a_text_layer_is_a_hint(
    office: Office, paper: IssuedCompanyPaper, tmp_path: Path
) -> None:
    came = tmp_path / f"{paper.number} 销毁清册 签字.txt"
    came.write_bytes(b"no picture at all")
    waits = file_scan(office, came)
    assert waits.fate is Fate.WAITING
    assert [one.detail for one in waits.evidence] == [paper.number]


def test_without_any_company_on_file_it_is_refused(office: Office) -> None:
    for path in office.workspace.companies.glob("*.toml"):
        path.unlink()
    office.forget_companies()
    with pytest.raises(NotFound):
        issue(office)


@pytest.fixture(autouse=True)
def _disconnected() -> Iterator[None]:
    yield
    database.disconnect()
