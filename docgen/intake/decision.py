"""What identification rests on and what comes out: the ledger asked, the evidence, the candidates, the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from docgen.findings import Finding

Status = Literal["current", "void", "superseded"]


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """A paper as the ledger knows it; `pages` counts the PDF face, `status` tells whether it still stands."""

    document_id: str
    number: str
    kind: str
    title: str
    contract_no: str
    customer_id: str
    customer_name: str
    pages: int
    status: Status = "current"


class Ledger(Protocol):
    """The look-up of issued papers that the service passes in; unknown is None or empty, never a guess."""

    def by_document_id(self, document_id: str, /) -> IssuedPaper | None:
        """Return the paper whose code carries this id."""

    def by_number(self, number: str, /) -> IssuedPaper | None:
        """Return the paper with exactly this number."""

    def by_contract(self, contract_no: str, /) -> Sequence[IssuedPaper]:
        """Return the papers issued under a contract (our number, or one the customer uses)."""

    def by_customer(self, name: str, /) -> Sequence[IssuedPaper]:
        """Return the newest papers issued to the customer of this name, whatever its width and blanks."""


class Outcome(StrEnum):
    """File it at once, or let it wait for a person."""

    FILE = "file"
    WAIT = "wait"


class Source(StrEnum):
    """Where a piece of evidence comes from, the strongest first."""

    CODE = "code"
    TEXT = "text"
    PLACE = "place"
    FILE_NAME = "file-name"
    CONTRACT_IN_TEXT = "contract-in-text"
    CONTRACT_IN_FILE_NAME = "contract-in-file-name"
    FOREIGN_CODE = "foreign-code"
    OCR_NUMBER = "ocr-number"
    OCR_WORDS = "ocr-words"
    OCR_CONTRACT = "ocr-contract"
    OCR_CUSTOMER = "ocr-customer"
    OCR_TITLE = "ocr-title"
    OCR_AMOUNT = "ocr-amount"


SCORES = {
    Source.CODE: 99,
    Source.TEXT: 80,
    Source.PLACE: 60,
    Source.FILE_NAME: 50,
    Source.CONTRACT_IN_TEXT: 30,
    Source.CONTRACT_IN_FILE_NAME: 20,
    Source.FOREIGN_CODE: 0,
}
"""How far one piece of evidence carries, in points of a hundred; an order of trust, not a probability.

Recognised print has points of its own, which add up (docgen/intake/by_ocr.py).
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing seen: where it comes from, the scan page (0 = the file as a whole), the words, the weight."""

    kind: Source
    page: int
    detail: str
    score: int
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper this scan may be; `score` counts whole points of a hundred, `reasons` the sources, best first."""

    paper: IssuedPaper
    score: int
    reasons: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a scan is taken for.

    `paper` is set whenever exactly one paper is meant, also where it waits (a page missing, say). `page_order` lists
    scan pages in the paper's order; `seen_pages` and `missing_pages` count pages of the paper, both empty where its
    pages cannot be told (a Word file's code). A void or superseded paper is filed with a warning, never made effective.
    """

    outcome: Outcome
    paper: IssuedPaper | None = None
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    page_order: tuple[int, ...] = ()
    seen_pages: tuple[int, ...] = ()
    missing_pages: tuple[int, ...] = ()
