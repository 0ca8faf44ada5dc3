"""Our companies and our customers: edits are events, names are dated, twins are one, two are never one by accident."""

from __future__ import annotations

import tomllib
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from docgen.archive.eventlog import read
from docgen.errors import NotFound, Refused, StaleRevision
from docgen.services.archive_care import verify_archive
from docgen.services.companies import edit_company, list_companies, show_company
from docgen.services.customers import (
    NewName,
    edit_customer,
    list_customers,
    merge_customers,
    rename_customer,
    show_customer,
)
from docgen.services.deals import export_deal
from docgen.services.edits import Edit
from docgen.services.import_deal import Imported, import_deal
from docgen.services.office import Office
from docgen.services.overwriting import Allow
from docgen.services.places import folder_of
from docgen.services.record_fact import NewFact, add_fact
from docgen.store import ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
NAME, CODE = "XX科技有限公司", "91999900MA0000002C"
NEW_ACCOUNT = "0098765432100009876"


def record(tmp_path: Path, *changes: tuple[str, str], number: int) -> Path:
    """Return a further deal's record: the sample's, with its own order number and what else is to differ."""
    text = SAMPLE.read_text(encoding="utf-8")
    own = (("SO2024031001", f"SO20240310{number:02}"), ("    customer_numbers: [XXKJ-CG-2024-017]\n", ""))
    for old, new in (*own, *changes):
        assert old in text, old
        text = text.replace(old, new)
    path = tmp_path / f"deal{number}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def imported(office: Office, tmp_path: Path, *changes: tuple[str, str], number: int) -> Imported:
    return import_deal(office, record(tmp_path, *changes, number=number))


def without_code(name: str) -> tuple[tuple[str, str], ...]:
    return ((f"  uscc: {CODE}\n", ""), (f"  name: {NAME}\n", f"  name: {name}\n"))


def codes(problem: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in problem.value.findings]


def test_twins_of_a_name_are_one_customer_in_one_folder(office: Office, tmp_path: Path) -> None:
    first = imported(office, tmp_path, *without_code("Ünïon 科技有限公司"), number=2)
    twins = ("Ünïon\u3000科技有限公司", "Ünïｏｎ 科技有限公司", "ÜNÏON 科技有限公司")
    for number, twin in enumerate((unicodedata.normalize("NFD", "Ünïon 科技有限公司"), *twins), start=3):
        assert imported(office, tmp_path, *without_code(twin), number=number).customer_id == first.customer_id
    assert len(list(office.archive.customer_homes())) == 1


def test_two_credit_codes_are_two_customers_however_alike_the_names(office: Office, tmp_path: Path) -> None:
    first = imported(office, tmp_path, number=2)
    other = imported(office, tmp_path, (CODE, "91999900MA00000035"), number=3)
    assert first.customer_id != other.customer_id
    places = {folder_of(office, one.contract_no).path.parent for one in (first, other)}
    assert len(places) == 2
    with pytest.raises(Refused) as problem:
        imported(office, tmp_path, *without_code(NAME), number=4)
    assert codes(problem) == ["store.ambiguous-customer"]


def test_an_id_that_belongs_to_another_is_refused(office: Office, tmp_path: Path) -> None:
    first = imported(office, tmp_path, number=2)
    with pytest.raises(Refused) as problem:
        imported(
            office, tmp_path, (f"  name: {NAME}\n", f"  id: {first.customer_id}\n  name: 远山贸易（示例）有限公司\n"),
            (CODE, "91999900MA00000035"), number=3,
        )  # fmt: skip
    assert codes(problem) == ["services.id-of-other-customer"]
    with pytest.raises(NotFound):
        imported(office, tmp_path, (f"  name: {NAME}\n", f"  id: 202401-999\n  name: {NAME}\n"), number=4)
    assert len(ledger.deals()) == 1


def test_a_customer_is_edited_with_old_and_new_values_and_deals_keep_theirs(office: Office, contract_no: str) -> None:
    (row,) = list_customers(office)
    done = edit_customer(
        office, row.id, ["contacts[1].phone=0000-66669999", "grade=B类", "uscc=91999900MA0000002X"], Edit(source="电话")
    )
    assert {change["field"]: (change["old"], change["new"]) for change in done.changes} == {
        "contacts[1].phone": ("0000-66660002", "0000-66669999"),
        "grade": ("A类", "B类"),
        "uscc": (CODE, "91999900MA0000002X"),
    }
    assert [finding.code for finding in done.findings] == ["deals.uscc-doubtful"]
    assert ledger.deal(contract_no).record.customer.contacts[1].phone == "0000-66660002"
    shown = show_customer(office, row.id)
    assert shown.customer.revision == 2
    assert (shown.history[-1].what, shown.history[-1].source) == ("写入客户资料", "电话")
    assert shown.contracts == (contract_no,)
    again = import_deal(office, SAMPLE)
    assert "services.customer-differs" in [finding.code for finding in again.findings]
    with pytest.raises(StaleRevision):
        edit_customer(office, row.id, ["grade=A类"], Edit(), revision=1)
    for field in ("name=另一家", "id=202403-777"):
        with pytest.raises(Refused) as problem:
            edit_customer(office, row.id, [field], Edit())
        assert codes(problem) == ["services.not-edited-so"]


def test_a_renamed_customer_is_found_by_both_names_and_keeps_id_and_folder(office: Office, tmp_path: Path) -> None:
    first = imported(office, tmp_path, number=2)
    home = folder_of(office, first.contract_no).path.parent
    rename_customer(
        office, first.customer_id, NewName("XX智能科技有限公司", date(2024, 3, 20)), Edit(evidence="变更通知")
    )
    names = show_customer(office, first.customer_id).customer.names
    assert [(each.name, each.since) for each in names] == [(NAME, None), ("XX智能科技有限公司", "2024-03-20")]
    by_old = imported(office, tmp_path, *without_code(NAME), number=3)
    by_new = imported(office, tmp_path, *without_code("XX智能科技有限公司"), number=4)
    assert {by_old.customer_id, by_new.customer_id} == {first.customer_id}
    assert {folder_of(office, one.contract_no).path.parent for one in (first, by_old, by_new)} == {home}
    assert home.name == NAME
    with pytest.raises(Refused) as problem:
        rename_customer(office, first.customer_id, NewName("更早的名称", date(2024, 1, 1)), Edit())
    assert codes(problem) == ["services.rename-changes-nothing"]


def test_after_a_merge_the_old_id_means_the_survivor_and_folders_stay(office: Office, tmp_path: Path) -> None:
    survivor = imported(office, tmp_path, number=2)
    gone = imported(office, tmp_path, *without_code("叉叉科技（示例）"), number=3)
    place = folder_of(office, gone.contract_no).path
    merge_customers(office, gone.customer_id, survivor.customer_id, reason="同一客户登记了两次")
    assert show_customer(office, gone.customer_id).customer.id == survivor.customer_id
    assert show_customer(office, survivor.customer_id).merged_from == (gone.customer_id,)
    assert set(show_customer(office, survivor.customer_id).contracts) == {survivor.contract_no, gone.contract_no}
    by_name = imported(office, tmp_path, *without_code("叉叉科技（示例）"), number=4)
    by_id = imported(office, tmp_path, (f"  name: {NAME}\n", f"  id: {gone.customer_id}\n  name: {NAME}\n"), number=5)
    home = folder_of(office, survivor.contract_no).path.parent
    assert [folder_of(office, one.contract_no).path.parent for one in (by_name, by_id)] == [home, home]
    assert folder_of(office, gone.contract_no).path == place
    add_fact(office, gone.contract_no, NewFact("payment", {"amount": "1.00", "on": "2024-03-27"}))
    assert verify_archive(office).findings == ()
    for one, other, code in (
        (gone.customer_id, survivor.customer_id, "services.merged-already"),
        (survivor.customer_id, survivor.customer_id, "services.merge-with-itself"),
    ):
        with pytest.raises(Refused) as problem:
            merge_customers(office, one, other, reason="再并一次")
        assert codes(problem) == [code]


def test_two_legal_persons_are_not_merged(office: Office, tmp_path: Path) -> None:
    first = imported(office, tmp_path, number=2)
    other = imported(office, tmp_path, (CODE, "91999900MA00000035"), number=3)
    with pytest.raises(Refused) as problem:
        merge_customers(office, first.customer_id, other.customer_id, reason="名称相同")
    assert codes(problem) == ["services.merge-of-two-codes"]
    with pytest.raises(Refused) as problem:
        edit_customer(office, first.customer_id, ["uscc=91999900MA00000035"], Edit())
    assert codes(problem) == ["services.uscc-of-other-customer"]


def test_a_new_account_needs_evidence_and_is_an_event_with_old_and_new(office: Office, contract_no: str) -> None:
    sets = [f"accounts[0].number={NEW_ACCOUNT}"]
    mode = (office.workspace.companies / "shanhai.toml").stat().st_mode
    with pytest.raises(Refused) as problem:
        edit_company(office, "shanhai", sets, Edit())
    assert codes(problem) == ["services.account-needs-evidence"]
    done = edit_company(office, "shanhai", sets, Edit(evidence="开户许可证 2024-03-27"))
    assert done.changes == ({"field": "accounts[0].number", "old": "0012345678900001234", "new": NEW_ACCOUNT},)
    last = read(office.archive.company(2024))[0][-1]
    assert (last.type, last.payload["evidence"]) == ("company.account-changed", "开户许可证 2024-03-27")
    file = tomllib.loads((office.workspace.companies / "shanhai.toml").read_text(encoding="utf-8"))
    assert file["accounts"][0]["number"] == NEW_ACCOUNT
    assert (office.workspace.companies / "shanhai.toml").stat().st_mode == mode
    assert list_companies(office)[0].accounts[0].number == NEW_ACCOUNT
    with pytest.raises(StaleRevision):
        edit_company(office, "shanhai", ["phone=0000-1"], Edit(), revision=0)


def test_recorded_deals_keep_their_account_and_new_ones_take_the_new(
    office: Office, contract_no: str, tmp_path: Path
) -> None:
    edit_company(office, "shanhai", [f"accounts[0].number={NEW_ACCOUNT}"], Edit(evidence="银行回执"))
    changed = record(tmp_path, ("copies: 4\n    owner", "copies: 6\n    owner"), number=1)
    again = import_deal(office, changed, allow=[Allow.OVERWRITE])
    assert (again.is_new, ledger.deal(contract_no).record.terms.contract.copies) == (False, 6)
    assert ledger.deal(contract_no).record.terms.account.number == "0012345678900001234"
    exported = tmp_path / "exported.yaml"
    exported.write_text(export_deal(office, contract_no), encoding="utf-8")
    assert "deals.account-not-registered" in [finding.code for finding in import_deal(office, exported).findings]
    fresh = imported(office, tmp_path, number=2)
    assert ledger.deal(fresh.contract_no).record.terms.account.number == NEW_ACCOUNT


def test_a_company_file_changed_by_hand_is_told(office: Office) -> None:
    edit_company(office, "shanhai", ["phone=0000-88881111"], Edit())
    path = office.workspace.companies / "shanhai.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("0012345678900001234", NEW_ACCOUNT), encoding="utf-8")
    office.forget_companies()
    (finding,) = show_company(office, "shanhai").findings
    assert (finding.code, finding.params["fields"]) == ("services.company-file-differs", "accounts[0].number")


def test_a_customer_is_graded_by_what_it_signed_in_the_year(office: Office) -> None:
    imported = import_deal(office, SAMPLE)
    now = show_customer(office, imported.customer_id, as_of=date(2024, 12, 31)).care
    assert (now.grade.value, now.signed, now.year.value) == ("B", Decimal("285000.00"), "calendar")
    before = show_customer(office, imported.customer_id, as_of=date(2024, 3, 10)).care
    assert (before.grade.value, before.signed) == ("C", Decimal("0.00"))
    assert show_customer(office, imported.customer_id, as_of=date(2025, 1, 1)).care.grade.value == "C"
