"""Before a paper is issued: which deal, kind and part of it, dated when, and every reason why not, all at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from docgen.deals.checks import check
from docgen.errors import NotFound, Refused
from docgen.findings import Finding, Severity, error, has_errors
from docgen.issuing.issue import Order
from docgen.kinds.dossier import Dossier
from docgen.kinds.kind import Condition, Face, Kind, SubjectType
from docgen.kinds.readiness import pick, readiness
from docgen.kinds.subjects import Subject, subjects
from docgen.services.approval_gate import Gate, gate
from docgen.services.corrections import Stated, correction_of
from docgen.services.dossier import dossier_of
from docgen.services.office import Office
from docgen.services.packet_extras import enclosed
from docgen.store import ledger

_NOTHING_STATED = Stated()
_HAPPENED = {"deals.refund-beyond-advance"}


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for; everything left out is found from the record, or refused by name."""

    deal: str
    kind: str
    seq: int | None = None
    as_of: date | None = None
    dated: date | None = None
    reason: str | None = None
    faces: tuple[str, ...] = ()
    again: bool = False
    replaces: str | None = None
    about: str | None = None
    stated: Stated = _NOTHING_STATED
    batch: tuple[str, str] | None = None
    """The batch this paper is made in, and its item there."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order without numbers yet, what was worth saying about it, and the approval it rests on."""

    order: Order
    findings: tuple[Finding, ...]
    approval: str | None = None


def prepare(office: Office, request: Request, *, is_draft: bool, kind: Kind | None = None) -> Prepared:
    """Find what is asked for and check everything; a draft is let through with its findings.

    `kind` stands in for the catalogue's own, to try a template.

    Raises:
        Refused: the deal is not ready for this paper; all findings at once.
        NotFound: no such deal, kind or part of the deal.
    """
    stored = ledger.deal(request.deal)
    kind = kind or office.catalogue.get(request.kind)
    if kind.spec.subject is SubjectType.COMPANY:
        raise Refused.of("kinds.company-paper", kind.spec.id, title=kind.spec.title)
    today = office.today()
    as_of = request.as_of or request.dated or today
    dated = request.dated or (as_of if is_draft else today)
    dossier = _dossier(office, kind, stored, request, as_of=as_of)
    subject = subject_of(office, kind, stored, request, as_of=as_of, dossier=dossier)
    approved = None if is_draft else _gate(office, kind, stored, subject, as_of=as_of, dated=dated)
    findings = [
        *_dating(request, dated, today=today, is_draft=is_draft),
        *(_as_it_stands(each) for each in check(stored.record, calendar=office.calendar)),
        *readiness(kind, stored.record, subject, as_of=as_of, calendar=office.calendar, dated=dated, dossier=dossier),
        *([] if is_draft else _repetition(kind, dossier, subject, request)),
        *(approved.findings if approved else ()),
    ]
    if has_errors(findings) and not is_draft:
        raise Refused(_once(findings))
    order = Order(
        kind=kind,
        deal=stored.record,
        subject=subject,
        revision=stored.revision,
        as_of=as_of,
        dated=dated,
        number="",
        letter_number=None,
        document_id=None,
        created=office.now(),
        faces=_faces(kind, request),
        shared=office.shared_templates,
        keyring=None,
        calendar=office.calendar,
        is_trusted=office.is_shipped(kind),
        dossier=dossier,
    )
    rests_on = approved.approval.id if approved and approved.approval else None
    return Prepared(order, _once(findings), rests_on)


def _as_it_stands(found: Finding) -> Finding:
    """Return a finding as it weighs on a paper: what truly happened is said, and keeps no letter back.

    Money paid back and then missing, because the bank reversed a payment afterwards, is owed: it must be asked for.
    """
    return replace(found, severity=Severity.WARNING) if found.code in _HAPPENED else found


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    """Leave out what a record's check and the paper's conditions say of one place in the same words."""
    said = {(each.code, each.where) for each in findings if each.severity is Severity.ERROR}
    return tuple(each for each in findings if each.severity is Severity.ERROR or (each.code, each.where) not in said)


def _dossier(office: Office, kind: Kind, stored: ledger.StoredDeal, request: Request, *, as_of: date) -> Dossier:
    """Return the deal's dossier with what goes along at this stage; for a notice about a paper, with its faults."""
    is_asked = Condition.PROPOSAL_CASES_MASKED in kind.spec.conditions
    dossier = dossier_of(office, stored.contract_no, record=stored.record, with_names=is_asked)
    dossier = replace(dossier, enclosed=enclosed(office, stored.contract_no, kind.spec.title, as_of=as_of))
    paper = dossier.own(request.about) if request.about else None
    if kind.spec.subject is not SubjectType.PAPER or paper is None:
        return dossier
    newer = dossier.own(paper.replaced_by) if paper.replaced_by else None
    return replace(dossier, correction=correction_of(office, paper, newer, request.stated))


def subject_of(  # noqa: PLR0913  # what is asked, of what, known how
    office: Office, kind: Kind, stored: ledger.StoredDeal, request: Request, *, as_of: date, dossier: Dossier
) -> Subject:
    """Return what the paper speaks of: the part asked for, else the only ready one that has no paper yet."""
    found = subjects(kind, stored.record, as_of=as_of, dossier=dossier)
    if kind.spec.subject is SubjectType.PAPER:
        return _paper_asked(found, stored, request)
    if request.seq is not None:
        named = [subject for subject in found if subject.seq == request.seq]
        if not named:
            raise NotFound.of("issuing.no-subject", stored.contract_no, kind=kind.spec.title, seq=request.seq)
        return named[0]
    taken = {row.subject for row in ledger.papers(stored.contract_no) if _is_current(row, kind)}
    fresh = [
        subject
        for subject in found
        if str(subject) not in taken
        and not has_errors(
            readiness(kind, stored.record, subject, as_of=as_of, calendar=office.calendar, dossier=dossier)
        )
    ]
    if len(fresh) == 1:
        return fresh[0]
    return pick(kind, stored.record, as_of=as_of, calendar=office.calendar, dossier=dossier)


def _paper_asked(found: tuple[Subject, ...], stored: ledger.StoredDeal, request: Request) -> Subject:
    """Return the paper named in the request; a notice never guesses which paper it is about."""
    named = [subject for subject in found if subject.name == request.about]
    if not named:
        raise NotFound.of("kinds.no-paper", stored.contract_no, number=request.about or "—")
    return named[0]


def _gate(  # noqa: PLR0913  # as gate
    office: Office, kind: Kind, stored: ledger.StoredDeal, subject: Subject, *, as_of: date, dated: date
) -> Gate:
    return gate(office, kind, stored.record, subject, contract_no=stored.contract_no, as_of=as_of, dated=dated)


def _dating(request: Request, dated: date, *, today: date, is_draft: bool) -> list[Finding]:
    if is_draft or request.dated is None or dated == today:
        return []
    if dated > today:
        return [error("issuing.dated-in-future", "dated", dated=dated.isoformat(), today=today.isoformat())]
    return [] if request.reason else [error("issuing.dated-needs-reason", "dated", dated=dated.isoformat())]


def _repetition(kind: Kind, dossier: Dossier, subject: Subject, request: Request) -> list[Finding]:
    if request.again:
        return []
    return [
        error("issuing.already-issued", paper.number, title=kind.spec.title, number=paper.number)
        for paper in dossier.papers
        if paper.is_own
        and paper.is_current
        and paper.kind == kind.spec.id
        and paper.subject == str(subject)
        and paper.number != request.replaces
    ]


def _is_current(row: ledger.PaperLine, kind: Kind) -> bool:
    return row.kind == kind.spec.id and row.item_type == "issued" and row.status == "current"


def _faces(kind: Kind, request: Request) -> tuple[Face, ...]:
    if not request.faces:
        return kind.spec.faces
    known = {face.value: face for face in kind.spec.faces}
    unknown = [name for name in request.faces if name not in known]
    if unknown:
        raise Refused.of("issuing.no-such-face", "、".join(unknown), kind=kind.spec.title, known="、".join(known))
    return tuple(known[name] for name in request.faces)
