"""What every Word paper gets besides its text: code and number in its headers, draft mark, tracked changes, properties.

A Word file has no fixed pages, so it bears one code for the whole document, in the header of every section and of every
kind of page (first, odd, even). Issued files switch tracked changes on: what a customer edits shows when it comes back.
"""

from __future__ import annotations

from datetime import UTC

from lxml import etree

from docgen.codes.draw import QUIET_MODULES, matrix, png
from docgen.rendering.ooxml import WORD_TYPE, Package, R, W, parse, serialise, w
from docgen.rendering.paper import DRAFT_NUMBER, DRAFT_WORD, PaperMeta

CODE_SIDE_MM = 13.0
EMU_PER_MM = 36_000
CODE_TOP_MM = 6.0
_MODULE_PX = 8
_BESIDE_CODE = 1020
"""Twentieths of a point (18 mm) that the number keeps from the right margin, where the code stands."""
_CODE_PART = "word/media/docgen-code.png"
_HEADER_PART = "word/docgen-header.xml"
_AFTER_TRACKING = frozenset(
    (
        *("doNotTrackMoves", "doNotTrackFormatting", "documentProtection", "autoFormatOverride", "styleLockTheme"),
        *("styleLockQFSet", "defaultTabStop", "autoHyphenation", "consecutiveHyphenLimit", "hyphenationZone"),
        *("doNotHyphenateCaps", "showEnvelope", "summaryLength", "clickAndTypeStyle", "defaultTableStyle"),
        *("evenAndOddHeaders", "bookFoldRevPrinting", "bookFoldPrinting", "bookFoldPrintingSheets"),
        *("drawingGridHorizontalSpacing", "drawingGridVerticalSpacing", "characterSpacingControl", "footnotePr"),
        *("endnotePr", "compat", "docVars", "rsids", "mathPr", "themeFontLang", "clrSchemeMapping", "shapeDefaults"),
        *("decimalSymbol", "listSeparator", "drawingGridHorizontalOrigin", "drawingGridVerticalOrigin"),
        *("displayHorizontalDrawingGridEvery", "displayVerticalDrawingGridEvery", "noLineBreaksAfter"),
        *("noLineBreaksBefore", "savePreviewPicture", "hdrShapeDefaults", "smartTagType", "schemaLibrary"),
    )
)
"""Settings that stand after `trackRevisions` in the schema's order (ECMA-376, CT_Settings)."""
_NAMES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)


def furnish(
    package: Package, *, header_code: str | None, readable_number: str, draft: bool, watermark: str = ""
) -> None:
    """Put number and code (or the draft mark) into every header of the file, and set tracked changes."""
    headers = _all_headers(package)
    if draft:
        for name in headers:
            _append(package, name, _number_line(DRAFT_NUMBER, "") + _watermark(DRAFT_WORD))
        return
    if watermark:
        for name in headers:
            _append(package, name, _watermark(watermark))
    if header_code is not None:
        package.parts[_CODE_PART] = png(header_code, _MODULE_PX)
        _declare_png(package)
        side = _picture_side(header_code)
        for name in headers:
            link = package.relate(name, "image", _CODE_PART)
            _append(package, name, _number_line(readable_number, _code_picture(link, side, readable_number)))
    _track_changes(package)


def _picture_side(code: str) -> int:
    """Return the picture's side in EMU such that the code itself, without its quiet zone, is 13 mm."""
    modules = len(matrix(code))
    return round(CODE_SIDE_MM * EMU_PER_MM * (modules + 2 * QUIET_MODULES) / modules)


def _all_headers(package: Package) -> list[str]:
    """Return every header part a page may show, making those that are missing (first page, even pages)."""
    document = parse(package.parts[package.document], package.document)
    sections = list(document.iter(w("sectPr")))
    if not sections:
        sections = [etree.SubElement(document.find(w("body")), w("sectPr"))]
    wanted = {"default"}
    if any(section.find(w("titlePg")) is not None for section in sections):
        wanted.add("first")
    if _settings(package).find(w("evenAndOddHeaders")) is not None:
        wanted.add("even")
    present = {ref.get(w("type")) for ref in sections[0].iter(w("headerReference"))}
    for kind in sorted(wanted - present):
        reference = etree.Element(w("headerReference"))
        reference.set(w("type"), kind)
        reference.set(f"{{{R}}}id", _new_header(package, kind))
        sections[0].insert(0, reference)
    package.parts[package.document] = serialise(document)
    linked = package.related(package.document, "header")
    used = {ref.get(f"{{{R}}}id") for section in sections for ref in section.iter(w("headerReference"))}
    return sorted({name for link, name in linked.items() if link in used and name in package.parts})


def _new_header(package: Package, kind: str) -> str:
    name = _HEADER_PART.replace(".xml", f"-{kind}.xml")
    package.parts[name] = f'<?xml version="1.0" encoding="UTF-8"?><w:hdr {_NAMES}></w:hdr>'.encode()
    package.declare(name, WORD_TYPE + "header+xml")
    return package.relate(package.document, "header", name)


def _append(package: Package, name: str, paragraphs: str) -> None:
    header = parse(package.parts[name], name)
    header.extend(list(parse(f"<x {_NAMES}>{paragraphs}</x>", name)))
    package.parts[name] = serialise(header)


def _number_line(text: str, drawing: str) -> str:
    fonts = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/><w:sz w:val="16"/>'
    indent = _BESIDE_CODE if drawing else 0
    return (
        f'<w:p><w:pPr><w:spacing w:before="0" w:after="0"/><w:ind w:right="{indent}"/><w:jc w:val="right"/></w:pPr>'
        f'<w:r><w:rPr>{fonts}</w:rPr><w:t xml:space="preserve">{_escaped(text)}</w:t></w:r>{drawing}</w:p>'
    )


def _code_picture(link: str, side: int, number: str) -> str:
    """Return a run with the code, standing at the right margin 6 mm below the page's top, text flowing beside it."""
    name, top = f"识别码 {_escaped(number)}", round(CODE_TOP_MM * EMU_PER_MM)
    return (
        '<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="72000" distR="0" simplePos="0" relativeHeight="2" '
        'behindDoc="0" locked="1" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="margin"><wp:align>right</wp:align></wp:positionH>'
        f'<wp:positionV relativeFrom="page"><wp:posOffset>{top}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{side}" cy="{side}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>'
        f'<wp:wrapSquare wrapText="left"/><wp:docPr id="9001" name="{name}" descr="{name}"/><wp:cNvGraphicFramePr/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="9001" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{link}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{side}" cy="{side}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:anchor></w:drawing></w:r>"
    )


def _watermark(word: str) -> str:
    """Return the paragraph with Word's own kind of text watermark (VML), which WPS and LibreOffice show too."""
    return (
        '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr><w:r><w:rPr>'
        '<w:noProof/></w:rPr><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
        '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
        '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>'
        '<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" '
        'o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        '<v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" '
        'style="position:absolute;margin-left:0;margin-top:0;width:300pt;height:150pt;rotation:315;z-index:-251658752;'
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#d9d9d9" stroked="f">'
        '<v:fill opacity=".6"/><v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" '
        f'string="{_escaped(word)}"/>'
        "</v:shape></w:pict></w:r></w:p>"
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _declare_png(package: Package) -> None:
    root = parse(package.parts["[Content_Types].xml"], "[Content_Types].xml")
    space = root.tag.removesuffix("Types")
    if not any(item.get("Extension", "").lower() == "png" for item in root):
        root.insert(0, etree.Element(f"{space}Default", Extension="png", ContentType="image/png"))
        package.parts["[Content_Types].xml"] = serialise(root)


def _settings_name(package: Package) -> str:
    return next(iter(package.related(package.document, "settings").values()), "word/settings.xml")


def _settings(package: Package) -> etree._Element:
    name = _settings_name(package)
    return parse(package.parts[name], name) if name in package.parts else etree.Element(w("settings"), nsmap={"w": W})


def _track_changes(package: Package) -> None:
    settings, name = _settings(package), _settings_name(package)
    for old in settings.findall(w("trackRevisions")):
        settings.remove(old)
    names = [etree.QName(item).localname for item in settings]
    place = next((i for i, known in enumerate(names) if known in _AFTER_TRACKING), len(names))
    settings.insert(place, etree.Element(w("trackRevisions")))
    if name not in package.parts:
        package.declare(name, WORD_TYPE + "settings+xml")
        package.relate(package.document, "settings", name)
    package.parts[name] = serialise(settings)


def set_properties(package: Package, meta: PaperMeta) -> None:
    """Write the file's core properties anew (title, author, subject, number, dates): nothing of the template's."""
    old = package.related("", "core-properties") or package.related(".", "core-properties")
    name = next(iter(old.values()), "docProps/core.xml")
    when = meta.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    date = f'xsi:type="dcterms:W3CDTF">{when}</dcterms:'
    package.parts[name] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_escaped(meta.title)}</dc:title><dc:subject>{_escaped(meta.subject)}</dc:subject>"
        f"<dc:creator>{_escaped(meta.author)}</dc:creator><dc:identifier>{_escaped(meta.identifier)}</dc:identifier>"
        f"<dc:language>{_escaped(meta.language)}</dc:language>"
        f"<cp:lastModifiedBy>{_escaped(meta.author)}</cp:lastModifiedBy><cp:revision>1</cp:revision>"
        f"<dcterms:created {date}created><dcterms:modified {date}modified></cp:coreProperties>"
    ).encode()
    package.declare(name, "application/vnd.openxmlformats-package.core-properties+xml")
    if not old:
        package.relate("", "core-properties", name)
