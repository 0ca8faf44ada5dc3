"""Several people, damaged logs, a clock set back: each gets a clear answer, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.serializers.python import Serializer

from docgen.archive.eventlog import read
from docgen.archive.layout import Folder
from docgen.archive.verify import verify
from docgen.errors import Damage
from docgen.services.archive_care import rebuild_database
from docgen.services.change_terms import Verdict, evaluate_change
from docgen.services.companies import edit_company
from docgen.services.customers import NewName, merge_customers, rename_customer
from docgen.services.deal_history import list_events
from docgen.services.deals import show_deal
from docgen.services.edits import Edit
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.letters import Dispatch, fail_letter, send_letter
from docgen.services.office import Office, open_office
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.services.record_fact import NewFact, Withdrawal, add_fact, undo_fact
from docgen.services.void_paper import void_paper
from docgen.store import database, ledger, projection
from docgen.store.models import (
    Alias,
    Customer,
    CustomerName,
    Deal,
    Evaluation,
    Event,
    Letter,
    LogCursor,
    Number,
    OwnCompany,
    Paper,
)
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
TABLES = (Alias, Customer, CustomerName, Deal, Evaluation, Event, Letter, LogCursor, Number, OwnCompany, Paper)
ONE_YUAN = {"amount": "1.00", "on": "2024-03-27"}
WRITER = """
import sys
from pathlib import Path
from docgen.services.office import open_office
from docgen.services.record_fact import NewFact, add_fact
office = open_office(Path(sys.argv[1]), actor=sys.argv[2])
for n in range(8):
    fact = NewFact("payment", {"amount": "1.00", "on": "2024-03-27", "reference": f"{sys.argv[2]}{n}"})
    add_fact(office, sys.argv[3], fact)
"""


def other_deal(office: Office, tmp_path: Path, *, name: str) -> str:
    """Import a second deal of a second customer."""
    text = SAMPLE.read_text(encoding="utf-8").replace("SO2024031001", "SO2024031002")
    text = text.replace("    customer_numbers: [XXKJ-CG-2024-017]\n", "").replace("  uscc: 91999900MA0000002C\n", "")
    path = tmp_path / "other.yaml"
    path.write_text(text.replace("  name: XX科技有限公司\n", f"  name: {name}\n", 1), encoding="utf-8")
    return import_deal(office, path).contract_no


def test_two_processes_on_one_contract_lose_nothing(office: Office, contract_no: str) -> None:
    database.disconnect()
    root = str(office.workspace.root)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, root, name, contract_no]) for name in ("A", "B")]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    again = open_office(office.workspace.root, clock=office.clock, actor="张三")
    payments = ledger.deal(contract_no).record.facts.payments[2:]
    assert sorted(str(each.reference) for each in payments) == [f"{name}{n}" for name in "AB" for n in range(8)]
    assert [each.seq for each in payments] == list(range(3, 19))
    entries, _ = read(folder_of(again, contract_no))
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert {entry.actor for entry in entries} == {"张三", "A", "B"}
    assert verify(again.archive, anchors=ledger.anchors(), known=ledger.known_items()).findings == ()


def spoil(folder: Folder, line: int) -> None:
    lines = folder.events.read_bytes().split(b"\n")
    lines[line - 1] = lines[line - 1].replace(b"85500.00", b"95500.00").replace("张三".encode(), "李四".encode())
    folder.events.write_bytes(b"\n".join(lines))


def test_a_foreign_line_is_damage_by_contract_and_line_and_other_contracts_work_on(
    office: Office, contract_no: str, tmp_path: Path
) -> None:
    second = other_deal(office, tmp_path, name="远山贸易（示例）有限公司")
    folder = folder_of(office, contract_no)
    lines = folder.events.read_bytes().count(b"\n")
    with folder.events.open("ab") as log:
        log.write("2024-03-28 张三：客户来电\n".encode())
    with pytest.raises(Damage) as problem:
        add_fact(office, contract_no, NewFact("payment", ONE_YUAN))
    (finding,) = problem.value.findings
    assert finding.code == "archive.log-line-broken"
    assert (finding.params["contract"], finding.params["line"]) == (contract_no, lines + 1)
    assert folder.events.read_bytes().count(b"\n") == lines + 1
    assert add_fact(office, second, NewFact("payment", ONE_YUAN)).key == "3"
    assert show_deal(office, contract_no)["revision"] == 7


def test_a_damaged_log_does_not_keep_the_program_from_opening(office: Office, contract_no: str, tmp_path: Path) -> None:
    second = other_deal(office, tmp_path, name="远山贸易（示例）有限公司")
    folder = folder_of(office, contract_no)
    projection.set_dirty(folder, is_dirty=True)
    with folder.events.open("ab") as log:
        log.write(b"garbage\n")
    database.disconnect()
    again = open_office(office.workspace.root, clock=office.clock, actor="张三")
    assert add_fact(again, second, NewFact("payment", ONE_YUAN)).key == "3"
    with pytest.raises(Damage):
        add_fact(again, contract_no, NewFact("payment", ONE_YUAN))


def test_a_whole_line_of_another_log_is_damage_too(office: Office, contract_no: str, tmp_path: Path) -> None:
    other = folder_of(office, other_deal(office, tmp_path, name="远山贸易（示例）有限公司"))
    folder = folder_of(office, contract_no)
    foreign = other.events.read_bytes().split(b"\n")[-2]
    with folder.events.open("ab") as log:
        log.write(foreign + b"\n")
    with pytest.raises(Damage) as problem:
        add_fact(office, contract_no, NewFact("payment", ONE_YUAN))
    assert [finding.code for finding in problem.value.findings] == ["archive.log-chain-broken"]


def test_a_rebuild_names_the_spoilt_line_and_leaves_the_tables(office: Office, contract_no: str) -> None:
    spoil(folder_of(office, contract_no), 3)
    with pytest.raises(Damage) as problem:
        rebuild_database(office.workspace)
    database.connect(office.workspace.database)
    assert {finding.params["contract"] for finding in problem.value.findings} == {contract_no}
    assert problem.value.findings[0].params["line"] == 3
    assert show_deal(office, contract_no)["revision"] == 7


def test_a_clock_set_back_is_recorded_and_told_once_and_the_order_stays(office: Office, contract_no: str) -> None:
    office.clock.at = datetime(2023, 1, 1, tzinfo=UTC)  # type: ignore[attr-defined, misc]
    first = add_fact(office, contract_no, NewFact("payment", {"amount": "1.00", "on": "2022-12-31"}))
    second = add_fact(office, contract_no, NewFact("payment", {"amount": "2.00", "on": "2022-12-31"}))
    assert "store.clock-set-back" in [finding.code for finding in first.findings]
    assert "store.clock-set-back" not in [finding.code for finding in second.findings]
    lines = list_events(office, contract_no)[-3:]
    assert [line.type for line in lines] == ["clock.set-back", "fact.recorded", "fact.recorded"]
    assert [line.revision for line in lines] == [None, 8, 9]
    assert [line.seq for line in lines] == sorted(line.seq for line in lines)
    assert [payment.seq for payment in ledger.deal(contract_no).record.facts.payments] == [1, 2, 3, 4]


def test_writers_who_waited_for_each_other_are_no_clock_set_back(office: Office, contract_no: str) -> None:
    office.clock.move(seconds=-30)  # type: ignore[attr-defined]
    assert add_fact(office, contract_no, NewFact("payment", ONE_YUAN)).findings == ()


def dump() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, without the running ids that only this database has."""
    told = {}
    for table in TABLES:
        rows = Serializer().serialize(table.objects.all())
        keep_pk = table in {Customer, Deal, OwnCompany, Paper, LogCursor}
        told[table.__name__] = sorted(
            ({**row["fields"], **({"pk": row["pk"]} if keep_pk else {})} for row in rows), key=repr
        )
    return told


def test_a_rebuild_from_the_archive_gives_every_table_back(office: Office, contract_no: str, tmp_path: Path) -> None:
    second = other_deal(office, tmp_path, name="叉叉科技（示例）")
    office.clock.at = datetime(2024, 3, 28, 2, tzinfo=UTC)  # type: ignore[attr-defined, misc]
    add_fact(office, contract_no, NewFact("payment", ONE_YUAN, source="流水"))
    undo_fact(office, contract_no, Withdrawal("payment", "3", "重复"))
    number = issue_document(office, Request(contract_no, "acceptance-report", faces=("docx",))).number
    day = office.today()
    send_letter(office, number, Dispatch(day, "ems", "EA1"))
    fail_letter(office, number, Dispatch(day, reason="拒收"))
    send_letter(office, number, Dispatch(day, "面交"))
    void_paper(office, number, reason="打印有误")
    undo_fact(office, second, Withdrawal("change_signature", "1", "误记"))
    evaluate_change(office, second, 1, Verdict("技术部", "拒绝"))
    evaluate_change(office, second, 1, Verdict("技术部", "同意", "已协调"))
    first_customer, second_customer = (ledger.deal(no).customer_id for no in (contract_no, second))
    rename_customer(office, first_customer, NewName("XX智能科技有限公司", day), Edit(reason="更名通知"))
    merge_customers(office, second_customer, first_customer, reason="重复登记")
    edit_company(office, "shanhai", ["phone=0000-1"], Edit())
    edit_company(office, "shanhai", ["accounts[0].number=0098765432100009876"], Edit(evidence="回执"))
    office.clock.at = datetime(2024, 3, 1, tzinfo=UTC)  # type: ignore[attr-defined, misc]
    add_fact(office, contract_no, NewFact("payment", {"amount": "2.00", "on": "2024-02-29"}))
    before = dump()
    assert all(before[table] for table in ("CustomerName", "Evaluation", "Letter", "OwnCompany", "Paper", "Alias"))
    shown = show_deal(office, contract_no, as_of=day)
    database.disconnect()
    rebuild_database(office.workspace)
    after = dump()
    for table in before:
        assert after[table] == before[table], table
    assert show_deal(office, contract_no, as_of=day) == shown


IMPORTER = """
import sys, time
from pathlib import Path
from docgen.services.import_deal import import_deal
from docgen.services.office import open_office
office = open_office(Path(sys.argv[1]), actor=sys.argv[2])
Path(sys.argv[1], f"ready-{sys.argv[2]}").touch()
while len(list(Path(sys.argv[1]).glob("ready-*"))) < 2:
    time.sleep(0.005)
import_deal(office, Path(sys.argv[3]))
"""


def test_two_people_who_enter_the_same_new_deal_make_one(office: Office) -> None:
    database.disconnect()
    root = str(office.workspace.root)
    people = [subprocess.Popen([sys.executable, "-c", IMPORTER, root, name, str(SAMPLE)]) for name in ("A", "B")]
    assert [person.wait(timeout=120) for person in people] == [0, 0]
    again = open_office(office.workspace.root, clock=office.clock, actor="张三")
    assert [row.contract_no for row in ledger.deals()] == ["HT2024031001"]
    assert ledger.deal("SO2024031001").revision == 7
    assert len(list(again.archive.customer_homes())) == 1
