"""Proposing destruction: a frozen list with reasons, two approvals with password, refusal, withdrawal, striking off.

Nothing here destroys anything. A proposal is made from the review list (鉴定清单) and freezes each item with its
hashes; each act is an event of the company's log in which the proposal stands. What is approved is carried out by
docgen.services.disposition_run, which looks at everything once more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, partial

from docgen.archive import plain
from docgen.archive.disposition import doomed
from docgen.archive.layout import Folder
from docgen.archive.record import SCAN_ORIGINAL, Sidecar
from docgen.errors import NotFound, Refused
from docgen.findings import Finding, error, note, sentence
from docgen.retention.disposal import (
    APPROVED,
    PROPOSED,
    REJECTED,
    STRUCK,
    WITHDRAWN,
    Proposal,
    ProposedItem,
    Status,
)
from docgen.services import logging as log
from docgen.services.company_papers import LARGEST_LIST
from docgen.services.disposal_check import Check
from docgen.services.office import Office, os_user
from docgen.services.people import Identity, Role, writer
from docgen.services.retention import ItemRetention, TerminationEvent, end_of
from docgen.services.retention_review import Chosen, review
from docgen.store import disposals, ledger
from docgen.store.disposals import ProposalLine
from docgen.store.journal import Journal, writing
from docgen.store.people import StoredUser

_ALL = Chosen()
DEFAULT_REASON = "保管期限届满，经鉴定无继续保存价值"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal as it now stands, and what was kept out of it although its term is over."""

    proposal: Proposal
    kept_back: tuple[Finding, ...] = ()


def propose(
    office: Office,
    who: Identity,
    *,
    as_of: date | None = None,
    chosen: Chosen = _ALL,
    reason: str = DEFAULT_REASON,
) -> Proposed:
    """Propose the destruction of all that the review list names as of a day, each item frozen with why and its hashes.

    What stands in another proposal that still runs is left out. A proposal is full with as many items as one list
    holds; the others are for the next.

    Raises:
        Refused: nothing is left to propose, the day lies ahead, no reason, or the password is wrong.
        NotFound: no deal bears the number chosen.
    """
    user = writer(office, who)
    _require_reason(reason, "--reason")
    found = review(office, as_of=as_of, chosen=chosen)
    home = office.archive.company(office.today().year)
    with writing(home, at=office.now(), actor=user.name) as journal:
        taken = _taken()
        rows = [each for each in found.items if each.id not in taken]
        items, back, left = _frozen(office, rows)
        back = [*(reason for each in found.kept_back for reason in each.reasons), *back]
        if not items:
            raise Refused([error("retention.nothing-to-propose", "", as_of=found.as_of), *back])
        told = [_as_json(each) for each in items]
        payload = {
            "id": _next_id(office.today().year),
            "as_of": found.as_of.isoformat(),
            "reason": reason.strip(),
            "items": told,
            "digest": hashlib.sha256(plain.canonical(told)).hexdigest(),
            **_signed(office, user),
        }
        journal.append(PROPOSED, payload)
    log.record("disposal-proposed", count=len(items))
    if left:
        back.append(note("retention.proposal-full", str(payload["id"]), limit=LARGEST_LIST, count=left))
    return Proposed(disposals.proposal(str(payload["id"])), tuple(back))


def list_proposals(_office: Office) -> tuple[ProposalLine, ...]:
    """Return all proposals."""
    return disposals.proposals()


def show_proposal(_office: Office, proposal_id: str) -> Proposal:
    """Return a proposal with its items, signatures and what became of it.

    Raises:
        NotFound: there is none of that id.
    """
    return disposals.proposal(proposal_id)


def approve_proposal(
    office: Office, proposal_id: str, who: Identity, *, post: str | None = None, remark: str = ""
) -> Proposal:
    """Approve a proposal; two different people must, neither of them its author, each in a post they hold.

    Raises:
        NotFound: no such proposal.
        Refused: wrong password, no post, the author, the same person twice, or it no longer waits for approval.
    """

    def payload(found: Proposal, user: StoredUser) -> dict[str, object]:
        if found.proposed.user == user.name:
            raise Refused.of("retention.own-proposal", found.id, user=user.display)
        if user.name in {each.user for each in found.approvals}:
            raise Refused.of("retention.approved-already", found.id, user=user.display)
        return {"post": _post(user, post), "remark": remark.strip(), "digest": found.digest}

    return _act(office, proposal_id, who, APPROVED, payload, only={Status.OPEN})


def reject_proposal(office: Office, proposal_id: str, who: Identity, *, reason: str) -> Proposal:
    """Refuse a proposal with a reason; one already approved but not begun may be refused, too.

    Raises:
        NotFound: no such proposal.
        Refused: wrong password, no post, no reason, or it is begun or ended.
    """

    def payload(_found: Proposal, user: StoredUser) -> dict[str, object]:
        return {"post": _post(user, None), "reason": reason.strip()}

    _require_reason(reason, proposal_id)
    return _act(office, proposal_id, who, REJECTED, payload, only={Status.OPEN, Status.APPROVED})


def withdraw_proposal(office: Office, proposal_id: str, who: Identity, *, reason: str) -> Proposal:
    """Take a proposal back: its author, or an administrator, before it is begun.

    Raises:
        NotFound: no such proposal.
        Refused: wrong password, somebody else, no reason, or it is begun or ended.
    """

    def payload(found: Proposal, user: StoredUser) -> dict[str, object]:
        if user.name != found.proposed.user and user.role != Role.ADMIN:
            raise Refused.of("retention.not-proposer", found.id, user=user.display)
        return {"reason": reason.strip()}

    _require_reason(reason, proposal_id)
    return _act(office, proposal_id, who, WITHDRAWN, payload, only={Status.OPEN, Status.APPROVED})


def strike_item(office: Office, proposal_id: str, item_id: str, who: Identity, *, reason: str) -> Proposal:
    """Take one item off a proposal before it is begun; approvals stand, since only less is destroyed.

    Raises:
        NotFound: no such proposal, or it does not name the item.
        Refused: wrong password, no reason, or it is begun or ended.
    """

    def payload(found: Proposal, _user: StoredUser) -> dict[str, object]:
        if found.item(item_id) is None:
            raise NotFound.of("retention.not-in-proposal", proposal_id, item=item_id, proposal=found.id)
        return {"item": item_id, "reason": reason.strip()}

    _require_reason(reason, proposal_id)
    return _act(office, proposal_id, who, STRUCK, payload, only={Status.OPEN, Status.APPROVED})


def state_words(found: Proposal) -> str:
    """Return a proposal's state in words."""
    return sentence(f"cli.disposal-{found.status.value}")


def home_of(office: Office, found: Proposal) -> Folder:
    """Return the company's folder in whose log a proposal stands."""
    return office.archive.company(int(found.key.rpartition("/")[2]))


def _act(  # noqa: PLR0913  # whose act on what, and when it may be done
    office: Office,
    proposal_id: str,
    who: Identity,
    event_type: str,
    payload: Callable[[Proposal, StoredUser], Mapping[str, object]],
    *,
    only: set[Status],
) -> Proposal:
    user = writer(office, who)
    home = home_of(office, disposals.proposal(proposal_id))
    with writing(home, at=office.now(), actor=user.name) as journal:
        found = disposals.proposal(proposal_id)
        if found.status not in only:
            raise Refused.of("retention.proposal-state", found.id, status=state_words(found))
        _append(journal, event_type, found, {**payload(found, user), **_extra(office, user)})
    log.record(event_type.replace(".", "-"))
    return disposals.proposal(proposal_id)


def _append(journal: Journal, event_type: str, found: Proposal, told: Mapping[str, object]) -> None:
    journal.append(event_type, {"id": found.id, **told})


def _extra(office: Office, user: StoredUser) -> dict[str, str]:
    return {key: value for key, value in _signed(office, user).items() if key != "post"}


def _signed(office: Office, user: StoredUser) -> dict[str, str]:
    return {
        "user": user.name,
        "display": user.display,
        "post": user.posts[0] if user.posts else "",
        "os_user": os_user(),
        "on": office.today().isoformat(),
    }


def _post(user: StoredUser, wanted: str | None) -> str:
    """Return the post somebody acts in: the one named, or their first."""
    if not user.posts or (wanted is not None and wanted not in user.posts):
        raise Refused.of("retention.no-post", user.name, user=user.display, post=wanted or "—")
    return wanted or user.posts[0]


def _require_reason(reason: str, where: str) -> None:
    if not reason.strip():
        raise Refused.of("services.reason-missing", where)


def _taken() -> set[str]:
    """Return the items that stand in a proposal that is not ended."""
    running = disposals.with_status(Status.OPEN, Status.APPROVED, Status.BEGUN)
    return {item.id for found in running for item in found.standing}


def _next_id(year: int) -> str:
    n = 1 + sum(line.id.startswith(f"XH{year}-") for line in disposals.proposals())
    return f"XH{year}-{n:03}"


def _frozen(office: Office, rows: Sequence[ItemRetention]) -> tuple[list[ProposedItem], list[Finding], int]:
    """Freeze what nothing keeps back until the list is full; return how many were not looked at any more, too.

    What a look at the bytes shows is told instead.
    """
    check = Check(office, {each.contract_no for each in rows if each.contract_no})
    items: list[ProposedItem] = []
    back: list[Finding] = []
    ends = cache(partial(end_of, as_of=office.today()))
    for number, each in enumerate(rows):
        if len(items) == LARGEST_LIST:
            return items, back, len(rows) - number
        item = _item(office, each, ends(each.contract_no) if each.contract_no else None)
        reasons = check.against(item)
        back += reasons
        items += [] if reasons else [item]
    return items, back, 0


def _item(office: Office, each: ItemRetention, end: TerminationEvent | None) -> ProposedItem:
    row = ledger.archived_item(each.id)
    if row is None:
        raise NotFound.of("retention.no-such-item", each.id)
    sidecar = Sidecar.model_validate(row.sidecar)
    term = each.standing.decided_by
    kind = office.catalogue.kinds.get(each.kind)
    return ProposedItem(
        id=each.id,
        contract_no=each.contract_no,
        customer=each.customer,
        title=each.title,
        number=each.number,
        kind=kind.spec.title if kind else _TYPES.get(each.item_type, each.title),
        archive_no=each.archive_no,
        pages=row.pages or sum(file.pages or 0 for file in sidecar.files),
        files=len(sidecar.files),
        class_title=term.title,
        rule=term.rule,
        started_on=term.start_on.isoformat() if term.start_on else "",
        evidence=_evidence(end),
        until=each.standing.until.isoformat() if each.standing.until else "",
        hashes=tuple(file.sha256 for file in sidecar.files),
        paths=doomed(sidecar),
    )


_TYPES = {"filed": "来文（扫描件）", "packet": "合订本", SCAN_ORIGINAL: "扫描原件"}


def _evidence(end: TerminationEvent | None) -> str:
    if end is None:
        return ""
    return f"{end.evidence}（{end.file}）" if end.file else end.evidence


def _as_json(item: ProposedItem) -> dict[str, object]:
    return {**asdict(item), "hashes": list(item.hashes), "paths": dict(item.paths)}
