"""The papers of the deal so far, as plain values: what was issued, what came back."""

from __future__ import annotations

from docgen.rendering.sections.background import Background, Values


def section(about: Background) -> Values:
    """Return the papers issued and filed by the day of the paper, in the order they came."""
    rows = [
        {
            "number": each.number,
            "title": each.title,
            "subject": each.subject,
            "dated": each.dated,
            "is_own": each.is_own,
            "is_current": each.is_current,
            "pages": each.pages,
        }
        for each in about.dossier.papers
        if each.dated <= about.as_of
    ]
    return {"rows": rows}
