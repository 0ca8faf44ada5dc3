"""Issue a paper: readiness first, then the number, then the paper itself, proved and filed. Or a draft of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from docgen.archive.deposit import Content, Template, deposit
from docgen.archive.layout import Folder
from docgen.archive.names import safe_name
from docgen.archive.record import CustomerRef, Item, new_item_id
from docgen.codes.payload import new_document_id
from docgen.findings import Finding
from docgen.issuing import numbering
from docgen.issuing.issue import Order, Produced, produce
from docgen.kinds.kind import Face, Kind
from docgen.services import logging as log
from docgen.services.frozen_beside import beside
from docgen.services.office import Office
from docgen.services.outside import require_outside
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Prepared, Request, prepare
from docgen.services.retention_rules import NewPaper, promise
from docgen.store import ledger
from docgen.store.journal import writing
from docgen.store.numbers import Series, allot


@dataclass(frozen=True, slots=True)
class Issued:
    """A paper as issued: its numbers, where its files lie, and what was worth saying."""

    number: str
    letter_number: str | None
    kind: str
    title: str
    contract_no: str
    subject: str
    dated: date
    pages: int
    files: tuple[Path, ...]
    document_id: str | None
    findings: tuple[Finding, ...]


def issue_document(office: Office, request: Request, *, folder: Folder | None = None) -> Issued:
    """Issue a paper of a deal and file it; the contract is held meanwhile, so that two people never issue it twice.

    Whoever holds the contract's folder already says which it is.

    Raises:
        Refused: the deal is not ready for this paper; all findings at once, and no number is used up.
        TemplateRefused: the template needs a value the deal does not have.
        ProofFailed: the finished paper does not say exactly what it should.
    """
    folder = folder or folder_of(office, ledger.contract_no_of(request.deal))
    with writing(folder, at=office.now(), actor=office.actor):
        prepared = prepare(office, request, is_draft=False)
        order = _numbered(office, folder, prepared.order)
        produced = produce(order)
        return _file(office, folder, produced, Asked(request, prepared, order))


def draft_document(office: Office, request: Request, out: Path, *, kind: Kind | None = None) -> Issued:
    """Make a draft: watermark, no number, no code, nothing filed; it may be made while the deal is not ready.

    Raises:
        Refused: the paper cannot even be drafted (no such subject).
        TemplateRefused: the template needs a value the deal does not have.
    """
    require_outside(office, out)
    prepared = prepare(office, request, is_draft=True, kind=kind)
    produced = produce(prepared.order)
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for face in produced.faces:
        title = prepared.order.title
        path = out / safe_name(f"草稿 {title} {_contract_no(prepared.order)}.{face.face.value}")
        path.write_bytes(face.data)
        files.append(path)
    return _issued(prepared.order, produced, tuple(files), prepared.findings)


def _numbered(office: Office, folder: Folder, order: Order) -> Order:
    """Take the paper's number (and letter number) for ever, and draw its document id."""
    contract_no = _contract_no(order)
    series = Series(
        numbering.paper_series(order.kind.spec, contract_no, order.subject),
        lambda n: numbering.paper_number(order.kind.spec, contract_no, order.subject, n),
    )
    at = office.now()
    number = allot(folder, series, at=at, actor=office.actor)
    return replace(
        order,
        number=number,
        letter_number=_letter_number(office, order) if order.kind.spec.has_letter_number else None,
        document_id=new_document_id(),
        keyring=office.keyring,
        created=at,
    )


def _letter_number(office: Office, order: Order) -> str:
    code, year = order.deal.company.letter_code, order.dated.year
    series = Series(numbering.letter_series(code, year), lambda n: numbering.letter_number(code, year, n))
    return allot(office.archive.company(year), series, at=office.now(), actor=office.actor)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, what was found of it, and the order under its numbers."""

    request: Request
    prepared: Prepared
    order: Order


def _file(office: Office, folder: Folder, produced: Produced, asked: Asked) -> Issued:
    order = asked.order
    with writing(folder, at=order.created, actor=office.actor) as journal:
        sidecar = deposit(
            folder,
            _item(office, order, produced, asked.request, approval=asked.prepared.approval),
            _contents(order, produced),
            beside(order.number, produced),
            [Template(name, data) for name, data in produced.templates.items()],
            event_type="paper.issued",
            payload={},
            at=journal.at,
            actor=journal.actor,
        )
    log.record("issued", number=order.number, kind=order.kind.spec.id, document=str(order.document_id))
    files = tuple(folder.path / file.name for file in sidecar.files)
    return _issued(order, produced, files, asked.prepared.findings)


def _item(office: Office, order: Order, produced: Produced, request: Request, *, approval: str | None) -> Item:
    spec = order.kind.spec
    told = NewPaper(spec.id, order.title, office.today(), order.dated, also=(spec.retention,))
    kept = promise(office, order.deal, told)
    return Item(
        id=new_item_id(),
        item_type="issued",
        kind=spec.id,
        title=order.title,
        number=order.number,
        direction="own",
        contract_no=_contract_no(order),
        customer=CustomerRef(id=str(order.deal.customer.id), name=order.deal.customer.name),
        document_id=order.document_id,
        retention=kept.retention,
        extra={
            "subject": str(order.subject),
            "letter_number": order.letter_number,
            "dated": order.dated.isoformat(),
            "dated_reason": request.reason,
            "as_of": order.as_of.isoformat(),
            "pages": max((face.pages or 0 for face in produced.faces), default=0),
            "audience": spec.audience.value,
            "returns_signed": spec.returns_signed,
            "supersedes": request.replaces,
            "revision": order.revision,
            **({"approval": approval} if approval else {}),
            **kept.extra,
            **({"batch": {"id": request.batch[0], "item": request.batch[1]}} if request.batch else {}),
        },
    )


def _contents(order: Order, produced: Produced) -> list[Content]:
    return [
        Content(
            name=_file_name(order, face.face),
            role=face.face.value,
            data=face.data,
            media_type=face.media_type,
            pages=face.pages,
        )
        for face in produced.faces
    ]


def _file_name(order: Order, face: Face) -> str:
    return f"{order.number} {order.title}.{face.value}"


def _contract_no(order: Order) -> str:
    return str(order.deal.terms.contract.number)


def _issued(order: Order, produced: Produced, files: tuple[Path, ...], findings: tuple[Finding, ...]) -> Issued:
    return Issued(
        number=order.number,
        letter_number=order.letter_number,
        kind=order.kind.spec.id,
        title=order.title,
        contract_no=_contract_no(order),
        subject=str(order.subject),
        dated=order.dated,
        pages=max((face.pages or 0 for face in produced.faces), default=0),
        files=files,
        document_id=order.document_id,
        findings=findings,
    )
