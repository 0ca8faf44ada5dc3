"""Golden cases: a kind's folder says of a known deal what its papers must say, word for word, in both faces.

`golden/<case>/case.toml` names a record (a sample, or a file beside it), the part and the days; `patch.yaml`, if there
is one, changes the record by path (`facts.payments: []`). A paper of the company itself has its content in a JSON
file beside it. `pdf.txt` and `docx.txt` hold the whole expected text, a
paragraph or cell each, so that a change of wording is read as a difference before it is sent to anybody.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from docgen.deals.deal import Deal
from docgen.deals.parties import Company
from docgen.deals.reading import parse_record, read_text
from docgen.deals.workdays import Calendar
from docgen.errors import TemplateRefused
from docgen.findings import Finding
from docgen.kinds.company import CompanyContent, read_content
from docgen.kinds.dossier import EMPTY, Correction, Dossier, KnownAct, KnownApproval, KnownLetter, KnownPaper, Mended
from docgen.kinds.kind import Face, Kind, SubjectType
from docgen.kinds.readiness import readiness
from docgen.kinds.subjects import Subject
from docgen.rendering.company_context import build_company_context
from docgen.rendering.context import build_context
from docgen.rendering.docx import DocxJob, RenderedDocx, render_docx
from docgen.rendering.faces import docx_blocks, docx_running, html_blocks
from docgen.rendering.paper import PaperMeta
from docgen.rendering.pdf import PdfJob, RenderedPdf, fill_html, render_pdf
from docgen.rendering.sections.background import PaperFacts, Values
from docgen.review.checklist import checklist
from docgen.review.line import Answer, Result

_CODE = "GOLDENCASE00000000000000"
"""Stands where a real paper bears its signed code; golden texts hold no key."""


@dataclass(frozen=True, slots=True)
class Case:
    """One golden case: the kind, the record as patched, the part, and what a real issue would have given it."""

    kind: Kind
    folder: Path
    shared: Path
    deal: Deal | None
    subject: Subject
    as_of: date
    paper: PaperFacts
    dossier: Dossier = EMPTY
    content: CompanyContent | None = None
    company: str = ""

    @property
    def context(self) -> Values:
        """Return the plain data both faces are filled with."""
        if self.content is not None:
            return build_company_context(self.company, self.kind, self.content, paper=self.paper)
        return build_context(
            self.record,
            self.kind,
            self.subject,
            as_of=self.as_of,
            paper=self.paper,
            calendar=Calendar(),
            dossier=self.dossier,
        )

    @property
    def record(self) -> Deal:
        """Return the deal the paper speaks of.

        Raises:
            ValueError: it speaks of none.
        """
        if self.deal is None:
            raise ValueError(f"{self.kind.spec.id} speaks of no deal")
        return self.deal

    @property
    def meta(self) -> PaperMeta:
        """Return what the files say about themselves."""
        title, number = self.context["paper"]["title"], self.paper.number or ""
        created = datetime(self.paper.dated.year, self.paper.dated.month, self.paper.dated.day, 4, tzinfo=UTC)
        author = self.company or self.record.company.name
        return PaperMeta(f"{title} {number}".strip(), author, title, "zh-CN", created, number)

    def findings(self) -> list[Finding]:
        """Return what readiness says of the case; a company's paper has a content that holds together, or none."""
        if self.content is not None:
            return self.content.findings()
        return readiness(
            self.kind,
            self.record,
            self.subject,
            as_of=self.as_of,
            calendar=Calendar(),
            dated=self.paper.dated,
            dossier=self.dossier,
        )


def load_case(folder: Path, kind: Kind, *, root: Path, deal: Deal | None = None) -> Case:
    """Read one case; `root` is the folder that holds `samples/` and `templates/`, `deal` stands in for the case's own.

    Raises:
        TemplateRefused: the record of the case cannot be read, with every problem.
    """
    about = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    paper = PaperFacts(about.get("number"), about.get("letter_number"), about["dated"], about.get("is_draft", False))
    subject = Subject(kind.spec.subject, about.get("seq", 0), about.get("about", ""))
    if kind.spec.subject is SubjectType.COMPANY:
        content = read_content(kind, json.loads((folder / about["content"]).read_text("utf-8")), dated=paper.dated)
        return company_case(kind, folder, content, paper=paper, company=about["company"], root=root)
    deal = deal or load_deal(root / about["deal"], root=root, patch=folder / "patch.yaml")
    as_of, dossier = about["as_of"], _dossier(about)
    dossier = replace(dossier, answers=_answers(about, deal, as_of=as_of))
    return Case(kind, folder, root / "templates" / "_shared", deal, subject, as_of, paper, dossier)


def company_case(  # noqa: PLR0913  # whose paper, with what in it, kept where
    kind: Kind, folder: Path, content: CompanyContent, *, paper: PaperFacts, company: str, root: Path
) -> Case:
    """Return a case of a paper of the company itself; no deal stands behind it."""
    subject, shared = Subject(SubjectType.COMPANY), root / "templates" / "_shared"
    return Case(kind, folder, shared, None, subject, paper.dated, paper, content=content, company=company)


def _dossier(about: Mapping[str, Any]) -> Dossier:
    """Read what the case says is kept besides the record: [[papers]], [[enclosed]], [[letters]] and others."""
    papers = tuple(KnownPaper(**row) for row in about.get("papers", ()))
    letters = tuple(KnownLetter(**row) for row in about.get("letters", ()))
    said = about.get("correction")
    rows = tuple(Mended(**row) for row in said.get("rows", ())) if said else ()
    correction = Correction(about["about"], rows, said.get("remark")) if said else None
    approvals = tuple(_approval(row) for row in about.get("approvals", ()))
    enclosed = tuple(KnownPaper(**row) for row in about.get("enclosed", ()))
    return Dossier(papers, letters, correction, approvals=approvals, enclosed=enclosed)


def _answers(about: Mapping[str, Any], deal: Deal, *, as_of: date) -> tuple[Answer, ...]:
    """Read [[answers]]; one without a digest is about the values as they stand in the case."""
    rows = about.get("answers", ())
    if not rows:
        return ()
    now = checklist(deal, as_of=as_of, calendar=Calendar())
    digests = {line.id: line.digest for line in now.lines}
    return tuple(
        Answer(
            line=row["line"],
            result=Result(row["result"]),
            remark=row.get("remark", ""),
            digest=row.get("digest", digests[row["line"]]),
            version=row.get("version", now.version),
            on=row.get("on", as_of),
            by=row["by"],
        )
        for row in rows
    )


def _approval(row: Mapping[str, Any]) -> KnownApproval:
    """Read a request for approval of the case, its acts and summary as lists."""
    acts = tuple(KnownAct(**act) for act in row.get("acts", ()))
    summary = tuple((label, text) for label, text in row.get("summary", ()))
    return KnownApproval(**{**row, "acts": acts, "summary": summary})


def load_deal(record: Path, *, root: Path, patch: Path) -> Deal:
    """Read a record with our sample companies and lay a patch over it, if there is one."""
    plain = _plain(record)
    if patch.is_file():
        for path, value in _plain(patch).items():
            _set(plain, path.split("."), value)
    deal, findings = parse_record(plain, companies=_companies(root))
    if deal is None:
        raise TemplateRefused(findings)
    return deal


def _plain(path: Path) -> dict[str, Any]:
    plain, findings = read_text(path.read_text(encoding="utf-8"), name=path.name)
    if not isinstance(plain, dict):
        raise TemplateRefused(findings)
    return plain


def _companies(root: Path) -> Mapping[str, Company]:
    files = sorted((root / "samples" / "companies").glob("*.toml"))
    companies = (Company.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files)
    return {company.id: company for company in companies}


def _set(plain: Any, path: list[str], value: object) -> None:  # noqa: ANN401  # plain values of any shape
    *way, last = path
    for step in way:
        plain = plain[int(step)] if isinstance(plain, list) else plain[step]
    plain[int(last) if isinstance(plain, list) else last] = value


def pdf_job(case: Case) -> PdfJob:
    """Return the case's job for the PDF face."""
    return PdfJob(
        case.kind.folder,
        case.kind.face_file(Face.PDF).name,
        case.shared,
        case.context,
        case.meta,
        page_code=None if case.paper.is_draft else _page_code,
        readable_number=case.paper.number or "",
        draft=case.paper.is_draft,
        watermark=case.kind.spec.watermark or "",
    )


def docx_job(case: Case) -> DocxJob:
    """Return the case's job for the Word face."""
    template = case.kind.face_file(Face.DOCX)
    return DocxJob(
        template.read_bytes(),
        case.context,
        case.meta,
        header_code=None if case.paper.is_draft else f"{_CODE}00",
        readable_number=case.paper.number or "",
        draft=case.paper.is_draft,
        watermark=case.kind.spec.watermark or "",
        kind_folder=case.kind.folder,
        shared=case.shared,
        name=template.name,
    )


def _page_code(page: int, pages: int) -> str:
    return f"{_CODE}{page % 10}{pages % 10}"


@dataclass(frozen=True, slots=True)
class Rendered:
    """Both faces of a case and their whole texts, as kept beside it."""

    pdf: RenderedPdf
    docx: RenderedDocx
    pdf_blocks: tuple[str, ...]
    docx_blocks: tuple[str, ...]

    @property
    def texts(self) -> dict[str, str]:
        """Return file name → expected text: facts about the layout first, then every block."""
        zones = sorted({(zone.page, zone.role, zone.party) for zone in self.pdf.zones})
        about = [f"[pages] {self.pdf.pages}", *(f"[zone] page {p} {role} {party}".rstrip() for p, role, party in zones)]
        running = [f"[running] {text}" for text in docx_running(self.docx.data)]
        return {"pdf.txt": _file((*about, *self.pdf_blocks)), "docx.txt": _file((*running, *self.docx_blocks))}


def render_case(case: Case) -> Rendered:
    """Render both faces of a case."""
    job = pdf_job(case)
    pdf, docx = render_pdf(job), render_docx(docx_job(case))
    return Rendered(pdf, docx, html_blocks(fill_html(job)[0]), docx_blocks(docx.data))


def _file(blocks: tuple[str, ...]) -> str:
    return "".join(block.replace("\n", "⏎") + "\n" for block in blocks)
