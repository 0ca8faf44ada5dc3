"""One request for many letters: finance asks once, each post agrees once, and each letter keeps an approval of its own.

A list is no approval. It only says which letters were asked for together; what is asked, agreed to and rejected stands
in each contract's log, frozen letter by letter, as if asked for alone. So whatever is changed in one contract makes
that letter's approval stale and no other's; a letter that is rejected alone leaves the list and is asked for anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from docgen.approvals.trail import APPROVED, REJECTED, Approval
from docgen.errors import DocgenError, Refused
from docgen.findings import Finding, Severity, note
from docgen.services import logging as log
from docgen.services.approvals import Decision, Told, act_as, is_free, request_as, signed, told, withdraw_as
from docgen.services.batch import BatchPlan, NotChosen, Progress
from docgen.services.batch_item import BatchItem
from docgen.services.office import Office
from docgen.services.people import Identity, writer
from docgen.services.prepare_issue import Request, prepare
from docgen.store import approvals, ledger
from docgen.store.journal import writing
from docgen.store.people import StoredUser

MARK = "PS"
"""How the id of a list begins: 批审."""
_OUTDATED = {"approvals.stale", "approvals.route-short"}
_ASKED_FOR = {"approvals.needed", *_OUTDATED}
"""What asking for approval cures; anything else must be put right before anybody is asked."""
_OPEN = "approvals.incomplete"
_AGREED = Decision()


@dataclass(frozen=True, slots=True)
class LetterTold:
    """A letter of a list as its own approval stands, and what kept an act from being done to it just now."""

    told: Told
    findings: tuple[Finding, ...] = ()
    is_done: bool = False

    @property
    def customer(self) -> str:
        """Return to whom the letter goes, as the request froze it."""
        return dict(self.told.approval.summary).get("客户名称", "")

    @property
    def about(self) -> str:
        """Return the part of the deal the letter speaks of, with its amounts, as the request froze it."""
        return dict(self.told.approval.summary).get("期次", self.told.approval.subject)


@dataclass(frozen=True, slots=True)
class ListTold:
    """A list: its letters, those it was not to hold with the reason, and whether all was said that was to be said."""

    id: str
    kind: str
    title: str
    as_of: date
    letters: tuple[LetterTold, ...]
    left_out: tuple[NotChosen, ...] = ()

    @property
    def done(self) -> tuple[LetterTold, ...]:
        """Return the letters the last act was done to."""
        return tuple(each for each in self.letters if each.is_done)

    @property
    def refused(self) -> tuple[LetterTold, ...]:
        """Return the letters the last act could not be done to."""
        return tuple(each for each in self.letters if each.findings and not each.is_done)


def is_list(approval_id: str) -> bool:
    """Tell whether an id is that of a list and not of one request."""
    return approval_id.startswith(MARK)


def request_all(office: Office, plan: BatchPlan, who: Identity, *, progress: Progress | None = None) -> ListTold:
    """Ask for the approval of every letter of a plan that needs one and has nothing else against it.

    Raises:
        Refused: no letter of the plan needs an approval now; the reasons of each.
    """
    user = writer(office, who)
    chosen, left = _weighed(office, plan)
    if not chosen:
        reasons = [each.why for each in left] or [note("services.batch-empty", plan.title, title=plan.title,
                                                       as_of=plan.as_of.isoformat())]  # fmt: skip
        raise Refused.of("approvals.nothing-to-ask", plan.title, title=plan.title, why=_said(reasons))
    list_id = f"{MARK}{office.today():%Y%m%d}-{secrets.token_hex(2)}"
    with writing(office.archive.company(office.today().year), at=office.now(), actor=user.name) as journal:
        journal.append(approvals.ASKED_TOGETHER, {
            "id": list_id, "kind": plan.kind, "title": plan.title, "as_of": plan.as_of.isoformat(),
            "items": [{"deal": each.deal, "seq": each.seq} for each in chosen], **signed(office, user),
        })  # fmt: skip
    return _asked(office, list_id, user, left, progress)


def resume_requests(office: Office, list_id: str, who: Identity, *, progress: Progress | None = None) -> ListTold:
    """Go on asking where a list was broken off: what is asked for stays as it is.

    Raises:
        NotFound: there is no such list.
    """
    return _asked(office, list_id, writer(office, who), [], progress)


def _weighed(office: Office, plan: BatchPlan) -> tuple[list[BatchItem], list[NotChosen]]:
    chosen, left = [], list(plan.not_chosen)
    for item in plan.items:
        against = tuple(_against(office, plan, item))
        if against:
            left += (_not_chosen(item, each) for each in against)
        else:
            chosen.append(item)
    return chosen, left


def _against(office: Office, plan: BatchPlan, item: BatchItem) -> Iterator[Finding]:
    """Yield why nobody should be asked about a letter: it may go out already, or may not for other reasons."""
    try:
        prepare(office, Request(item.deal, plan.kind, seq=item.seq, as_of=plan.as_of), is_draft=False)
    except DocgenError as problem:
        errors = [each for each in problem.findings if each.severity is Severity.ERROR]
        is_outdated = any(each.code in _OUTDATED for each in errors)
        for each in errors:
            if each.code not in _ASKED_FOR and not (each.code == _OPEN and (is_outdated or _is_free(each))):
                yield each
        return
    yield note("approvals.none-needed", item.key, title=plan.title)


def _is_free(found: Finding) -> bool:
    return is_free(approvals.approval(found.where))


def _asked(
    office: Office, list_id: str, user: StoredUser, left: list[NotChosen], progress: Progress | None
) -> ListTold:
    order = approvals.asked_together(list_id)
    as_of = date.fromisoformat(order["as_of"])
    taken = {(each.contract_no, each.subject_seq) for each in approvals.approvals_in(list_id)}
    for number, item in enumerate(order["items"], 1):
        wanted = Request(item["deal"], order["kind"], seq=item["seq"], as_of=_unless_today(office, as_of))
        try:
            if (ledger.deal(wanted.deal).contract_no, wanted.seq or 0) not in taken:
                request_as(office, user, wanted, bulk=list_id)
        except DocgenError as problem:
            log.refused(problem, kind=wanted.kind)
            item_ = BatchItem(wanted.deal, wanted.deal, wanted.seq)
            left += (_not_chosen(item_, each) for each in problem.findings)
        if progress is not None:
            progress("approval", number, len(order["items"]))
    found = list_told(office, list_id)
    return ListTold(found.id, found.kind, found.title, found.as_of, found.letters, tuple(left))


def _unless_today(office: Office, day: date) -> date | None:
    return None if day == office.today() else day


def _not_chosen(item: BatchItem, why: Finding) -> NotChosen:
    found = ledger.find_deal(item.deal)
    customer = found.record.customer.name if found else ""
    return NotChosen(found.contract_no if found else item.deal, item.seq, customer, why)


def list_told(office: Office, list_id: str) -> ListTold:
    """Return a list with each letter's own approval as it stands.

    Raises:
        NotFound: there is no such list.
    """
    order = approvals.asked_together(list_id)
    letters = tuple(LetterTold(told(office, each.id)) for each in approvals.approvals_in(list_id))
    return ListTold(list_id, order["kind"], order["title"], date.fromisoformat(order["as_of"]), letters)


def approve_all(
    office: Office, list_id: str, who: Identity, decision: Decision = _AGREED, *, progress: Progress | None = None
) -> ListTold:
    """Approve the step whose turn it is of every letter on a list; each has its own act in its own log.

    Done again it goes on where it was broken off: nobody approves one letter twice.

    Raises:
        NotFound: no such list.
        Refused: the password is wrong, or the user may only read.
    """
    user = writer(office, who)
    return _each(office, list_id, user, lambda found: act_as(office, found.id, user, decision, event_type=APPROVED),
                 progress)  # fmt: skip


def reject_all(
    office: Office, list_id: str, who: Identity, decision: Decision, *, progress: Progress | None = None
) -> ListTold:
    """Reject every letter of a list with one reason; they leave the list, and each may be asked for anew.

    Raises:
        As `approve_all`; and Refused without a reason.
    """
    _require_reason(list_id, decision.remark)
    user = writer(office, who)
    return _each(office, list_id, user, lambda found: act_as(office, found.id, user, decision, event_type=REJECTED),
                 progress)  # fmt: skip


def withdraw_all(
    office: Office, list_id: str, who: Identity, *, reason: str, progress: Progress | None = None
) -> ListTold:
    """Take back every request of a list that no paper rests on yet.

    Raises:
        As `approve_all`; and Refused without a reason.
    """
    _require_reason(list_id, reason)
    user = writer(office, who)
    return _each(office, list_id, user, lambda found: withdraw_as(office, found.id, user, reason=reason), progress)


def _require_reason(list_id: str, reason: str) -> None:
    if not reason.strip():
        raise Refused.of("services.reason-missing", list_id)


def _each(
    office: Office, list_id: str, user: StoredUser, act: Callable[[Approval], Told], progress: Progress | None
) -> ListTold:
    order = approvals.asked_together(list_id)
    found = approvals.approvals_in(list_id)
    letters = []
    for number, each in enumerate(found, 1):
        letters.append(_acted(office, each, user, act))
        if progress is not None:
            progress("approval", number, len(found))
    log.record("approval-list", count=len(letters))
    return ListTold(list_id, order["kind"], order["title"], date.fromisoformat(order["as_of"]), tuple(letters))


def _acted(office: Office, found: Approval, user: StoredUser, act: Callable[[Approval], Told]) -> LetterTold:
    """Do it to one letter; what this user did before, and what is complete or used, needs nothing more."""
    if found.status != "open" or user.name in found.involved:
        return LetterTold(told(office, found.id))
    try:
        return LetterTold(act(found), is_done=True)
    except DocgenError as problem:
        log.refused(problem, kind=found.kind)
        return LetterTold(told(office, found.id), problem.findings)


def _said(findings: list[Finding]) -> str:
    return "；".join(dict.fromkeys(each.sentence() for each in findings[:5])) + ("…" if len(findings) > 5 else "")  # noqa: PLR2004  # enough to see why
