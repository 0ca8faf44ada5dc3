"""One item of a batch: issue it once, whatever happened before, and say what became of it.

The paper itself carries batch and item in its sidecar. Whoever holds the contract's lock looks there first, so that an
item killed at any point is either issued already or is issued now; a number lost on the way stays a gap.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from docgen.archive.layout import Folder
from docgen.archive.record import Sidecar
from docgen.errors import DocgenError
from docgen.findings import Finding, Severity, error, note
from docgen.services import logging as log
from docgen.services.issue_document import issue_document
from docgen.services.office import Office
from docgen.services.packet_extras import Choice
from docgen.services.packets import bind_packet, require_attachments
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.store import batches, ledger
from docgen.store.journal import writing


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A paper to issue: of a deal, about one part of it (None: the only one that fits). The key names it for ever."""

    key: str
    deal: str
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What all items of a batch have in common; `faces` empty means all the kind has."""

    id: str
    kind: str
    as_of: date
    dated: date | None = None
    reason: str | None = None
    faces: tuple[str, ...] = ()
    packets: Choice | None = None
    """Each letter is bound with its attachments, as chosen; None: letters alone."""

    def request(self, item: BatchItem) -> Request:
        """Return the request for one item."""
        return Request(
            deal=item.deal,
            kind=self.kind,
            seq=item.seq,
            as_of=self.as_of,
            dated=self.dated,
            reason=self.reason,
            faces=self.faces,
            batch=(self.id, item.key),
        )


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of an item: the paper (amount asked for in 元 where it asks for money), or why there is none."""

    key: str
    deal: str
    contract_no: str = ""
    customer: str = ""
    number: str = ""
    letter_number: str = ""
    title: str = ""
    pages: int = 0
    amount: Decimal | None = None
    files: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_earlier: bool = False
    packet: Path | None = None
    packet_pages: int = 0
    attachments: int = 0

    @property
    def is_issued(self) -> bool:
        """Tell whether a paper stands for the item."""
        return bool(self.number)

    @property
    def printed(self) -> tuple[Path, ...]:
        """Return what is printed for the item: its packet, else the PDFs of the paper."""
        return (self.packet,) if self.packet else tuple(each for each in self.files if each.suffix == ".pdf")

    @property
    def printed_pages(self) -> int:
        """Return the pages that are printed for the item."""
        return self.packet_pages or self.pages


def issue_item(office: Office, order: BatchOrder, item: BatchItem) -> ItemResult:
    """Issue one item, or return the paper that stands for it; a refusal is a result, not an error.

    Where packets are wanted, a letter whose attachments are not all in the archive is not issued.
    """
    try:
        contract_no = ledger.contract_no_of(item.deal)
        folder = folder_of(office, contract_no)
        with writing(folder, at=office.now(), actor=office.actor):
            standing = batches.issued_in(order.id, contract_no=contract_no).get(item.key)
            if standing is not None:
                return bound(office, order, result_of(office, item, standing, folder=folder))
            if order.packets is not None:
                require_attachments(office, order.request(item), choice=order.packets, may_be_bare=True)
            issued = issue_document(office, order.request(item), folder=folder)
            paper = ledger.paper(issued.number)
            result = result_of(office, item, paper, folder=folder, findings=issued.findings, is_earlier=False)
            return bound(office, order, result)
    except DocgenError as problem:
        log.refused(problem, kind=order.kind)
        return _failed(item, problem.findings)
    except Exception as problem:  # noqa: BLE001  # one broken deal must not stop the other ten thousand
        where = log.unexpected(problem)
        return _failed(item, (error("core.unexpected", what=type(problem).__name__, log=where),))


def bound(office: Office, order: BatchOrder, result: ItemResult) -> ItemResult:
    """Bind an issued letter with its attachments where the batch wants packets; the same packet is kept once.

    What keeps it from being bound is told; the letter stands, and going on with the batch tries again.
    """
    if order.packets is None:
        return result
    try:
        done = bind_packet(office, result.number, choice=order.packets)
    except DocgenError as problem:
        told = [
            note(each.code, each.where, **each.params) if each.code == "issuing.packet-nothing-listed" else each
            for each in problem.findings
        ]
        return replace(result, findings=(*result.findings, *told))
    return replace(
        result, findings=(*result.findings, *done.findings), packet=done.path, packet_pages=done.pages,
        attachments=len(done.attachments),
    )  # fmt: skip


def result_of(  # noqa: PLR0913  # the paper, where it lies, and what was said
    office: Office,
    item: BatchItem,
    paper: ledger.PaperLine,
    *,
    folder: Folder | None = None,
    findings: tuple[Finding, ...] = (),
    is_earlier: bool = True,
) -> ItemResult:
    """Return the result of an item that a paper stands for."""
    folder = folder or folder_of(office, paper.contract_no)
    sidecar = Sidecar.model_validate(paper.sidecar)
    kept = next((each.name for each in sidecar.derived if each.name.endswith(".snapshot.json")), None)
    letter_number = sidecar.extra.get("letter_number")
    return ItemResult(
        key=item.key,
        deal=item.deal,
        contract_no=paper.contract_no,
        customer=sidecar.customer.name if sidecar.customer else "",
        number=paper.number,
        letter_number=str(letter_number) if letter_number else "",
        title=paper.title,
        pages=paper.pages,
        amount=_amount(folder.derived / kept) if kept else None,
        files=tuple(folder.path / each.name for each in sidecar.files),
        findings=findings,
        is_earlier=is_earlier,
    )


def _failed(item: BatchItem, findings: tuple[Finding, ...]) -> ItemResult:
    stored = None
    with suppress(DocgenError):
        stored = ledger.deal(item.deal)
    errors = tuple(each for each in findings if each.severity is Severity.ERROR) or findings
    if stored is None:
        return ItemResult(item.key, item.deal, findings=errors)
    return ItemResult(item.key, item.deal, stored.contract_no, stored.record.customer.name, findings=errors)


def _amount(snapshot: Path) -> Decimal | None:
    """Return what the paper asks for: the instalment's open balance as printed."""
    try:
        part = json.loads(snapshot.read_bytes())["context"].get("instalment") or {}
        told = part.get("balance", part.get("amount"))
        return Decimal(str(told)) if told is not None else None
    except (OSError, ValueError, KeyError, InvalidOperation):
        return None
