"""An import writes over nothing unseen: a file proves by its revision what it knew, or every field is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from docgen.errors import Refused, StaleRevision
from docgen.services.companies import edit_company
from docgen.services.deals import export_deal
from docgen.services.edits import Edit
from docgen.services.import_deal import import_deal
from docgen.services.import_workbook import import_workbook
from docgen.services.make_workbook import write_workbook
from docgen.services.office import Office
from docgen.services.overwriting import Allow
from docgen.services.read_record import check_record
from docgen.services.record_fact import NewFact, add_fact
from docgen.store import ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
COPIES = ("copies: 4", "copies: 6")
PAYMENT = NewFact("payment", {"amount": "1.00", "on": "2024-03-27"})


def written(tmp_path: Path, text: str, *changes: tuple[str, str]) -> Path:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "record.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def sample(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    return written(tmp_path, SAMPLE.read_text(encoding="utf-8"), *changes)


def found(problem: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in problem.value.findings]


def test_an_export_carries_its_revision_and_may_be_edited(office: Office, contract_no: str, tmp_path: Path) -> None:
    text = export_deal(office, contract_no)
    assert "\nrevision: 7\n" in text
    path = written(tmp_path, text, COPIES)
    assert check_record(office, path).revision == 7
    assert import_deal(office, path).revision == 8
    assert ledger.deal(contract_no).record.terms.contract.copies == 6
    assert import_deal(office, path).events == 0  # the very same again: nothing to write, nothing to refuse


def test_a_file_exported_before_others_wrote_is_refused(office: Office, contract_no: str, tmp_path: Path) -> None:
    path = written(tmp_path, export_deal(office, contract_no), COPIES)
    add_fact(office, contract_no, PAYMENT)
    for reason in (None, "改份数"):
        with pytest.raises(StaleRevision) as problem:
            import_deal(office, path, reason=reason)
        assert [code for code, _ in found(problem)] == ["services.revision-stale", "services.written-since"]
    assert len(ledger.deal(contract_no).record.facts.payments) == 3
    done = import_deal(office, path, reason="以文件为准", allow=[Allow.OVERWRITE])
    assert (done.events, len(ledger.deal(contract_no).record.facts.payments)) == (2, 2)


def test_a_file_without_revision_names_what_it_would_write_over(
    office: Office, contract_no: str, tmp_path: Path
) -> None:
    path = sample(tmp_path, COPIES, ("industry: 互联网", "industry: 软件"))
    with pytest.raises(Refused) as problem:
        import_deal(office, path)
    assert found(problem) == [
        ("services.would-overwrite", "customer.industry"),
        ("services.would-overwrite", "terms.contract.copies"),
    ]
    said = problem.value.findings[0].sentence("zh")
    assert "客户 › 行业" in said
    assert "“互联网”" in said
    assert "“软件”" in said
    assert ledger.deal(contract_no).revision == 7
    with pytest.raises(StaleRevision):
        import_deal(office, path, revision=6)
    assert import_deal(office, path, revision=7).revision == 8


def test_filling_in_and_new_facts_write_over_nothing(office: Office, contract_no: str, tmp_path: Path) -> None:
    assert "owner: 张三" in SAMPLE.read_text(encoding="utf-8")
    last = "    - {seq: 2, on: 2024-05-25, amount: 85500.00, instalment: 2, reference: BK20240525007}\n"
    more = last + "    - {seq: 3, on: 2025-04-07, amount: 114000.00, instalment: 3}\n"
    path = sample(tmp_path, (last, more), ("industry: 互联网\n", "industry: 互联网\n  postcode_note: x\n"))
    with pytest.raises(Refused):
        import_deal(office, path)  # an unknown field is still told
    assert import_deal(office, sample(tmp_path, (last, more))).events == 1
    assert len(ledger.deal(contract_no).record.facts.payments) == 3


def test_a_reason_does_not_withdraw_what_the_file_does_not_know(
    office: Office, contract_no: str, tmp_path: Path
) -> None:
    add_fact(office, contract_no, PAYMENT)
    path = sample(tmp_path, ("tracking: SF0000000000001", "tracking: SF0000000000002"))
    with pytest.raises(Refused) as problem:
        import_deal(office, path, reason="单号抄错")
    assert found(problem) == [("services.fact-left-out", "facts.payments[3]")]
    assert len(ledger.deal(contract_no).record.facts.payments) == 3


def test_our_own_company_in_the_record_follows_the_register(office: Office, contract_no: str) -> None:
    edit_company(office, "shanhai", ["phone=0000-1"], Edit())
    assert import_deal(office, SAMPLE).events == 1
    assert ledger.deal(contract_no).record.company.phone == "0000-1"


@pytest.mark.parametrize("value", ["七", "-1", "1.5", "[7]"])
def test_a_revision_that_is_no_number_is_told(office: Office, tmp_path: Path, value: str) -> None:
    checked = check_record(office, sample(tmp_path, ("schema: 1\n", f"schema: 1\nrevision: {value}\n")))
    assert [finding.code for finding in checked.findings if finding.where == "revision"] == ["services.record-revision"]
    assert not checked.is_sound


def test_the_same_record_without_a_number_makes_no_second_deal(office: Office, tmp_path: Path) -> None:
    nameless = ("    order_number: SO2024031001\n", "")
    path = sample(tmp_path, nameless)
    first = import_deal(office, path)
    with pytest.raises(Refused) as problem:
        import_deal(office, path)
    assert found(problem) == [("services.same-deal-stands", "terms.contract.number")]
    assert problem.value.findings[0].params["contract"] == first.contract_no
    assert len(ledger.deals()) == 1
    assert ledger.counts().numbers == 2  # one customer, one contract: the refusal burnt none
    second = import_deal(office, path, allow=[Allow.ANOTHER])
    assert (second.is_new, second.contract_no != first.contract_no) == (True, True)
    other = sample(tmp_path, nameless, ("title: 服务器采购", "title: 第二批服务器采购"))
    assert import_deal(office, other).is_new
    numbered = sample(tmp_path, ("SO2024031001", "SO2024031077"))
    assert import_deal(office, numbered).is_new


def test_a_workbook_marks_what_it_would_write_over(office: Office, contract_no: str, tmp_path: Path) -> None:
    path = tmp_path / "改.xlsx"
    write_workbook(office, path, references=[contract_no])
    book = load_workbook(path)
    sheet = book["合同"]
    column = next(cell.column for row in sheet.iter_rows(max_row=2) for cell in row if cell.value == "份数")
    sheet.cell(3, column).value = 6
    book.save(path)
    taken = import_workbook(office, path)
    (finding,) = [each for each in taken.findings if each.code == "services.would-overwrite"]
    assert finding.where.startswith("合同!")
    assert (taken.imported, ledger.deal(contract_no).record.terms.contract.copies) == ((), 4)
    taken = import_workbook(office, path, allow=[Allow.OVERWRITE])
    assert ([each.events for each in taken.imported], ledger.deal(contract_no).record.terms.contract.copies) == ([1], 6)
