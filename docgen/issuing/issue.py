"""A rendering becomes an issued paper: faces made, proved by re-opening, and frozen with all they were made from.

Nothing here writes to the archive or the tables; the caller takes the number before and files the result after.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from docgen import __version__
from docgen.codes.payload import Keyring, Payload, encode
from docgen.deals.deal import Deal
from docgen.deals.schema import public
from docgen.deals.workdays import Calendar
from docgen.issuing import proof
from docgen.kinds.dossier import EMPTY, Dossier
from docgen.kinds.kind import Audience, Face, Kind
from docgen.kinds.naming import title_of
from docgen.kinds.subjects import Subject
from docgen.rendering.context import build_context
from docgen.rendering.docx import DocxJob, RenderedDocx, render_docx
from docgen.rendering.foreign import render_foreign_docx, render_foreign_pdf
from docgen.rendering.kept import Kept, seen_as
from docgen.rendering.laidout import Zone
from docgen.rendering.paper import PaperMeta
from docgen.rendering.pdf import PdfJob, RenderedPdf, fill_html, render_pdf
from docgen.rendering.printed import PrintedValue
from docgen.rendering.sections.background import PaperFacts

MEDIA_TYPES = {
    Face.PDF: "application/pdf",
    Face.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
SNAPSHOT_SCHEMA = 1
_LARGEST_FROZEN = 1_000_000
"""Larger template parts (the fonts) are frozen by hash only; they ship with the program."""
_PARTS_KEPT = 1000


class Printable(Protocol):
    """What a paper is printed from, whether it speaks of a deal or is the company's own."""

    @property
    def kind(self) -> Kind:
        """The kind."""

    @property
    def title(self) -> str:
        """The title it bears."""

    @property
    def author(self) -> str:
        """Whose paper it is."""

    @property
    def about(self) -> str:
        """What the file says it is about."""

    @property
    def number(self) -> str:
        """Its number, empty in a draft."""

    @property
    def document_id(self) -> str | None:
        """The id in its codes, None in a draft."""

    @property
    def created(self) -> datetime:
        """The instant it is made."""

    @property
    def dated(self) -> date:
        """The day it bears."""

    @property
    def faces(self) -> tuple[Face, ...]:
        """The faces to make."""

    @property
    def shared(self) -> Path:
        """The folder of shared template parts."""

    @property
    def keyring(self) -> Keyring | None:
        """The keys its codes are tagged with."""

    @property
    def is_trusted(self) -> bool:
        """Whether its templates are the shipped ones."""

    @property
    def is_draft(self) -> bool:
        """Whether it is a draft."""

    def context(self) -> dict[str, object]:
        """Return the plain data the faces are filled with."""

    def told(self) -> dict[str, object]:
        """Return what the paper was made from, as frozen beside it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be issued: which paper of which deal, under which numbers, as known on which day.

    A template that is not exactly the shipped one is not trusted: it is filled in a contained child.
    """

    kind: Kind
    deal: Deal
    subject: Subject
    revision: int
    as_of: date
    dated: date
    number: str
    letter_number: str | None
    document_id: str | None
    created: datetime
    faces: tuple[Face, ...]
    shared: Path
    keyring: Keyring | None
    calendar: Calendar
    is_trusted: bool
    dossier: Dossier = EMPTY

    @property
    def title(self) -> str:
        """Return the title the paper bears: an overdue instalment's notice has a name of its own."""
        return title_of(self.kind, self.deal, self.subject, as_of=self.as_of, calendar=self.calendar)

    @property
    def is_draft(self) -> bool:
        """Tell whether this is a draft: watermark, no number, no code."""
        return self.document_id is None

    @property
    def author(self) -> str:
        """Return whose paper it is."""
        return self.deal.company.name

    @property
    def about(self) -> str:
        """Return what the file says it is about."""
        return self.deal.terms.contract.title

    def context(self) -> dict[str, object]:
        """Return the deal laid out for the templates."""
        paper = PaperFacts(
            number=self.number, letter_number=self.letter_number, dated=self.dated, is_draft=self.is_draft
        )
        return build_context(
            self.deal,
            self.kind,
            self.subject,
            as_of=self.as_of,
            paper=paper,
            calendar=self.calendar,
            dossier=self.dossier,
        )

    def told(self) -> dict[str, object]:
        """Return the part of the deal, its days and revision, and the record, as frozen beside the paper."""
        return {
            "subject": {"type": self.subject.type.value, "seq": self.subject.seq, "name": self.subject.name},
            "letter_number": self.letter_number,
            "as_of": self.as_of.isoformat(),
            "revision": self.revision,
            "record": _record(self),
            "calendar": self.calendar.version,
        }


@dataclass(frozen=True, slots=True)
class FaceFile:
    """One face as bytes."""

    face: Face
    data: bytes
    pages: int | None

    @property
    def media_type(self) -> str:
        """Return the face's media type."""
        return MEDIA_TYPES[self.face]


@dataclass(frozen=True, slots=True)
class Produced:
    """A paper made and proved: faces, what it prints that matters, its zones, and everything it was made from."""

    faces: tuple[FaceFile, ...]
    values: tuple[PrintedValue, ...]
    zones: tuple[Zone, ...]
    text: str
    snapshot: Mapping[str, object]
    templates: Mapping[str, bytes]


def produce(order: Printable) -> Produced:
    """Render, re-open and freeze a paper.

    Raises:
        TemplateRefused: a template breaks the rules or needs a value the deal does not have.
        ProofFailed: a face, re-opened, does not say exactly what it should.
    """
    context = order.context()
    to_pdf, to_docx = (render_pdf, render_docx) if order.is_trusted else (render_foreign_pdf, render_foreign_docx)
    pdf = to_pdf(_pdf_job(order, context)) if Face.PDF in order.faces else None
    docx = to_docx(_docx_job(order, context)) if Face.DOCX in order.faces else None
    proof.prove(pdf, docx, expected=_expected(order))
    if order.is_trusted and pdf is not None and docx is not None:
        proof.prove_alike(fill_html(_pdf_job(order, context))[0], docx)
    parts = _template_parts(order.kind.folder, order.shared)
    return Produced(
        faces=_face_files(pdf, docx),
        values=_values(pdf, docx),
        zones=pdf.zones if pdf else (),
        text="\n\f\n".join(pdf.page_texts) if pdf else "",
        snapshot=_snapshot(order, context, parts),
        templates=_frozen(parts),
    )


def _meta(order: Printable) -> PaperMeta:
    return PaperMeta(
        title=f"{order.title} {order.number}".strip(),
        author=order.author,
        subject=order.about,
        language="zh-CN",
        created=order.created,
        identifier=order.document_id or "draft",
    )


def _pdf_job(order: Printable, context: dict[str, object]) -> PdfJob:
    return PdfJob(
        kind_folder=order.kind.folder,
        template=order.kind.face_file(Face.PDF).name,
        shared=order.shared,
        context=context,
        meta=_meta(order),
        page_code=None if order.is_draft else lambda page, pages: page_code(order, page, pages),
        readable_number=order.number,
        draft=order.is_draft,
        watermark=order.kind.spec.watermark or "",
    )


def _docx_job(order: Printable, context: dict[str, object]) -> DocxJob:
    return DocxJob(
        template=order.kind.face_file(Face.DOCX).read_bytes(),
        context=context,
        meta=_meta(order),
        header_code=None if order.is_draft else page_code(order, 0, 0),
        readable_number=order.number,
        draft=order.is_draft,
        watermark=order.kind.spec.watermark or "",
        kind_folder=order.kind.folder,
        shared=order.shared,
        name=order.kind.face_file(Face.DOCX).name,
    )


def page_code(order: Printable, page: int, pages: int) -> str:
    """Return the code's text for a page of a paper; page 0 of 0 is the Word file as a whole."""
    if order.document_id is None or order.keyring is None:
        raise ValueError("a draft bears no code")
    return encode(Payload(order.document_id, page, pages), order.keyring)


def _expected(order: Printable) -> proof.Expected:
    return proof.Expected(
        number=order.number,
        title=_meta(order).title,
        author=order.author,
        document_id=order.document_id,
        keyring=order.keyring,
    )


def _face_files(pdf: RenderedPdf | None, docx: RenderedDocx | None) -> tuple[FaceFile, ...]:
    files = []
    if pdf is not None:
        files.append(FaceFile(Face.PDF, pdf.data, pdf.pages))
    if docx is not None:
        files.append(FaceFile(Face.DOCX, docx.data, None))
    return tuple(files)


def _values(pdf: RenderedPdf | None, docx: RenderedDocx | None) -> tuple[PrintedValue, ...]:
    if pdf is not None:
        return pdf.values
    return docx.values if docx is not None else ()


def _snapshot(order: Printable, context: Mapping[str, object], parts: Mapping[str, _Part]) -> dict[str, object]:
    return {
        "schema": SNAPSHOT_SCHEMA,
        "kind": order.kind.spec.model_dump(mode="json", by_alias=True),
        "number": order.number,
        "document_id": order.document_id,
        "dated": order.dated.isoformat(),
        "created": order.created.isoformat(),
        "faces": [face.value for face in order.faces],
        **order.told(),
        "context": json.loads(json.dumps(context, default=str, ensure_ascii=False)),
        "templates": {name: part.sha256 for name, part in parts.items()},
        "clauses": list(order.kind.spec.clauses),
        "program": __version__,
    }


def _record(order: Order) -> dict[str, Any]:
    """Return the record as frozen beside the paper: it may leave the house with it, so internal fields stay out."""
    if order.kind.spec.audience is Audience.INTERNAL:
        return order.deal.model_dump(mode="json", by_alias=True)
    return public(order.deal)


@dataclass(frozen=True, slots=True)
class _Part:
    """One template part as read: its hash, and its bytes unless it is too large to be frozen."""

    sha256: str
    data: bytes | None


_parts: Kept[_Part] = Kept(_PARTS_KEPT)


def frozen_templates(kind_folder: Path, shared: Path) -> dict[str, bytes]:
    """Return the bytes of every template part that shapes a kind's papers, by name; fonts are left to their hash."""
    return _frozen(_template_parts(kind_folder, shared))


def _frozen(parts: Mapping[str, _Part]) -> dict[str, bytes]:
    return {name: part.data for name, part in parts.items() if part.data is not None}


def template_hashes(kind_folder: Path, shared: Path) -> dict[str, str]:
    """Return the SHA-256 of all template parts of a kind, golden cases excepted, by names like `_shared/base.css`."""
    return {name: part.sha256 for name, part in _template_parts(kind_folder, shared).items()}


def _template_parts(kind_folder: Path, shared: Path) -> dict[str, _Part]:
    return {
        f"{prefix}/{name}": _part(path, found)
        for prefix, root in (("kind", kind_folder), ("_shared", shared))
        for name, path, found in _files(root)
    }


def _part(path: str, found: os.stat_result) -> _Part:
    """Return a part, read and hashed anew only when its file is not the same as last time."""

    def read() -> _Part:
        data = Path(path).read_bytes()
        return _Part(_sha256(data), data if len(data) <= _LARGEST_FROZEN else None)

    return _parts.get(seen_as(path, found), read)


def _files(root: Path) -> list[tuple[str, str, os.stat_result]]:
    """Return the files below a folder in the order of their names (forward slashes), each with its path and status.

    Golden cases are left out. It is asked for every paper, of some fifty files: hence no Path for each.
    """
    found: list[tuple[str, str, os.stat_result]] = []
    start = len(str(root)) + len(os.sep)
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if name != "golden"]
        for path in (f"{folder}{os.sep}{name}" for name in names if name != "golden"):
            with suppress(FileNotFoundError):  # a link that leads nowhere
                found.append((path[start:].replace(os.sep, "/"), path, os.stat(path)))  # noqa: PTH116  # as said
    return sorted((each for each in found if stat.S_ISREG(each[2].st_mode)), key=lambda each: each[0].split("/"))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
