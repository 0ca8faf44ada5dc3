"""What is known about a deal besides its record: papers issued and filed, and what became of letters.

The record is what was agreed and what happened; the dossier is what the office keeps about it. Whoever asks about a
paper passes it in; nothing here reads a table or a folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class KnownPaper:
    """A paper of the deal: issued by us (`is_own`) or filed from outside.

    `subject` is the part of the deal it speaks of, as `Subject` prints it (`instalment 2`); `is_current` is false for
    void and replaced papers. `kind` is the kind's id, or the document type of a paper that is not ours. A scan
    `answers` the document id of the paper it returns and speaks of the same part.
    """

    number: str
    kind: str
    title: str
    subject: str
    dated: date
    is_own: bool = True
    is_current: bool = True
    letter_number: str | None = None
    pages: int = 0
    document_id: str | None = None
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class KnownLetter:
    """One dispatch of an issued paper: `number` is the paper's; a letter that came back has `failed_on`."""

    number: str
    sent_on: date
    channel: str
    tracking: str | None = None
    delivered_on: date | None = None
    failed_on: date | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class KnownPayments:
    """Until when our company's incoming money is known, and how many working days old that may be.

    `waiting` are the bank lines that may belong to this deal but wait for a person.
    """

    company: str
    as_of: date | None
    max_age: int
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """Papers in the order they came, letters in the order they were sent; payments None where nobody asked."""

    papers: tuple[KnownPaper, ...] = ()
    letters: tuple[KnownLetter, ...] = ()
    payments: KnownPayments | None = None

    def issued(self, kind: str, subject: str) -> Iterator[KnownPaper]:
        """Yield our standing papers of a kind about one part of the deal."""
        for each in self.papers:
            if each.is_own and each.is_current and (each.kind, each.subject) == (kind, subject):
                yield each

    def letters_of(self, number: str) -> tuple[KnownLetter, ...]:
        """Return every dispatch of one paper."""
        return tuple(each for each in self.letters if each.number == number)


EMPTY = Dossier()
"""A deal of which nothing is known besides the record."""
