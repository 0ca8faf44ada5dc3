"""Approvals: asked for, given step by step, refused with a reason, withdrawn. Each act is an event of the contract.

Whoever acts proves who they are with their password; who runs the machine is written beside it. What may be done is
decided under the contract's lock on the trail as the log has it, so that two people never take the same step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from docgen.approvals import route as routes
from docgen.approvals import rules
from docgen.approvals.content import amount_of, digest_of, summary_of
from docgen.approvals.delegation import Person, acted_for
from docgen.approvals.rules import Capacity
from docgen.approvals.trail import APPROVED, REJECTED, REQUESTED, WITHDRAWN, Approval
from docgen.errors import Refused
from docgen.findings import Finding, has_errors, warning
from docgen.kinds.kind import Kind
from docgen.kinds.subjects import Subject, subjects
from docgen.services import logging as log
from docgen.services.approval_gate import content, demand, stale, standing
from docgen.services.dossier import dossier_of
from docgen.services.office import Office, os_user
from docgen.services.people import Identity, Role, writer
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request, subject_of
from docgen.store import approvals, ledger, people
from docgen.store.journal import Journal, writing
from docgen.store.people import StoredUser


@dataclass(frozen=True, slots=True)
class Told:
    """A request as it now stands, the posts whose turn it is, the late ones among them, and what was worth saying."""

    approval: Approval
    status: str
    waiting: tuple[str, ...]
    late: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody says at a step: approve with a remark, or reject with a reason; `post` where several wait."""

    remark: str = ""
    post: str | None = None


def request_approval(  # noqa: PLR0913  # which paper, about what, as of when, by whom
    office: Office,
    reference: str,
    kind_name: str,
    who: Identity,
    *,
    seq: int | None = None,
    as_of: date | None = None,
    about: str | None = None,
) -> Told:
    """Ask for the approval of one paper as it would be made now; asked again after a change, a new round begins.

    Raises:
        NotFound: no such deal, kind or part of the deal.
        Refused: the paper needs no approval, or the same is asked for already.
    """
    return request_as(office, writer(office, who), Request(reference, kind_name, seq=seq, as_of=as_of, about=about))


def request_as(office: Office, user: StoredUser, asked: Request, *, bulk: str = "") -> Told:
    """Ask, in the name of a user who proved who they are; `bulk` is the list of letters it is asked for with.

    Asked for with a list, a request of the same content that nobody has begun on is taken into the list.

    Raises:
        As `request_approval`.
    """
    kind, as_of = office.catalogue.get(asked.kind), asked.as_of
    contract_no = ledger.deal(asked.deal).contract_no
    with writing(folder_of(office, contract_no), at=office.now(), actor=user.name) as journal:
        deal = ledger.deal(contract_no).record
        subject = subject_asked(office, kind, replace(asked, deal=contract_no, kind=kind.spec.id))
        day = as_of or office.today()
        wanted = demand(office, kind, deal, subject, days=(day, office.today()))
        if wanted.route is None:
            raise Refused.of("approvals.no-route", kind.spec.id, title=kind.spec.title)
        before = standing(contract_no, kind, subject)
        frozen = content(office, kind, deal, subject, as_of=day)
        if before:
            if not (bulk and is_free(before)):
                _require_news(before, digest_of(frozen), wanted.route)
            _require_later(before, journal)
        n = before.n if before else len(approvals.approvals_of(contract_no)) + 1
        payload = {
            "id": before.id if before else request_id(contract_no, n),
            "n": n,
            "kind": kind.spec.id,
            "title": kind.spec.title,
            "subject": str(subject),
            "subject_type": subject.type.value,
            "subject_seq": subject.seq,
            "subject_name": subject.name,
            "amount": amount_of(deal, subject, as_of=day, calendar=office.calendar),
            "as_of": as_of.isoformat() if as_of else None,
            "route": wanted.route.as_json(),
            "content": frozen,
            "digest": digest_of(frozen),
            "summary": summary_of(kind, deal, subject, as_of=day, calendar=office.calendar),
            **({"bulk": bulk} if bulk else {}),
            **signed(office, user),
        }
        journal.append(REQUESTED, payload)
    log.record("approval-requested", contract=contract_no, kind=kind.spec.id)
    found = told(office, str(payload["id"]))
    return _with(found, (*wanted.findings, *_unmanned(found.approval), *journal.findings))


def approve(office: Office, approval_id: str, who: Identity, decision: Decision = Decision()) -> Told:
    """Approve the step whose turn it is, in one's own name or for whom one stands in.

    Raises:
        NotFound: no such request.
        Refused: it is not this person's step, their own request, their second step, or the content has changed.
    """
    return act_as(office, approval_id, writer(office, who), decision, event_type=APPROVED)


def reject(office: Office, approval_id: str, who: Identity, decision: Decision) -> Told:
    """Reject with a reason; all steps are open again, in a new round.

    Raises:
        As `approve`; and Refused without a reason.
    """
    if not decision.remark.strip():
        raise Refused.of("services.reason-missing", approval_id)
    return act_as(office, approval_id, writer(office, who), decision, event_type=REJECTED)


def withdraw(office: Office, approval_id: str, who: Identity, *, reason: str) -> Told:
    """Take a request back that no paper rests on yet: whoever asked, or an administrator.

    Raises:
        NotFound: no such request.
        Refused: it is used or withdrawn, somebody else asked, or the reason is empty.
    """
    return withdraw_as(office, approval_id, writer(office, who), reason=reason)


def withdraw_as(office: Office, approval_id: str, user: StoredUser, *, reason: str) -> Told:
    """Take a request back, in the name of a user who proved who they are.

    Raises:
        As `withdraw`.
    """
    if not reason.strip():
        raise Refused.of("services.reason-missing", approval_id)
    contract_no = approvals.approval(approval_id).contract_no
    with writing(folder_of(office, contract_no), at=office.now(), actor=user.name) as journal:
        found = approvals.approval(approval_id)
        if found.status not in {"open", "complete"}:
            raise Refused.of("approvals.not-open", found.id, status=found.status, by=found.used_by or "—")
        if user.name not in found.requesters and user.role != Role.ADMIN:
            raise Refused.of("approvals.not-requester", found.id, user=user.display)
        _require_later(found, journal)
        journal.append(WITHDRAWN, {"id": found.id, "reason": reason.strip(), **signed(office, user)})
    log.record("approval-withdrawn", contract=contract_no)
    return told(office, approval_id)


def list_approvals(office: Office, *, mine: str | None = None, contract: str | None = None) -> tuple[Told, ...]:
    """Return the requests of all deals or one; with `mine`, those at which this user may act now.

    Raises:
        NotFound: no such deal or user.
    """
    number = ledger.deal(contract).contract_no if contract else None
    status = "open" if mine else None
    found = [told(office, line.id) for line in approvals.lines(contract_no=number, status=status)]
    if mine is None:
        return tuple(found)
    user = people.user(mine)
    return tuple(each for each in found if _capacity(office, each.approval, user, post=None) is not None)


def told(office: Office, approval_id: str) -> Told:
    """Return a request with its trail, and whose turn it is.

    Raises:
        NotFound: no such request.
    """
    found = approvals.approval(approval_id)
    waiting = found.waiting()
    late = (each.step.post for each in waiting if each.is_late(office.today(), office.calendar))
    return Told(found, found.status, tuple(each.step.post for each in waiting), tuple(late))


def request_id(contract_no: str, n: int) -> str:
    """Return the id of a contract's n-th request: SQ2024031001-01; it can be taken for no paper's number."""
    return f"SQ{contract_no.removeprefix('HT')}-{n:02}"


def act_as(office: Office, approval_id: str, user: StoredUser, decision: Decision, *, event_type: str) -> Told:
    """Take a step, in the name of a user who proved who they are: `event_type` says which way.

    Raises:
        As `approve`.
    """
    contract_no = approvals.approval(approval_id).contract_no
    with writing(folder_of(office, contract_no), at=office.now(), actor=user.name) as journal:
        found = approvals.approval(approval_id)
        able = _capacity(office, found, user, post=decision.post)
        if able is None:
            raise Refused(rules.refusals(found, _person(user)))
        _require_later(found, journal)
        if event_type == APPROVED:
            _require_unchanged(office, found)
        journal.append(event_type, _payload(office, found, user, able, decision))
    log.record(event_type.replace(".", "-"), contract=contract_no)
    return _with(told(office, approval_id), tuple(journal.findings))


def _capacity(office: Office, approval: Approval, user: StoredUser, *, post: str | None) -> Capacity | None:
    if not user.may_write:
        return None
    today = office.today()
    givers = (people.find(name) for name in acted_for(user.name, approvals.delegations(), on=today))
    principals = [_person(each) for each in givers if each is not None and each.may_write]
    return rules.capacity(approval, _person(user), principals, on=today, calendar=office.calendar, post=post)


def _payload(
    office: Office, found: Approval, user: StoredUser, able: Capacity, decision: Decision
) -> dict[str, object]:
    principal = able.principal
    return {
        "id": found.id,
        "round": found.round,
        "post": able.waiting.step.post,
        "acted_as": able.acted_as,
        "is_late": able.is_late,
        "for": principal.name if principal else None,
        "for_display": principal.display if principal else None,
        "remark": decision.remark.strip(),
        **signed(office, user),
    }


def signed(office: Office, user: StoredUser) -> dict[str, str]:
    """Return who acted, on which machine account, on which of our days, as every act of a trail says it."""
    return {"user": user.name, "display": user.display, "os_user": os_user(), "on": office.today().isoformat()}


def is_free(found: Approval) -> bool:
    """Tell whether an open request stands on no list and nobody has taken a step of its present round."""
    return found.status == "open" and not found.approvals and not found.bulk


def subject_asked(office: Office, kind: Kind, request: Request) -> Subject:
    """Return what the paper is about; asking for approval does not wait until everything else is ready."""
    stored, day = ledger.deal(request.deal), request.as_of or office.today()
    dossier = dossier_of(office, request.deal)
    found = subjects(kind, stored.record, as_of=day, dossier=dossier)
    if request.seq is None and request.about is None and len(found) == 1:
        return found[0]
    return subject_of(office, kind, stored, request, as_of=day, dossier=dossier)


def _require_news(before: Approval, digest: str, route: routes.Route) -> None:
    if before.digest == digest and routes.covers(before.route, route):
        raise Refused.of("approvals.already-requested", before.id, title=before.title, status=before.status)


def _require_later(before: Approval, journal: Journal) -> None:
    """Refuse an act earlier than the one before it: the trail's times never decrease."""
    if journal.at < before.last_at:
        raise Refused.of("approvals.clock-behind", before.id, now=journal.at, last=before.last_at)


def _require_unchanged(office: Office, found: Approval) -> None:
    kind = office.catalogue.get(found.kind)
    deal = ledger.deal(found.contract_no).record
    subject = Subject(kind.spec.subject, found.subject_seq, found.subject_name)
    findings = stale(found, content(office, kind, deal, subject, as_of=found.as_of or office.today()))
    if has_errors(findings):
        raise Refused(findings)


def _unmanned(found: Approval) -> list[Finding]:
    """Warn of posts nobody else holds: the request could never be completed."""
    able = [each for each in people.users() if each.may_write and each.name not in found.requesters]
    held = {post for each in able for post in each.posts}
    lacking = [post for post in found.route.posts if post not in held]
    return [warning("approvals.nobody-holds", found.id, posts="、".join(lacking))] if lacking else []


def _person(user: StoredUser) -> Person:
    return Person(user.name, user.display, user.posts)


def _with(found: Told, findings: tuple[Finding, ...]) -> Told:
    return Told(found.approval, found.status, found.waiting, found.late, findings)
