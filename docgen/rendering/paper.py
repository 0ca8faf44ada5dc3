"""What PDF and Word have in common: what the file says about itself, and how a draft is marked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

DRAFT_WORD = "草稿"
DRAFT_NUMBER = "草稿 未编号"


@dataclass(frozen=True, slots=True)
class PaperMeta:
    """What the file says about itself: title, our company as author, the instant it was made (aware), its number."""

    title: str
    author: str
    subject: str
    language: str
    created: datetime
    identifier: str


def paper_words(meta: PaperMeta, *, readable_number: str, draft: bool, bears_code: bool) -> dict[str, object]:
    """Return what templates see as `paper`: title, company, number, and the words of header and footer."""
    return {
        "title": meta.title,
        "company": meta.author,
        "number": readable_number,
        "header_number": DRAFT_NUMBER if draft else readable_number,
        "beside": readable_number if bears_code and not draft else "",
        "draft": draft,
    }


def paper_sample() -> dict[str, object]:
    """Return what `paper` looks like, for checking templates."""
    return dict.fromkeys(("title", "company", "number", "header_number", "beside"), "") | {"draft": False}
