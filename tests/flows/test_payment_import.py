"""A bank statement becomes payments: certain lines taken, doubtful ones wait, nothing twice, reversals taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from docgen.errors import Damage, LimitExceeded, Refused
from docgen.services import import_payments as import_payments_module
from docgen.services import record_payments
from docgen.services.archive_care import rebuild_database
from docgen.services.due_board import Wanted, due_board
from docgen.services.import_deal import import_deal
from docgen.services.import_payments import ImportDone, ImportOrder, confirm_payments, import_payments
from docgen.services.office import Office, open_office
from docgen.services.payments_known import payments_as_of
from docgen.services.places import folder_of
from docgen.services.record_fact import NewFact, add_fact
from docgen.services.waiting_payments import assign_line, reject_line, waiting_lines
from docgen.store import database, ledger
from docgen.workspace import data_root

HEAD = "交易日期,贷方金额,借方金额,对方户名,摘要,流水号\n"
DEALS = data_root() / "samples" / "deals"
YY, HENGTAI = "HT2024031001", "HT2024040801"


@pytest.fixture
def busy(office: Office, clock: object) -> Office:
    clock.move(days=110)  # type: ignore[attr-defined]  # the clock of conftest: 2024-07-15
    for name in ("yy-manufacturing", "hengtai-line"):
        import_deal(office, DEALS / f"{name}.yaml")
    return office


def take(office: Office, tmp_path: Path, *rows: str, name: str = "七月.csv", **more: object) -> ImportDone:
    path = tmp_path / name
    path.write_bytes((HEAD + "\n".join(rows) + "\n").encode("gb18030"))
    return import_payments(office, ImportOrder(path, **more))  # type: ignore[arg-type]  # fields of the order


def balance(office: Office, contract_no: str, seq: int = 1) -> Decimal:
    rows = due_board(office, Wanted(as_of=date(2024, 7, 15))).rows
    return next(row.balance for row in rows if (row.contract_no, row.seq) == (contract_no, seq))


R1 = '2024/7/1,"94,444.42",,恒泰示例制造有限公司,货款,R1'
R2 = "20240702,66666.67,,YY制造有限公司,SO2024031002 尾款,R2"
R4 = "2024-07-04,500.00,,陌生公司,往来,R4"


def test_certain_lines_are_taken_the_others_wait(busy: Office, tmp_path: Path) -> None:
    assert (balance(busy, YY), balance(busy, HENGTAI, 2)) == (Decimal("66666.67"), Decimal("94444.42"))
    done = take(busy, tmp_path, R1, R2, "20240703,,1000.00,某房东,房租,R3", R4)
    assert done.counts == {"taken": 2, "waits": 1, "not_ours": 1}
    assert (balance(busy, YY), balance(busy, HENGTAI, 2)) == (Decimal("0.00"), Decimal("0.00"))
    assert [(line.amount, line.reason) for line in waiting_lines(busy)] == [("500.00", "payer-unknown")]
    assert payments_as_of(busy)[0].as_of == date(2024, 7, 4)


def test_a_preview_writes_nothing(busy: Office, tmp_path: Path) -> None:
    done = take(busy, tmp_path, R1, R4, dry_run=True)
    assert (done.is_preview, done.counts) == (True, {"taken": 1, "waits": 1})
    assert (waiting_lines(busy), payments_as_of(busy)[0].as_of) == ((), None)
    assert balance(busy, HENGTAI, 2) == Decimal("94444.42")


def test_the_same_file_and_the_same_reference_are_known(busy: Office, tmp_path: Path) -> None:
    take(busy, tmp_path, R1, R4)
    again = take(busy, tmp_path, R1, R4)
    assert (again.is_known_file, again.counts) == (True, {"known": 2})
    overlapping = take(busy, tmp_path, R1, R2, R4, name="八月.csv")
    assert overlapping.counts == {"known": 2, "taken": 1}
    assert len(waiting_lines(busy)) == 1


def test_nothing_is_half_taken(busy: Office, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        take(busy, tmp_path, R1, "07/02/2024,1.00,,甲,乙,R9", "2024-07-03,一百,,甲,乙,R10")
    assert [one.code for one in refused.value.findings] == ["exchange.statement-day", "exchange.statement-amount"]
    assert balance(busy, HENGTAI, 2) == Decimal("94444.42")


def test_a_reversal_takes_its_payment_back_and_is_known_afterwards(busy: Office, tmp_path: Path) -> None:
    back = "2024-07-05,-94444.42,,恒泰示例制造有限公司,冲正,R5"
    assert take(busy, tmp_path, R1, back).counts == {"taken": 1, "reverses": 1}
    assert balance(busy, HENGTAI, 2) == Decimal("94444.42")
    assert take(busy, tmp_path, R1, back, R2, name="再来.csv").counts == {"known": 2, "taken": 1}


def test_a_reversal_of_no_payment_waits(busy: Office, tmp_path: Path) -> None:
    take(busy, tmp_path, "2024-07-05,-1.00,,恒泰示例制造有限公司,冲正,R6")
    (line,) = waiting_lines(busy)
    assert line.reason == "reversal-unclear"
    with pytest.raises(Refused):
        assign_line(busy, line.id, HENGTAI)


def test_overpayment_by_number_is_taken_and_shown(busy: Office, tmp_path: Path) -> None:
    take(busy, tmp_path, "2024-07-02,70000.00,,YY制造有限公司,HT2024031001,R7")
    (row,) = due_board(busy, Wanted(as_of=date(2024, 7, 15), customer="YY")).rows
    assert (row.balance, row.advance) == (Decimal("0.00"), Decimal("3333.33"))


def test_who_pays_for_another_waits_with_the_deal_first(busy: Office, tmp_path: Path) -> None:
    take(busy, tmp_path, "2024-07-02,66666.67,,恒泰示例制造有限公司,代付HT2024031001货款,R8")
    (line,) = waiting_lines(busy)
    assert (line.reason, line.candidates[0]["contract_no"]) == ("other-payer", YY)
    done = assign_line(busy, line.id, "SO2024031002")
    assert (done.contract_no, balance(busy, YY), waiting_lines(busy)) == (YY, Decimal("0.00"), ())
    with pytest.raises(Refused):
        assign_line(busy, line.id, YY)


def test_two_lines_do_not_pay_one_balance_twice(busy: Office, tmp_path: Path) -> None:
    twin = R2.replace("R2", "R2b").replace("SO2024031002 尾款", "货款")
    assert take(busy, tmp_path, R2, twin).counts == {"taken": 1, "waits": 1}


def test_a_rejected_line_stays_away_and_all_survives_a_rebuild(busy: Office, tmp_path: Path) -> None:
    take(busy, tmp_path, R2, R4)
    (line,) = waiting_lines(busy)
    reject_line(busy, line.id, reason="股东往来")
    workspace = busy.workspace
    database.disconnect()
    rebuild_database(workspace)
    office = open_office(workspace.root, clock=busy.clock, actor="张三")
    assert (waiting_lines(office), payments_as_of(office)[0].as_of) == ((), date(2024, 7, 4))
    assert take(office, tmp_path, R4, name="再来.csv").counts == {"known": 1}
    assert balance(office, YY) == Decimal("0.00")


def test_the_day_a_statement_reaches(busy: Office, tmp_path: Path) -> None:
    assert take(busy, tmp_path, R1, as_of=date(2024, 7, 10)).as_of == date(2024, 7, 10)
    for wrong in (date(2024, 6, 30), date(2024, 12, 31)):
        with pytest.raises(Refused):
            take(busy, tmp_path, R2, as_of=wrong, name="b.csv")


def test_a_persons_word(busy: Office) -> None:
    assert payments_as_of(busy)[0].is_stale
    confirm_payments(busy, date(2024, 7, 12))  # a Friday; today is Monday 07-15
    fresh = payments_as_of(busy)[0]
    assert (fresh.as_of, fresh.age, fresh.is_stale) == (date(2024, 7, 12), 1, False)
    assert payments_as_of(busy, as_of=date(2024, 7, 18))[0].is_stale  # the fourth working day
    with pytest.raises(Refused):
        confirm_payments(busy, date(2024, 7, 16))


def test_a_file_of_a_hundred_megabytes_is_not_even_read(busy: Office, tmp_path: Path) -> None:
    path = tmp_path / "大.csv"
    with path.open("wb") as out:
        out.truncate(100 * 1024 * 1024)
    with pytest.raises(LimitExceeded):
        import_payments(busy, ImportOrder(path))


def test_a_settled_line_stays_settled_when_its_statement_is_taken_in_again(busy: Office, tmp_path: Path) -> None:
    take(busy, tmp_path, R4, "2024-07-04,501.00,,另一陌生公司,往来,R5", name="a.csv")
    first = next(line for line in waiting_lines(busy) if line.amount == "500.00")
    reject_line(busy, first.id, reason="股东往来")
    take(busy, tmp_path, R4, R2, name="b.csv")
    assert [line.amount for line in waiting_lines(busy)] == ["501.00"]


def facts(office: Office, contract_no: str) -> list[str]:
    return [str(row.payload["value"].get("reference")) for row in ledger.events(contract_no)
            if row.type == "fact.recorded" and row.payload["fact"] == "payments"]  # fmt: skip


def test_lines_of_several_contracts_are_recorded_in_bursts(
    busy: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bursts of one contract and of all say the same; each contract's lines stand in the order of the file."""
    monkeypatch.setattr(record_payments, "AT_ONCE", 1)
    part = "2024-07-02,{}.00,,YY制造有限公司,HT2024031001,P{}"
    done = take(busy, tmp_path, part.format(10, 1), R1, part.format(20, 2), R4, part.format(30, 3))
    assert done.counts == {"taken": 4, "waits": 1}
    assert [ref for ref in facts(busy, YY) if ref.startswith("P")] == ["P1", "P2", "P3"]
    assert balance(busy, YY) == Decimal("66666.67") - 60
    assert balance(busy, HENGTAI, 2) == Decimal("0.00")


def test_what_a_person_recorded_a_moment_ago_is_not_recorded_again(
    busy: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = record_payments.record_lines

    def told_by_hand_first(office: Office, *args: object, **kwargs: object) -> object:
        values = {"on": "2024-07-02", "amount": "66666.67", "reference": "R2"}
        add_fact(office, YY, NewFact("payment", values))
        return real(office, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(import_payments_module, "record_lines", told_by_hand_first)
    assert take(busy, tmp_path, R1, R2).counts == {"taken": 1, "known": 1}
    assert facts(busy, YY).count("R2") == 1


def test_a_contract_that_cannot_be_written_stops_no_other(busy: Office, tmp_path: Path) -> None:
    log = folder_of(busy, YY).events
    whole = log.read_bytes()
    log.write_bytes(whole[:-200] + b"{}" + whole[-198:])
    with pytest.raises(Damage):
        take(busy, tmp_path, R2, R1)
    assert facts(busy, HENGTAI).count("R1") == 1
    log.write_bytes(whole)
    assert take(busy, tmp_path, R2, R1).counts == {"taken": 1, "known": 1}
    assert (facts(busy, YY).count("R2"), facts(busy, HENGTAI).count("R1")) == (1, 1)
