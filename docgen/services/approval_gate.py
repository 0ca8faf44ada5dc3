"""The gate before a paper that needs approval: is there a complete one, unused, for exactly this content?

Routes come from the kind and from the shipped kind of the same id. An office's own kind may ask for more; where it asks
for less, the shipped route stands, unless an administrator's decision about exactly these routes is on record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from docgen.approvals import route as routes
from docgen.approvals.content import Content, changed_fields, content_of, digest_of
from docgen.approvals.route import Route
from docgen.approvals.trail import Approval
from docgen.deals.deal import Deal
from docgen.findings import Finding, error, warning
from docgen.kinds.kind import Kind
from docgen.kinds.subjects import Subject
from docgen.services.office import Office
from docgen.store import approvals

SHOWN = 8
"""How many changed fields a refusal names."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The routes a paper must have passed, all of them, and what was worth saying about them."""

    routes: tuple[Route, ...]
    findings: tuple[Finding, ...]

    @property
    def route(self) -> Route | None:
        """Return the one route to ask for: one that covers the others, else all steps one after the other."""
        return next(
            (each for each in self.routes if all(routes.covers(each, other) for other in self.routes)), None
        ) or (routes.joined(self.routes))


@dataclass(frozen=True, slots=True)
class Gate:
    """The approval a paper may rest on, None where it needs none, and what stands against it."""

    approval: Approval | None
    findings: tuple[Finding, ...]


def demand(office: Office, kind: Kind, deal: Deal, subject: Subject, *, days: tuple[date, ...]) -> Demand:
    """Return what approval a paper needs. It is asked for each of the days, so that no choice of day avoids a route."""
    found: list[Route | None] = []
    findings: list[Finding] = []
    for day in dict.fromkeys(days):
        facts = routes.facts_of(deal, subject, as_of=day, calendar=office.calendar)
        own = routes.route_for(kind.spec, facts)
        shipped = office.shipped_kind(kind.spec.id)
        asked = routes.route_for(shipped.spec, facts) if shipped else None
        if asked and not (own and routes.covers(own, asked)) and not _is_accepted(kind):
            findings.append(warning("approvals.route-ignored", kind.spec.id, title=kind.spec.title, route=str(asked)))
            own = routes.joined((asked, own)) if own else asked
        found.append(own)
    return Demand(routes.strictest(found), tuple(each for n, each in enumerate(findings) if each not in findings[:n]))


def gate(  # noqa: PLR0913  # the paper, and the days it could be judged by
    office: Office, kind: Kind, deal: Deal, subject: Subject, *, contract_no: str, as_of: date, dated: date
) -> Gate:
    """Return the approval a paper rests on, or why it may not go out; call it under the contract's lock."""
    wanted = demand(office, kind, deal, subject, days=(as_of, dated, office.today()))
    if not wanted.routes:
        return Gate(None, wanted.findings)
    approval = standing(contract_no, kind, subject)
    if approval is None:
        where, route = f"{contract_no} {kind.spec.id}", str(wanted.route)
        missing = error("approvals.needed", where, title=kind.spec.title, route=route, seq=subject.seq)
        return Gate(None, (*wanted.findings, missing))
    now = content(office, kind, deal, subject, as_of=as_of)
    return Gate(approval, (*wanted.findings, *_lacks(approval, wanted), *stale(approval, now)))


def standing(contract_no: str, kind: Kind, subject: Subject) -> Approval | None:
    """Return the request for a paper that is neither withdrawn nor used up."""
    found = (
        each
        for each in reversed(approvals.approvals_of(contract_no).values())
        if (each.kind, each.subject) == (kind.spec.id, str(subject)) and each.status in {"open", "complete"}
    )
    return next(found, None)


def content(office: Office, kind: Kind, deal: Deal, subject: Subject, *, as_of: date) -> Content:
    """Return what the paper would be made from now, templates by the bytes that lie on the disk now."""
    hashes = template_hashes(kind, office.shared_templates)
    shows = kind.spec.shows
    return content_of(deal, subject, as_of=as_of, calendar=office.calendar, templates=hashes, shows=shows)


def stale(approval: Approval, now: Content) -> list[Finding]:
    """Name what changed since a request was made, if anything did."""
    if digest_of(now) == approval.digest:
        return []
    fields = changed_fields(approval.content, now)
    more = "…" if len(fields) > SHOWN else ""
    return [error("approvals.stale", approval.id, fields="、".join(fields[:SHOWN]) + more, count=len(fields))]


def template_hashes(kind: Kind, shared: Path) -> Mapping[str, str]:
    """Return the SHA-256 of every file that shapes a kind's papers, shared parts and fonts included."""
    return {
        f"{prefix}/{path.relative_to(root).as_posix()}": _hash_of(path)
        for prefix, root in (("kind", kind.folder), ("_shared", shared))
        for path in sorted(root.rglob("*"))
        if path.is_file() and "golden" not in path.relative_to(root).parts and not path.name.startswith((".", "~$"))
    }


def _hash_of(path: Path) -> str:
    about = path.stat()
    return _hashed(path, about.st_mtime_ns, about.st_size, about.st_ino)


@lru_cache(maxsize=1024)
def _hashed(path: Path, _changed: int, _size: int, _inode: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_accepted(kind: Kind) -> bool:
    return routes.digest_of_routes(kind.spec) in approvals.accepted_routes(kind.spec.id)


def _lacks(approval: Approval, wanted: Demand) -> list[Finding]:
    findings = []
    if not approval.is_complete:
        waiting = "、".join(each.step.post for each in approval.waiting())
        findings.append(error("approvals.incomplete", approval.id, waiting=waiting, round=approval.round))
    short = [each for each in wanted.routes if not routes.covers(approval.route, each)]
    if short:
        params = {"asked": str(approval.route), "route": "；".join(map(str, short))}
        findings.append(error("approvals.route-short", approval.id, **params))
    return findings
