"""Put a scan into the archive as the answer to an issued paper, or as a paper from outside under a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path, PurePath

from pydantic import JsonValue

from docgen.archive.burst import deposit_together
from docgen.archive.deposit import Content, Derived, Parcel, deposit
from docgen.archive.keep import Kept, let_go
from docgen.archive.record import CustomerRef, Item, Sidecar, Source, new_item_id
from docgen.findings import Finding
from docgen.intake.decision import Decision, Evidence, IssuedPaper
from docgen.intake.inlet import Inlet
from docgen.intake.partof import PartOf
from docgen.retention.table import RetentionTable
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.services.places import folder_of, is_ours
from docgen.services.recognise import DERIVED_NAME
from docgen.services.repaying import AGREEMENT, promise_by
from docgen.services.retention_rules import NewPaper, promise, table_for_scans
from docgen.store import ledger, projection
from docgen.store.journal import Journal, writing, writing_all

PART_CUT = "scan.part-cut"
TEXT, WHOLE = ".txt", ".pdf"
"""How the names of what is derived from a scan end: the print that was read off it, and all pages in order."""


@dataclass(frozen=True, slots=True)
class Companion:
    """The half of a paper that came before: its kept bytes, the name it came under, when, and of which type it is."""

    kept: Kept
    original_name: str
    received_at: datetime
    media_type: str
    part_of: PartOf | None = None
    inlet: Inlet | None = None
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that came in and is safe: the kept bytes, the name it came under, when, its type and pages if readable.

    `print_text` is what OCR read off it, where it was asked: kept beside the scan, never instead. `companion` is the
    other half of the same paper, and `whole` a derived PDF of all pages in order. With `part_of` the kept file is a
    derived copy of some sheets of a file of several papers. `inlet` is the inbox it came by. `moved_from` is the item
    as which the same bytes were filed in a wrong place before, and `ending` how their name ends there: that of a part
    cut from a TIFF is no TIFF's. A part that is moved stays a part but is an item of its own, and known by its bytes.
    """

    kept: Kept
    original_name: str
    received_at: datetime
    media_type: str
    pages: int | None
    print_text: bytes = b""
    companion: Companion | None = None
    whole: bytes = b""
    part_of: PartOf | None = None
    inlet: Inlet | None = None
    moved_from: str = ""
    ending: str = ""

    @property
    def fresh_part(self) -> PartOf | None:
        """Return what a part was cut from whose id follows from that; None for a file of its own and a moved part."""
        return None if self.moved_from else self.part_of


@dataclass(frozen=True, slots=True)
class Placement:
    """What the scan is: the issued paper it answers, or the contract it belongs to and a document type; and why.

    `contract_no` is the home: `_company/<year>` for the answer to a paper of the company itself.
    `about` is the number of an issued paper that a paper from outside goes with, without answering it.
    """

    contract_no: str
    title: str
    paper: IssuedPaper | None = None
    evidence: Sequence[Evidence] = ()
    findings: Sequence[Finding] = ()
    missing_pages: Sequence[int] = ()
    assigned_by: str | None = None
    reason: str | None = None
    kind: str = "other"
    about: str | None = None

    def with_decision(self, decision: Decision) -> Placement:
        """Return the placement with what the machine saw: evidence always, missing pages where it means this paper."""
        same = decision.paper is not None and self.paper is not None and decision.paper.number == self.paper.number
        missing = decision.missing_pages if same else ()
        return replace(self, evidence=decision.evidence, findings=decision.findings, missing_pages=missing)


@dataclass(frozen=True, slots=True)
class Deposited:
    """Where the scan lies now."""

    item_id: str
    path: Path
    version: int
    sha256: str
    retention_until: str | None
    is_new: bool = True
    findings: tuple[Finding, ...] = ()


def deposit_scan(office: Office, arrival: Arrival, placement: Placement) -> Deposited:
    """Archive a scan under its contract; a re-scan becomes the next version beside the first.

    Bytes that were archived before, by a run that was interrupted or by another process just now, are not archived a
    second time: what stands is returned and the kept copy goes.

    Raises:
        NotFound: the contract is not known.
        StorageProblem: the disk refuses; the scan stays where it was.
    """
    folder = folder_of(office, placement.contract_no)
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        known = _filed_before(arrival)
        if known is not None:
            _note_part(journal, arrival, known.id)
            return replace(_standing(office, arrival, known), findings=promise_by(office, known.id))
        parcel = _parcel(Background(office), arrival, placement, _next_version(placement), journal)
        sidecar = deposit(
            folder,
            parcel.item,
            parcel.contents,
            parcel.derived,
            event_type=parcel.event_type,
            payload=parcel.payload,
            at=parcel.at,
            actor=parcel.actor,
        )
        _note_part(journal, arrival, sidecar.id)
        projection.catch_up(folder)
        told = promise_by(office, sidecar.id)
    log.record("filed", item=sidecar.id, contract=placement.contract_no, sha256=arrival.kept.sha256)
    return replace(_deposited(folder.path, sidecar), findings=told)


def deposit_scans(office: Office, scans: Sequence[tuple[Arrival, Placement]]) -> list[Deposited]:
    """Archive several scans, each of other bytes, as one burst that shares its syncs; as `deposit_scan` does each.

    Raises:
        NotFound: a contract is not known.
        StorageProblem: the disk refuses; each scan is in the archive or where it was, and may be deposited by itself.
    """
    folders = {number: folder_of(office, number) for number in {placement.contract_no for _, placement in scans}}
    with writing_all(list(folders.values()), at=office.now(), actor=office.actor) as journal:
        filed = ledger.filed_from_any([arrival.kept.sha256 for arrival, _ in scans])
        known = [_filed_before(arrival, filed) for arrival, _ in scans]
        new = [scan for scan, row in zip(scans, known, strict=True) if row is None]
        view = Background(office)
        parcels = [
            (folders[placement.contract_no], _parcel(view, arrival, placement, version, journal))
            for (arrival, placement), version in zip(new, _versions(new), strict=True)
        ]
        sidecars = iter(deposit_together(office.archive, parcels))
    done = []
    for (arrival, placement), row in zip(scans, known, strict=True):
        if row is not None:
            done.append(_standing(office, arrival, row))
            continue
        sidecar = next(sidecars)
        log.record("filed", item=sidecar.id, contract=placement.contract_no, sha256=arrival.kept.sha256)
        done.append(_deposited(folders[placement.contract_no].path, sidecar))
    return [
        replace(each, findings=promise_by(office, each.item_id)) if _may_promise(row, placement) else each
        for each, (_, placement), row in zip(done, scans, known, strict=True)
    ]


def _may_promise(known: ledger.PaperLine | None, placement: Placement) -> bool:
    """Tell whether a scan may be a signed 还款协议: by what it answers, or because it was filed as anything before."""
    return known is not None or (placement.paper is not None and placement.paper.kind == AGREEMENT)


def _parcel(  # what arrived, where it goes, as which version, written when
    view: Background, arrival: Arrival, placement: Placement, version: int, journal: Journal
) -> Parcel:
    content = _content(arrival, placement, version)
    contents, derived = [content, *_companions(arrival, content)], _derived(arrival, content)
    item = _item(view, arrival, placement, version)
    return Parcel(item, contents, derived, (), "paper.filed", {}, journal.at, journal.actor)


@dataclass
class Background:
    """What the scans of one burst have in common, looked up once: the deals and the retention table."""

    office: Office

    def __post_init__(self) -> None:
        self.deal = cache(ledger.deal)

    @cached_property
    def table(self) -> RetentionTable:
        """Return the table that scans are promised by."""
        return table_for_scans(self.office)


def _versions(scans: Sequence[tuple[Arrival, Placement]]) -> list[int]:
    """Return each scan's version; several of one paper in a burst count on from each other."""
    answered = [placement.paper.document_id if placement.paper else "" for _, placement in scans]
    newest = dict(ledger.newest_versions({each for each in answered if each}))
    versions = []
    for each in answered:
        newest[each] = newest.get(each, 0) + 1 if each else 1
        versions.append(newest[each])
    return versions


def _filed_before(arrival: Arrival, filed: Mapping[str, ledger.PaperLine] | None = None) -> ledger.PaperLine | None:
    """Return the item that was made from this scan before; a part is known by its id, for its copy is made anew."""
    if arrival.fresh_part is not None:
        return ledger.archived_item(arrival.fresh_part.item_id)
    return ledger.filed_from(arrival.kept.sha256) if filed is None else filed.get(arrival.kept.sha256)


def _note_part(journal: Journal, arrival: Arrival, item_id: str) -> None:
    """Say once in the contract's own log where the original of a part lies; this line never leaves the house."""
    of = arrival.part_of
    if of is None or any(
        event.type == PART_CUT and event.payload["id"] == item_id for event in ledger.events(journal.folder.key)
    ):
        return
    original = {"sha256": of.sha256, "name": of.name, "contract_no": of.contract_no, "item": of.original_id}
    journal.append(PART_CUT, {"id": item_id, "pages": list(of.pages), "original": original})


def _standing(office: Office, arrival: Arrival, known: ledger.PaperLine) -> Deposited:
    path = folder_of(office, known.key).path / known.files[0]
    let_go(arrival.kept, path)
    until = Sidecar.model_validate(known.sidecar).retention.until
    told = until.isoformat() if until else None
    return Deposited(known.id, path, known.version, arrival.kept.sha256, told, is_new=False)


def _next_version(placement: Placement) -> int:
    if placement.paper is None:
        return 1
    document_id = placement.paper.document_id
    return 1 + ledger.newest_versions([document_id]).get(document_id, 0)


def _item(view: Background, arrival: Arrival, placement: Placement, version: int) -> Item:
    stored = None if is_ours(placement.contract_no) else view.deal(placement.contract_no)
    paper = placement.paper
    kind = paper.kind if paper else placement.kind
    told = NewPaper(
        kind, placement.title, view.office.today(), also=_class_of(view.office, paper), answers=paper is not None
    )
    kept = promise(view.office, stored.record if stored else None, told, must_file=True, table=view.table)
    return Item(
        id=arrival.fresh_part.item_id if arrival.fresh_part else new_item_id(),
        item_type="filed",
        kind=kind,
        title=placement.title,
        number=paper.number if paper else None,
        direction="in",
        contract_no=placement.contract_no if stored else None,
        customer=CustomerRef(id=stored.customer_id, name=stored.record.customer.name) if stored else None,
        answers=paper.document_id if paper else None,
        version=version,
        evidence=[_plain(row) for row in placement.evidence],
        findings=[_told(row) for row in placement.findings],
        retention=kept.retention,
        source=Source(name=arrival.original_name, sha256=_source_of(arrival), received_at=arrival.received_at),
        extra={
            "pages": arrival.pages or 0,
            "missing_pages": list(placement.missing_pages),
            "assigned_by": placement.assigned_by,
            "answers_status": paper.status if paper else None,
            "assigned_reason": placement.reason,
            **({"about": placement.about} if placement.about else {}),
            **came_by(arrival.inlet),
            **_sources(arrival),
            **_audience(paper),
            **kept.extra,
            **_split(arrival.part_of),
            **({"moved_from": arrival.moved_from} if arrival.moved_from else {}),
        },
    )


def _audience(paper: IssuedPaper | None) -> dict[str, JsonValue]:
    """Return what keeps the signed copy of a paper of our own for our own eyes, like the paper itself."""
    return {"audience": "internal"} if paper is not None and is_ours(paper.contract_no) else {}


def came_by(inlet: Inlet | None) -> dict[str, JsonValue]:
    """Name the inbox a scan came by, and who is responsible for it; nothing for a file given by hand."""
    return {"inbox": {**inlet.as_json()}} if inlet else {}


def _class_of(office: Office, paper: IssuedPaper | None) -> tuple[str, ...]:
    """Return the class of the issued paper a scan answers: a signed copy is kept no shorter than what it answers."""
    kind = office.catalogue.kinds.get(paper.kind) if paper else None
    return (kind.spec.retention,) if kind else ()


def _plain(evidence: Evidence) -> dict[str, JsonValue]:
    return {
        "kind": evidence.kind.value,
        "page": evidence.page,
        "detail": evidence.detail,
        "score": evidence.score,
        "document_id": evidence.document_id,
    }


def _told(finding: Finding) -> dict[str, JsonValue]:
    """Return a finding as kept beside the paper: code, weight, place and values, worded when it is shown."""
    params: dict[str, JsonValue] = {name: str(value) for name, value in finding.params.items()}
    return {"code": finding.code, "severity": finding.severity.value, "where": finding.where, "params": params}


def _content(arrival: Arrival, placement: Placement, version: int) -> Content:
    stem = f"{placement.paper.number} {placement.title}" if placement.paper else placement.title
    name = f"{stem} 签回件" if placement.paper else stem
    if version > 1:
        name += f" 第{version}次扫描"
    return Content(name + _ending(arrival), "scan", arrival.kept, arrival.media_type, arrival.pages)


def _companions(arrival: Arrival, content: Content) -> list[Content]:
    """Return the half that came before, under the same name with a mark."""
    if arrival.companion is None:
        return []
    name = f"{PurePath(content.name).stem} 先到部分{_ending(arrival.companion)}"
    return [Content(name, "scan", arrival.companion.kept, arrival.companion.media_type)]


def _ending(one: Companion | Arrival) -> str:
    """Return how a file's name ends: as it came, but a part is a PDF whatever it was cut from."""
    return one.ending or (".pdf" if one.part_of else PurePath(one.original_name).suffix.lower() or ".bin")


def _sources(arrival: Arrival) -> dict[str, JsonValue]:
    """Name both scans a paper was completed from; nothing for a paper that came at once."""
    if arrival.companion is None:
        return {}
    return {"sources": [_source(one) for one in (arrival.companion, arrival)]}


def _source(one: Companion | Arrival) -> dict[str, JsonValue]:
    received_at = one.received_at.isoformat()
    told: dict[str, JsonValue] = {
        "name": one.original_name, "sha256": one.kept.sha256, "received_at": received_at,
    }  # fmt: skip
    return {**told, **came_by(one.inlet), **_split(one.part_of)}


def _source_of(arrival: Arrival) -> str:
    """Return the hash of the bytes that came in: those of the original where only a part is filed, till it is moved."""
    return arrival.fresh_part.sha256 if arrival.fresh_part else arrival.kept.sha256


def _split(of: PartOf | None) -> dict[str, JsonValue]:
    """Name the original of a part, without the contract it lies under: that may be another customer's."""
    return {"split": {"original": of.sha256, "item": of.original_id, "pages": list(of.pages)}} if of else {}


def _derived(arrival: Arrival, content: Content) -> list[Derived]:
    stem = PurePath(content.name).stem
    made = ((f"{stem} {DERIVED_NAME}", arrival.print_text), (f"{stem} 各页合订{WHOLE}", arrival.whole))
    return [Derived(name, data) for name, data in made if data]


def _deposited(folder: Path, sidecar: Sidecar) -> Deposited:
    file = sidecar.files[0]
    until = sidecar.retention.until
    return Deposited(sidecar.id, folder / file.name, sidecar.version, file.sha256, until.isoformat() if until else None)
