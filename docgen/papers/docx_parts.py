"""Unpack a docx with a hand on the brake: sizes counted while reading, names and numbers of parts checked.

The limits: 2,000 parts, 10 MB a part, 50 MB in all, unpacked. A real contract with pictures stays far below.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter

from docgen.findings import Finding, error

MAX_PARTS = 2000
MAX_PART_BYTES = 10 * 1024 * 1024
MAX_TOTAL_BYTES = 50 * 1024 * 1024
CONTENT_TYPES = "[Content_Types].xml"

Parts = dict[str, bytes]

_CHUNK = 64 * 1024
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = 0x1
ZIP_TROUBLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)
"""What the zip reader lets escape when a package is broken, truncated, encrypted or lies about itself."""


def is_xml(name: str) -> bool:
    """Tell whether a part is XML by its name."""
    return name.lower().endswith((".xml", ".rels"))


def unpack(data: bytes) -> tuple[Parts, list[Finding]]:
    """Return the parts by name and what is wrong with the package; with an error the parts are empty."""
    if data.startswith(_OLD_OFFICE):
        return {}, [error("papers.docx-locked-or-old")]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            findings = _check_directory(package.infolist())
            parts = {} if findings else _read_all(package, findings)
    except ZIP_TROUBLE:
        return {}, [error("papers.docx-not-a-package")]
    if not findings and not (CONTENT_TYPES in parts and any(name.startswith("word/") for name in parts)):
        findings.append(error("papers.docx-not-word"))
    return ({} if findings else parts), findings


def _check_directory(entries: list[zipfile.ZipInfo]) -> list[Finding]:
    if len(entries) > MAX_PARTS:
        return [error("papers.docx-too-many-parts", parts=len(entries), limit=MAX_PARTS)]
    names = Counter(entry.filename.lower() for entry in entries)
    findings = [error("papers.docx-twice", name) for name, times in names.items() if times > 1]
    for entry in entries:
        steps = entry.filename.split("/")
        if entry.filename.startswith("/") or "\\" in entry.filename or ".." in steps:
            findings.append(error("papers.docx-bad-name", entry.filename))
        if entry.flag_bits & _ENCRYPTED:
            findings.append(error("papers.docx-locked-or-old", entry.filename))
        if entry.file_size > MAX_PART_BYTES:
            findings.append(_too_large(entry.filename))
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        findings.append(_all_too_large())
    return findings


def _read_all(package: zipfile.ZipFile, findings: list[Finding]) -> Parts:
    parts: Parts = {}
    total = 0
    for entry in package.infolist():
        if entry.is_dir():
            continue
        content = _read(package, entry)
        if isinstance(content, Finding):
            findings.append(content)
            continue
        parts[entry.filename] = content
        total += len(content)
        if total > MAX_TOTAL_BYTES:
            findings.append(_all_too_large())
            break
    return parts


def _read(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | Finding:
    """Read one part; zipfile stops at the size told and then checks the sum, so a lie either way shows here."""
    content = bytearray()
    try:
        with package.open(entry) as part:
            while chunk := part.read(_CHUNK):
                content += chunk
                if len(content) > MAX_PART_BYTES:
                    return _too_large(entry.filename)
    except ZIP_TROUBLE:
        return error("papers.docx-lying-size", entry.filename)
    return bytes(content) if len(content) == entry.file_size else error("papers.docx-lying-size", entry.filename)


def _too_large(name: str) -> Finding:
    return error("papers.docx-part-too-large", name, megabytes=MAX_PART_BYTES // (1024 * 1024))


def _all_too_large() -> Finding:
    return error("papers.docx-too-large", megabytes=MAX_TOTAL_BYTES // (1024 * 1024))
