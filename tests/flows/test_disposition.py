"""Destruction through the services and the command line: two people, one more look, a numbered list, and resuming."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import openpyxl
import pytest

from docgen.archive import disk
from docgen.archive.deposit import Content, deposit
from docgen.archive.disposition import EVENT, Disposal
from docgen.archive.eventlog import read
from docgen.archive.faults import FaultyOs, Stopped
from docgen.archive.keep import keep
from docgen.archive.layout import Folder
from docgen.archive.record import Item, Sidecar, new_item_id
from docgen.archive.recovery import recover
from docgen.cli.main import main
from docgen.errors import DocgenError
from docgen.findings import Severity
from docgen.intake.decision import Decision, Outcome
from docgen.intake.partof import PartOf
from docgen.issuing.issue import Printable, Produced
from docgen.papers.docx import docx_texts
from docgen.papers.pdf import page_texts
from docgen.retention.disposal import Status
from docgen.services import company_papers, disposition, disposition_paper, disposition_run, passwords
from docgen.services.archive_care import export_contract, rebuild_database, verify_archive
from docgen.services.backup_workspace import back_up
from docgen.services.deposit_scan import Arrival, Placement, deposit_scan
from docgen.services.disposition import (
    approve_proposal,
    propose,
    reject_proposal,
    show_proposal,
    strike_item,
    withdraw_proposal,
)
from docgen.services.disposition_run import carry_out, preview
from docgen.services.disposition_sheet import write_proposal
from docgen.services.due_board import all_rows
from docgen.services.file_scan import file_scan
from docgen.services.office import Office, open_office
from docgen.services.people import Identity, NewUser, add_user
from docgen.services.places import folder_of
from docgen.services.placing import let_wait
from docgen.services.record_fact import NewFact, Withdrawal, add_fact, undo_fact
from docgen.services.refile import refile
from docgen.services.restore_workspace import restore
from docgen.services.retention import explain, list_items
from docgen.services.retention_acts import extend, place_hold
from docgen.services.retention_review import review
from docgen.store import database, disposals, ledger
from docgen.store.history import used_keys
from docgen.store.journal import writing
from docgen.store.models import DisposalProposal, Event, Paper

NO = "HT2024031001"
TODAY = date(2030, 5, 20)
PEOPLE = {
    "root": ("admin", ()),
    "fa": ("legal", ("法务部",)),
    "cai": ("finance", ("财务部", "总经理")),
    "dang": ("archivist", ("档案室",)),
    "xin": ("sales", ()),
}


class Clock(Protocol):
    """The clock of tests/flows/conftest.py."""

    at: datetime

    def move(self, **by: int) -> None: ...


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    made = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", lambda: made)


def who(name: str) -> Identity:
    return Identity(name, f"云想衣裳花想容春风{sum(map(ord, name)):05}")


@dataclass
class Papers:
    """Stands in for the papers of the company: files each list in the company's folder and keeps what it was told."""

    told: list[dict[str, Any]]
    fails: str = ""

    def issue_company_paper(
        self, office: Office, kind: str, content: dict[str, Any], *, dated: date, actor: str
    ) -> SimpleNamespace:
        assert (kind, dated, content["dated"]) == ("destruction-list", office.today(), office.today())
        if self.fails == "before":
            raise KeyboardInterrupt
        folder = office.archive.company(dated.year)
        number = f"销册{dated.year}-{len(self.told) + 1:03}"
        item = Item(id=new_item_id(), item_type="issued", kind=kind, title="销毁清册", number=number)
        item = item.model_copy(update={"extra": {"reference": content["proposal"]}})
        data = [Content(f"{number}.pdf", "pdf", f"%PDF {number}".encode(), "application/pdf", 1)]
        with writing(folder, at=office.now(), actor=actor) as journal:
            told = {"event_type": "paper.issued", "payload": {}, "at": journal.at, "actor": actor}
            made = deposit(folder, item, data, **told)
        self.told.append(dict(content))
        if self.fails == "after":
            raise KeyboardInterrupt
        return SimpleNamespace(number=number, path=folder.path, sidecar_id=made.id)

    def draw_company_paper(
        self, office: Office, kind: str, content: dict[str, Any], *, dated: date
    ) -> tuple[str, dict[str, Any]]:
        assert (kind, dated, content["dated"]) == ("destruction-list", office.today(), office.today())
        return kind, content

    def file_company_paper(self, office: Office, drawn: tuple[str, dict[str, Any]], *, actor: str) -> SimpleNamespace:
        kind, content = drawn
        return self.issue_company_paper(office, kind, content, dated=content["dated"], actor=actor)

    def issued_for(self, office: Office, kind: str, reference: str) -> SimpleNamespace | None:
        for folder in office.archive.folders():
            for entry in read(folder)[0]:
                raw: Any = entry.payload.get("sidecar")
                if raw and raw["kind"] == kind and raw["extra"].get("reference") == reference:
                    return SimpleNamespace(number=raw["number"], sidecar_id=raw["id"])
        return None


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> Papers:
    made = Papers([])
    monkeypatch.setattr(disposition_paper, "company_papers", made)
    return made


@pytest.fixture
def desk(office: Office, contract_no: str, clock: Clock, papers: Papers) -> Office:
    """An office in which the manual's deal ended in 2025 with nothing open, and two papers are past their term."""
    clock.at = datetime(2028, 3, 27, 2, 0, tzinfo=UTC)
    assert contract_no == NO
    for name, (role, posts) in PEOPLE.items():
        by = None if name == "root" else who("root")
        add_user(office, NewUser(name, role, posts, f"{name}先生"), who(name).password, by=by)
    for title in ("质检报告", "往来函件"):
        filed(office, title)
    add_fact(office, NO, NewFact("termination", {"on": "2025-05-08", "ground": "agreed", "evidence": "终止协议"}))
    clock.at = datetime(2030, 5, 19, 2, 0, tzinfo=UTC)
    for row in all_rows(office, office.today(), contract_no=NO):
        if row.balance:
            values = {"instalment": str(row.seq), "on": "2028-01-10", "reason": "和解", "evidence": "会议纪要"}
            add_fact(office, NO, NewFact("write_off", values))
    clock.move(days=1)
    assert papers.told == []
    return office


def filed(office: Office, title: str) -> str:
    source = office.workspace.root / f"{title}-{len(ledger.papers(NO))}.txt"
    source.write_text(f"{title} {source.name}", encoding="utf-8")
    arrival = Arrival(keep(office.archive, source), source.name, office.now(), "text/plain", 1)
    return deposit_scan(office, arrival, Placement(NO, title)).item_id


def item(title: str) -> str:
    return next(row.id for row in ledger.papers(NO) if row.title == title)


def approved(office: Office) -> str:
    made = propose(office, who("dang")).proposal
    approve_proposal(office, made.id, who("fa"))
    return approve_proposal(office, made.id, who("cai"), post="总经理").id


def run(office: Office, proposal_id: str) -> disposition_run.Outcome:
    return carry_out(office, proposal_id, who("dang"), confirmed=office.today())


def refused(code: str, act: Callable[[], object]) -> DocgenError:
    with pytest.raises(DocgenError) as problem:
        act()
    assert problem.value.findings[0].code == code
    return problem.value


def paths(office: Office) -> dict[str, bytes]:
    folder = folder_of(office, NO).path
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def sound(office: Office) -> None:
    assert [each for each in verify_archive(office).findings if each.severity is Severity.ERROR] == []


def rows() -> list[object]:
    return [sorted(model.objects.values(), key=repr) for model in (Paper, DisposalProposal)] + [
        sorted(Event.objects.values("key", "seq", "type", "payload"), key=repr)
    ]


def test_a_proposal_freezes_why_each_item_may_go(desk: Office, tmp_path: Path) -> None:
    done = propose(desk, who("dang"), as_of=date(2030, 5, 9))
    found = done.proposal
    assert (found.id, found.status, found.as_of) == ("XH2030-001", Status.OPEN, date(2030, 5, 9))
    assert {each.title for each in found.items} == {"质检报告", "往来函件"}
    one = next(each for each in found.items if each.title == "质检报告")
    assert (one.class_title, one.rule, one.started_on, one.until) == (
        "合同文书",
        "合同终止后5年",
        "2025-05-08",
        "2030-05-08",
    )
    assert one.evidence == "终止协议"
    assert one.hashes == ledger.archived_item(one.id).hashes  # type: ignore[union-attr]
    assert write_proposal(found, tmp_path / "销毁建议.xlsx") == 2
    sheet = openpyxl.load_workbook(tmp_path / "销毁建议.xlsx").active
    assert {sheet.cell(row, 4).value for row in (4, 5)} == {"质检报告", "往来函件"}
    refused("retention.nothing-to-propose", lambda: propose(desk, who("dang")))
    refused("services.reason-missing", lambda: propose(desk, who("dang"), reason=" "))
    refused("people.wrong-password", lambda: propose(desk, Identity("dang", "猜的口令猜的口令")))


def test_a_full_proposal_leaves_the_others_to_the_next(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disposition, "LARGEST_LIST", 1)
    made = [propose(desk, who("dang")) for _ in range(2)]
    first, second = ([each.id for each in one.proposal.items] for one in made)
    assert (len(first), len(second), len({*first, *second})) == (1, 1, 2)
    (told,) = made[0].kept_back
    assert (told.code, told.severity, told.params) == (
        "retention.proposal-full",
        Severity.NOTE,
        {"limit": 1, "count": 1},
    )
    assert made[1].kept_back == ()
    refused("retention.nothing-to-propose", lambda: propose(desk, who("dang")))


def test_two_different_people_with_a_post_and_their_password(desk: Office) -> None:
    made = propose(desk, who("dang")).proposal.id
    refused("retention.own-proposal", lambda: approve_proposal(desk, made, who("dang")))
    refused("people.wrong-password", lambda: approve_proposal(desk, made, Identity("fa", "猜的口令猜的口令")))
    refused("retention.no-post", lambda: approve_proposal(desk, made, who("xin")))
    refused("retention.no-post", lambda: approve_proposal(desk, made, who("fa"), post="总经理"))
    assert approve_proposal(desk, made, who("fa")).status is Status.OPEN
    refused("retention.approved-already", lambda: approve_proposal(desk, made, who("fa")))
    refused("retention.not-approved", lambda: run(desk, made))
    refused("retention.not-approved", lambda: preview(desk, made))
    found = approve_proposal(desk, made, who("cai"), post="总经理")
    assert (found.status, [each.post for each in found.approvals]) == (Status.APPROVED, ["法务部", "总经理"])
    refused("retention.proposal-state", lambda: approve_proposal(desk, made, who("root")))
    assert len(paths(desk)) == 2


def test_refused_and_withdrawn_proposals_are_at_an_end(desk: Office) -> None:
    one = approved(desk)
    assert reject_proposal(desk, one, who("fa"), reason="仍有参考价值").status is Status.REJECTED
    refused("retention.not-approved", lambda: run(desk, one))
    other = propose(desk, who("dang")).proposal.id
    assert other == "XH2030-002"
    refused("retention.not-proposer", lambda: withdraw_proposal(desk, other, who("fa"), reason="误提"))
    assert withdraw_proposal(desk, other, who("dang"), reason="误提").status is Status.WITHDRAWN
    refused("retention.proposal-state", lambda: approve_proposal(desk, other, who("fa")))
    refused("retention.no-such-proposal", lambda: show_proposal(desk, "XH2030-009"))


def test_an_item_struck_off_stays_and_may_be_proposed_again(desk: Office) -> None:
    made, kept = approved(desk), item("往来函件")
    refused("retention.not-in-proposal", lambda: strike_item(desk, made, "nobody", who("fa"), reason="x"))
    assert [each.title for each in strike_item(desk, made, kept, who("fa"), reason="待查").standing] == ["质检报告"]
    done = run(desk, made)
    assert (done.destroyed, done.kept_back) == (1, ())
    assert list(paths(desk)) == ["往来函件.txt"]
    assert [each.id for each in propose(desk, who("dang")).proposal.items] == [kept]


def test_only_an_archivist_carries_it_out_and_the_list_is_numbered_first(desk: Office, papers: Papers) -> None:
    made = approved(desk)
    refused("retention.may-not-dispose", lambda: carry_out(desk, made, who("fa"), confirmed=desk.today()))
    refused("people.wrong-password", lambda: carry_out(desk, made, Identity("dang", "猜的口令猜的口令")))
    seen = preview(desk, made)
    assert (len(seen.items), seen.files, seen.kept_back) == (2, 2, ())
    assert len(paths(desk)) == 2
    done = run(desk, made)
    assert (done.list_number, done.destroyed, done.proposal.status) == ("销册2030-001", 2, Status.CLOSED)
    assert paths(desk) == {}
    told = papers.told[0]
    assert (told["proposal"], told["as_of"], told["totals"]) == (made, TODAY, {"items": 2, "pages": 2, "files": 2})
    assert [each["post"] for each in told["approvers"]] == ["法务部", "总经理"]
    assert [each["index"] for each in told["items"]] == [1, 2]
    assert told["items"][0]["class"] == "合同文书"
    order = [
        entry.at for folder in desk.archive.folders() for entry in read(folder)[0] if entry.type == "disposal.listed"
    ]
    gone = [entry for entry in read(folder_of(desk, NO))[0] if entry.type == EVENT]
    assert len(order) == 1
    assert {entry.payload["list"] for entry in gone} == {"销册2030-001"}
    assert {entry.payload["proposal"] for entry in gone} == {made}
    assert [each["name"] for each in gone[0].payload["approvers"]] == ["fa先生", "cai先生"]  # type: ignore[union-attr,index,call-overload]
    sound(desk)
    refused("retention.already-carried-out", lambda: run(desk, made))


def test_tombstones_in_lists_explanations_rebuild_and_export(desk: Office, tmp_path: Path) -> None:
    one = item("质检报告")
    run(desk, approved(desk))
    assert [each.title for each in list_items(desk)] == ["销毁清册"]
    assert review(desk).items == ()
    assert "销册2030-001" in refused("retention.item-disposed", lambda: explain(desk, one)).findings[0].sentence("zh")
    refused("retention.item-disposed", lambda: place_hold(desk, one, who("fa"), case="甲案", reason="迟了"))
    line = ledger.archived_item(one)
    assert line is not None
    assert (line.is_disposed, line.status, line.hashes) == (True, "current", ())
    before = rows()
    rebuild_database(desk.workspace)
    assert rows() == before
    again = open_office(desk.workspace.root, clock=desk.clock, actor="张三")
    sound(again)
    page = (export_contract(again, NO, tmp_path / "bag") / "index.html").read_text("utf-8")
    assert page.count("已于 2030-05-20（UTC）销毁，见销毁清册 销册2030-001") == 2


def test_the_same_scan_dropped_again_is_a_new_arrival(desk: Office) -> None:
    source = next(path for path in desk.workspace.root.glob("质检报告-*.txt"))
    run(desk, approved(desk))
    done = file_scan(desk, source)
    assert done.review_id
    assert not list((desk.workspace.archive / "_incoming").glob("[0-9a-f]*"))


def hold(office: Office) -> None:
    place_hold(office, NO, who("fa"), case="甲案", reason="起诉")


def hold_customer(office: Office) -> None:
    place_hold(office, ledger.deal(NO).customer_id, who("fa"), case="税务检查", reason="稽查")


def lengthen(office: Office) -> None:
    extend(office, NO, until=date(2032, 1, 1), reason="保修纠纷")


def reopen(office: Office) -> None:
    undo_fact(office, NO, Withdrawal("write_off", used_keys(NO, "write_offs")[-1], "和解未履行"))


def correct_end(office: Office) -> None:
    undo_fact(office, NO, Withdrawal("termination", "", "登记有误"))
    add_fact(office, NO, NewFact("termination", {"on": "2026-05-08", "ground": "agreed", "evidence": "终止协议"}))


def edit_table(office: Office) -> None:
    path = office.workspace.root / "retention.toml"
    path.write_text(path.read_text("utf-8").replace("years = 5", "years = 8"), "utf-8")


def change_bytes(office: Office) -> None:
    for path in folder_of(office, NO).path.glob("*.txt"):
        path.chmod(0o644)
        path.write_text("被换过的内容", encoding="utf-8")


AFTERTHOUGHTS = {
    hold: "甲案",
    hold_customer: "税务检查",
    lengthen: "2032-01-01",
    reopen: "未收",
    correct_end: "2031-05-08",
    edit_table: "2033-05-08",
    change_bytes: "文件内容",
}


@pytest.mark.parametrize("happens", AFTERTHOUGHTS)
def test_what_happens_after_approval_keeps_papers_back(desk: Office, happens: Callable[[Office], None]) -> None:
    made = approved(desk)
    happens(desk)
    before = paths(desk)
    seen = preview(desk, made)
    assert seen.items == ()
    assert len(seen.kept_back) == 2
    assert AFTERTHOUGHTS[happens] in seen.kept_back[0].why
    refused("retention.nothing-left", lambda: run(desk, made))
    assert paths(desk) == before
    assert len(before) == 2
    assert show_proposal(desk, made).status is Status.APPROVED


def test_one_kept_back_does_not_keep_the_other_and_the_list_says_so(desk: Office, papers: Papers) -> None:
    made, kept = approved(desk), item("往来函件")
    extend(desk, kept, until=date(2035, 1, 1), reason="鉴定：仍有价值")
    done = run(desk, made)
    assert (done.destroyed, [each.item for each in done.kept_back]) == (1, [kept])
    assert list(paths(desk)) == ["往来函件.txt"]
    told = papers.told[0]
    assert [each["title"] for each in told["items"]] == ["质检报告"]
    assert [(each["title"], "2035-01-01" in each["why"]) for each in told["skipped"]] == [("往来函件", True)]
    assert len(papers.told) == 1
    assert explain(desk, kept).items[0].standing.until == date(2035, 1, 1)
    sound(desk)


def forge_approval(desk: Office, made: str) -> None:
    """Put a second approval into the database alone, as somebody with a database editor would."""
    key = DisposalProposal.objects.get(id=made).key
    one = Event.objects.get(key=key, type="disposal.approved")
    last = Event.objects.filter(key=key).order_by("-seq")[0].seq
    Event.objects.create(
        key=key, seq=last + 1, at=one.at, type=one.type, actor="cai", payload={**one.payload, "user": "cai"}
    )
    DisposalProposal.objects.filter(id=made).update(status="approved", approvals=2)


def test_an_approval_that_stands_only_in_the_database_destroys_nothing(desk: Office) -> None:
    made = propose(desk, who("dang")).proposal.id
    approve_proposal(desk, made, who("fa"))
    forge_approval(desk, made)
    refused("retention.tables-differ", lambda: run(desk, made))
    assert len(paths(desk)) == 2
    rebuild_database(desk.workspace)
    again = open_office(desk.workspace.root, clock=desk.clock, actor="张三")
    refused("retention.not-approved", lambda: run(again, made))
    assert len(paths(again)) == 2


def test_a_hold_struck_from_the_database_still_holds(desk: Office) -> None:
    made = approved(desk)
    hold(desk)
    Event.objects.filter(type="hold.placed").delete()
    refused("retention.tables-differ", lambda: run(desk, made))
    assert len(paths(desk)) == 2


def test_an_approval_of_another_list_counts_for_nothing(desk: Office) -> None:
    made = propose(desk, who("dang")).proposal
    approve_proposal(desk, made.id, who("fa"))
    with writing(desk.archive.company(desk.today().year), at=desk.now(), actor="cai") as journal:
        told = {"id": made.id, "user": "cai", "display": "蔡总", "post": "总经理", "on": "2030-05-20", "remark": ""}
        journal.append("disposal.approved", {**told, "digest": "0" * 64})
        journal.append("disposal.approved", {**told, "user": "dang", "digest": made.digest})
    found = show_proposal(desk, made.id)
    assert (found.status, [each.user for each in found.approvals]) == (Status.OPEN, ["fa"])
    refused("retention.not-approved", lambda: run(desk, made.id))


def test_a_clock_set_wrong_destroys_nothing(desk: Office, clock: Clock) -> None:
    made = approved(desk)
    refused("retention.date-unconfirmed", lambda: carry_out(desk, made, who("dang")))
    refused("retention.date-differs", lambda: carry_out(desk, made, who("dang"), confirmed=date(2030, 5, 21)))
    clock.move(days=-1)
    refused("retention.clock-behind", lambda: run(desk, made))
    assert len(paths(desk)) == 2


def test_a_log_without_silence_needs_no_confirmation(desk: Office, clock: Clock) -> None:
    made = approved(desk)
    for _ in range(14):
        clock.move(days=30)
        note_something(desk)
    assert carry_out(desk, made, who("dang")).destroyed == 2


def note_something(office: Office) -> None:
    """Say something in a log, as an office at work does."""
    with writing(folder_of(office, NO), at=office.now(), actor="张三") as journal:
        journal.append("scan.seen-again", {"id": "x", "sha256": "0" * 64, "name": "x.pdf"})


def test_a_jump_forward_shows_even_after_work_went_on_at_the_wrong_time(desk: Office, clock: Clock) -> None:
    made = approved(desk)
    clock.move(days=3000)
    note_something(desk)
    clock.move(days=20)
    note_something(desk)
    refused("retention.date-unconfirmed", lambda: carry_out(desk, made, who("dang")))
    assert carry_out(desk, made, who("dang"), confirmed=desk.today()).destroyed == 2


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_stop_around_the_list_issues_it_once(desk: Office, papers: Papers, where: str) -> None:
    made = approved(desk)
    papers.fails = where
    with pytest.raises(KeyboardInterrupt):
        run(desk, made)
    assert len(paths(desk)) == 2
    assert show_proposal(desk, made).status is Status.BEGUN
    papers.fails = ""
    assert (run(desk, made).list_number, len(papers.told)) == ("销册2030-001", 1)
    assert paths(desk) == {}
    sound(desk)


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Return what makes the n-th destruction stop before it begins."""

    def stop_at(n: int) -> None:
        count = iter(range(1, 100))
        real = disposition_run.dispose

        def broken(folder: Folder, item_id: str, order: Disposal, *, expected: Mapping[str, str]) -> Sidecar:
            if next(count) == n:
                raise KeyboardInterrupt
            return real(folder, item_id, order, expected=expected)

        monkeypatch.setattr(disposition_run, "dispose", broken)

    yield stop_at
    monkeypatch.undo()


def test_a_stop_between_two_items_is_gone_on_from(
    desk: Office, papers: Papers, stopping: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = approved(desk)
    stopping(2)
    with pytest.raises(KeyboardInterrupt):
        run(desk, made)
    assert len(paths(desk)) == 1
    sound(desk)
    refused("retention.proposal-state", lambda: withdraw_proposal(desk, made, who("dang"), reason="后悔"))
    assert [len(preview(desk, made).items), show_proposal(desk, made).status] == [1, Status.BEGUN]
    stopping(99)
    done = run(desk, made)
    assert (done.destroyed, done.proposal.correction, len(papers.told)) == (2, "", 1)
    sound(desk)


@pytest.mark.parametrize("at", [3, 17, 31, 45, 60])
def test_a_run_killed_at_a_call_to_the_disk_is_simply_run_again(
    desk: Office, papers: Papers, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    made = approved(desk)
    with monkeypatch.context() as broken:
        broken.setattr(disk, "os", FaultyOs(at, "kill-after"))
        with pytest.raises(Stopped):
            run(desk, made)
    database.disconnect()
    again = open_office(desk.workspace.root, clock=desk.clock, actor="张三")
    for folder in again.archive.folders():
        recover(folder)
    done = run(again, made) if show_proposal(again, made).status is not Status.CLOSED else None
    assert done is None or done.destroyed == 2
    assert paths(again) == {}
    assert [entry.type for entry in read(folder_of(again, NO))[0]].count(EVENT) == 2
    assert Paper.objects.filter(kind="destruction-list").count() == 1
    sound(again)


def test_a_hold_placed_between_a_stop_and_going_on_spares_the_rest_and_corrects_the_list(
    desk: Office, papers: Papers, stopping: Callable[[int], None]
) -> None:
    made = approved(desk)
    stopping(2)
    with pytest.raises(KeyboardInterrupt):
        run(desk, made)
    hold(desk)
    left = paths(desk)
    stopping(99)
    done = run(desk, made)
    assert (done.destroyed, len(done.kept_back), done.proposal.correction) == (1, 1, "销册2030-002")
    assert paths(desk) == left
    assert len(left) == 1
    told = papers.told[1]
    assert (told["items"], told["totals"]["items"], told["proposal"]) == ([], 0, f"{made}-G1")
    assert "更正销毁清册 销册2030-001" in told["reason"]
    assert "甲案" in told["skipped"][0]["why"]
    sound(desk)
    before = rows()
    rebuild_database(desk.workspace)
    assert rows() == before


def test_nothing_is_begun_where_the_list_could_not_be_issued(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(desk, "往来函件𪚥")  # a character that no font of ours has
    made = approved(desk)
    monkeypatch.setattr(disposition_paper, "company_papers", company_papers)
    with pytest.raises(DocgenError) as problem:
        run(desk, made)
    assert "𪚥" in str(problem.value.findings)
    assert show_proposal(desk, made).status is Status.APPROVED
    assert len(paths(desk)) == 3
    strike_item(desk, made, item("往来函件𪚥"), who("dang"), reason="清册印不出")
    done = run(desk, made)
    assert (done.destroyed, done.list_number) == (2, "销册2030-001"), "a list that could not be drawn burns no number"


def test_the_list_is_drawn_once_and_each_step_is_told(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[str, bool, Status]] = []
    real, made = company_papers.produce, approved(desk)

    def counting(order: Printable) -> Produced:
        drawn.append((order.number, order.is_draft, show_proposal(desk, made).status))
        return real(order)

    monkeypatch.setattr(disposition_paper, "company_papers", company_papers)
    monkeypatch.setattr(company_papers, "produce", counting)
    told: list[tuple[str, int, int]] = []
    done = carry_out(
        desk, made, who("dang"), confirmed=desk.today(), progress=lambda step, *far: told.append((step, *far))
    )
    assert drawn == [("销册2030-001", False, Status.APPROVED)], "drawn as it is issued, before anything is begun"
    assert done.list_number == "销册2030-001"
    assert list(dict.fromkeys(step for step, _, _ in told)) == ["logs", "items", "list", "destruction"]
    assert [far for step, *far in told if step in {"items", "destruction"}] == [[1, 2], [2, 2], [1, 2], [2, 2]]
    looked: list[str] = []
    with pytest.raises(DocgenError):
        preview(desk, made, progress=lambda step, *_: looked.append(step))
    assert looked == []


PILE = PartOf("ab" * 32, "pile.pdf", NO, (1, 2))


def taken_apart(desk: Office) -> None:
    """Archive a scan as one that was taken apart; its parts are the tests' own matter."""
    folder = folder_of(desk, NO)
    original = Item(
        id=PILE.original_id, item_type="scan-original", kind="other", title="扫描原件", direction="in", contract_no=NO
    )
    data = [Content("原件.pdf", "scan", b"%PDF pile", "application/pdf", 2)]
    with writing(folder, at=desk.now(), actor="张三") as journal:
        deposit(folder, original, data, event_type="scan.taken-apart", payload={}, at=journal.at, actor="张三")


def part_kept(desk: Office) -> Arrival:
    source = desk.workspace.root / "part.pdf"
    source.write_bytes(b"%PDF part")
    kept = keep(desk.archive, source)
    return Arrival(kept, PILE.name, desk.now(), "application/pdf", 2, part_of=PILE)


def about_piles(done: disposition.Proposed) -> set[str]:
    return {each.code for each in done.kept_back if "part" in each.code}


@pytest.mark.parametrize(
    ("title", "kept_back"), [("增值税专用发票", {"retention.back-parts"}), ("往来函件", set[str]())]
)
def test_the_original_of_a_pile_goes_no_sooner_than_what_was_cut_from_it(
    desk: Office, title: str, kept_back: set[str]
) -> None:
    deposit_scan(desk, part_kept(desk), Placement(NO, title))
    taken_apart(desk)
    done = propose(desk, who("dang"))
    assert about_piles(done) == kept_back
    assert (PILE.original_id in {each.id for each in done.proposal.items}) == (not kept_back)


def test_a_part_that_was_moved_holds_its_pile_back_from_where_it_lies_now(desk: Office) -> None:
    first = deposit_scan(desk, part_kept(desk), Placement(NO, "往来函件")).item_id
    taken_apart(desk)
    refile(desk, first, deal=NO, document_type="增值税专用发票", reason="是发票")
    assert about_piles(propose(desk, who("dang"))) == {"retention.back-parts"}


def test_a_part_that_still_waits_holds_its_pile_back(desk: Office) -> None:
    let_wait(desk, part_kept(desk), Decision(Outcome.WAIT))
    taken_apart(desk)
    assert about_piles(propose(desk, who("dang"))) == {"retention.back-part-waits"}


def test_nothing_is_destroyed_by_itself_whatever_day_it_is(desk: Office, clock: Clock) -> None:
    made = approved(desk)
    before = paths(desk)
    for year in (2031, 2061, 2099):
        clock.at = datetime(year, 1, 1, 2, 0, tzinfo=UTC)
        office = open_office(desk.workspace.root, clock=clock, actor="张三")
        list_items(office, due_only=True)
        review(office)
        show_proposal(office, made)
        preview(office, made)
        sound(office)
        back_up(office)
        rebuild_database(office.workspace)
        assert paths(office) == before
    assert disposals.disposed_items() == ()


def test_a_backup_does_not_bring_bytes_back_and_an_older_one_says_so(
    desk: Office, clock: Clock, tmp_path: Path
) -> None:
    made = approved(desk)
    older = back_up(desk).backup
    clock.move(hours=1)
    run(desk, made)
    newer = back_up(desk).backup
    restored = restore(newer, tmp_path / "newer", clock=desk.clock)
    assert [each for each in restored.report.findings if each.severity is Severity.ERROR] == []
    assert {each[2] for each in disposals.disposed_items()} == {"销册2030-001"}
    assert list((tmp_path / "newer" / "archive").rglob("质检报告.txt")) == []
    database.disconnect()
    back = restore(older, tmp_path / "older", clock=desk.clock)
    assert len(list((tmp_path / "older" / "archive").rglob("质检报告.txt"))) == 1
    told = [each for each in back.findings if each.code == "services.restored-destroyed"]
    assert [(each.params["count"], each.params["lists"]) for each in told] == [(2, "销册2030-001")]
    assert "services.restored-destroyed" not in {each.code for each in restored.findings}


def test_with_the_real_list_both_faces_name_what_goes_and_who_approved(
    desk: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(disposition_paper, "company_papers", company_papers)
    made = approved(desk)
    done = run(desk, made)
    assert done.list_number == "销册2030-001"
    faces = {path.suffix: path for path in desk.archive.company(2030).path.glob("*销册2030-001*") if path.is_file()}
    assert {".pdf", ".docx"} <= set(faces)
    text = "".join("".join(page_texts(faces[".pdf"].read_bytes())).split())
    words = "".join("".join(docx_texts(faces[".docx"].read_bytes())).split())
    hashes = [file["sha256"] for row in ledger.papers(NO) for file in row.sidecar["files"]]  # type: ignore[attr-defined]
    assert len(hashes) == 2
    for wanted in (made, "质检报告", "往来函件", "fa先生", "cai先生", *hashes):
        assert wanted in text, wanted
        assert wanted in words, wanted
    sound(desk)
    refused("retention.already-carried-out", lambda: run(desk, made))
    database.disconnect()
    assert main(["-w", str(desk.workspace.root), "archive", "show", NO]) == 0
    assert "见销毁清册销册2030-001" in "".join(re.sub(r"[│┃\s]", "", capsys.readouterr().out))


def test_the_command_line_in_chinese(
    desk: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = str(desk.workspace.root)
    monkeypatch.setattr("docgen.services.office.system_clock", desk.clock)
    monkeypatch.setattr("docgen.services.office.open_office.__kwdefaults__", {"clock": desk.clock, "actor": None})
    database.disconnect()

    def say(*words: str, by: str = "", more: str = "", code: int = 0) -> str:
        secret = f"{who(by).password}\n" if by else ""
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}{more}"))
        given = ("--by", by, "--password-stdin") if by else ()
        assert main(["-w", root, "retention", *words, *given]) == code
        database.disconnect()
        said = capsys.readouterr()
        return said.out + said.err

    told = say("propose", "--xlsx", str(tmp_path / "建议.xlsx"), by="dang")
    assert "销毁建议 XH2030-001：2 件，截至 2030-05-20" in told
    assert "待批准" in told
    assert "提出人不能批准" in say("approve", "XH2030-001", by="dang", code=1)
    assert "法务部 fa先生 批准" in say("approve", "XH2030-001", by="fa")
    assert "由另一个人再批准" in say("approve", "XH2030-001", by="fa", code=1)
    assert "还须 1 人批准" in say("proposal", "show", "XH2030-001")
    assert "没有两个人的批准，或已被驳回、撤回（状态 待批准" in say("dispose", "XH2030-001", "--dry-run", code=1)
    assert "已批准，待执行" in say("approve", "XH2030-001", "--post", "总经理", by="cai")
    assert "已批准，待执行" in say("proposals")
    assert "将销毁 2 件" in say("dispose", "XH2030-001", "--dry-run")
    flags = ("--confirm-date", "2030-05-20")
    assert "什么也没有销毁" in say("dispose", "XH2030-001", *flags, by="dang", more="好的\n", code=1)
    assert "--confirm-date 2030-05-20" in say("dispose", "XH2030-001", "--yes", by="dang", code=1)
    done = say("dispose", "XH2030-001", *flags, by="dang", more="XH2030-001\n")
    assert "销毁 2 件，保留 0 件，销毁清册 销册2030-001" in done
    shown = json.loads(say("proposal", "show", "XH2030-001", "--json"))
    assert (shown["status"], shown["list_number"], len(shown["approvals"])) == ("closed", "销册2030-001", 2)
    assert (tmp_path / "建议.xlsx").exists()
