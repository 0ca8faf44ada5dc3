"""Files that are no scans but belong to a contract all the same: electronic invoices and Office files.

They are kept as they are. Only what kind of file it is, is told, by its content: nothing in it is believed or run.
"""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from docgen.papers.docx_parts import ZIP_TROUBLE

OFD, XML, OLE = "application/ofd", "application/xml", "application/x-ole-storage"
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
WORD = f"{_OPEN_XML}wordprocessingml.document"
EXCEL = f"{_OPEN_XML}spreadsheetml.sheet"
SLIDES = f"{_OPEN_XML}presentationml.presentation"
OFFICE = frozenset({WORD, EXCEL, SLIDES, OLE})
KEPT_AS_IS = OFFICE | {OFD, XML}
"""A file of these types has no pages for us."""

_OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARTS = {"OFD.xml": OFD, "word/document.xml": WORD, "xl/workbook.xml": EXCEL, "ppt/presentation.xml": SLIDES}
_MOST_PARTS = 20_000


def other_kind(data: bytes) -> str | None:
    """Return the media type of an OFD, XML or Office file that is whole; None for anything else."""
    if data.startswith(_OLE_HEAD):
        return OLE
    if data.startswith(b"PK\x03\x04"):
        return _packed_kind(data)
    return XML if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" and _is_xml(data) else None


def _packed_kind(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = {info.filename for info in package.infolist()[:_MOST_PARTS]}
    except ZIP_TROUBLE:
        return None
    return next((kind for part, kind in _PARTS.items() if part in names), None)


def _is_xml(data: bytes) -> bool:
    """Tell whether it is XML to its end, and no web page; entities are not followed, nothing is fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return False
    return not str(root.tag).lower().endswith("html")
