"""A scan filed under the wrong contract is moved: recorded, no byte altered, the old place keeps a note."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from docgen.cli.main import main
from docgen.errors import NotFound, Refused, StorageProblem
from docgen.services import inbox
from docgen.services import refile as refiling
from docgen.services.archive_care import export_contract, rebuild_database, verify_archive
from docgen.services.evidence import find_evidence
from docgen.services.file_scan import Fate, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.services.refile import refile
from docgen.store import ledger
from docgen.workspace import data_root

SAMPLES = data_root() / "samples" / "deals"
DATA = b"a letter nobody can read by machine"


@pytest.fixture
def other(office: Office, contract_no: str) -> str:
    """Import a second deal of another customer."""
    found = import_deal(office, next(path for path in sorted(SAMPLES.glob("*.yaml")) if path.stem != "xx-tech"))
    assert found.contract_no != contract_no
    return found.contract_no


def filed(office: Office, tmp_path: Path, **place: str) -> inbox.Assigned:
    (tmp_path / "letter.bin").write_bytes(DATA)
    waits = file_scan(office, tmp_path / "letter.bin")
    return inbox.assign(office, str(waits.review_id), **place)


def test_a_letter_under_the_wrong_contract_is_moved_and_both_places_tell(
    office: Office, contract_no: str, other: str, tmp_path: Path
) -> None:
    wrong = filed(office, tmp_path, deal=contract_no, document_type="来函")
    name, old = wrong.path.name, folder_of(office, contract_no)
    before = {path: path.read_bytes() for path in old.path.rglob("*") if path.is_file() and path != old.events}
    done = refile(office, str(wrong.path), deal=other, document_type="来函", reason="看错了客户")
    assert (done.old_contract, done.contract_no, done.title) == (contract_no, other, "来函")
    assert done.path.parent == folder_of(office, other).path
    assert done.path.read_bytes() == DATA
    assert {path: path.read_bytes() for path in before} == before  # the old place lost and changed nothing
    last = json.loads(old.events.read_text(encoding="utf-8").splitlines()[-1])
    assert (last["type"], last["payload"]["id"]) == ("paper.misfiled", done.old_item)
    assert last["payload"]["to"] == {"contract_no": other, "number": None}
    assert last["payload"]["reason"] == "看错了客户"
    new = ledger.archived_item(done.item)
    assert new is not None
    extra = new.sidecar["extra"]
    assert (extra["moved_from"], extra["assigned_reason"]) == (done.old_item, "看错了客户")  # type: ignore[index]
    assert contract_no not in json.dumps(new.sidecar)  # another customer's number does not travel with it
    assert new.sidecar["source"]["name"] == "letter.bin"  # type: ignore[index]
    assert [row.item_type for row in ledger.papers(contract_no) if name in row.files] == ["misfiled"]
    assert find_evidence(contract_no, done.old_item) is None
    assert find_evidence(other, done.item) is not None
    assert verify_archive(office).findings == ()
    rows = ledger.papers()
    rebuild_database(office.workspace)
    assert ledger.papers() == rows


def test_the_same_bytes_dropped_again_are_known_at_the_new_place(
    office: Office, contract_no: str, other: str, tmp_path: Path
) -> None:
    wrong = filed(office, tmp_path, deal=contract_no, document_type="来函")
    refile(office, str(wrong.path), deal=other, document_type="来函", reason="看错了客户")
    again = file_scan(office, tmp_path / "letter.bin")
    assert (again.fate, again.contract_no) == (Fate.SEEN_AGAIN, other)


def test_a_misfiled_scan_answers_no_longer_and_does_not_leave_with_the_bag(
    office: Office, contract_no: str, other: str, tmp_path: Path
) -> None:
    report = issue_document(office, Request(contract_no, "acceptance-report"))
    wrong = filed(office, tmp_path, document=report.number)
    assert [row.files for row in ledger.answers_to(str(report.document_id))] == [(wrong.path.name,)]
    done = refile(office, report.number, deal=other, document_type="来函", reason="不是验收报告")
    assert ledger.answers_to(str(report.document_id)) == ()
    bag = export_contract(office, contract_no, tmp_path / "bag")
    left = [hashlib.sha256(path.read_bytes()).hexdigest() for path in bag.rglob("*") if path.is_file()]
    assert hashlib.sha256(DATA).hexdigest() not in left
    told = b"".join(path.read_bytes() for path in bag.rglob("*") if path.is_file())
    assert done.old_item.encode() not in told
    assert other.encode() not in told
    back = refile(office, done.item, document=report.number, reason="还是验收报告")
    assert [row.id for row in ledger.answers_to(str(report.document_id))] == [back.item]
    assert back.version == 2
    assert verify_archive(office).findings == ()


def test_a_move_that_was_cut_off_goes_on_when_repeated(
    office: Office, contract_no: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = filed(office, tmp_path, deal=contract_no, document_type="来函")

    def refuse(*_: object) -> None:
        raise StorageProblem.of("archive.disk-full", "archive")

    with monkeypatch.context() as patch:
        patch.setattr(refiling, "deposit_scan", refuse)
        with pytest.raises(StorageProblem):
            refile(office, str(wrong.path), deal=other, document_type="来函", reason="看错了客户")
    assert wrong.path.read_bytes() == DATA
    done = refile(office, str(wrong.path), deal=other, document_type="来函", reason="看错了客户")
    assert done.path.read_bytes() == DATA
    notes = [row for row in ledger.events(contract_no) if row.type == "paper.misfiled"]
    assert len(notes) == 1
    assert list((office.archive.root / "_incoming").glob("[!.]*")) == []


def test_what_cannot_be_moved_is_refused_and_nothing_changes(
    office: Office, contract_no: str, other: str, tmp_path: Path
) -> None:
    wrong = filed(office, tmp_path, deal=contract_no, document_type="来函")
    log = folder_of(office, contract_no).events.read_bytes()

    def code(named: str, error: type[Exception] = Refused, **how: str) -> str:
        with pytest.raises(error) as caught:
            refile(office, named, **{"reason": "看错了客户", "document_type": "来函", **how})  # type: ignore[arg-type]
        return str(caught.value.findings[0].code)  # type: ignore[attr-defined]

    here = str(wrong.path)
    assert code(here, deal=other, reason=" ") == "services.reason-missing"
    assert code(here, deal=contract_no) == "services.refile-same-place"
    assert code("nowhere", NotFound, deal=other) == "services.no-such-filed"
    assert code(here, NotFound, deal="SO9999") == "store.no-deal"
    report = issue_document(office, Request(contract_no, "acceptance-report"))
    log = folder_of(office, contract_no).events.read_bytes()
    assert code(report.number, NotFound, deal=other) == "services.no-such-filed"  # ours, and no scan answers it
    assert folder_of(office, contract_no).events.read_bytes() == log
    wrong.path.chmod(0o644)
    wrong.path.write_bytes(DATA + b"!")
    (row,) = [row for row in ledger.papers(contract_no) if row.item_type == "filed"]
    with pytest.raises(Exception, match="来函") as damaged:
        refile(office, row.id, deal=other, document_type="来函", reason="看错了客户")
    assert damaged.value.findings[0].code == "services.filed-changed"  # type: ignore[attr-defined]
    assert list((office.archive.root / "_incoming").glob("[!.]*")) == [], "a damaged copy would be filed as a new scan"
    wrong.path.write_bytes(DATA)
    refile(office, row.id, deal=other, document_type="来函", reason="看错了客户")
    assert code(row.id, deal=other) == "services.refiled-already"


def test_the_command_says_from_where_to_where(
    office: Office, contract_no: str, other: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    wrong = filed(office, tmp_path, deal=contract_no, document_type="来函")
    monkeypatch.setenv("DOCGEN_WORKSPACE", str(office.workspace.root))
    monkeypatch.setenv("DOCGEN_ACTOR", "张三")
    place = ["--deal", other, "--type", "来函", "--reason", "看错了客户"]
    assert main(["inbox", "refile", str(wrong.path), *place]) == 0
    told = capsys.readouterr().out.replace("\n", "")
    assert f"已从 {contract_no} 移到 {other}" in told
    assert main(["archive", "show", contract_no]) == 0
    assert "误归" in capsys.readouterr().out
