"""A packet: a letter and the papers its 附件清单 names, bound into one PDF to read, print and send.

A customer who gets a letter and five loose files reads none of them. The packet has a cover with the list, bookmarks
and page labels (i for the cover, 1 … for the letter, 附1-1 … for the first attachment). It is a copy: what counts is
each paper as it lies in the archive, and the packet's bytes follow from theirs alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from docgen.errors import LimitExceeded, UnreadableFile
from docgen.findings import Finding, error
from docgen.papers.binding import Binder, Pages, Section
from docgen.rendering.covers import render_cover
from docgen.rendering.pdf import RenderedPdf

_PASSES = 3
"""The cover states where each paper begins, which hangs on its own length; it settles at the second drawing."""


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter on top: its PDF and what the cover says of it. `made` is the instant it was issued."""

    data: bytes
    number: str
    letter_number: str | None
    title: str
    addressee: str
    contract_no: str
    company: str
    dated: date
    made: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A paper that goes with it: what the list calls it, its number, and its bytes as they lie in the archive."""

    what: str
    number: str
    data: bytes
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the cover's list: 附1, what, number, pages, page labels, and the packet's own pages."""

    label: str
    what: str
    number: str
    pages: int
    labels: str
    sheets: str


@dataclass(frozen=True, slots=True)
class Packet:
    """The bound file, how many pages it has, and its list."""

    data: bytes
    pages: int
    rows: tuple[Row, ...]


def opened(binder: Binder, attachments: Sequence[Attachment]) -> tuple[list[Pages], list[Finding]]:
    """Open every attachment; one that is encrypted or damaged is a finding that names it and the reason."""
    pages, findings = [], []
    for each in attachments:
        try:
            pages.append(binder.pages(each.data))
        except (UnreadableFile, LimitExceeded) as problem:
            why = "；".join(finding.sentence() for finding in problem.findings)
            name = each.file_name or each.number
            findings.append(error("issuing.packet-unreadable", name, what=each.what, file=name, why=why))
    return pages, findings


def bind(  # noqa: PLR0913  # what is bound, with what, drawn by what
    binder: Binder,
    letter: Letter,
    attachments: Sequence[Attachment],
    pages: Sequence[Pages],
    *,
    missing: Sequence[str],
    templates: Path,
) -> Packet:
    """Bind a letter and its attachments (as `opened` returned them) behind a cover.

    `missing` are the papers of the list that are left out on purpose; the cover says so.

    Raises:
        TemplateRefused: the cover cannot be printed. UnreadableFile, LimitExceeded: binding failed.
    """
    first = binder.pages(letter.data)
    count = 1
    for _ in range(_PASSES):
        rows = list_rows(letter, attachments, [first, *pages], cover_pages=count)
        cover = _cover(letter, rows, missing, cover_pages=count, templates=templates)
        if cover.pages == count:
            break
        count = cover.pages
    sections = [
        Section(cover.data, "封面", is_roman=True),
        Section(first.data, f"{letter.title} {letter.number}"),
        *(
            Section(one.data, f"{row.label} {row.what} {row.number}".strip(), prefix=f"{row.label}-")
            for one, row in zip(pages, rows[1:], strict=True)
        ),
    ]
    data = binder.bound(sections, about=_properties(letter))
    return Packet(data, count + sum(row.pages for row in rows), tuple(rows))


def list_rows(
    letter: Letter, attachments: Sequence[Attachment], pages: Sequence[Pages], *, cover_pages: int
) -> list[Row]:
    """Return the cover's list: the letter first, then 附1, 附2 …, with the pages each takes."""
    rows, at = [], cover_pages + 1
    named = [
        ("正文", letter.title, letter.number),
        *((f"附{n}", a.what, a.number) for n, a in enumerate(attachments, 1)),
    ]
    for number, ((label, what, no), one) in enumerate(zip(named, pages, strict=True)):
        prefix = f"{label}-" if number else ""
        rows.append(Row(label, what, no, one.pages, _span(prefix, 1, one.pages), _span("", at, at + one.pages - 1)))
        at += one.pages
    return rows


def _span(prefix: str, first: int, last: int) -> str:
    return f"{prefix}{first}" if first == last else f"{prefix}{first}–{prefix}{last}"


def _cover(
    letter: Letter, rows: list[Row], missing: Sequence[str], *, cover_pages: int, templates: Path
) -> RenderedPdf:
    pages = sum(row.pages for row in rows)
    values = {
        "heading": "函件及附件",
        "addressee": letter.addressee,
        "title": letter.title,
        "number": letter.number,
        "letter_number": letter.letter_number or "",
        "dated": f"{letter.dated.year}年{letter.dated.month}月{letter.dated.day}日",
        "contract_no": letter.contract_no,
        "rows": [{name: getattr(row, name) for name in Row.__slots__} for row in rows],
        "count": len(rows),
        "own_pages": cover_pages,
        "pages": pages,
        "sheets": pages + cover_pages,
        "missing": list(missing),
    }
    title = f"{letter.title} {letter.number} 封面"
    return render_cover(
        templates, "packet-cover", {"cover": values}, title=title, company=letter.company, number=letter.number,
        at=letter.made,
    )  # fmt: skip


def _properties(letter: Letter) -> dict[str, str]:
    stamp = letter.made.strftime("D:%Y%m%d%H%M%SZ")
    return {
        "/Title": f"{letter.title} {letter.number}（含附件）",
        "/Author": letter.company,
        "/Subject": f"{letter.contract_no} {letter.addressee}",
        "/Keywords": letter.number,
        "/Creator": "docgen",
        "/CreationDate": stamp,
        "/ModDate": stamp,
    }
