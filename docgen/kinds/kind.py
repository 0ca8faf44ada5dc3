"""What a document kind is: its name, its number, whom it is for, what it speaks of, and what must hold before it goes.

A kind is a folder under `templates/`: `kind.toml` beside the faces, the wording both faces share, and a golden case.
Adding a kind is adding a folder; nothing in the program lists the kinds.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from docgen.deals.base import Model, label
from docgen.errors import TemplateRefused
from docgen.findings import Finding, error
from docgen.kinds.routing import RouteSpec

SCHEMA = 1
"""The schema number of kind.toml this program reads."""
CLAUSE_NAME = r"^[a-z][a-z-]{0,40}@[1-9][0-9]{0,3}$"
"""How a kind names a clause of the library: `confidentiality@1`."""

_SLOT = re.compile(r"\{(instalment|n|year)(?::0([1-9]))?\}", re.ASCII)
_COMPANY_NUMBER = re.compile(r"[一-龥]{1,4}\{year\}-\{n(?::0[1-9])?\}")


class Audience(StrEnum):
    """Who reads the paper; a paper for the customer never sees an internal field."""

    CUSTOMER = "customer"
    INTERNAL = "internal"


class SubjectType(StrEnum):
    """The part of the deal that one paper of the kind speaks of."""

    CONTRACT = "contract"
    INSTALMENT = "instalment"
    CHANGE = "change"
    ACCEPTANCE = "acceptance"
    PAPER = "paper"
    ORDER = "order"
    APPROVAL = "approval"
    REPAYMENT = "repayment"
    ACCOUNT_CHANGE = "account_change"
    COMPANY = "company"


class Content(StrEnum):
    """What a paper of the company itself is made of, since it speaks of no deal; the shapes stand in `company`."""

    DESTRUCTION = "destruction"
    TRANSFER = "transfer"


class Condition(StrEnum):
    """The closed list of what may be demanded before a paper goes; the predicates stand in `conditions`."""

    CONTRACT_NUMBERED = "contract-numbered"
    SIGNED = "signed"
    NOT_TERMINATED = "not-terminated"
    ACCOUNT_ON_FILE = "account-on-file"
    CUSTOMER_ADDRESS_KNOWN = "customer-address-known"
    PAPER_DATE_NOT_BEFORE = "paper-date-not-before"
    INSTALMENT_EXISTS = "instalment-exists"
    INSTALMENT_IS_ADVANCE = "instalment-is-advance"
    INSTALMENT_HANGS_ON_SIGNING = "instalment-hangs-on-signing"
    INSTALMENT_MILESTONE_REACHED = "instalment-milestone-reached"
    INSTALMENT_OPEN = "instalment-open"
    PAYMENTS_CURRENT = "payments-current"
    CHANGE_EXISTS = "change-exists"
    CHANGE_DIFFERS = "change-differs"
    CHANGE_ADDS_UP = "change-adds-up"
    CHANGE_NOT_IN_FORCE = "change-not-in-force"
    ACCEPTANCE_EXISTS = "acceptance-exists"
    ACCEPTANCE_HELD = "acceptance-held"
    ACCEPTANCE_AGREES = "acceptance-agrees"
    ACCEPTANCE_REMEDIED = "acceptance-remedied"
    ACCEPTANCE_BY_CONTRACT = "acceptance-by-contract"
    ACCEPTANCE_BY_DECISION_MAKER = "acceptance-by-decision-maker"
    INSTALMENT_HANGS_ON_ACCEPTANCE = "instalment-hangs-on-acceptance"
    ACCEPTANCE_PASSED_FOR_INSTALMENT = "acceptance-passed-for-instalment"
    INSTALMENT_NOT_HELD_BACK = "instalment-not-held-back"
    FACTS_NOT_AFTER_PAPER = "facts-not-after-paper"
    REPORTS_ENCLOSED = "reports-enclosed"
    INVOICES_ENCLOSED = "invoices-enclosed"
    FINAL_INSTALMENT = "final-instalment"
    WARRANTY_KNOWN = "warranty-known"
    WARRANTY_ENDS_WITHIN_7_DAYS = "warranty-ends-within-7-days"
    WARRANTY_OVER = "warranty-over"
    WARRANTY_PAPER_ENCLOSED = "warranty-paper-enclosed"
    NO_OPEN_FAULT = "no-open-fault"
    PAPER_EXISTS = "paper-exists"
    PAPER_FOR_CUSTOMER = "paper-for-customer"
    PAPER_NOT_VOID = "paper-not-void"
    PAPER_ENDED = "paper-ended"
    CORRECTION_STATED = "correction-stated"
    NOT_YET_SIGNED = "not-yet-signed"
    CONTRACT_CLAUSES_AGREE = "contract-clauses-agree"
    CONTRACT_DAYS_AHEAD = "contract-days-ahead"
    DISPUTE_CLAUSE_PRESENT = "dispute-clause-present"
    SELLER_DECLARATION_FITS = "seller-declaration-fits"
    NO_DEPOSIT_WORDS = "no-deposit-words"
    NO_VAGUE_WORDS = "no-vague-words"
    UNSIGNED_ON_THE_DAY = "unsigned-on-the-day"
    PROPOSAL_EXISTS = "proposal-exists"
    PROPOSAL_COVERS_NEEDS = "proposal-covers-needs"
    PROPOSAL_EFFECTS_QUANTIFIED = "proposal-effects-quantified"
    PROPOSAL_CASES_MASKED = "proposal-cases-masked"
    PROPOSAL_ADDS_UP = "proposal-adds-up"
    PROPOSAL_FEEDBACK_CLOSED = "proposal-feedback-closed"
    PROPOSAL_VALID = "proposal-valid"
    CHECKLIST_SETTLED = "checklist-settled"
    OVERDUE_UP_TO_30_DAYS = "overdue-up-to-30-days"
    OVERDUE_OVER_30_DAYS = "overdue-over-30-days"
    INSTALMENT_FREE_TO_ASK = "instalment-free-to-ask"
    EARLIER_LETTER_SENT = "earlier-letter-sent"
    FORMAL_DEMAND_SENT = "formal-demand-sent"
    STATEMENT_COMPLETE = "statement-complete"
    REPAYMENT_EXISTS = "repayment-exists"
    REPAYMENT_AGREES = "repayment-agrees"
    REPAYMENT_PENALTY_GROUNDED = "repayment-penalty-grounded"
    ACCOUNT_CHANGE_EXISTS = "account-change-exists"
    ACCOUNT_CHANGE_SOUND = "account-change-sound"


class Section(StrEnum):
    """The closed list of what a paper may show besides the record's own data; the makers stand in `rendering`."""

    PAPERS = "papers"
    PENALTY = "penalty"
    ATTACHMENTS = "attachments"
    WARRANTY_PERIOD = "warranty_period"
    AGREED = "agreed"
    PROPOSAL = "proposal"
    QUOTATION = "quotation"
    CHECKLIST = "checklist"
    APPROVALS = "approvals"
    STATEMENT = "statement"
    DUNNING = "dunning"
    EVIDENCE = "evidence"


class Face(StrEnum):
    """The forms a paper is made in."""

    PDF = "pdf"
    DOCX = "docx"


class ZoneRole(StrEnum):
    """The places people put something on: a seal, a signature, or handwriting in a blank."""

    SEAL = "seal"
    SIGN = "sign"
    FILL = "fill"


class ZoneSpec(Model):
    """A zone that every paper of the kind must have at least once."""

    role: Annotated[ZoneRole, label("区域", "seal 盖章，sign 签字，fill 填写")]
    party: Annotated[str, label("一方", "seller 我方，customer 客户", pattern="^(seller|customer)$")]


class KindSpec(Model):
    """kind.toml, read strictly: an unknown key or condition is refused by name."""

    schema_number: Annotated[int, Field(alias="schema"), label("格式版本")]
    id: Annotated[str, label("代号", "与文件夹同名", pattern=r"^[a-z][a-z0-9-]{0,40}$")]
    title: Annotated[str, label("名称", min_length=1, max_length=60)]
    title_en: Annotated[str, label("英文名称", min_length=1, max_length=80)]
    overdue_title: Annotated[str | None, label("逾期后的名称", "不填则名称不变", min_length=1, max_length=60)] = None
    reminder_title: Annotated[
        str | None, label("临近到期的名称", "有款项将在提醒期内到期时用；不填则名称不变", min_length=1, max_length=60)
    ] = None
    watermark: Annotated[str | None, label("水印", "正式出具也印在每一页上，例如 草稿", pattern=r"^[一-龥]{2,4}$")] = (
        None
    )
    code: Annotated[str, label("编号代码", "例如 YF、BC、YS", pattern="^[A-Z]{2,4}$")]
    number: Annotated[
        str,
        label("编号后缀", "接在合同编号之后，例如 -YF{instalment}-{n:02}；公司文书：销册{year}-{n:03}", max_length=40),
    ]
    has_letter_number: Annotated[bool, label("另编函号")]
    audience: Annotated[Audience, label("读者", "customer 客户，internal 内部")]
    subject: Annotated[
        SubjectType,
        label(
            "对象",
            "instalment 期次，change 变更，acceptance 验收，contract 合同，paper 已出具的文书，company 公司自身的文书",
        ),
    ]
    content: Annotated[Content | None, label("内容", "公司文书的数据结构：destruction 销毁，transfer 移交")] = None
    faces: Annotated[tuple[Face, ...], label("形式", min_length=1)]
    faces_reason: Annotated[str, label("形式的理由", min_length=1)]
    conditions: Annotated[tuple[Condition, ...], label("出具条件")]
    returns_signed: Annotated[bool, label("签回", "客户须签字或盖章后交回")]
    retention: Annotated[str, label("保存类别", pattern="^[a-z][a-z-]{0,40}$")]
    wording: Annotated[str, label("共用文句", pattern=r"^[a-z0-9_-]{1,40}\.toml$")] = "wording.toml"
    zones: Annotated[tuple[ZoneSpec, ...], label("盖章、签字、填写区域")] = ()
    routes: Annotated[tuple[RouteSpec, ...], label("审批路线", "第一条相符的路线有效")] = ()
    shows: Annotated[tuple[Section, ...], label("另需数据", "例如 papers 已出具和已归档的文件")] = ()
    clauses: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=CLAUSE_NAME)], ...],
        label("条款", "依次为第一条、第二条……，写作 名称@版本，取自条款库"),
    ] = ()
    sources: Annotated[tuple[Annotated[str, StringConstraints(min_length=1)], ...], label("出处")] = ()

    @field_validator("number")
    @classmethod
    def _number_is_plain(cls, value: str) -> str:
        if _COMPANY_NUMBER.fullmatch(value):
            return value
        rest = _SLOT.sub("", value)
        if not value.startswith("-") or "{n" not in value or "{year" in value or re.search(r"[^A-Z0-9-]", rest):
            raise ValueError("number suffix must begin with - and use only A-Z, 0-9, -, {instalment} and {n:02}")
        return value

    @model_validator(mode="after")
    def _belongs_together(self) -> KindSpec:
        if self.schema_number != SCHEMA:
            raise ValueError(f"kind.toml schema {self.schema_number}, this program reads {SCHEMA}")
        if len(self.articles) < len(self.clauses):
            raise ValueError("a clause stands in the list twice")
        if "{instalment" in self.number and self.subject is not SubjectType.INSTALMENT:
            raise ValueError("{instalment} needs subject = instalment")
        if self.overdue_title and self.subject is not SubjectType.INSTALMENT:
            raise ValueError("overdue_title needs subject = instalment")
        if self.reminder_title and self.subject is not SubjectType.CONTRACT:
            raise ValueError("reminder_title needs subject = contract")
        _require_reachable(self.routes)
        _require_company_form(self)
        return self

    @property
    def articles(self) -> dict[str, int]:
        """Return clause name → number of the article it makes: the place in the list is the number, for ever."""
        return {name.partition("@")[0]: place for place, name in enumerate(self.clauses, start=1)}

    def number_suffix(self, *, seq: int, n: int) -> str:
        """Return what follows the contract number: `-YF1-01` for instalment 1, first letter (P9)."""
        return self._filled({"instalment": seq, "n": n})

    def company_number(self, *, year: int, n: int) -> str:
        """Return the n-th number of a year for a paper of the company itself: 销册2024-001."""
        return self._filled({"year": year, "n": n})

    def _filled(self, values: Mapping[str, int]) -> str:
        return _SLOT.sub(lambda slot: f"{values[slot[1]]:0{slot[2] or 1}d}", self.number)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind as found on disk: its description, its folder, and the SHA-256 of every file that shapes its papers."""

    spec: KindSpec
    folder: Path
    hashes: Mapping[str, str]

    def face_file(self, face: Face) -> Path:
        """Return the template of a face: `<id>.html` makes the PDF, `<id>.docx` the Word file."""
        return self.folder / f"{self.spec.id}.{'html' if face is Face.PDF else 'docx'}"


def _require_reachable(routes: tuple[RouteSpec, ...]) -> None:
    for place, route in enumerate(routes[:-1]):
        if route.is_unconditional:
            raise ValueError(f"routes.{place + 1} can never be taken: routes.{place} fits every paper")


def _require_company_form(spec: KindSpec) -> None:
    """Refuse a paper of the company that asks for a deal, and a paper of a deal that is numbered by year."""
    is_company = spec.subject is SubjectType.COMPANY
    if is_company != bool(_COMPANY_NUMBER.fullmatch(spec.number)):
        raise ValueError("subject = company and a number like 销册{year}-{n:03} go together")
    if is_company != (spec.content is not None):
        raise ValueError("subject = company and content go together")
    needs_deal = (spec.conditions, spec.routes, spec.shows, spec.clauses, spec.overdue_title, spec.reminder_title)
    if is_company and (any(needs_deal) or spec.has_letter_number):
        raise ValueError("a paper of the company has no deal to meet conditions, routes, sections or clauses")


def parse_spec(text: str, *, where: str) -> KindSpec:
    """Read the text of a kind.toml.

    Raises:
        TemplateRefused: it is no TOML or breaks the schema; every problem is one finding naming its key.
    """
    try:
        return KindSpec.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        raise TemplateRefused.of("kinds.not-toml", where, problem=str(problem)) from problem
    except ValidationError as problem:
        raise TemplateRefused(_spec_findings(problem, where)) from problem


def _spec_findings(problem: ValidationError, where: str) -> list[Finding]:
    return [
        error("kinds.bad-kind-file", where, key=".".join(map(str, row["loc"])) or "kind.toml", problem=row["msg"])
        for row in problem.errors(include_url=False)
    ]
