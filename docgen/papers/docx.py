"""Look into a Word file: its words in order, and whether it is safe to open at all.

A docx is a zip of XML parts (ECMA-376). The same shape carries zip bombs, entity bombs, references that fetch a file or
a server's answer when Word opens it, and macros. A template or a customer's returned draft is checked part by part
before anything renders or compares it; sizes are counted while unpacking, never believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from docgen.errors import UnreadableFile
from docgen.findings import Finding, error, has_errors, note
from docgen.papers.docx_parts import CONTENT_TYPES, Parts, is_xml, unpack
from docgen.papers.pdf import GrayImage
from docgen.papers.pictures import png_gray

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_PLAIN_LINK = re.compile(r"(https?|mailto):", re.IGNORECASE)
_REACHES_OUT = re.compile(r"([a-z][a-z0-9+.-]*:|\\\\|//)", re.IGNORECASE)
_ACTIVE_RELATIONS = {
    "attachedTemplate", "vbaProject", "oleObject", "control", "activeXControlBinary", "aFChunk", "frame", "subDocument",
    "externalLinkPath", "package", "wordVbaData", "mailMergeSource", "mailMergeHeaderSource",
}  # fmt: skip
_LIVE_FIELD = re.compile(
    r"\b(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE|MACROBUTTON)\b", re.IGNORECASE
)
_MACRO_TYPE = re.compile(r"macroEnabled|vbaProject|activeX|oleObject", re.IGNORECASE)
_MARKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_NOT_WORDS = {_W + name for name in ("p", "txbxContent", "pPr", "rPr", "del", "moveFrom")} | {_FALLBACK}
_PARSER_SETTINGS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def check_docx(data: bytes) -> list[Finding]:
    """Return everything that makes a Word file unsafe or broken; `where` names the part.

    A hyperlink to a web or mail address is a note; any other reference out of the file is an error.
    """
    parts, findings = unpack(data)
    if has_errors(findings):
        return findings
    for name, content in parts.items():
        if is_xml(name):
            findings += _check_xml(name, content)
    if has_errors(findings):
        return findings
    for name, content in parts.items():
        findings += _check_part(name, content)
    return findings


def docx_texts(data: bytes) -> tuple[str, ...]:
    """Return the paragraphs of the body in document order, cells and text boxes included, empty ones left out.

    Inserted text counts, deleted text does not: it is what the file says if every tracked change is accepted.

    Raises:
        UnreadableFile: the file is broken or its structure unsafe; the findings say how.
    """
    return _texts(data, "document.main+xml")


def header_texts(data: bytes) -> tuple[str, ...]:
    """Return the paragraphs of all running headers, by part name; errors as `docx_texts`."""
    return _texts(data, "header+xml")


def footer_texts(data: bytes) -> tuple[str, ...]:
    """Return the paragraphs of all running footers, by part name; errors as `docx_texts`."""
    return _texts(data, "footer+xml")


def docx_pictures(data: bytes) -> tuple[GrayImage, ...]:
    """Return the PNG pictures a Word file carries, in gray, by part name.

    Raises:
        UnreadableFile: the file is broken or its structure unsafe, or a picture cannot be unpacked.
        LimitExceeded: a picture is too large.
    """
    parts, findings = unpack(data)
    if has_errors(findings):
        raise UnreadableFile(findings)
    images = (parts[name] for name in sorted(parts) if name.startswith("word/media/") and name.endswith(".png"))
    return tuple(png_gray(image) for image in images)


def _texts(data: bytes, kind: str) -> tuple[str, ...]:
    parts, findings = unpack(data)
    if has_errors(findings):
        raise UnreadableFile(findings)
    broken = [one for name, content in parts.items() if is_xml(name) for one in _check_xml(name, content)]
    if broken:
        raise UnreadableFile(broken)
    return tuple(text for name in _parts_of_kind(parts, kind) for text in _paragraphs(_parsed(parts[name])))


def _parts_of_kind(parts: Parts, kind: str) -> list[str]:
    listed = _parsed(parts[CONTENT_TYPES])
    names = [one.get("PartName", "").lstrip("/") for one in listed if one.get("ContentType") == _WORD_TYPE + kind]
    return sorted((name for name in names if name in parts), key=lambda name: (len(name), name))


def _paragraphs(root: Any) -> Iterator[str]:  # noqa: ANN401  # lxml has no types
    for paragraph in root.iter(_W + "p"):
        if not any(True for _ in paragraph.iterancestors(_FALLBACK)):
            text = "".join(_words(paragraph))
            if text.strip():
                yield text


def _words(element: Any) -> Iterator[str]:  # noqa: ANN401  # lxml has no types
    """Yield a paragraph's own words; a text box inside has paragraphs of its own and is passed over."""
    for child in element:
        if child.tag == _W + "t":
            yield child.text or ""
        elif child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag not in _NOT_WORDS:
            yield from _words(child)


def _check_xml(name: str, content: bytes) -> list[Finding]:
    # A DOCTYPE in UTF-16 or UTF-32 has NULs between its letters.
    if b"<!doctype" in content.replace(b"\0", b"").lower() or b"<!entity" in content.replace(b"\0", b"").lower():
        return [error("papers.docx-doctype", name)]
    try:
        _parsed(content)
    except etree.XMLSyntaxError:
        return [error("papers.docx-broken-part", name)]
    return []


def _check_part(name: str, content: bytes) -> Iterator[Finding]:
    if name.lower().endswith((".bin", ".exe", ".dll", ".vbs", ".js", ".htm", ".html", ".mht", ".mhtml")):
        yield error("papers.docx-active", name, what=name.rsplit("/", 1)[-1])
    if name == CONTENT_TYPES and (macro := _MACRO_TYPE.search(content.decode("utf-8", "replace"))):
        yield error("papers.docx-macro", name, what=macro[0])
    if name.lower().endswith(".rels"):
        yield from _check_relationships(name, content)
    elif is_xml(name) and name.lower().startswith("word/"):
        yield from _check_fields(name, content)


def _check_relationships(name: str, content: bytes) -> Iterator[Finding]:
    for one in _parsed(content).iter(_RELATIONSHIP):
        kind, target = one.get("Type", "").rsplit("/", 1)[-1], one.get("Target", "")
        outside = one.get("TargetMode", "") == "External" or _REACHES_OUT.match(target) is not None
        if kind == "hyperlink" and outside and _PLAIN_LINK.match(target):
            yield note("papers.docx-link", name, target=target)
        elif outside:
            yield error("papers.docx-external", name, kind=kind, target=target)
        elif kind in _ACTIVE_RELATIONS:
            yield error("papers.docx-active", name, what=kind)


def _check_fields(name: str, content: bytes) -> Iterator[Finding]:
    """Look for fields that fetch or run something when Word opens the file; their words may be split over runs."""
    for paragraph in _parsed(content).iter(_W + "p"):
        split = "".join(one.text or "" for one in paragraph.iter(_W + "instrText"))
        simple = [one.get(_W + "instr", "") for one in paragraph.iter(_W + "fldSimple")]
        for words in (split, *simple):
            if live := _LIVE_FIELD.search(words):
                yield error("papers.docx-live-field", name, field=live[1].upper())


def _parsed(content: bytes) -> Any:  # noqa: ANN401  # lxml has no types
    return etree.fromstring(content, etree.XMLParser(**_PARSER_SETTINGS))
