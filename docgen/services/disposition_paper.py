"""The 销毁清册 of a proposal: what it says, and the one place where it is issued as a paper of the company.

It is issued before the first byte goes, as the archivist's rules have it: list, signatures, then destruction. What is
kept back after it was numbered is told by a list of corrections, so that the two together tell the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

from docgen.errors import EngineMissing
from docgen.findings import Finding
from docgen.retention.disposal import Proposal, ProposedItem, Removed
from docgen.services.office import Office

KIND = "destruction-list"
_MODULE = "docgen.services.company_papers"


class IssuedPaper(Protocol):
    """A paper of the company as it was issued."""

    @property
    def number(self) -> str:
        """Its number."""

    @property
    def sidecar_id(self) -> str:
        """The id of its archived item."""


def issue_list(office: Office, content: Mapping[str, Any], *, actor: str) -> IssuedPaper:
    """Issue a list of destruction, or return the one that was issued for the same proposal before a crash.

    Raises:
        EngineMissing: this program has no papers of the company.
    """
    papers = _company_papers()
    dated = date.fromisoformat(str(content["dated"]))
    standing = papers.issued_for(office, KIND, content["proposal"])
    if standing is not None:
        return cast("IssuedPaper", standing)
    told = {**content, "dated": dated, "as_of": date.fromisoformat(str(content["as_of"]))}
    return cast("IssuedPaper", papers.issue_company_paper(office, KIND, told, dated=dated, actor=actor))


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


def require_company_papers() -> None:
    """Refuse before anything is begun, where the list could not be issued.

    Raises:
        EngineMissing: this program has no papers of the company.
    """
    _company_papers()


def _company_papers() -> Any:  # noqa: ANN401  # a module
    if find_spec(_MODULE) is None:
        raise EngineMissing.of("retention.no-company-papers", KIND)
    return import_module(_MODULE)


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
