"""What was wrongly done to a register is taken back by an event: the log keeps both, a rebuild says the same."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction

from docgen.archive.eventlog import read
from docgen.errors import NotFound, Refused, StaleRevision
from docgen.services.archive_care import rebuild_database
from docgen.services.companies import edit_company, show_company, undo_company
from docgen.services.customer_corrections import undo_customer, unmerge_customer
from docgen.services.customers import (
    NewName,
    edit_customer,
    list_customers,
    merge_customers,
    rename_customer,
    show_customer,
)
from docgen.services.deals import list_deals, show_deal
from docgen.services.edits import Edit, field_changes, taken_back
from docgen.services.import_deal import Imported, import_deal
from docgen.services.office import Office
from docgen.store import customers, ledger
from docgen.store.models import Customer, CustomerName, Deal, Event, LogCursor, Number, OwnCompany
from docgen.store.projection import catch_up
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
NAME, CODE = "XX科技有限公司", "91999900MA0000002C"
OTHER = "叉叉科技（示例）有限公司"
WHY = Edit(reason="录错了")


def imported(office: Office, tmp_path: Path, *, number: int, name: str = NAME, code: str = "") -> Imported:
    text = SAMPLE.read_text(encoding="utf-8").replace("SO2024031001", f"SO20240310{number:02}")
    text = text.replace("    customer_numbers: [XXKJ-CG-2024-017]\n", "").replace(f"name: {NAME}", f"name: {name}")
    text = text.replace(f"  uscc: {CODE}\n", f"  uscc: {code}\n" if code else "")
    path = tmp_path / f"deal{number}.yaml"
    path.write_text(text, encoding="utf-8")
    return import_deal(office, path)


def codes(problem: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in problem.value.findings]


def test_a_wrong_edit_is_taken_back_and_a_later_one_stays(office: Office, contract_no: str) -> None:
    customer_id = ledger.deal(contract_no).customer_id
    edit_customer(office, customer_id, ["contacts[1].phone=0000-1", "grade=C类"], Edit())
    edit_customer(office, customer_id, ["contacts[1].role=财务经理", "industry=软件"], Edit())
    done = undo_customer(office, customer_id, 2, WHY)
    assert {change["field"]: (change["old"], change["new"]) for change in done.changes} == {
        "contacts[1].phone": ("0000-1", "0000-66660002"),
        "grade": ("C类", "A类"),
    }
    shown = show_customer(office, customer_id)
    assert shown.customer.record
    contact = shown.customer.record["contacts"][1]
    assert (contact["phone"], contact["role"]) == ("0000-66660002", "财务经理")
    assert (shown.customer.record["grade"], shown.customer.record["industry"]) == ("A类", "软件")
    assert shown.customer.revision == 4
    assert [line.is_withdrawn for line in shown.history] == [False, True, False, False]
    assert (shown.history[-1].what, shown.history[-1].reason) == ("撤销第 2 版修改", "录错了")


def test_what_was_written_over_since_is_not_taken_back(office: Office, contract_no: str) -> None:
    customer_id = ledger.deal(contract_no).customer_id
    edit_customer(office, customer_id, ["grade=C类", "industry=软件"], Edit())
    edit_customer(office, customer_id, ["grade=B类"], Edit())
    with pytest.raises(Refused) as problem:
        undo_customer(office, customer_id, 2, WHY)
    assert codes(problem) == ["services.changed-again"]
    assert problem.value.findings[0].params["fields"] == "grade"
    undo_customer(office, customer_id, 3, WHY)
    undo_customer(office, customer_id, 2, WHY)
    record = customers.customer(customer_id).record
    assert record
    assert (record["grade"], record["industry"]) == ("A类", "互联网")


def test_taking_back_may_itself_be_taken_back(office: Office, contract_no: str) -> None:
    customer_id = ledger.deal(contract_no).customer_id
    edit_customer(office, customer_id, ["grade=C类"], Edit())
    undo_customer(office, customer_id, 2, WHY)
    with pytest.raises(Refused) as problem:
        undo_customer(office, customer_id, 2, WHY)
    assert codes(problem) == ["services.undone-already"]
    undo_customer(office, customer_id, 3, Edit(reason="原来没错"))
    shown = show_customer(office, customer_id)
    assert shown.customer.record
    assert shown.customer.record["grade"] == "C类"
    assert [line.is_withdrawn for line in shown.history] == [False, False, True, False]


def test_a_wrong_new_name_is_taken_back_and_borne_no_more(office: Office, contract_no: str) -> None:
    customer_id = ledger.deal(contract_no).customer_id
    rename_customer(office, customer_id, NewName("XX智能有限公司", date(2024, 3, 20)), Edit())
    rename_customer(office, customer_id, NewName("XX集团有限公司", date(2024, 3, 25)), Edit())
    undo_customer(office, customer_id, 3, WHY)
    held = show_customer(office, customer_id).customer
    assert [(each.name, each.since) for each in held.names] == [(NAME, None), ("XX智能有限公司", "2024-03-20")]
    assert customers.bearers("XX集团有限公司") == ()
    undo_customer(office, customer_id, 2, WHY)
    held = show_customer(office, customer_id).customer
    assert [(each.name, each.since) for each in held.names] == [(NAME, None)]


def test_what_is_no_edit_is_refused_with_the_way_out(office: Office, contract_no: str, tmp_path: Path) -> None:
    survivor = ledger.deal(contract_no).customer_id
    gone = imported(office, tmp_path, number=3, name=OTHER).customer_id
    merge_customers(office, gone, survivor, reason="重复")
    for wrong, code in ((1, "services.not-undoable"), (2, "services.undone-by-unmerge")):
        with pytest.raises(Refused) as problem:
            undo_customer(office, survivor, wrong, WHY)
        assert codes(problem) == [code]
    with pytest.raises(NotFound) as missing:
        undo_customer(office, survivor, 9, WHY)
    assert codes(missing) == ["services.no-such-revision"]
    for refused in (
        lambda: undo_customer(office, survivor, 1, Edit()),
        lambda: unmerge_customer(office, gone, reason=" "),
    ):
        with pytest.raises(Refused) as problem:
            refused()
        assert codes(problem) == ["services.reason-missing"]
    with pytest.raises(StaleRevision):
        undo_customer(office, survivor, 1, WHY, revision=1)


def test_an_undo_cannot_bring_back_a_code_that_is_now_anothers(office: Office, tmp_path: Path) -> None:
    first = imported(office, tmp_path, number=2, code=CODE)
    edit_customer(office, first.customer_id, ["uscc=91999900MA00000035"], Edit())
    imported(office, tmp_path, number=3, name=OTHER, code=CODE)
    with pytest.raises(Refused) as problem:
        undo_customer(office, first.customer_id, 2, WHY)
    assert codes(problem) == ["services.uscc-of-other-customer"]


def test_a_merge_is_taken_back_and_what_was_entered_meanwhile_is_named(office: Office, tmp_path: Path) -> None:
    survivor = imported(office, tmp_path, number=2)
    gone = imported(office, tmp_path, number=3, name=OTHER)
    merge_customers(office, gone.customer_id, survivor.customer_id, reason="以为是同一家")
    meanwhile = imported(office, tmp_path, number=4, name=OTHER)
    assert meanwhile.customer_id == survivor.customer_id
    done = unmerge_customer(office, gone.customer_id, reason="是两家公司")
    assert (done.left_behind, [finding.code for finding in done.findings]) == (
        (meanwhile.contract_no,),
        ["services.deals-left-behind"],
    )
    assert show_customer(office, gone.customer_id).customer.id == gone.customer_id
    assert show_customer(office, gone.customer_id).contracts == (gone.contract_no,)
    assert show_customer(office, survivor.customer_id).merged_from == ()
    again = imported(office, tmp_path, number=5, name=OTHER)
    assert again.customer_id == gone.customer_id
    for customer_id in (gone.customer_id, survivor.customer_id):
        assert [line.is_withdrawn for line in show_customer(office, customer_id).history] == [False, True, False]
    with pytest.raises(Refused) as problem:
        unmerge_customer(office, gone.customer_id, reason="再来一次")
    assert codes(problem) == ["services.not-merged"]
    merge_customers(office, gone.customer_id, survivor.customer_id, reason="还是同一家")
    assert show_customer(office, gone.customer_id).customer.id == survivor.customer_id


def test_a_merge_on_what_was_read_before_is_refused(office: Office, tmp_path: Path) -> None:
    survivor = imported(office, tmp_path, number=2).customer_id
    gone = imported(office, tmp_path, number=3, name=OTHER).customer_id
    edit_customer(office, gone, ["grade=C类"], Edit())
    for revisions in ((1, 1), (2, 0)):
        with pytest.raises(StaleRevision) as problem:
            merge_customers(office, gone, survivor, reason="重复", revisions=revisions)
        assert codes(problem)[0] == "services.revision-stale"
    with pytest.raises(StaleRevision):
        unmerge_customer(office, gone, reason="重复", revision=1)
    assert customers.customer(gone).merged_into is None
    merge_customers(office, gone, survivor, reason="重复", revisions=(2, 1))
    assert customers.customer(gone).merged_into == survivor


def test_the_list_shows_the_survivor_and_the_record_the_name_at_signing(office: Office, tmp_path: Path) -> None:
    survivor = imported(office, tmp_path, number=2)
    gone = imported(office, tmp_path, number=3, name=OTHER)
    merge_customers(office, gone.customer_id, survivor.customer_id, reason="重复")
    rename_customer(office, survivor.customer_id, NewName("XX集团有限公司", date(2024, 3, 25)), Edit())
    (row,) = [row for row in list_deals(office) if row.contract_no == gone.contract_no]
    assert (row.customer_id, row.customer_name) == (survivor.customer_id, "XX集团有限公司")
    assert (row.filed_under, row.signed_as) == (gone.customer_id, OTHER)
    shown = show_deal(office, gone.contract_no)
    assert shown["customer"] == {"id": gone.customer_id, "name": OTHER}
    assert shown["customer_now"] == {"id": survivor.customer_id, "name": "XX集团有限公司"}
    unmerge_customer(office, gone.customer_id, reason="是两家公司")
    (row,) = [row for row in list_deals(office) if row.contract_no == gone.contract_no]
    assert (row.customer_id, row.customer_name) == (gone.customer_id, OTHER)


def test_a_wrong_edit_of_a_company_is_taken_back_in_log_and_file(office: Office) -> None:
    edit_company(office, "shanhai", ["phone=0000-1", "short_name=错"], Edit())
    edit_company(office, "shanhai", ["postcode=000001"], Edit())
    undo_company(office, "shanhai", 1, WHY, revision=2)
    path = office.workspace.companies / "shanhai.toml"
    file = tomllib.loads(path.read_text(encoding="utf-8"))
    assert (file["phone"], file["short_name"], file["postcode"]) == ("0000-88880000", "山海云图", "000001")
    shown = show_company(office, "shanhai")
    assert (shown.revision, shown.findings) == (3, ())
    assert [line.is_withdrawn for line in shown.history] == [True, False, False]
    assert read(office.archive.company(2024))[0][-1].type == "company.undone"
    for wrong, code in ((1, "services.undone-already"), (7, "services.no-such-revision")):
        with pytest.raises((Refused, NotFound)) as problem:
            undo_company(office, "shanhai", wrong, WHY)
        assert problem.value.findings[0].code == code
    with pytest.raises(StaleRevision):
        undo_company(office, "shanhai", 2, WHY, revision=2)


def test_taking_back_an_account_needs_evidence_as_changing_it_does(office: Office) -> None:
    edit_company(office, "shanhai", ["accounts[0].number=0098765432100009876"], Edit(evidence="银行回执"))
    with pytest.raises(Refused) as problem:
        undo_company(office, "shanhai", 1, WHY)
    assert codes(problem) == ["services.account-needs-evidence"]
    undo_company(office, "shanhai", 1, Edit(reason="回执是假的", evidence="银行电话核实"))
    assert office.companies["shanhai"].accounts[0].number == "0012345678900001234"


def test_a_rebuild_gives_the_same_registers(office: Office, tmp_path: Path) -> None:
    _busy_day(office, tmp_path)
    before = (list_customers(office), list_deals(office), show_company(office, "shanhai"))
    rebuild_database(office.workspace)
    assert (list_customers(office), list_deals(office), show_company(office, "shanhai")) == before


def test_the_registers_do_not_depend_on_the_order_in_which_logs_are_read(office: Office, tmp_path: Path) -> None:
    _busy_day(office, tmp_path)
    before = (list_customers(office), list_deals(office))
    folders = list(office.archive.folders())
    orders = list(itertools.permutations(folders))
    for order in orders[:: max(1, len(orders) // 12)]:
        with transaction.atomic():
            for table in (CustomerName, Deal, Customer, Event, LogCursor, Number, OwnCompany):
                table.objects.all().delete()
        for folder in order:
            catch_up(folder)
        assert (list_customers(office), list_deals(office)) == before


def _busy_day(office: Office, tmp_path: Path) -> None:
    survivor = imported(office, tmp_path, number=2).customer_id
    gone = imported(office, tmp_path, number=3, name=OTHER).customer_id
    acts: list[Callable[[], object]] = [
        lambda: merge_customers(office, gone, survivor, reason="重复"),
        lambda: unmerge_customer(office, gone, reason="不是"),
        lambda: rename_customer(office, gone, NewName("叉叉集团有限公司", date(2024, 3, 20)), Edit()),
        lambda: undo_customer(office, gone, 4, WHY),
        lambda: edit_customer(office, survivor, ["grade=C类"], Edit()),
        lambda: merge_customers(office, gone, survivor, reason="还是重复"),
        lambda: undo_customer(office, survivor, 4, WHY),
        lambda: edit_company(office, "shanhai", ["phone=0000-1"], Edit()),
        lambda: undo_company(office, "shanhai", 1, WHY),
    ]
    for act in acts:
        act()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"a": "1", "b": ["x"]}, {"a": "2", "b": ["x", "y", "z"]}),
        ({"b": ["x", "y", "z"]}, {"b": ["x"]}),
        ({"b": [{"n": "1"}, {"n": "2"}]}, {"b": [{"n": "3"}]}),
        ({"g": None}, {"g": {"t": "1"}}),
        ({"g": {"t": "1", "u": None}}, {"g": {"t": "2", "u": "3"}}),
    ],
)
def test_taking_changes_back_restores_the_record(old: dict[str, object], new: dict[str, object]) -> None:
    assert taken_back(new, field_changes(old, new)) == (old, [])


def test_a_list_changed_since_is_left_alone() -> None:
    changes = field_changes({"b": ["x"]}, {"b": ["x", "y"]})
    assert taken_back({"b": ["x", "y", "z"]}, changes)[1] == ["b[1]"]
    assert taken_back({"b": ["x", "q"]}, changes)[1] == ["b[1]"]
    assert taken_back({"b": ["x"]}, changes)[1] == ["b[1]"]
    cut = field_changes({"b": ["x", "y"]}, {"b": ["x"]})
    assert taken_back({"b": ["x", "z"]}, cut)[1] == ["b[1]"]
