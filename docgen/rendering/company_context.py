"""What a template of a company's own paper may print: its list laid out as plain rows, and whose paper it is.

A long text goes over several rows, marked 续, as everywhere; the hash of each file stands whole on a line of its own
under the title of its item, where it can be read, and searched for. `upto` says how many items and pages there are up
to a row: the foot of each page shows that of its last row.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from docgen.kinds.company import ArchivedItem, CompanyContent, DestructionList, Original, SkippedItem, TransferList
from docgen.kinds.kind import Kind
from docgen.rendering.longtext import pieces
from docgen.rendering.sections.background import PaperFacts, Values

SAME_REASON = "同鉴定理由"
_FILES = 6
"""Hashes in one row; those of an item with more files go on in the next."""
_NARROW = 70
"""Characters of a narrow cell before it goes on in the next row."""


def build_company_context(company: str, kind: Kind, content: CompanyContent, *, paper: PaperFacts) -> Values:
    """Return everything a template of the kind may print; `company` is our name, or our names side by side."""
    told = _destruction(content) if isinstance(content, DestructionList) else _transfer(content)
    return {
        "paper": {
            "title": kind.spec.title,
            "heading": kind.spec.title,
            "number": paper.number,
            "letter_number": None,
            "dated": paper.dated,
            "is_draft": paper.is_draft,
        },
        "company": {"name": company},
        **told,
    }


def _destruction(content: DestructionList) -> Values:
    return {
        "proposal": content.proposal,
        "as_of": content.as_of,
        "reason": content.reason,
        "approvers": [each.model_dump() for each in content.approvers],
        "items": list(_counted(content)),
        "skipped": list(_rows_of(content.skipped)),
        "totals": {**content.totals.model_dump(), "skipped": len(content.skipped)},
    }


def _counted(content: DestructionList) -> Iterator[Values]:
    """Yield the rows of what was destroyed; a reason that is the whole list's own is not repeated in each."""
    pages = 0
    for place, item in enumerate(content.items, start=1):
        pages += item.pages
        for row in _rows(item, SAME_REASON if item.reason == content.reason else item.reason):
            yield {**row, "upto": f"已列至第{place}件，累计{pages}页"}


def _rows_of(items: tuple[SkippedItem, ...]) -> Iterator[Values]:
    for item in items:
        yield from _rows(item, item.why)


def _rows(item: ArchivedItem, told: str) -> Iterator[Values]:
    """Yield the rows of one item; its hashes and its reason may go on below, everything else is said once."""
    hashes = ["\n".join(item.sha256[start : start + _FILES]) for start in range(0, len(item.sha256), _FILES)]
    for place, (text, some) in enumerate(zip_longest(pieces(told, limit=_NARROW), hashes, fillvalue="")):
        is_first = place == 0
        yield {
            "index": str(item.index) if is_first else f"{item.index}（续）",
            "archive_no": (item.archive_no or "—") if is_first else "",
            "contract_no": (item.contract_no or "—") if is_first else "",
            "customer": item.customer if is_first else "",
            "title": item.title if is_first else "",
            "number": item.number if is_first else "",
            "kind": item.kind if is_first else "",
            "pages": str(item.pages) if is_first else "",
            "class": item.class_ if is_first else "",
            "rule": item.rule if is_first else "",
            "until": item.until if is_first else None,
            "reason": text,
            "sha256": some,
        }


def _transfer(content: TransferList) -> Values:
    return {
        "scope": content.scope,
        "from_unit": content.from_unit,
        "to_unit": content.to_unit,
        "reason": content.reason,
        "items": list(_handed(content.items)),
        "totals": content.totals.model_dump(),
    }


def _handed(items: tuple[Original, ...]) -> Iterator[Values]:
    copies = 0
    for place, item in enumerate(items, start=1):
        copies += item.copies
        yield {
            "upto": f"已列至第{place}件，累计{copies}份",
            "index": item.index,
            "archive_no": item.archive_no or "—",
            "contract_no": item.contract_no or "—",
            "customer": item.customer,
            "title": item.title,
            "number": item.number or "—",
            "form": item.form,
            "copies": item.copies,
            "pages": item.pages,
            "place": item.place,
            "remark": item.remark,
        }
