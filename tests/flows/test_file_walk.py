"""The second walk, end to end: scans come back and file themselves, or wait with their reasons; nothing is lost."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest

from docgen.archive.keep import keep
from docgen.demo.drops import zones_of
from docgen.demo.people import agreed
from docgen.demo.simulate import ScanSpec, foreign_letter, print_and_scan
from docgen.errors import NotFound, Refused
from docgen.findings import has_errors
from docgen.services import inbox, recognise
from docgen.services.archive_care import export_contract, rebuild_database, verify_archive
from docgen.services.deals import show_deal
from docgen.services.file_scan import Fate, Filed, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office, open_office
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.services.void_paper import void_paper
from docgen.services.watch_inboxes import InboxWatch, Trouble
from docgen.store import database, ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"
PARTIES = {"customer": "XX科技有限公司", "seller": "山海云图科技（示例）有限公司"}


@pytest.fixture(scope="session")
def issued_once(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Issued, Issued]:
    """Issue two papers once a session; each test works on a copy of that workspace."""
    root = tmp_path_factory.mktemp("issued") / "office"
    shutil.copytree(prepared, root)
    at = datetime(2024, 3, 26, 9, 0, tzinfo=UTC)
    office = open_office(root, clock=lambda: at, actor="张三")
    contract_no = import_deal(office, SAMPLE).contract_no
    report = issue_document(office, Request(contract_no, "acceptance-report"))
    agreed(office, contract_no, "supplementary-agreement")
    agreement = issue_document(office, Request(contract_no, "supplementary-agreement"))
    database.disconnect()
    return root, report, agreement


@pytest.fixture(autouse=True)
def _without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Walk as without the OCR extra; tests/flows/test_ocr_walk.py walks with it."""
    monkeypatch.setattr(recognise, "missing_modules", lambda: ("rapidocr",))


@pytest.fixture
def root(issued_once: tuple[Path, Issued, Issued], tmp_path: Path) -> Path:
    shutil.copytree(issued_once[0], tmp_path / "office")
    return tmp_path / "office"


@pytest.fixture
def report(issued_once: tuple[Path, Issued, Issued]) -> Issued:
    return issued_once[1]


@pytest.fixture
def agreement(issued_once: tuple[Path, Issued, Issued]) -> Issued:
    return issued_once[2]


def scan(office: Office, paper: Issued, *, seed: int = 1, **changes: object) -> bytes:
    signed = dict.fromkeys(PARTIES, paper.dated)
    values = {"zones": zones_of(office, paper), "seals": PARTIES, "signed": signed, **changes}
    pdf = next(path for path in paper.files if path.suffix == ".pdf").read_bytes()
    return print_and_scan(pdf, ScanSpec(fonts=FONTS, **values), seed=seed)  # type: ignore[arg-type]


def drop(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def places_of(root: Path, data: bytes) -> list[str]:
    """Return every place of the workspace that holds exactly these bytes."""
    wanted = hashlib.sha256(data).hexdigest()
    files = (path for top in ("archive", "review", "inbox") for path in (root / top).rglob("*") if path.is_file())
    return [
        path.relative_to(root).parts[0] for path in files if hashlib.sha256(path.read_bytes()).hexdigest() == wanted
    ]


def test_a_signed_scan_files_itself_under_customer_and_contract(office: Office, report: Issued, tmp_path: Path) -> None:
    data = scan(office, report)
    filed = file_scan(office, drop(tmp_path, "SCAN0001.pdf", data))
    assert (filed.fate, filed.number, filed.version) == (Fate.FILED, report.number, 1)
    assert filed.path is not None
    assert filed.path.read_bytes() == data
    assert filed.path.parent == office.archive.root / "XX科技有限公司" / report.contract_no
    assert {evidence.kind.value for evidence in filed.evidence} >= {"code"}
    (row,) = [row for row in ledger.papers(report.contract_no) if row.item_type == "filed"]
    assert row.answers == report.document_id
    assert row.sidecar["retention"] == {"classes": ["contract-paper"], "until": None, "rule": "合同终止后5年"}
    assert places_of(office.workspace.root, data) == ["archive"]
    documents = show_deal(office, report.contract_no)["documents"]
    found = {part: {(row["title"], row["direction"]) for row in rows} for part, rows in documents.items()}  # type: ignore[attr-defined]
    assert ("验收报告", "in") in found["issued"]
    assert ("验收报告", "in") not in found["missing"]


def test_a_rescan_is_the_next_version_and_the_same_bytes_are_a_note(
    office: Office, report: Issued, tmp_path: Path
) -> None:
    first = scan(office, report, seed=1)
    file_scan(office, drop(tmp_path, "a.pdf", first))
    second = file_scan(office, drop(tmp_path, "b.pdf", scan(office, report, seed=2)))
    again = file_scan(office, drop(tmp_path, "c.pdf", first))
    assert (second.fate, second.version) == (Fate.FILED, 2)
    assert again.fate is Fate.SEEN_AGAIN
    assert [row.version for row in ledger.answers_to(str(report.document_id))] == [1, 2]
    assert verify_archive(office).findings == ()


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("少页", {"dropped": frozenset({2})}, "intake.pages-missing"),
        ("看不清", {"blotted": frozenset({1, 2})}, "intake.nothing-recognised"),
    ],
)
def test_what_cannot_be_placed_waits_with_its_reason(
    office: Office, report: Issued, tmp_path: Path, name: str, changes: dict[str, object], code: str
) -> None:
    data = scan(office, report, **changes)
    filed = file_scan(office, drop(tmp_path, f"{name}.pdf", data))
    assert filed.fate is Fate.WAITING
    (row,) = inbox.list_waiting(office)
    assert code in {finding.code for finding in row.findings}
    assert ("intake.ocr-missing" in {finding.code for finding in row.findings}) == (name == "看不清")
    assert row.file.read_bytes() == data
    assert places_of(office.workspace.root, data) == ["review"]


def test_a_waiting_scan_is_filed_by_hand_once_and_leaves_the_list(
    office: Office, report: Issued, tmp_path: Path
) -> None:
    data = scan(office, report, dropped=frozenset({2}))
    waiting = file_scan(office, drop(tmp_path, "half.pdf", data))
    done = inbox.assign(office, str(waiting.review_id), document=report.number, reason="客户只寄回签章页")
    assert done.path.read_bytes() == data
    assert inbox.list_waiting(office) == ()
    assert places_of(office.workspace.root, data) == ["archive"]
    (row,) = ledger.answers_to(str(report.document_id))
    assert row.sidecar["extra"]["missing_pages"] == [2]  # type: ignore[index]
    assert row.sidecar["extra"]["assigned_by"] == "张三"  # type: ignore[index]
    with pytest.raises(NotFound):
        inbox.assign(office, str(waiting.review_id), document=report.number, reason="客户只寄回签章页")
    assert verify_archive(office).findings == ()


def test_a_foreign_letter_waits_and_is_filed_under_a_contract_with_a_type(
    office: Office, report: Issued, tmp_path: Path
) -> None:
    waiting = file_scan(office, drop(tmp_path, "letter.pdf", foreign_letter(5, fonts=FONTS)))
    assert waiting.fate is Fate.WAITING
    done = inbox.assign(office, str(waiting.review_id), deal="SO2024031001", document_type="来函")
    assert (done.contract_no, done.title) == (report.contract_no, "来函")
    rows = [row for row in ledger.papers(report.contract_no) if row.title == "来函"]
    assert [row.answers for row in rows] == [""]


def test_a_rejected_scan_keeps_its_bytes(office: Office, tmp_path: Path) -> None:
    data = foreign_letter(6, fonts=FONTS)
    waiting = file_scan(office, drop(tmp_path, "ad.pdf", data))
    with pytest.raises(Refused):
        inbox.reject(office, str(waiting.review_id), reason=" ")
    rejected = inbox.reject(office, str(waiting.review_id), reason="广告")
    assert rejected.file.read_bytes() == data
    assert inbox.list_waiting(office) == ()


def test_our_own_issued_file_is_no_signed_return(office: Office, report: Issued, tmp_path: Path) -> None:
    pdf = next(path for path in report.files if path.suffix == ".pdf").read_bytes()
    filed = file_scan(office, drop(tmp_path, "电子件.pdf", pdf))
    assert filed.fate is Fate.WAITING
    assert "services.own-file" in {finding.code for finding in filed.findings}


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"hello", b"\x89PNG\r\n\x1a\n" + b"0" * 50])
def test_unreadable_files_wait_and_stop_nothing(office: Office, tmp_path: Path, data: bytes) -> None:
    filed = file_scan(office, drop(tmp_path, "坏 文件.pdf", data))
    assert filed.fate is Fate.WAITING
    assert has_errors(filed.findings)


def test_the_scan_of_a_void_paper_is_filed_and_flagged(office: Office, report: Issued, tmp_path: Path) -> None:
    void_paper(office, report.number, reason="印错了")
    filed = file_scan(office, drop(tmp_path, "old.pdf", scan(office, report)))
    assert filed.fate is Fate.FILED
    assert "intake.paper-void" in {finding.code for finding in filed.findings}


def test_the_watcher_files_what_is_dropped_while_it_runs(office: Office, report: Issued, agreement: Issued) -> None:
    made = {
        "SCAN0001.tif": (scan(office, report, format="tiff", is_colour=False), Fate.FILED),
        "扫描 0002.pdf": (scan(office, agreement, turned=frozenset({1})), Fate.FILED),
        "broken.pdf": (b"%PDF-1.4 not really", Fate.WAITING),
    }
    reports = watch(office, {name: data for name, (data, _) in made.items()})
    fates = {one.original_name: one.fate for one in reports if isinstance(one, Filed)}
    assert fates == {name: fate for name, (_, fate) in made.items()}
    folder = office.workspace.inboxes[0].path
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    for data, fate in made.values():
        assert places_of(office.workspace.root, data) == ["archive" if fate is Fate.FILED else "review"]
    assert verify_archive(office).findings == ()


def watch(office: Office, made: dict[str, bytes]) -> list[Filed | Trouble]:
    reports: list[Filed | Trouble] = []
    stop = threading.Event()

    def run() -> None:
        InboxWatch(office, reports.append, give_up_seconds=1.0).run(stop)
        database.disconnect()

    watcher = threading.Thread(target=run)
    watcher.start()
    for name, data in made.items():
        drop(office.workspace.inboxes[0].path, name, data)
    until = time.monotonic() + 120
    while sum(isinstance(one, Filed) for one in reports) < len(made) and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    watcher.join(30)
    assert not watcher.is_alive()
    return reports


def test_a_file_claimed_by_a_watcher_that_died_is_filed_at_the_next_start(office: Office, report: Issued) -> None:
    data = scan(office, report)
    folder = office.workspace.inboxes[0].path
    token = folder / ".docgen-claimed" / "0123456789abcdef"
    token.mkdir(parents=True)
    drop(token, "SCAN0009.pdf", data)
    reports: list[Filed | Trouble] = []
    InboxWatch(office, reports.append).run_once()
    assert [one.fate for one in reports if isinstance(one, Filed)] == [Fate.FILED]
    assert places_of(office.workspace.root, data) == ["archive"]


def test_bytes_kept_but_not_placed_are_taken_up_at_the_next_start(
    office: Office, report: Issued, tmp_path: Path
) -> None:
    data = scan(office, report)
    keep(office.archive, drop(tmp_path, "kept.pdf", data))
    reports: list[Filed | Trouble] = []
    InboxWatch(office, reports.append).run_once()
    assert [(one.fate, one.original_name) for one in reports if isinstance(one, Filed)] == [(Fate.FILED, "kept.pdf")]
    assert places_of(office.workspace.root, data) == ["archive"]


def test_the_database_is_rebuilt_from_the_archive_alone(office: Office, report: Issued, tmp_path: Path) -> None:
    file_scan(office, drop(tmp_path, "a.pdf", scan(office, report)))
    before = (ledger.deals(), ledger.papers(), ledger.deal(report.contract_no), ledger.counts().numbers)
    database.remove(office.workspace.database)
    with pytest.raises(NotFound):
        open_office(office.workspace.root)
    rebuild_database(office.workspace)
    assert (ledger.deals(), ledger.papers(), ledger.deal(report.contract_no), ledger.counts().numbers) == before
    assert verify_archive(office).findings == ()


def test_other_peoples_tools_bear_the_archive_out(office: Office, report: Issued, tmp_path: Path) -> None:
    file_scan(office, drop(tmp_path, "a.pdf", scan(office, report)))
    folder = folder_of(office, report.contract_no)
    manifest = folder.manifest.relative_to(folder.path)
    sums = subprocess.run(["sha256sum", "-c", "--strict", manifest], cwd=folder.path, capture_output=True, check=False)
    assert sums.returncode == 0, sums.stderr
    bag = export_contract(office, report.contract_no, tmp_path / "out" / "bag")
    assert bagit.Bag(str(bag)).is_valid()


def test_nothing_internal_leaves_with_a_bag(office: Office, report: Issued, tmp_path: Path) -> None:
    bag = export_contract(office, report.contract_no, tmp_path / "bag")
    secret = ("280000", "300000", "25-35万元", "租赁方案", "行业展会", "A类", "floor_price", "pain_points")
    for path in bag.rglob("*"):
        if path.is_file() and path.suffix not in {".pdf", ".docx"}:
            text = path.read_bytes().decode("utf-8", "replace")
            assert not [word for word in secret if word in text], path


def test_damage_is_found_and_named(office: Office, report: Issued) -> None:
    paper = next(path for path in report.files if path.suffix == ".pdf")
    paper = folder_of(office, report.contract_no).path / paper.name
    paper.chmod(0o644)
    data = bytearray(paper.read_bytes())
    data[len(data) // 2] ^= 1
    paper.write_bytes(data)
    found = verify_archive(office).findings
    assert [(f.params.get("contract"), paper.name in f.where) for f in found if has_errors([f])] == [
        (report.contract_no, True)
    ]


def test_the_evidence_kept_beside_a_scan_says_why_it_was_filed(office: Office, report: Issued, tmp_path: Path) -> None:
    filed = file_scan(office, drop(tmp_path, "a.pdf", scan(office, report)))
    folder = folder_of(office, report.contract_no)
    (row,) = ledger.answers_to(str(report.document_id))
    sidecar = json.loads((folder.records / f"{row.id}.json").read_text(encoding="utf-8"))
    assert [(one["kind"], one["page"]) for one in sidecar["evidence"]][:2] == [("code", 1), ("code", 2)]
    assert sidecar["source"]["name"] == "a.pdf"
    assert sidecar["source"]["sha256"] == filed.sha256
