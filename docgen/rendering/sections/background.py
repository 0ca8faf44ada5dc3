"""What every part of the plain data is made from: which paper of which deal, as known on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from docgen.deals.amending import Version, terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.terms import Terms
from docgen.deals.workdays import Calendar
from docgen.kinds.dossier import Dossier
from docgen.kinds.kind import Kind
from docgen.kinds.subjects import Subject

Values = dict[str, Any]
"""Plain data as templates see it; the sandbox checks that it is."""


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """The paper's own data: numbers (a draft has none), the day it bears, and whether it is a draft."""

    number: str | None
    letter_number: str | None
    dated: date
    is_draft: bool = False


@dataclass(frozen=True)
class Background:
    """A paper to be filled: kind, deal, the part it speaks of, the days, and what is known besides the record."""

    deal: Deal
    kind: Kind
    subject: Subject
    as_of: date
    paper: PaperFacts
    calendar: Calendar
    dossier: Dossier

    @cached_property
    def version(self) -> Version:
        """Return the terms in force on the day, with their version."""
        return terms_as_of(self.deal, as_of=self.as_of)

    @property
    def terms(self) -> Terms:
        """Return the terms in force on the day."""
        return self.version.terms
