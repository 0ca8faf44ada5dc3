"""Half a paper and its other half: pages that came on two days become one filed paper, both scans kept as they came.

Half a paper is a state, not an error. It waits as 第 1 页已到，缺第 2 页 until a scan brings exactly what is missing;
then both originals are filed in one deposit, with a derived PDF of all pages in order. One event commits both: there is
no moment at which one half counts alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from docgen.archive.keep import Kept, keep
from docgen.errors import LimitExceeded, UnreadableFile
from docgen.findings import Finding, Severity, note
from docgen.intake import waiting
from docgen.intake.decision import Decision, IssuedPaper, Outcome
from docgen.papers.assembly import assembled
from docgen.papers.pictures import media_type
from docgen.services.deposit_scan import Arrival, Companion
from docgen.services.office import Office
from docgen.store import ledger
from docgen.store.projection import MISFILED

MISSING = "intake.pages-missing"
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class OtherHalf:
    """The waiting item that brings the pages a scan lacks."""

    item: waiting.WaitingItem
    paper: IssuedPaper


def other_half(office: Office, decision: Decision) -> OtherHalf | None:
    """Return the one waiting scan that completes this one; None where there is none, or more than one."""
    paper = decision.paper
    if paper is None or decision.outcome is Outcome.FILE or not _is_half(decision.findings):
        return None
    fitting = [
        item
        for item in waiting.waiting_items(office.workspace.review)
        if item.reason.paper is not None and item.reason.paper.document_id == paper.document_id
        if _is_half(item.findings) and _fits(paper, decision.seen_pages, item.reason.seen_pages)
        if len(item.reason.page_order) == len(item.reason.seen_pages)
    ]
    return OtherHalf(fitting[0], paper) if len(fitting) == 1 else None


def joined(office: Office, arrival: Arrival, decision: Decision, half: OtherHalf) -> tuple[Arrival, Decision]:
    """Return the arrival with its companion and the decision to file both; the pages in order lie beside them.

    Raises:
        StorageProblem: the disk refuses; both halves stay where they are.
    """
    reason = half.item.reason
    kept = keep(office.archive, half.item.file)
    companion = Companion(
        kept, reason.original_name, datetime.fromisoformat(reason.received_at), _media_type(kept.path),
        reason.part_of, reason.inlet,
    )  # fmt: skip
    ours = [(page, 0, sheet) for page, sheet in zip(decision.seen_pages, decision.page_order, strict=True)]
    theirs = [(page, 1, sheet) for page, sheet in zip(reason.seen_pages, reason.page_order, strict=True)]
    order = [(source, sheet) for _, source, sheet in sorted([*ours, *theirs])]
    told = note("intake.completed", half.paper.number, first=reason.original_name, second=arrival.original_name)
    rest = [finding for finding in (*decision.findings, *half.item.findings) if finding.code != MISSING]
    complete = replace(
        decision,
        outcome=Outcome.FILE,
        findings=(told, *told_once(rest)),
        evidence=(*decision.evidence, *reason.evidence),
        missing_pages=(),
    )
    return replace(arrival, companion=companion, whole=_whole([arrival.kept, kept], order)), complete


def told_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in their order, what both halves bring only once."""
    told: list[Finding] = []
    for each in findings:
        told += [] if each in told else [each]
    return tuple(told)


def _media_type(path: Path) -> str:
    """Return what a waiting half is by its head; it was read whole when it came in, so it is a PDF or a picture."""
    with path.open("rb") as file:
        return media_type(file.read(_HEAD))


def filed_whole(document_id: str, sha256: str) -> ledger.PaperLine | None:
    """Return the filed answer to a paper that has these bytes among its originals, the half that came first included.

    Of one that was filed in a wrong place and moved, the place where it lies now.
    """
    rows = ledger.answers_to(document_id, also_moved=True)
    row = next((each for each in rows if sha256 in each.hashes), None)
    return ledger.filed_from(row.hashes[0]) if row is not None and row.item_type == MISFILED else row


def settle_half(office: Office, hashes: Collection[str], item_id: str) -> None:
    """Take waiting scans off the list whose bytes lie in a filed item; also after a crash between the two."""
    for item in waiting.waiting_items(office.workspace.review):
        if item.reason.sha256 in hashes:
            waiting.settle(item, waiting.Filed(item_id, item.reason.sha256, office.now(), office.actor))


def _is_half(findings: Collection[Finding]) -> bool:
    return {one.code for one in findings if one.severity is Severity.ERROR} == {MISSING}


def _fits(paper: IssuedPaper, ours: Collection[int], theirs: Collection[int]) -> bool:
    return sorted([*ours, *theirs]) == list(range(1, paper.pages + 1))


def _whole(parts: list[Kept], order: list[tuple[int, int]]) -> bytes:
    """Return all pages in one PDF; empty where that cannot be made, for the originals count and not the copy."""
    try:
        return assembled([part.path.read_bytes() for part in parts], order)
    except (UnreadableFile, LimitExceeded):
        return b""
