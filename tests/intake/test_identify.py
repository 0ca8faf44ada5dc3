from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.codes.payload import Payload
from docgen.findings import Severity, error, message_table
from docgen.intake.decision import Decision, IssuedPaper, Outcome, Source
from docgen.intake.identify import identify, undecided
from docgen.intake.scan import PageFacts, ScanFacts

NOTICE = IssuedPaper(
    "AAAAAAA1", "HT2024031001-YF1-01", "prepayment-notice", "预付款通知单", "HT2024031001", "202403-001",
    "XX科技有限公司", 2,
)  # fmt: skip
AMENDMENT = replace(
    NOTICE,
    document_id="AAAAAAA2",
    number="HT2024031001-BC01",
    kind="supplementary-agreement",
    title="补充协议",
    pages=3,
)
OTHER = replace(NOTICE, document_id="AAAAAAA3", number="HT2024031002-YF1-01", contract_no="HT2024031002", pages=1)
ISSUED = (NOTICE, AMENDMENT, OTHER)


class Books:
    """A ledger in memory."""

    def __init__(self, *papers: IssuedPaper) -> None:
        self.papers = papers

    def by_document_id(self, document_id: str, /) -> IssuedPaper | None:
        return next((paper for paper in self.papers if paper.document_id == document_id), None)

    def by_number(self, number: str, /) -> IssuedPaper | None:
        return next((paper for paper in self.papers if paper.number == number), None)

    def by_contract(self, contract_no: str, /) -> Sequence[IssuedPaper]:
        return [paper for paper in self.papers if paper.contract_no == contract_no]

    def by_customer(self, name: str, /) -> Sequence[IssuedPaper]:
        return [paper for paper in self.papers if paper.customer_name == name]


def sheet(*pages: int, of: IssuedPaper = AMENDMENT, text: str = "") -> dict[str, object]:
    return {"payloads": tuple(Payload(of.document_id, page, of.pages) for page in pages), "text": text}


def scan(*sheets: dict[str, object]) -> ScanFacts:
    pages = tuple(PageFacts(number, **facts) for number, facts in enumerate(sheets, start=1))  # type: ignore[arg-type]
    return ScanFacts("application/pdf", pages)


def decide(*sheets: dict[str, object], name: str = "SCAN0001.pdf", books: Books | None = None) -> Decision:
    return identify(scan(*sheets), file_name=name, lookup=books or Books(*ISSUED))


def reasons(decision: Decision) -> list[str]:
    return [finding.code for finding in decision.findings if finding.severity is Severity.ERROR]


def remarks(decision: Decision) -> list[str]:
    return [finding.code for finding in decision.findings if finding.severity is not Severity.ERROR]


BLANK: dict[str, object] = {"is_blank": True}
BARE: dict[str, object] = {}


def test_all_pages_agree_and_it_is_filed_with_evidence_for_each_page() -> None:
    decision = decide(sheet(1), sheet(2), sheet(3))
    assert decision.outcome is Outcome.FILE
    assert decision.paper == AMENDMENT
    assert [(seen.kind, seen.page, seen.detail) for seen in decision.evidence] == [
        (Source.CODE, 1, "AAAAAAA2 1/3"),
        (Source.CODE, 2, "AAAAAAA2 2/3"),
        (Source.CODE, 3, "AAAAAAA2 3/3"),
    ]
    assert decision.page_order == (1, 2, 3)
    assert decision.missing_pages == ()
    assert decision.findings == ()


def test_mixed_up_sheets_are_put_in_order() -> None:
    decision = decide(sheet(3), sheet(1), sheet(2))
    assert decision.outcome is Outcome.FILE
    assert decision.page_order == (2, 3, 1)
    assert remarks(decision) == ["intake.pages-reordered"]


def test_a_missing_page_waits_with_the_pages_seen_and_missing() -> None:
    decision = decide(sheet(1), sheet(3))
    assert decision.outcome is Outcome.WAIT
    assert decision.paper == AMENDMENT
    assert (decision.seen_pages, decision.missing_pages) == ((1, 3), (2,))
    assert reasons(decision) == ["intake.pages-missing"]
    assert "缺第 2 页" in decision.findings[0].sentence("zh")
    assert decision.candidates[0].paper == AMENDMENT


def test_a_page_twice_waits() -> None:
    decision = decide(sheet(1), sheet(2), sheet(2), sheet(3))
    assert reasons(decision) == ["intake.page-twice"]
    assert decision.outcome is Outcome.WAIT


def test_backs_of_sheets_do_not_count() -> None:
    decision = decide(sheet(1), BLANK, sheet(2), BLANK, sheet(3), BLANK)
    assert decision.outcome is Outcome.FILE
    assert decision.page_order == (1, 3, 5)
    assert remarks(decision) == ["intake.blank-pages"]


@pytest.mark.parametrize("sheets", [(1, 0, 3), (3, 0, 1), (1, None, 0, None, 3)], ids=["on", "back", "blank-backs"])
def test_a_sheet_without_code_is_the_one_missing_page_where_that_belongs(sheets: tuple[int | None, ...]) -> None:
    decision = decide(*(sheet(page) if page else BLANK if page is None else BARE for page in sheets))
    assert decision.outcome is Outcome.FILE
    assert decision.seen_pages == (1, 2, 3)
    assert [sheets[place - 1] for place in decision.page_order] == [1, 0, 3]
    assert "intake.page-by-place" in remarks(decision)
    place = sheets.index(0) + 1
    assert [(one.page, one.detail) for one in decision.evidence if one.kind is Source.PLACE] == [(place, "2/3")]


@pytest.mark.parametrize(
    "sheets",
    [
        (BARE, sheet(1), sheet(3)),
        (sheet(1), sheet(2), BARE),
        (BARE, sheet(2), sheet(3)),
        (sheet(1), BARE, BARE),
        (sheet(1), BARE, sheet(3), BARE),
        (sheet(1), {"width_mm": 148.0, "height_mm": 210.0}, sheet(3)),
        (sheet(1), {"foreign_codes": ("YSYJ|4|1/1",)}, sheet(3)),
        (sheet(1), {"text": "送货单 " + "本单所列货物请当面点清如有短少概不负责" * 2}, sheet(3)),
    ],
    ids=["elsewhere", "last", "first", "two", "one-too-many", "slip", "couriers", "other-words"],
)
def test_a_place_that_may_be_chance_is_not_taken(sheets: tuple[dict[str, object], ...]) -> None:
    decision = decide(*sheets)
    assert decision.outcome is Outcome.WAIT
    assert {"intake.page-without-code", "intake.pages-missing"} & set(reasons(decision))


@pytest.mark.parametrize("lost", [1, 3])
def test_a_first_or_last_page_is_taken_by_its_place_if_the_remains_of_a_code_show(lost: int) -> None:
    ruined: dict[str, object] = {"has_ruined_code": True}
    decision = decide(*(ruined if page == lost else sheet(page) for page in (1, 2, 3)))
    assert (decision.outcome, decision.page_order) == (Outcome.FILE, (1, 2, 3))


def test_words_that_are_the_missing_pages_own_agree_with_its_place() -> None:
    words = {1: "第一条 " * 9, 2: "第二条 标的物的名称规格数量单价及总金额如下表所列双方据此结算", 3: "第三条 " * 9}
    seen = scan(sheet(1), {"text": words[2].replace("结算", "")}, sheet(3))
    issued = lambda _: tuple(words.values())  # noqa: E731  # one line is plainer
    decision = identify(seen, file_name="SCAN0001.pdf", lookup=Books(*ISSUED), issued_text=issued)
    assert decision.outcome is Outcome.FILE


def test_sheets_picked_from_a_pile_have_no_neighbours() -> None:
    seen = replace(scan(sheet(1), BARE, sheet(3)), is_picked=True)
    decision = identify(seen, file_name="SCAN0001.pdf", lookup=Books(*ISSUED))
    assert decision.outcome is Outcome.WAIT
    assert reasons(decision) == ["intake.page-without-code", "intake.pages-missing"]
    assert (decision.seen_pages, decision.missing_pages) == ((1, 3), (2,))


def test_a_foreign_sheet_at_the_end_waits_although_all_pages_are_there() -> None:
    decision = decide(sheet(1), sheet(2), sheet(3), {"text": "送货单"})
    assert reasons(decision) == ["intake.page-without-code"]
    assert decision.missing_pages == ()


def test_an_unreadable_code_is_made_up_for_by_number_and_page_mark_in_the_text() -> None:
    decision = decide(sheet(1), {"text": f"…… {AMENDMENT.number} 第2页 共3页"}, sheet(3))
    assert decision.outcome is Outcome.FILE
    assert decision.page_order == (1, 2, 3)
    assert remarks(decision) == ["intake.page-by-text"]


@pytest.mark.parametrize(
    "text",
    [
        f"{AMENDMENT.number} 第2页 共2页",
        f"{AMENDMENT.number}",
        f"{AMENDMENT.number} {NOTICE.number} 第2页 共3页",
        f"{AMENDMENT.number}1 第2页 共3页",
    ],
)
def test_a_text_that_does_not_say_everything_does_not_make_up_for_a_code(text: str) -> None:
    decision = decide(sheet(1), {"text": text}, sheet(3))
    assert reasons(decision) == ["intake.page-without-code", "intake.pages-missing"]


def test_two_papers_in_one_file_wait_and_both_are_proposed() -> None:
    decision = decide(sheet(1), sheet(2), sheet(3), sheet(1, of=OTHER))
    assert decision.outcome is Outcome.WAIT
    assert decision.paper is None
    assert reasons(decision) == ["intake.several-papers"]
    assert [candidate.paper for candidate in decision.candidates] == [AMENDMENT, OTHER]


def test_two_codes_on_one_page_wait() -> None:
    both = {"payloads": (Payload(AMENDMENT.document_id, 1, 3), Payload(OTHER.document_id, 1, 1))}
    decision = decide(both, sheet(2), sheet(3))
    assert decision.outcome is Outcome.WAIT
    assert "intake.two-codes-on-page" in reasons(decision)
    two_pages = decide(sheet(1), sheet(2, 3))
    assert reasons(two_pages) == ["intake.two-codes-on-page"]


def test_the_same_code_seen_twice_on_a_page_is_one() -> None:
    decision = decide(sheet(1, 1), sheet(2), sheet(3))
    assert decision.outcome is Outcome.FILE


def test_a_foreign_code_is_never_taken_for_ours() -> None:
    decision = decide({"foreign_codes": ("https://example.invalid/1",)})
    assert decision.outcome is Outcome.WAIT
    assert decision.paper is None
    assert reasons(decision) == ["intake.nothing-recognised"]
    assert decision.evidence[0].kind is Source.FOREIGN_CODE


def test_a_customers_own_code_beside_ours_does_no_harm() -> None:
    decision = decide(sheet(1), sheet(2) | {"foreign_codes": ("OA-77",)}, sheet(3))
    assert decision.outcome is Outcome.FILE
    assert remarks(decision) == ["intake.foreign-code"]


def test_an_imitated_code_waits_even_beside_good_ones() -> None:
    decision = decide(sheet(1), sheet(2) | {"imitations": ("0" * 26,)}, sheet(3))
    assert reasons(decision) == ["intake.imitated-code"]


def test_a_code_the_ledger_does_not_know_waits() -> None:
    decision = decide(sheet(1), sheet(2), sheet(3), books=Books(NOTICE))
    assert decision.outcome is Outcome.WAIT
    assert reasons(decision) == ["intake.code-not-in-ledger"]


def test_a_known_and_an_unknown_paper_in_one_file_wait() -> None:
    decision = decide(sheet(1), sheet(2), sheet(3), sheet(1, of=OTHER), books=Books(AMENDMENT))
    assert decision.paper is None
    assert reasons(decision) == ["intake.code-not-in-ledger", "intake.several-papers"]


def test_another_page_count_than_the_ledgers_waits() -> None:
    decision = decide(sheet(1), sheet(2), sheet(3), books=Books(replace(AMENDMENT, pages=4)))
    assert reasons(decision) == ["intake.page-count-differs", "intake.pages-missing"]
    assert decision.missing_pages == (4,)


@pytest.mark.parametrize("status", ["void", "superseded"])
def test_a_fallen_paper_is_filed_and_flagged(status: str) -> None:
    fallen = replace(AMENDMENT, status=status)
    decision = decide(sheet(1), sheet(2), sheet(3), books=Books(fallen))
    assert decision.outcome is Outcome.FILE
    assert [(finding.code, finding.severity) for finding in decision.findings] == [
        (f"intake.paper-{status}", Severity.WARNING)
    ]
    assert "不会因此生效" in decision.findings[0].sentence("zh")


def test_a_word_print_is_identified_with_pages_unknown() -> None:
    word = {"payloads": (Payload(AMENDMENT.document_id, 0, 0),)}
    decision = decide(word, word, word, word)
    assert decision.outcome is Outcome.FILE
    assert decision.paper == AMENDMENT
    assert decision.page_order == (1, 2, 3, 4)
    assert (decision.seen_pages, decision.missing_pages) == ((), ())
    assert remarks(decision) == ["intake.pages-unknown"]


def test_a_word_print_with_a_sheet_without_code_waits() -> None:
    word = {"payloads": (Payload(AMENDMENT.document_id, 0, 0),)}
    assert reasons(decide(word, BARE)) == ["intake.page-without-code"]


def test_word_and_pdf_sheets_mixed_wait() -> None:
    word = {"payloads": (Payload(AMENDMENT.document_id, 0, 0),)}
    decision = decide(sheet(1), word, sheet(3))
    assert reasons(decision) == ["intake.mixed-faces", "intake.pages-missing"]


def footer(paper: IssuedPaper, page: int, pages: int | None = None) -> dict[str, object]:
    return {"text": f"正文 {paper.number} 第{page}页 共{pages or paper.pages}页"}


def test_without_codes_a_text_layer_that_says_everything_is_enough() -> None:
    decision = decide(footer(NOTICE, 1), footer(NOTICE, 2))
    assert decision.outcome is Outcome.FILE
    assert decision.paper == NOTICE
    assert {seen.kind for seen in decision.evidence} == {Source.TEXT}
    assert remarks(decision) == ["intake.by-text"]


def test_by_text_too_a_missing_page_waits() -> None:
    decision = decide(footer(AMENDMENT, 1), footer(AMENDMENT, 3))
    assert reasons(decision) == ["intake.pages-missing"]
    assert decision.missing_pages == (2,)


def test_a_reply_that_quotes_our_number_is_not_the_paper() -> None:
    reply = {"text": f"关于贵司{OTHER.number}号函的回复 ……"}
    decision = decide(reply)
    assert decision.outcome is Outcome.WAIT
    assert "intake.no-page-mark" in reasons(decision)
    assert decision.candidates[0].paper == OTHER


def test_a_reply_with_our_number_and_a_page_mark_is_told_by_its_words() -> None:
    issued = {OTHER.number: ("关于支付预付款的通知单：请于三月十八日前支付合同总额的百分之三十",)}
    reply = {"text": f"关于贵司来函的回复：我司正在走流程，请耐心等待。{OTHER.number} 第1页 共1页"}
    copy = {"text": f"关于支付预付款的通知单：请于三月十八日前支付合同总额的百分之三 十 {OTHER.number} 第1页 共1页"}

    def decided(page: dict[str, object]) -> Decision:
        return identify(
            scan(page), file_name="x.pdf", lookup=Books(*ISSUED), issued_text=lambda paper: issued[paper.number]
        )

    assert reasons(decided(reply)) == ["intake.text-unlike"]
    assert decided(copy).outcome is Outcome.FILE


def test_two_numbers_on_every_page_wait_with_both_proposed() -> None:
    decision = decide({"text": f"{NOTICE.number} {OTHER.number} 第1页 共1页"})
    assert reasons(decision) == ["intake.numbers-uncertain"]
    assert {candidate.paper for candidate in decision.candidates} == {NOTICE, OTHER}


def test_the_file_name_only_proposes() -> None:
    decision = decide(BARE, name="HT2024031001-YF1-01_签回.pdf")
    assert decision.outcome is Outcome.WAIT
    assert decision.paper is None
    assert reasons(decision) == ["intake.only-hints"]
    assert [(one.paper, one.reasons) for one in decision.candidates] == [(NOTICE, (Source.FILE_NAME,))]


def test_candidates_are_ranked_by_their_evidence() -> None:
    decision = decide({"text": f"合同HT2024031001 {OTHER.number}"}, BARE, name="HT2024031001-BC01.pdf")
    assert [(one.paper, one.score) for one in decision.candidates] == [(OTHER, 80), (AMENDMENT, 50), (NOTICE, 30)]
    assert decision.candidates[1].reasons == (Source.FILE_NAME, Source.CONTRACT_IN_TEXT)


def test_a_file_full_of_numbers_asks_the_ledger_a_bounded_number_of_times() -> None:
    asked = []

    class Counting(Books):
        def by_number(self, number: str, /) -> IssuedPaper | None:
            asked.append(number)
            return super().by_number(number)

    pages = [{"text": " ".join(f"HT{page:03}{number:05}" for number in range(300))} for page in range(40)]
    decide(*pages, books=Counting(*ISSUED))
    assert len(asked) == 3000


def test_nothing_but_blank_pages_waits() -> None:
    assert reasons(decide(BLANK, BLANK)) == ["intake.only-blank-pages"]


def test_a_file_that_could_not_be_read_waits_with_its_reason_and_what_its_name_says() -> None:
    decision = undecided(
        [error("intake.kept-differs", "x")], file_name="HT2024031002-YF1-01.pdf", lookup=Books(*ISSUED)
    )
    assert decision.outcome is Outcome.WAIT
    assert reasons(decision) == ["intake.kept-differs"]
    assert [candidate.paper for candidate in decision.candidates] == [OTHER]


papers = st.integers(1, 12).map(lambda pages: replace(AMENDMENT, pages=pages))
shuffled = papers.flatmap(
    lambda paper: st.tuples(st.just(paper), st.lists(st.integers(1, paper.pages), min_size=1, max_size=2 * paper.pages))
)


@given(shuffled, st.data())
def test_seen_and_missing_pages_make_up_the_paper(drawn: tuple[IssuedPaper, list[int]], data: st.DataObject) -> None:
    paper, pages = drawn
    sheets = [sheet(page, of=paper) for page in pages]
    for _ in range(data.draw(st.integers(0, 3))):
        sheets.insert(data.draw(st.integers(0, len(sheets))), BLANK)
    decision = decide(*sheets, books=Books(paper))
    seen, missing = set(decision.seen_pages), set(decision.missing_pages)
    assert seen | missing == set(range(1, paper.pages + 1))
    assert seen == set(pages)
    assert not seen & missing
    complete = sorted(pages) == list(range(1, paper.pages + 1))
    assert (decision.outcome is Outcome.FILE) == complete
    in_order = [facts["payloads"][0].page for place in decision.page_order if (facts := sheets[place - 1])]  # type: ignore[index]
    assert in_order == sorted(pages)


@given(shuffled)
def test_by_text_seen_and_missing_pages_make_up_the_paper_too(drawn: tuple[IssuedPaper, list[int]]) -> None:
    paper, pages = drawn
    decision = decide(*(footer(paper, page) for page in pages), books=Books(paper))
    assert set(decision.seen_pages) | set(decision.missing_pages) == set(range(1, paper.pages + 1))
    assert (decision.outcome is Outcome.FILE) == (sorted(pages) == list(range(1, paper.pages + 1)))


def test_every_reason_has_words_in_both_languages() -> None:
    rows = {code: row for code, row in message_table().items() if code.startswith("intake.")}
    assert len(rows) > 30
    assert all(row.zh and row.en for row in rows.values())
    assert [code for code, row in rows.items() if bool(row.zh_next) != bool(row.en_next)] == []


def test_a_code_on_a_page_that_names_only_other_papers_was_copied_there_and_waits() -> None:
    decision = decide(sheet(1, of=OTHER, text=f"编号：{NOTICE.number}\n第 1 页 / 共 2 页"))
    assert decision.outcome is Outcome.WAIT
    assert reasons(decision) == ["intake.code-belied"]
    belied = next(finding for finding in decision.findings if finding.code == "intake.code-belied")
    assert (belied.where, belied.params["numbers"]) == ("1", NOTICE.number)


@pytest.mark.parametrize(
    "text",
    [
        f"编号：{OTHER.number}，答复贵方 {NOTICE.number}",
        "没有编号的扫描文字层",
        f"合同编号：{NOTICE.contract_no}",
        "编号：HT2099010101-YF1-01",
    ],
)
def test_a_page_that_names_its_own_paper_or_none_of_ours_is_filed_by_its_code(text: str) -> None:
    assert decide(sheet(1, of=OTHER, text=text)).outcome is Outcome.FILE


def test_one_belied_page_holds_up_the_whole_paper() -> None:
    decision = decide(sheet(1), sheet(2, text=NOTICE.number), sheet(3))
    assert reasons(decision) == ["intake.code-belied"]
    assert decision.paper == AMENDMENT
