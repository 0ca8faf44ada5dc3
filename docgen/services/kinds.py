"""Kinds and their templates: the list, the check with places, the variables, and a trial run that files nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from docgen.deals.deal import Deal
from docgen.deals.parties import BankAccount
from docgen.deals.repaying import AccountChange, Repayment, RepaymentPart
from docgen.errors import NotFound, Refused, TemplateRefused
from docgen.findings import Finding
from docgen.kinds.catalogue import load_kind
from docgen.kinds.clauses import library
from docgen.kinds.company import SAMPLES, read_content
from docgen.kinds.dossier import Correction, Dossier, KnownAct, KnownApproval, KnownPaper, Mended
from docgen.kinds.kind import Face, Kind
from docgen.kinds.subjects import subjects
from docgen.rendering.check import check_template, fields_used
from docgen.rendering.company_context import build_company_context
from docgen.rendering.context import build_context
from docgen.rendering.sections.background import PaperFacts
from docgen.services.issue_document import Issued, draft_document
from docgen.services.office import Office, read_companies
from docgen.services.prepare_issue import Request
from docgen.services.read_record import check_record
from docgen.workspace import data_root

SAMPLE = "xx-tech.yaml"
SAMPLE_PAPER = KnownPaper(
    "HT0000000000-XX-00",
    "prepayment-notice",
    "预付款通知单",
    "instalment 1",
    date(2025, 12, 1),
    ended_on=date(2026, 1, 1),
)
"""The paper a notice about a paper is checked with."""
SAMPLE_DOSSIER = Dossier(
    papers=(SAMPLE_PAPER,),
    correction=Correction(SAMPLE_PAPER.number, (Mended("日期", "—", "—"),)),
    approvals=(
        KnownApproval(
            id="SQ0000000000-01",
            seq=1,
            kind="order-approval",
            title="订单审批表",
            subject="contract",
            is_complete=True,
            requested_by="示例",
            requested_on=date(2026, 1, 1),
            route="销售主管→财务部",
            order="sequence",
            rounds=1,
            acts=(KnownAct(1, "销售主管", "示例", "approved", "同意", date(2026, 1, 1)),),
            summary=(("文书", "示例"),),
        ),
    ),
)
"""What besides the record a template may use when it is checked."""


@dataclass(frozen=True, slots=True)
class KindLine:
    """A kind as lists show it; a kind whose files equal the shipped ones is trusted, any other runs contained."""

    id: str
    title: str
    number: str
    faces: tuple[str, ...]
    folder: Path
    is_shipped: bool


@dataclass(frozen=True, slots=True)
class CheckedKind:
    """A kind and everything found wrong with its templates."""

    id: str
    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of a kind's templates."""

    kind: str
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable and the faces that use it."""

    path: str
    faces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One version of a clause of the library, why it was made, and the kinds that take it."""

    name: str
    version: int
    title: str
    since: date
    reason: str
    kinds: tuple[str, ...]

    @property
    def reference(self) -> str:
        """Return how a kind names it."""
        return f"{self.name}@{self.version}"


def list_clauses(office: Office) -> tuple[ClauseLine, ...]:
    """Return every version of every clause of the library, by name, oldest first.

    Raises:
        TemplateRefused: a file of the library is wrong.
    """
    takers = [(kind.spec.title, kind.spec.clauses) for _, kind in sorted(office.catalogue.kinds.items())]
    return tuple(
        ClauseLine(
            name=name,
            version=each.version,
            title=clause.title,
            since=each.since,
            reason=each.reason,
            kinds=tuple(title for title, taken in takers if f"{name}@{each.version}" in taken),
        )
        for name, clause in library(office.shared_templates).items()
        for each in clause.versions
    )


def list_kinds(office: Office) -> tuple[KindLine, ...]:
    """Return all kinds by id."""
    return tuple(
        KindLine(
            kind.spec.id,
            kind.spec.title,
            kind.spec.number,
            tuple(face.value for face in kind.spec.faces),
            kind.folder,
            office.is_shipped(kind),
        )
        for _, kind in sorted(office.catalogue.kinds.items())
    )


def check_kinds(office: Office, name: str | None = None) -> tuple[CheckedKind, ...]:
    """Check the templates of one kind, or of all, against the sample deal.

    Raises:
        NotFound: no such kind.
    """
    kinds = [office.catalogue.get(name)] if name else [kind for _, kind in sorted(office.catalogue.kinds.items())]
    return tuple(CheckedKind(kind.spec.id, kind.spec.title, tuple(_check(office, kind))) for kind in kinds)


def _check(office: Office, kind: Kind) -> list[Finding]:
    sample = sample_context(office, kind)
    found = [
        finding
        for face in kind.spec.faces
        for finding in check_template(kind.face_file(face), shared=office.shared_templates, sample=sample)
    ]
    return [finding for place, finding in enumerate(found) if finding not in found[:place]]


def sample_context(office: Office, kind: Kind) -> Mapping[str, object]:
    """Return the shipped sample deal, or list, laid out for a kind, so that every field a template may use is known."""
    as_of = date(2026, 1, 1)
    if kind.spec.content is not None:
        content = read_content(kind, SAMPLES[kind.spec.content], dated=as_of)
        paper = PaperFacts(number="示例0000-001", letter_number=None, dated=as_of)
        return build_company_context("示例", kind, content, paper=paper)
    deal = sample_deal(office)
    subject = next(iter(subjects(kind, deal, as_of=as_of, dossier=SAMPLE_DOSSIER)))
    paper = PaperFacts(number="HT0000000000-XX-01", letter_number="（0000）示例函字第001号", dated=as_of)
    return build_context(
        deal, kind, subject, as_of=as_of, paper=paper, calendar=office.calendar, dossier=SAMPLE_DOSSIER
    )


def sample_deal(office: Office) -> Deal:
    """Return the shipped sample deal.

    Raises:
        Refused: the shipped sample does not fit this program.
    """
    samples = data_root() / "samples"
    checked = check_record(office, samples / "deals" / SAMPLE, companies=read_companies(samples / "companies"))
    if checked.deal is None:
        raise Refused(checked.findings)
    contract = checked.deal.terms.contract.model_copy(update={"number": "HT0000000000"})
    terms = checked.deal.terms.model_copy(update={"contract": contract})
    return checked.deal.model_copy(update={"terms": terms} | _sample_plans(terms.account))


def _sample_plans(account: BankAccount) -> dict[str, object]:
    """Return a repayment plan and a change of account, which the sample record itself has none of."""
    day, amount = date(2025, 12, 1), Decimal("100.00")
    parts = (RepaymentPart(on=date(2026, 6, 1), amount=amount),)
    plan = Repayment(seq=1, until=day, instalments=(2,), principal=amount, penalty=Decimal("0.00"), parts=parts)
    change = AccountChange(seq=1, on=day, account=account, reason="示例", evidence="示例")
    return {"repayments": (plan,), "account_changes": (change,)}


def variables_of(office: Office, name: str) -> Variables:
    """Return every variable the faces of a kind use, in loops and both branches of conditions.

    Raises:
        NotFound: no such kind.
        TemplateRefused: a template cannot be read.
    """
    kind = office.catalogue.get(name)
    faces: dict[str, list[str]] = {}
    for face in kind.spec.faces:
        used = {use.path for use in fields_used(kind.face_file(face), shared=office.shared_templates)}
        for path in used:
            faces.setdefault(path, []).append(face.value)
    return Variables(kind.spec.id, tuple(Variable(path, tuple(found)) for path, found in sorted(faces.items())))


def try_kind(office: Office, name: str, *, deal: str, out: Path, template: Path | None = None) -> Issued:
    """Draft a kind on a deal, with another template file in place of its own where one is given; nothing is filed.

    Raises:
        NotFound: no such kind or deal, or the template is no face of the kind.
        TemplateRefused: the template breaks the rules; each place is named.
    """
    kind = office.catalogue.get(name)
    request = Request(deal, kind.spec.id)
    if template is None:
        return draft_document(office, request, out)
    face = next((each for each in kind.spec.faces if kind.face_file(each).suffix == template.suffix.lower()), None)
    if face is None or not template.is_file():
        raise NotFound.of("services.no-template", str(template), kind=kind.spec.title)
    with tempfile.TemporaryDirectory(prefix="docgen-try-") as scratch:
        trial = _trial_kind(kind, face, template, Path(scratch))
        findings = check_template(
            trial.face_file(face), shared=office.shared_templates, sample=sample_context(office, kind)
        )
        if findings:
            raise TemplateRefused(findings)
        return draft_document(office, replace(request, faces=(face.value,)), out, kind=trial)


def _trial_kind(kind: Kind, face: Face, template: Path, scratch: Path) -> Kind:
    folder = scratch / kind.spec.id
    shutil.copytree(kind.folder, folder)
    shutil.copyfile(template, folder / kind.face_file(face).name)
    return load_kind(folder)
