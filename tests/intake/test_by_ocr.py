"""What recognised print may decide: the number with its words files; anything less waits with its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from docgen.codes.payload import Payload
from docgen.findings import Severity
from docgen.intake.decision import Decision, IssuedPaper, Outcome, Source
from docgen.intake.identify import identify, is_worth_reading
from docgen.intake.scan import PageFacts, ScanFacts
from docgen.papers.ocr import ReadLine, ReadPage

REPORT = IssuedPaper(
    "AAAAAAA1", "HT2024031001-YS01", "acceptance-report", "验收报告", "HT2024031001", "C-1", "云帆科技有限公司", 2
)
AGREEMENT = replace(REPORT, document_id="AAAAAAA2", number="HT2024031001-BC01", title="补充协议", pages=1)
ELSEWHERE = replace(REPORT, document_id="AAAAAAA3", number="HT2024031002-YS01", contract_no="HT2024031002")
WORDS = {
    REPORT.document_id: (
        "验收报告编号项目名称服务器采购客户名称云帆科技有限公司验收人员逐项验收结果全部通过测试培训满意度合格",
        "六验收结论通过未通过整改项及期限见第五项双方代表签字盖章甲方云帆科技有限公司乙方山海日期年月日",
    ),
    AGREEMENT.document_id: ("补充协议甲方云帆科技有限公司乙方变更付款方式合计285,000.00元其余条款不变一式四份",),
    ELSEWHERE.document_id: ("验收报告另一份合同的验收内容与此无关", "第二页也与此无关的内容"),
}


class Books:
    """A ledger in memory that counts what it is asked."""

    def __init__(self, *papers: IssuedPaper) -> None:
        self.papers = papers
        self.asked = 0

    def by_document_id(self, document_id: str, /) -> IssuedPaper | None:
        return next((one for one in self.papers if one.document_id == document_id), None)

    def by_number(self, number: str, /) -> IssuedPaper | None:
        self.asked += 1
        return next((one for one in self.papers if one.number == number), None)

    def by_contract(self, contract_no: str, /) -> Sequence[IssuedPaper]:
        return [one for one in self.papers if one.contract_no == contract_no]

    def by_customer(self, name: str, /) -> Sequence[IssuedPaper]:
        return [one for one in self.papers if one.customer_name == name]


BOOKS = Books(REPORT, AGREEMENT, ELSEWHERE)


def sheet(number: int, head: str, body: str, **facts: object) -> PageFacts:
    lines = (ReadLine(head, 99, 0.7, 0.04, 0.2, 0.01), ReadLine(body, 97, 0.1, 0.3, 0.8, 0.02))
    return PageFacts(number, recognised=ReadPage(number, "head", lines), **facts)  # type: ignore[arg-type]


def decide(*pages: PageFacts, name: str = "SCAN0001.pdf", books: Books = BOOKS) -> Decision:
    return identify(
        ScanFacts("application/pdf", pages),
        file_name=name,
        lookup=books,
        issued_text=lambda paper: WORDS[paper.document_id],
    )


def reasons(decision: Decision) -> list[str]:
    return [one.code for one in decision.findings if one.severity is Severity.ERROR]


def report_page(number: int, *, as_sheet: int | None = None, head: str = REPORT.number) -> PageFacts:
    return sheet(as_sheet or number, head, WORDS[REPORT.document_id][number - 1])


def test_number_and_words_on_every_sheet_file_it_with_evidence_for_each() -> None:
    decision = decide(report_page(1), report_page(2))
    assert (decision.outcome, decision.paper) == (Outcome.FILE, REPORT)
    assert {one.kind for one in decision.evidence} >= {Source.OCR_NUMBER, Source.OCR_WORDS, Source.OCR_CUSTOMER}
    assert all(isinstance(one.score, int) for one in decision.evidence)
    assert decision.candidates[0].score >= 80
    assert [one.code for one in decision.findings] == ["intake.by-ocr"]


def test_sheets_are_put_in_order_by_their_words() -> None:
    decision = decide(report_page(2, as_sheet=1), report_page(1, as_sheet=2))
    assert (decision.outcome, decision.page_order) == (Outcome.FILE, (2, 1))


def test_a_misread_number_still_files_where_everything_else_agrees() -> None:
    decision = decide(report_page(1, head="HT2O24O31OO1-YSO1"), report_page(2, head="HT2024031001 -YS0l"))
    assert (decision.outcome, decision.paper) == (Outcome.FILE, REPORT)


def test_a_number_read_wrong_names_nobody() -> None:
    decision = decide(report_page(1, head="HT2024031007-YS01"), report_page(2, head="HT2024031007-YS01"))
    assert decision.outcome is Outcome.WAIT
    assert reasons(decision) == ["intake.ocr-uncertain"]
    assert decision.candidates[0].paper == REPORT, "its words and customer still propose it"


def test_the_number_alone_is_not_enough() -> None:
    decision = decide(sheet(1, AGREEMENT.number, "这是一份毫不相干的来信内容与协议没有关系"))
    assert decision.outcome is Outcome.WAIT
    assert reasons(decision) == ["intake.ocr-uncertain"]
    assert [one.paper for one in decision.candidates] == [AGREEMENT]


def test_a_reply_that_speaks_of_our_paper_waits() -> None:
    reply = sheet(1, "来函", f"关于贵司{AGREEMENT.number}号补充协议的答复云帆科技有限公司我司不同意")
    decision = decide(reply)
    assert decision.outcome is Outcome.WAIT
    assert reasons(decision) == ["intake.ocr-uncertain"]
    assert decision.candidates[0].paper == AGREEMENT


def test_two_papers_own_numbers_wait_with_both_proposed() -> None:
    decision = decide(report_page(1), sheet(2, AGREEMENT.number, WORDS[AGREEMENT.document_id][0]))
    assert decision.outcome is Outcome.WAIT
    assert reasons(decision) == ["intake.numbers-uncertain"]
    assert {one.paper for one in decision.candidates[:2]} == {REPORT, AGREEMENT}


def test_a_missing_page_waits_as_half_a_paper() -> None:
    decision = decide(report_page(2, as_sheet=1))
    assert reasons(decision) == ["intake.pages-missing"]
    assert (decision.paper, decision.missing_pages) == (REPORT, (1,))


def test_a_foreign_sheet_among_ours_waits() -> None:
    decision = decide(report_page(1), report_page(2), sheet(3, "广告", "完全无关的一张宣传单页请联系我们"))
    assert decision.outcome is Outcome.WAIT
    assert "intake.ocr-unplaced" in reasons(decision) or "intake.ocr-uncertain" in reasons(decision)


def test_a_blotted_page_between_coded_ones_is_placed_by_its_print() -> None:
    coded = PageFacts(1, payloads=(Payload(REPORT.document_id, 1, 2),))
    decision = decide(coded, report_page(2))
    assert (decision.outcome, decision.paper) == (Outcome.FILE, REPORT)
    assert "intake.page-by-ocr" in [one.code for one in decision.findings]


def test_a_blotted_page_with_another_papers_number_is_not_placed() -> None:
    coded = PageFacts(1, payloads=(Payload(REPORT.document_id, 1, 2),))
    decision = decide(coded, report_page(2, head=ELSEWHERE.number))
    assert decision.outcome is Outcome.WAIT
    assert "intake.page-without-code" in reasons(decision)


def test_the_files_own_text_is_not_overruled() -> None:
    said = replace(sheet(1, REPORT.number, WORDS[REPORT.document_id][0]), text=f"{AGREEMENT.number} 第2页 共9页")
    decision = decide(said)
    assert (decision.outcome, decision.paper) == (Outcome.WAIT, AGREEMENT)


@pytest.mark.parametrize("code", ["intake.several-papers", "intake.code-not-in-ledger"])
def test_print_is_not_read_where_it_could_not_help(code: str) -> None:
    documents = {
        "intake.several-papers": (REPORT, AGREEMENT),
        "intake.code-not-in-ledger": (replace(REPORT, document_id="ZZZZZZZZ"),),
    }
    coded = [PageFacts(at, payloads=(Payload(one.document_id, 1, 2),)) for at, one in enumerate(documents[code], 1)]
    bare = PageFacts(len(coded) + 1)
    scan = ScanFacts("application/pdf", (*coded, bare))
    decision = identify(scan, file_name="x.pdf", lookup=BOOKS)
    assert code in reasons(decision)
    assert is_worth_reading(scan, decision) == ()


def test_only_pages_without_a_code_and_not_blank_are_read() -> None:
    scan = ScanFacts("application/pdf", (PageFacts(1), PageFacts(2, is_blank=True), PageFacts(3)))
    assert is_worth_reading(scan, identify(scan, file_name="x.pdf", lookup=BOOKS)) == (1, 3)


def test_a_page_full_of_numbers_asks_the_ledger_a_bounded_number_of_times() -> None:
    books = Books(REPORT)
    pages = [sheet(n, "x", " ".join(f"HT{n:03}{k:05}O1-YSOl" for k in range(300))) for n in range(1, 41)]
    decide(*pages, books=books)
    assert books.asked <= 1501, "1,500 for the print, one for the file's name"
