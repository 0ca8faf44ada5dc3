"""A Word file in the making: paragraphs, tables and party columns as our papers need them, over python-docx.

Line heights are exact, so that a machine with other fonts breaks pages in about the same places. Fonts are named with
the eastAsia attribute and not embedded: Word and WPS take their own 宋体 and 黑体.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from docgen.rendering.ooxml import Package, parse, serialise

TEXT_WIDTH = 158
"""Millimetres between the margins, as in base.css."""
SEAL = 45
SONG, HEI, LATIN = "宋体", "黑体", "Times New Roman"
BLANK_DAY = "　　　　年　　月　　日"
LEFT, CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT

Thing: TypeAlias = Any
"""One of python-docx's untyped objects: a paragraph, a cell, a row, a table."""

_BEFORE_SHADE = ("w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign", "w:hideMark")
_AFTER_GAPS = (
    "w:bidi",
    "w:adjustRightInd",
    "w:snapToGrid",
    "w:spacing",
    "w:ind",
    "w:contextualSpacing",
    "w:jc",
    "w:rPr",
)
_AFTER_BORDER = ("w:shd", "w:tabs", "w:autoSpaceDE", "w:autoSpaceDN", *_AFTER_GAPS)


@dataclass(frozen=True)
class Look:
    """How a paragraph looks: points for sizes, line height (exact) and space; `keep` holds it to the next paragraph."""

    size: float
    line: float
    font: str = SONG
    bold: bool = False
    align: Thing = LEFT
    indent: bool = False
    left: float = 0
    before: float = 0
    after: float = 2
    keep: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell: one text or several (a paragraph each), and marks: th, b, mid, num, keep, small; columns it spans.

    In a `small` cell all paragraphs after the first are small print.
    """

    text: str | tuple[str, ...]
    marks: str = ""
    span: int = 1

    def has(self, mark: str) -> bool:
        """Tell whether the cell bears a mark."""
        return mark in self.marks.split()

    def marked(self, mark: str) -> Cell:
        """Return the cell with one more mark."""
        return replace(self, marks=f"{self.marks} {mark}")


Row: TypeAlias = "list[Cell] | str"
"""Cells, or the text of a `{%tr … %}` tag, which takes a row of its own and vanishes."""


@dataclass(frozen=True)
class Page:
    """Margins above and below in mm, body text in points, and whether page 1 is a letter's (no name in its header).

    An `is_wide` page lies across, as registers do, with 251 mm between its margins.
    """

    top: float
    bottom: float
    size: float
    line: float
    is_letter: bool = False
    is_wide: bool = False


class Sheet:
    """One Word template in the making."""

    def __init__(self, page: Page) -> None:
        self.text = Look(page.size, page.line)
        self.para_look = replace(self.text, indent=True)
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = (Mm(297), Mm(210)) if page.is_wide else (Mm(210), Mm(297))
        section.left_margin, section.right_margin = Mm(22 if page.is_wide else 28), Mm(24)
        if page.is_wide:
            section.orientation = WD_ORIENT.LANDSCAPE
        section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
        section.header_distance, section.footer_distance = Mm(9), Mm(10)
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = LATIN, Pt(page.size)
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), SONG)
        normal.element.rPr.append(_element("w:lang", val="en-US", eastAsia="zh-CN"))
        section.different_first_page_header_footer = page.is_letter
        _header(section.header.paragraphs[0], "{{ company.name|name }}")
        _footer(section.footer.paragraphs[0])
        if page.is_letter:
            _header(section.first_page_header.paragraphs[0], "")
            _footer(section.first_page_footer.paragraphs[0])

    def add(
        self, text: str, look: Look | None = None, *, where: Thing = None, blank: str = "", tail: str = ""
    ) -> Thing:
        """Add a paragraph to the body or a cell; `blank` is a line filled in by hand, `tail` small type after it."""
        look = look or self.text
        paragraph = (where or self.document).add_paragraph()
        _lay(paragraph, look)
        _run(paragraph, text, look)
        if blank:
            _run(paragraph, blank, look).font.underline = True
        if tail:
            _run(paragraph, tail, Look(9, look.line))
        if look.indent:
            indent = _element("w:ind", firstLineChars="200", firstLine=str(round(look.size * 40)))
            paragraph._p.get_or_add_pPr().insert_element_before(indent, *_AFTER_GAPS[5:])  # noqa: SLF001  # in characters
        return paragraph

    def paras(self, *keys: str, keep: bool = False) -> None:
        """Add shared sentences by key, each an indented paragraph."""
        for key in keys:
            self.add(wording(key), replace(self.para_look, keep=keep))

    def tag(self, text: str) -> None:
        """Add a paragraph that holds only a `{%p … %}` tag and vanishes."""
        self.add(text, Look(6, 8, after=0))

    def title(self, size: float = 20) -> None:
        """Add the paper's title."""
        look = Look(size, size * 1.4, font=HEI, bold=True, align=CENTRE, before=2, after=4, keep=True)
        self.add(wording("heading"), look)

    def head(self, key: str, *, number: str = "") -> Thing:
        """Add the head of a section, never parted from what follows; `number` stands before a shared head."""
        size, line = self.text.size + 1, self.text.line + 2
        return self.add(number + wording(key), Look(size, line, font=HEI, bold=True, before=7, keep=True))

    def table(self, widths: Sequence[float], rows: Sequence[Row], *, size: float = 0, head: bool = False) -> None:
        """Add a bordered table; with `head` its first row repeats on each page."""
        look = Look(size or self.text.size - 0.5, (size or self.text.size) * 1.4, after=0)
        table = self._grid(widths, bordered=True)
        for index, cells in enumerate(rows):
            row = table.add_row()
            if isinstance(cells, str):
                _write(row.cells[0], Cell(cells), Look(6, 8, after=0))
                continue
            _fill_row(row, cells, replace(look, keep=head and index == 0))
            if head and index == 0:
                row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001  # python-docx lacks it
        last = next(cells for cells in reversed(rows) if not isinstance(cells, str))
        is_kept = all(cell.has("keep") for cell in last)
        self.add("", Look(4, 5, after=0, keep=is_kept))

    def _grid(self, widths: Sequence[float], *, bordered: bool) -> Thing:
        table = self.document.add_table(rows=0, cols=len(widths))
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        if bordered:
            table.style = "Table Grid"
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        margins = OxmlElement("w:tblCellMar")
        for side, twips in (("top", 34), ("left", 85), ("bottom", 34), ("right", 85)):
            margins.append(_element(f"w:{side}", w=str(twips if bordered else 0), type="dxa"))
        table._tbl.tblPr.insert_element_before(margins, "w:tblLook")  # noqa: SLF001  # python-docx has no cell margins
        return table

    def columns(self, *widths: float, height: float = 0) -> Thing:
        """Add a borderless row, kept whole, and return its cells; `height` in mm is the least."""
        return _columns(self._grid(widths, bordered=False), height)

    def put(self, cell: Thing, text: str, look: Look | None = None, *, blank: str = "") -> Thing:
        """Write a paragraph into a cell; the cell's own empty paragraph goes."""
        first = cell.paragraphs[0]
        made = self.add(text, look, where=cell, blank=blank)
        if len(cell.paragraphs) > 1 and not first.runs:
            first._p.getparent().remove(first._p)  # noqa: SLF001  # python-docx cannot remove
        return made

    def signatures(self) -> None:
        """Add the columns of both parties: name, room for the seal, signature line, date; never parted."""
        gap = 8
        column = (TEXT_WIDTH - gap) / 2
        table = self._grid((column, gap, column), bordered=False)
        kept = replace(self.text, keep=True)
        rows = (
            (wording("left_party"), "", wording("right_party")),
            ("", "", ""),
            (wording("left_signer"), "", wording("right_signer")),
        )
        for texts, height in zip(rows, (0, SEAL, 18), strict=True):
            for cell, text in zip(_columns(table, height), texts, strict=True):
                self.put(cell, text, replace(kept, before=0 if height else 6))
        for place, cell in enumerate(_columns(table, 8)):
            self.put(cell, "" if place == 1 else f"日期：{BLANK_DAY}")
        for place in (0, 2):
            self.underline(table.rows[2].cells[place])

    def signer(self, label: str, day: str) -> None:
        """Add one person's signature line and date, never parted from the text before."""
        table = self._grid((46, 66, 46), bordered=False)
        kept = replace(self.text, keep=True)
        cells = _columns(table, 14)
        for cell, text in zip(cells, (label, "", ""), strict=True):
            self.put(cell, text, replace(kept, before=14 if text else 0))
        self.underline(cells[1])
        for cell, text in zip(_columns(table, 8), (day, BLANK_DAY, ""), strict=True):
            self.put(cell, text)

    def underline(self, cell: Thing) -> None:
        """Draw a line below a cell, to sign on."""
        borders = OxmlElement("w:tcBorders")
        borders.append(_element("w:bottom", val="single", sz="4", color="000000"))
        properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001  # python-docx has no borders
        properties.insert_element_before(borders, "w:shd", *_BEFORE_SHADE)

    def letterhead(self) -> None:
        """Add our name and address above a rule."""
        self.add("{{ company.name|name }}", Look(17, 22, font=HEI, bold=True, align=CENTRE, after=0, keep=True))
        contact = self.add(wording("contact_line"), Look(8.5, 12, align=CENTRE, keep=True))
        self.border(contact, "bottom", style="single", eighths=12)

    def border(self, paragraph: Thing, side: str, *, style: str, eighths: int) -> None:
        """Draw a line above or below a paragraph; `eighths` of a point thick."""
        borders = OxmlElement("w:pBdr")
        borders.append(_element(f"w:{side}", val=style, sz=str(eighths), space="4", color="000000"))
        paragraph._p.get_or_add_pPr().insert_element_before(borders, *_AFTER_BORDER)  # noqa: SLF001  # as above

    def write(self, path: Path) -> None:
        """Write the file, the same bytes for the same content; python-docx's sample thumbnail is left out."""
        out = io.BytesIO()
        self.document.save(out)
        package = Package.read(out.getvalue(), path.name)
        package.parts.pop("docProps/thumbnail.jpeg", None)
        links = parse(package.parts["_rels/.rels"], "_rels/.rels")
        for link in [each for each in links if each.get("Target", "").endswith("thumbnail.jpeg")]:
            links.remove(link)
        package.parts["_rels/.rels"] = serialise(links)
        path.write_bytes(package.write())


def wording(key: str) -> str:
    """Return the tag that prints a shared sentence."""
    return "{{ w." + key + " }}"


def _element(tag: str, **attributes: str) -> Thing:
    made = OxmlElement(tag)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _lay(paragraph: Thing, look: Look) -> None:
    layout = paragraph.paragraph_format
    layout.alignment, layout.space_before, layout.space_after = look.align, Pt(look.before), Pt(look.after)
    layout.left_indent = Pt(look.left) if look.left else None
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    layout.keep_with_next, layout.widow_control = look.keep or None, True
    for gap in ("w:autoSpaceDE", "w:autoSpaceDN"):  # no gaps around figures: 2024年3月11日
        paragraph._p.get_or_add_pPr().insert_element_before(_element(gap, val="0"), *_AFTER_GAPS)  # noqa: SLF001


def _run(paragraph: Thing, text: str, look: Look) -> Thing:
    run = paragraph.add_run(text)
    run.font.size, run.font.name, run.font.bold = Pt(look.size), LATIN, look.bold or None
    run._r.rPr.rFonts.set(qn("w:eastAsia"), look.font)  # noqa: SLF001  # python-docx knows no East Asian font
    return run


def _header(paragraph: Thing, text: str) -> None:
    _lay(paragraph, Look(9, 11, after=0))
    if text:
        _run(paragraph, text, Look(9, 11))


def _footer(paragraph: Thing) -> None:
    look = Look(9, 12, align=CENTRE, after=0)
    _lay(paragraph, look)
    for piece in ("第", "PAGE", "页 共", "NUMPAGES", "页"):
        if not piece.isascii():
            _run(paragraph, piece, look)
            continue
        for kind in ("begin", "code", "separate", "shown", "end"):
            run = _run(paragraph, "1" if kind == "shown" else "", look)
            if kind == "code":
                code = OxmlElement("w:instrText")
                code.set(qn("xml:space"), "preserve")
                code.text = f" {piece} "
                run._r.append(code)  # noqa: SLF001  # python-docx has no fields
            elif kind != "shown":
                run._r.append(_element("w:fldChar", fldCharType=kind))  # noqa: SLF001  # as above


def _columns(table: Thing, height: float) -> Thing:
    row = table.add_row()
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001  # python-docx lacks it
    if height:
        row.height, row.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    return row.cells


def _fill_row(row: Thing, cells: Sequence[Cell], look: Look) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001  # python-docx lacks it
    place = 0
    for cell in cells:
        target = row.cells[place]
        if cell.span > 1:
            target = target.merge(row.cells[place + cell.span - 1])
        _write(target, cell, look)
        place += cell.span


def _write(target: Thing, cell: Cell, look: Look) -> None:
    is_head = cell.has("th")
    align = CENTRE if is_head or cell.has("mid") else RIGHT if cell.has("num") else LEFT
    keep = look.keep or cell.has("keep")
    look = replace(look, align=align, keep=keep, bold=is_head or cell.has("b"), font=HEI if is_head else SONG)
    target.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    for index, text in enumerate((cell.text,) if isinstance(cell.text, str) else cell.text):
        paragraph = target.paragraphs[0] if index == 0 else target.add_paragraph()
        laid = replace(look, size=6.5, line=8.5) if index and cell.has("small") else look
        _lay(paragraph, laid)
        _run(paragraph, text, laid)
    if is_head:
        shade = _element("w:shd", val="clear", color="auto", fill="F0F0F0")
        target._tc.get_or_add_tcPr().insert_element_before(shade, *_BEFORE_SHADE)  # noqa: SLF001  # python-docx lacks it
