"""The contract through the real services: issued before signing, asked for by the milestone table, signed and filed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from docgen.deals.reading import read_text
from docgen.demo.drops import zones_of
from docgen.demo.people import agreed
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.errors import Refused
from docgen.papers.pdf import page_texts
from docgen.review.line import Result
from docgen.services.deals import show_deal
from docgen.services.file_scan import Fate, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import Issued, issue_document
from docgen.services.kinds import check_kinds, list_clauses
from docgen.services.office import Office
from docgen.services.overwriting import Allow
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.services.review_contract import answer_line, review_checklist
from docgen.store import ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"
PARTIES = {"customer": "XX科技有限公司", "seller": "山海云图科技（示例）有限公司"}
NEED = ("合同", "contract")


def record(tmp_path: Path, **facts: object) -> Path:
    plain, _ = read_text(SAMPLE.read_text(encoding="utf-8"), name=SAMPLE.name)
    assert isinstance(plain, dict)
    path = tmp_path / "deal.yaml"
    path.write_text(yaml.safe_dump({**plain, "facts": facts, "changes": []}, allow_unicode=True), encoding="utf-8")
    return path


def at(office: Office, day: int) -> None:
    office.clock.at = datetime(2024, 3, day, 2, 0, tzinfo=UTC)  # type: ignore[attr-defined]


def missing(office: Office, number: str, *, on: date) -> set[tuple[str, str]]:
    """Return title and direction of what is missing of the whole contract."""
    rows: list[dict[str, Any]] = show_deal(office, number, as_of=on)["documents"]["missing"]
    return {(row["title"], row["direction"]) for row in rows if row["subject"] == "contract"}


@pytest.fixture
def number(office: Office, tmp_path: Path) -> str:
    at(office, 10)
    return import_deal(office, record(tmp_path)).contract_no


def ready(office: Office, number: str) -> None:
    """Have legal answer what is open, and everybody agree."""
    for line in review_checklist(office, number).unsettled:
        result = "否" if line.result is Result.NO else "是"
        answer_line(office, number, line.id, result=result, remark="已核对")
    agreed(office, number, "合同")


@pytest.fixture
def issued(office: Office, number: str) -> Issued:
    ready(office, number)
    return issue_document(office, Request(number, "合同"))


def test_the_table_asks_for_the_contract_until_it_is_issued(office: Office, number: str) -> None:
    day = date(2024, 3, 10)
    assert ("合同", "own") in missing(office, number, on=day)
    ready(office, number)
    done = issue_document(office, Request(number, "合同"))
    assert (done.number, done.title) == ("HT2024031001-HT01", "合同")
    assert ("合同", "own") not in missing(office, number, on=day)


def test_once_signed_the_signed_copy_is_asked_for_and_its_scan_answers(
    office: Office, number: str, issued: Issued, tmp_path: Path
) -> None:
    at(office, 11)
    signature = {"ours": "2024-03-10", "theirs": "2024-03-11", "form": "paper_original"}
    assert import_deal(office, record(tmp_path, signature=signature)).contract_no == number
    day = date(2024, 3, 11)
    assert ("合同", "in") in missing(office, number, on=day)
    pdf = next(path for path in issued.files if path.suffix == ".pdf").read_bytes()
    spec = ScanSpec(fonts=FONTS, zones=zones_of(office, issued), seals=PARTIES, signed=dict.fromkeys(PARTIES, day))
    path = tmp_path / "scan0001.pdf"
    path.write_bytes(print_and_scan(pdf, spec, seed=7))
    filed = file_scan(office, path)
    assert filed.fate is Fate.FILED, filed
    assert not {("合同", "in"), ("合同", "own")} & missing(office, number, on=day)
    with pytest.raises(Refused) as caught:
        issue_document(office, Request(number, "合同", again=True))
    assert [finding.code for finding in caught.value.findings if finding.code.startswith("kinds.")] == [
        "kinds.signed-already"
    ]


def test_a_reference_that_leads_elsewhere_stops_the_contract_and_burns_no_number(
    office: Office, tmp_path: Path
) -> None:
    at(office, 10)
    path = record(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("第九条第2款", "第十条"), encoding="utf-8")
    number = import_deal(office, path).contract_no
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            issue_document(office, Request(number, "合同"))
        assert "kinds.clause-elsewhere" in {finding.code for finding in caught.value.findings}
    import_deal(office, record(tmp_path), allow=(Allow.OVERWRITE,))
    ready(office, number)
    assert issue_document(office, Request(number, "合同")).number == f"{number}-HT01"


def test_the_versions_of_its_clauses_are_frozen_with_it(office: Office, number: str, issued: Issued) -> None:
    folder = folder_of(office, number)
    snapshot = json.loads((folder.derived / f"{issued.number}.snapshot.json").read_text(encoding="utf-8"))
    assert "confidentiality@1" in snapshot["clauses"]
    assert snapshot["clauses"] == list(office.catalogue.get("合同").spec.clauses)
    assert "_shared/clauses/confidentiality.toml" in snapshot["templates"]
    assert snapshot["context"]["articles"]["breach"] == "第九条"


def test_it_carries_the_contracts_name_not_the_kinds(issued: Issued) -> None:
    pdf = next(path for path in issued.files if path.suffix == ".pdf")
    assert "服务器采购及实施服务合同" in page_texts(pdf.read_bytes())[0]
    assert ledger.deal("HT2024031001").record.facts.signature is None


def test_the_library_is_listed_with_versions_reasons_and_who_takes_them(office: Office) -> None:
    rows = {row.reference: row for row in list_clauses(office)}
    assert len(rows) == 15
    assert rows["breach@1"].kinds == ("合同",)
    assert rows["breach@1"].title == "违约责任"
    assert all(row.reason for row in rows.values())


def test_the_check_reads_the_clauses_of_every_variant(office: Office) -> None:
    (checked,) = check_kinds(office, "sales-contract")
    assert checked.findings == ()
