"""What is known about a deal besides its record: papers issued and filed, and what became of letters.

The record is what was agreed and what happened; the dossier is what the office keeps about it. Whoever asks about a
paper passes it in; nothing here reads a table or a folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from docgen.deals.retention import MANUAL, Term
from docgen.review.line import Answer


@dataclass(frozen=True, slots=True)
class KnownPaper:
    """A paper of the deal: issued by us (`is_own`) or filed from outside.

    `subject` is the part of the deal it speaks of, as `Subject` prints it (`instalment 2`); `is_current` is false for
    void and replaced papers. `kind` is the kind's id, or the document type of a paper that is not ours. A scan
    `answers` the document id of the paper it returns and speaks of the same part. A void or replaced paper knows
    since when, why and by which number.
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
    is_internal: bool = False
    ended_on: date | None = None
    end_reason: str | None = None
    replaced_by: str | None = None


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
class Mended:
    """One thing a paper said wrongly: what it is called, what was printed, what is right."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What is wrong with an issued paper, found by comparing it with its successor or said by a person."""

    number: str
    rows: tuple[Mended, ...] = ()
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class KnownAct:
    """One line of an approval's trail: who did what at which step; `person` names a delegate with whom they act for."""

    round: int
    post: str
    person: str
    verdict: str
    remark: str
    on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class KnownApproval:
    """A request for approval of one paper: `kind` and `subject` say which, `seq` is its number in the contract.

    `used_by` is the paper issued on the strength of it; `summary` is what was approved, label and text.
    """

    id: str
    seq: int
    kind: str
    title: str
    subject: str
    is_complete: bool
    requested_by: str
    requested_on: date
    route: str
    order: str
    rounds: int
    acts: tuple[KnownAct, ...] = ()
    summary: tuple[tuple[str, str], ...] = ()
    used_by: str | None = None


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
    """Papers as they came, letters as sent, customers' names, answers, approvals; payments None if nobody asked.

    `term` is how long the office keeps contract papers. `enclosed` are archived papers, under the names lists give
    them, that go with the letter being made because of its stage; one that `answers` a paper of ours bears its day.
    """

    papers: tuple[KnownPaper, ...] = ()
    letters: tuple[KnownLetter, ...] = ()
    correction: Correction | None = None
    customer_names: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    approvals: tuple[KnownApproval, ...] = ()
    payments: KnownPayments | None = None
    term: Term = MANUAL
    enclosed: tuple[KnownPaper, ...] = ()

    def issued(self, kind: str, subject: str) -> Iterator[KnownPaper]:
        """Yield our standing papers of a kind about one part of the deal."""
        for each in self.papers:
            if each.is_own and each.is_current and (each.kind, each.subject) == (kind, subject):
                yield each

    def own(self, number: str) -> KnownPaper | None:
        """Return our paper with a number, standing or not."""
        return next((each for each in self.papers if each.is_own and each.number == number), None)

    def letters_of(self, number: str) -> tuple[KnownLetter, ...]:
        """Return every dispatch of one paper."""
        return tuple(each for each in self.letters if each.number == number)

    def approval_for(self, kind: str, subject: str) -> KnownApproval | None:
        """Return the complete approval that the next paper of a kind about one part may rest on, None without one."""
        fitting = (each for each in self.approvals if (each.kind, each.subject) == (kind, subject))
        return next((each for each in reversed(tuple(fitting)) if each.is_complete and each.used_by is None), None)

    def approval(self, seq: int) -> KnownApproval | None:
        """Return the request of a number."""
        return next((each for each in self.approvals if each.seq == seq), None)


EMPTY = Dossier()
"""A deal of which nothing is known besides the record."""
