"""The 销毁清册 of a proposal: what it says, and the one place where it is issued as a paper of the company.

It is issued before the first byte goes, as the archivist's rules have it: list, signatures, then destruction. What is
kept back after it was numbered is told by a list of corrections, so that the two together tell the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from docgen.findings import Finding
from docgen.retention.disposal import Proposal, ProposedItem, Removed
from docgen.services import company_papers
from docgen.services.company_papers import DrawnCompanyPaper, IssuedCompanyPaper
from docgen.services.office import Office

KIND = "destruction-list"


def draw_list(office: Office, content: Mapping[str, Any]) -> DrawnCompanyPaper:
    """Draw a list before anything is begun, and refuse what it could not say: a name whose characters no font has.

    The caller holds the folder of the list's year until the list is issued.

    Raises:
        Refused, TemplateRefused, ProofFailed: as issuing the list.
    """
    told = _typed(content)
    return company_papers.draw_company_paper(office, KIND, told, dated=told["dated"])


def issue_list(
    office: Office, content: Mapping[str, Any], *, actor: str, drawn: DrawnCompanyPaper | None = None
) -> IssuedCompanyPaper:
    """Issue a list of destruction, as it was drawn; or return the one issued for the same proposal before a crash.

    Raises:
        Refused: the content breaks the rules of the list.
        StorageProblem: the disk refuses; nothing was destroyed yet.
    """
    standing = company_papers.issued_for(office, KIND, content["proposal"])
    if standing is not None:
        return standing
    if drawn is not None:
        return company_papers.file_company_paper(office, drawn, actor=actor)
    told = _typed(content)
    return company_papers.issue_company_paper(office, KIND, told, dated=told["dated"], actor=actor)


def _typed(content: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(str(content[name])) for name in ("dated", "as_of")}
    return {**content, **days}


def content_of(
    found: Proposal, chosen: Sequence[ProposedItem], skipped: Iterable[Removed], *, dated: date
) -> dict[str, Any]:
    """Return what the list says, in text and whole numbers, so that the log can keep it."""
    items = {item.id: item for item in found.items}
    rows = [_row(number, item, found.reason) for number, item in enumerate(chosen, 1)]
    back = [{**_row(number, items[each.item], found.reason), "why": each.why} for number, each in enumerate(skipped, 1)]
    return {
        "proposal": found.id,
        "as_of": found.as_of.isoformat(),
        "dated": dated.isoformat(),
        "reason": found.reason,
        "approvers": [{"name": each.display, "post": each.post, "at": each.at} for each in found.approvals],
        "items": rows,
        "skipped": back,
        "totals": {
            "items": len(rows),
            "pages": sum(item.pages for item in chosen),
            "files": sum(item.files for item in chosen),
        },
    }


def correction_of(found: Proposal, *, dated: date) -> dict[str, Any]:
    """Return what the list of corrections says: items named in the list that were kept back after it was numbered."""
    told = content_of(found, (), found.spared, dated=dated)
    reason = f"更正销毁清册 {found.list_number}：下列 {len(found.spared)} 件在执行时予以保留，未销毁"
    return {**told, "proposal": f"{found.id}-G1", "reason": reason}


def words(findings: Iterable[Finding]) -> str:
    """Return reasons as the list prints them, in Chinese."""
    return "；".join(finding.sentence("zh") for finding in findings)


def _row(number: int, item: ProposedItem, reason: str) -> dict[str, Any]:
    return {
        "index": number,
        "archive_no": item.archive_no,
        "contract_no": item.contract_no,
        "customer": item.customer,
        "title": item.title,
        "number": item.number,
        "kind": item.kind,
        "pages": item.pages,
        "class": item.class_title,
        "rule": f"{item.rule}，自 {item.started_on} 起算" if item.started_on else item.rule,
        "until": item.until,
        "sha256": list(item.hashes),
        "reason": reason,
    }
