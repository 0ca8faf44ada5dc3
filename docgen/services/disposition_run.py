"""Carrying out an approved proposal: look again, number the list, destroy item by item; taken up again after a crash.

The order: the list is drawn; `disposal.begun` freezes in the log which items go and which are kept back, and what the
list says; the list is filed and its number noted; then each contract is held as its only writer, its items are looked
at once more, and each is destroyed or spared. Stopped anywhere, the same command goes on from what the log says.
Nothing calls this by itself: there is no timer, no watcher and no other service that does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from docgen.archive.disposition import Disposal, dispose
from docgen.archive.layout import Folder
from docgen.errors import Damage, Refused
from docgen.findings import Finding, error
from docgen.retention.disposal import BEGUN, CLOSED, LISTED, SPARED, Proposal, ProposedItem, Removed, Status
from docgen.services import logging as log
from docgen.services.company_papers import DrawnCompanyPaper
from docgen.services.disposal_check import Check, folder_of_item, require_true_day
from docgen.services.disposal_witness import require_true_tables
from docgen.services.disposition import home_of, state_words
from docgen.services.disposition_paper import content_of, correction_of, draw_list, issue_list, words
from docgen.services.office import Office, os_user
from docgen.services.people import Identity, Role, writer
from docgen.store import disposals, ledger, projection
from docgen.store.customers import survivors
from docgen.store.journal import Journal, writing, writing_all
from docgen.store.people import StoredUser

MAY_DISPOSE = (Role.ARCHIVIST, Role.ADMIN)
Advance = Callable[[int, int], None]


class Step(StrEnum):
    """What a run is at: logs against tables, each item's term and bytes, the list, the destruction itself."""

    LOGS = "logs"
    ITEMS = "items"
    LIST = "list"
    DESTRUCTION = "destruction"


Progress = Callable[[Step, int, int], None]


def _silent(_step: Step, _number: int, _total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Preview:
    """What carrying a proposal out would do now: what goes, what is kept back and why; pages and files that go."""

    proposal: Proposal
    items: tuple[ProposedItem, ...]
    kept_back: tuple[Removed, ...]
    pages: int
    files: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A proposal carried out: the list's number, how many items were destroyed, what was kept back and why."""

    proposal: Proposal
    list_number: str
    destroyed: int
    kept_back: tuple[Removed, ...]


def require_ready(proposal_id: str) -> None:
    """Refuse a proposal that cannot be carried out as it stands.

    Raises:
        NotFound: no such proposal.
        Refused: it is not approved by two people, or is ended.
    """
    _require_ready(disposals.proposal(proposal_id))


def preview(office: Office, proposal_id: str, *, progress: Progress | None = None) -> Preview:
    """Return what carrying a proposal out would do now; nothing is written.

    Raises:
        NotFound: no such proposal.
        Refused: it is not approved by two people, or is ended.
    """
    found = disposals.proposal(proposal_id)
    _require_ready(found)
    gone = {each.item for each in found.spared}
    named = found.standing if found.status is Status.APPROVED else _still_there(found)
    named = [each for each in named if each.id not in gone]
    chosen, back = _weighed(office, named, partial(progress or _silent, Step.ITEMS))
    told = (*found.skipped, *found.spared, *back)
    return Preview(found, chosen, told, sum(each.pages for each in chosen), sum(each.files for each in chosen))


def carry_out(
    office: Office, proposal_id: str, who: Identity, *, confirmed: date | None = None, progress: Progress | None = None
) -> Outcome:
    """Destroy what an approved proposal names and nothing keeps back; called again, it goes on where it stopped.

    `confirmed` is today's date as somebody read it elsewhere; it is asked for where the logs were silent for long.

    Raises:
        NotFound: no such proposal.
        Refused: not approved by two people, ended, nothing is left to destroy, the clock is doubtful, wrong password,
            or a role that may not.
        Damage: retention.tables-differ, where the tables do not say what the logs say.
        StorageProblem: the disk refuses; the same command goes on.
    """
    user = writer(office, who)
    if user.role not in MAY_DISPOSE:
        raise Refused.of("retention.may-not-dispose", user.name, user=user.display)
    found = disposals.proposal(proposal_id)
    _require_ready(found)
    require_true_day(office, confirmed=confirmed)
    home = home_of(office, found)
    told = progress or _silent
    require_true_tables(office, found, progress=partial(told, Step.LOGS))
    _begin(office, home, found.id, user, told)
    _destroy_all(office, home, found.id, user, partial(told, Step.DESTRUCTION))
    done = _close(office, home, found.id, user)
    log.record("disposal-carried-out", count=len(done.chosen) - len(done.spared))
    return Outcome(done, done.list_number, len(done.chosen) - len(done.spared), (*done.skipped, *done.spared))


def _require_ready(found: Proposal) -> None:
    if found.status is Status.CLOSED:
        raise Refused.of("retention.already-carried-out", found.id, number=found.list_number or "—")
    if found.status not in {Status.APPROVED, Status.BEGUN}:
        raise Refused.of("retention.not-approved", found.id, status=state_words(found), count=len(found.approvals))


def _begin(office: Office, home: Folder, proposal_id: str, user: StoredUser, progress: Progress) -> None:
    """Freeze, once, what goes and what is kept back, and issue the list; nothing is done twice after a crash.

    The proposal's folder and that of the list's year are held meanwhile, so that the number the list was drawn with is
    still the next one when it is filed.
    """
    today = office.today()
    folders = {folder.key: folder for folder in (home, office.archive.company(today.year))}
    with writing_all(list(folders.values()), at=office.now(), actor=user.name):
        found = disposals.proposal(proposal_id)
        _require_ready(found)
        drawn = None
        if found.status is Status.APPROVED:
            drawn = _frozen(office, home, found, user=user, today=today, progress=progress)
        progress(Step.LIST, 0, 0)
        _number_list(office, home, proposal_id, user, drawn)


def _frozen(  # noqa: PLR0913  # whose run of which proposal, on which day
    office: Office, home: Folder, found: Proposal, *, user: StoredUser, today: date, progress: Progress
) -> DrawnCompanyPaper:
    """Note what goes and what is kept back, and return the list that says so, drawn but not yet issued."""
    with writing(home, at=office.now(), actor=user.name) as journal:
        chosen, back = _weighed(office, found.standing, partial(progress, Step.ITEMS))
        if not chosen:
            told = [error("retention.nothing-left", found.id, count=len(back), why=each.why) for each in back[:1]]
            raise Refused(told)
        content = content_of(found, chosen, back, dated=today)
        progress(Step.LIST, 0, 0)
        drawn = draw_list(office, content)
        payload = {
            "id": found.id,
            "items": [each.id for each in chosen],
            "skipped": [{"item": each.item, "why": each.why} for each in back],
            "content": content,
            **_signed(office, user),
        }
        journal.append(BEGUN, payload)
        return drawn


def _number_list(
    office: Office, home: Folder, proposal_id: str, user: StoredUser, drawn: DrawnCompanyPaper | None
) -> None:
    """Issue the list and note its number; one that was issued before a crash is found again, not issued twice."""
    with writing(home, at=office.now(), actor=user.name) as journal:
        found = disposals.proposal(proposal_id)
        if not found.list_number:
            issued = issue_list(office, _content(found), actor=user.name, drawn=drawn)
            told = {"id": proposal_id, "number": issued.number, "paper": issued.sidecar_id}
            journal.append(LISTED, {**told, **_signed(office, user)})


def _destroy_all(office: Office, home: Folder, proposal_id: str, user: StoredUser, progress: Advance) -> None:
    found = disposals.proposal(proposal_id)
    items = [each for each in _still_there(found) if each.id not in {one.item for one in found.spared}]
    done = 0
    keyed = sorted(((folder_of_item(office, each.id).key, each) for each in items), key=itemgetter(0))
    for _, group in groupby(keyed, key=itemgetter(0)):
        rows = [each for _, each in group]
        folder = folder_of_item(office, rows[0].id)
        with _holding(office, folder, rows[0], user):
            check = Check(office, {rows[0].contract_no} - {""})
            for item in rows:
                if disposals.is_disposed(item.id):  # another process was quicker, or a crash left it to recovery
                    continue
                why = words(check.against(item)) or _destroyed(office, folder, item, found, user)
                if why:
                    _spare(office, home, found.id, Removed(item.id, why), user)
                done += 1
                progress(done, len(items))
            projection.catch_up(folder)


def _destroyed(office: Office, folder: Folder, item: ProposedItem, found: Proposal, user: StoredUser) -> str:
    """Destroy one item; return why not, where its bytes are no longer those that were approved."""
    approvers = tuple({"name": each.display, "post": each.post, "at": each.at} for each in found.approvals)
    order = Disposal(found.id, found.list_number, found.reason, approvers, office.now(), user.name)
    try:
        dispose(folder, item.id, order, expected=item.paths)
    except Damage as problem:
        return words(problem.findings)
    log.record("item-disposed", item=item.id)
    return ""


def _holding(office: Office, folder: Folder, item: ProposedItem, user: StoredUser) -> AbstractContextManager[Journal]:
    """Hold a contract and its customer for writing, so that no hold can be placed between the look and the act."""
    folders = [folder]
    if item.contract_no:
        deal = ledger.deal(item.contract_no)
        alive_id, alive = survivors()[deal.customer_id]
        folders.append(office.archive.customer(customer_id=alive_id, customer_name=alive))
    return writing_all(folders, at=office.now(), actor=user.name)


def _spare(office: Office, home: Folder, proposal_id: str, kept: Removed, user: StoredUser) -> None:
    with writing(home, at=office.now(), actor=user.name) as journal:
        told = {"id": proposal_id, "item": kept.item, "why": kept.why}
        journal.append(SPARED, {**told, **_signed(office, user)})


def _close(office: Office, home: Folder, proposal_id: str, user: StoredUser) -> Proposal:
    with writing(home, at=office.now(), actor=user.name) as journal:
        found = disposals.proposal(proposal_id)
        if found.status is not Status.CLOSED:
            correction = ""
            if found.spared:
                correction = issue_list(office, correction_of(found, dated=office.today()), actor=user.name).number
            told = {"id": proposal_id, "destroyed": len(found.chosen) - len(found.spared), "correction": correction}
            journal.append(CLOSED, {**told, **_signed(office, user)})
    return disposals.proposal(proposal_id)


def _weighed(
    office: Office, named: Sequence[ProposedItem], progress: Advance
) -> tuple[tuple[ProposedItem, ...], tuple[Removed, ...]]:
    check = Check(office, {each.contract_no for each in named if each.contract_no})
    chosen: list[ProposedItem] = []
    back: list[Removed] = []
    for number, item in enumerate(named, 1):
        reasons: tuple[Finding, ...] = check.against(item)
        if reasons:
            back.append(Removed(item.id, words(reasons)))
        else:
            chosen.append(item)
        progress(number, len(named))
    return tuple(chosen), tuple(back)


def _still_there(found: Proposal) -> Sequence[ProposedItem]:
    return [each for each in found.items if each.id in found.chosen and not disposals.is_disposed(each.id)]


def _content(found: Proposal) -> Mapping[str, Any]:
    if found.content is None:
        raise Refused.of("retention.not-approved", found.id, status=state_words(found), count=len(found.approvals))
    return found.content


def _signed(office: Office, user: StoredUser) -> dict[str, str]:
    return {"user": user.name, "display": user.display, "os_user": os_user(), "on": office.today().isoformat()}
