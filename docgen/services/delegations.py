"""Delegations, and the administrator's decision that an office's own routes replace the shipped ones.

Both belong to no single contract: they are events in the company's log of the year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from docgen.approvals.delegation import Delegation
from docgen.approvals.route import digest_of_routes
from docgen.errors import Refused
from docgen.findings import Finding, error
from docgen.services import logging as log
from docgen.services.office import Office, os_user
from docgen.services.people import Identity, Role, require_admin, writer
from docgen.store import approvals, people
from docgen.store.journal import writing
from docgen.store.people import StoredUser

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewDelegation:
    """To whom, for which days (both included), and why."""

    taker: str
    first: date
    last: date
    reason: str


@dataclass(frozen=True, slots=True)
class RoutesAccepted:
    """The kind whose own routes an administrator accepted."""

    kind: str
    title: str
    reason: str


def delegate(office: Office, who: Identity, new: NewDelegation) -> Delegation:
    """Let somebody act in one's own place for some days.

    Raises:
        NotFound: no such user.
        Refused: nothing to pass on, oneself, somebody who may not write, an impossible period, or no reason.
    """
    giver = writer(office, who)
    taker = people.user(new.taker)
    findings = _weigh(office, giver, taker, new)
    if findings:
        raise Refused(findings)
    home = office.archive.company(office.today().year)
    with writing(home, at=office.now(), actor=giver.name) as journal:
        n = 1 + sum(each.id.startswith(f"WT{office.today().year}-") for each in approvals.delegations())
        payload = {
            "id": f"WT{office.today().year}-{n:03}",
            "from": giver.name,
            "to": taker.name,
            "first": new.first.isoformat(),
            "last": new.last.isoformat(),
            "reason": new.reason.strip(),
            "os_user": os_user(),
        }
        journal.append(approvals.GRANTED, payload)
    log.record("delegation-granted")
    return approvals.delegation(str(payload["id"]))[1]


def undelegate(office: Office, delegation_id: str, who: Identity) -> Delegation:
    """End a delegation now: whoever gave it, or an administrator. What was done under it stands.

    Raises:
        NotFound: no such delegation.
        Refused: it is somebody else's, or ended already.
    """
    user = writer(office, who)
    key, found = approvals.delegation(delegation_id)
    if user.name != found.giver and user.role != Role.ADMIN:
        raise Refused.of("approvals.not-giver", found.id, user=user.display)
    home = office.archive.company(int(key.rpartition("/")[2]))
    with writing(home, at=office.now(), actor=user.name) as journal:
        if approvals.delegation(delegation_id)[1].is_ended:
            raise Refused.of("approvals.delegation-ended", found.id)
        journal.append(approvals.ENDED, {"id": found.id, "user": user.name, "os_user": os_user()})
    log.record("delegation-ended")
    return approvals.delegation(delegation_id)[1]


def list_delegations(_office: Office) -> tuple[Delegation, ...]:
    """Return all delegations, ended ones too."""
    return approvals.delegations()


def accept_routes(office: Office, kind_name: str, who: Identity, *, reason: str) -> RoutesAccepted:
    """Record that this office's own routes of a kind replace the shipped ones; a later edit of them needs it anew.

    Raises:
        NotFound: no such kind.
        Refused: not an administrator, no reason, or the kind is not shipped.
    """
    admin = require_admin(office, who)
    kind = office.catalogue.get(kind_name)
    if not reason.strip():
        raise Refused.of("services.reason-missing", kind.spec.id)
    if office.shipped_kind(kind.spec.id) is None:
        raise Refused.of("approvals.not-shipped", kind.spec.id, title=kind.spec.title)
    payload = {
        "kind": kind.spec.id,
        "digest": digest_of_routes(kind.spec),
        "reason": reason.strip(),
        "user": admin.name,
        "os_user": os_user(),
    }
    with writing(office.archive.company(office.today().year), at=office.now(), actor=admin.name) as journal:
        journal.append(approvals.ROUTES_ACCEPTED, payload)
    log.record("routes-accepted", kind=kind.spec.id)
    return RoutesAccepted(kind.spec.id, kind.spec.title, reason.strip())


def _weigh(office: Office, giver: StoredUser, taker: StoredUser, new: NewDelegation) -> list[Finding]:
    findings = []
    if not giver.posts:
        findings.append(error("approvals.nothing-to-delegate", giver.name, user=giver.display))
    if giver.name == taker.name:
        findings.append(error("approvals.delegated-to-self", taker.name, user=taker.display))
    if not taker.may_write:
        findings.append(error("approvals.delegate-cannot", taker.name, user=taker.display))
    if not office.today() <= new.last or not new.first <= new.last or new.last - new.first > LONGEST:
        params = {"first": new.first, "last": new.last, "today": office.today(), "days": LONGEST.days}
        findings.append(error("approvals.delegation-period", "--until", **params))
    if not new.reason.strip():
        findings.append(error("services.reason-missing", "--reason"))
    return findings
