"""Holding papers back and keeping them longer: acts that only ever add time. A hold is released by a second person.

Each act is an event of the contract's log, or of the customer's own. Whoever holds or releases proves who they are;
keeping something longer is open to everybody who may write, since nobody is harmed by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from docgen.archive.layout import Folder
from docgen.errors import NotFound, Refused
from docgen.retention.standing import Standing, State
from docgen.retention.trail import EXTENDED, HELD, RELEASED, Hold, Scope, Target, case_name
from docgen.services import logging as log
from docgen.services.office import Office, os_user
from docgen.services.people import Identity, Role, writer
from docgen.services.places import folder_of
from docgen.services.retention import Desk, find
from docgen.store import archive_numbers, customers, ledger, retention
from docgen.store.journal import Journal, writing
from docgen.store.people import StoredUser

MAY_RELEASE = (Role.LEGAL, Role.ARCHIVIST, Role.ADMIN)
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class HoldTold:
    """A hold as it now stands, and how many papers of the archive it covers."""

    hold: Hold
    papers: int


@dataclass(frozen=True, slots=True)
class ExtensionTold:
    """An extension as recorded: what, until when, and how many papers it moves."""

    target: Target
    until: date
    papers: int


@dataclass(frozen=True, slots=True)
class Place:
    """What a reference means, and the folder whose log speaks of it."""

    target: Target
    folder: Folder


def place_hold(office: Office, reference: str, who: Identity, *, case: str, reason: str) -> HoldTold:
    """Hold a customer's, a contract's or one paper's disposal back for a case.

    Raises:
        NotFound: nothing bears the reference.
        Refused: no case or reason, the case holds the same already, or the password is wrong.
    """
    user = writer(office, who)
    case, reason = _texts(reference, case, reason)
    at = place_of(office, reference)
    with writing(at.folder, at=office.now(), actor=user.name) as journal:
        if retention.trail().standing(at.target, case):
            raise Refused.of("retention.held-already", at.target.id, case=case)
        _append(journal, HELD, at.target, signed(office, user, reason), case=case)
    log.record("retention-held")
    return _told(office, at.target, case)


def release_hold(office: Office, reference: str, who: Identity, *, case: str, reason: str) -> HoldTold:
    """Release one case's hold: by somebody else than who placed it, in charge of archive, law or the system.

    Raises:
        NotFound: nothing bears the reference, or this case does not hold it.
        Refused: the same person, no reason, a role that may not, or the password is wrong.
    """
    user = writer(office, who)
    case, reason = _texts(reference, case, reason)
    at = place_of(office, reference)
    with writing(at.folder, at=office.now(), actor=user.name) as journal:
        standing = retention.trail().standing(at.target, case)
        if standing is None:
            raise NotFound.of("retention.not-held", at.target.id, case=case)
        if standing.placed.user == user.name:
            raise Refused.of("retention.same-person", at.target.id, case=case, user=user.display)
        if user.role not in MAY_RELEASE:
            raise Refused.of("retention.may-not-release", at.target.id, user=user.display)
        _append(journal, RELEASED, at.target, signed(office, user, reason), case=case)
    log.record("retention-released")
    return _told(office, at.target, case)


def extend(office: Office, reference: str, *, until: date, reason: str) -> ExtensionTold:
    """Keep a contract's papers, or one item, at least until a day; nothing is ever kept shorter by it.

    Raises:
        NotFound: nothing bears the reference.
        Refused: no reason, or the day lengthens nothing.
    """
    reason = reason.strip()
    if not reason:
        raise Refused.of("services.reason-missing", reference)
    at = place_of(office, reference)
    if at.target.scope is Scope.CUSTOMER:
        raise NotFound.of("retention.no-such-item", reference)
    with writing(at.folder, at=office.now(), actor=office.actor) as journal:
        rows = Desk(office).contract(at.folder.key, as_of=office.today())
        chosen = find(reference)[1]
        moved = [each for each in rows if (chosen is None or each.id in chosen) and lengthens(each.standing, until)]
        if not moved:
            raise Refused.of("retention.not-longer", at.target.id, until=until)
        by = {
            "user": office.actor,
            "display": office.actor,
            "os_user": os_user(),
            "on": office.today().isoformat(),
            "reason": reason,
        }
        _append(journal, EXTENDED, at.target, by, until=until.isoformat())
    log.record("retention-extended")
    return ExtensionTold(at.target, until, len(moved))


def list_holds(_office: Office, *, with_released: bool = False) -> tuple[Hold, ...]:
    """Return the holds that stand, by case; with `with_released` all there ever were."""
    found = (each for each in retention.trail().holds if with_released or each.released is None)
    return tuple(sorted(found, key=lambda each: (each.case, each.target.scope, each.target.id)))


def lengthens(standing: Standing, until: date) -> bool:
    """Tell whether a last day is later than all that keeps an item now; nothing is longer than for ever."""
    if standing.state is State.PERMANENT:
        return False
    floors = [standing.until, standing.promised, *(each.until for each in standing.extensions)]
    floors += [each.until for each in standing.appraisals]
    return until > max((day for day in floors if day), default=date.min)


def _texts(reference: str, case: str, reason: str) -> tuple[str, str]:
    case, reason = case_name(case), reason.strip()
    if not reason:
        raise Refused.of("services.reason-missing", reference)
    if not case or len(case) > _LONGEST or not case.isprintable():
        raise Refused.of("retention.case-missing", reference)
    return case, reason


def place_of(office: Office, reference: str) -> Place:
    """Return what a reference means and the log it belongs to: a customer's id, else a contract, paper or item.

    Raises:
        NotFound: nothing bears the reference.
    """
    known = {each.id for each in customers.customers()}
    if reference in known:
        alive = customers.customer(customers.resolve(reference))
        folder = office.archive.customer(customer_id=alive.id, customer_name=alive.name)
        return Place(Target(Scope.CUSTOMER, alive.id), folder)
    contract_no, chosen = find(reference)
    folder = folder_of(office, contract_no)
    if chosen is None:
        return Place(Target(Scope.CONTRACT, contract_no), folder)
    issued = ledger.issued_by_number(reference)
    item = issued.id if issued else archive_numbers.item_of(reference) or reference
    return Place(Target(Scope.ITEM, item), folder)


def _append(journal: Journal, event_type: str, target: Target, signed: dict[str, str], **facts: str) -> None:
    journal.append(event_type, {"scope": target.scope.value, "target": target.id, **facts, **signed})


def signed(office: Office, user: StoredUser, reason: str) -> dict[str, str]:
    """Return who signs an act, on which day, and why, as the log keeps it."""
    return {
        "user": user.name,
        "display": user.display,
        "os_user": os_user(),
        "on": office.today().isoformat(),
        "reason": reason,
    }


def _told(office: Office, target: Target, case: str) -> HoldTold:
    hold = [each for each in retention.trail().holds if each.target == target and each.case == case][-1]
    desk = Desk(office)
    rows = (each for key in _reached(desk, target) for each in desk.contract(key, as_of=office.today()))
    return HoldTold(hold, sum(target in each.targets for each in rows))


def _reached(desk: Desk, target: Target) -> Iterable[str]:
    """Return the folders in which a target may reach papers: a contract reaches no other, an item none but its own."""
    if target.scope is Scope.CONTRACT:
        return (target.id,)
    if target.scope is Scope.ITEM:
        item = ledger.archived_item(target.id)
        return (item.key,) if item else ()
    return desk.all_keys()
