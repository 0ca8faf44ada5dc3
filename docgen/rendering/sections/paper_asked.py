"""The issued paper a notice speaks of, as plain values: what it was, what became of it, what it said wrongly."""

from __future__ import annotations

from docgen.rendering.longtext import side_by_side
from docgen.rendering.sections.background import Background, Values
from docgen.rendering.sections.terms import mark


def asked(about: Background, _seq: int) -> Values | None:
    """Return the paper named by the subject; None where none was issued under that number by the day."""
    paper = about.dossier.own(about.subject.name)
    if paper is None or paper.dated > about.as_of:
        return None
    newer = about.dossier.own(paper.replaced_by) if paper.replaced_by else None
    said = about.dossier.correction
    return {
        "number": paper.number,
        "letter_number": paper.letter_number,
        "title": paper.title,
        "dated": paper.dated,
        "pages": paper.pages,
        "is_void": not paper.is_current and newer is None,
        "ended_on": paper.ended_on,
        "reason": paper.end_reason,
        "newer": {"number": newer.number, "title": newer.title, "dated": newer.dated} if newer else None,
        "rows": list(_rows(about)),
        "remark": said.remark if said else None,
    }


def _rows(about: Background) -> list[Values]:
    said = about.dossier.correction
    return [
        {"mark": mark(number, place), "what": row.what, "old": old, "new": new}
        for number, row in enumerate(said.rows if said else (), start=1)
        for place, (old, new) in enumerate(side_by_side(row.old, row.new))
    ]
