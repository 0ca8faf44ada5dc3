"""Fonts cut down once for the same characters: a letter's headings and amounts use the ones the last letter did.

For other characters a font of nine thousand is cut anew. HarfBuzz (6.0 and later) can be asked to look the whole font
over once; cutting it then takes a third of the time and gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from docgen.rendering.quick import SUBSETS_KEPT, Memory, keep, memory, put

_DROPPED = (b"BASE", b"DSIG", b"EBDT", b"EBLC", b"EBSC", b"GPOS", b"GSUB", b"JSTF", b"LTSH", b"PCLT", b"SVG ")
"""Tables the engine leaves out of a PDF."""
_ASKED = """
typedef ... hb_face_t;
hb_face_t *hb_subset_preprocess(hb_face_t *source);
"""
"""What HarfBuzz is asked for that the engine does not declare (hb-subset.h)."""


def install() -> None:
    """Put our way of cutting a font down in the place of WeasyPrint's."""
    from weasyprint.pdf.fonts import Font  # noqa: PLC0415  # slow to import

    put(Font, "_harfbuzz_subset", _subsetting)


def _subsetting(theirs: Any) -> Any:  # noqa: ANN401  # the engine's method
    def _harfbuzz_subset(self: Any, to_unicode: Any, hinting: Any) -> None:  # noqa: ANN401  # as above
        remembered = memory()
        if remembered is None:
            theirs(self, to_unicode, hinting)
            return
        glyphs = tuple(sorted(to_unicode))
        key = (self.name, self.index, glyphs, bool(hinting), bool(self.missing))
        found = remembered.subsets.get(key)
        if found is None:
            found = None if self.missing else _cut(remembered, self, glyphs, is_hinted=bool(hinting))
            if found is None:
                theirs(self, to_unicode, hinting)
                found = self.file_content
            keep(remembered.subsets, key, found, SUBSETS_KEPT)
        self.file_content = found

    return _harfbuzz_subset


def _cut(remembered: Memory, font: Any, glyphs: Sequence[int], *, is_hinted: bool) -> bytes | None:  # noqa: ANN401  # as above
    """Return what the engine would make of the font; None where HarfBuzz cannot look it over beforehand.

    The engine cuts twice: only these glyphs, under their own numbers; then nothing after the last of them. HarfBuzz
    leaves that out in the first cut already, and the second, of nine thousand glyphs that are empty, changes no byte.
    """
    from weasyprint.pdf.fonts import get_hb_object_data  # noqa: PLC0415  # as above
    from weasyprint.text.ffi import harfbuzz_subset as cutter  # noqa: PLC0415  # as above

    whole = _looked_over(remembered, font)
    if whole is None:
        return None
    flags = cutter.HB_SUBSET_FLAGS_PASSTHROUGH_UNRECOGNIZED | cutter.HB_SUBSET_FLAGS_DESUBROUTINIZE
    flags |= cutter.HB_SUBSET_FLAGS_RETAIN_GIDS
    if not is_hinted:
        flags |= cutter.HB_SUBSET_FLAGS_NO_HINTING
    made = _subset(whole, glyphs, flags)
    return (get_hb_object_data(made) or None) if made else None


def _subset(face: Any, glyphs: Sequence[int], flags: int) -> Any:  # noqa: ANN401  # HarfBuzz' face
    """Return a face with these glyphs, sorted, alone; a null pointer where HarfBuzz cannot make it."""
    from weasyprint.text.ffi import ffi, harfbuzz  # noqa: PLC0415  # as above
    from weasyprint.text.ffi import harfbuzz_subset as cutter  # noqa: PLC0415  # as above

    wish = ffi.gc(cutter.hb_subset_input_create_or_fail(), cutter.hb_subset_input_destroy)
    cutter.hb_subset_input_set_flags(wish, flags)
    kept = cutter.hb_subset_input_glyph_set(wish)
    harfbuzz.hb_set_add_sorted_array(kept, ffi.new("hb_codepoint_t[]", glyphs), len(glyphs))
    dropped = cutter.hb_subset_input_set(wish, cutter.HB_SUBSET_SETS_DROP_TABLE_TAG)
    tags = [harfbuzz.hb_tag_from_string(name, -1) for name in _DROPPED]
    harfbuzz.hb_set_add_sorted_array(dropped, ffi.new("hb_codepoint_t[]", tags), len(tags))
    made = cutter.hb_subset_or_fail(face, wish)
    return ffi.gc(made, harfbuzz.hb_face_destroy) if made else made


def _looked_over(remembered: Memory, font: Any) -> Any:  # noqa: ANN401  # HarfBuzz' face
    """Return the font as HarfBuzz prepares it for being cut often; None where it cannot."""
    from weasyprint.text.ffi import ffi, harfbuzz  # noqa: PLC0415  # as above

    own, library = _library()
    if library is None:
        return None
    address = _address(font.hb_face)
    key = (address, font.name, font.index)  # an address alone could be another font's, once this one is gone
    if key not in remembered.faces:
        made = library.hb_subset_preprocess(own.cast("hb_face_t *", address))
        face = ffi.cast("hb_face_t *", int(own.cast("size_t", made)))
        remembered.faces[key] = ffi.gc(face, harfbuzz.hb_face_destroy) if made else None
    return remembered.faces[key]


def _address(pointer: Any) -> int:  # noqa: ANN401  # a pointer of the engine's
    from weasyprint.text.ffi import ffi  # noqa: PLC0415  # as above

    return int(ffi.cast("size_t", pointer))


@lru_cache(maxsize=1)
def _library() -> tuple[Any, Any]:
    """Return what the engine does not declare of HarfBuzz, with its types; None where this HarfBuzz has it not."""
    import cffi  # noqa: PLC0415  # the engine's own door to C

    own = cffi.FFI()
    own.cdef(_ASKED)
    try:
        library = own.dlopen("libharfbuzz-subset.so.0")
        library.hb_subset_preprocess  # noqa: B018  # asked for here, so that it fails here
    except (OSError, AttributeError):
        return own, None
    return own, library
