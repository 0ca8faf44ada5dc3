"""Before there is a contract: proposal and quotation go out, tell nothing internal, name no other customer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docgen.demo.people import agreed
from docgen.errors import Refused
from docgen.papers import docx, pdf
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.office import Office
from docgen.services.overwriting import Allow
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.workspace import data_root

SAMPLES = data_root() / "samples" / "deals"
SECRET = ("280000", "280,000", "300000.00", "300,000", "底线", "25-35万", "服务响应速度", "A类", "行业展会", "租赁方案")


@pytest.fixture
def offering(office: Office) -> Office:
    office.clock.at = datetime(2024, 3, 5, 2, 0, tzinfo=UTC)  # type: ignore[attr-defined]
    return office


def with_case(tmp_path: Path, background: str) -> Path:
    text = (SAMPLES / "xx-tech.yaml").read_text(encoding="utf-8")
    changed = text.replace("订单量快速增长，30余台老旧服务器维护费用高，统计依赖人工。", background)
    assert changed != text
    path = tmp_path / "named.yaml"
    path.write_text(changed, encoding="utf-8")
    return path


@pytest.mark.parametrize(("kind", "number"), [("解决方案书", "FA01"), ("报价单", "BJ01")])
def test_what_goes_out_holds_nothing_internal(offering: Office, contract_no: str, kind: str, number: str) -> None:
    agreed(offering, contract_no, kind)
    issued = issue_document(offering, Request(contract_no, kind))
    assert issued.number == f"HT2024031001-{number}"
    said = "".join(pdf.page_texts(issued.files[0].read_bytes())) + "".join(
        docx.docx_texts(issued.files[1].read_bytes())
    )
    folder = folder_of(offering, contract_no)
    kept = (folder.derived / f"{issued.number}.snapshot.json").read_text(encoding="utf-8")
    assert json.loads(kept)["record"]["proposal"]["version"] == "V1.0"
    assert issued.files[0].parent == folder.path
    for word in SECRET:
        assert word not in said + kept, word


def test_a_case_that_names_a_customer_of_the_register_stops_the_proposal_and_burns_no_number(
    offering: Office, tmp_path: Path
) -> None:
    import_deal(offering, SAMPLES / "qingyuan-logistics.yaml")
    contract_no = import_deal(offering, with_case(tmp_path, "清远样本物流仓库旧，效率低。")).contract_no
    for kind in ("proposal", "quotation"):
        agreed(offering, contract_no, kind)
    with pytest.raises(Refused) as refused:
        issue_document(offering, Request(contract_no, "proposal"))
    errors = [each for each in refused.value.findings if each.severity == "error"]
    assert [(each.code, each.params["name"]) for each in errors] == [
        ("deals.case-names-customer", "清远样本物流有限公司")
    ]
    assert issue_document(offering, Request(contract_no, "quotation")).number == f"{contract_no}-BJ01"


def test_an_import_that_takes_the_proposal_away_says_so(offering: Office, contract_no: str, tmp_path: Path) -> None:
    text = (SAMPLES / "xx-tech.yaml").read_text(encoding="utf-8")
    path = tmp_path / "without.yaml"
    path.write_text(text[: text.index("\nproposal:")] + text[text.index("\nfacts:") :], encoding="utf-8")
    taken = import_deal(offering, path, allow=(Allow.OVERWRITE,))
    assert taken.contract_no == contract_no
    assert "services.proposal-dropped" in {each.code for each in taken.findings}
    again = import_deal(offering, SAMPLES / "xx-tech.yaml")
    assert "services.proposal-dropped" not in {each.code for each in again.findings}
