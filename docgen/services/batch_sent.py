"""The letters of a batch were taken to the post together: one word records the dispatch of each.

Each letter gets its own event, as if told one by one. A letter told as sent already is left as it is, so that the same
command may be given again; one that was voided meanwhile did not go out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docgen.errors import DocgenError, Refused
from docgen.findings import Finding, note
from docgen.services.batch_list import read_pairs
from docgen.services.letters import Dispatch, send_letter
from docgen.services.office import Office
from docgen.store import batches, ledger, letters


@dataclass(frozen=True, slots=True)
class SentOfBatch:
    """One letter of a batch: told as sent now, or the findings that say why not."""

    number: str
    contract_no: str
    title: str
    tracking: str
    is_sent: bool
    findings: tuple[Finding, ...]


def send_batch(
    office: Office, batch_id: str, told: Dispatch, *, tracking: Path | None = None
) -> tuple[SentOfBatch, ...]:
    """Record that the letters of a batch were sent; `tracking` is a list of paper numbers and tracking numbers.

    Raises:
        NotFound: there is no such batch.
        Refused: nothing was issued in it, the list names letters that are not of it, or it cannot be read.
    """
    batches.batch_started(batch_id)
    papers = sorted(batches.issued_in(batch_id).values(), key=lambda each: each.number)
    if not papers:
        raise Refused.of("services.batch-nothing-issued", batch_id, id=batch_id)
    numbers = _tracking(batch_id, tracking, {each.number for each in papers})
    return tuple(_sent(office, each, told, numbers.get(each.number)) for each in papers)


def _tracking(batch_id: str, path: Path | None, known: set[str]) -> Mapping[str, str]:
    if path is None:
        return {}
    numbers = {number: tracking for number, tracking in read_pairs(path) if tracking}
    foreign = [number for number in numbers if number not in known]
    if foreign:
        raise Refused.of("services.batch-tracking-foreign", batch_id, id=batch_id, numbers="、".join(foreign[:10]))
    return numbers


def _sent(office: Office, paper: ledger.PaperLine, told: Dispatch, tracking: str | None) -> SentOfBatch:
    standing = [each for each in letters.letters(number=paper.number) if each.status != "withdrawn"]
    if standing:
        why = note("services.letter-sent-already", paper.number, day=standing[-1].sent_on)
        return _result(paper, standing[-1].tracking or "", (why,), is_sent=False)
    dispatch = Dispatch(told.on, channel=told.channel, tracking=tracking, evidence=told.evidence)
    try:
        done = send_letter(office, paper.number, dispatch)
    except DocgenError as problem:
        return _result(paper, tracking or "", problem.findings, is_sent=False)
    return _result(paper, tracking or "", done.findings, is_sent=True)


def _result(paper: ledger.PaperLine, tracking: str, findings: tuple[Finding, ...], *, is_sent: bool) -> SentOfBatch:
    return SentOfBatch(paper.number, paper.contract_no, paper.title, tracking, is_sent, tuple(findings))
