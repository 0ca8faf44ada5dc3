"""A paper of the company itself as it is to be issued: no deal stands behind it, only its checked content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from docgen.codes.payload import Keyring
from docgen.kinds.company import CompanyContent
from docgen.kinds.kind import Face, Kind, SubjectType
from docgen.rendering.company_context import build_company_context
from docgen.rendering.sections.background import PaperFacts


@dataclass(frozen=True, slots=True)
class CompanyOrder:
    """Which paper, in whose name, with what content, under which number; printed as `issue.produce` prints any other.

    `author` is our company's name, or the names of several side by side.
    """

    kind: Kind
    author: str
    content: CompanyContent
    dated: date
    number: str
    document_id: str | None
    created: datetime
    faces: tuple[Face, ...]
    shared: Path
    keyring: Keyring | None
    is_trusted: bool

    @property
    def title(self) -> str:
        """Return the title the paper bears."""
        return self.kind.spec.title

    @property
    def about(self) -> str:
        """Return what the file says it is about."""
        return self.content.reference

    @property
    def is_draft(self) -> bool:
        """Tell whether this is a draft: watermark, no number, no code."""
        return self.document_id is None

    def context(self) -> dict[str, object]:
        """Return the content laid out for the templates."""
        paper = PaperFacts(self.number, None, self.dated, self.is_draft)
        return build_company_context(self.author, self.kind, self.content, paper=paper)

    def told(self) -> dict[str, object]:
        """Return the content as frozen beside the paper."""
        return {
            "subject": {"type": SubjectType.COMPANY.value},
            "letter_number": None,
            "company": self.author,
            "content": self.content.model_dump(mode="json", by_alias=True),
        }
