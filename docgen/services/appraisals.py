"""Appraisal (鉴定): what people found who looked at papers past or near their term, recorded like extensions.

Three findings lengthen, at one person's word: keep (until found otherwise), extend to a day, for ever. The fourth, may
be destroyed, shortens nothing and destroys nothing: it takes back an earlier "keep" once as many different people as
the table asks for (`appraisers`) have found so, and tells those who propose destruction what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from docgen.errors import NotFound, Refused
from docgen.findings import Finding, error
from docgen.retention.standing import State
from docgen.retention.trail import APPRAISED, Appraisal, Scope, Target, Verdict
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.services.people import Identity, Role, writer
from docgen.services.retention import Desk, ItemRetention
from docgen.services.retention_acts import Place, lengthens, place_of, signed
from docgen.store.journal import writing
from docgen.store.people import StoredUser

MAY_FIND_WORTHLESS = (Role.ARCHIVIST, Role.LEGAL, Role.FINANCE, Role.ADMIN)
_WORDS = {
    Verdict.KEEP: "继续保存",
    Verdict.EXTEND: "延长",
    Verdict.PERMANENT: "永久保存",
    Verdict.MAY_BE_DESTROYED: "可以销毁",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody finds: the verdict, the day where it is to extend, and why."""

    verdict: Verdict
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AppraisalTold:
    """An appraisal as recorded: of what, how many papers it concerns, and how many people still must agree."""

    target: Target
    verdict: Verdict
    until: date | None
    papers: int
    still_wanted: int


def appraise(office: Office, references: Sequence[str], who: Identity, found: Found) -> tuple[AppraisalTold, ...]:
    """Record what one person found of items, papers with their copies' own items, or whole contracts.

    Everything is checked before anything is recorded.

    Raises:
        NotFound: nothing bears a reference, or it names a customer.
        Refused: no reason, a day that lengthens nothing, nothing new, a role that may not, or the password is wrong.
    """
    user = writer(office, who)
    places = [_place(office, reference) for reference in dict.fromkeys(references)]
    desk = Desk(office)
    findings = _asked_wrong(found, user)
    findings += [one for place in places for one in _nothing_new(desk, place, user, found)]
    if findings:
        raise Refused(findings)
    for place in places:
        payload = {"scope": place.target.scope.value, "target": place.target.id, "result": found.verdict.value}
        until = {"until": found.until.isoformat() if found.until else ""}
        with writing(place.folder, at=office.now(), actor=user.name) as journal:
            journal.append(APPRAISED, {**payload, **until, **signed(office, user, found.reason.strip())})
    log.record("retention-appraised", count=len(places))
    after = Desk(office)
    return tuple(_told(after, place, found) for place in places)


def appraisal_words(found: Appraisal) -> str:
    """Return an appraisal in words: 2031-01-10 李四：可以销毁（无参考价值）."""
    until = f"至{found.until.isoformat()}" if found.until else ""
    return f"{found.act.on.isoformat()} {found.act.display}：{_WORDS[found.verdict]}{until}（{found.act.reason}）"


def _place(office: Office, reference: str) -> Place:
    place = place_of(office, reference)
    if place.target.scope is Scope.CUSTOMER:
        raise NotFound.of("retention.no-such-item", reference)
    return place


def _asked_wrong(found: Found, user: StoredUser) -> list[Finding]:
    findings = []
    if not found.reason.strip():
        findings.append(error("services.reason-missing", "--reason"))
    if found.verdict is Verdict.MAY_BE_DESTROYED and user.role not in MAY_FIND_WORTHLESS:
        findings.append(error("retention.may-not-appraise", user.name, user=user.display))
    if (found.verdict is Verdict.EXTEND) is (found.until is None):
        findings.append(error("retention.appraisal-day", "--result", result=found.verdict.value))
    return findings


def _nothing_new(desk: Desk, place: Place, user: StoredUser, found: Found) -> list[Finding]:
    """Refuse what would change nothing: a day not later, for ever twice, the same person finding the same again."""
    rows = _rows(desk, place)
    if found.until is not None and not any(lengthens(each.standing, found.until) for each in rows):
        return [error("retention.not-longer", place.target.id, until=found.until)]
    if found.verdict is Verdict.PERMANENT and all(each.standing.state is State.PERMANENT for each in rows):
        return [error("retention.appraised-already", place.target.id, user=user.display)]
    if found.verdict is Verdict.MAY_BE_DESTROYED and all(_said(each, user) for each in rows):
        return [error("retention.appraised-already", place.target.id, user=user.display)]
    return []


def _said(each: ItemRetention, user: StoredUser) -> bool:
    return any(one.act.user == user.name for one in each.standing.destroyers)


def _rows(desk: Desk, place: Place) -> list[ItemRetention]:
    rows = desk.contract(place.folder.key, as_of=desk.office.today())
    return [each for each in rows if place.target in each.targets]


def _told(desk: Desk, place: Place, found: Found) -> AppraisalTold:
    rows = _rows(desk, place)
    wanted = 0
    if found.verdict is Verdict.MAY_BE_DESTROYED:
        wanted = max((desk.table.appraisers - len(each.standing.destroyers) for each in rows), default=0)
    return AppraisalTold(place.target, found.verdict, found.until, len(rows), max(wanted, 0))
