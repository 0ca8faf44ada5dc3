"""Each inbox has a department and an owner: who is responsible stays with every file that came through it."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import tomli_w

from docgen.cli.main import main
from docgen.errors import NotFound, Refused
from docgen.findings import Finding
from docgen.services import inbox
from docgen.services.doctor import examine
from docgen.services.file_scan import file_scan
from docgen.services.office import Office
from docgen.services.watch_inboxes import InboxWatch
from docgen.store import ledger
from docgen.workspace import open_workspace

INBOXES: list[dict[str, object]] = [
    {"path": "inbox", "name": "前台扫描仪", "department": "销售部", "owner": "王五"},
    {"path": "财务收件", "department": "财务部"},
]


def rewrite(office: Office, inboxes: list[dict[str, object]]) -> None:
    """Write other inboxes into docgen.toml."""
    config = office.workspace.config
    settings = {**tomllib.loads(config.read_text(encoding="utf-8")), "inbox": inboxes}
    config.write_text(tomli_w.dumps(settings), encoding="utf-8")


@pytest.fixture
def desks(office: Office) -> Office:
    rewrite(office, INBOXES)
    workspace = replace(open_workspace(office.workspace.root), settle_seconds=0.05)
    workspace.inboxes[1].path.mkdir()
    return replace(office, workspace=workspace)


def drop(office: Office, place: int, name: str) -> None:
    (office.workspace.inboxes[place].path / name).write_bytes(f"<Invoice>{name}</Invoice>".encode())


def work_off(office: Office) -> None:
    assert InboxWatch(office, lambda _: None, give_up_seconds=0.1).run_once()


def test_whose_it_is_stays_with_a_file_until_it_is_filed(
    desks: Office, contract_no: str, capsys: pytest.CaptureFixture[str]
) -> None:
    drop(desks, 0, "a.xml")
    drop(desks, 1, "b.xml")
    work_off(desks)
    assert {row.original_name: row.inlet.whose for row in inbox.list_waiting(desks) if row.inlet} == {
        "a.xml": "销售部 王五",
        "b.xml": "财务部",
    }
    assert [row.original_name for row in inbox.list_waiting(desks, owner="王五")] == ["a.xml"]
    assert [row.original_name for row in inbox.list_waiting(desks, owner="财务部")] == ["b.xml"]
    with pytest.raises(NotFound) as caught:
        inbox.list_waiting(desks, owner="赵六")
    assert all(name in str(caught.value.findings[0].params["known"]) for name in ("王五", "销售部", "财务部"))
    (row,) = inbox.list_waiting(desks, owner="王五")
    reason = json.loads((row.file.parent / "reason.json").read_text(encoding="utf-8"))
    assert reason["inlet"] == {"name": "前台扫描仪", "department": "销售部", "owner": "王五"}
    assert main(["-w", str(desks.workspace.root), "inbox", "show", row.id]) == 0
    assert "销售部 王五" in capsys.readouterr().out
    inbox.assign(desks, row.id, deal=contract_no, document_type="invoice")
    (paper,) = ledger.papers(contract_no)
    assert paper.sidecar["extra"]["inbox"] == reason["inlet"]  # type: ignore[index]


def test_a_file_given_by_hand_has_no_inbox(desks: Office, tmp_path: Path) -> None:
    source = tmp_path / "c.xml"
    source.write_bytes(b"<Invoice>c</Invoice>")
    waits = file_scan(desks, source)
    assert inbox.show_waiting(desks, str(waits.review_id)).inlet is None


@pytest.mark.parametrize("place", ["archive", "review", "backup", "log"])
def test_an_inbox_behind_a_link_into_our_own_places_stops_the_watcher_and_the_doctor_says_so(
    desks: Office, place: str
) -> None:
    root = desks.workspace.root
    (root / place / "sub").mkdir(exist_ok=True)
    (root / "drop").symlink_to(root / place / "sub")
    rewrite(desks, [{**INBOXES[0]}, {**INBOXES[1], "path": "drop"}])
    workspace = open_workspace(root)
    with pytest.raises(Refused) as caught:
        InboxWatch(replace(desks, workspace=workspace), lambda _: None).run_once()
    assert [one.code for one in caught.value.findings] == ["intake.inbox-is-link", "intake.inbox-overlaps"]
    assert _codes(examine(workspace, now=desks.now()).findings) >= {"intake.inbox-is-link", "intake.inbox-overlaps"}


def test_a_department_that_is_no_text_is_refused(desks: Office) -> None:
    rewrite(desks, [{**INBOXES[0], "department": 3}])
    with pytest.raises(Refused) as caught:
        open_workspace(desks.workspace.root)
    assert caught.value.findings[0].params["name"] == "inbox.department"


def _codes(findings: tuple[Finding, ...]) -> set[str]:
    return {one.code for one in findings}
