"""Papers of the company itself: issued, listed and found again by the same laws as papers of a deal.

A 销毁清册 or a 移交清单 belongs to no contract. It is filled, proved, numbered and archived like any other paper (both
faces, a code on every page, frozen content and templates, a number never used twice) in our own folder of the year,
`_company/<year>`, whose log it is written to. What is printed comes checked from the act it records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from docgen.archive.deposit import Content, Template, deposit
from docgen.archive.layout import Folder
from docgen.archive.record import Item, Sidecar, new_item_id
from docgen.codes.payload import new_document_id
from docgen.errors import NotFound, Refused
from docgen.issuing import numbering
from docgen.issuing.company_order import CompanyOrder
from docgen.issuing.issue import Produced, produce
from docgen.kinds.company import CompanyContent, read_content
from docgen.kinds.kind import Kind
from docgen.services import logging as log
from docgen.services.frozen_beside import beside
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.retention_rules import NewPaper, promise
from docgen.store import ledger
from docgen.store.journal import writing
from docgen.store.numbers import Series, allot, next_number

REFERENCE = "reference"
"""The field of a sidecar's `extra` that says what a company's paper is about: the proposal, the hand-over."""
LARGEST_LIST = 1000
"""Lines of one list of papers: some seventy pages, two hundred where names are long; the proof opens five hundred."""


@dataclass(frozen=True, slots=True)
class IssuedCompanyPaper:
    """A paper of the company as issued: its number, where its PDF lies, and the archived item's id."""

    number: str
    path: Path
    sidecar_id: str


@dataclass(frozen=True, slots=True)
class DrawnCompanyPaper:
    """A paper of the company drawn and proved under the number that comes next, which it does not have yet."""

    order: CompanyOrder
    produced: Produced


@dataclass(frozen=True, slots=True)
class CompanyPaperLine:
    """A paper of the company as lists show it; `is_back` tells whether its signed copy was filed."""

    id: str
    number: str
    kind: str
    title: str
    reference: str
    dated: str
    pages: int
    status: str
    is_back: bool
    at: str
    files: tuple[Path, ...]


def issue_company_paper(
    office: Office, kind: str, content: Mapping[str, object], *, dated: date, actor: str
) -> IssuedCompanyPaper:
    """Issue a paper of the company itself and file it; the year's folder is held meanwhile.

    `content` is read by the shape its kind names (docgen.kinds.company); instants in it are told in the office's own
    time. It bears the names of the companies whose contracts it lists; of all of ours where it lists none.

    Raises:
        NotFound: no such kind, or no company of ours is on file.
        Refused: the kind speaks of a deal, the content is wrong (all findings at once) or the day lies ahead; no
            number is used up.
        TemplateRefused, ProofFailed: as issuing any paper.
    """
    with writing(office.archive.company(dated.year), at=office.now(), actor=actor):
        return file_company_paper(office, draw_company_paper(office, kind, content, dated=dated), actor=actor)


def draw_company_paper(office: Office, kind: str, content: Mapping[str, object], *, dated: date) -> DrawnCompanyPaper:
    """Draw and prove a paper of the company; what would refuse it refuses here, before an act that depends on it.

    The caller holds the year's folder until the paper is filed or thrown away: its number is the next, and not taken.

    Raises:
        NotFound, Refused, TemplateRefused, ProofFailed: as issuing it; nothing was written.
    """
    order = _ordered(office, kind, content, dated=dated)
    order = replace(order, number=next_number(_series(order)), document_id=new_document_id(), keyring=office.keyring)
    return DrawnCompanyPaper(order, produce(order))


def file_company_paper(office: Office, drawn: DrawnCompanyPaper, *, actor: str) -> IssuedCompanyPaper:
    """Take the number of a drawn paper for ever and file it.

    Raises:
        StorageProblem: the disk refuses; the number may be taken then.
    """
    order = drawn.order
    folder = office.archive.company(order.dated.year)
    with writing(folder, at=order.created, actor=actor):
        if allot(folder, _series(order), at=order.created, actor=actor) != order.number:
            raise AssertionError("a paper is drawn and filed while its folder is held")
        sidecar = _file(office, order, drawn.produced, folder, actor=actor)
    log.record("issued", number=order.number, kind=order.kind.spec.id, document=str(order.document_id))
    return _issued(folder, sidecar)


def _ordered(office: Office, kind: str, content: Mapping[str, object], *, dated: date) -> CompanyOrder:
    known = office.catalogue.get(kind)
    read = read_content(known, _localised(office, content), dated=dated)
    if dated > office.today():
        today = office.today().isoformat()
        raise Refused.of("issuing.dated-in-future", "dated", dated=dated.isoformat(), today=today)
    return _order(office, known, read, dated=dated)


def issued_for(office: Office, kind: str, reference: str) -> IssuedCompanyPaper | None:
    """Return the current paper of a kind about something (a proposal's id), so that an act taken up again finds it."""
    known = office.catalogue.get(kind).spec.id
    for row in ledger.company_papers():
        sidecar = Sidecar.model_validate(row.sidecar)
        is_it = (row.kind, row.item_type, row.status) == (known, "issued", "current")
        if is_it and sidecar.extra.get(REFERENCE) == reference:
            return _issued(folder_of(office, row.key), sidecar)
    return None


def list_company_papers(office: Office, *, year: int | None = None) -> tuple[CompanyPaperLine, ...]:
    """Return the papers of the company, void ones too, of one year's folder or of all, oldest first."""
    rows = [row for row in ledger.company_papers(year) if row.item_type == "issued"]
    return tuple(_line(office, row) for row in rows)


def _line(office: Office, row: ledger.PaperLine) -> CompanyPaperLine:
    extra = Sidecar.model_validate(row.sidecar).extra
    folder = folder_of(office, row.key)
    return CompanyPaperLine(
        row.id,
        row.number,
        row.kind,
        row.title,
        str(extra.get(REFERENCE) or ""),
        str(extra.get("dated") or ""),
        row.pages,
        row.status,
        bool(ledger.answers_to(row.document_id)),
        row.at,
        tuple(folder.path / name for name in row.files),
    )


def _order(office: Office, kind: Kind, content: CompanyContent, *, dated: date) -> CompanyOrder:
    return CompanyOrder(
        kind=kind,
        author=_in_whose_name(office, content),
        content=content,
        dated=dated,
        number="",
        document_id=None,
        created=office.now(),
        faces=kind.spec.faces,
        shared=office.shared_templates,
        keyring=None,
        is_trusted=office.is_shipped(kind),
    )


def _in_whose_name(office: Office, content: CompanyContent) -> str:
    """Return the names of our companies whose contracts the paper lists, side by side; of all of ours without any."""
    deals = filter(None, map(ledger.find_deal, content.contracts))
    names = list(dict.fromkeys(deal.record.company.name for deal in deals))
    names = names or [company.name for _, company in sorted(office.companies.items())]
    if not names:
        raise NotFound.of("services.no-company", "—", known="—")
    return "、".join(names)


def _localised(office: Office, content: Mapping[str, object]) -> dict[str, object]:
    """Return the content with the approvers' instants as the office's clock shows them: 2024-03-11 10:05."""
    told = content.get("approvers")
    if not isinstance(told, list | tuple):
        return dict(content)
    rows = [{**row, "at": _local(office, row.get("at"))} if isinstance(row, Mapping) else row for row in told]
    return {**content, "approvers": rows}


def _local(office: Office, at: object) -> object:
    if isinstance(at, str) and len(at) > len("2024-03-11"):
        try:
            at = datetime.fromisoformat(at)
        except ValueError:
            return at
    if isinstance(at, datetime) and at.tzinfo is not None:
        return at.astimezone(office.workspace.timezone).strftime("%Y-%m-%d %H:%M")
    return at.isoformat() if isinstance(at, date) else at


def _series(order: CompanyOrder) -> Series:
    spec, year = order.kind.spec, order.dated.year
    return Series(
        numbering.company_series(spec, year),
        lambda n: spec.company_number(year=year, n=n),
    )


def _file(office: Office, order: CompanyOrder, produced: Produced, folder: Folder, *, actor: str) -> Sidecar:
    contents = [
        Content(
            f"{order.number} {order.title}.{face.face.value}", face.face.value, face.data, face.media_type, face.pages
        )
        for face in produced.faces
    ]
    templates = [Template(name, data) for name, data in produced.templates.items()]
    with writing(folder, at=order.created, actor=actor) as journal:
        return deposit(
            folder,
            _item(office, order, produced),
            contents,
            beside(order.number, produced),
            templates,
            event_type="paper.issued",
            payload={},
            at=journal.at,
            actor=journal.actor,
        )


def _item(office: Office, order: CompanyOrder, produced: Produced) -> Item:
    spec = order.kind.spec
    told = NewPaper(spec.id, order.title, office.today(), order.dated, also=(spec.retention,))
    kept = promise(office, None, told)
    return Item(
        id=new_item_id(),
        item_type="issued",
        kind=spec.id,
        title=order.title,
        number=order.number,
        direction="own",
        document_id=order.document_id,
        retention=kept.retention,
        extra={
            "subject": spec.subject.value,
            REFERENCE: order.content.reference,
            "company": order.author,
            "dated": order.dated.isoformat(),
            "pages": max((face.pages or 0 for face in produced.faces), default=0),
            "audience": spec.audience.value,
            "returns_signed": spec.returns_signed,
            **kept.extra,
        },
    )


def _issued(folder: Folder, sidecar: Sidecar) -> IssuedCompanyPaper:
    files = sorted(sidecar.files, key=lambda file: file.role != "pdf")
    return IssuedCompanyPaper(str(sidecar.number), folder.path / files[0].name, sidecar.id)
