"""A batch of packets: each letter with its attachments or its reason; and a large print run in parts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PIL import Image

from docgen.errors import Refused
from docgen.papers import pdf
from docgen.services import batch_print, inbox
from docgen.services.archive_care import verify_archive
from docgen.services.batch import BatchDone, BatchPlan, order_for, preview, resume_batch, run_batch
from docgen.services.batch_item import BatchItem, bound, result_of
from docgen.services.batch_print import PartSize
from docgen.services.batch_results import write_results
from docgen.services.file_scan import file_scan
from docgen.services.import_deal import import_deal
from docgen.services.import_payments import confirm_payments
from docgen.services.issue_document import issue_document
from docgen.services.office import Office
from docgen.services.packet_extras import Choice
from docgen.services.packets import bind_packet
from docgen.services.prepare_issue import Request
from docgen.services.record_fact import NewFact, add_fact
from docgen.store import ledger
from docgen.workspace import data_root

SAMPLE = (data_root() / "samples" / "deals" / "xx-tech.yaml").read_text(encoding="utf-8")
KIND = "progress-letter"
PDF_ONLY = ("pdf",)
AS_LISTED = Choice()


def file_as(office: Office, contract_no: str, name: str, path: Path) -> None:
    """File a page from outside as a paper of this name; no two pages are alike."""
    shade = sum(f"{contract_no}{name}".encode()) % 200
    Image.new("RGB", (620, 877), (shade, 200, 255 - shade)).save(path, dpi=(75, 75))
    inbox.assign(office, str(file_scan(office, path).review_id), deal=contract_no, document_type=name)


@pytest.fixture
def deals(office: Office, tmp_path: Path) -> list[str]:
    """Return three deals with a report and an invoice; the invoice of the last one is not in the archive."""
    numbers = []
    for n in range(1, 4):
        text = SAMPLE.replace("SO2024031001", f"SO20240310{n:02}").replace("XXKJ-CG-2024-017", f"XXKJ-CG-2024-{n:03}")
        (tmp_path / "deal.yaml").write_text(text, encoding="utf-8")
        numbers.append(import_deal(office, tmp_path / "deal.yaml").contract_no)
    confirm_payments(office, office.today())
    for n, number in enumerate(numbers):
        bill = f"2431200000001234567{n}"
        values = {"number": bill, "on": "2024-03-26", "amount": "171000.00", "instalment": 2}
        add_fact(office, number, NewFact("invoice", values))
        issue_document(office, Request(number, "验收报告", faces=PDF_ONLY))
        if n < 2:
            file_as(office, number, f"发票 {bill}", tmp_path / "bill.png")
    return numbers


def plan_of(office: Office, deals: list[str]) -> BatchPlan:
    items = tuple(BatchItem(f"{deal}/2", deal, 2) for deal in deals)
    return BatchPlan(KIND, office.catalogue.get(KIND).spec.title, office.today(), items)


def run(office: Office, deals: list[str], choice: Choice = AS_LISTED) -> BatchDone:
    plan = plan_of(office, deals)
    return run_batch(office, plan, order_for(office, plan, faces=PDF_ONLY, packets=choice), workers=0)


def texts_of(path: Path) -> list[str]:
    return ["".join(text.split()) for text in pdf.page_texts(path.read_bytes())]


def kept() -> Counter[tuple[str, str]]:
    return Counter((row.contract_no, row.item_type) for row in ledger.papers() if row.kind == KIND)


def test_each_letter_is_bound_and_one_that_lacks_a_paper_says_which(
    office: Office, deals: list[str], tmp_path: Path
) -> None:
    plan = plan_of(office, deals)
    seen = preview(office, plan, order_for(office, plan, packets=AS_LISTED))
    assert [each.is_ready for each in seen.items] == [True, True, False]
    done = run(office, deals)
    assert [each.is_issued for each in done.results] == [True, True, False]
    assert [each.attachments for each in done.results] == [2, 2, 0]
    assert not ledger.number_is_taken(f"{deals[2]}-JD2-01")
    written = write_results(office, done, tmp_path / "out", as_print=True)
    rows = list(load_workbook(written.workbook).worksheets[0].iter_rows(min_row=4, values_only=True))
    assert [row[12:14] for row in rows] == [
        (2, done.results[0].packet_pages),
        (2, done.results[1].packet_pages),
        (None, None),
    ]
    assert "发票" in str(rows[2][10])
    assert str(rows[2][11])
    assert "issuing.packet-unsigned" in {each.code for each in done.results[0].findings}
    assert rows[0][10] == "\n".join(each.sentence() for each in done.results[0].findings)
    assert written.papers is not None
    texts = texts_of(written.papers)
    assert len(texts) == 1 + 1 + sum(each.packet_pages for each in done.issued)
    first = done.issued[0].packet
    assert first is not None
    assert texts[2 : 2 + done.issued[0].packet_pages] == texts_of(first)
    zipped = write_results(office, done, tmp_path / "zip").papers
    assert zipped is not None
    assert zipped.stat().st_size > sum(each.packet.stat().st_size for each in done.issued if each.packet) // 2
    assert not [each for each in verify_archive(office).findings if each.severity.value == "error"]


def test_going_on_binds_what_was_missing_and_nothing_twice(office: Office, deals: list[str], tmp_path: Path) -> None:
    done = run(office, deals)
    file_as(office, deals[2], "发票 24312000000012345672", tmp_path / "bill.png")
    again = resume_batch(office, done.order.id, workers=0)
    assert again.order == done.order
    assert [each.is_issued for each in again.results] == [True] * 3
    assert [bool(each.packet) for each in again.results] == [True] * 3
    expected = Counter({(deal, kind): 1 for deal in deals for kind in ("issued", "packet")})
    assert kept() == expected
    resume_batch(office, done.order.id, workers=0)
    assert kept() == expected


def test_a_letter_killed_before_its_packet_is_bound_when_the_batch_goes_on(
    office: Office, deals: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("docgen.services.batch_item.bind_packet", killed)
        with pytest.raises(KeyboardInterrupt):
            run(office, deals[:2])
    assert kept() == Counter({(deals[0], "issued"): 1})
    (started,) = {str(row.sidecar["extra"]["batch"]["id"]) for row in ledger.papers() if row.kind == KIND}  # type: ignore[index]
    resume_batch(office, started, workers=0)
    assert kept() == Counter({(deal, kind): 1 for deal in deals[:2] for kind in ("issued", "packet")})


def test_a_person_leaves_out_and_adds(office: Office, deals: list[str], tmp_path: Path) -> None:
    file_as(office, deals[0], "合同", tmp_path / "contract.png")
    done = run(office, deals, Choice(("发票",), ("合同",)))
    assert [each.is_issued for each in done.results] == [True, False, False]
    assert {each.code for each in done.results[1].findings} >= {"issuing.packet-missing"}
    first = done.results[0].packet
    assert first is not None
    assert "未附：发票" in texts_of(first)[0]
    assert "附2合同" in texts_of(first)[0]
    plan = plan_of(office, deals)
    notices = BatchPlan("prepayment-notice", "预付款通知单", plan.as_of, plan.items)
    with pytest.raises(Refused) as problem:
        order_for(office, notices, packets=AS_LISTED)
    assert problem.value.findings[0].code == "services.batch-no-attachments"


def test_a_formal_demand_goes_with_contract_and_receipt_where_the_archive_has_them(
    office: Office, deals: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stage decides: the very same letter, were it a formal demand, is bound with what a court asks for."""
    number = run(office, deals[:1]).issued[0].number
    assert not {"合同", "签收单"} & {each.what for each in bind_packet(office, number).attachments}
    file_as(office, deals[0], "合同", tmp_path / "contract.png")
    monkeypatch.setattr("docgen.services.packet_extras.BY_TITLE", {ledger.paper(number).title: ("合同", "签收单")})
    demand = bind_packet(office, number)
    assert [each.what for each in demand.attachments][2:] == ["合同"]
    assert {(each.code, each.where) for each in demand.findings} >= {("issuing.packet-not-archived", "签收单")}
    left = bind_packet(office, number, choice=Choice(without=("合同", "签收单")))
    assert [each.what for each in left.attachments] == ["验收报告", "发票"]


def test_a_demand_with_nothing_to_bind_says_what_the_archive_lacks(
    office: Office, deals: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = next(row.number for row in ledger.papers(deals[0]) if row.title == "验收报告")  # a paper without a list
    monkeypatch.setattr("docgen.services.packet_extras.BY_TITLE", {ledger.paper(number).title: ("合同",)})
    with pytest.raises(Refused) as problem:
        bind_packet(office, number)
    codes = ["issuing.packet-nothing-listed", "issuing.packet-not-archived"]
    assert [each.code for each in problem.value.findings] == codes
    order = order_for(office, plan_of(office, deals), packets=AS_LISTED)
    letter = result_of(office, BatchItem(f"{deals[0]}/1", deals[0], 1), ledger.paper(number))
    told = bound(office, order, letter)
    assert [each.code for each in told.findings] == codes
    assert told.is_issued


def test_a_large_run_is_printed_in_parts_that_say_so(office: Office, deals: list[str], tmp_path: Path) -> None:
    done = run(office, deals, Choice(("发票",)))
    each = done.issued[0].packet_pages
    whole = batch_print.write_print_files(office, done, tmp_path, lambda path, write: write(path))
    assert [path.name for path in whole] == [f"批次 {done.order.id}.pdf"]
    most = PartSize(pages=2 * each + 1)
    parts = batch_print.write_print_files(office, done, tmp_path, lambda path, write: write(path), most)
    assert [path.name for path in parts] == [f"批次 {done.order.id} 第{n}册.pdf" for n in (1, 2)]
    assert not whole[0].exists()
    first, second = map(texts_of, parts)
    assert (len(first), len(second)) == (2 + 2 * each, 2 + each)
    assert "第1册，共2册" in first[0]
    assert "第1册，共2册" in first[1]
    assert "（续）" not in first[1]
    assert "第2册，共2册" in second[0]
    assert "（续）" in second[1]
    assert f"金额合计¥{done.amount:,}" in second[0]
    assert f"¥{done.issued[2].amount:,}" in second[0]
    printed = [text for part in (first, second) for text in part[2:]]
    assert printed == [text for one in done.issued for text in texts_of(one.printed[0])]
    by_size = PartSize(size=done.issued[0].printed[0].stat().st_size + 1)
    assert len(batch_print.write_print_files(office, done, tmp_path, lambda path, write: write(path), by_size)) == 3
