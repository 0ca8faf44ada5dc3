"""The first walk, end to end: a deal becomes papers, each numbered once, proved, frozen and filed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from docgen.archive.eventlog import read
from docgen.codes.payload import Payload, decode
from docgen.codes.read import read_codes
from docgen.deals.checks import check
from docgen.demo.people import agreed
from docgen.errors import NotFound, Refused
from docgen.findings import has_errors
from docgen.papers import docx, pdf
from docgen.papers.compare import squeeze
from docgen.services.archive_care import verify_archive
from docgen.services.deals import show_deal
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import Issued, draft_document, issue_document
from docgen.services.office import Office
from docgen.services.overwriting import Allow
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.services.replace_paper import replace_paper
from docgen.services.void_paper import void_paper
from docgen.store import ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
KINDS = ("prepayment-notice", "supplementary-agreement", "acceptance-report")


DAYS = {"prepayment-notice": 12, "supplementary-agreement": 15, "acceptance-report": 26}


def issue(office: Office, contract_no: str, kind: str, **options: object) -> Issued:
    """Issue a paper on the day of March 2024 on which the manual's example has it issued."""
    day = DAYS[office.catalogue.get(kind).spec.id]
    office.clock.at = datetime(2024, 3, day, 2, 0, tzinfo=UTC)  # type: ignore[attr-defined]
    if office.catalogue.get(kind).spec.routes:
        agreed(office, contract_no, kind)
    return issue_document(office, Request(contract_no, kind, **options))  # type: ignore[arg-type]


def face(issued: Issued, suffix: str) -> bytes:
    (path,) = [path for path in issued.files if path.suffix == suffix]
    return path.read_bytes()


def codes_of(issued: Issued) -> list[str]:
    return [found.text for image in pdf.rasterise(face(issued, ".pdf"), 150) for found in read_codes(image)]


def edited(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = SAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    path = tmp_path / "edited.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_manuals_deal_gets_its_number_from_the_contracts_date(contract_no: str, office: Office) -> None:
    assert contract_no == "HT2024031001"
    assert ledger.deal("SO2024031001").contract_no == contract_no
    assert ledger.deal("XXKJ-CG-2024-017").contract_no == contract_no
    assert not has_errors(check(ledger.deal(contract_no).record, calendar=office.calendar))


def test_three_papers_come_in_both_faces_with_a_code_on_every_page(contract_no: str, office: Office) -> None:
    issued = [issue(office, contract_no, kind) for kind in KINDS]
    assert [one.number for one in issued] == ["HT2024031001-YF1-01", "HT2024031001-BC01", "HT2024031001-YS01"]
    assert issued[0].letter_number == "（2024）山海函字第001号"
    for one in issued:
        assert {path.suffix for path in one.files} == {".pdf", ".docx"}
        payloads = [decode(text, office.keyring) for text in codes_of(one)]
        assert payloads == [Payload(str(one.document_id), page, one.pages) for page in range(1, one.pages + 1)]


def test_a_paper_says_what_the_deal_says_in_figures_and_words(contract_no: str, office: Office) -> None:
    notice = issue(office, contract_no, "预付款通知单")
    for text in (
        squeeze("".join(pdf.page_texts(face(notice, ".pdf")))),
        squeeze("".join(docx.docx_texts(face(notice, ".docx")))),
    ):
        for words in (
            "XX科技有限公司",
            "¥85,500.00",
            "人民币捌万伍仟伍佰元整",
            "2024年3月18日",
            "0012345678900001234",
            "示例银行临江滨江支行",
            notice.number,
            "（2024）山海函字第001号",
        ):
            assert words in text, words


def test_no_internal_word_or_value_reaches_a_customers_paper(contract_no: str, office: Office) -> None:
    secret = ("280000", "280,000", "300000", "300,000", "底线", "25-35万", "租赁方案", "A类", "行业展会")
    for kind in KINDS:
        issued = issue(office, contract_no, kind)
        said = "".join(pdf.page_texts(face(issued, ".pdf"))) + "".join(docx.docx_texts(face(issued, ".docx")))
        facts = pdf.facts(face(issued, ".pdf"))
        for word in secret:
            assert word not in said + str(facts)


def test_the_pdf_is_tagged_chinese_pdfa_with_title_and_author(contract_no: str, office: Office) -> None:
    facts = pdf.facts(face(issue(office, contract_no, "acceptance-report"), ".pdf"))
    assert (facts.pdfa, facts.tagged, facts.language) == ("2A", True, "zh-CN")
    assert facts.title == "验收报告 HT2024031001-YS01"
    assert facts.author == "山海云图科技（示例）有限公司"


def test_the_paper_is_frozen_with_data_templates_values_and_zones(contract_no: str, office: Office) -> None:
    issued = issue(office, contract_no, "prepayment-notice")
    folder = folder_of(office, contract_no)
    snapshot = json.loads((folder.derived / f"{issued.number}.snapshot.json").read_text(encoding="utf-8"))
    assert snapshot["record"]["terms"]["total"] == "285000.00"
    frozen = {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.templates.iterdir()}
    named = {sha for name, sha in snapshot["templates"].items() if not name.endswith(".ttf")}
    assert named == frozen
    assert {path.name for path in folder.templates.iterdir()} == frozen
    values = json.loads((folder.derived / f"{issued.number}.values.json").read_text(encoding="utf-8"))["values"]
    printed = {(value["kind"], value["text"]) for value in values}
    assert ("amount", "¥85,500.00") in printed
    assert ("date", "2024年3月18日") in printed
    assert ("account", "0012 3456 7890 0001 234") in printed
    zones = json.loads((folder.derived / f"{issued.number}.zones.json").read_text(encoding="utf-8"))["zones"]
    seals = [zone for zone in zones if zone["role"] == "seal"]
    assert {zone["party"] for zone in seals} == {"seller", "customer"}
    assert all(zone["width"] > 127 and zone["height"] > 127 for zone in seals)  # 45 mm in points
    assert {zone["role"] for zone in zones} >= {"seal", "sign", "fill", "code"}


def test_a_refusal_names_everything_and_burns_no_number(tmp_path: Path, office: Office) -> None:
    unsigned = edited(tmp_path, ("  signature: {ours: 2024-03-10, theirs: 2024-03-11, form: paper_original}\n", ""))
    text = unsigned.read_text(encoding="utf-8")
    unsigned.write_text(text[: text.index("  change_signatures:")] + "internal: {}\n", encoding="utf-8")
    unsigned.write_text(unsigned.read_text(encoding="utf-8").replace("facts:\n", ""), encoding="utf-8")
    contract_no = import_deal(office, unsigned).contract_no
    with pytest.raises(Refused) as refused:
        issue(office, contract_no, "prepayment-notice")
    assert "kinds.not-signed" in {finding.code for finding in refused.value.findings}
    entries, _ = read(folder_of(office, contract_no))
    assert not [entry for entry in entries if entry.type == "number.allotted"]


def test_the_same_paper_is_not_issued_twice_unless_asked(contract_no: str, office: Office) -> None:
    issue(office, contract_no, "acceptance-report")
    with pytest.raises(Refused) as refused:
        issue(office, contract_no, "acceptance-report")
    assert [finding.code for finding in refused.value.findings] == ["issuing.already-issued"]
    assert issue(office, contract_no, "acceptance-report", again=True).number == "HT2024031001-YS02"


def test_changing_one_line_of_the_deal_gives_new_papers(contract_no: str, office: Office, tmp_path: Path) -> None:
    first = issue(office, contract_no, "prepayment-notice")
    assert "¥85,500.00" in squeeze("".join(pdf.page_texts(face(first, ".pdf"))))
    cheaper = edited(
        tmp_path,
        ("unit_price: 45000", "unit_price: 35000"),
        ("total: 285000.00", "total: 275000.00"),
        ("  payments:\n", "  invoices: []\n"),
        ("    - {seq: 1, on: 2024-03-15, amount: 85500.00, instalment: 1, reference: BK20240315001}\n", ""),
        ("    - {seq: 2, on: 2024-05-25, amount: 85500.00, instalment: 2, reference: BK20240525007}\n", ""),
        ("floor_price: 280000.00", "floor_price: 270000.00"),
    )
    written = 1 + 2  # the record, and two payments withdrawn
    with pytest.raises(Refused) as refused:
        import_deal(office, cheaper, reason="改价后重新建档")
    assert {(f.code, f.where) for f in refused.value.findings} == {
        ("services.would-overwrite", "terms.lines[1].unit_price"),
        ("services.would-overwrite", "terms.total"),
        ("services.would-overwrite", "internal.floor_price"),
        ("services.fact-left-out", "facts.payments[1]"),
        ("services.fact-left-out", "facts.payments[2]"),
    }
    assert import_deal(office, cheaper, reason="改价后重新建档", allow=[Allow.OVERWRITE]).revision == 7 + written
    second = replace_paper(office, first.number)
    assert second.number == "HT2024031001-YF1-02"
    said = squeeze("".join(pdf.page_texts(face(second, ".pdf"))))
    assert "¥82,500.00" in said
    assert "人民币捌万贰仟伍佰元整" in said
    rows = {row.number: row for row in ledger.papers(contract_no)}
    assert (rows[first.number].status, rows[first.number].superseded_by) == ("superseded", second.number)
    assert rows[second.number].status == "current"


def test_a_missing_field_is_refused_by_its_name(office: Office, tmp_path: Path) -> None:
    nameless = edited(tmp_path, ("    title: 服务器采购及实施服务合同\n", ""))
    with pytest.raises(Refused) as refused:
        import_deal(office, nameless)
    (finding,) = refused.value.findings
    assert finding.where == "terms.contract.title"
    assert "合同名称" in finding.sentence("zh")


def test_importing_the_same_file_again_changes_nothing(contract_no: str, office: Office) -> None:
    again = import_deal(office, SAMPLE)
    assert (again.contract_no, again.is_new, again.events) == (contract_no, False, 0)
    assert again.revision == 1 + 6  # one record, six facts


def test_a_recorded_fact_is_changed_only_with_a_reason(contract_no: str, office: Office, tmp_path: Path) -> None:
    corrected = edited(tmp_path, ("tracking: SF0000000000001", "tracking: SF0000000000002"))
    with pytest.raises(Refused) as refused:
        import_deal(office, corrected)
    assert [(f.code, f.where) for f in refused.value.findings] == [("services.fact-changed", "facts.deliveries[1]")]
    assert import_deal(office, corrected, reason="单号抄错").events == 2
    entries, _ = read(folder_of(office, contract_no))
    assert [entry.type for entry in entries[-2:]] == ["fact.withdrawn", "fact.recorded"]
    assert ledger.deal(contract_no).record.facts.deliveries[0].tracking == "SF0000000000002"


def test_a_draft_bears_a_watermark_no_number_and_no_code(contract_no: str, office: Office, tmp_path: Path) -> None:
    before = len(read(folder_of(office, contract_no))[0])
    draft = draft_document(office, Request(contract_no, "补充协议"), tmp_path / "drafts")
    assert (draft.number, draft.document_id) == ("", None)
    assert codes_of(draft) == []
    assert "草稿" in "".join(pdf.page_texts(face(draft, ".pdf")))
    assert len(read(folder_of(office, contract_no))[0]) == before


def test_a_paper_of_another_day_needs_a_reason_and_never_the_future(contract_no: str, office: Office) -> None:
    with pytest.raises(Refused) as refused:
        issue(office, contract_no, "prepayment-notice", dated=date(2024, 3, 11))
    assert "issuing.dated-needs-reason" in {finding.code for finding in refused.value.findings}
    with pytest.raises(Refused) as refused:
        issue(office, contract_no, "prepayment-notice", dated=date(2024, 3, 13), reason="提前准备")
    assert "issuing.dated-in-future" in {finding.code for finding in refused.value.findings}
    issued = issue(office, contract_no, "prepayment-notice", dated=date(2024, 3, 11), reason="补发")
    assert "2024年3月11日" in squeeze("".join(pdf.page_texts(face(issued, ".pdf"))))
    (row,) = ledger.papers(contract_no)
    assert row.sidecar["extra"]["dated_reason"] == "补发"  # type: ignore[index]


def test_a_void_paper_stays_visible_and_its_number_is_not_used_again(contract_no: str, office: Office) -> None:
    first = issue(office, contract_no, "acceptance-report")
    void_paper(office, first.number, reason="打印有误")
    assert [(row.number, row.status) for row in ledger.papers(contract_no)] == [(first.number, "void")]
    assert issue(office, contract_no, "acceptance-report").number == "HT2024031001-YS02"
    with pytest.raises(Refused):
        void_paper(office, first.number, reason="再来一次")


def test_unknown_deals_and_kinds_are_named_with_near_ones(contract_no: str, office: Office) -> None:
    with pytest.raises(NotFound) as unknown:
        issue(office, "HT2024031002", "acceptance-report")
    assert contract_no in unknown.value.findings[0].sentence("zh")
    with pytest.raises(NotFound) as unknown:
        issue(office, contract_no, "验收报表")
    assert "验收报告" in unknown.value.findings[0].sentence("zh") + unknown.value.findings[0].remedy("zh")


def test_the_archive_verifies_after_issuing(contract_no: str, office: Office) -> None:
    for kind in KINDS:
        issue(office, contract_no, kind)
    report = verify_archive(office)
    assert report.findings == ()
    assert report.files > 12


def test_the_deals_json_says_which_papers_are_there_and_which_are_missing(contract_no: str, office: Office) -> None:
    def documents() -> dict[str, list[tuple[str, str]]]:
        shown = show_deal(office, contract_no, as_of=date(2024, 3, 27))["documents"]
        return {part: [(row["title"], row["direction"]) for row in rows] for part, rows in shown.items()}  # type: ignore[attr-defined]

    assert ("验收报告", "own") in documents()["missing"]
    issued = issue(office, contract_no, "acceptance-report")
    after = documents()
    assert ("验收报告", "own") in after["issued"]
    assert ("验收报告", "own") not in after["missing"]
    assert ("验收报告", "in") in after["missing"]
    void_paper(office, issued.number, reason="印错")
    assert ("验收报告", "own") in documents()["missing"]
