"""A Word file as what it is: a zip of XML parts with content types and relationships (ECMA-376, parts 1 and 2).

Just enough to fill a template and put our furniture in: find the parts that hold text, add a part, write the zip so
that the same content gives the same bytes (sorted parts, one fixed time). Reading foreign files: `papers`.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass, field

from lxml import etree

from docgen.errors import TemplateRefused
from docgen.papers.docx_parts import ZIP_TROUBLE

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
TEXT_KINDS = ("document.main+xml", "header+xml", "footer+xml", "footnotes+xml", "endnotes+xml")
_FIRST = {"[Content_Types].xml": 0, "_rels/.rels": 1}
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def w(tag: str) -> str:
    """Return the full name of a WordprocessingML element or attribute."""
    return f"{{{W}}}{tag}"


def parse(data: bytes | str, where: str) -> etree._Element:
    """Parse XML strictly: no entities, no network.

    Raises:
        TemplateRefused: `rendering.docx-broken`, naming the part.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data.encode() if isinstance(data, str) else data, parser)
    except etree.XMLSyntaxError as problem:
        raise TemplateRefused.of("rendering.docx-broken", where, what=str(problem)[:160]) from problem


def serialise(root: etree._Element) -> bytes:
    """Return a part's bytes as Word writes them."""
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return text


@dataclass
class Package:
    """The parts of one Word file by name, without leading slash."""

    parts: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, data: bytes, where: str) -> Package:
        """Read a zip; its structure was checked before.

        Raises:
            TemplateRefused: not a Word file.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                parts = {i.filename: archive.read(i) for i in archive.infolist() if not i.is_dir()}
        except ZIP_TROUBLE as problem:
            raise TemplateRefused.of("rendering.docx-broken", where, what=str(problem)[:160]) from problem
        package = cls(parts)
        if "[Content_Types].xml" not in parts or not package.by_kind("document.main+xml"):
            raise TemplateRefused.of("rendering.docx-broken", where, what="no word/document.xml")
        return package

    def copy(self) -> Package:
        """Return a package of the same parts that can be changed on its own."""
        return Package(dict(self.parts))

    def write(self) -> bytes:
        """Return the zip: content types first, then by name, one fixed time; same parts, same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name in sorted(self.parts, key=lambda n: (_FIRST.get(n, 2), n)):
                info = zipfile.ZipInfo(name, _ZIP_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 0
                archive.writestr(info, self.parts[name])
        return out.getvalue()

    @property
    def document(self) -> str:
        """Name of the main part, usually word/document.xml."""
        return self.by_kind("document.main+xml")[0]

    def by_kind(self, kind: str) -> list[str]:
        """Return the names of the parts of a WordprocessingML content type, in order of the content-types part."""
        root = parse(self.parts["[Content_Types].xml"], "[Content_Types].xml")
        names = [
            item.get("PartName", "").lstrip("/")
            for item in root.iter(f"{{{TYPES}}}Override")
            if item.get("ContentType") == WORD_TYPE + kind
        ]
        return [name for name in names if name in self.parts]

    def text_parts(self) -> list[str]:
        """Return the parts a template may hold fields in: body, headers, footers, notes."""
        return [name for kind in TEXT_KINDS for name in self.by_kind(kind)]

    def declare(self, name: str, content_type: str) -> None:
        """Give a part its content type, unless it has one."""
        root = parse(self.parts["[Content_Types].xml"], "[Content_Types].xml")
        if not any(item.get("PartName") == f"/{name}" for item in root):
            etree.SubElement(root, f"{{{TYPES}}}Override", PartName=f"/{name}", ContentType=content_type)
            self.parts["[Content_Types].xml"] = serialise(root)

    def relate(self, source: str, kind: str, target: str) -> str:
        """Relate a part to another and return the relationship's id; `kind` is the last word of its type."""
        name = rels_name(source)
        root = parse(self.parts[name], name) if name in self.parts else _no_relations()
        used = {item.get("Id") for item in root}
        fresh = next(f"rIdDocgen{n}" for n in range(1, 10_000) if f"rIdDocgen{n}" not in used)
        path = posixpath.relpath(target, posixpath.dirname(source) or ".")
        etree.SubElement(root, f"{{{RELS}}}Relationship", Id=fresh, Type=_relation_type(kind), Target=path)
        self.parts[name] = serialise(root)
        return fresh

    def related(self, source: str, kind: str) -> dict[str, str]:
        """Return relationship id → part name for the relationships of one kind."""
        name = rels_name(source)
        if name not in self.parts:
            return {}
        folder = posixpath.dirname(source)
        return {
            item.get("Id", ""): _resolve(folder, item.get("Target", ""))
            for item in parse(self.parts[name], name)
            if item.get("Type", "").endswith(f"/{kind}") and item.get("TargetMode") != "External"
        }


def _no_relations() -> etree._Element:
    # LibreOffice reads relationships only in the default namespace
    return etree.Element(f"{{{RELS}}}Relationships", nsmap={None: RELS})


def _relation_type(kind: str) -> str:
    if kind == "core-properties":
        return "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    return f"{R}/{kind}"


def _resolve(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def rels_name(part: str) -> str:
    """Return the name of a part's relationships part."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
