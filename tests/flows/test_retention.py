"""Retention through the services and the command line: dated cases by event, holds by two people, and why."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import openpyxl
import pytest

from docgen.archive.keep import keep
from docgen.archive.record import Sidecar
from docgen.cli.main import main
from docgen.errors import NotFound, Refused
from docgen.retention.standing import Ground, Standing, State
from docgen.services import passwords
from docgen.services.archive_care import export_contract, rebuild_database, verify_archive
from docgen.services.deals import show_deal
from docgen.services.deposit_scan import Arrival, Deposited, Placement, deposit_scan
from docgen.services.due_board import all_rows
from docgen.services.office import Office, open_office
from docgen.services.people import Identity, NewUser, add_user
from docgen.services.places import folder_of
from docgen.services.record_fact import NewFact, Withdrawal, add_fact, undo_fact
from docgen.services.retention import explain, list_items
from docgen.services.retention_acts import extend, list_holds, place_hold, release_hold
from docgen.services.retention_review import Chosen, Review, review, write_review
from docgen.store import database, ledger

NO = "HT2024031001"


class Clock(Protocol):
    """The clock of tests/flows/conftest.py."""

    at: datetime

    def move(self, **by: int) -> None: ...


ROLES = {"root": "admin", "fa": "legal", "dang": "archivist", "xiao": "sales"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    made = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", lambda: made)


def who(name: str) -> Identity:
    return Identity(name, f"云想衣裳花想容春风{sum(map(ord, name)):05}")


@pytest.fixture
def desk(office: Office, contract_no: str, clock: Clock) -> Office:
    clock.at = datetime(2028, 3, 27, 2, 0, tzinfo=UTC)
    assert contract_no == NO
    for name, role in ROLES.items():
        by = None if name == "root" else who("root")
        add_user(office, NewUser(name, role, (), f"{name}先生"), who(name).password, by=by)
    return office


def filed(office: Office, title: str) -> str:
    """File a paper from outside under the contract and return its item id."""
    return arrived(office, title).item_id


def arrived(office: Office, title: str) -> Deposited:
    source = office.workspace.root / f"{title}-{len(ledger.papers(NO))}.txt"
    source.write_text(f"{title} {source.name}", encoding="utf-8")
    arrival = Arrival(keep(office.archive, source), source.name, office.now(), "text/plain", 1)
    return deposit_scan(office, arrival, Placement(NO, title))


def end(office: Office, on: str, *, evidence: str = "终止协议") -> None:
    add_fact(office, NO, NewFact("termination", {"on": on, "ground": "agreed", "evidence": evidence}))


def correct(office: Office, on: str) -> None:
    undo_fact(office, NO, Withdrawal("termination", "", "日期登记有误"))
    end(office, on)


def standing(office: Office, item: str, as_of: date | None = None) -> Standing:
    return explain(office, item, as_of=as_of).items[0].standing


def state(office: Office, item: str, as_of: date) -> tuple[State, date | None]:
    found = standing(office, item, as_of)
    return found.state, found.until


def test_an_unknown_end_is_never_disposable_and_a_late_one_counts_from_its_own_day(desk: Office) -> None:
    item = filed(desk, "质检报告")
    assert state(desk, item, date(2090, 1, 1)) == (State.UNKNOWN, None)
    end(desk, "2025-05-08")
    assert state(desk, item, date(2030, 5, 8)) == (State.RUNNING, date(2030, 5, 8))
    assert state(desk, item, date(2030, 5, 9)) == (State.DISPOSABLE, date(2030, 5, 8))
    assert state(desk, item, date(2025, 5, 7)) == (State.UNKNOWN, None)


def test_an_end_recorded_years_late_may_be_over_at_once(desk: Office, clock: Clock) -> None:
    item = filed(desk, "质检报告")
    clock.at = datetime(2031, 1, 10, 2, 0, tzinfo=UTC)
    end(desk, "2025-05-08")
    assert state(desk, item, date(2031, 1, 10)) == (State.DISPOSABLE, date(2030, 5, 8))


def test_a_contract_that_ended_on_29_february_is_kept_to_28_february(desk: Office) -> None:
    item = filed(desk, "质检报告")
    end(desk, "2028-02-29")
    assert state(desk, item, date(2033, 2, 28)) == (State.RUNNING, date(2033, 2, 28))
    assert state(desk, item, date(2033, 3, 1))[0] is State.DISPOSABLE


def test_a_corrected_end_moves_what_was_reckoned_and_not_what_was_promised(desk: Office) -> None:
    before = filed(desk, "质检报告")
    end(desk, "2026-06-30")
    after = filed(desk, "验收纪要")
    assert arrived_until(after) == date(2031, 6, 30)
    correct(desk, "2025-06-30")
    assert standing(desk, before).until == date(2030, 6, 30)
    kept = standing(desk, after)
    assert (kept.until, kept.reckoned, kept.ground) == (date(2031, 6, 30), date(2030, 6, 30), Ground.PROMISE)
    correct(desk, "2027-06-30")
    assert {standing(desk, each).until for each in (before, after)} == {date(2032, 6, 30)}


def arrived_until(item: str) -> date | None:
    line = ledger.archived_item(item)
    assert line is not None
    return Sidecar.model_validate(line.sidecar).retention.until


def test_an_end_taken_back_opens_the_term_again(desk: Office) -> None:
    end(desk, "2025-06-30")
    item = filed(desk, "质检报告")
    undo_fact(desk, NO, Withdrawal("termination", "", "合同并未终止"))
    assert state(desk, item, date(2090, 1, 1)) == (State.UNKNOWN, None)
    found = explain(desk, item)
    assert (found.termination, found.withdrawn) == (None, 1)


def test_of_several_classes_the_longest_wins_and_the_fiscal_year_tells_its_start(desk: Office) -> None:
    item = filed(desk, "增值税专用发票")
    assert state(desk, item, date(2090, 1, 1)) == (State.UNKNOWN, None)
    end(desk, "2025-06-30")
    assert state(desk, item, date(2058, 12, 31)) == (State.RUNNING, date(2058, 12, 31))
    assert state(desk, item, date(2059, 1, 1))[0] is State.DISPOSABLE


def test_personal_data_goes_by_the_last_contact_not_by_the_contract(desk: Office, clock: Clock) -> None:
    item = filed(desk, "名片")
    assert state(desk, item, date(2028, 6, 1))[1] == date(2030, 3, 27)
    clock.move(days=100)
    filed(desk, "质检报告")
    assert state(desk, item, date(2030, 3, 28)) == (State.RUNNING, date(2030, 7, 5))


def test_the_archivists_own_table_is_obeyed_and_a_wrong_one_refused(desk: Office) -> None:
    end(desk, "2025-06-30")
    item = filed(desk, "质检报告")
    path = desk.workspace.root / "retention.toml"
    shipped = path.read_text("utf-8")
    path.write_text(shipped.replace("years = 5", "years = 8"), "utf-8")
    assert standing(desk, item).until == date(2033, 6, 30)
    newer = filed(desk, "第二份质检报告")
    path.write_text(shipped, "utf-8")
    assert standing(desk, item).until == date(2030, 6, 30)
    assert standing(desk, newer).until == date(2033, 6, 30)
    path.write_text(shipped.replace("years = 5", "years = 1"), "utf-8")
    with pytest.raises(Refused):
        list_items(desk)
    assert arrived_until(filed(desk, "第三份质检报告")) == date(2030, 6, 30)


def test_a_term_once_promised_to_an_open_contract_is_not_cut_later(desk: Office) -> None:
    path = desk.workspace.root / "retention.toml"
    shipped = path.read_text("utf-8")
    path.write_text(shipped.replace("years = 5", "years = 8"), "utf-8")
    item = filed(desk, "质检报告")
    path.write_text(shipped, "utf-8")
    end(desk, "2025-06-30")
    assert standing(desk, item).until == date(2033, 6, 30)


def test_extensions_only_lengthen(desk: Office) -> None:
    end(desk, "2025-06-30")
    one, other = filed(desk, "质检报告"), filed(desk, "往来函件")
    assert extend(desk, one, until=date(2032, 1, 1), reason="鉴定：仍有参考价值").papers == 1
    assert standing(desk, one).until == date(2032, 1, 1)
    assert standing(desk, other).until == date(2030, 6, 30)
    with pytest.raises(Refused) as problem:
        extend(desk, one, until=date(2031, 1, 1), reason="缩短")
    assert problem.value.findings[0].code == "retention.not-longer"
    assert extend(desk, NO, until=date(2031, 1, 1), reason="保修纠纷未了").papers == 1
    assert {standing(desk, each).until for each in (one, other)} == {date(2032, 1, 1), date(2031, 1, 1)}
    correct(desk, "2027-12-31")
    assert standing(desk, one).until == date(2032, 12, 31)


def test_two_cases_hold_and_each_is_released_alone_by_a_second_person(desk: Office) -> None:
    end(desk, "2025-06-30")
    item = filed(desk, "质检报告")
    customer = ledger.deal(NO).customer_id
    place_hold(desk, NO, who("fa"), case="（2029）示01民初12号", reason="客户起诉")
    place_hold(desk, customer, who("dang"), case="税务检查", reason="稽查通知")
    day = date(2031, 1, 1)
    assert state(desk, item, day) == (State.HELD, date(2030, 6, 30))
    with pytest.raises(Refused) as problem:
        release_hold(desk, NO, who("fa"), case="（2029）示01民初12号", reason="已结案")
    assert problem.value.findings[0].code == "retention.same-person"
    with pytest.raises(Refused) as problem:
        release_hold(desk, NO, who("xiao"), case="（2029）示01民初12号", reason="已结案")
    assert problem.value.findings[0].code == "retention.may-not-release"
    release_hold(desk, NO, who("dang"), case="（2029）示01民初12号", reason="已结案")
    assert [each.case for each in standing(desk, item, day).holds] == ["税务检查"]
    with pytest.raises(NotFound):
        release_hold(desk, NO, who("fa"), case="税务检查", reason="检查结束")
    release_hold(desk, customer, who("fa"), case="税务检查", reason="检查结束")
    assert state(desk, item, day) == (State.DISPOSABLE, date(2030, 6, 30))
    assert list_holds(desk) == ()
    assert len(list_holds(desk, with_released=True)) == 2


def test_a_hold_on_one_item_leaves_the_others(desk: Office) -> None:
    end(desk, "2025-06-30")
    one, other = filed(desk, "质检报告"), filed(desk, "往来函件")
    assert place_hold(desk, one, who("fa"), case="质量争议", reason="送检").papers == 1
    day = date(2031, 1, 1)
    assert (state(desk, one, day)[0], state(desk, other, day)[0]) == (State.HELD, State.DISPOSABLE)
    with pytest.raises(Refused) as problem:
        place_hold(desk, one, who("dang"), case=" 质量争议 ", reason="再封")
    assert problem.value.findings[0].code == "retention.held-already"
    with pytest.raises(Refused) as problem:
        place_hold(desk, one, Identity("fa", "猜的口令猜的口令"), case="另案", reason="冒名")
    assert problem.value.findings[0].code == "people.wrong-password"


def test_the_answer_names_event_and_evidence(desk: Office) -> None:
    proof = filed(desk, "终止协议")
    end(desk, "2025-05-08", evidence=proof)
    found = explain(desk, NO)
    assert found.termination is not None
    assert (found.termination.on, found.termination.actor) == (date(2025, 5, 8), "张三")
    assert found.termination.file == "终止协议.txt"


def test_a_rebuild_finds_holds_extensions_and_the_same_answers(desk: Office) -> None:
    end(desk, "2025-06-30")
    item = filed(desk, "质检报告")
    place_hold(desk, ledger.deal(NO).customer_id, who("fa"), case="甲案", reason="起诉")
    place_hold(desk, item, who("fa"), case="乙案", reason="鉴定")
    release_hold(desk, item, who("dang"), case="乙案", reason="鉴定结束")
    extend(desk, item, until=date(2040, 1, 1), reason="鉴定意见")
    before = (list_items(desk), list_holds(desk, with_released=True))
    rebuild_database(desk.workspace)
    again = open_office(desk.workspace.root, clock=desk.clock, actor="张三")
    assert (list_items(again), list_holds(again, with_released=True)) == before
    assert not [each for each in verify_archive(again).findings if each.severity.value == "error"]


def test_deal_show_and_the_index_page_agree(desk: Office, tmp_path: Path) -> None:
    item = filed(desk, "质检报告")
    end(desk, "2025-06-30")
    place_hold(desk, NO, who("fa"), case="甲案", reason="起诉")
    extend(desk, NO, until=date(2036, 1, 1), reason="保修纠纷")
    block: Any = show_deal(desk, NO, as_of=date(2037, 1, 1))["retention"]
    assert (block["until"], block["disposable_from"], block["holds"]) == ("2036-01-01", "2036-01-02", ["甲案"])
    assert standing(desk, item, date(2037, 1, 1)).until == date(2036, 1, 1)
    page = (export_contract(desk, NO, tmp_path / "bag") / "index.html").read_text("utf-8")
    assert "2036-01-01（合同终止后5年）" in page
    assert "甲案" not in page


def test_the_command_line_answers_why(
    desk: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    item = filed(desk, "质检报告")
    end(desk, "2025-05-08")
    root = str(desk.workspace.root)
    database.disconnect()

    def run(*words: str, secret: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
        code = main(["-w", root, "retention", *words, *(("--password-stdin",) if secret else ())])
        database.disconnect()
        said = capsys.readouterr()
        assert code == 0, said.err
        return said.out

    run("hold", NO, "--case", "甲案", "--reason", "起诉", "--user", "fa", secret=who("fa").password)
    told = run("explain", item)
    assert "合同终止后5年" in told
    assert "2030-05-08" in told
    assert "封存“甲案”" in told
    assert json.loads(run("list", "--due", "--as-of", "2030-05-08", "--json"))["items"] == []
    rows = json.loads(run("list", "--due", "--as-of", "2030-05-09", "--json"))["items"]
    assert [(each["id"], each["standing"]["state"]) for each in rows] == [(item, "held")]
    assert rows[0]["standing"]["disposable_from"] == "2030-05-09"
    run("release", NO, "--case", "甲案", "--reason", "结案", "--user", "dang", secret=who("dang").password)
    run("extend", item, "--until", "2032-01-01", "--reason", "鉴定：延长")
    assert "至少保存至 2032-01-01" in run("explain", item)
    assert "甲案" in run("holds", "--all")
    assert "合同终止后5年" in run("table")


def write_off(office: Office) -> None:
    """Settle what the manual's deal leaves open, so that nothing keeps its papers back."""
    for row in all_rows(office, office.today(), contract_no=NO):
        if row.balance:
            values = {"instalment": str(row.seq), "on": "2028-01-10", "reason": "和解", "evidence": "会议纪要"}
            add_fact(office, NO, NewFact("write_off", values))


def reasons(found: Review) -> list[set[str]]:
    return [{finding.code for finding in each.reasons} for each in found.kept_back]


def test_the_review_lists_only_what_nothing_keeps_back(desk: Office, clock: Clock, tmp_path: Path) -> None:
    item, voucher = filed(desk, "质检报告"), filed(desk, "增值税专用发票")
    end(desk, "2025-05-08")
    clock.at = datetime(2030, 5, 20, 2, 0, tzinfo=UTC)
    assert reasons(review(desk)) == [{"retention.back-balance"}]
    write_off(desk)
    found = review(desk)
    assert [each.id for each in found.items] == [item]
    assert found.others == {"running": 1}
    assert review(desk, as_of=date(2030, 5, 8)).items == ()
    assert review(desk, chosen=Chosen(class_id="accounting-voucher")).items == ()
    assert review(desk, chosen=Chosen(customer="无此客户")).items == ()
    with pytest.raises(Refused) as problem:
        review(desk, as_of=date(2030, 5, 21))
    assert problem.value.findings[0].code == "retention.review-ahead"
    place_hold(desk, NO, who("fa"), case="甲案", reason="起诉")
    assert reasons(review(desk)) == [{"retention.back-held"}]
    assert write_review(review(desk), tmp_path / "封存.xlsx") == 0
    back = openpyxl.load_workbook(tmp_path / "封存.xlsx")["暂不处理"]
    assert [back.cell(4, column).value for column in (1, 5)] == [NO, item]
    assert "甲案" in back.cell(4, 8).value
    assert "docgen retention release" in back.cell(4, 9).value
    release_hold(desk, NO, who("dang"), case="甲案", reason="结案")
    assert write_review(review(desk), tmp_path / "鉴定.xlsx") == 1
    sheet = openpyxl.load_workbook(tmp_path / "鉴定.xlsx").active
    assert sheet.auto_filter.ref == "A3:N4"
    assert [sheet.cell(4, column).value for column in (1, 5)] == [NO, item]
    assert voucher not in {cell.value for row in sheet.iter_rows() for cell in row}
    assert all((desk.workspace.archive / path).exists() for path in paths(desk))


def paths(office: Office) -> list[str]:
    folder = folder_of(office, NO).path
    return [
        str((folder / name).relative_to(office.workspace.archive)) for row in ledger.papers(NO) for name in row.files
    ]


def test_a_claim_that_still_runs_keeps_papers_back(desk: Office, clock: Clock) -> None:
    clock.at = datetime(2024, 3, 27, 2, 0, tzinfo=UTC)
    filed(desk, "名片")
    clock.at = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
    assert reasons(review(desk)) == [{"retention.back-balance", "retention.back-limitation"}]


def test_a_clock_set_wrong_is_told_and_keeps_papers_back(desk: Office, clock: Clock) -> None:
    filed(desk, "质检报告")
    end(desk, "2025-05-08")
    clock.at = datetime(2030, 5, 20, 2, 0, tzinfo=UTC)
    write_off(desk)
    assert review(desk).findings == ()
    clock.move(days=-1)
    assert reasons(review(desk)) == [{"retention.back-clock"}]
    clock.move(days=60)
    assert {each.code for each in review(desk).findings} == {"retention.clock-ahead"}


def test_nothing_is_ever_removed_by_looking_whatever_day_it_is(desk: Office, clock: Clock) -> None:
    for title in ("质检报告", "增值税专用发票", "名片"):
        filed(desk, title)
    end(desk, "2025-05-08")
    before = {path: path.read_bytes() for path in desk.workspace.archive.rglob("*") if path.is_file()}
    for year in (2031, 2061, 2099):
        clock.at = datetime(year, 1, 1, 2, 0, tzinfo=UTC)
        list_items(desk, due_only=True)
        review(desk)
        explain(desk, NO)
    assert {path: path.read_bytes() for path in desk.workspace.archive.rglob("*") if path.is_file()} == before
