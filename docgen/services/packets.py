"""Make a letter's packet: the letter as issued, and from the archive every paper its 附件清单 names.

The list is the one the letter printed, kept in its snapshot, not what one would write today. Each row is looked up in
the archive: a paper of ours by its number, and then its newest signed copy; a paper from outside by what it was filed
as. What cannot be found is said, and stops the packet unless a person leaves it out by name: the cover then says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from docgen.archive.deposit import Content, deposit
from docgen.archive.layout import Folder
from docgen.archive.record import Item, Sidecar
from docgen.deals import paperwork
from docgen.deals.events import FACT_RECORDED
from docgen.errors import Damage, Refused
from docgen.findings import Finding, error, has_errors, note
from docgen.issuing.packet import Attachment, Letter, Packet, bind, opened
from docgen.papers.binding import Binder
from docgen.rendering.context import build_context
from docgen.rendering.sections.background import PaperFacts
from docgen.services import logging as log
from docgen.services.dossier import paper_day
from docgen.services.evidence import find_evidence
from docgen.services.office import Office
from docgen.services.packet_extras import AS_LISTED, Choice, Extra, extras
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request, prepare
from docgen.store import history, ledger
from docgen.store.journal import writing
from docgen.workspace import data_root

PACKET, INVOICE = "packet", "发票"
EVENT = "paper.bound"
_AS_ISSUED = {paperwork.WARRANTY_FORM, paperwork.WARRANTY_CERTIFICATE}
"""Papers that go out for the customer to sign or keep: our own, never a signed copy."""


@dataclass(frozen=True, slots=True)
class BoundAttachment:
    """A row of the packet's list, and the archived item it was taken from."""

    label: str
    what: str
    number: str
    pages: int
    sheets: str
    item: str
    file: str


@dataclass(frozen=True, slots=True)
class BoundPacket:
    """The packet as it lies in the archive; `is_new` is false where the same one stood already."""

    number: str
    title: str
    contract_no: str
    path: Path
    pages: int
    sha256: str
    attachments: tuple[BoundAttachment, ...]
    without: tuple[str, ...]
    findings: tuple[Finding, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A row of the list and the archived item that is it."""

    what: str
    number: str
    item: ledger.PaperLine


def bind_packet(office: Office, number: str, *, choice: Choice = AS_LISTED) -> BoundPacket:
    """Bind a letter, the attachments its list names, and what its stage rests on into one PDF, kept beside the letter.

    `choice` leaves out by what the list calls them, and adds by name. The same papers give the same bytes, and the
    same packet is kept once.

    Raises:
        NotFound: no paper bears the number.
        Refused: it has no PDF or lists nothing; an attachment is missing or cannot be opened. All at once.
        Damage: a file in the archive is not what its sidecar says.
    """
    row = ledger.paper(number)
    folder = folder_of(office, row.contract_no)
    listed = listed_rows(_snapshot(folder, row))
    found, findings = look_up(office, row.contract_no, listed, title=row.title, choice=choice)
    if has_errors(findings):
        raise Refused(findings)
    if not listed and not found:
        raise Refused([error("issuing.packet-nothing-listed", number, title=row.title), *findings])
    missing = tuple(what for what, _ in _left_out(listed, choice.without))
    with Binder() as binder:
        attachments = [_attachment(folder, each) for each in found]
        pages, unreadable = opened(binder, attachments)
        if unreadable:
            raise Refused([*findings, *unreadable])
        letter = _letter(folder, row)
        templates = data_root() / "templates"
        packet = bind(binder, letter, attachments, pages, missing=missing, templates=templates)
    return _keep(office, folder, row, packet, found=found, missing=missing, findings=findings)


def listed_rows(snapshot: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rows of the 附件清单 that a paper printed, from its snapshot's context."""
    return list((snapshot.get("context", {}).get("attachments") or {}).get("rows") or [])


def require_attachments(
    office: Office, request: Request, *, choice: Choice = AS_LISTED, may_be_bare: bool = False
) -> None:
    """Hold, before a letter is issued and a number used, that everything its list will name is in the archive.

    Raises:
        Refused: the deal is not ready for the letter, an attachment is missing, or (unless `may_be_bare`) it has none.
    """
    order = prepare(office, request, is_draft=False).order
    paper = PaperFacts(number="", letter_number=None, dated=order.dated, is_draft=False)
    context = build_context(order.deal, order.kind, order.subject, as_of=order.as_of, paper=paper,
                            calendar=order.calendar, dossier=order.dossier)  # fmt: skip
    listed = listed_rows({"context": context})
    contract_no = str(order.deal.terms.contract.number)
    found, findings = look_up(office, contract_no, listed, title=order.title, choice=choice)
    if has_errors(findings):
        raise Refused(findings)
    if not listed and not found and not may_be_bare:
        raise Refused.of("issuing.packet-nothing-listed", contract_no, title=order.title)


def packet_of(paper: ledger.PaperLine) -> ledger.PaperLine | None:
    """Return the packet last bound for a letter, None where there is none."""
    mine = [row for row in ledger.papers(paper.contract_no) if (row.item_type, row.number) == (PACKET, paper.number)]
    return max(mine, key=lambda row: row.version, default=None)


def look_up(
    office: Office,
    contract_no: str,
    listed: Sequence[Mapping[str, Any]],
    *,
    title: str = "",
    choice: Choice = AS_LISTED,
) -> tuple[list[_Found], list[Finding]]:
    """Return the archived item of each row and what goes along, and what is missing; what is left out is a note."""
    more, lacking = extras(contract_no, title, choice)
    found, findings = _listed(office, contract_no, listed, more, choice.without)
    known = {each.item.id for each in found}
    named = {(each.what, each.number) for each in found if each.number}
    for each in (one for one in more if one.item.id not in known and (one.what, one.item.number) not in named):
        if not each.is_signed and each.what not in _AS_ISSUED:
            findings.append(note("issuing.packet-unsigned", each.item.number, what=each.what, number=each.item.number))
        found.append(_Found(each.what, each.item.number, each.item))
    return found, [*findings, *lacking]


def _listed(
    office: Office,
    contract_no: str,
    listed: Sequence[Mapping[str, Any]],
    more: Sequence[Extra],
    without: Sequence[str],
) -> tuple[list[_Found], list[Finding]]:
    found: list[_Found] = []
    findings: list[Finding] = [note("issuing.packet-left-out", number, what=what) for what, number in
                               _left_out(listed, without)]  # fmt: skip
    rows = ledger.papers(contract_no)
    for each in listed:
        what, number = str(each["what"]), str(each["number"] or "")
        if _is_left_out(what, number, without):
            continue
        taken = {one.item.id for one in found}
        item = _along(more, what, number, taken) if not number else None
        item = item or (
            _invoice(contract_no, rows, number) if what == INVOICE else _paper(office, rows, what, number, each["on"])
        )
        item = item or _along(more, what, number, taken)
        if item is None:
            findings.append(error("issuing.packet-missing", number or what, what=what, number=number or "—"))
            continue
        if item.item_type == "issued" and what not in _AS_ISSUED:
            findings.append(note("issuing.packet-unsigned", number, what=what, number=number))
        found.append(_Found(what, number, item))
    return found, findings


def _along(more: Sequence[Extra], what: str, number: str, taken: Collection[str]) -> ledger.PaperLine | None:
    """Return what the list names because of the letter's stage: a receipt without a number, say, known as evidence."""
    fitting = (each.item for each in more if (each.what, each.item.number) == (what, number))
    return next((item for item in fitting if item.id not in taken), None)


def _left_out(listed: Sequence[Mapping[str, Any]], without: Sequence[str]) -> Iterator[tuple[str, str]]:
    for each in listed:
        what, number = str(each["what"]), str(each["number"] or "")
        if _is_left_out(what, number, without):
            yield f"{what} {number}".strip(), number


def _is_left_out(what: str, number: str, without: Sequence[str]) -> bool:
    return what in without or (number != "" and number in without)


def _paper(
    office: Office, rows: Sequence[ledger.PaperLine], what: str, number: str, on: date | str | None
) -> ledger.PaperLine | None:
    """Return our paper of a number, its newest signed copy first; without a number what was filed under that name."""
    own = next((row for row in rows if row.item_type == "issued" and number and row.number == number), None)
    if own is not None:
        signed = [row for row in rows if row.item_type == "filed" and row.answers and row.answers == own.document_id]
        whole = [row for row in signed if not _extra(row).get("missing_pages")]
        return own if what in _AS_ISSUED or not whole else max(whole, key=lambda row: row.version)
    named = [row for row in rows if row.item_type == "filed" and _is_named(row, what)]
    dated = [row for row in named if on and paper_day(office, row).isoformat() == str(on)]
    fitting = dated or named
    return fitting[-1] if fitting else None


def _invoice(contract_no: str, rows: Sequence[ledger.PaperLine], number: str) -> ledger.PaperLine | None:
    """Return the scan of an invoice: named as evidence of the recorded invoice, or filed under its number.

    A scan filed only as 发票 counts where it is the only one and no other number can be read on it.
    """
    for event in history.past_events(types=(FACT_RECORDED,), key=contract_no):
        told = event.payload
        if told.get("fact") == "invoices" and str(told.get("key")) == number and told.get("evidence"):
            item = find_evidence(contract_no, str(told["evidence"]))
            if item is not None:
                return item
    scans = [row for row in rows if row.item_type == "filed" and INVOICE in row.title]
    exact = [row for row in scans if number in row.title or number in _source_name(row)]
    if exact:
        return exact[-1]
    plain = [row for row in scans if not any(mark.isdigit() for mark in row.title)]
    return plain[0] if len(scans) == len(plain) == 1 and _only_invoice(contract_no) else None


def _only_invoice(contract_no: str) -> bool:
    return len(ledger.deal(contract_no).record.facts.invoices) == 1


def _is_named(row: ledger.PaperLine, what: str) -> bool:
    return row.title == what or paperwork.OTHER_NAMES.get(row.title) == what


def _extra(row: ledger.PaperLine) -> Mapping[str, Any]:
    extra = row.sidecar.get("extra")
    return extra if isinstance(extra, dict) else {}


def _source_name(row: ledger.PaperLine) -> str:
    source = row.sidecar.get("source")
    return str(source.get("name", "")) if isinstance(source, dict) else ""


def _attachment(folder: Folder, found: _Found) -> Attachment:
    sidecar = Sidecar.model_validate(found.item.sidecar)
    whole = next((each for each in sidecar.derived if each.name.endswith("各页合订.pdf")), None)
    if whole is not None:
        return Attachment(found.what, found.number, _read(folder.derived / whole.name, whole.sha256), whole.name)
    file = next((each for each in sidecar.files if each.role in {"pdf", "scan"}), sidecar.files[0])
    return Attachment(found.what, found.number, _read(folder.path / file.name, file.sha256), file.name)


def _letter(folder: Folder, row: ledger.PaperLine) -> Letter:
    sidecar = Sidecar.model_validate(row.sidecar)
    file = next((each for each in sidecar.files if each.role == "pdf"), None)
    if file is None:
        raise Refused.of("issuing.packet-no-pdf", row.number, title=row.title)
    snapshot = _snapshot(folder, row)
    letter_number = sidecar.extra.get("letter_number")
    return Letter(
        data=_read(folder.path / file.name, file.sha256),
        number=row.number,
        letter_number=str(letter_number) if letter_number else None,
        title=row.title,
        addressee=sidecar.customer.name if sidecar.customer else "",
        contract_no=row.contract_no,
        company=str(snapshot["context"]["company"]["name"]),
        dated=date.fromisoformat(str(sidecar.extra["dated"])),
        made=sidecar.at,
    )


def _snapshot(folder: Folder, row: ledger.PaperLine) -> Mapping[str, Any]:
    sidecar = Sidecar.model_validate(row.sidecar)
    kept = next((each for each in sidecar.derived if each.name.endswith(".snapshot.json")), None)
    if kept is None:
        return {}
    told = json.loads(_read(folder.derived / kept.name, kept.sha256))
    return told if isinstance(told, dict) else {}


def _read(path: Path, sha256: str) -> bytes:
    """Return an archived file's bytes, which must be those its sidecar names."""
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Damage.of("issuing.packet-file-changed", path.name, file=path.name)
    return data


def _keep(  # noqa: PLR0913  # what is kept, and all that is said of it
    office: Office,
    folder: Folder,
    row: ledger.PaperLine,
    packet: Packet,
    *,
    found: Sequence[_Found],
    missing: tuple[str, ...],
    findings: Sequence[Finding],
) -> BoundPacket:
    sha256 = hashlib.sha256(packet.data).hexdigest()
    rows = [
        BoundAttachment(line.label, line.what, line.number, line.pages, line.sheets, each.item.id, each.item.files[0])
        for line, each in zip(packet.rows[1:], found, strict=True)
    ]
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        earlier = [
            one for one in ledger.papers(row.contract_no) if one.item_type == PACKET and one.number == row.number
        ]
        standing = next((one for one in earlier if sha256 in one.hashes), None)
        if standing is None:
            sidecar = deposit(
                folder,
                _item(row, packet, rows, missing, version=len(earlier) + 1, sha256=sha256),
                [Content(_file_name(row, len(earlier) + 1), "pdf", packet.data, "application/pdf", packet.pages)],
                event_type=EVENT,
                payload={},
                at=journal.at,
                actor=journal.actor,
            )
            name = sidecar.files[0].name
        else:
            name = standing.files[0]
    log.record("bound", number=row.number, pages=packet.pages, count=len(rows))
    return BoundPacket(row.number, row.title, row.contract_no, folder.path / name, packet.pages, sha256, tuple(rows),
                       missing, tuple(findings), standing is None)  # fmt: skip


def _file_name(row: ledger.PaperLine, version: int) -> str:
    again = "" if version == 1 else f" 第{version}次合订"
    return f"{row.number} {row.title} 含附件{again}.pdf"


def _item(  # noqa: PLR0913  # as _keep
    row: ledger.PaperLine,
    packet: Packet,
    rows: Sequence[BoundAttachment],
    missing: tuple[str, ...],
    *,
    version: int,
    sha256: str,
) -> Item:
    letter = Sidecar.model_validate(row.sidecar)
    return Item(
        id=hashlib.sha256(f"{row.id} {sha256}".encode()).hexdigest()[:16],
        item_type=PACKET,
        kind=row.kind,
        title=f"{row.title} 含附件",
        number=row.number,
        direction="own",
        contract_no=row.contract_no,
        customer=letter.customer,
        version=version,
        retention=letter.retention,
        extra={
            "subject": row.subject,
            "letter": row.id,
            "pages": packet.pages,
            "audience": letter.extra.get("audience"),
            "attachments": [
                {"label": each.label, "what": each.what, "number": each.number, "item": each.item,
                 "pages": each.pages, "sheets": each.sheets}
                for each in rows
            ],
            "without": list(missing),
        },
    )  # fmt: skip
