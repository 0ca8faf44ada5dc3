"""Issue a paper of every kind, both faces, through the services; for scripts/soak_prints.py.

One deal is told through its year as the demo tells it; a second, whose customer does not pay, brings the letters that
follow; the company's own lists stand alone. A kind in the catalogue that is not issued here is an error.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from docgen.demo import people, year
from docgen.demo.tales import BOTH, Paper, Scene, scenes
from docgen.demo.telling import Story
from docgen.rendering.laidout import Zone
from docgen.services.company_papers import issue_company_paper
from docgen.services.import_deal import import_deal
from docgen.services.import_payments import confirm_payments
from docgen.services.initialise import initialise
from docgen.services.issue_document import issue_document
from docgen.services.letters import Dispatch, send_letter
from docgen.services.office import Office, open_office, read_companies
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.services.repaying import add_plan
from docgen.services.void_paper import void_paper
from docgen.store import ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
UNPAID_FROM, UNPAID_TO = date(2024, 6, 5), date(2024, 6, 27)
SECOND = 2
PLAN = """
until: 2024-06-05
instalments: [2]
principal: 85500.00
penalty: 384.75
parts:
  - {on: 2024-06-15, amount: 40000.00}
  - {on: 2024-07-15, amount: 45884.75}
"""
"""9 days late by then: 85,500.00 × 0.0005 × 9 = 384.75; 40,000.00 + 45,884.75 = 85,884.75."""
CHANGE = """
account_changes:
  - seq: 1
    on: 2024-06-28
    account: {holder: 山海云图科技（示例）有限公司, bank: 示例银行临江高新支行, number: '0098765432100009876'}
    reason: 支行撤并
    evidence: K1
"""


@dataclass(frozen=True)
class Face:
    """One face of an issued paper as it would be printed: a PDF, with the zones known of it."""

    kind: str
    face: str
    number: str
    document_id: str
    status: str
    pdf: bytes
    zones: tuple[Zone, ...] = ()


def new_office(root: Path) -> Office:
    """Make a workspace of its own with the sample company and a clock that stands at the story's beginning."""
    initialise(root, read_companies(data_root() / "samples" / "companies")["shanhai"])
    return replace(open_office(root), clock=year.StoryClock())


def issue_every_kind(office: Office) -> None:
    """Issue at least one paper of every kind in the catalogue, both faces where a person may ask for both.

    Raises:
        RuntimeError: the catalogue holds a kind that was not issued.
    """
    clock = office.clock
    if not isinstance(clock, year.StoryClock):
        raise TypeError("the story moves its own clock")
    told = year.Year(Story(office.workspace.root, lambda _: None), office, clock)
    people.hire(office)
    is_told = False
    for scene in (one for one in scenes() if one.deal == year.MAIN):
        if scene.day > UNPAID_TO and not is_told:
            _unpaid(office, clock)
            is_told = True
        clock.move_to(scene.day)
        year._ACTS[scene.what](told, _both(scene))  # noqa: SLF001  # the demo's own acts, told in another order
    issue_document(office, Request(told.numbers[year.MAIN], "clause-checklist", again=True))
    people.agreed(office, told.numbers[year.MAIN], "order-approval", seq=0)
    issue_document(office, Request(told.numbers[year.MAIN], "order-approval", seq=0, again=True))
    _lists(office)
    missing = {kind.spec.id for kind in office.catalogue} - {row.kind for row in ledger.papers()}
    if missing := missing - {row.kind for row in ledger.company_papers()}:
        raise RuntimeError(f"not issued: {sorted(missing)}")


def faces(office: Office, scratch: Path) -> list[Face]:
    """Return the last issued paper of every kind in both faces; LibreOffice draws the Word ones, once for a folder."""
    scratch.mkdir(parents=True, exist_ok=True)
    rows = [row for row in (*ledger.papers(), *ledger.company_papers()) if row.item_type == "issued"]
    last = {row.kind: row for row in rows if row.status == "current" and len(row.files) == len(BOTH)}
    made = []
    words: list[tuple[ledger.PaperLine, Path]] = []
    for row in last.values():
        folder = folder_of(office, row.key)
        kept = json.loads((folder.derived / f"{row.number}.zones.json").read_text(encoding="utf-8"))
        zones = tuple(Zone(**zone) for zone in kept["zones"])
        for name in row.files:
            path = folder.path / name
            if path.suffix == ".pdf":
                made.append(_face(row, "pdf", path.read_bytes(), zones))
            else:
                words.append((row, scratch / f"{len(words)}.docx"))
                shutil.copyfile(path, words[-1][1])
    _by_libreoffice([path for _, path in words if not path.with_suffix(".pdf").is_file()], scratch)
    made += [_face(row, "docx", path.with_suffix(".pdf").read_bytes()) for row, path in words]
    return sorted(made, key=lambda one: (one.kind, one.face))


def _face(row: ledger.PaperLine, face: str, pdf: bytes, zones: tuple[Zone, ...] = ()) -> Face:
    return Face(row.kind, face, row.number, row.document_id, row.status, pdf, zones)


def _by_libreoffice(paths: Sequence[Path], scratch: Path) -> None:
    if not paths:
        return
    office = shutil.which("soffice")
    if office is None:
        raise SystemExit("LibreOffice is needed to print the Word faces: apt install libreoffice-writer-nogui")
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    call = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(scratch), *map(str, paths)]
    subprocess.run(call, check=True, capture_output=True, timeout=600)


def _both(scene: Scene) -> Scene:
    paper = scene.told.get("paper")
    return replace(scene, told={"paper": replace(paper, faces=BOTH)}) if isinstance(paper, Paper) else scene


def _unpaid(office: Office, clock: year.StoryClock) -> None:
    """A second deal whose customer does not pay the second instalment: reminder to law firm, plan, new account."""
    record = office.workspace.root / "records" / "unpaid.yaml"
    lines = [line for line in SAMPLE.read_text("utf-8").splitlines() if "BK20240525007" not in line]
    record.write_text("\n".join(lines).replace("SO2024031001", "SO2024031777") + CHANGE, encoding="utf-8")
    plan = record.with_name("plan.yaml")
    plan.write_text(PLAN, encoding="utf-8")
    clock.move_to(UNPAID_FROM)
    number = import_deal(office, record).contract_no
    confirm_payments(office, UNPAID_FROM)
    add_plan(office, number, "repayment", plan)
    for kind in ("repayment-agreement", "account-change"):
        people.agreed(office, number, kind, seq=1)
        issue_document(office, Request(number, kind, seq=1))
    wrong = issue_document(office, Request(number, "statement"))
    void_paper(office, wrong.number, reason="账期写错")
    issue_document(office, Request(number, "void-notice", about=wrong.number))
    letters = [issue_document(office, Request(number, "statement")).number]
    send_letter(office, letters[-1], _ems(UNPAID_FROM))
    letters.append(issue_document(office, Request(number, "overdue-letter", seq=SECOND)).number)
    send_letter(office, letters[-1], _ems(UNPAID_FROM))
    clock.move_to(UNPAID_TO)
    confirm_payments(office, UNPAID_TO)
    for kind in ("formal-demand", "lawyer-draft"):
        people.agreed(office, number, kind, seq=SECOND)
        letters.append(issue_document(office, Request(number, kind, seq=SECOND)).number)
        if kind == "formal-demand":
            send_letter(office, letters[-1], _ems(UNPAID_TO))


def _ems(day: date) -> Dispatch:
    return Dispatch(on=day, channel="ems", tracking="1234567890123")


def _lists(office: Office) -> None:
    """The company's own papers, with the content of their golden cases."""
    for kind in ("destruction-list", "transfer-list"):
        case = office.catalogue.get(kind).folder / "golden" / "manual" / "content.json"
        content = json.loads(case.read_text(encoding="utf-8"))
        issue_company_paper(office, kind, content, dated=date(2024, 7, 15), actor=people.ASKER)
