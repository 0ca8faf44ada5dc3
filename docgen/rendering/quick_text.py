"""Lines of text measured and shaped once: the second letter's "付款截止日" is the first one's.

WeasyPrint gives each line to Pango twice, to break it and again to draw it. What comes of it depends on the text, the
style's properties that concern text, and the width there is: these are the key. A drawn line is remembered glyph by
glyph, for what is written depends also on which size of a font the document used first.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from docgen.rendering.quick import LINES_KEPT, Memory, keep, memory, put

_TEXTUAL = (
    *("font_family", "font_style", "font_stretch", "font_weight", "font_size", "font_kerning"),
    *("font_variant_ligatures", "font_variant_position", "font_variant_caps", "font_variant_numeric"),
    *("font_variant_alternates", "font_variant_east_asian", "font_feature_settings", "font_variation_settings"),
    *("font_language_override", "lang", "direction", "text_decoration_line", "word_spacing", "letter_spacing"),
    *("overflow_wrap", "word_break", "white_space", "tab_size", "hyphens", "hyphenate_character"),
    *("hyphenate_limit_chars", "hyphenate_limit_zone"),
)
"""Every property of a style that the engine's `text` package looks at, but for the height of lines."""
_OLD_PANGO = 14802


@dataclass(slots=True)
class Stretch:
    """Glyphs of one font in a row, as written in a letter before: holds while the glyphs' widths are these."""

    font: tuple[Any, Any]
    runs: tuple[tuple[tuple[int, int, float, str, int], ...], ...]
    """Runs of glyphs: id, width, offset, text, and the width the font gives it at this size (thousandths)."""
    widths: dict[int, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    written: str = ""


def text_key(style: Any) -> tuple[Any, ...]:  # noqa: ANN401  # the engine's style
    """Return the values of a style that its lines depend on; kept with the style."""
    try:
        key: tuple[Any, ...] = style.docgen_text_key
    except AttributeError:
        key = tuple(_plain(style[name]) for name in _TEXTUAL)
        style.docgen_text_key = key
    return key


def _plain(value: Any) -> Any:  # noqa: ANN401  # whatever a style holds
    return tuple(value) if isinstance(value, list) else value


def install() -> None:
    """Put our ways of measuring and drawing lines in the place of WeasyPrint's."""
    from weasyprint import draw  # noqa: PLC0415  # slow to import
    from weasyprint.layout import inline, preferred  # noqa: PLC0415  # as above

    put(inline, "split_first_line", _measuring)
    put(preferred, "split_first_line", _measuring)
    put(inline, "strut", _strut)
    put(draw, "draw_text", _drawing)


def _measuring(theirs: Any) -> Any:  # noqa: ANN401  # the engine's function
    def split_first_line(  # noqa: PLR0913, PLR0917  # the engine's signature
        text: str,
        style: Any,  # noqa: ANN401  # as above
        context: Any,  # noqa: ANN401  # as above
        max_width: Any,  # noqa: ANN401  # as above
        justification_spacing: float,
        is_line_start: bool = True,  # noqa: FBT001, FBT002  # as above
        minimum: bool = False,  # noqa: FBT001, FBT002  # as above
    ) -> Any:  # noqa: ANN401  # as above
        remembered = memory()
        if remembered is None:
            return theirs(text, style, context, max_width, justification_spacing, is_line_start, minimum)
        try:
            key = (text, text_key(style), max_width, justification_spacing, is_line_start, minimum)
            found = remembered.measured.get(key)
        except TypeError:  # a value that cannot be compared
            return theirs(text, style, context, max_width, justification_spacing, is_line_start, minimum)
        if found is None:
            found = theirs(text, style, context, max_width, justification_spacing, is_line_start, minimum)
            keep(remembered.measured, key, (copy.copy(found[0]), *found[1:]), LINES_KEPT)
            return found
        return (copy.copy(found[0]), *found[1:])

    return split_first_line


def _strut(theirs: Any) -> Any:  # noqa: ANN401  # as above
    def strut(style: Any) -> Any:  # noqa: ANN401  # as above
        if memory() is None:
            return theirs(style)
        try:
            return style.docgen_strut
        except AttributeError:
            style.docgen_strut = theirs(style)
            return style.docgen_strut

    return strut


def _drawing(theirs: Any) -> Any:  # noqa: ANN401  # as above
    def draw_text(stream: Any, textbox: Any, offset_x: Any, text_overflow: str, block_ellipsis: Any = "none") -> None:  # noqa: ANN401  # the engine's signature
        remembered, style = memory(), textbox.style
        if remembered is None or not _is_simple(style, text_overflow, block_ellipsis):
            theirs(stream, textbox, offset_x, text_overflow, block_ellipsis)
            return
        if style["visibility"] != "visible":
            return
        line = _line(remembered, textbox)
        if line is None:
            theirs(stream, textbox, offset_x, text_overflow, block_ellipsis)
            return
        stream.set_color(style["color"])
        stream.begin_text()
        if textbox.text.strip():
            x, y = textbox.position_x, textbox.position_y + textbox.baseline
            stream.set_text_matrix(1, 0, 0, -1, x, y)
            _write(stream, line, remembered)
        stream.end_text()

    return draw_text


def _is_simple(style: Any, text_overflow: str, block_ellipsis: Any) -> bool:  # noqa: ANN401  # as above
    is_whole = text_overflow != "ellipsis" and block_ellipsis == "none"
    return is_whole and style["text_decoration_line"] == "none" and style["font_size"] >= 1


def _line(remembered: Memory, textbox: Any) -> list[Stretch] | None:  # noqa: ANN401  # as above
    """Return a text box's glyphs; None if they are of a kind only the engine can draw."""
    layout = textbox.pango_layout
    try:
        key = (layout.text, text_key(textbox.style), layout.justification_spacing)
        if key in remembered.drawn:
            found: list[Stretch] | None = remembered.drawn[key]
            return found
    except TypeError:
        return None
    line = _shaped(remembered, textbox)
    keep(remembered.drawn, key, line, LINES_KEPT)
    return line


def _shaped(remembered: Memory, textbox: Any) -> list[Stretch] | None:  # noqa: ANN401  # as above
    """Shape a line as the engine's `draw_first_line` does, and note what it would write."""
    from weasyprint.text.ffi import ffi, pango  # noqa: PLC0415  # slow to import

    if pango.pango_version() < _OLD_PANGO:
        return None
    layout = textbox.pango_layout
    if not textbox.text.strip():
        return []
    layout.reactivate(textbox.style)
    try:
        pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
        first_line, _ = layout.get_first_line()
        utf8 = layout.text.encode()
        stretches: list[tuple[Any, Any, list[Any]]] = []
        run, before = first_line.runs[0], None
        while run != ffi.NULL:
            item, run = run.data, run.next
            font = item.item.analysis.font
            if font != before:
                before = font
                stretches.append((font, _font_key(remembered, font), []))
            glyphs = _glyphs(remembered, item, utf8, stretches[-1][1])
            if glyphs is None:
                return None
            stretches[-1][2].append(glyphs)
    finally:
        layout.deactivate()
    if any(key is None for _, key, _ in stretches):
        return None
    return [Stretch(key, tuple(runs)) for _, key, runs in stretches]


def _font_key(remembered: Memory, pango_font: Any) -> tuple[Any, Any] | None:  # noqa: ANN401  # as above
    """Return the key of a font at a size, remembering what the engine says of it; None for one of pictures."""
    from weasyprint.pdf.fonts import Font  # noqa: PLC0415  # slow to import
    from weasyprint.text.fonts import get_pango_font_key  # noqa: PLC0415  # as above

    key, description, font_size = get_pango_font_key(pango_font)
    found = remembered.fonts.get((key, font_size))
    if found is None:
        found = remembered.fonts[key, font_size] = Font(pango_font, description, font_size)
    return None if found.bitmap or found.svg or found.png or found.colr else (key, font_size)


def _glyphs(remembered: Memory, item: Any, utf8: bytes, font: tuple[Any, Any] | None) -> Any:  # noqa: ANN401  # as above
    """Return a run's glyphs as `Stretch` holds them; None if one is missing in the font, or raised."""
    from weasyprint.text.ffi import FROM_UNITS, ffi, pango  # noqa: PLC0415  # as above

    if font is None:
        return None
    size, string, start = font[1], item.glyphs, item.item.offset
    clusters, count, is_rtl = string.log_clusters, string.num_glyphs, item.item.analysis.level % 2
    advances = remembered.advances.setdefault(font, {})
    ink, logical = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")
    found = []
    for i, info in enumerate(string.glyphs[0:count]):
        glyph, place = info.glyph, info.geometry
        if is_rtl or glyph == pango.PANGO_GLYPH_EMPTY or glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG or place.y_offset:
            return None
        end = item.item.length if i == count - 1 else clusters[i + 1]
        text = utf8[start + clusters[i] : start + end].decode()
        if glyph not in advances:
            pango.pango_font_get_glyph_extents(item.item.analysis.font, glyph, ink, logical)
            advances[glyph] = round(logical.width * 1000 * FROM_UNITS / size)
        found.append((glyph, place.width, place.x_offset / size, text, advances[glyph]))
    return tuple(found)


def _write(stream: Any, line: list[Stretch], remembered: Memory) -> None:  # noqa: ANN401  # as above
    """Write a line as the engine's `draw_first_line` would, to the letter."""
    string = ""
    for stretch in line:
        key, size = stretch.font
        font = stream._fonts.get(key)  # noqa: SLF001  # the fonts of the document
        if font is None:
            font = stream._fonts[key] = fresh(remembered.fonts[key, size])  # noqa: SLF001  # as above
        if string:
            stream.show_text(string)
        stream.set_font_size(font.hash, size)
        string = _written(stretch, font)
    stream.show_text(string)


def fresh(font: Any) -> Any:  # noqa: ANN401  # the engine's font
    """Return a font that no glyph was used of yet."""
    new = copy.copy(font)
    new.widths, new.to_unicode, new.missing = {}, {}, {}
    return new


def _written(stretch: Stretch, font: Any) -> str:  # noqa: ANN401  # as above
    if stretch.written:
        widths, texts = font.widths, font.to_unicode
        same = True
        for glyph, width in stretch.widths.items():
            same = widths.setdefault(glyph, width) == width and same
        for glyph, text in stretch.texts.items():
            texts.setdefault(glyph, text)
        if same:
            return stretch.written
    known = {glyph: font.widths[glyph] for run in stretch.runs for glyph, *_ in run if glyph in font.widths}
    written = "".join(_run(run, font, stretch.font[1]) for run in stretch.runs)
    if not stretch.written:
        stretch.widths = {glyph: font.widths[glyph] for run in stretch.runs for glyph, *_ in run}
        stretch.texts = {glyph: text for run in reversed(stretch.runs) for glyph, _, _, text, _ in reversed(run)}
        own = {glyph: advance for run in stretch.runs for glyph, *_, advance in run}
        if all(own[glyph] == width for glyph, width in known.items()):
            stretch.texts = {glyph: stretch.texts[glyph] for glyph in stretch.widths}
            stretch.written = written
    return written


def _run(run: tuple[tuple[int, int, float, str, int], ...], font: Any, size: float) -> str:  # noqa: ANN401  # as above
    from weasyprint.text.ffi import FROM_UNITS  # noqa: PLC0415  # as above

    string = "<"
    for glyph, width, offset, text, advance in run:
        font.to_unicode.setdefault(glyph, text)
        if offset:
            string += f">{-offset}<"
        string += f"{glyph:04x}"
        kerning = font.widths.setdefault(glyph, advance) + offset - width * 1000 * FROM_UNITS / size
        if kerning:
            string += f">{int(kerning)}<"
    return string[:-1] if string[-1] == "<" else string + ">"
