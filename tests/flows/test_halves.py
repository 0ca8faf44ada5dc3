"""Half a paper waits, its other half completes it, and both scans are kept as they came."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from docgen.cli.main import main
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.errors import Damage, StorageProblem
from docgen.intake import waiting
from docgen.services import inbox, placing
from docgen.services import refile as refiling
from docgen.services.archive_care import export_contract, rebuild_database, verify_archive
from docgen.services.file_scan import Fate, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office, open_office
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.services.refile import refile
from docgen.services.void_paper import void_paper
from docgen.store import database, ledger
from docgen.workspace import data_root

SAMPLES = data_root() / "samples" / "deals"
SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"


@pytest.fixture(scope="session")
def issued_once(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Issued]:
    root = tmp_path_factory.mktemp("halves") / "office"
    shutil.copytree(prepared, root)
    office = open_office(root, clock=lambda: datetime(2024, 3, 26, 9, 0, tzinfo=UTC), actor="张三")
    report = issue_document(office, Request(import_deal(office, SAMPLE).contract_no, "acceptance-report"))
    database.disconnect()
    return root, report


@pytest.fixture
def root(issued_once: tuple[Path, Issued], tmp_path: Path) -> Path:
    shutil.copytree(issued_once[0], tmp_path / "office")
    return tmp_path / "office"


@pytest.fixture
def report(issued_once: tuple[Path, Issued]) -> Issued:
    return issued_once[1]


def half(report: Issued, folder: Path, page: int, *, format: str = "pdf", seed: int = 1) -> Path:  # noqa: A002  # as in ScanSpec
    pdf = next(path for path in report.files if path.suffix == ".pdf").read_bytes()
    spec = ScanSpec(FONTS, dropped=frozenset({3 - page}), format=format)  # type: ignore[arg-type]
    path = folder / f"page{page}-{seed}.{format}"
    path.write_bytes(print_and_scan(pdf, spec, seed=seed))
    return path


@pytest.mark.parametrize(("first", "second", "kind"), [(1, 2, "pdf"), (2, 1, "jpeg")])
def test_the_later_half_completes_the_earlier(
    office: Office,
    report: Issued,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    first: int,
    second: int,
    kind: str,
) -> None:
    early, late = half(report, tmp_path, first, format=kind), half(report, tmp_path, second)
    waits = file_scan(office, early)
    assert (waits.fate, list(waits.missing_pages)) == (Fate.WAITING, [second])
    done = file_scan(office, late)
    assert (done.fate, done.number) == (Fate.FILED, report.number)
    assert inbox.list_waiting(office) == ()
    (row,) = ledger.answers_to(str(report.document_id))
    folder = folder_of(office, report.contract_no)
    assert [(folder.path / name).read_bytes() for name in row.files] == [late.read_bytes(), early.read_bytes()]
    assert [one["media_type"] for one in row.sidecar["files"]] == [  # type: ignore[index,union-attr]
        "application/pdf",
        {"pdf": "application/pdf", "jpeg": "image/jpeg"}[kind],
    ]
    assert [one["name"] for one in row.sidecar["extra"]["sources"]] == [early.name, late.name]  # type: ignore[index]
    assert row.sidecar["extra"]["missing_pages"] == []  # type: ignore[index]
    (derived,) = row.sidecar["derived"]  # type: ignore[misc]
    assert len(PdfReader(io.BytesIO((folder.derived / derived["name"]).read_bytes())).pages) == 2
    assert list((office.archive.root / "_incoming").glob("[!.]*")) == []
    assert verify_archive(office).findings == ()
    before = ledger.papers()
    rebuild_database(office.workspace)
    assert ledger.papers() == before
    database.disconnect()
    assert main(["-w", str(office.workspace.root), "archive", "show", report.contract_no]) == 0
    shown = "".join(capsys.readouterr().out.split())
    assert all(mark in shown for mark in ("签回件.pdf", "先到部分"))


def test_what_is_to_be_said_of_both_halves_is_said_once(office: Office, report: Issued, tmp_path: Path) -> None:
    void_paper(office, report.number, reason="写错了日期")
    file_scan(office, half(report, tmp_path, 1))
    assert file_scan(office, half(report, tmp_path, 2)).fate is Fate.FILED
    (row,) = ledger.answers_to(str(report.document_id))
    codes = [one["code"] for one in row.sidecar["findings"]]  # type: ignore[index,union-attr]
    assert codes == ["intake.completed", "intake.paper-void"]


def test_two_scans_of_the_same_half_both_wait(office: Office, report: Issued, tmp_path: Path) -> None:
    file_scan(office, half(report, tmp_path, 1, seed=1))
    assert file_scan(office, half(report, tmp_path, 1, seed=2)).fate is Fate.WAITING
    third = file_scan(office, half(report, tmp_path, 2, seed=3))
    assert third.fate is Fate.WAITING, "which of the two first pages belongs to it, a person must say"
    assert len(inbox.list_waiting(office)) == 3


def test_a_half_that_comes_again_after_it_was_completed_is_a_note(
    office: Office, report: Issued, tmp_path: Path
) -> None:
    early, late = half(report, tmp_path, 1), half(report, tmp_path, 2)
    file_scan(office, early)
    file_scan(office, late)
    for source in (early, late):
        again = file_scan(office, source)
        assert again.fate is Fate.SEEN_AGAIN
        assert again.path is not None
        assert again.path.read_bytes() == source.read_bytes()
    assert len(ledger.answers_to(str(report.document_id))) == 1
    assert list((office.archive.root / "_incoming").glob("[!.]*")) == []


def test_a_stop_between_the_filing_and_the_list_is_made_good(
    office: Office, report: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, late = half(report, tmp_path, 1), half(report, tmp_path, 2)
    file_scan(office, early)
    with monkeypatch.context() as stopped:
        stopped.setattr(placing, "settle_half", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            file_scan(office, late)
    assert len(waiting.waiting_items(office.workspace.review)) == 1
    assert file_scan(office, late).fate is Fate.SEEN_AGAIN
    assert waiting.waiting_items(office.workspace.review) == []
    assert len(ledger.answers_to(str(report.document_id))) == 1
    assert verify_archive(office).findings == ()


@pytest.fixture
def other(office: Office) -> str:
    """Import a second deal of another customer."""
    return import_deal(office, next(path for path in sorted(SAMPLES.glob("*.yaml")) if path != SAMPLE)).contract_no


@pytest.fixture
def completed(office: Office, report: Issued, tmp_path: Path) -> tuple[Path, Path, ledger.PaperLine]:
    """File both halves of the report; the earlier one is a photo."""
    early, late = half(report, tmp_path, 1, format="jpeg"), half(report, tmp_path, 2)
    file_scan(office, early)
    file_scan(office, late)
    (row,) = ledger.answers_to(str(report.document_id))
    return early, late, row


def test_a_joined_paper_under_the_wrong_contract_is_moved_with_both_its_originals(
    office: Office, report: Issued, other: str, completed: tuple[Path, Path, ledger.PaperLine], tmp_path: Path
) -> None:
    early, late, row = completed
    old, new = folder_of(office, report.contract_no), folder_of(office, other)
    before = {path: path.read_bytes() for path in old.path.rglob("*") if path.is_file() and path != old.events}
    done = refile(office, report.number, deal=other, document_type="验收报告", reason="看错了客户")
    assert {path: path.read_bytes() for path in before} == before, "the old place lost and changed nothing"
    assert [(new.path / name).read_bytes() for name in done.originals] == [late.read_bytes(), early.read_bytes()]
    assert done.originals == ("验收报告.pdf", "验收报告 先到部分.jpeg")
    moved = ledger.archived_item(done.item)
    assert moved is not None
    was, now = row.sidecar, moved.sidecar
    assert now["extra"]["moved_from"] == row.id  # type: ignore[index]
    for told in ("source", "extra"):
        field = {"source": "name", "extra": "sources"}[told]
        assert now[told][field] == was[told][field]  # type: ignore[index]
    assert [one["media_type"] for one in now["files"]] == ["application/pdf", "image/jpeg"]  # type: ignore[index,union-attr]
    ours, theirs = ((old, was), (new, now))
    copies = [(where.derived / told["derived"][0]["name"]).read_bytes() for where, told in (ours, theirs)]  # type: ignore[index,call-overload]
    assert copies[0] == copies[1]
    assert len(PdfReader(io.BytesIO(copies[1])).pages) == 2
    assert now["extra"]["missing_pages"] == []  # type: ignore[index]
    assert "intake.pages-missing" not in {one["code"] for one in now["findings"]}  # type: ignore[index,union-attr]
    assert ledger.answers_to(str(report.document_id)) == ()
    assert [each.item_type for each in ledger.papers(report.contract_no) if each.id == row.id] == ["misfiled"]
    assert verify_archive(office).findings == ()
    rows = ledger.papers()
    rebuild_database(office.workspace)
    assert ledger.papers() == rows
    bag = export_contract(office, report.contract_no, tmp_path / "bag")
    left = [path.read_bytes() for path in bag.rglob("*") if path.is_file()]
    assert not any(data in left for data in (early.read_bytes(), late.read_bytes(), copies[0]))


def test_either_half_of_a_moved_paper_dropped_again_is_known_at_the_new_place(
    office: Office, report: Issued, other: str, completed: tuple[Path, Path, ledger.PaperLine]
) -> None:
    early, late, _ = completed
    done = refile(office, report.number, deal=other, document_type="验收报告", reason="看错了客户")
    for source, name in zip((late, early), done.originals, strict=True):
        again = file_scan(office, source)
        assert (again.fate, again.contract_no) == (Fate.SEEN_AGAIN, other)
        assert again.path == folder_of(office, other).path / name
    assert inbox.list_waiting(office) == ()
    back = refile(office, done.item, document=report.number, reason="还是它")
    (row,) = ledger.answers_to(str(report.document_id))
    assert (row.id, row.version, len(row.files)) == (back.item, 2, 2)
    assert row.sidecar["extra"]["missing_pages"] == []  # type: ignore[index]
    assert verify_archive(office).findings == ()


def test_a_move_of_two_originals_that_was_cut_off_goes_on_when_repeated(
    office: Office,
    report: Issued,
    other: str,
    completed: tuple[Path, Path, ledger.PaperLine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise StorageProblem.of("archive.disk-full", "archive")

    early, late, row = completed
    with monkeypatch.context() as patch:
        patch.setattr(refiling, "deposit_scan", refuse)
        with pytest.raises(StorageProblem):
            refile(office, row.id, deal=other, document_type="验收报告", reason="看错了客户")
    done = refile(office, row.id, deal=other, document_type="验收报告", reason="看错了客户")
    folder = folder_of(office, other)
    assert [(folder.path / name).read_bytes() for name in done.originals] == [late.read_bytes(), early.read_bytes()]
    assert len([event for event in ledger.events(report.contract_no) if event.type == "paper.misfiled"]) == 1
    assert list((office.archive.root / "_incoming").glob("[!.]*")) == []


@pytest.mark.parametrize("which", ["early", "derived"])
def test_one_damaged_file_of_a_joined_paper_stops_its_move_and_nothing_is_kept(
    office: Office, report: Issued, other: str, completed: tuple[Path, Path, ledger.PaperLine], which: str
) -> None:
    folder, row = folder_of(office, report.contract_no), completed[2]
    derived = row.sidecar["derived"][0]["name"]  # type: ignore[index,call-overload]
    broken = folder.path / row.files[1] if which == "early" else folder.derived / derived
    broken.chmod(0o644)
    broken.write_bytes(broken.read_bytes() + b"!")
    log = folder.events.read_bytes()
    with pytest.raises(Damage) as caught:
        refile(office, row.id, deal=other, document_type="验收报告", reason="看错了客户")
    assert (caught.value.findings[0].code, caught.value.findings[0].params["path"]) == (
        "services.filed-changed",
        broken.name,
    )
    assert folder.events.read_bytes() == log
    assert list((office.archive.root / "_incoming").glob("[!.]*")) == []


def test_the_command_names_both_originals(
    office: Office,
    report: Issued,
    other: str,
    completed: tuple[Path, Path, ledger.PaperLine],
    capsys: pytest.CaptureFixture[str],
) -> None:
    database.disconnect()
    place = ["--deal", other, "--type", "验收报告", "--reason", "看错了客户"]
    assert main(["-w", str(office.workspace.root), "inbox", "refile", completed[2].id, *place]) == 0
    told = "".join(capsys.readouterr().out.split())
    assert f"已从{report.contract_no}移到{other}" in told
    assert "原件一并移来：验收报告.pdf、验收报告先到部分.jpeg" in told
