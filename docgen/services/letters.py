"""What became of a letter: sent how and when, arrived, or came back. Each is an event in the contract's log.

A term that hangs on a letter runs from its arrival; one that came back counts as not sent. A paper may be sent several
times; each dispatch is an attempt with its own fate. The fate is told once: a letter that arrived does not come back by
itself, so whoever entered the wrong one takes it back first and says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from docgen.errors import NotFound, Refused
from docgen.findings import Finding, error, has_errors, warning
from docgen.services import logging as log
from docgen.services.evidence import weigh_evidence
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.staleness import require_revision
from docgen.store import ledger, letters
from docgen.store.journal import writing


class Channel(StrEnum):
    """How a letter travels."""

    EMS = "ems"
    COURIER = "courier"
    REGISTERED = "registered"
    HAND = "hand"
    EMAIL = "email"
    FAX = "fax"
    OTHER = "other"


_WORDS: Mapping[str, Channel] = {
    "快递": Channel.COURIER,
    "挂号信": Channel.REGISTERED,
    "面交": Channel.HAND,
    "邮件": Channel.EMAIL,
    "电子邮件": Channel.EMAIL,
    "传真": Channel.FAX,
    "其他": Channel.OTHER,
}

_FATES: Mapping[str, str] = {"delivered": "services.letter-arrived", "failed": "services.letter-came-back"}
_UNDOING = (letters.WITHDRAWN, letters.REOPENED)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What is told of a letter: the day, and as far as it applies channel, tracking number, evidence, reason."""

    on: date
    channel: str | None = None
    tracking: str | None = None
    evidence: str | None = None
    reason: str | None = None
    attempt: int | None = None


@dataclass(frozen=True, slots=True)
class LetterTold:
    """A letter as it now stands, and what was worth saying."""

    letter: letters.StoredLetter
    title: str
    revision: int
    findings: tuple[Finding, ...]


def send_letter(office: Office, number: str, told: Dispatch, *, revision: int | None = None) -> LetterTold:
    """Record that an issued paper was sent.

    Raises:
        NotFound: no paper bears the number.
        Refused: the paper is void or replaced, the channel is unknown, the day is in the future or before the paper.
        StaleRevision: the deal moved on since `revision`.
    """
    return _tell(office, number, letters.SENT, told, revision=revision)


def deliver_letter(office: Office, number: str, told: Dispatch, *, revision: int | None = None) -> LetterTold:
    """Record that a letter arrived: the last attempt, or the one named.

    Raises:
        As `send_letter`; and Refused where the paper was never sent, or this dispatch arrived or came back already.
    """
    return _tell(office, number, letters.DELIVERED, told, revision=revision)


def fail_letter(office: Office, number: str, told: Dispatch, *, revision: int | None = None) -> LetterTold:
    """Record that a letter came back or could not be delivered, and why.

    Raises:
        As `deliver_letter`.
    """
    if not (told.reason or "").strip():
        raise Refused.of("services.reason-missing", number)
    return _tell(office, number, letters.FAILED, told, revision=revision)


def withdraw_letter(office: Office, number: str, told: Dispatch, *, revision: int | None = None) -> LetterTold:
    """Take back the last thing told of a dispatch: its arrival or return, else the dispatch itself; with the reason.

    Raises:
        As `deliver_letter`.
    """
    if not (told.reason or "").strip():
        raise Refused.of("services.reason-missing", number)
    return _tell(office, number, letters.WITHDRAWN, told, revision=revision)


def _tell(office: Office, number: str, event_type: str, told: Dispatch, *, revision: int | None) -> LetterTold:
    contract_no = ledger.paper(number).contract_no
    with writing(folder_of(office, contract_no), at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, revision)
        paper = ledger.paper(number)
        payload, findings = _weighed(office, paper, event_type, told)
        if has_errors(findings):
            raise Refused(findings)
        attempt = payload["attempt"]
        written = _taking_back(number, attempt) if event_type == letters.WITHDRAWN else event_type
        journal.append(written, payload)
    log.record(written.replace(".", "-"), number=number)
    letter = next(each for each in letters.letters(number=number) if each.attempt == attempt)
    return LetterTold(letter, paper.title, ledger.deal(contract_no).revision, (*findings, *journal.findings))


def _weighed(
    office: Office, paper: ledger.PaperLine, event_type: str, told: Dispatch
) -> tuple[dict[str, object], list[Finding]]:
    """Return the event's payload and what speaks against or about it."""
    past = letters.letters(number=paper.number)
    is_new = event_type == letters.SENT
    attempt = len(past) + 1 if is_new else _attempt(paper, past, told)
    payload: dict[str, object] = {"number": paper.number, "attempt": attempt, "on": told.on.isoformat()}
    if not is_new and event_type not in _UNDOING:
        _require_under_way(past[attempt - 1])
    findings = weigh_evidence(paper.contract_no, told.evidence)
    if event_type not in _UNDOING:
        findings += _weigh_day(office, paper, told, None if is_new else past[attempt - 1])
    if is_new:
        findings += _weigh_sending(paper, told)
        payload |= {"channel": _channel(told.channel), "tracking": told.tracking}
    payload |= {"evidence": told.evidence, "reason": told.reason}
    return {name: value for name, value in payload.items() if value is not None}, findings


def _taking_back(number: str, attempt: object) -> str:
    """Return the event that takes back what was last told of a dispatch."""
    letter = next(each for each in letters.letters(number=number) if each.attempt == attempt)
    return letters.REOPENED if letter.status in _FATES else letters.WITHDRAWN


def _require_under_way(letter: letters.StoredLetter) -> None:
    """Refuse a second fate of one dispatch: the first is taken back before, by a person who says why."""
    if letter.status in _FATES:
        day = letter.delivered_on or letter.failed_on
        raise Refused.of(_FATES[letter.status], letter.number, attempt=letter.attempt, day=day)


def _attempt(paper: ledger.PaperLine, past: tuple[letters.StoredLetter, ...], told: Dispatch) -> int:
    """Return the attempt that is meant: the one named, by number or tracking, else the last that still stands."""
    standing = [each for each in past if each.status != "withdrawn"]
    meant = [
        each
        for each in standing
        if told.attempt in {None, each.attempt} and (told.tracking is None or each.tracking == told.tracking)
    ]
    if not standing:
        raise Refused.of("services.letter-not-sent", paper.number, title=paper.title)
    if not meant:
        known = "、".join(f"{each.attempt}（{each.tracking or each.channel}）" for each in standing)
        raise NotFound.of("services.no-such-letter", paper.number, known=known)
    return meant[-1].attempt


def _weigh_sending(paper: ledger.PaperLine, told: Dispatch) -> list[Finding]:
    findings = []
    if paper.status != "current":
        findings.append(error("services.not-current", paper.number, status=paper.status, by=paper.superseded_by or "—"))
    if _channel(told.channel) == Channel.EMS and not told.tracking:
        findings.append(warning("services.letter-without-tracking", paper.number))
    return findings


def _weigh_day(
    office: Office, paper: ledger.PaperLine, told: Dispatch, sent: letters.StoredLetter | None
) -> list[Finding]:
    extra = paper.sidecar.get("extra")
    dated = str(extra.get("dated") or "") if isinstance(extra, Mapping) else ""
    earliest = sent.sent_on if sent else dated
    day, today = told.on.isoformat(), office.today().isoformat()
    if day > today:
        return [error("services.letter-in-future", paper.number, day=day, today=today)]
    return [error("services.letter-too-early", paper.number, day=day, earliest=earliest)] if day < earliest else []


def _channel(named: str | None) -> str:
    word = (named or "").strip()
    channel = _WORDS.get(word) or next((each for each in Channel if each.value == word.lower()), None)
    if channel is None:
        known = "、".join([*(each.value for each in Channel), *_WORDS])
        raise Refused.of("services.no-such-channel", word or "--channel", known=known)
    return channel.value
